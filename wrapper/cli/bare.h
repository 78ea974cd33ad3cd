/*
 * bare: runs without namespaces of their own: inside a run, and in the lower tier.
 */
#ifndef SEAL_CLI_BARE_H
#define SEAL_CLI_BARE_H

#include "cli/session.h"
#include "launch/refused.h"

/* A run inside a run. Returns the exit code only if it cannot be started. */
int bare_inside(struct session *s);

/* The lower tier, which the user's own file allows, after the machine has REFUSED the full one. */
int bare_lower(struct session *s, const struct refusal *refused);

#endif
