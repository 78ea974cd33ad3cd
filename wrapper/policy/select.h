/*
 * select: which grants of a bundle apply, by the settings of its entry.
 */
#ifndef SEAL_POLICY_SELECT_H
#define SEAL_POLICY_SELECT_H

#include "model/policy.h"
#include "policy/knob.h"

/* What to do with a grant G of bundle B. */
typedef void pick(void *user, const struct bundle *b, const struct grant *g);

/*
 * Calls TO for each grant that applies when MATCH's bundle is used with the choice C: the bundle's
 * own, its hosts unless its entry has others, and the entry's. Of a bundle that is only used by
 * another neither hosts nor ports, nor what is for its own commands. Grants of every platform.
 */
void select_grants(const struct match *match, const struct choice *c, pick *to, void *user);

/*
 * True if the bundle that U names comes along with MATCH. What depends on a setting does not come
 * with a bundle that is only used itself: its setting is about its own commands, and git's login
 * is for git, not for each tool that reads git's configuration.
 */
bool select_use(const struct match *match, const struct use *u, const struct choice *c);

#endif
