/*
 * direnv: under which name its store knows a file, when a command runs behind it, and what such a
 * run looks like.
 */
#include <string.h>

#include "fixture.h"
#include "host/envrc.h"
#include "plan/plan.h"
#include "policy/envrc.h"
#include "policy/tools.h"
#include "tap.h"

#define P        "/home/alice/p"
#define STORE    "/home/alice/.local/share/direnv"
#define ENTRY(t) "sandbox.os.command_tools = ['make', " t "]\n"
#define MODE(m)  "command_run.envrc_mode = '" m "'\n"

/* As direnv 2.32.1 has made them. */
static void test_names(void)
{
	static const char path[] = "/tmp/dvt/real/.envrc", text[] = "export FOO=bar\n";
	struct run *r = run_new();

	is_str(envrc_name(path, text, sizeof text - 1, &r->arena),
		"3fc0b4dc748b6cf9e2fe94a8c603bf203e6b5c08a4bb39de2ee312f2113c4084",
		"the name that allows a text at a path");
	is_str(envrc_name(path, "", 0, &r->arena), envrc_name(path, NULL, 0, &r->arena),
		"the name that denies a path is that of an empty file");
	ok(strcmp(envrc_name(path, text, sizeof text - 1, &r->arena),
		   envrc_name(path, text, sizeof text - 2, &r->arena)) != 0,
		"each byte counts");
	run_free(r);
}

/* A run of `make` with this manifest and config, and an .envrc that is as given. */
static struct run *decide(const char *project, const char *config, const struct envrc *e, bool own)
{
	struct run *r = run_new();

	r->facts.envrc = *e;
	run_project(r, project);
	if (config)
		run_config(r, config);
	run_resolve(r, "make");
	r->policy.loading = policy_loading(&r->merged, &r->facts, own, &r->arena);
	return r;
}

static void test_deciding(void)
{
	static const struct envrc none = {0}, plain = {.path = P "/.envrc"},
				  allowed = {.path = P "/.envrc", .allowed = true},
				  denied = {.path = P "/.envrc", .allowed = true, .denied = true},
				  faulty = {.path = P "/.envrc", .fault = "is odd; mend it"};
	static const struct {
		const char *project, *config;
		const struct envrc *e;
		enum loading_how how;
		const char *note;
	} cases[] = {
		{ENTRY("'direnv'") MODE("approved"), NULL, &allowed, LOADING_WRAPPED, NULL},
		{ENTRY("'direnv'") MODE("approved"), NULL, &none, LOADING_NONE, NULL},
		{ENTRY("'direnv'") MODE("approved"), NULL, &plain, LOADING_NONE,
			"direnv has not allowed it as it is; look at it, then: direnv allow"},
		{ENTRY("'direnv'") MODE("approved"), NULL, &denied, LOADING_NONE,
			"direnv denies it; look at it, then: direnv allow"},
		{ENTRY("'direnv'") MODE("approved"), NULL, &faulty, LOADING_NONE,
			"it is odd; mend it"},
		{ENTRY("'direnv'") MODE("trust"), NULL, &plain, LOADING_WRAPPED, NULL},
		{ENTRY("'direnv'") MODE("trust"), NULL, &denied, LOADING_NONE,
			"direnv denies it; look at it, then: direnv allow"},
		{ENTRY("'direnv'") MODE("trust"), NULL, &faulty, LOADING_NONE,
			"it is odd; mend it"},
		{ENTRY("'direnv'") MODE("off"), NULL, &allowed, LOADING_NONE, NULL},
		{ENTRY("'direnv'"), NULL, &allowed, LOADING_NONE, NULL},
		{ENTRY("'git'") MODE("approved"), NULL, &allowed, LOADING_NONE,
			"envrc_mode takes the bundle 'direnv'; add \"direnv\" to command_tools"},
		{MODE("approved"), NULL, &allowed, LOADING_NONE,
			"envrc_mode takes the bundle 'direnv'; add \"direnv\" to command_tools"},
		/* The user's file is the ceiling. */
		{ENTRY("'direnv'") MODE("trust"), MODE("approved"), &plain, LOADING_NONE,
			"direnv has not allowed it as it is; look at it, then: direnv allow"},
		{ENTRY("'direnv'") MODE("trust"), MODE("off"), &allowed, LOADING_NONE, NULL},
		{ENTRY("'direnv'"), MODE("approved"), &allowed, LOADING_WRAPPED, NULL},
		{ENTRY("'direnv'") MODE("approved"), "sandbox.os.command_tools = ['make']\n",
			&allowed, LOADING_NONE, "your config.toml withholds the bundle 'direnv'"},
	};
	struct run *r;
	size_t i;

	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		r = decide(cases[i].project, cases[i].config, cases[i].e, false);
		is_int(r->policy.loading.how, cases[i].how, "%s", cases[i].project);
		is_str(r->policy.loading.note,
			cases[i].note ? arena_printf(&r->arena, P "/.envrc is not loaded: %s",
						cases[i].note)
				      : NULL,
			"... and what is said");
		run_free(r);
	}
	r = decide(ENTRY("'direnv'") MODE("approved"), NULL, &allowed, true);
	is_int(r->policy.loading.how, LOADING_AT_HAND, "a command that calls direnv itself");
	run_free(r);
}

