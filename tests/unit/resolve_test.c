/*
 * What applies to one command: which bundles, with which settings, and what a user is shown
 * before it is trusted.
 */
#include "base/path.h"
#include "fixture.h"
#include "policy/expand.h"
#include "policy/knob.h"
#include "policy/refuse.h"
#include "policy/resolve.h"
#include "policy/tools.h"
#include "policy/trusted.h"
#include "read/refuse.h"
#include "tap.h"

/* A bundle with a grant for each value of each knob. */
static const char knobs_bundle[] =
	"name = 'k'\nsummary = 'knobs'\ncommands = ['k']\n"
	"read = [\n"
	"	'/always',\n"
	"	{path = '/b', when = 'b'}, {path = '/not-b', when = '!b'},\n"
	"	{path = '/off', when = 'e=off'}, {path = '/manual', when = 'e=manual'},\n"
	"	{path = '/on', when = 'e=on'}, {path = '/not-on', when = '!e=on'},\n"
	"	{path = '/auto', when = 'a'}, {path = '/not-auto', when = '!a'},\n"
	"]\n"
	"domains = ['k.org']\n"
	"[knobs.b]\ntype = 'bool'\ndefault = false\n"
	"[knobs.e]\ntype = 'enum'\nvalues = ['off', 'manual', 'on']\ndefault = 'off'\n"
	"if_bool = 'write off'\n"
	"[knobs.a]\ntype = 'auto'\n"
	"[knobs.d]\ntype = 'auto'\nneeds = 'make'\n";

/* The grants of P that the base profile does not make, "KIND VALUE; ". */
static const char *own_grants(struct run *r)
{
	struct grants own = {0};
	size_t i;

	for (i = 0; i < r->policy.grants.n; i++)
		if (r->policy.grants.v[i].from.kind != ORIGIN_PROFILE)
			*vec_push(&r->arena, &own) = r->policy.grants.v[i];
	return grants_text(&r->arena, &own);
}

/* PROJECT and CONFIG with the bundle above and the command k: WANT. NULL: no such file. */
static void selects(const char *project, const char *config, const char *want)
{
	struct run *r = run_new();

	run_bundle(r, knobs_bundle);
	if (project)
		run_project(r, project);
	if (config)
		run_config(r, config);
	run_resolve(r, "k");
	is_str(run_faults(r), "", "no faults");
	is_str(own_grants(r), want, "(%s) under (%s)", project ? project : "-",
		config ? config : "-");
	run_free(r);
}

#define TOOLS(list) "sandbox.os.command_tools = [" list "]\n"
#define ALWAYS      "read /always; "
#define NEITHER     "read /not-on; read /not-auto; domains k.org; "

static void test_knobs(void)
{
	static const char initial[] = ALWAYS "read /not-b; read /off; " NEITHER;

	selects(NULL, NULL, initial);
	selects(TOOLS("'k'"), NULL, initial);
	selects(TOOLS("{tool = 'k', b = false, e = 'off'}"), NULL, initial);
	selects(TOOLS("{tool = 'k', b = true}"), NULL, ALWAYS "read /b; read /off; " NEITHER);
	selects(TOOLS("{tool = 'k', e = 'manual'}"), NULL,
		ALWAYS "read /not-b; read /manual; " NEITHER);
	selects(TOOLS("{tool = 'k', e = 'on'}"), NULL,
		ALWAYS "read /not-b; read /on; read /not-auto; domains k.org; ");
	selects(TOOLS("{tool = 'k', a = true}"), NULL,
		ALWAYS "read /not-b; read /off; read /not-on; read /auto; domains k.org; ");
	selects(TOOLS("{tool = 'k', a = false}"), NULL, initial);
}

