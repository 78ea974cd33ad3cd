/*
 * guard: what must hold whatever is granted: hidden paths (deny) and unwritable ones (protect).
 *
 * A guard is about a thing, not about a name: the same directory can be shown at two places
 * (through a symlink in the home, or because a wider grant shows it too), so a guard is held
 * against the canonical source of every mount, and takes effect at every place where the thing
 * would be seen. Below a writable mount the folders on the way to it are pinned, as mount points
 * of their own: a folder that is one cannot be renamed, and so the guarded name cannot be moved
 * away for a later run (masks follow the folder, the next run's would not find it).
 *
 * A thing that does not exist has a name that must not come to be: something stands in for it on
 * the host while the run lasts (enum stand_in), at the first component that is missing.
 *
 * The mounts of guards lie beneath binds of the host's folders, so they are held
 * (keeper/hold.h): made by descriptor, and bwrap does not hear of them.
 */
#ifndef SEAL_PLAN_GUARD_H
#define SEAL_PLAN_GUARD_H

#include "plan/parts.h"

/* From strong to weak: at one place the first one counts. */
enum guard_kind {
	GUARD_HIDE,    /* deny */
	GUARD_PROTECT, /* read-only with all below */
	GUARD_OPEN,    /* writable again, below what is protected */
	GUARD_PIN,     /* writable, but its name stays */
};

struct guard {
	enum guard_kind kind;
	const char *path;       /* as named, absolute */
	const char *canonical;  /* the thing; PATH if it is missing */
	bool file;              /* not a directory */
	enum stand_in stand_in; /* what stands for it; STAND_NONE if it exists */
	enum stand_in if_gone;  /* what would, if it existed only as long as another run */
	bool leaf;              /* what is missing above it may be made: node_modules of .bin */
	bool named;             /* a person wrote PATH, so a link on the way is his to mend */
	bool deep;              /* what is missing above it may be made, and comes to be: caches */
	struct origin from;
};

struct guards {
	struct guard *v;
	size_t n, cap;
};

/* What the guards leave of the wish M: false if it must not be made at all; a writable one may
 * become read-only. */
bool guard_admits(const struct guards *guards, struct mount *m);

/* Adds to MOUNTS (sorted, complete) what the guards need, and sorts again. */
void guard_mounts(struct builder *b, const struct guards *guards, struct mounts *mounts);

/* True if M shows a part of the host. */
bool mount_is_bind(const struct mount *m);

/* By destination, so that parents come before children; equal ones keep their order. */
void mounts_sort(struct mounts *mounts);

#endif
