/*
 * The rules for bundles (read/lint.h): for each a bundle that breaks it and nothing else, and its
 * twin that keeps it. And the catalogue of this binary, held to them once more.
 */
#include <stdio.h>

#include "fixture.h"
#include "read/bundle.h"
#include "read/lint.h"
#include "tap.h"

/* The lines before what a case adds. Line 4 is the first of its own. */
#define HEAD    "name = 'x'\nsummary = 'a tool'\ncommands = ['x']\n"
#define FETCH   "knobs.fetch = {type = 'bool', default = true, why = 'w'}\n"
#define INSTALL "knobs.install = {type = 'bool', default = false, why = 'w'}\n"

/* --- One bundle ------------------------------------------------------------------------------- */

static const struct {
	const char *rule;
	const char *bad, *says; /* what HEAD + bad is told */
	const char *good;       /* nothing */
} cases[] = {
	{"order of a list", "read = ['~/b', '~/a']",
		"4:16: '~/a' stands behind '~/b'; sort the list by value", "read = ['~/a', '~/b']"},
	{"order of ports", "host_ports = [{port = 10000, why = 'w'}, {port = 9000, why = 'w'}]",
		"4:42: '9000' stands behind '10000'; sort the list by value",
		"host_ports = [{port = 9000, why = 'w'}, {port = 10000, why = 'w'}]"},
	{"lists of one kind are apart",
		"write = [{path = '~/b', why = 'w'}, {path = '~/a', why = 'w'}]",
		"4:37: '~/a' stands behind '~/b'; sort the list by value",
		"write = [{path = '~/b', why = 'w'}]\nproject_write = [{path = 'a', why = 'w'}]"},
	{"twins", "read = ['~/a', '~/a']", "4:16: '~/a' stands there twice; remove one",
		"read = [{path = '~/a', os = 'linux'}, {path = '~/a', os = 'macos'}]"},
	{"twins by setting", "read = ['~/a', {path = '~/a', when = 'fetch'}]\n" FETCH,
		"4:16: '~/a' stands there twice; remove one",
		"read = [{path = '~/a', when = '!fetch'}, {path = '~/a', when = 'fetch'}]\n" FETCH},
	{"order of words", "prefixes = ['y b', 'y a']",
		": prefixes: 'y a' stands behind 'y b'; sort the list by value",
		"prefixes = ['y a', 'y b']"},
	{"order of uses", "uses = ['d', {name = 'c'}]",
		"4:14: 'c' stands behind 'd'; sort the list by name", "uses = [{name = 'c'}, 'd']"},
	{"why of a setting", "knobs.k = {type = 'auto'}",
		"4:7: knob 'k' says not what it does; add why",
		"knobs.k = {type = 'auto', why = 'w'}"},

	{"why of a write", "write = ['~/.x']",
		"4:10: '~/.x': a grant to write needs a reason; add why",
		"write = [{path = '~/.x', why = 'w'}]"},
	{"why of what is protected", "write = [{path = '~/.x', why = 'w'}]\nprotect = ['~/.x/vcs']",
		"5:12: '~/.x/vcs': this needs a reason; add why",
		"write = [{path = '~/.x', why = 'w'}]\nprotect = [{path = '~/.x/vcs', why = 'w'}]"},
	{"what is protected is in what is written",
		"write = [{path = '~/.x/vcs', why = 'w'}]\nprotect = [{path = '~/.x/vcs', why = "
		"'w'}]",
		"5:12: '~/.x/vcs' is protected, and no entry of write is around it; remove it",
		"write = [{path = '~/.x', why = 'w'}]\nprotect = [{path = '~/.x/vcs', why = 'w'}]"},
	{"why of a write in the project", "project_write = ['x']",
		"4:18: 'x': a grant to write needs a reason; add why",
		"project_write = [{path = 'x', why = 'w'}]"},
	{"why of a wildcard", "domains = ['*.x.org']",
		"4:12: '*.x.org': a wildcard needs a reason; add why", "domains = ['x.org']"},
	{"why of a socket", "unix_socket_connects = ['/tmp/x']",
		"4:25: '/tmp/x': this needs a reason; add why",
		"unix_socket_connects = [{path = '/tmp/x', why = 'w'}]"},
	{"why of a rule", "dbus = ['--call=a.b=*']",
		"4:9: '--call=a.b=*': this needs a reason; add why",
		"dbus = [{rule = '--call=a.b=*', why = 'w'}]"},
	{"why of a port", "host_ports = [4226]", "4:15: '4226': this needs a reason; add why",
		"host_ports = [{port = 4226, why = 'w'}]"},
	{"why of what is set", "set = [{name = 'A', value = 'b'}]",
		"4:8: 'A': this needs a reason; add why",
		"set = [{name = 'A', value = 'b', why = 'w'}]"},
	{"why of a token", "env = ['X_AUTH_TOKEN']",
		"4:8: 'X_AUTH_TOKEN': a variable that carries a secret needs a reason; add why",
		"env = [{name = 'X_AUTH_TOKEN', why = 'w'}, 'X_HOME']"},
	{"why of a password", "env = ['PGPASSFILE']",
		"4:8: 'PGPASSFILE': a variable that carries a secret needs a reason; add why",
		"env = ['PGHOST']"},
	{"why of a glob", "env = ['X_*']",
		"4:8: 'X_*': a glob, which may pass a secret, needs a reason; add why",
		"env = [{name = 'X_*', why = 'w'}]"},
	{"why of what lies in a store", "read = ['~/.ssh/known_hosts']",
		"4:9: '~/.ssh/known_hosts': what lies in a secret store needs a reason; add why",
		"read = ['/etc/x', {path = '~/.ssh/known_hosts', why = 'w'}, '~/.sshx']"},

	{"the home", "read = ['~']",
		"4:9: '~' is granted by no bundle: it holds your keys and shell start files; name "
		"what is needed",
		"read = ['~/x']"},
	{"the home, in other words", "read = ['~/.//']",
		"4:9: '~/.//' is granted by no bundle: it holds your keys and shell start files; "
		"name what is needed",
		"read = ['~/./x//']"},
	{"all homes", "read = ['/home']",
		"4:9: '/home' is granted by no bundle: people's homes are there; name what is "
		"needed",
		"read = ['/homes']"},
	{"a store", "read = [{path = '~/.gnupg', why = 'w'}]",
		"4:9: '~/.gnupg' is granted by no bundle: private keys; name what is needed",
		"read = [{path = '~/.gnupg/gpg.conf', why = 'w'}]"},
	{"a store, for writing", "write = [{path = '~/.kube/', why = 'w'}]",
		"4:10: '~/.kube/' is granted by no bundle: cluster credentials; name the one "
		"configuration; name what is needed",
		"write = [{path = '~/.kube/x', why = 'w'}]"},
	{"what holds a store", "read = ['~/.config']",
		"4:9: '~/.config' is granted by no bundle: cloud credentials; name what is needed",
		"read = ['~/.config/x']"},
	{"the system", "read = ['/usr']",
		"4:9: '/usr' is granted by no bundle: it is the system's; name what is needed",
		"read = ['/usr/lib']"},
	{"processes", "read = [{path = '/proc/self', why = 'w'}]",
		"4:9: '/proc/self' is granted by no bundle: processes are there, no files; name "
		"what "
		"is needed",
		"unix_socket_connects = [{path = '/run/x', why = 'w'}]"},

	{"programs", "write = [{path = '~/.x/bin', why = 'w'}]",
		"4:10: '~/.x/bin' looks like programs or configuration, which run later outside; "
		"add "
		"when = \"install\" (a setting that is false by itself), or escape = true, or "
		"inert "
		"= true if it is neither",
		"write = [{path = '~/.x/bin', when = 'install', why = 'w'}]\n" INSTALL},
	{"a program", "write = [{path = '~/.x/shims/a', why = 'w'}]",
		"4:10: '~/.x/shims/a' looks like programs or configuration, which run later "
		"outside; "
		"add when = \"install\" (a setting that is false by itself), or escape = true, or "
		"inert = true if it is neither",
		"write = [{path = '~/.x/bins', why = 'w'}]"},
	{"programs, by an `install` that is on",
		"write = [{path = '~/.x/bin', when = 'install', why = 'w'}]\n"
		"knobs.install = {type = 'bool', default = true, why = 'w'}",
		"4:10: '~/.x/bin' looks like programs or configuration, which run later outside; "
		"add "
		"when = \"install\" (a setting that is false by itself), or escape = true, or "
		"inert "
		"= true if it is neither",
		"write = [{path = '~/.x/bin', escape = true, why = 'w'}]"},
	{"configuration", "write = [{path = '~/.config/x', why = 'w'}]",
		"4:10: '~/.config/x' looks like programs or configuration, which run later "
		"outside; "
		"add when = \"install\" (a setting that is false by itself), or escape = true, or "
		"inert = true if it is neither",
		"write = [{path = '~/.config/x', inert = true, why = 'w'}]"},
	{"a start file", "write = [{path = '~/.bashrc', why = 'w'}]",
		"4:10: '~/.bashrc' looks like programs or configuration, which run later outside; "
		"add when = \"install\" (a setting that is false by itself), or escape = true, or "
		"inert = true if it is neither",
		"read = ['~/.bashrc']"},
	{"inert without need", "write = [{path = '~/.x', inert = true, why = 'w'}]",
		"4:10: inert: '~/.x' does not look like programs or configuration; remove it",
		"project_write = [{path = 'bin', why = 'w'}]"},

	{"a cache", "write = [{path = '~/.Cache/x', why = 'w'}]",
		"4:10: '~/.Cache/x' is a cache; add cache = \"checked\" or \"unchecked\", and say "
		"in "
		"why what its users verify",
		"write = [{path = '~/.Cache/x', cache = 'checked', why = 'w'}]"},
	{"a cache that is not programs",
		"write = [{path = '~/.cache/y', when = 'fetch', why = 'w'}]\n" FETCH INSTALL,
		"4:10: '~/.cache/y' is a cache; add cache = \"checked\" or \"unchecked\", and say "
		"in "
		"why what its users verify",
		"write = [{path = '~/.cache/y', when = 'install', why = 'w'}]\n" INSTALL},
	{"a cache under fetch",
		"read = ['~/.x']\nwrite = [{path = '~/.x', cache = 'unchecked', why = "
		"'w'}]\n" FETCH,
		"5:10: '~/.x' stays writable with fetch = false; add when = \"fetch\"",
		"read = ['~/.x']\n"
		"write = [{path = '~/.x', cache = 'unchecked', when = 'fetch', why = "
		"'w'}]\n" FETCH},

	{"all of a service", "dbus = [{rule = '--talk=a.b', why = 'w'}]",
		"4:9: '--talk=a.b' opens all of it; add escape = true, or name what is called",
		"dbus = [{rule = '--talk=a.b', escape = true, why = 'w'}]"},
	{"all of a keyring", "dbus = [{rule = '--call=a.b=c.Item.GetSecret@/x/*', why = 'w'}]",
		"4:9: '--call=a.b=c.Item.GetSecret@/x/*' opens all of it; add escape = true, or "
		"name "
		"what is called",
		"dbus = [{rule = '--call=a.b=c.Item.Secrets@/x/*', why = 'w'}]"},
	{"all of a store", "credentials = [{name = 'keychain', os = 'macos', why = 'w'}]",
		"4:16: 'keychain' opens all of it; add escape = true, or name what is called",
		"credentials = [{name = 'keychain', os = 'macos', escape = true, why = 'w'}]"},

	{"a library to load", "env = [{name = 'LD_AUDIT', why = 'w'}]",
		"4:8: 'LD_AUDIT' would pass LD_AUDIT, which no bundle does; remove it",
		"env = ['LD_RUN_PATH']"},
	{"a program to run", "env = [{name = 'GIT_SSH*', why = 'w'}]",
		"4:8: 'GIT_SSH*' would pass GIT_SSH_COMMAND, which no bundle does; name the "
		"variables",
		"env = ['GIT_SSH_VARIANT']"},
	{"a home of its own", "set = [{name = 'HOME', value = '/', why = 'w'}]",
		"4:8: 'HOME' would pass HOME, which no bundle does; remove it",
		"set = [{name = 'HOMES', value = '/', why = 'w'}]"},
};

