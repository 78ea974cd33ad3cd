/*
 * landlock: a ruleset from the plan's rules, by the kernel's own ABI.
 */
#ifndef SEAL_INNER_LANDLOCK_H
#define SEAL_INNER_LANDLOCK_H

#include <stdint.h>

#include "model/access.h"

/* The kernel's Landlock ABI; 0 or -errno if it has none. */
int landlock_abi(void);

/*
 * A ruleset that handles every right on files of ABI, and of TCP those in NET (NET_*, from ABI 4
 * on), as a descriptor; -errno.
 */
int landlock_begin(int abi, uint64_t net);

/* Grants connecting to the TCP port PORT, of any address. 0 or -errno. */
int landlock_add_port(int ruleset, uint64_t port);

/* Grants ACCESS beneath PATH; a missing path grants nothing. 0 or -errno. */
int landlock_add(int ruleset, int abi, enum access_class access, const char *path);

/* Restricts this process and its children for good. 0 or -errno. */
int landlock_enforce(int ruleset);

/* Grants what standard input, output and error are open on, with the rights that they have. */
void landlock_add_stdio(int ruleset, int abi);

#endif
