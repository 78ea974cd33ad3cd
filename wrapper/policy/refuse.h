/*
 * refuse: what no manifest grants, and what is no project.
 */
#ifndef SEAL_POLICY_REFUSE_H
#define SEAL_POLICY_REFUSE_H

#include "model/facts.h"
#include "model/policy.h"
#include "policy/merge.h"

/* Refuses grants of the manifest that REFUSE names (profiles/refuse.toml), and such a project. */
void policy_refuse(const struct merged *m, const struct refusals *refusals, const struct facts *f,
	struct arena *arena, struct diags *diags);

/*
 * The same for where the paths of P lead, once host/ has looked: a symlink between can be made by
 * a guest of an earlier run. What a project's manifest names without "~" must be no symlink at
 * all.
 */
void policy_refuse_targets(const struct policy *p, const struct refusals *refusals,
	const struct facts *f, struct arena *arena, struct diags *diags);

#endif
