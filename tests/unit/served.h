/*
 * served: a keeper's server without a sandbox, for tests that speak to it from both sides.
 *
 * The test enters namespaces of its own. There 192.0.2.1 and 2001:db8::1, which the guard lets
 * through because they lead nowhere, lead here, where the stubs of far servers are; /etc/hosts
 * gives allowed.test and other.test these addresses. The question whose an address is still goes
 * to the kernel from outside, where they are nobody's. Nothing of the server is replaced.
 */
#ifndef SEAL_TESTS_SERVED_H
#define SEAL_TESTS_SERVED_H

#include "keeper/server.h"
#include "peers.h"

#define FAR        "192.0.2.1"
#define FAR_V6     "2001:db8::1"
#define SILENT     "192.0.2.9"  /* silent.test is there; nobody answers */
#define ALLOWED_AT "198.18.0.2" /* what allowed.test, the first name, is inside */
#define DENIED_AT  "198.18.0.3" /* denied.test */
#define SILENT_AT  "198.18.0.4"
#define LOST_AT    "198.18.0.5" /* lost.test: allowed, and no name server knows it */

struct served {
	struct server server;
	struct network net;
	struct arena arena;
	struct listener listeners[16];
	unsigned n;
	int told;             /* what the user is told can be read here */
	unsigned descriptors; /* before anything was connected */
};

/* Enters the namespaces. Ends the test (skipped) where that is not allowed. Once a process. */
void served_enter(void);

/* A server that allows allowed.test, silent.test and lost.test on 80, 443, 7777, and 192.0.2.1 on
 * 80, 443. */
struct served *served_new(void);

/* From now on it listens. */
void served_listen(struct served *s, enum listener_kind kind, const char *host, unsigned port);

/* All is set up: counts descriptors. */
void served_ready(struct served *s);

/* Every peer is closed: what is left of connections all the same, "" for nothing. */
const char *served_left(struct served *s);

/* Both peers go (-1: there is no server), and nothing may be left. A check of the caller's. */
#define served_part(s, client, server)                                   \
	do {                                                             \
		int served_end = (server);                               \
		close(client);                                           \
		if (served_end >= 0)                                     \
			close(served_end);                               \
		is_str(served_left(s), "", "... nothing is left of it"); \
	} while (0)

/* What the user was told since the last call, lines and all. */
const char *served_told(struct served *s);

/* A ClientHello for NAME (NULL: it names none), to OUT; its size. */
size_t served_hello(const char *name, unsigned char out[512]);

#endif