static void test_ceilings(void)
{
	static const char initial[] = ALWAYS "read /not-b; read /off; " NEITHER;
	static const char manual[] = ALWAYS "read /not-b; read /manual; " NEITHER;

	/* The user's setting is the default ... */
	selects("", TOOLS("{tool = 'k', b = true}"), ALWAYS "read /b; read /off; " NEITHER);
	selects(TOOLS("'k'"), TOOLS("{tool = 'k', b = true}"),
		ALWAYS "read /b; read /off; " NEITHER);
	selects(TOOLS("'k'"), TOOLS("{tool = 'k', e = 'manual'}"), manual);
	/* ... and the most that a project gets. */
	selects(TOOLS("{tool = 'k', b = true}"), TOOLS("{tool = 'k', b = false}"), initial);
	selects(TOOLS("{tool = 'k', b = false}"), TOOLS("{tool = 'k', b = true}"), initial);
	selects(TOOLS("{tool = 'k', e = 'on'}"), TOOLS("{tool = 'k', e = 'manual'}"), manual);
	selects(TOOLS("{tool = 'k', e = 'manual'}"), TOOLS("{tool = 'k', e = 'on'}"), manual);
	selects(TOOLS("{tool = 'k', e = 'off'}"), TOOLS("{tool = 'k', e = 'on'}"), initial);
	selects(TOOLS("{tool = 'k', e = 'on'}"), TOOLS("{tool = 'k', e = 'off'}"), initial);
	selects(TOOLS("{tool = 'k', a = true}"), TOOLS("{tool = 'k', a = false}"), initial);
	/* A tool that the user's list leaves out is not there at all. */
	selects(TOOLS("'k'"), TOOLS("'cargo'"), "");
}

static void test_domains(void)
{
	selects(TOOLS("{tool = 'k', domains = []}"), NULL,
		ALWAYS "read /not-b; read /off; read /not-on; read /not-auto; ");
	selects(TOOLS("{tool = 'k', domains = ['x.org']}"), NULL,
		ALWAYS "read /not-b; read /off; read /not-on; read /not-auto; domains x.org; ");
	selects(TOOLS("{tool = 'k', domains = ['x.org'], default_domains = true}"), NULL,
		ALWAYS "read /not-b; read /off; " NEITHER "domains x.org; ");
	selects("sandbox.os.network.domains = ['y.org']\n", NULL,
		"domains y.org; " ALWAYS "read /not-b; read /off; " NEITHER);
}

/* Grants never leak to a command that does not match. */
static void test_no_leaks(void)
{
	static const char *const commands[] = {"true", "kk", "echo k", "./true k"};
	struct run *r;
	size_t i;

	for (i = 0; i < 4; i++) {
		r = run_new();
		run_bundle(r, knobs_bundle);
		run_project(r,
			TOOLS("{tool = 'k', b = true, domains = ['x.org']}") "sandbox.os.read = "
									     "['/mine']\n");
		run_resolve(r, commands[i]);
		is_str(own_grants(r), "read /mine; ", "'%s' has the manifest's own only",
			commands[i]);
		run_free(r);
	}
	r = run_new();
	run_project(r, TOOLS("'make'"));
	run_resolve(r, "cargo build");
	is_int((long long)r->matches.n, 0, "a bundle that is not in command_tools is not used");
	run_free(r);
}

static void test_uses(void)
{
	struct run *r = run_new();
	size_t i;

	run_bundle(r,
		"name = 'a'\nsummary = 'a'\ncommands = ['a']\nuses = ['b']\n"
		"domains = ['a.org']\n");
	run_bundle(r,
		"name = 'b'\nsummary = 'b'\ncommands = ['b']\nuses = ['c', 'a']\n"
		"read = ['/b']\nenv = ['B_*', {name = 'TOKEN', own = true}]\n"
		"domains = ['b.org']\n");
	run_bundle(r, "name = 'c'\nsummary = 'c'\nread = ['/c']\ndomains = ['c.org']\n");
	run_project(r, TOOLS("'a', {tool = 'b', domains = ['mine.org']}"));
	run_resolve(r, "a");
	is_str(own_grants(r), "domains a.org; read /b; env B_*; read /c; ",
		"what is used gives paths and variables, and no domains");
	ok(r->matches.n == 3 && !r->matches.v[0].used && r->matches.v[1].used &&
			r->matches.v[2].used,
		"and is marked as used");
	is_str(r->matches.v[2].word, "b", "by whom");
	for (i = 0; i < r->policy.grants.n; i++)
		if (!r->policy.grants.v[i].from.kind && !r->policy.grants.v[i].from.at.file)
			ok(false, "%s has an origin", r->policy.grants.v[i].value);
	run_resolve(r, "b");
	ok(strstr(own_grants(r), "env TOKEN; "), "its own command has what is its own");
	run_free(r);
}

