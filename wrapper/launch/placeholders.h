/*
 * placeholders: what stands on the host, while a run lasts, for names that must not come to be.
 *
 * A protected name that exists is mounted read-only over itself. One that does not exist leaves
 * nothing to mount on, and its folder must stay writable; so something empty is made there for the
 * time (enum stand_in), and held like the others. It is made exactly: each folder is opened with no
 * symbolic link on the way, the name is made in that folder and only if it is new, and what was
 * made is known by device and inode. It is removed only if it is that inode still and still empty:
 * what the user has put there meanwhile is his and stays. The folder's times are what they were,
 * since build tools look at them.
 *
 * They go when the last process inside is dead: by the front, or, when it was killed, by the keeper
 * (or by a child that the keeper forks before it gives up its rights), or, when both were, by the
 * user's next run. The register (launch/register.h) knows who uses what: it is written before
 * anything is made.
 */
#ifndef SEAL_LAUNCH_PLACEHOLDERS_H
#define SEAL_LAUNCH_PLACEHOLDERS_H

#include "launch/register.h"
#include "model/handover.h"
#include "model/plan.h"

struct placeholders {
	struct arena *arena;
	const char *state;
	int fd; /* the record, locked as long as a process has it open; -1: there is none */
	struct record record;
	struct sweep sweep; /* for the keeper */
	/* Between the two steps: */
	int folder, lock;
	struct records live;
	struct placeholder_list wanted;
};

/*
 * The first step, before the keeper is forked: cleans up after dead runs, and registers this one
 * with what the mounts of PLAN want, so that from then on somebody knows. STATE is the register's
 * folder, outside of every sandbox. Returns NULL, or what is wrong, as text in ARENA.
 */
const char *placeholders_begin(
	struct placeholders *p, const struct plan *plan, const char *state, struct arena *arena);

/* The second: makes them, at mount.source. The same; nothing is left then. */
const char *placeholders_make(struct placeholders *p);

/* Removes those that no other run uses. Only when all inside is dead. Twice is once. */
void placeholders_remove(struct placeholders *p);

#endif