static void bundles_are(
	const char *project, const char *config, const char *want, const char *faults)
{
	struct run *r = run_new();
	struct strvec names = {0};
	struct origin from = {0};
	const char *text = "";
	const struct tool *t;
	size_t i;

	run_project(r, project);
	if (config)
		run_config(r, config);
	run_merge(r);
	vec_each (t, &r->project.tools)
		policy_check_tool(
			&r->project, t, catalog_load(&r->catalog, t->name, &r->diags), &r->diags);
	policy_envrc_bundles(&r->merged, &r->arena, &r->diags, &names, &from);
	for (i = 0; i < names.n; i++)
		text = arena_printf(&r->arena, "%s%s ", text, names.v[i]);
	is_str(text, want, "bundles of %s", project);
	is_str(run_faults(r), faults, "... and their faults");
	run_free(r);
}

static void test_bundles(void)
{
	bundles_are(ENTRY("'direnv'"), NULL, "", "");
	bundles_are(ENTRY("{tool = 'direnv', bundles = ['make']}"), NULL, "make ", "");
	bundles_are(ENTRY("{tool = 'direnv', bundles = ['make', 'nix']}"), NULL, "make ",
		"seal-exec: " P "/seal.toml:1:65: direnv.bundles: the bundle 'nix' is not enabled; "
		"add \"nix\" to command_tools\n");
	/* What the user's file withholds is withheld, and no fault. */
	bundles_are(ENTRY("{tool = 'direnv', bundles = ['make']}"),
		"sandbox.os.command_tools = ['direnv']\n", "", "");
	bundles_are(ENTRY("'git', {tool = 'direnv', bundles = ['make', 'git']}"),
		"sandbox.os.command_tools = ['make', 'git', {tool = 'direnv', bundles = "
		"['git']}]\n",
		"git ", "");
	bundles_are(ENTRY("'direnv'"),
		"sandbox.os.command_tools = ['make', {tool = 'direnv', bundles = ['make']}]\n",
		"make ", "");
}

/* --- The plan ----------------------------------------------------------------------------------
 */

/* What a plan is made of beside the entry and the mode. */
struct case_of_plan {
	const char *more;   /* of the manifest */
	const char *direnv; /* where it is */
	const char *store;
	const struct node *nodes;
	const char *const *environment;
};

static struct run *plan_of(const struct case_of_plan *c)
{
	struct run *r = run_new();

	r->extra = c->nodes;
	r->facts.envrc = (struct envrc){
		.path = P "/.envrc",
		.folder = P,
		.approval = "aa11",
		.store = c->store ? c->store : STORE,
		.allowed = true,
	};
	if (c->environment)
		r->facts.environ = c->environment;
	if (c->direnv)
		*vec_push(&r->arena, &r->facts.programs) =
			(struct program_fact){.name = "direnv", .at = c->direnv, .real = c->direnv};
	run_project(r,
		arena_printf(&r->arena, ENTRY("'direnv'") MODE("approved") "%s",
			c->more ? c->more : ""));
	run_resolve(r, "direnv make all");
	r->command[0] = "make", r->command[1] = "all", r->command[2] = NULL;
	r->policy.loading = policy_loading(&r->merged, &r->facts, false, &r->arena);
	run_build(r);
	return r;
}