/* A bundle g that takes what h has, if h is enabled, too. */
static void needs_are(const char *tools, const char *want, const char *what)
{
	struct run *r = run_new();

	run_bundle(r,
		"name = 'g'\nsummary = 'g'\ncommands = ['g']\nuses = [{name = 'h', when = 'c'}]\n"
		"set = [{name = 'V', value = 'x', when = 'c'}, {name = 'W', value = 'y', when = "
		"'!c'}]\nhost_ports = [{port = 5001, when = 'c'}]\n"
		"knobs.c = {type = 'auto', needs = 'h'}\n");
	run_bundle(r,
		"name = 'h'\nsummary = 'h'\ncommands = ['h']\nread = ['/h', {path = '/mac', os = "
		"'macos'}, {path = '/linux', os = 'linux'}]\nhost_ports = [5000]\n");
	run_project(r, tools);
	run_resolve(r, "g");
	is_str(own_grants(r), want, "%s", what);
	run_free(r);
}

static void test_needs(void)
{
	static const char with[] = "set V; host_localhost_ports 5001; read /h; read /linux; ";

	needs_are("", "set W; ", "nothing is enabled by name: the needed bundle is not taken");
	needs_are(TOOLS("'g'"), "set W; ", "it is not enabled");
	needs_are(TOOLS("'g', 'h'"), with, "it is: its paths come along, its port does not");
	needs_are(TOOLS("{tool = 'g', c = true}, 'h'"), with, "the same, said");
	needs_are(TOOLS("{tool = 'g', c = false}, 'h'"), "set W; ", "it is not wanted");
	needs_are(TOOLS("{tool = 'g', c = true}"), "set W; ", "it is wanted and not enabled");
}

static void test_named_only(void)
{
	static const char bundle[] =
		"name = 'n'\nsummary = 'n'\ncommands = ['n']\nnamed_only = true\nread = ['/n']\n";
	struct run *r = run_new();

	run_bundle(r, bundle);
	run_resolve(r, "n");
	is_str(own_grants(r), "", "a bundle that must be named does not match by itself");
	run_free(r);
	r = run_new();
	run_bundle(r, bundle);
	run_project(r, TOOLS("'n'"));
	run_resolve(r, "n");
	is_str(own_grants(r), "read /n; ", "... and does where it is named");
	run_free(r);
}

/* What LINE under PROJECT has a bundle for that does not apply; "!" before what is told unasked. */
static void idle_is(const char *project, const char *config, const char *line, const char *want)
{
	struct run *r = run_new();
	const struct idle *x;
	const char *got = "";

	run_bundle(r, "name = 'n'\nsummary = 'n'\ncommands = ['n', 'n-more']\nnamed_only = true\n");
	if (project)
		run_project(r, project);
	if (config)
		run_config(r, config);
	run_resolve(r, line);
	vec_each (x, &r->policy.idle)
		got = arena_printf(&r->arena, "%s%s%s; ", got, x->by_itself ? "!" : "", x->text);
	is_str(got, want, "%s under (%s)", line, project ? project : "-");
	run_free(r);
}

