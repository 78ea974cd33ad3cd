/*
 * The user's file as a ceiling: each key alone, in all three ways that it can be there (absent,
 * narrower, wider). What a project asks for beyond it must be gone, and must be told.
 */
#include "fixture.h"
#include "model/names.h"
#include "tap.h"

/* Grants left and grants withheld of PROJECT under CONFIG (NULL: no such file). */
static void grants_are(const char *project, const char *config, const char *left, const char *cut)
{
	struct run *r = run_new();

	if (project)
		run_project(r, project);
	if (config)
		run_config(r, config);
	run_merge(r);
	is_str(run_faults(r), "", "no faults");
	is_str(grants_text(&r->arena, &r->merged.m.grants), left, "left of (%s) under (%s)",
		project ? project : "-", config ? config : "-");
	is_str(grants_text(&r->arena, &r->merged.clipped), cut, "withheld");
	run_free(r);
}

static void test_paths(void)
{
	grants_are("sandbox.os.read = ['/a']\n", NULL, "read /a; ", "");
	grants_are(NULL, "sandbox.os.read = ['/a']\n", "read /a; ", "");
	grants_are("", "sandbox.os.read = ['/a']\nsandbox.os.write = ['/b']\n",
		"read /a; write /b; ", "");
	grants_are("sandbox.os.read = ['/a']\n", "sandbox.os.strict = true\n", "read /a; ", "");
	grants_are("sandbox.os.read = ['/a', '/a/b', '/ab', '/']\n", "sandbox.os.read = ['/a']\n",
		"read /a; read /a/b; ", "read /ab; read /; ");
	grants_are("sandbox.os.read = ['/a']\n", "sandbox.os.read = []\n", "", "read /a; ");
	grants_are("sandbox.os.read = []\n", "sandbox.os.read = ['/a']\n", "", "");
	grants_are("sandbox.os.read = ['~/x', '/home/alice/y', '/home/<USER>/z']\n",
		"sandbox.os.read = ['~']\n", "read ~/x; read /home/alice/y; read /home/<USER>/z; ",
		"");
	grants_are("sandbox.os.read = ['src', '../q']\n", "sandbox.os.read = ['~/p']\n",
		"read src; ", "read ../q; ");
	grants_are("sandbox.os.read = ['//a/./b/', '/a//']\n", "sandbox.os.read = ['/a/']\n",
		"read //a/./b/; read /a//; ", "");
	/* What the user lets be written may be read; not the other way round. */
	grants_are("sandbox.os.read = ['/w/x', '/r', '/q']\n",
		"sandbox.os.write = ['/w']\nsandbox.os.read = ['/r']\n",
		"read /w/x; read /r; write /w; ", "read /q; ");
	grants_are("sandbox.os.write = ['/r/x', '/w']\n",
		"sandbox.os.read = ['/r']\nsandbox.os.write = ['/w']\n", "write /w; read /r; ",
		"write /r/x; ");
	grants_are("sandbox.os.additional_directories = ['/w/x', {path = '/r', write = false}, "
		   "'/q']\n",
		"sandbox.os.additional_directories = ['/w', {path = '/r', write = false}]\n",
		"write /w/x; read /r; ", "write /q; ");
	grants_are("sandbox.os.write = ['/w/x', '/q']\n",
		"sandbox.os.additional_directories = ['/w']\n", "write /w/x; ", "write /q; ");
	grants_are("sandbox.os.additional_directories = ['/q']\n", "sandbox.os.write = []\n", "",
		"write /q; ");
	/* It is one key, whether its entries are written or only read. */
	grants_are("sandbox.os.additional_directories = [{path = '/q', write = false}]\n",
		"sandbox.os.additional_directories = []\n", "", "read /q; ");
	grants_are("sandbox.os.additional_directories = []\n",
		"sandbox.os.additional_directories = [{path = '/r', write = false}]\n", "", "");
	/* A key that the project does not have is the user's. */
	grants_are("sandbox.os.write = ['/w']\n",
		"sandbox.os.write = ['/w']\nsandbox.os.read = ['/r']\n", "write /w; read /r; ", "");
}

