/*
 * A grant holds for the commands of its bundle and for no other: every bundle against every command
 * of the catalogue. Each bundle has a host of its own in command_tools (NAME.example), so that the
 * entries of a manifest are held to it too. Who may give what is worked out here from the texts
 * alone, not by the code that matches.
 */
#include "fixture.h"
#include "tap.h"

struct command {
	const char *line;           /* "cargo", "python3 -m pip" */
	const struct bundle *owner; /* whose command or prefix it is */
};

static struct run *catalogue;
static VEC(struct command) commands;

static const struct bundle *bundle_at(size_t i)
{
	return catalog_load(
		&catalogue->catalog, catalogue->catalog.index.v[i].name, &catalogue->diags);
}

static void collect(const struct bundle *b, const struct strvec *lines)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		*vec_push(&catalogue->arena, &commands) =
			(struct command){.line = lines->v[i], .owner = b};
}

/* command_tools with every bundle, each with its own host. */
static const char *manifest_of_all(void)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t i;

	strbuf_adds(&b, "sandbox.os.command_tools = [\n");
	for (i = 0; i < catalogue->catalog.index.n; i++)
		strbuf_addf(&b, "{ tool = '%s', domains = ['%s.example'] },\n", bundle_at(i)->name,
			bundle_at(i)->name);
	strbuf_adds(&b, "]\n");
	text = arena_strdup(&catalogue->arena, b.s);
	strbuf_release(&b);
	return text;
}

/* --- Who may give something to a command ------------------------------------------------------ */

/* True if B is recognised by LINE: it is one of its words, or begins with one of its prefixes. */
static bool is_own(const struct bundle *b, const char *line)
{
	size_t i, n = strcspn(line, " ");

	for (i = 0; i < b->commands.n; i++)
		if (strlen(b->commands.v[i]) == n && strncmp(b->commands.v[i], line, n) == 0)
			return true;
	return strvec_has(&b->prefixes, line);
}

/* The names of the bundles that LINE is one of, first; and those that they may bring along. */
static void allowed(const char *line, struct arena *a, struct strvec *own, struct strvec *used)
{
	const struct bundle *b;
	const struct use *u;
	size_t i;

	for (i = 0; i < catalogue->catalog.index.n; i++)
		if (is_own(bundle_at(i), line))
			strvec_push(a, own, bundle_at(i)->name);
	for (i = 0; i < own->n; i++)
		strvec_push(a, used, own->v[i]);
	for (i = 0; i < used->n; i++) {
		b = catalog_load(&catalogue->catalog, used->v[i], &catalogue->diags);
		vec_each (u, &b->uses)
			if (!strvec_has(used, u->name))
				strvec_push(a, used, u->name);
	}
}

/* --- What it is given ------------------------------------------------------------------------- */

static bool is_lent(enum grant_kind kind)
{
	return kind != GRANT_DOMAIN && kind != GRANT_HOST_PORT && kind != GRANT_GIT_CONFIG;
}

/* The first grant of R that comes from elsewhere; NULL if all is well. */
static const char *leak(struct run *r, const struct strvec *own, const struct strvec *used)
{
	const struct grant *g;

	vec_each (g, &r->policy.grants) {
		if (g->from.kind == ORIGIN_PROFILE)
			continue;
		if (g->from.kind == ORIGIN_MANIFEST) {
			const char *dot = strrchr(g->value, '.');

			if (g->kind != GRANT_DOMAIN || strcmp(dot, ".example") != 0 ||
				!strvec_has(own,
					arena_strndup(
						&r->arena, g->value, (size_t)(dot - g->value))))
				return g->value;
		} else if (!strvec_has(is_lent(g->kind) ? used : own, g->from.bundle)) {
			return g->value;
		}
	}
	return NULL;
}

/* How many hosts of its own a command got; no more than one for each bundle that it is of. */
static size_t own_hosts(const struct run *r)
{
	const struct grant *g;
	size_t n = 0;

	vec_each (g, &r->policy.grants)
		n += g->from.kind == ORIGIN_MANIFEST;
	return n;
}

/* LINE under TEXT, which may be NULL. */
static void check_line(const char *line, const char *text)
{
	struct run *r = run_new();
	struct strvec own = {0}, used = {0};
	const char *what;

	allowed(line, &r->arena, &own, &used);
	if (text)
		run_project(r, text);
	run_resolve(r, line);
	what = leak(r, &own, &used);
	ok(!*run_faults(r) && !what, "%s%s: nothing of another bundle (%s)", line,
		text ? ", all bundles enabled" : "", what ? what : "none");
	if (text)
		is_int((long long)own_hosts(r), (long long)own.n, "%s: and its own", line);
	run_free(r);
}

/* What no bundle knows gets nothing of any. */
static void check_stranger(const char *line, const char *text)
{
	struct run *r = run_new();
	const struct strvec none = {0};

	run_project(r, text);
	run_resolve(r, line);
	ok(!leak(r, &none, &none), "%s: nothing", line);
	is_int((long long)r->matches.n, 0, "%s: no bundle", line);
	run_free(r);
}

int main(void)
{
	static const char *const strangers[] = {"true", "cargox", "xcargo", "CARGO", "cargo.x",
		"./x/cargo/x", "python3x -m pip", "x cargo", "echo cargo build"};
	const char *text;
	size_t i;

	catalogue = run_new();
	text = manifest_of_all();
	for (i = 0; i < catalogue->catalog.index.n; i++) {
		collect(bundle_at(i), &bundle_at(i)->commands);
		collect(bundle_at(i), &bundle_at(i)->prefixes);
	}
	ok(catalogue->catalog.index.n >= 10 && commands.n > 100, "%zu bundles, %zu commands",
		catalogue->catalog.index.n, commands.n);
	for (i = 0; i < commands.n; i++) {
		check_line(commands.v[i].line, text);
		if (!commands.v[i].owner->named_only)
			check_line(commands.v[i].line, NULL);
	}
	for (i = 0; i < sizeof strangers / sizeof *strangers; i++)
		check_stranger(strangers[i], text);
	run_free(catalogue);
	return done_testing();
}