static void test_idle(void)
{
	static const char by_itself[] =
		"!n-more has a bundle that applies only where command_tools names it; seal-exec "
		"bundles show n says what it grants; ";
	static const char unnamed[] =
		"make has a bundle that command_tools does not name; seal-exec bundles show make "
		"says what it grants; ";

	idle_is(NULL, NULL, "env A=1 n-more", by_itself);
	idle_is(NULL, NULL, "make", "");
	idle_is(NULL, NULL, "true n-more", "");
	idle_is(TOOLS("'n'"), NULL, "n-more", "");
	idle_is(TOOLS("'git'"), NULL, "make", unnamed);
	idle_is(TOOLS("'git'"), NULL, "git", "");
	idle_is(TOOLS("'make'"), NULL, "make", "");
	idle_is("sandbox.os.command_tools = []\n", NULL, "make", unnamed);
	/* What the user's own file withholds is told as that. */
	idle_is(TOOLS("'make'"), "sandbox.os.command_tools = ['git']\n", "make", "");
}

static void test_unknown_tools(void)
{
	struct run *r = run_new();

	run_project(r, TOOLS("'cargp', 'zzzzzz', 'make'"));
	run_resolve(r, "make");
	is_str(run_faults(r),
		"seal-exec: /home/alice/p/seal.toml:1:29: there is no bundle 'cargp'; did you mean "
		"'cargo'?\n"
		"seal-exec: /home/alice/p/seal.toml:1:38: there is no bundle 'zzzzzz'; seal-exec "
		"bundles list names them\n",
		"tools that are not there");
	run_free(r);
}

static void check_faults(const char *tool, const char *want)
{
	struct run *r = run_new();
	const struct bundle *b;

	run_bundle(r, knobs_bundle);
	run_project(r, arena_printf(&r->arena, TOOLS("%s"), tool));
	b = catalog_load(&r->catalog, "k", &r->diags);
	policy_check_tool(&r->project, &r->project.tools.v[0], b, &r->diags);
	is_str(run_faults(r),
		*want ? arena_printf(&r->arena, "seal-exec: /home/alice/p/seal.toml:1:%s\n", want)
		      : "",
		"%s", tool);
	run_free(r);
}

static void test_settings(void)
{
	check_faults("{tool = 'k', b = true, e = 'on', a = false}", "");
	check_faults("{tool = 'k', bundles = []}", "");
	check_faults("{tool = 'k', bundles = ['make', 'git']}, 'git', 'make'", "");
	check_faults("{tool = 'k', bundles = ['make', 'git']}, 'make'",
		"52: k.bundles: the bundle 'git' is not enabled; add \"git\" to command_tools");
	check_faults("{tool = 'k', e = true}",
		"46: k.e is one of \"off\", \"manual\", \"on\", not a boolean; write off");
	check_faults(
		"{tool = 'k', e = 'maybe'}", "46: k.e must be one of \"off\", \"manual\", \"on\"");
	check_faults("{tool = 'k', b = 'true'}", "46: k.b must be true or false");
	check_faults("{tool = 'k', a = 'true'}", "46: k.a must be true or false");
	check_faults("{tool = 'k', domain = true}",
		"42: the bundle 'k' has no setting 'domain'; did you mean 'domains'?");
	check_faults("{tool = 'k', d = true}",
		"46: k.d needs the bundle 'make'; add \"make\" to command_tools");
	check_faults("{tool = 'k', d = true}, 'make'", "");
	check_faults("{tool = 'k', d = false}", "");
	check_faults("{tool = 'k', xxxxxx = true}",
		"42: the bundle 'k' has no setting 'xxxxxx'; seal-exec bundles show k lists them");
}

/* The grant of a port of the host's, "" for none; what is not the host's begins with "twin". */
static const char *port_of(const char *project, const char *config)
{
	static char text[128];
	struct run *r = run_new();
	const struct grant *g;

	run_project(r, project);
	if (config)
		run_config(r, config);
	run_resolve(r, "cargo");
	text[0] = '\0';
	vec_each (g, &r->policy.grants)
		if (g->kind == GRANT_HOST_PORT)
			snprintf(text, sizeof text, "%s%s%s %s",
				g->flags & GRANT_TWIN ? "twin " : "",
				g->flags & GRANT_ESCAPE ? "escape " : "", g->value,
				g->from.kind == ORIGIN_CONFIG ? "by config" : "by bundle");
	run_free(r);
	return text;
}

