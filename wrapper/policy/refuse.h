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

#endif
