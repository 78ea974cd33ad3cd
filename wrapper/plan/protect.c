#include "plan/protect.h"

#include <stdlib.h>
#include <string.h>

#include "base/mutant.h"
#include "base/path.h"

/* A row at one path of this run. */
struct claim {
	const char *path;
	enum guard_kind kind;
	enum stand_in missing;
	enum protect_found found;
	bool firm; /* no grant lifts it */
	bool on_path;
	bool cache; /* a bundle's: in a folder that its tool fills */
	struct origin from;
};

struct claims {
	struct claim *v;
	size_t n, cap;
};

struct claimer {
	const struct policy *p;
	const struct facts *f;
	struct arena *arena;
	struct claims *out;
};

static struct claim *claim(
	struct claimer *c, const char *path, enum stand_in missing, const char *why)
{
	struct claim *x = vec_push(c->arena, c->out);

	x->path = path;
	x->kind = GUARD_PROTECT;
	x->missing = missing;
	x->from = (struct origin){.kind = ORIGIN_BUILTIN, .why = why};
	return x;
}

/* True if the run may write PATH, or something above it. */
static bool is_granted(const struct claimer *c, const char *path)
{
	const struct grant *g;

	if (path_under(path, c->f->project))
		return c->p->profile != PROFILE_READ_ONLY;
	vec_each (g, &c->p->grants)
		if (g->kind == GRANT_WRITE && g->path && path_under(path, g->path))
			return true;
	return false;
}

static void claim_rows(struct claimer *c, enum protect_place place, const char *folder)
{
	const struct protect_row *row;

	vec_each (row, c->p->protect) {
		struct claim *x;

		if (row->place != place)
			continue;
		x = claim(c, path_absolute(c->arena, folder, row->path), row->missing, row->why);
		x->found = row->found;
		x->firm = strcmp(row->path, "seal.toml") == 0;
		x->from.kind = ORIGIN_PROFILE;
		x->from.at = row->at;
	}
}

bool protect_is_too_wide(const struct repo *r, const char *run)
{
	return path_under(r->root, run);
}

static void claim_repository(struct claimer *c, const struct repo *r)
{
	static const char runs[] = "the repository's configuration makes git run or read it";
	size_t i;

	if (!is_granted(c, r->root))
		return;
	if (strcmp(r->root, c->f->project) != 0)
		claim_rows(c, PROTECT_PROJECT, r->root);
	if (!r->git)
		return;
	/* Proven or not: where it cannot be written a row costs a look and does nothing. */
	claim_rows(c, PROTECT_GIT, r->common);
	if (strcmp(r->git, r->common) != 0)
		claim_rows(c, r->link == PATH_DIR ? PROTECT_GIT : PROTECT_WORKTREE, r->git);
	for (i = 0; i < r->pointers.n; i++)
		claim_rows(c, PROTECT_WORKTREE, r->pointers.v[i]);
	for (i = 0; i < r->modules.n; i++) {
		/* To open is to grant: not on the word of a pointer that nothing confirms. */
		if (r->proven)
			claim(c, r->modules.v[i], STAND_NONE,
				"a submodule's repository, to commit to")
				->kind = GUARD_OPEN;
		claim_rows(c, PROTECT_GIT, r->modules.v[i]);
	}
	for (i = 0; i < r->runs.n; i++)
		if (is_granted(c, r->runs.v[i]) && !protect_is_too_wide(r, r->runs.v[i]))
			claim(c, r->runs.v[i], STAND_FILE, runs);
}

/* Programs that are planted in a folder on PATH run outside, at the user's next command. */
static void claim_path(struct claimer *c)
{
	const char *p = facts_variable(c->f, "PATH"), *folder;
	size_t n;

	for (; p && *p; p += n + (p[n] == ':')) {
		n = strcspn(p, ":");
		folder = *p == '/' ? path_absolute(c->arena, "/", arena_strndup(c->arena, p, n))
				   : NULL;
		if (folder && strcmp(folder, c->f->project) != 0 && is_granted(c, folder))
			claim(c, folder, STAND_PIPE, "a folder on PATH")->on_path = true;
	}
}

static void claim_home(struct claimer *c)
{
	struct claims all = {0};
	struct claimer home = *c;
	const struct claim *x;

	home.out = &all;
	claim_rows(&home, PROTECT_HOME, c->f->home);
	vec_each (x, &all)
		if (is_granted(c, x->path))
			*vec_push(c->arena, c->out) = *x;
}

/* The opened first: a row at the same path is about what is in it. */
static int by_path(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)y->kind - (int)x->kind;
}

