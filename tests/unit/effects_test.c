/*
 * What each bundle comes to: tests/golden/bundles/NAME.linux and NAME.macos. For the bundle's first
 * command and a made-up user, first with the settings as they are by themselves, then, as lines
 * that come and go, with each other value of each setting. Reasons and places are left out: a
 * change to a file here is a change to what a tool may do.
 *
 *	make accept B=pnpm	writes those of one bundle anew, make accept all; read the
 *difference
 *
 * Names of bundles in brackets: it comes from one that is used.
 */
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "fixture.h"
#include "golden.h"
#include "model/names.h"
#include "tap.h"

#define GOLDEN "tests/golden/bundles/"

static const struct system {
	enum platform platform;
	const char *name, *home;
} systems[] = {
	{PLATFORM_LINUX, "linux", "/home/u"},
	{PLATFORM_MACOS, "macos", "/Users/u"},
};

/* One word a kind, as a reader of differences wants it. */
static const char *kind_word(const struct grant *g)
{
	static const struct {
		enum grant_kind kind;
		const char *word;
	} words[] = {
		{GRANT_DOMAIN, "domain"},
		{GRANT_HOST_PORT, "port"},
		{GRANT_SOCKET, "socket"},
		{GRANT_DBUS, "bus"},
		{GRANT_CREDENTIAL, "credential"},
	};
	size_t i;

	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (words[i].kind == g->kind)
			return words[i].word;
	return grant_kind_name(g->kind);
}

static const char *line_of(const struct grant *g, const char *bundle, struct arena *arena)
{
	const char *text = arena_printf(arena, "%s %s%s%s", kind_word(g),
		g->path ? g->path : g->value, g->text ? "=" : "", g->text ? g->text : "");

	if (g->flags & GRANT_MAKE)
		text = arena_printf(arena, "%s, made if missing", text);
	if (grant_mark(g))
		text = arena_printf(arena, "%s, %s", text, grant_mark(g));
	if (strcmp(g->from.bundle, bundle) != 0)
		text = arena_printf(arena, "%s [%s]", text, g->from.bundle);
	return text;
}

/* The lines of B's first command on S, its entry of command_tools having SETTING ("k = v", "" for
 * none), with the bundle NEEDED (or NULL) enabled too. */
static void lines_of(const struct bundle *b, const struct system *s, const char *setting,
	const char *needed, struct arena *arena, struct strvec *out)
{
	struct run *r = run_new();
	const struct grant *g;

	r->facts.platform = s->platform;
	r->facts.user = "u";
	r->facts.home = r->facts.account_home = s->home;
	r->facts.project = r->facts.cwd = arena_printf(&r->arena, "%s/project", s->home);
	run_project(r,
		arena_printf(&r->arena, "sandbox.os.command_tools = [{ tool = '%s'%s%s }%s%s%s]\n",
			b->name, *setting ? ", " : "", setting, needed ? ", '" : "",
			needed ? needed : "", needed ? "'" : ""));
	run_resolve(r, b->commands.n ? b->commands.v[0] : b->prefixes.v[0]);
	is_str(run_faults(r), "", "%s.%s%s%s: no faults", b->name, s->name, *setting ? ", " : "",
		setting);
	ok(r->matches.n && strcmp(r->matches.v[0].bundle->name, b->name) == 0, "it applies");
	vec_each (g, &r->policy.grants)
		if (g->from.kind == ORIGIN_BUNDLE)
			strvec_push(arena, out, line_of(g, b->name, arena));
	run_free(r);
}

static void put_value(const struct bundle *b, const struct system *s, const struct knob *k,
	const char *value, const struct strvec *usual, struct arena *arena, struct strbuf *out)
{
	struct strvec lines = {0};
	const char *quote = k->type == KNOB_ENUM ? "'" : "";
	size_t i;

	lines_of(b, s, arena_printf(arena, "%s = %s%s%s", k->name, quote, value, quote), k->needs,
		arena, &lines);
	strbuf_addf(out, "\n%s = %s%s%s\n", k->name, value, k->needs ? ", with " : "",
		k->needs ? k->needs : "");
	for (i = 0; i < usual->n; i++)
		if (!strvec_has(&lines, usual->v[i]))
			strbuf_addf(out, "- %s\n", usual->v[i]);
	for (i = 0; i < lines.n; i++)
		if (!strvec_has(usual, lines.v[i]))
			strbuf_addf(out, "+ %s\n", lines.v[i]);
}

