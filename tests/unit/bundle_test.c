/*
 * Bundle files: what the reader refuses, and the built-in ones as they are embedded. The rules that
 * these keep: lint_test.c.
 */
#include <stdlib.h>

#include "fixture.h"
#include "read/bundle.h"
#include "read/refuse.h"
#include "tap.h"

/* --- The reader ------------------------------------------------------------------------------- */

#define HEAD "name = 'x'\nsummary = 's'\n"

/* TEXT as a bundle has these faults; "" for none. */
static void faults_are(const char *text, const char *want)
{
	struct arena a = ARENA_INIT;
	struct diags d = {.arena = &a};
	struct strbuf b = STRBUF_INIT;
	struct bundle bundle;
	bool good = bundle_read(&bundle, ORIGIN_BUNDLE, "x.toml", text, strlen(text), &a, &d);

	strbuf_adds(&b, "");
	diag_render(&d, &b);
	is_str(b.s, want, "the faults of %s", text);
	is_int(good, !*want, "and the answer");
	strbuf_release(&b);
	arena_release(&a);
}

static void is_faulty(const char *text)
{
	struct arena a = ARENA_INIT;
	struct diags d = {.arena = &a};
	struct bundle b;

	ok(!bundle_read(&b, ORIGIN_BUNDLE, "x.toml", text, strlen(text), &a, &d), "refused: %s",
		text);
	arena_release(&a);
}

static void test_faults(void)
{
	faults_are(HEAD, "");
	faults_are(
		"name = 'x'\n", "seal-exec: x.toml: a bundle needs name and summary; add them\n");
	faults_are("summary = 'x'\n",
		"seal-exec: x.toml: a bundle needs name and summary; add them\n");
	faults_are(HEAD "reads = ['/a']\n",
		"seal-exec: x.toml:3:1: unknown key 'reads' in the file; did you mean 'read'?\n");
	faults_are(HEAD "read = [{why = 'w'}]\n",
		"seal-exec: x.toml:3:9: this entry of read lacks its value; add it\n");
	faults_are(HEAD "env = [{path = 'w'}]\n",
		"seal-exec: x.toml:3:9: unknown key 'path' in env[0]; known keys: name, why, when, "
		"os, escape, own\n"
		"seal-exec: x.toml:3:8: this entry of env lacks its value; add it\n");
	faults_are(HEAD "read = [{path = '/a', when = 'k'}]\n",
		"seal-exec: x.toml:3:9: when = 'k' names no knob of this bundle\n");
	faults_are(HEAD "read = [{path = '/a', when = '!k=v'}]\nknobs.l.type = 'auto'\n",
		"seal-exec: x.toml:3:9: when = '!k=v' names no knob of this bundle\n");
	faults_are(HEAD "read = [{path = '/a', when = 'k'}, {path = '/b', when = '!k'}]\n"
			"knobs.k = {type = 'bool', default = true}\n",
		"");
	faults_are(HEAD "knobs.k = {type = 'bool'}\n",
		"seal-exec: x.toml:3:7: knob 'k' needs a default, true or false\n");
	faults_are(HEAD "knobs.k = {type = 'enum', values = ['a'], default = 'b'}\n",
		"seal-exec: x.toml:3:7: knob 'k' needs values and a default among them\n");
	faults_are(HEAD "knobs.k = {type = 'enum', default = 'b'}\n",
		"seal-exec: x.toml:3:7: knob 'k' needs values and a default among them\n");
	faults_are(HEAD "knobs.k = {type = 'enum', values = ['a', 'b'], default = 'b'}\n", "");
	faults_are(HEAD "knobs.k = {type = 'maybe'}\n",
		"seal-exec: x.toml:3:19: knobs.k.type: 'maybe' is not one of \"bool\", \"auto\", "
		"\"enum\"\n"
		"seal-exec: x.toml:3:7: knob 'k' needs a default, true or false\n");
	/* A default that the knob's own type does not have. */
	is_faulty(HEAD "knobs.k = {type = 'bool', default = 'perhaps'}\n");
	is_faulty(HEAD "knobs.k = {type = 'enum', values = ['a'], default = true}\n");
}

