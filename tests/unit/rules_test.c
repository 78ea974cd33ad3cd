/*
 * Rules that every plan of path grants keeps, tried on 500 sets of grants over one small tree.
 * The sets are pseudo-random from a fixed seed, so a failure comes back; the first set that breaks
 * a rule is printed with it.
 *
 * What is right is said here in other words than in plan/mounts.c: a path is hidden if a deny is on
 * it or above it; else the deepest read or write on it or above it decides; and a protect on it or
 * above it takes writing away.
 */
#include "base/path.h"
#include "fixture.h"
#include "model/names.h"
#include "plan/view.h"
#include "tap.h"

enum { SETS = 500, GRANTS_MOST = 8, ORDERS = 3, TREE = 3 + 9 + 27, MISSING = 3 };

enum rule {
	RULE_FAULTS,
	RULE_ORDER,
	RULE_PARENTS,
	RULE_DENY,
	RULE_DENY_BELOW,
	RULE_PROTECT,
	RULE_PROTECT_BELOW,
	RULE_PINNED,
	RULE_GRANTED,
	RULE_NOT_GRANTED,
	RULE_STANDS_IN,
	RULE_IDLE,
	RULES,
};

static const char *const rule_names[RULES] = {
	[RULE_FAULTS] = "such grants have no fault",
	[RULE_ORDER] = "the order of declaration means nothing",
	[RULE_PARENTS] = "a mount comes before what lies below it",
	[RULE_DENY] = "a denied path is not shown",
	[RULE_DENY_BELOW] = "nor is what lies below it, whatever grants that",
	[RULE_PROTECT] = "a protected path is not writable",
	[RULE_PROTECT_BELOW] = "nor is what lies below it, whatever grants that",
	[RULE_PINNED] = "no folder between a writable mount and a protected path can be renamed",
	[RULE_GRANTED] = "what is granted is there, in the mode of its deepest grant",
	[RULE_NOT_GRANTED] = "what is not granted is not there",
	[RULE_STANDS_IN] = "where a missing name could be made, something stands in for it",
	[RULE_IDLE] = "no mount repeats the one above it",
};

/* The tree: /srv/t/[abc], two levels of the same below each; the deepest are files in part. */
static char tree_paths[TREE][32];
static struct node tree[TREE + 1];

/* Names that are asked for and do not exist. */
static const char *const missing[MISSING] = {"/srv/t/a/x", "/srv/t/b/b/x", "/srv/none"};

static void make_tree(void)
{
	static const char names[] = "abc";
	size_t n = 0, i, j, k;

	for (i = 0; i < 3; i++) {
		snprintf(tree_paths[n++], 32, "/srv/t/%c", names[i]);
		for (j = 0; j < 3; j++) {
			snprintf(tree_paths[n++], 32, "/srv/t/%c/%c", names[i], names[j]);
			for (k = 0; k < 3; k++)
				snprintf(tree_paths[n++], 32, "/srv/t/%c/%c/%c", names[i], names[j],
					names[k]);
		}
	}
	for (n = 0; n < TREE; n++)
		tree[n] = (struct node){
			.path = tree_paths[n],
			.kind = strlen(tree_paths[n]) == 12 && n % 2 ? PATH_FILE : PATH_DIR,
		};
}

/* --- Sets of grants --------------------------------------------------------------------------- */

struct set {
	struct grant v[GRANTS_MOST];
	size_t n;
};

