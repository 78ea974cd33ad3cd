#include "plan/plan.h"

#include <string.h>

#include "base/path.h"
#include "plan/parts.h"

void plan_paths(
	const struct policy *p, const struct facts *f, struct arena *arena, struct strvec *out)
{
	struct strvec all = {0};
	size_t i;

	for (i = 0; i < p->grants.n; i++)
		if (p->grants.v[i].path)
			strvec_push(arena, &all, p->grants.v[i].path);
	if (p->proxy == PROXY_EXPLICIT && f->program)
		strvec_push(arena, &all, f->program);
	strvec_push(arena, &all, f->project);
	strvec_push(arena, &all, path_absolute(arena, f->project, "seal.toml"));
	if (!p->manifest)
		strvec_push(arena, &all, path_absolute(arena, f->project, ".git"));
	if (p->manifest)
		strvec_push(arena, &all, p->manifest);
	strvec_sort(&all);
	for (i = 0; i < all.n; i++)
		if (i == 0 || strcmp(all.v[i], all.v[i - 1]) != 0)
			strvec_push(arena, out, all.v[i]);
}

bool plan_shows(const struct plan *plan, const char *path)
{
	const struct mount *m = mount_above(&plan->mounts, path);

	/* A link of the root (/bin -> usr/bin): the tree that it leads to is there. */
	return m &&
		(m->kind == MOUNT_BIND_RO || m->kind == MOUNT_BIND_RW || m->kind == MOUNT_COPY ||
			m->kind == MOUNT_SYMLINK);
}

/* What to say if the command is missing inside and the host has it. */
static void plan_not_found(struct builder *b)
{
	const struct facts *f = b->facts;
	const char *hidden;

	if (!f->found_at)
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
	plan_net(&b);
	plan_mounts(&b);
	plan_env(&b);
	plan_landlock(&b);
	plan_not_found(&b);
}
