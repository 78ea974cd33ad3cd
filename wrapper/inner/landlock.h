/*
 * landlock: a ruleset from the plan's rules, by the kernel's own ABI.
 */
#ifndef SEAL_INNER_LANDLOCK_H
#define SEAL_INNER_LANDLOCK_H

#include <stdbool.h>

#include "model/plan.h"

/* The kernel's Landlock ABI, 0 if it has none (errno says why). */
int landlock_abi(void);

/* A ruleset that handles every right of ABI; -1 with errno. */
int landlock_begin(int abi);

/* Grants ACCESS beneath PATH; a missing path grants nothing. False with errno. */
bool landlock_add(int ruleset, int abi, enum access_class access, const char *path);

/* Restricts this process and its children for good. False with errno. */
bool landlock_enforce(int ruleset);

#endif
