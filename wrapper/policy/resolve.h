/*
 * resolve: everything that applies to one command, in one list of grants with origins.
 *
 * base.toml + the manifest's own grants + those of each bundle that the command matches, chosen
 * by the settings (knobs) of the tool's entry. Grants never leak to a command that does not
 * match.
 */
#ifndef SEAL_POLICY_RESOLVE_H
#define SEAL_POLICY_RESOLVE_H

#include "model/facts.h"
#include "model/policy.h"
#include "policy/merge.h"

/*
 * Fills P for a command that matches MATCHES (their bundles loaded, used ones included). Paths
 * are expanded for F. Everything is allocated from ARENA or belongs to the inputs.
 */
void policy_resolve(struct policy *p, const struct merged *m, const struct bundle *base,
	const struct matches *matches, const struct facts *f, struct arena *arena);

/* True if P lets some host be reached by its name. */
bool policy_names(const struct policy *p);

/* True if P has a rule for the session bus. */
bool policy_wants_bus(const struct policy *p);

/* Adds the grants of a profile that this policy needs too. */
void policy_add_profile(
	struct policy *p, const struct bundle *profile, const struct facts *f, struct arena *arena);

#endif
