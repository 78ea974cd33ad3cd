#include "policy/refuse.h"

#include <string.h>

#include "base/path.h"
#include "policy/expand.h"

/* True if PATH is the store STORE or a folder that holds it. */
static bool holds(const char *path, const char *store)
{
	return path_under(store, path);
}

static void refuse_project(const struct refusals *refusals, const struct facts *f,
	struct arena *arena, struct diags *diags)
{
	const struct place here = {.file = f->project};
	const struct grant *g;
	const char *path;

	vec_each (g, &refusals->roots)
		if ((path = expand_path(g->value, f, arena)) && holds(f->project, path)) {
			diag_add(diags, here,
				"this cannot be a project: %s; go to a folder below it",
				g->from.why);
			return;
		}
	vec_each (g, &refusals->beneath)
		if ((path = expand_path(g->value, f, arena)) && path_under(f->project, path)) {
			diag_add(diags, here, "this cannot be a project: %s", g->from.why);
			return;
		}
	vec_each (g, &refusals->secrets)
		if ((path = expand_path(g->value, f, arena)) && holds(f->project, path)) {
			diag_add(diags, here, "this cannot be a project: it holds %s (%s)",
				g->value, g->from.why);
			return;
		}
}

static void refuse_grant(const struct grant *g, const struct refusals *refusals,
	const struct facts *f, struct arena *arena, struct diags *diags)
{
	const char *path = expand_path(g->value, f, arena), *store;
	const struct grant *secret;

	if (path && (holds(path, f->home) || strcmp(path, "/tmp") == 0)) {
		diag_add(diags, g->from.at,
			"%s of '%s' is refused: it is shared by everything; name the paths below "
			"it",
			grant_kind_name(g->kind), g->value);
		return;
	}
	vec_each (secret, &refusals->secrets) {
		store = expand_path(secret->value, f, arena);
		if (!path || !store || !holds(path, store))
			continue;
		diag_add(diags, g->from.at, "%s of '%s' is refused: %s: %s",
			grant_kind_name(g->kind), g->value, secret->value, secret->from.why);
		return;
	}
}

void policy_refuse(const struct merged *m, const struct refusals *refusals, const struct facts *f,
	struct arena *arena, struct diags *diags)
{
	size_t i;

	refuse_project(refusals, f, arena, diags);
	for (i = 0; i < m->m.grants.n; i++)
		if (m->m.grants.v[i].kind == GRANT_READ || m->m.grants.v[i].kind == GRANT_WRITE ||
			m->m.grants.v[i].kind == GRANT_SOCKET)
			refuse_grant(&m->m.grants.v[i], refusals, f, arena, diags);
}