static const char *argv_text(struct run *r)
{
	const char *const *word, *text = "";

	for (word = r->plan.argv; *word; word++)
		text = arena_printf(&r->arena, "%s%s ", text, *word);
	return text;
}

/* The place of the file that allows, and what is in it; "" if there is none. */
static const char *approval(struct run *r)
{
	const struct mount *m, *last = NULL;
	const char *text = "";

	vec_each (m, &r->plan.mounts) {
		if (m->kind == MOUNT_DATA && strstr(m->dest, "/allow/"))
			text = arena_printf(&r->arena, "%s%s: %s", text, m->dest, m->data);
		if (last && m->kind != MOUNT_SEAL && strcmp(last->dest, m->dest) > 0)
			return "not sorted";
		last = m;
	}
	return last && last->kind == MOUNT_SEAL ? text : "the seal is not last";
}

static void test_plan(void)
{
	static const char *const elsewhere[] = {
		"HOME=/home/alice", "PATH=/usr/bin", "XDG_DATA_HOME=/srv/own", NULL};
	static const char *const direnv = "/usr/bin/direnv";
	struct run *r = plan_of(&(struct case_of_plan){.direnv = direnv});

	is_str(run_faults(r), "", "no faults");
	is_str(argv_text(r), "direnv exec " P " make all ", "the command, behind direnv");
	is_str(r->plan.envrc, P "/.envrc", "... which is said");
	is_str(approval(r), STORE "/allow/aa11: " P "/.envrc\n", "one file of the store, as data");
	run_free(r);

	r = plan_of(&(struct case_of_plan){.direnv = direnv, .environment = elsewhere});
	is_str(approval(r), "/srv/own/direnv/allow/aa11: " P "/.envrc\n",
		"where XDG_DATA_HOME says");
	run_free(r);

	r = plan_of(&(struct case_of_plan){
		.direnv = direnv, .more = "sandbox.os.read = ['~/.local/share']\n"});
	is_str(run_faults(r), "", "a store that is granted");
	is_str(approval(r), STORE "/allow/aa11: " P "/.envrc\n",
		"... and is not there, is no store");
	run_free(r);
}

static void faults_are(const char *more, const char *direnv, const struct node *nodes,
	const char *store, const char *want)
{
	struct run *r = plan_of(&(struct case_of_plan){more, direnv, store, nodes, NULL});

	is_str(run_faults(r), want, "%s, store %s", more, store);
	if (!*want)
		is_str(approval(r), "", "... its own file is asked");
	run_free(r);
}

#define GUESTS(store)                                                                             \
	"seal-exec: " P "/.envrc: direnv's word on it is in " store ", which the run may write; " \
	"set XDG_DATA_HOME to a folder outside of what is granted\n"

static void test_faults(void)
{
	static const struct node nodes[] = {
		{"/srv/own/direnv/allow/aa11", PATH_FILE, NULL, 10},
		{P "/own/direnv/allow/aa11", PATH_FILE, NULL, 10},
		{STORE "/allow/aa11", PATH_FILE, NULL, 10},
		{NULL, PATH_MISSING, NULL, 0},
	};
	static const char none[] =
		"seal-exec: " P "/.envrc: the sandbox shows no program 'direnv' to load it by; "
		"install direnv, or set envrc_mode to \"off\"\n";
	static const char *const direnv = "/usr/bin/direnv";

	faults_are("", NULL, NULL, STORE, none);
	faults_are("", "/opt/x/direnv", NULL, STORE, none);
	faults_are("", direnv, nodes, P "/own/direnv", GUESTS(P "/own/direnv"));
	faults_are("sandbox.os.profile = 'read-only'\n", direnv, nodes, P "/own/direnv",
		GUESTS(P "/own/direnv"));
	faults_are("sandbox.os.write = ['/srv/own']\n", direnv, nodes, "/srv/own/direnv",
		GUESTS("/srv/own/direnv"));
	faults_are("sandbox.os.read = ['~/.local/share/direnv']\n", direnv, nodes, STORE, "");
}

int main(void)
{
	test_names();
	test_deciding();
	test_bundles();
	test_plan();
	test_faults();
	return done_testing();
}
