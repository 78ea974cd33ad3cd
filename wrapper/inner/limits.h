/*
 * limits: resource limits of the command and all that it starts, set just before it.
 */
#ifndef SEAL_INNER_LIMITS_H
#define SEAL_INNER_LIMITS_H

#include <stdint.h>

#include "model/limits.h"

/*
 * Holds soft and hard limit of each kind to LIMITS[kind] at most; what the caller had is never
 * raised, and nothing inside can raise a hard limit again. Refuses the run if that fails.
 */
void limits_apply(const uint64_t limits[LIMITS]);

#endif
