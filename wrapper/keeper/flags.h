/*
 * flags: what a mount of the host's must not lose inside.
 *
 * bwrap binds a tree and then sets the flags of each mount in it anew: those that it knows stay,
 * ro, nosuid, nodev, noexec and the access times. nosymfollow (Linux 5.10) is not among them, so
 * it is set again, by the child of the keeper's that holds mounts, before it makes any: what it
 * clones then has the flag, too.
 */
#ifndef SEAL_KEEPER_FLAGS_H
#define SEAL_KEEPER_FLAGS_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/plan.h"

struct flagged {
	const char *point; /* where it is mounted */
	bool lost;         /* it has a flag that bwrap loses */
};

/* The mounts of one namespace, in the order of the kernel's table. */
struct flags {
	struct flagged *v;
	size_t n, cap;
	bool any; /* one of them has */
};

/* Reads the table of the namespace that this process is in; false with errno if it cannot. */
bool flags_read(struct flags *out, struct arena *arena);

/*
 * In the sandbox's mount namespace, once bwrap has made all its mounts: sets what was lost of
 * OUTSIDE, read before on the host, wherever a bind of MOUNTS shows it. False with errno.
 */
bool flags_restore(const struct flags *outside, const struct mounts *mounts, struct arena *arena);

#endif