static void test_sccache(void)
{
	static const char on[] = TOOLS("{tool = 'cargo', sccache = 'on'}");
	static const char adopt[] = "[sandbox.os]\nsccache_adopt_external = true\n";
	struct run *r = run_new();

	is_str(port_of(TOOLS("'cargo'"), NULL), "", "sccache is off");
	is_str(port_of(TOOLS("{tool = 'cargo', sccache = 'manual'}"), NULL),
		"escape 4226 by bundle", "[CC-02] manual is the host's server, an escape");
	is_str(port_of(on, NULL), "twin 4226 by bundle", "on is the project's own");
	is_str(port_of(on, adopt), "twin escape 4226 by config",
		"... an escape where the user's file adopts the host's");
	is_str(port_of(on, TOOLS("{tool = 'cargo', sccache = 'off'}")), "",
		"the user's file says that it is off");
	run_project(r, adopt);
	run_merge(r);
	is_str(run_faults(r),
		"seal-exec: /home/alice/p/seal.toml:2:1: sccache_adopt_external is honoured from "
		"your own config.toml only; remove it here\n",
		"a project adopts nothing");
	run_free(r);
}

/* --- Trust ------------------------------------------------------------------------------------ */

static const char *trust_text(struct run *r)
{
	struct strvec lines = {0};
	struct strbuf b = STRBUF_INIT;
	struct matches tools = {0};
	const char *text;
	size_t i;

	for (i = 0; i < r->project.tools.n; i++)
		*vec_push(&r->arena, &tools) = (struct match){
			.bundle = catalog_load(&r->catalog, r->project.tools.v[i].name, &r->diags),
			.word = "x",
		};
	policy_trust_lines(&r->project, &tools, &r->arena, &lines);
	strbuf_adds(&b, "");
	for (i = 0; i < lines.n; i++)
		strbuf_addf(&b, "%s\n", lines.v[i]);
	text = arena_strdup(&r->arena, b.s);
	strbuf_release(&b);
	return text;
}

static void trust_is(const char *project, const char *want)
{
	struct run *r = run_new();

	run_bundle(r, knobs_bundle);
	run_project(r, project);
	is_str(run_faults(r), "", "no faults");
	is_str(trust_text(r), want, "trust of %s", project);
	run_free(r);
}

/* The lines of A and B are the same (or not). */
static void trust_same(const char *a, const char *b, bool want, const char *what)
{
	struct run *r = run_new(), *s = run_new();

	run_bundle(r, knobs_bundle);
	run_bundle(s, knobs_bundle);
	run_project(r, a);
	run_project(s, b);
	s->facts.user = "bob";
	s->facts.home = "/home/bob";
	is_int(strcmp(trust_text(r), trust_text(s)) == 0, want, "%s", what);
	run_free(r);
	run_free(s);
}

static void test_trust_lines(void)
{
	trust_is("", "the bundle that matches the command\n");
	trust_is(TOOLS(""), "");
	trust_is("sandbox.os.write = ['~/z', '/home/<USER>/a']\nsandbox.os.read = ['/b']\n",
		"read /b\nthe bundle that matches the command\nwrite /home/<USER>/a\nwrite ~/z\n");
	trust_is(TOOLS("{tool = 'k', b = true, domains = ['x.org']}"),
		"k: b = true\nk: domains x.org\nk: enabled\nk: read /always\nk: read /b\nk: read "
		"/not-auto\n"
		"k: read /not-on\nk: read /off\n");
}