static void test_other_lists(void)
{
	grants_are("sandbox.os.env = ['A_B', 'A_*', 'A*', 'B', '*_B']\n",
		"sandbox.os.env = ['A_*']\n", "env A_B; env A_*; ", "env A*; env B; env *_B; ");
	grants_are("sandbox.os.unix_sockets = ['/s', '/s/t']\n",
		"sandbox.os.unix_sockets = ['/s']\n", "unix_sockets /s; ", "unix_sockets /s/t; ");
	grants_are("sandbox.os.network.domains = ['a.org', 'x.a.org', '*.x.a.org', '*.a.org', "
		   "'b.org', 'a.org:22', 'xa.org', '*.org.a']\n",
		"sandbox.os.network.domains = ['*.a.org']\n",
		"domains x.a.org; domains *.x.a.org; domains *.a.org; ",
		"domains a.org; domains b.org; domains a.org:22; domains xa.org; "
		"domains *.org.a; ");
	grants_are("[sandbox.os.network]\nhost_localhost_ports = [3000, 3001]\n"
		   "dev_server_ports = [3001, 4000]\n",
		"[sandbox.os.network]\nhost_localhost_ports = [3001]\ndev_server_ports = [4000]\n",
		"host_localhost_ports 3001; dev_server_ports 4000; ",
		"host_localhost_ports 3000; dev_server_ports 3001; ");
	/* Prohibitions are united, whatever either side says. */
	grants_are("sandbox.os.deny = ['/a']\nsandbox.os.protect = ['/b']\n"
		   "sandbox.os.network.host_localhost_ports_deny = [22]\n",
		"sandbox.os.deny = ['/c']\nsandbox.os.protect = ['/d']\n"
		"sandbox.os.network.host_localhost_ports_deny = [25]\n",
		"deny /a; protect /b; host_localhost_ports_deny 22; deny /c; protect /d; "
		"host_localhost_ports_deny 25; ",
		"");
	grants_are("sandbox.os.deny = []\n", "sandbox.os.deny = ['/c']\n", "deny /c; ", "");
	grants_are("sandbox.os.deny = ['/a']\n", "sandbox.os.deny = []\n", "deny /a; ", "");
}

/* "Ask each time" of the user's file holds for a project that names the port without it. */
static void test_prompt(void)
{
	struct run *r = run_new();

	run_project(r, "sandbox.os.network.host_localhost_ports = [3000]\n");
	run_config(r, "sandbox.os.network.host_localhost_ports = [{port = 3000, prompt = true}]\n");
	run_merge(r);
	ok(r->merged.m.grants.n == 1 && r->merged.m.grants.v[0].flags & GRANT_PROMPT,
		"prompt = true of the user is not lost");
	run_free(r);
	r = run_new();
	run_project(
		r, "sandbox.os.network.host_localhost_ports = [{port = 3000, prompt = true}]\n");
	run_config(r, "sandbox.os.network.host_localhost_ports = [3000]\n");
	run_merge(r);
	ok(r->merged.m.grants.n == 1 && r->merged.m.grants.v[0].flags & GRANT_PROMPT,
		"nor is the project's");
	run_free(r);
}

/* The ordered settings. NULL: the key is absent. */
static void setting_is(const char *key, const char *project, const char *config, const char *want)
{
	struct run *r = run_new();
	const struct manifest *m = &r->merged.m;
	const char *got;

	run_project(r, project ? arena_printf(&r->arena, "%s = %s\n", key, project) : "");
	run_config(r, config ? arena_printf(&r->arena, "%s = %s\n", key, config) : "");
	run_merge(r);
	is_str(run_faults(r), "", "no faults");
	got = strstr(key, "profile")                            ? run_profile_names[m->profile]
		: strstr(key, "envrc")                          ? envrc_mode_names[m->envrc]
		: strstr(key, "sni")                            ? sni_mode_names[m->sni]
		: strstr(key, "proxy")                          ? proxy_mode_names[m->proxy]
		: (strstr(key, "debug") ? m->debug : m->strict) ? "true"
								: "false";
	is_str(got, want, "%s: %s under %s", key, project ? project : "-", config ? config : "-");
	run_free(r);
}

