#include "plan/plan.h"

#include <string.h>

#include "base/path.h"
#include "plan/parts.h"
#include "plan/protect.h"
#include "plan/view.h"

/* Sorts ALL and gives what is in it, once each, but nothing of BUT: NULL, or such a list. */
static void sorted(
	struct strvec *all, const struct strvec *but, struct arena *arena, struct strvec *out)
{
	size_t i, j = 0;

	strvec_sort(all);
	for (i = 0; i < all->n; i++) {
		if (i > 0 && strcmp(all->v[i], all->v[i - 1]) == 0)
			continue;
		while (but && j < but->n && strcmp(but->v[j], all->v[i]) < 0)
			j++;
		if (!but || j == but->n || strcmp(but->v[j], all->v[i]) != 0)
			strvec_push(arena, out, all->v[i]);
	}
}

void plan_paths(const struct policy *p, const struct facts *f, struct arena *arena,
	struct strvec *bound, struct strvec *seen)
{
	struct strvec all = {0}, more = {0};
	size_t i;

	for (i = 0; i < p->grants.n; i++) {
		const struct grant *g = &p->grants.v[i];

		if (!g->path)
			continue;
		if (g->kind == GRANT_DENY || g->kind == GRANT_PROTECT)
			protect_with_parents(arena, &more, g->path);
		else
			strvec_push(arena, &all, g->path);
	}
	if (p->proxy == PROXY_EXPLICIT && f->program)
		strvec_push(arena, &all, f->program);
	strvec_push(arena, &all, f->project);
	if (p->manifest)
		strvec_push(arena, &more, p->manifest);
	protect_paths(p, f, arena, &more);
	sorted(&all, NULL, arena, bound);
	sorted(&more, bound, arena, seen);
}

void plan_programs(const struct policy *p, struct arena *arena, struct strvec *out)
{
	plan_git_programs(p, arena, out);
	plan_envrc_programs(p, arena, out);
}

/* What to say if the command is missing inside and the host has it. */
static void plan_not_found(struct builder *b)
{
	const struct facts *f = b->facts;
	const char *hidden;

	/* Behind direnv it is direnv that says so. */
	if (!f->found_at || b->plan->envrc)
		return;
	hidden = !plan_shows(b->plan, f->found_at)                     ? f->found_at
		: f->found_real && !plan_shows(b->plan, f->found_real) ? f->found_real
								       : NULL;
	if (hidden)
		b->plan->not_found = arena_printf(b->arena,
			"outside it is %s, which the sandbox does not show; to allow: [sandbox.os] "
			"read = [\"%s\"]",
			hidden,
			strcmp(path_parent(b->arena, hidden), f->home) == 0
				? hidden
				: path_parent(b->arena, hidden));
}

/* What has a bundle and runs without it. */
static void plan_idle(struct builder *b)
{
	const struct idle *x;

	vec_each (x, &b->policy->idle)
		strvec_push(b->arena, x->by_itself ? &b->plan->notes : &b->plan->remarks, x->text);
}

void plan_build(struct plan *plan, const struct policy *p, const struct facts *f,
	const char *const *argv, struct arena *arena, struct diags *diags)
{
	struct builder b = {
		.plan = plan,
		.policy = p,
		.facts = f,
		.arena = arena,
		.diags = diags,
	};

	*plan = (struct plan){
		.policy = p,
		.project = f->project,
		.cwd = f->cwd,
		.home = f->home,
		.argv = argv,
	};
	plan_idle(&b);
	plan_net(&b);
	plan_bus(&b);
	plan_limits(&b);
	plan_mounts(&b);
	plan_env(&b);
	plan_git_config(&b);
	plan_envrc(&b);
	plan_landlock(&b);
	plan_layers(&b);
	plan_not_found(&b);
}