static void test_trust_settings(void)
{
	trust_is("[sandbox.os]\ncommand_tools = []\nprofile = 'read-only'\nwrappers = ['w --']\n"
		 "[sandbox.os.network]\nhost_localhost_ports = [3000, {port = 3001, prompt = "
		 "true}]\n[command_run]\nenvrc_mode = 'approved'\n",
		"envrc_mode approved\nhost_localhost_ports 3000\n"
		"host_localhost_ports 3001 (asked each time)\nprofile read-only\nwrapper w --\n");
	trust_is("[sandbox.os]\ncommand_tools = []\n"
		 "[sandbox.os.network]\nhost_localhost_ports = [{port = 2375, prompt = true}, "
		 "4226]\n"
		 "host_localhost_ports_deny = [2376]\ndev_server_ports = [9229]\n"
		 "proxy = 'explicit'\nsni = 'off'\n",
		"dev_server_ports 9229\n"
		"host_localhost_ports 2375 (asked each time) (docker: full control of this "
		"machine)\n"
		"host_localhost_ports 4226 (sccache: runs compilers, and what they load, outside "
		"the "
		"sandbox)\nhost_localhost_ports_deny 2376\nproxy explicit\n"
		"sni off: another host of an allowed server can be asked for\n");
	trust_is("[sandbox.os]\ncommand_tools = []\nprofile = 'network-allow-all'\n"
		 "deny = ['/a']\nprotect = ['/b']\n[command_run]\nenvrc_mode = 'trust'\n",
		"deny /a\nenvrc_mode trust\nprofile network-allow-all\nprotect /b\n");
}

static void test_trust_changes(void)
{
	trust_same("sandbox.os.read = ['/a', '/b']\n",
		"# a comment\n[sandbox]\nos.read = [\n\t'/b', # why\n\t'/a',\n]\n", true,
		"comments, order, layout and the user change nothing");
	trust_same("sandbox.os.read = ['~/a']\n", "sandbox.os.read = ['~/b']\n", false,
		"another path does");
	trust_same("sandbox.os.read = ['/a']\n", "sandbox.os.write = ['/a']\n", false,
		"another right does");
	trust_same(TOOLS("'k'"), TOOLS("{tool = 'k', b = true}"), false, "a setting does");
	trust_same(TOOLS("'k'"), TOOLS("{tool = 'k', domains = []}"), false, "fewer domains do");
	trust_same(TOOLS("'k'"), "", false, "command_tools itself does");
	trust_same("sandbox.os.wrappers = ['w']\n", "sandbox.os.wrappers = ['v']\n", false,
		"a wrapper does");
	trust_same(TOOLS("{tool = 'k', wrappers = ['w']}"), TOOLS("{tool = 'k', wrappers = ['v']}"),
		false, "a wrapper of one tool does");
	trust_same("sandbox.os.network.sni = 'off'\n", "", false, "sni = off does");
	trust_same(
		"sandbox.os.network.sni = 'match'\n", "", true, "the default, written, does not");
	trust_same("sandbox.os.network.proxy = 'explicit'\n", "", false, "proxy = explicit does");
	trust_same(TOOLS("{tool = 'cargo', sccache = 'off'}"),
		TOOLS("{tool = 'cargo', sccache = 'on'}"), false,
		"a setting does that no grant depends on");
	trust_same(TOOLS("{tool = 'k', bundles = ['cargo']}, 'cargo', 'make'"),
		TOOLS("{tool = 'k', bundles = ['cargo', 'make']}, 'cargo', 'make'"), false,
		"so does a bundle that comes along");
}

/* --- What nobody is granted ------------------------------------------------------------------- */

static void refuses(const char *project, const char *folder, const char *part)
{
	const struct catalog_text *t = catalog_profile("refuse");
	struct refusals refuse = {0};
	struct run *r = run_new();

	if (folder)
		r->facts.project = folder;
	refuse_read(&refuse, t->file, t->text, t->len, &r->arena, &r->diags);
	run_project(r, project);
	run_merge(r);
	policy_refuse(&r->merged, &refuse, &r->facts, &r->arena, &r->diags);
	if (part)
		ok(strstr(run_faults(r), part), "%s%s is refused: %s", project,
			folder ? folder : "", part);
	else
		is_str(run_faults(r), "", "%s%s is not refused", project, folder ? folder : "");
	run_free(r);
}

