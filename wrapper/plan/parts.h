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

/* The programs of helpers that bundles set, to OUT. */
void plan_git_programs(const struct policy *p, struct arena *arena, struct strvec *out);

/* direnv, if the command runs behind it, to OUT. */
void plan_envrc_programs(const struct policy *p, struct arena *arena, struct strvec *out);

void plan_net(struct builder *b);
void plan_bus(struct builder *b);
void plan_limits(struct builder *b);
void plan_mounts(struct builder *b);
void plan_etc(struct builder *b, struct mounts *to); /* files of /etc that we write ourselves */
void plan_env(struct builder *b);
void plan_git_config(struct builder *b); /* after plan_env, to which it adds */
void plan_envrc(struct builder *b);      /* after mounts and env */
void plan_landlock(struct builder *b);
void plan_layers(struct builder *b); /* after all others */

#endif
