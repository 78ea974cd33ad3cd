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
	struct sockaddr_storage ip;

	memset(out, 0, sizeof *out);
	if (!address_read(text, strlen(text), &ip))
		return false;
	memcpy(out, &ip, sizeof *out);
	return true;
}

void endpoint_unmap(union endpoint *e)
{
	union endpoint v4 = {0};

	if (e->any.sa_family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&e->v6.sin6_addr))
		return;
	v4.v4.sin_family = AF_INET;
	v4.v4.sin_port = e->v6.sin6_port;
	memcpy(&v4.v4.sin_addr, e->v6.sin6_addr.s6_addr + 12, 4);
	*e = v4;
}

void endpoint_text(const union endpoint *e, char out[ADDRESS_TEXT])
{
	address_text(&e->any, out);
}

bool endpoint_is_loopback(const union endpoint *a)
{
	if (a->any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&a->v6.sin6_addr);
	return ntohl(a->v4.sin_addr.s_addr) >> 24 == 127;
}
