/*
 * limits: by which means this machine can limit a run.
 */
#ifndef SEAL_HOST_LIMITS_H
#define SEAL_HOST_LIMITS_H

#include "model/facts.h"

/* Fills F->limits. */
void host_limits(struct facts *f, struct arena *arena);

#endif
