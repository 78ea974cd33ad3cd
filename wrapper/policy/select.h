/*
 * select: which grants of a bundle apply, by the settings of its entry.
 */
#ifndef SEAL_POLICY_SELECT_H
#define SEAL_POLICY_SELECT_H

#include "model/manifest.h"
#include "model/policy.h"

/* The entry of M for the tool NAME, or NULL; M may be NULL. */
const struct tool *select_tool(const struct manifest *m, const char *name);

/* What to do with a grant G of bundle B. */
typedef void pick(void *user, const struct bundle *b, const struct grant *g);

/*
 * Calls TO for each grant that applies when MATCH's bundle is used with the entry T, no wider
 * than CEILING (either may be NULL): the bundle's own, its hosts unless T has others, and T's.
 */
void select_grants(const struct match *match, const struct tool *t, const struct tool *ceiling,
	pick *to, void *user);

#endif