static void put_knob(const struct bundle *b, const struct system *s, const struct knob *k,
	const struct strvec *usual, struct arena *arena, struct strbuf *out)
{
	static const char *truths[] = {"false", "true"};
	const struct strvec both = {.v = truths, .n = 2};
	const struct strvec *values = k->type == KNOB_ENUM ? &k->values : &both;
	size_t i;

	for (i = 0; i < values->n; i++)
		if (!k->initial || strcmp(k->initial, values->v[i]) != 0)
			put_value(b, s, k, values->v[i], usual, arena, out);
}

static void put_words(const char *what, const struct strvec *words, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < words->n; i++)
		strbuf_addf(out, "%s %s\n", what, words->v[i]);
}

static void put_effects(
	const struct bundle *b, const struct system *s, struct arena *arena, struct strbuf *out)
{
	struct strvec usual = {0};
	const struct knob *k;
	const struct use *u;
	size_t i;

	put_words("command", &b->commands, out);
	put_words("prefix", &b->prefixes, out);
	if (b->named_only)
		strbuf_adds(out, "only where it is named\n");
	vec_each (u, &b->uses)
		strbuf_addf(out, "uses %s%s%s\n", u->name, u->when ? " when " : "",
			u->when ? u->when : "");
	lines_of(b, s, "", NULL, arena, &usual);
	strbuf_adds(out, "\nby itself\n");
	for (i = 0; i < usual.n; i++)
		strbuf_addf(out, "%s\n", usual.v[i]);
	vec_each (k, &b->knobs)
		put_knob(b, s, k, &usual, arena, out);
}

static void check_bundle(const struct bundle *b, const struct system *s)
{
	const char *accept = getenv("SEAL_ACCEPT"), *path, *want;
	struct strbuf got = STRBUF_INIT;
	struct arena arena = ARENA_INIT;

	path = arena_printf(&arena, GOLDEN "%s.%s", b->name, s->name);
	put_effects(b, s, &arena, &got);
	if (accept && (strcmp(accept, "1") == 0 || strcmp(accept, b->name) == 0))
		golden_write(path, &got);
	want = golden_read(path, &arena);
	if (!ok(want && strcmp(want, got.s) == 0, "%s", path))
		golden_note(got.s, want ? want : "");
	strbuf_release(&got);
	arena_release(&arena);
}

/* A file that belongs to no bundle is one of a bundle that is gone. */
static void check_files(struct run *r)
{
	DIR *dir = opendir(GOLDEN);
	const struct dirent *e;
	const char *name;
	size_t n = 0;

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		name = arena_strndup(&r->arena, e->d_name, strcspn(e->d_name, "."));
		if (!catalog_load(&r->catalog, name, &r->diags) && getenv("SEAL_ACCEPT"))
			unlink(arena_printf(&r->arena, GOLDEN "%s", e->d_name));
		else
			ok(catalog_load(&r->catalog, name, &r->diags), "%s is a bundle's",
				e->d_name);
	}
	ok(n >= 2 * r->catalog.index.n, "%zu files", n);
	if (dir)
		closedir(dir);
}

/* make accept B=NAME with a name that is misspelt would leave the files as they are. */
static bool accepts_something(struct run *r)
{
	const char *accept = getenv("SEAL_ACCEPT");

	if (!accept || strcmp(accept, "1") == 0 || catalog_load(&r->catalog, accept, &r->diags))
		return true;
	fprintf(stderr, "there is no bundle '%s' whose effects could be accepted\n", accept);
	return false;
}

int main(void)
{
	struct run *r = run_new();
	const struct bundle *b;
	size_t i, j;

	if (!accepts_something(r))
		return 1;

	for (i = 0; i < r->catalog.index.n; i++) {
		b = catalog_load(&r->catalog, r->catalog.index.v[i].name, &r->diags);
		for (j = 0; b && j < sizeof systems / sizeof *systems; j++)
			check_bundle(b, &systems[j]);
	}
	check_files(r);
	is_str(run_faults(r), "", "no faults");
	run_free(r);
	return done_testing();
}