static void test_settings(void)
{
	static const char profile[] = "sandbox.os.profile", strict[] = "sandbox.os.strict",
			  envrc[] = "command_run.envrc_mode", sni[] = "sandbox.os.network.sni",
			  proxy[] = "sandbox.os.network.proxy", debug[] = "sandbox.os.debug";

	setting_is(profile, NULL, NULL, "workspace");
	setting_is(profile, "'read-only'", NULL, "read-only");
	setting_is(profile, "'network-allow-all'", NULL, "network-allow-all");
	setting_is(profile, NULL, "'read-only'", "read-only");
	setting_is(profile, NULL, "'network-allow-all'", "network-allow-all");
	setting_is(profile, NULL, "'off'", "off");
	setting_is(profile, "'workspace'", "'read-only'", "read-only");
	setting_is(profile, "'network-allow-all'", "'workspace'", "workspace");
	setting_is(profile, "'network-allow-all'", "'network-allow-all'", "network-allow-all");
	setting_is(profile, "'read-only'", "'network-allow-all'", "read-only");
	setting_is(profile, "'read-only'", "'off'", "read-only");
	setting_is(profile, "'workspace'", "'off'", "workspace");
	setting_is(strict, NULL, NULL, "true");
	setting_is(strict, "false", NULL, "true");
	setting_is(strict, "true", NULL, "true");
	setting_is(strict, NULL, "false", "false");
	setting_is(strict, "false", "false", "false");
	setting_is(strict, "true", "false", "true");
	setting_is(strict, "false", "true", "true");
	setting_is(strict, NULL, "true", "true");
	setting_is(debug, NULL, NULL, "false");
	setting_is(debug, "true", NULL, "true");
	setting_is(debug, NULL, "true", "true");
	setting_is(debug, "true", "false", "false");
	setting_is(debug, "false", "true", "false");
	setting_is(debug, "true", "true", "true");
	setting_is(envrc, NULL, NULL, "off");
	setting_is(envrc, "'trust'", NULL, "trust");
	setting_is(envrc, "'trust'", "'approved'", "approved");
	setting_is(envrc, "'trust'", "'off'", "off");
	setting_is(envrc, "'approved'", "'trust'", "approved");
	setting_is(envrc, "'off'", "'trust'", "off");
	setting_is(envrc, NULL, "'approved'", "approved");
	setting_is(sni, NULL, NULL, "match");
	setting_is(sni, "'off'", NULL, "off");
	setting_is(sni, "'off'", "'match'", "match");
	setting_is(sni, "'match'", "'off'", "match");
	setting_is(sni, "'off'", "'off'", "off");
	setting_is(sni, NULL, "'off'", "off");
	/* Neither way reaches more than the other: the project knows what its tools can do. */
	setting_is(proxy, NULL, NULL, "transparent");
	setting_is(proxy, "'explicit'", NULL, "explicit");
	setting_is(proxy, "'explicit'", "'transparent'", "explicit");
	setting_is(proxy, "'transparent'", "'explicit'", "transparent");
	setting_is(proxy, NULL, "'explicit'", "explicit");
}

static void test_off(void)
{
	struct run *r = run_new();

	run_project(r, "\nsandbox.os.profile = 'off'\n");
	run_config(r, "sandbox.os.profile = 'off'\n");
	run_merge(r);
	is_str(run_faults(r),
		"seal-exec: /home/alice/p/seal.toml:2:12: profile = \"off\" is honoured from your "
		"own config.toml only; remove it here\n",
		"a project is never off, whatever the user's file says");
	run_free(r);
	r = run_new();
	run_merge(r);
	ok(r->merged.m.kind == ORIGIN_BUILTIN && r->merged.m.strict &&
			r->merged.m.profile == PROFILE_WORKSPACE && !r->merged.config,
		"no files at all: the built-in default");
	run_free(r);
	r = run_new();
	run_config(r, "sandbox.os.profile = 'off'\nsandbox.os.strict = false\n");
	run_merge(r);
	ok(r->merged.m.profile == PROFILE_OFF && !r->merged.m.strict,
		"the user's own file alone is what it says");
	run_free(r);
}

/* "NAME(domains,+)" for each tool: its own domains, "*" for the bundle's, + for both. */
static void tools_are(const char *project, const char *config, const char *want, const char *cut)
{
	struct run *r = run_new();
	struct strbuf left = STRBUF_INIT, gone = STRBUF_INIT;
	size_t i, j;

	run_project(r, project);
	run_config(r, config);
	run_merge(r);
	is_str(run_faults(r), "", "no faults");
	strbuf_adds(&left, "");
	strbuf_adds(&gone, "");
	for (i = 0; i < r->merged.m.tools.n; i++) {
		const struct tool *t = &r->merged.m.tools.v[i];

		strbuf_addf(&left, "%s(%s", t->name, t->domains_set ? "" : "*");
		for (j = 0; j < t->domains.n; j++)
			strbuf_addf(&left, "%s%s", j ? "," : "", t->domains.v[j].value);
		strbuf_addf(&left, "%s) ", t->default_domains ? "+" : "");
	}
	for (i = 0; i < r->merged.clipped_tools.n; i++)
		strbuf_addf(&gone, "%s; ", r->merged.clipped_tools.v[i]);
	strbuf_adds(&gone, grants_text(&r->arena, &r->merged.clipped));
	is_str(left.s, want, "tools of (%s) under (%s)", project, config);
	is_str(gone.s, cut, "withheld");
	strbuf_release(&left);
	strbuf_release(&gone);
	run_free(r);
}

#define TOOLS(list) "sandbox.os.command_tools = [" list "]\n"