static const char *faults_of(struct run *r, const char *text)
{
	struct diags d = {.arena = &r->arena};
	struct strbuf b = STRBUF_INIT;
	struct bundle bundle;
	const char *faults;

	if (bundle_read(&bundle, ORIGIN_BUNDLE, "x.toml", text, strlen(text), &r->arena, &d))
		lint_bundle(&bundle, &catalog_refusals, &d);
	diag_render(&d, &b);
	faults = arena_strdup(&r->arena, b.s ? b.s : "");
	strbuf_release(&b);
	return faults;
}

static void test_rules(void)
{
	struct run *r = run_new();
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		is_str(faults_of(r, arena_printf(&r->arena, HEAD "%s\n", cases[i].bad)),
			arena_printf(&r->arena, "seal-exec: x.toml%s%s\n",
				*cases[i].says == ':' ? "" : ":", cases[i].says),
			"%s: broken by %s", cases[i].rule, cases[i].bad);
		is_str(faults_of(r, arena_printf(&r->arena, HEAD "%s\n", cases[i].good)), "",
			"%s: kept by %s", cases[i].rule, cases[i].good);
	}
	is_str(faults_of(r, "name = 'x'\nsummary = 's'\ncommands = ['x']\n"),
		"seal-exec: x.toml: the summary has 1 bytes; write 4 to 72\n", "a summary");
	is_str(faults_of(r, "name = 'x'\nsummary = 'a tool'\n"),
		"seal-exec: x.toml: no command is recognised by it; add commands\n", "commands");
	is_str(faults_of(r, "name = 'x'\nsummary = 'a tool'\nprefixes = ['y x']\n"), "",
		"or prefixes");
	ok(strstr(faults_of(r, HEAD "raed = ['~/x']\n"), "unknown key 'raed'"), "unknown keys");
	ok(strstr(faults_of(r, HEAD "domains = [{name = '*.co.uk', why = 'w'}]\n"),
		   "public suffix"),
		"public suffixes");
	run_free(r);
}

