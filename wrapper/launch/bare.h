/*
 * bare: runs without namespaces of their own (plan/bare.h), performed.
 */
#ifndef SEAL_LAUNCH_BARE_H
#define SEAL_LAUNCH_BARE_H

#include <stdbool.h>

#include "model/plan.h"

/* A folder of this run's own in DIR, for nobody else; NULL with errno. */
const char *bare_scratch(const char *dir, struct arena *arena);

/* Takes it away again, with what is in it; says so if it cannot. */
void bare_discard(const char *scratch);

/*
 * A run inside a run: this process becomes inner, and inner the command. There is nothing to wait
 * for and nothing to clean up, for the run around does both. AROUND: the layers that it has.
 * Returns only if that cannot be done, 125, told.
 */
int bare_become(const struct plan *plan, uint32_t around, bool verbose);

/*
 * The lower tier: a child of this process becomes inner. Signals and codes are those of
 * launch_run(). At the end what the command left behind is killed, as far as it can be found, and
 * the folder SCRATCH taken away.
 */
int bare_run(const struct plan *plan, const char *scratch, bool verbose, struct arena *arena);

#endif
