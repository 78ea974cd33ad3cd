#include "policy/refuse.h"

#include <string.h>

#include "base/mutant.h"
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

	if (WITHOUT(REFUSE))
		return;
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

/* What forbids PATH, as "the place: the reason"; NULL if nothing does. */
static const char *path_fault(
	const char *path, const struct refusals *r, const struct facts *f, struct arena *arena)
{
	const struct grant *g;
	const char *store;

	if (WITHOUT(REFUSE))
		return NULL;
	if (holds(path, f->home) || strcmp(path, "/tmp") == 0)
		return "it is shared by everything; name the paths below it";
	vec_each (g, &r->own)
		if (holds(path, g->value) || path_under(path, g->value))
			return "it holds your own configuration of the sandbox";
	vec_each (g, &r->beneath)
		if (path_under(path, g->value))
			return arena_printf(arena, "%s: %s", g->value, g->from.why);
	vec_each (g, &r->secrets)
		if ((store = expand_path(g->value, f, arena)) && holds(path, store))
			return arena_printf(arena, "%s: %s", g->value, g->from.why);
	return NULL;
}

static void refuse_grant(const struct grant *g, const struct refusals *refusals,
	const struct facts *f, struct arena *arena, struct diags *diags)
{
	const char *path = expand_path(g->value, f, arena), *fault;

	/* A socket of somebody unknown is one that is not there. */
	if (!path && g->kind == GRANT_SOCKET && f->nameless && strstr(g->value, "<USER>"))
		return;
	if (!path) {
		diag_add(diags, g->from.at, "%s '%s' leads nowhere; write the path in full",
			grant_kind_name(g->kind), g->value);
		return;
	}
	if (g->kind != GRANT_READ && g->kind != GRANT_WRITE)
		return;
	fault = path_fault(path, refusals, f, arena);
	if (fault)
		diag_add(diags, g->from.at, "%s of '%s' is refused: %s", grant_kind_name(g->kind),
			g->value, fault);
}

static void refuse_all(const struct merged *m, const struct refusals *refusals,
	const struct facts *f, struct arena *arena, struct diags *diags)
{
	size_t i;

	refuse_project(refusals, f, arena, diags);
	for (i = 0; i < m->m.grants.n; i++)
		if (grant_is_path(m->m.grants.v[i].kind))
			refuse_grant(&m->m.grants.v[i], refusals, f, arena, diags);
}

void policy_refuse(const struct merged *m, const struct refusals *refusals, const struct facts *f,
	struct arena *arena, struct diags *diags)
{
	struct facts account = *f;
	size_t before = diags->list.n;

	refuse_all(m, refusals, f, arena, diags);
	/* HOME may say anything: what the account calls home is no project either. */
	account.home = f->account_home;
	if (diags->list.n == before && strcmp(f->account_home, f->home) != 0)
		refuse_all(m, refusals, &account, arena, diags);
}

void policy_refuse_targets(const struct policy *p, const struct refusals *refusals,
	const struct facts *f, struct arena *arena, struct diags *diags)
{
	const struct path_fact *fact;
	const struct grant *g;
	const char *fault;

	vec_each (g, &p->grants) {
		fact = g->path ? facts_path(f, g->path) : NULL;
		if (!fact || !fact->canonical || g->from.kind == ORIGIN_PROFILE)
			continue;
		/* A manifest's own words were held against the list before; a bundle's are now. */
		if (strcmp(fact->canonical, g->path) == 0 && g->from.kind != ORIGIN_BUNDLE)
			continue;
		if (g->from.kind == ORIGIN_MANIFEST && *g->value != '~' && !WITHOUT(SYMLINKS)) {
			diag_add(diags, g->from.at,
				"%s of '%s' leads to %s through a symbolic link, which may be a "
				"guest's; name where it leads",
				grant_kind_name(g->kind), g->value, fact->canonical);
			continue;
		}
		fault = g->kind == GRANT_READ || g->kind == GRANT_WRITE
			? path_fault(fact->canonical, refusals, f, arena)
			: NULL;
		if (fault)
			diag_add(diags, g->from.at, "%s of '%s' leads to %s, which is refused: %s",
				grant_kind_name(g->kind), g->value, fact->canonical, fault);
	}
}
