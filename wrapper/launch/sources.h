/*
 * sources: the host's side of each mount, opened before anything is forked.
 */
#ifndef SEAL_LAUNCH_SOURCES_H
#define SEAL_LAUNCH_SOURCES_H

#include "model/plan.h"

/*
 * For each mount of PLAN the descriptor that bwrap gets (-1 where it needs none), all without
 * close-on-exec. Directories that the plan makes are made. Ends the process (125) if a source is
 * no longer what the plan saw.
 */
int *sources_open(const struct plan *plan, struct arena *arena);

#endif