/* xorshift, Marsaglia 2003: the same everywhere. */
static unsigned next_random(unsigned *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void make_set(struct set *s, unsigned *state)
{
	static const enum grant_kind kinds[] = {
		GRANT_READ, GRANT_READ, GRANT_WRITE, GRANT_WRITE, GRANT_DENY, GRANT_PROTECT};
	size_t i;

	s->n = 1 + next_random(state) % GRANTS_MOST;
	for (i = 0; i < s->n; i++) {
		unsigned path = next_random(state) % (TREE + MISSING);

		s->v[i] = (struct grant){
			.kind = kinds[next_random(state) % 6],
			.path = path < TREE ? tree_paths[path] : missing[path - TREE],
			.from = {.kind = ORIGIN_MANIFEST, .at = {"seal.toml", 1, 1}},
		};
		s->v[i].value = s->v[i].path;
	}
}

static void shuffle(struct set *s, unsigned *state)
{
	size_t i, j;

	for (i = s->n; i > 1; i--) {
		struct grant g = s->v[i - 1];

		j = next_random(state) % i;
		s->v[i - 1] = s->v[j];
		s->v[j] = g;
	}
}

/* The plan of SET, in R. */
static void plan_set(struct run *r, struct set *s)
{
	r->extra = tree;
	r->command[0] = "true";
	r->policy = (struct policy){
		.profile = PROFILE_WORKSPACE,
		.strict = true,
		.grants = {s->v, s->n, s->n},
	};
	run_build(r);
}

/* --- What is right ---------------------------------------------------------------------------- */

/* True if S has a grant of KIND on PATH, or (ABOVE) on a folder above it. */
static bool has(const struct set *s, enum grant_kind kind, const char *path, bool above)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->v[i].kind == kind &&
			(above ? path_under(path, s->v[i].path) : !strcmp(path, s->v[i].path)))
			return true;
	return false;
}

/* The deepest read or write on PATH or above it; a write where both are on the same path. */
static const struct grant *deepest(const struct set *s, const char *path)
{
	const struct grant *best = NULL;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct grant *g = &s->v[i];
		size_t n = strlen(g->path);

		if ((g->kind != GRANT_READ && g->kind != GRANT_WRITE) || !path_under(path, g->path))
			continue;
		if (!best || n > strlen(best->path) ||
			(n == strlen(best->path) && g->kind == GRANT_WRITE))
			best = g;
	}
	return best;
}

static bool is_writable(const struct plan *p, const char *path)
{
	const struct mount *m = mount_above(&p->mounts, path);

	return m && m->kind == MOUNT_BIND_RW;
}

/* The rule that PATH of the tree breaks in P, or RULES. */
static enum rule broken_at(const struct set *s, const struct plan *p, const char *path)
{
	const struct grant *g = deepest(s, path);
	bool shown = plan_shows(p, path), writable = is_writable(p, path);

	if (has(s, GRANT_DENY, path, true)) {
		if (!shown)
			return RULES;
		return has(s, GRANT_DENY, path, false) ? RULE_DENY : RULE_DENY_BELOW;
	}
	if (!g)
		return shown ? RULE_NOT_GRANTED : RULES;
	if (!shown)
		return RULE_GRANTED;
	if (has(s, GRANT_PROTECT, path, true)) {
		if (!writable)
			return RULES;
		return has(s, GRANT_PROTECT, path, false) ? RULE_PROTECT : RULE_PROTECT_BELOW;
	}
	return writable == (g->kind == GRANT_WRITE) ? RULES : RULE_GRANTED;
}

static const struct mount *mount_on(const struct plan *p, const char *path)
{
	const struct mount *m = mount_above(&p->mounts, path);

	return m && strcmp(m->dest, path) == 0 ? m : NULL;
}

/*
 * A mount point cannot be renamed, a folder that merely holds one can: `mv` it away, make a new
 * one, and the protected name is free.
 */
static bool is_pinned(struct run *r, const char *path)
{
	const char *up = path_parent(&r->arena, path);

	if (!mount_on(&r->plan, path) || !is_writable(&r->plan, up))
		return true;
	for (; !mount_on(&r->plan, up); up = path_parent(&r->arena, up))
		;
	return strcmp(up, path_parent(&r->arena, path)) == 0;
}

static bool is_bind(const struct mount *m)
{
	return m && (m->kind == MOUNT_BIND_RO || m->kind == MOUNT_BIND_RW);
}

static bool is_pin(const struct mount *m)
{
	return m->kind == MOUNT_BIND_RW && m->from.why && strncmp(m->from.why, "a pin:", 6) == 0;
}

/* What the order and the number of the mounts break. */
static enum rule broken_mounts(struct run *r)
{
	const struct mounts *l = &r->plan.mounts;
	size_t i, j;

	for (i = 0; i + 1 < l->n; i++) {
		const struct mount *m = &l->v[i], *up;

		for (j = 0; j < i; j++)
			if (path_under(l->v[j].dest, m->dest))
				return RULE_PARENTS;
		up = mount_above(&r->plan.mounts, path_parent(&r->arena, m->dest));
		/* A pin repeats it on purpose: it is there to be a mount point. */
		if (is_bind(m) && is_bind(up) && m->kind == up->kind && !is_pin(m))
			return RULE_IDLE;
	}
	return RULES;
}