static void test_tools(void)
{
	tools_are(TOOLS("'cargo', 'npm'"), "", "cargo(*) npm(*) ", "");
	tools_are("", TOOLS("'cargo'"), "cargo(*) ", "");
	tools_are(TOOLS("'cargo', 'npm'"), TOOLS("'npm', 'git'"), "npm(*) ", "cargo; ");
	tools_are(TOOLS(""), TOOLS("'npm'"), "", "");
	tools_are(TOOLS("'npm'"), TOOLS(""), "", "npm; ");
	/* Its hosts: within the user's entry of the same tool ... */
	tools_are(TOOLS("{tool = 'cargo', domains = ['s.a.org', 'b.org']}"),
		TOOLS("{tool = 'cargo', domains = ['*.a.org']}"), "cargo(s.a.org) ",
		"domains b.org; ");
	tools_are(TOOLS("'cargo'"), TOOLS("{tool = 'cargo', domains = ['a.org']}"), "cargo(a.org) ",
		"");
	tools_are(TOOLS("'cargo'"), TOOLS("{tool = 'cargo', domains = []}"), "cargo() ", "");
	tools_are(TOOLS("{tool = 'cargo', domains = []}"),
		TOOLS("{tool = 'cargo', domains = ['a.org']}"), "cargo() ", "");
	tools_are(TOOLS("{tool = 'cargo', domains = ['a.org']}"),
		TOOLS("{tool = 'cargo', domains = []}"), "cargo() ", "domains a.org; ");
	tools_are(TOOLS("{tool = 'cargo', domains = ['a.org'], default_domains = true}"),
		TOOLS("{tool = 'cargo', domains = ['a.org']}"), "cargo(a.org) ", "");
	tools_are(TOOLS("{tool = 'cargo', domains = ['a.org'], default_domains = true}"),
		TOOLS("{tool = 'cargo', domains = ['a.org'], default_domains = true}"),
		"cargo(a.org+) ", "");
	tools_are(TOOLS("{tool = 'cargo', domains = ['a.org']}"), TOOLS("'cargo'"), "cargo(a.org) ",
		"");
	tools_are(TOOLS("{tool = 'cargo', default_domains = true}"),
		TOOLS("{tool = 'cargo', domains = []}"), "cargo() ", "");
	/* ... or within the hosts of all commands. */
	tools_are(TOOLS("{tool = 'cargo', domains = ['a.org', 'b.org']}"),
		"sandbox.os.network.domains = ['a.org']\n", "cargo(a.org) ", "domains b.org; ");
	tools_are(TOOLS("{tool = 'cargo', domains = ['a.org', 'b.org', 'c.org']}"),
		TOOLS("{tool = 'cargo', domains = ['b.org']}") "[sandbox.os.network]\n"
							       "domains = ['a.org']\n",
		"cargo(a.org,b.org) ", "domains c.org; ");
}

static void test_wrappers(void)
{
	struct run *r = run_new();

	run_project(r, "sandbox.os.wrappers = ['a', 'b']\n");
	run_config(r, "sandbox.os.wrappers = ['b', 'c --']\n");
	run_merge(r);
	ok(r->merged.m.wrappers.n == 3 && strcmp(r->merged.m.wrappers.v[0], "a") == 0 &&
			strcmp(r->merged.m.wrappers.v[1], "b") == 0 &&
			strcmp(r->merged.m.wrappers.v[2], "c --") == 0 &&
			!r->merged.m.wrappers.v[3],
		"wrappers are united");
	ok(r->project.wrappers.n == 2, "the project's own list is as it was");
	is_str(r->project.wrappers.v[2], NULL, "and still ended by NULL");
	run_free(r);
}

static void test_domain_covers(void)
{
	static const struct {
		const char *rule, *entry;
		bool want;
	} rows[] = {
		{"a.org", "a.org", true},
		{"A.org", "a.ORG", true},
		{"a.org", "b.a.org", false},
		{"a.org", "*.a.org", false},
		{"*.a.org", "a.org", false},
		{"*.a.org", "b.a.org", true},
		{"*.a.org", "c.b.a.org", true},
		{"*.a.org", "*.a.org", true},
		{"*.a.org", "*.b.a.org", true},
		{"*.b.a.org", "*.a.org", false},
		{"*.a.org", "ba.org", false},
		{"*.a.org", "a.org.b", false},
		{"a.org", "a.org:443", false},
		{"a.org:22", "a.org:22", true},
		{"a.org:22", "a.org", false},
		{"*.a.org:22", "b.a.org:22", true},
		{"*.a.org:22", "b.a.org:23", false},
		{"bad host", "bad host", false},
		{"*", "a.org", false},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		is_int(domain_covers(rows[i].rule, rows[i].entry), rows[i].want, "%s covers %s",
			rows[i].rule, rows[i].entry);
}

int main(void)
{
	test_paths();
	test_other_lists();
	test_prompt();
	test_settings();
	test_off();
	test_tools();
	test_wrappers();
	test_domain_covers();
	return done_testing();
}
