/*
 * plan: policy + facts -> one run as data. Pure: the same inputs give the same plan anywhere.
 */
#ifndef SEAL_PLAN_PLAN_H
#define SEAL_PLAN_PLAN_H

#include "model/facts.h"
#include "model/plan.h"

/*
 * The paths whose facts plan_build() will ask for, sorted, none twice: in BOUND what may become
 * the source of a mount, in SEEN what is only looked at.
 */
void plan_paths(const struct policy *p, const struct facts *f, struct arena *arena,
	struct strvec *bound, struct strvec *seen);

/* The names of the programs beside the command that plan_build() will ask for, none twice. */
void plan_programs(const struct policy *p, struct arena *arena, struct strvec *out);

/*
 * Makes the plan of running ARGV (NULL-terminated). What cannot be planned safely goes to DIAGS;
 * the plan is then not to be performed. All memory is ARENA's or the inputs'.
 */
void plan_build(struct plan *plan, const struct policy *p, const struct facts *f,
	const char *const *argv, struct arena *arena, struct diags *diags);

#endif