static void test_refuse(void)
{
	refuses("sandbox.os.read = ['~/.ssh']\n", NULL, "seal.toml:1:20: read of '~/.ssh'");
	refuses("sandbox.os.read = ['~/.ssh/known_hosts']\n", NULL, NULL);
	refuses("sandbox.os.write = ['/home/alice//.gnupg/']\n", NULL, "private keys");
	refuses("sandbox.os.read = ['/home/<USER>/.aws']\n", NULL, "credentials");
	refuses("sandbox.os.read = ['../.kube']\n", NULL, "credentials");
	refuses("sandbox.os.read = ['~/.config']\n", NULL, "refused");
	refuses("sandbox.os.read = ['~/.config/git']\n", NULL, NULL);
	refuses("sandbox.os.read = ['~']\n", NULL, "shared by everything");
	refuses("sandbox.os.read = ['..']\n", NULL, "shared by everything");
	refuses("sandbox.os.read = ['/']\n", NULL, "shared by everything");
	refuses("sandbox.os.read = ['/home']\n", NULL, "shared by everything");
	refuses("sandbox.os.write = ['/tmp']\n", NULL, "shared by everything");
	refuses("sandbox.os.write = ['/tmp/mine']\n", NULL, NULL);
	refuses("sandbox.os.read = ['/etc']\n", NULL, "host keys");
	refuses("sandbox.os.read = ['/etc/hosts']\n", NULL, NULL);
	refuses("sandbox.os.read = ['/proc']\n", NULL, "processes are there");
	refuses("sandbox.os.read = ['/var']\n", NULL, "refused");
	refuses("sandbox.os.read = ['/run/dbus']\n", NULL, "refused");
	refuses("sandbox.os.additional_directories = [{path = '~/.ssh', write = false}]\n", NULL,
		"private keys");
	refuses("sandbox.os.deny = ['~/.ssh']\nsandbox.os.protect = ['/']\n", NULL, NULL);
	refuses("", "/home/alice", "cannot be a project");
	refuses("", "/home", "cannot be a project");
	refuses("", "/", "cannot be a project");
	refuses("", "/tmp", "cannot be a project");
	refuses("", "/home/alice/.ssh", "cannot be a project");
	refuses("", "/home/alice/.config", "cannot be a project");
	refuses("", "/tmp/p", NULL);
	refuses("", "/srv/p", NULL);
}

static void test_expand(void)
{
	static const char *const rows[][2] = {
		{"~", "/home/alice"},
		{"~/", "/home/alice"},
		{"~//a/", "/home/alice/a"},
		{"a", "/home/alice/p/a"},
		{"../q", "/home/alice/q"},
		{".", "/home/alice/p"},
		{"/a/<USER>/<UID>", "/a/alice/1000"},
		{"<USER>", "/home/alice/p/alice"},
		{"/a/<user>/<", "/a/<user>/<"},
		{"/a/$HOME", "/a/$HOME"},
		{"/a~", "/a~"},
		{"/a/../b", NULL},
	};
	struct run *r = run_new();
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		is_str(expand_path(rows[i][0], &r->facts, &r->arena), rows[i][1], "'%s'",
			rows[i][0]);
	r->facts.nameless = true;
	is_str(expand_path("/a/<USER>", &r->facts, &r->arena), NULL, "<USER> of nobody");
	is_str(expand_path("~/<UID>", &r->facts, &r->arena), "/home/alice/1000", "the rest of his");
	run_free(r);
}

int main(void)
{
	test_knobs();
	test_ceilings();
	test_domains();
	test_no_leaks();
	test_uses();
	test_needs();
	test_named_only();
	test_idle();
	test_unknown_tools();
	test_settings();
	test_sccache();
	test_trust_lines();
	test_trust_settings();
	test_trust_changes();
	test_refuse();
	test_expand();
	return done_testing();
}