/* Of entries that say more than a value. */
static void test_entry_faults(void)
{
	faults_are(HEAD "set = ['X']\n",
		"seal-exec: x.toml:3:8: this entry of set lacks its value; write { name = ..., "
		"value = ... }\n");
	faults_are(HEAD "git_config = [{key = 'a.b', when = 'k'}]\nknobs.k.type = 'auto'\n",
		"seal-exec: x.toml:3:15: this entry of git_config lacks its value; write { key = "
		"..., value = ... }\n");
	faults_are(HEAD "git_config = [{key = 'a.b', value = ''}]\n", "");
	faults_are(HEAD "read = [{path = '/a', escape = true}]\n",
		"seal-exec: x.toml:3:9: escape = true without why; say what can be done outside by "
		"it\n");
	faults_are(HEAD "dbus = ['--talk=a.b', '--filter', {rule = '--talk=a.*', why = 'w'}]\n",
		"seal-exec: x.toml:3:23: '--filter' is no rule; write "
		"--call=NAME=METHOD@PATH, --broadcast=NAME=SIGNAL@PATH, --see=NAME or "
		"--talk=NAME\n"
		"seal-exec: x.toml:3:35: '--talk=a.*' names no service of the bus; write one whole "
		"name, such as org.freedesktop.secrets\n");
	faults_are(HEAD "credentials = ['keychain']\n",
		"seal-exec: x.toml:3:16: credentials 'keychain': the only store is macOS's; write "
		"{ "
		"name = \"keychain\", os = \"macos\" }\n");
	faults_are(HEAD "credentials = [{name = 'wallet', os = 'macos'}]\n",
		"seal-exec: x.toml:3:16: credentials 'wallet': the only store is macOS's; write { "
		"name = \"keychain\", os = \"macos\" }\n");
	faults_are(HEAD "uses = [{when = 'k'}]\n",
		"seal-exec: x.toml:3:9: this entry of uses lacks its name; add it\n"
		"seal-exec: x.toml:3:9: when = 'k' names no knob of this bundle\n");
	faults_are(HEAD "knobs.k = {type = 'bool', default = true, needs = 'y'}\n",
		"seal-exec: x.toml:3:7: knob 'k': only an auto may have needs\n");
	faults_are(HEAD "read = [{path = '/a', os = 'plan9'}]\n",
		"seal-exec: x.toml:3:28: read[0].os: 'plan9' is not one of \"linux\", \"macos\"\n");
}

static void test_reading(void)
{
	static const char text[] =
		HEAD "commands = ['x', 'y']\nprefixes = ['python3 -m x']\nuses = ['cc']\n"
		     "psl_exemptions = ['github.io']\n"
		     "read = ['~/a', {path = '~/b', why = 'because', when = '!k'}]\n"
		     "write = [{path = '~/c', make = true}, {path = '~/d', make = false}]\n"
		     "project_write = ['.x']\ncopy = ['/etc/x']\nenv = ['X_*']\ndomains = "
		     "['*.github.io']\n"
		     "host_ports = [5000]\nunix_socket_connects = ['/s']\ndbus = "
		     "['--call=a.b=c.d']\ncredentials = [{name = 'keychain', os = 'macos'}]\n"
		     "knobs.m.type = 'auto'\n"
		     "knobs.k.type = 'bool'\nknobs.m.why = 'M'\nknobs.k.default = false\n";
	struct arena a = ARENA_INIT;
	struct diags d = {.arena = &a};
	struct bundle b;
	const struct grant *g;

	ok(bundle_read(&b, ORIGIN_BUNDLE, "x.toml", text, sizeof text - 1, &a, &d), "a bundle");
	ok(b.commands.n == 2 && b.prefixes.n == 1 && b.uses.n == 1 && b.psl_exemptions.n == 1,
		"its lists of words");
	is_str(grants_text(&a, &b.grants),
		"read ~/a; read ~/b; write ~/c; write ~/d; write .x; copy /etc/x; env X_*; "
		"domains *.github.io; host_localhost_ports 5000; unix_sockets /s; dbus "
		"--call=a.b=c.d; "
		"credentials keychain; ",
		"its grants");
	g = b.grants.v;
	ok(strcmp(g[1].from.why, "because") == 0 && strcmp(g[1].when, "!k") == 0, "why and when");
	ok(g[0].from.kind == ORIGIN_BUNDLE && strcmp(g[0].from.bundle, "x") == 0 &&
			g[0].from.at.line == 7 && g[0].from.at.col == 9,
		"where a grant comes from");
	ok(!g[0].from.why && !g[0].when && !g[0].flags, "a plain one has nothing else");
	ok(g[2].flags == GRANT_MAKE && g[3].flags == 0, "make");
	ok(g[4].flags == GRANT_IN_PROJECT, "in the project");
	ok(b.knobs.n == 2 && b.knobs.v[0].type == KNOB_AUTO && b.knobs.v[1].type == KNOB_BOOL &&
			strcmp(b.knobs.v[1].initial, "false") == 0 &&
			strcmp(b.knobs.v[0].from.why, "M") == 0,
		"knobs, with dotted keys in any order");
	arena_release(&a);
}

