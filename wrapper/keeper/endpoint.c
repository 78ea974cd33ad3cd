#include "keeper/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

socklen_t endpoint_size(const union endpoint *a)
{
	return a->any.sa_family == AF_INET6 ? sizeof a->v6 : sizeof a->v4;
}

void endpoint_set_port(union endpoint *a, unsigned port)
{
	if (a->any.sa_family == AF_INET6)
		a->v6.sin6_port = htons((uint16_t)port);
	else
		a->v4.sin_port = htons((uint16_t)port);
}

unsigned endpoint_port(const union endpoint *a)
{
	return ntohs(a->any.sa_family == AF_INET6 ? a->v6.sin6_port : a->v4.sin_port);
}

bool endpoint_read(const char *text, union endpoint *out)
{
	memset(out, 0, sizeof *out);
	out->any.sa_family = AF_INET;
	if (inet_pton(AF_INET, text, &out->v4.sin_addr) == 1)
		return true;
	out->any.sa_family = AF_INET6;
	return inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1;
}

void endpoint_unmap(union endpoint *a)
{
	union endpoint v4 = {0};

	if (a->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&a->v6.sin6_addr))
		return;
	v4.v4.sin_family = AF_INET;
	v4.v4.sin_port = a->v6.sin6_port;
	memcpy(&v4.v4.sin_addr, a->v6.sin6_addr.s6_addr + 12, 4);
	*a = v4;
}

void endpoint_text(const union endpoint *a, char out[ENDPOINT_TEXT])
{
	const void *bytes = &a->v4.sin_addr;

	if (a->any.sa_family == AF_INET6)
		bytes = &a->v6.sin6_addr;
	if (!inet_ntop(a->any.sa_family, bytes, out, ENDPOINT_TEXT))
		out[0] = '\0';
}

bool endpoint_is_loopback(const union endpoint *a)
{
	if (a->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
	return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
}
