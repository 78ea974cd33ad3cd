/*
 * view: what the mounts of a plan show inside.
 */
#ifndef SEAL_PLAN_VIEW_H
#define SEAL_PLAN_VIEW_H

#include "model/facts.h"
#include "model/plan.h"

/*
 * The mount that decides what is at PATH inside (the deepest of MOUNTS on PATH or above), or NULL
 * if only the root tmpfs is there.
 */
const struct mount *mount_above(const struct mounts *mounts, const char *path);

/* True if PATH of the host can be seen inside at its own name. */
bool plan_shows(const struct plan *plan, const char *path);

/* True if PATH of the caller leads to a program of this NAME that is shown inside; it was asked for
 * (plan_programs). */
bool plan_has_program(const struct plan *plan, const struct facts *f, const char *name);

#endif
