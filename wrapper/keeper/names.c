#include "keeper/names.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/die.h"

/* 198.18.0.0 is the network, .1 the sandbox itself (NAMES_V4_OWN). */
enum { FIRST = 2, V4_ROOM = 1 << (32 - NAMES_V4_BITS) }; /* the base has none of its bits */

static_assert(FIRST + NAMES_MAX < V4_ROOM, "every name has an address, none is the broadcast one");
static_assert(NAMES_V6_BITS == 64, "the lower half of an IPv6 address is the number");

int names_number(struct names *names, const char *host)
{
	unsigned i;

	/* At most NAMES_MAX comparisons for a query that a process made and waits for. */
	for (i = 0; i < names->n; i++)
		if (strcmp(names->host[i], host) == 0)
			return (int)i;
	if (i == NAMES_MAX)
		return -1;
	if (!(names->host[i] = strdup(host)))
		die("out of memory");
	names->n++;
	return (int)i;
}

void names_v4(int number, struct in_addr *out)
{
	inet_pton(AF_INET, NAMES_V4, out);
	out->s_addr = htonl(ntohl(out->s_addr) + FIRST + (uint32_t)number);
}

void names_v6(int number, struct in6_addr *out)
{
	uint32_t low = htonl(FIRST + (uint32_t)number);

	inet_pton(AF_INET6, NAMES_V6, out);
	memcpy(out->s6_addr + 12, &low, sizeof low);
}

/* The lowest bits of an address say which number's it can be; the rest, whether it is. */
static const char *name_at_v4(const struct names *names, const void *address)
{
	struct in_addr at, own;
	uint32_t number;

	memcpy(&at, address, sizeof at);
	number = ntohl(at.s_addr) % V4_ROOM - FIRST; /* huge if below FIRST */
	if (number >= names->n)
		return NULL;
	names_v4((int)number, &own);
	return own.s_addr == at.s_addr ? names->host[number] : NULL;
}

static const char *name_at_v6(const struct names *names, const struct in6_addr *at)
{
	struct in6_addr own;
	uint32_t number;

	memcpy(&number, at->s6_addr + 12, sizeof number);
	number = ntohl(number) - FIRST;
	if (number >= names->n)
		return NULL;
	names_v6((int)number, &own);
	return memcmp(&own, at, sizeof own) == 0 ? names->host[number] : NULL;
}

const char *names_at(const struct names *names, const struct sockaddr *local)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (local->sa_family == AF_INET) {
		memcpy(&v4, local, sizeof v4);
		return name_at_v4(names, &v4.sin_addr);
	}
	if (local->sa_family != AF_INET6)
		return NULL;
	memcpy(&v6, local, sizeof v6);
	if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
		return name_at_v4(names, v6.sin6_addr.s6_addr + 12);
	return name_at_v6(names, &v6.sin6_addr);
}
