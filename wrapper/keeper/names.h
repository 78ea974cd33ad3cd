/*
 * names: the synthetic addresses. An allowed name gets the next number, and with it one address
 * of 198.18.0.0/15 (RFC 2544, never routed) and one of a unique local prefix (RFC 4193); both are
 * local inside, and lead back to the name. Stable for the run.
 */
#ifndef SEAL_KEEPER_NAMES_H
#define SEAL_KEEPER_NAMES_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "keeper/limits.h"

#define NAMES_V4 "198.18.0.0" /* the prefix, of NAMES_V4_BITS */
#define NAMES_V6 "fd73:6561:6c00::"
/* The addresses of the sandbox itself: programs ask whether there is one that is not loopback. */
#define NAMES_V4_OWN "198.18.0.1"
#define NAMES_V6_OWN "fd73:6561:6c00::1"
enum { NAMES_V4_BITS = 15, NAMES_V6_BITS = 64, NAMES_MAX = LIMIT_NAMES };

struct names {
	char *host[NAMES_MAX]; /* normalised, owned */
	unsigned n;
};

/* The number of the normalised HOST, given now if it has none; -1 when all are given. */
int names_number(struct names *names, const char *host);

void names_v4(int number, struct in_addr *out);
void names_v6(int number, struct in6_addr *out);

/* The name that the local address of an accepted connection stands for, v4-mapped ones too; NULL
 * if none. */
const char *names_at(const struct names *names, const struct sockaddr *local);

#endif