/* --- Several bundles -------------------------------------------------------------------------- */

static const char *together(struct run *r, const char *const *texts)
{
	const struct bundle *all[4];
	struct diags d = {.arena = &r->arena};
	struct strbuf b = STRBUF_INIT;
	const char *faults;
	size_t n = 0;

	for (; texts[n]; n++) {
		struct bundle *one = arena_alloc(&r->arena, sizeof *one);

		ok(bundle_read(one, ORIGIN_BUNDLE, arena_printf(&r->arena, "%c.toml", 'a' + (int)n),
			   texts[n], strlen(texts[n]), &r->arena, &d),
			"a readable bundle");
		all[n] = one;
	}
	lint_catalog(all, n, &d);
	diag_render(&d, &b);
	faults = arena_strdup(&r->arena, b.s ? b.s : "");
	strbuf_release(&b);
	return faults;
}

#define A "name = 'a'\nsummary = 'tool a'\n"
#define B "name = 'b'\nsummary = 'tool b'\n"
#define C "name = 'c'\nsummary = 'tool c'\n"

static const struct {
	const char *rule;
	const char *texts[4];
	const char *faults; /* "" for none */
} groups[] = {
	{"a command of two", {A "commands = ['x']\n", B "commands = ['x', 'y']\n"},
		"seal-exec: b.toml: the command 'x' is claimed by 'a' too; give it to one\n"},
	{"commands of each", {A "commands = ['x']\n", B "commands = ['y']\n"}, ""},
	{"a prefix of two", {A "prefixes = ['x y']\n", B "prefixes = ['x y z']\n"},
		"seal-exec: b.toml: the prefix 'x y z' is shadowed by 'x y' of 'a'; give it to "
		"one\n"},
	{"prefixes that differ", {A "prefixes = ['x y']\n", B "prefixes = ['x yz']\n"}, ""},
	{"a prefix behind a command", {A "commands = ['x']\n", B "prefixes = ['x y']\n"},
		"seal-exec: b.toml: the prefix 'x y' begins with the command 'x' of 'a', whose "
		"grants "
		"hold too; add that to uses, or remove it\n"},
	{"a prefix behind a command that is used",
		{A "commands = ['x']\n", B "prefixes = ['x y']\nuses = ['a']\n"}, ""},
	{"a prefix behind one that is used by the used",
		{A "commands = ['x']\n", B "uses = ['a']\n",
			C "prefixes = ['x y']\nuses = ['b']\n"},
		""},
	{"a prefix of one word", {A "prefixes = ['x']\n"},
		"seal-exec: a.toml: the prefix 'x' is one word; move it to commands\n"},
	{"a prefix behind its own command", {A "commands = ['x']\nprefixes = ['x y']\n"},
		"seal-exec: a.toml: the prefix 'x y' adds nothing to the command; remove it\n"},
	{"a bundle that is not there", {A "uses = ['z']\n"},
		"seal-exec: a.toml:3:9: uses 'z', which is no bundle; remove it\n"},
	{"one that is", {A "uses = ['b']\n", B}, ""},
	{"one that is to be named", {A "uses = ['b']\n", B "named_only = true\n"},
		"seal-exec: a.toml:3:9: uses 'b', which holds only where it is named; remove it\n"},
	{"by one that is, too", {A "uses = ['b']\nnamed_only = true\n", B "named_only = true\n"},
		""},
	{"a cycle", {A "uses = ['b']\n", B "uses = ['c']\n", C "uses = ['b']\n"},
		"seal-exec: b.toml:3:9: uses lead from 'b' back to it; break the cycle\n"
		"seal-exec: c.toml:3:9: uses lead from 'c' back to it; break the cycle\n"},
	{"itself", {A "uses = ['a']\n"},
		"seal-exec: a.toml:3:9: uses lead from 'a' back to it; break the cycle\n"},
	{"one that a condition ends",
		{A "uses = ['b']\n",
			B "uses = [{name = 'a', when = 'k'}]\nknobs.k.type = 'auto'\n"},
		""},
	{"two ways to one", {A "uses = ['b', 'c']\n", B "uses = ['c']\n", C}, ""},
	{"a need that is not there", {A "knobs.k = {type = 'auto', needs = 'z'}\n"},
		"seal-exec: a.toml:3:7: knob 'k' needs 'z', which is no bundle; remove it\n"},
	{"one that is there", {A "knobs.k = {type = 'auto', needs = 'b'}\n", B}, ""},
};

