/*
 * The parts of a plan, one file each, called by plan_build() in this order.
 */
#ifndef SEAL_PLAN_PARTS_H
#define SEAL_PLAN_PARTS_H

#include "plan/plan.h"

/* What every part works with. */
struct builder {
	struct plan *plan;
	const struct policy *policy;
	const struct facts *facts;
	struct arena *arena;
	struct diags *diags;
};

void plan_net(struct builder *b);
void plan_limits(struct builder *b);
void plan_mounts(struct builder *b);
void plan_etc(struct builder *b, struct mounts *to); /* files of /etc that we write ourselves */
void plan_env(struct builder *b);
void plan_landlock(struct builder *b);
void plan_layers(struct builder *b); /* after all others */

#endif