/* By path, each row of a path once: a submodule's repository is reached from two sides. */
static void sort_claims(struct claims *all)
{
	size_t i, n = 0;

	if (all->n > 1)
		qsort(all->v, all->n, sizeof *all->v, by_path);
	for (i = 0; i < all->n; i++)
		if (n == 0 || strcmp(all->v[n - 1].path, all->v[i].path) != 0 ||
			all->v[n - 1].kind != all->v[i].kind)
			all->v[n++] = all->v[i];
	all->n = n;
}

/* What tools keep in their caches and run outside later: repositories, plugins. */
static void claim_bundles(struct claimer *c)
{
	const struct grant *g;

	vec_each (g, &c->p->grants)
		if (g->kind == GRANT_PROTECT && g->from.bundle && g->path &&
			is_granted(c, g->path)) {
			struct claim *x = claim(c, g->path, STAND_FOLDER, NULL);

			x->cache = true;
			x->from = g->from;
		}
}

static void claim_all(struct claimer *c)
{
	const struct repo *r;
	size_t i;

	if (!c->p->protect)
		return;
	if (is_granted(c, c->f->project))
		claim_rows(c, PROTECT_PROJECT, c->f->project);
	vec_each (r, &c->f->repos)
		claim_repository(c, r);
	claim_path(c);
	claim_home(c);
	claim_bundles(c);
	for (i = 0; i < c->f->manifests.n; i++)
		if (is_granted(c, c->f->manifests.v[i]))
			claim(c, c->f->manifests.v[i], STAND_NONE,
				"a command must not change what another may do")
				->firm = true;
	sort_claims(c->out);
}

void protect_with_parents(struct arena *arena, struct strvec *out, const char *path)
{
	for (; strcmp(path, "/") != 0; path = path_parent(arena, path))
		strvec_push(arena, out, path);
}

void protect_paths(
	const struct policy *p, const struct facts *f, struct arena *arena, struct strvec *out)
{
	struct claims all = {0};
	struct claimer c = {.p = p, .f = f, .arena = arena, .out = &all};
	const struct claim *x;

	claim_all(&c);
	vec_each (x, &all)
		protect_with_parents(arena, out, x->path);
}

/* A grant to write what the row names, and nothing else. */
static bool is_lifted(const struct builder *b, const struct claim *x)
{
	const struct grant *g;

	if (x->firm)
		return false;
	vec_each (g, &b->policy->grants)
		if (g->kind == GRANT_WRITE && g->path && strcmp(g->path, x->path) == 0 &&
			g->from.kind != ORIGIN_PROFILE)
			return true;
	return false;
}

/* True if what is at X is not read-only as a whole. */
static bool is_left(const struct claim *x, const struct path_fact *fact)
{
	return x->found == FOUND_TOLD || (x->found == FOUND_ROWS && fact && fact->kind == PATH_DIR);
}

static void tell(
	struct builder *b, const struct claim *x, const struct path_fact *fact, bool lifted)
{
	bool missing = fact && fact->end == PATH_MISSING;

	if (x->kind != GUARD_PROTECT || (!missing && is_left(x, fact)))
		return;
	*vec_push(b->arena, &b->plan->protected) = (struct protected){
		.path = x->path,
		.state = lifted    ? PROTECTED_LIFTED
			: !missing ? PROTECTED_HELD
			: x->missing == STAND_NONE || b->policy->no_placeholders
			? PROTECTED_FREE
			: PROTECTED_STANDS_IN,
		.from = x->from,
	};
}

/* The folder of an active virtual environment is one: its user would look in vain for the reason.
 */
static void note_path(struct builder *b, const char *path)
{
	const char *in_project = path + strlen(b->facts->project) + 1;

	strvec_push(b->arena, &b->plan->notes,
		arena_printf(b->arena,
			"%s is on your PATH, so it is read-only inside; to allow: [sandbox.os] "
			"write = [\"%s\"]",
			path, in_project));
}

/* True if a person's own guard holds X: what a row opens again was not said to him. */
static bool is_shut(
	const struct guards *guards, const struct claim *x, const struct path_fact *fact)
{
	const struct guard *g;

	if (x->kind != GUARD_OPEN || !fact || !fact->canonical)
		return false;
	vec_each (g, guards)
		if (g->named && path_under(fact->canonical, g->canonical))
			return true;
	return false;
}