/* --- The rules -------------------------------------------------------------------------------- */

struct tally {
	unsigned broken[RULES];
	char first[RULES][600];
};

static void breaks(struct tally *t, enum rule rule, const struct set *s, const char *where)
{
	size_t n = 0, i;

	if (rule >= RULES || t->broken[rule]++)
		return;
	for (i = 0; i < s->n && n < 500; i++)
		n += (size_t)snprintf(t->first[rule] + n, sizeof t->first[rule] - n, "%s %s, ",
			grant_kind_name(s->v[i].kind), s->v[i].path);
	snprintf(t->first[rule] + n, sizeof t->first[rule] - n, "at %s", where);
}

/* KIND DEST SOURCE of each mount: what a plan does, without who said so. */
static const char *plan_text(struct run *r)
{
	struct strbuf b = STRBUF_INIT;
	const struct mount *m;
	const char *text;

	for (m = r->plan.mounts.v; m < r->plan.mounts.v + r->plan.mounts.n; m++)
		strbuf_addf(&b, "%s %s %s %d\n", mount_kind_names[m->kind], m->dest,
			m->source ? m->source : "-", m->file);
	text = arena_strdup(&r->arena, b.s);
	strbuf_release(&b);
	return text;
}

/* Nothing is shown at a name that does not exist, but what stands in for it. */
static bool is_stood_for(struct run *r, const char *path)
{
	const struct mount *m = mount_on(&r->plan, path);

	return m && m->stand_in && m->held && m->kind != MOUNT_BIND_RW;
}

static bool must_be_stood_for(struct run *r, const struct set *s, const char *path)
{
	return (has(s, GRANT_DENY, path, false) || has(s, GRANT_PROTECT, path, false)) &&
		is_writable(&r->plan, path_parent(&r->arena, path));
}

static void judge(struct tally *t, struct set *s, struct run *r)
{
	size_t i;

	plan_set(r, s);
	if (diag_any(&r->diags))
		breaks(t, RULE_FAULTS, s, run_faults(r));
	breaks(t, broken_mounts(r), s, "the list");
	for (i = 0; i < TREE; i++)
		breaks(t, broken_at(s, &r->plan, tree_paths[i]), s, tree_paths[i]);
	for (i = 0; i < TREE; i++)
		if (has(s, GRANT_PROTECT, tree_paths[i], false) && !is_pinned(r, tree_paths[i]))
			breaks(t, RULE_PINNED, s, tree_paths[i]);
	for (i = 0; i < MISSING; i++)
		if (is_stood_for(r, missing[i]) != must_be_stood_for(r, s, missing[i]))
			breaks(t, RULE_STANDS_IN, s, missing[i]);
		else if (is_stood_for(r, missing[i]) && !is_pinned(r, missing[i]))
			breaks(t, RULE_PINNED, s, missing[i]);
}

static void judge_orders(struct tally *t, struct set *s, const char *text, unsigned *state)
{
	size_t i;

	for (i = 0; i < ORDERS; i++) {
		struct run *other = run_new();

		shuffle(s, state);
		plan_set(other, s);
		if (strcmp(plan_text(other), text) != 0)
			breaks(t, RULE_ORDER, s, "the list");
		run_free(other);
	}
}

int main(void)
{
	static struct tally t;
	unsigned state = 20240229, kinds = 0;
	struct set s;
	size_t i, j;

	make_tree();
	for (i = 0; i < SETS; i++) {
		struct run *r = run_new();

		make_set(&s, &state);
		judge(&t, &s, r);
		judge_orders(&t, &s, plan_text(r), &state);
		for (j = 0; j < r->plan.mounts.n; j++)
			kinds |= 1u << r->plan.mounts.v[j].kind;
		run_free(r);
	}
	ok(kinds & 1u << MOUNT_BIND_RO && kinds & 1u << MOUNT_BIND_RW && kinds & 1u << MOUNT_MASK,
		"control: the sets make mounts of every kind");
	for (i = 0; i < RULES; i++)
		if (!is_int(t.broken[i], 0, "%s", rule_names[i]))
			tap_note("first:", t.first[i]);
	return done_testing();
}
