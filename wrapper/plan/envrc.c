/*
 * envrc: the command behind `direnv exec FOLDER`, inside.
 *
 * direnv itself loads the file there, and it asks its store first. The user's store is not shown: a
 * guest that could write it would approve an .envrc for the user's next shell, outside, and one
 * that can read it sees the paths of all projects. What is shown is one file of data at the place
 * of the store, in the private home: the name that allows the very bytes that were looked at.
 * Whoever changes the .envrc in the meantime is refused by direnv, inside.
 */
#include <string.h>

#include "base/path.h"
#include "plan/guard.h"
#include "plan/parts.h"
#include "plan/view.h"

static const char direnv[] = "direnv";

/* The place of the file that allows, as direnv inside looks for it. */
static const char *approval_path(struct builder *b)
{
	const char *folder = path_join(b->arena, b->facts->home, ".local/share");
	const struct env_var *v;

	vec_each (v, &b->plan->env)
		if (strcmp(v->name, "XDG_DATA_HOME") == 0 && *v->value == '/')
			folder = path_absolute(b->arena, "/", v->value);
	return arena_printf(b->arena, "%s/direnv/allow/%s", folder, b->facts->envrc.approval);
}

static void show_approval(struct builder *b)
{
	const char *dest = approval_path(b);
	const struct mount *up = mount_above(&b->plan->mounts, dest);
	struct mounts *all = &b->plan->mounts;
	struct mount m = {
		.kind = MOUNT_DATA,
		.dest = dest,
		.data = arena_printf(b->arena, "%s\n", b->facts->envrc.path),
		.fd = -1,
		.from = {.kind = ORIGIN_BUILTIN, .why = "allows this .envrc, as it is now"},
	};
	struct mount seal;

	/* Somebody has granted the store: what it says is what direnv hears. */
	if (up && mount_is_bind(up))
		return;
	seal = all->v[all->n - 1]; /* stays the last */
	all->v[all->n - 1] = m;
	mounts_sort(all);
	*vec_push(b->arena, all) = seal;
}

static void wrap(struct builder *b)
{
	const char *const *word = b->plan->argv;
	struct strvec argv = {0};

	strvec_push(b->arena, &argv, direnv);
	strvec_push(b->arena, &argv, "exec");
	strvec_push(b->arena, &argv, b->facts->envrc.folder);
	for (; *word; word++)
		strvec_push(b->arena, &argv, *word);
	b->plan->argv = argv.v;
	b->plan->envrc = b->facts->envrc.path;
}

void plan_envrc_programs(const struct policy *p, struct arena *arena, struct strvec *out)
{
	if (p->loading.how == LOADING_WRAPPED)
		strvec_push(arena, out, direnv);
}

/* True if a run may write the store: an earlier one could have, and its word is worth nothing. */
static bool is_guests(struct builder *b)
{
	const char *store = b->facts->envrc.store;
	const struct mount *m, *deepest = NULL;

	vec_each (m, &b->plan->mounts)
		if (mount_is_bind(m) && path_under(store, m->source) &&
			(!deepest || strlen(m->source) >= strlen(deepest->source)))
			deepest = m;
	return deepest && (deepest->kind == MOUNT_BIND_RW || path_under(store, b->facts->project));
}

void plan_envrc(struct builder *b)
{
	const struct loading *l = &b->policy->loading;
	const struct place here = {.file = b->facts->envrc.path};

	if (l->note)
		strvec_push(b->arena, &b->plan->notes, l->note);
	if (l->how == LOADING_NONE)
		return;
	if (is_guests(b)) {
		diag_add(b->diags, here,
			"direnv's word on it is in %s, which the run may write; set XDG_DATA_HOME "
			"to a folder outside of what is granted",
			b->facts->envrc.store);
		return;
	}
	if (l->how == LOADING_WRAPPED && !plan_has_program(b->plan, b->facts, direnv)) {
		diag_add(b->diags, here,
			"the sandbox shows no program 'direnv' to load it by; install direnv, or "
			"set envrc_mode to \"off\"");
		return;
	}
	show_approval(b);
	if (l->how == LOADING_WRAPPED)
		wrap(b);
}