void protect_guards(struct builder *b, struct guards *guards)
{
	struct claims all = {0};
	struct claimer c = {.p = b->policy, .f = b->facts, .arena = b->arena, .out = &all};
	const struct claim *x;

	claim_all(&c);
	vec_each (x, &all) {
		const struct path_fact *fact = facts_path(b->facts, x->path);
		bool lifted = is_lifted(b, x);
		const struct guard g = {
			.kind = x->kind,
			.path = x->path,
			.stand_in = x->missing,
			.leaf = x->on_path,
			.deep = x->cache,
			.from = x->from,
		};

		tell(b, x, fact, lifted);
		if (x->on_path && !lifted && fact && fact->end != PATH_MISSING &&
			path_under(x->path, b->facts->project))
			note_path(b, x->path);
		if (!lifted && !is_left(x, fact) && !is_shut(guards, x, fact))
			protect_guard(b, guards, &g);
	}
}

/* The first component of PATH, from the top, that is KIND; NULL if none is known to be. */
static const char *first_of(struct builder *b, const char *path, enum path_kind kind)
{
	const char *p = path;

	do {
		const struct path_fact *fact;
		const char *up;

		p = strchr(p + 1, '/');
		up = p ? arena_strndup(b->arena, path, (size_t)(p - path)) : path;
		fact = facts_path(b->facts, up);
		if (fact && fact->kind == kind && !fact->unknown)
			return up;
	} while (p);
	return NULL;
}

static struct guard *add(
	struct builder *b, struct guards *guards, const struct guard *template, const char *thing)
{
	struct guard *g = vec_push(b->arena, guards);

	*g = *template;
	g->canonical = thing;
	g->stand_in = STAND_NONE;
	g->if_gone = b->policy->no_placeholders ? STAND_NONE : template->stand_in;
	return g;
}

/* Where nobody can make anything, nothing needs to stand in the way. */
static bool is_closed(struct builder *b, const char *path)
{
	const struct path_fact *up = facts_path(b->facts, path_parent(b->arena, path));

	return up && up->closed;
}

/* PATH with what is there under its canonical name: a mount's source is one. */
static const char *canonical_of(struct builder *b, const char *path)
{
	const char *up;
	const struct path_fact *fact;

	for (up = path; strcmp(up, "/") != 0; up = path_parent(b->arena, up)) {
		fact = facts_path(b->facts, up);
		if (fact && fact->end != PATH_MISSING && fact->canonical)
			return arena_printf(b->arena, "%s%s", fact->canonical, path + strlen(up));
	}
	return path;
}

/*
 * The tool fills the folders above: they come to be, as pins, and what stands for the thing stands
 * at its own name. A mount whose own folder is missing too has that under the name that was
 * written, not under a canonical one.
 */
static void guard_deep(struct builder *b, struct guards *guards, const struct guard *template)
{
	const char *canonical = canonical_of(b, template->path);

	add(b, guards, template, canonical)->stand_in = STAND_FOLDER;
	if (strcmp(canonical, template->path) != 0)
		add(b, guards, template, template->path)->stand_in = STAND_FOLDER;
}

bool protect_guard(struct builder *b, struct guards *guards, const struct guard *template)
{
	const struct path_fact *fact = facts_path(b->facts, template->path);
	const char *link, *missing;
	struct guard *g;
	bool stands = template->stand_in && !b->policy->no_placeholders && !WITHOUT(STANDINS);

	if (!fact)
		return true;
	if (fact->unknown) {
		diag_add(b->diags, template->from.at,
			"'%s' cannot be looked at, so it cannot be held; make its folder readable "
			"for you",
			template->path);
		return false;
	}
	/* What nobody named may lead elsewhere by a link: the link's own name is held as well. */
	link = template->named ? NULL : first_of(b, template->path, PATH_SYMLINK);
	if (link) {
		g = add(b, guards, template, link);
		g->kind = GUARD_PROTECT;
		g->path = link;
		g->file = true;
	}
	if (fact->end != PATH_MISSING) {
		add(b, guards, template, fact->canonical)->file = fact->end != PATH_DIR;
		return true;
	}
	if (template->deep) {
		if (stands)
			guard_deep(b, guards, template);
		return true;
	}
	missing = first_of(b, template->path, PATH_MISSING);
	if (link || !missing || !stands || is_closed(b, missing) ||
		(template->leaf && strcmp(missing, template->path) != 0))
		return true;
	g = add(b, guards, template, missing);
	g->stand_in = strcmp(missing, template->path) == 0 ? template->stand_in : STAND_PIPE;
	g->file = g->stand_in != STAND_FOLDER;
	return true;
}