static void test_together(void)
{
	struct run *r = run_new();
	size_t i;

	for (i = 0; i < sizeof groups / sizeof *groups; i++)
		is_str(together(r, groups[i].texts), groups[i].faults, "%s", groups[i].rule);
	run_free(r);
}

/* --- Where they are asked --------------------------------------------------------------------- */

/* The bundles that this binary carries, though the build has asked already. */
static void test_catalogue(void)
{
	struct run *r = run_new();
	const struct bundle **all = arena_calloc(&r->arena, r->catalog.index.n, sizeof *all);
	size_t i;

	for (i = 0; i < r->catalog.index.n; i++) {
		all[i] = catalog_load(&r->catalog, r->catalog.index.v[i].name, &r->diags);
		if (ok(all[i], "%s loads", r->catalog.index.v[i].name))
			lint_bundle(all[i], &catalog_refusals, &r->diags);
	}
	lint_catalog(all, r->catalog.index.n, &r->diags);
	is_str(run_faults(r), "", "the catalogue keeps the rules");
	run_free(r);
}

/* What bundles/TEMPLATE.toml shows keeps the rules, also where it is shown in a comment. */
static void test_template(void)
{
	struct strbuf plain = STRBUF_INIT, all = STRBUF_INIT;
	struct run *r = run_new();
	FILE *in = fopen("bundles/TEMPLATE.toml", "r");
	char line[256];

	while (in && fgets(line, sizeof line, in)) {
		strbuf_adds(&plain, line);
		strbuf_adds(&all, line + (line[0] == '#' && line[1] != ' ' && line[1] != '\n'));
	}
	ok(in && plain.len > 1000 && all.len < plain.len, "the template");
	is_str(faults_of(r, plain.s), "", "keeps the rules");
	is_str(faults_of(r, all.s), "", "and with all that it shows");
	if (in)
		fclose(in);
	strbuf_release(&plain);
	strbuf_release(&all);
	run_free(r);
}

/* Of somebody's own bundle only safety is asked. */
static void overlay_is(const char *text, const char *says)
{
	struct run *r = run_new();
	size_t n = r->catalog.index.n;

	run_bundle(r, arena_printf(&r->arena, "name = 'own'\nsummary = 's'\n%s\n", text));
	ok(says ? strstr(run_faults(r), says) != NULL : !*run_faults(r), "own: %s", text);
	is_int((long long)r->catalog.index.n, (long long)n + !says, "it counts if it holds");
	run_free(r);
}

static void test_own(void)
{
	overlay_is("read = ['~/b', '~/a']\nwrite = ['~/.own']\nenv = ['OWN_*', 'LD_AUDIT']", NULL);
	overlay_is("read = ['~']", "x.toml:3:9: '~' is granted by no bundle");
	overlay_is("write = ['~/.ssh']", "x.toml:3:10: '~/.ssh' is granted by no bundle");
	overlay_is("write = ['~/.own/bin']", "looks like programs");
	overlay_is("write = [{path = '~/.own/bin', escape = true, why = 'mine'}]", NULL);
}

int main(void)
{
	test_rules();
	test_together();
	test_catalogue();
	test_template();
	test_own();
	return done_testing();
}