static void test_marks(void)
{
	static const char text[] =
		HEAD "write = [{path = '~/a', cache = 'checked'}, {path = '~/b', cache = "
		     "'unchecked'}]\n"
		     "read = [{path = '~/c', os = 'macos'}, {path = '~/d', os = 'linux', "
		     "escape = true, why = 'w'}]\n"
		     "set = [{name = 'V', value = 'x y', when = 'k'}]\n"
		     "host_ports = [{port = 4226, when = '!k'}]\n"
		     "uses = ['y', {name = 'z', when = 'k'}]\nnamed_only = true\n"
		     "knobs.k = {type = 'auto', needs = 'z'}\n";
	struct arena a = ARENA_INIT;
	struct diags d = {.arena = &a};
	const struct grant *g;
	struct bundle b;

	ok(bundle_read(&b, ORIGIN_BUNDLE, "x.toml", text, sizeof text - 1, &a, &d), "marks");
	g = b.grants.v;
	ok(g[0].flags == GRANT_CHECKED && g[1].flags == GRANT_UNCHECKED, "caches");
	ok(g[2].os == PLATFORM_MACOS && g[3].os == PLATFORM_LINUX && g[0].os == PLATFORM_ANY,
		"platforms");
	ok(g[3].flags == GRANT_ESCAPE && strcmp(grant_mark(&g[3]), "an escape") == 0, "an escape");
	is_str(g[4].text, "x y", "the value of a variable");
	ok(g[4].kind == GRANT_SET && strcmp(g[4].when, "k") == 0, "... that is set");
	ok(g[5].kind == GRANT_HOST_PORT && strcmp(g[5].value, "4226") == 0, "a port as text");
	ok(b.uses.n == 2 && !b.uses.v[0].when && strcmp(b.uses.v[1].name, "z") == 0 &&
			strcmp(b.uses.v[1].when, "k") == 0,
		"uses, one of them with a condition");
	ok(b.named_only, "named only");
	is_str(b.knobs.v[0].needs, "z", "what a setting needs");
	arena_release(&a);
}

/* --- The built-in ones ------------------------------------------------------------------------ */

static void test_builtin(void)
{
	static const char *const must[] = {
		"cargo", "cc", "cmake", "git", "make", "ninja", "node", "npm", "pip", "python"};
	const struct catalog_text *t = catalog_profile("refuse");
	struct refusals refuse = {0};
	struct run *r = run_new();
	bool sorted = true;
	size_t i;

	ok(refuse_read(&refuse, t->file, t->text, t->len, &r->arena, &r->diags) &&
			refuse.secrets.n > 10,
		"the refuse profile");
	for (i = 0; i < sizeof must / sizeof *must; i++)
		ok(catalog_load(&r->catalog, must[i], &r->diags), "%s is there", must[i]);
	for (i = 0; i < r->catalog.index.n; i++) {
		const char *name = r->catalog.index.v[i].name;
		const struct bundle *b = catalog_load(&r->catalog, name, &r->diags);

		if (!ok(b, "%s loads", name))
			continue;
		is_str(b->name, name, "its name");
		ok(strstr(b->at.file, name), "its file");
	}
	for (i = 1; i < r->catalog.index.n; i++)
		sorted &= strcmp(r->catalog.index.v[i - 1].name, r->catalog.index.v[i].name) < 0;
	ok(sorted, "the index is sorted");
	is_str(catalog_load(&r->catalog, "nothing", &r->diags) ? "some" : NULL, NULL,
		"what is not there is not loaded");
	is_str(run_faults(r), "", "no faults");
	run_free(r);
}

/* An overlay replaces a built-in bundle, or is added in its place of the order. */
static void test_overlays(void)
{
	struct run *r = run_new();
	size_t n = r->catalog.index.n, i;
	bool good = true;

	run_bundle(r, "name = 'cargo'\nsummary = 'mine'\ncommands = ['cargo', 'c2']\n");
	is_int((long long)r->catalog.index.n, (long long)n, "an overlay of the same name replaces");
	is_str(catalog_load(&r->catalog, "cargo", &r->diags)->summary, "mine", "it is the one");
	run_bundle(r, "name = 'aaa'\nsummary = 'first'\ncommands = ['aaa']\n");
	run_bundle(r, "name = 'zzz'\nsummary = 'last'\n");
	run_bundle(r, "name = 'cb'\nsummary = 'between'\n");
	is_int((long long)r->catalog.index.n, (long long)n + 3, "others are added");
	for (i = 1; i < n + 3; i++)
		good &= strcmp(r->catalog.index.v[i - 1].name, r->catalog.index.v[i].name) < 0;
	ok(good, "in the order of the names");
	for (i = 0; i < n + 3; i++)
		good &= strcmp(catalog_load(&r->catalog, r->catalog.index.v[i].name, &r->diags)
					->name,
				r->catalog.index.v[i].name) == 0;
	ok(good, "and each name loads its own");
	run_bundle(r, "name = 'cc'\nsumary = 'x'\n");
	ok(diag_any(&r->diags), "a faulty overlay is said");
	ok(catalog_load(&r->catalog, "cc", &r->diags)->commands.n > 5, "and replaces nothing");
	run_free(r);
}

/* More faults than are told must not make what comes after them whole. */
static void test_many_faults(void)
{
	struct run *r = run_new();
	size_t n = r->catalog.index.n, i;

	for (i = 0; i <= DIAGS_MAX; i++)
		run_bundle(r, "name = 'a'\nsummary = 's'\nfault = 1\n");
	run_bundle(r, "sumary = 'it has no name'\n");
	run_bundle(r, "name = 'b'\nsummary = 's'\nread = ['~']\n");
	is_int((long long)r->catalog.index.n, (long long)n, "none of many faulty ones counts");
	run_free(r);
}

int main(void)
{
	test_faults();
	test_entry_faults();
	test_reading();
	test_marks();
	test_builtin();
	test_overlays();
	test_many_faults();
	return done_testing();
}
