/*
 * limits: how much of the machine one run may take, and who holds it to that.
 *
 * A cgroup counts what all processes of the run have together; it can be had where a part of the
 * cgroup v2 tree is the caller's to change (cgroups(7), Delegation), which is so below systemd's
 * user manager and seldom elsewhere. Without one there are resource limits, most of which count
 * each process by itself: a run may then take the limit as often as it may have processes. What
 * applies is decided while planning, and explain says it.
 */
#ifndef SEAL_MODEL_LIMITS_H
#define SEAL_MODEL_LIMITS_H

#include <stdint.h>

#include "model/origin.h"

enum limit_kind {
#define LIMIT(id, name, bytes, cgroup, rlimit) id,
#include "model/limits.def"
#undef LIMIT
	LIMITS,
};

enum limit_holder {
	HOLDER_RLIMIT,
	HOLDER_CGROUP,
};

struct limit {
	bool set;
	uint64_t value; /* bytes, or a count */
	struct origin from;
	enum limit_holder holder; /* known to the plan */
	const char *means;        /* how it is counted then */
};

/* Processes of ours that are counted with the command's: bwrap's first one in the sandbox, which is
 * in its user namespace, and in a cgroup also the bwrap outside. */
enum {
	OURS_IN_NAMESPACE = 1,
	OURS_IN_CGROUP = 2,
};

/* What the machine offers (host/). */
struct limit_facts {
	const char *cgroup; /* the folder in which this user may make a group for a run, or NULL */
	bool memory, pids;  /* the controllers that such a group has */
	const char *why;    /* what is missing to have both; NULL if nothing is */
	bool counts_all;    /* RLIMIT_NPROC counts the user's processes outside too: before 5.14 */
};

struct limits {
	struct limit v[LIMITS];
	const char *cgroup; /* the folder in which launch makes the run's group, NULL for none */
};

#endif
