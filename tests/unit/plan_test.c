/*
 * Plans against golden files: texts + facts -> tests/golden/plan/NAME.json and NAME.bwrap. The
 * golden files say what a run is; a change to one is a change to the sandbox, and is read as such.
 *
 *	make accept	writes them anew (SEAL_ACCEPT=1); read the diff before it is committed
 *
 * Rules about plans that hold whatever the grants are: rules_test.c.
 */
#include <stdlib.h>

#include "fixture.h"
#include "golden.h"
#include "json.h"
#include "model/names.h"
#include "plan/view.h"
#include "render/bwrap.h"
#include "render/explain.h"
#include "tap.h"

#define GOLDEN "tests/golden/plan/"

static const struct golden {
	const char *name, *command;
	const char *project; /* seal.toml, NULL for none */
	const char *config;
} goldens[] = {
	{"true", "true", NULL, NULL},
	{"cargo-build", "cargo build", NULL, NULL},
	{"cargo-install", "cargo install x",
		"[sandbox.os]\ncommand_tools = [{ tool = 'cargo', install = true, fetch = false, "
		"domains = [] }]\n",
		NULL},
	{"npm-run", "npm run x", NULL, NULL},
	{"make-in-wrappers", "env A=1 timeout 30 make -j2", "sandbox.os.command_tools = ['make']\n",
		NULL},
	{"read-only", "make", "[sandbox.os]\nprofile = 'read-only'\nwrite = ['target']\n", NULL},
	{"deny", "true",
		"[sandbox.os]\nwrite = ['/srv/data']\nread = ['~/.rustup']\n"
		"deny = ['/srv/data/secret', '/srv/data/a', '~/.rustup/toolchains', "
		"'.git/hooks']\n",
		NULL},
	{"protect", "true",
		"[sandbox.os]\nwrite = ['/srv/data']\n"
		"protect = ['/srv/data/a', '.git/config', '.git/hooks', 'missing']\n",
		NULL},
	{"missing", "true",
		"[sandbox.os]\nread = ['/opt/none']\nwrite = ['~/none']\ndeny = ['/srv/none']\n"
		"protect = ['none']\nunix_sockets = ['/run/none.sock', '/usr/bin/true']\n",
		NULL},
	{"same-path", "true",
		"[sandbox.os]\nread = ['/srv/data', '~/dotfiles']\n"
		"write = ['/srv/data', '~/.nvm']\nprotect = ['~/.nvm']\ndeny = ['~/dotfiles']\n",
		NULL},
	{"sockets-and-env", "true",
		"[sandbox.os]\nunix_sockets = ['/run/user/<UID>/agent.sock']\n"
		"env = ['SECRET_TOKEN', 'LD_*', 'HOME', 'OLDPWD']\n",
		NULL},
	{"explicit", "true",
		"[sandbox.os.network]\nproxy = 'explicit'\nsni = 'off'\n"
		"domains = ['a.org', 'b.org:22', '[2001:db8::1]:443']\n"
		"host_localhost_ports = [5432, {port = 2375, prompt = true}]\n"
		"dev_server_ports = [3000]\n",
		"[sandbox.os.network]\nupstream_proxy = 'http://me:hush@proxy:3128'\n"},
	{"every-name", "true", "sandbox.os.profile = 'network-allow-all'\n", NULL},
	{"withheld", "cargo build",
		"[sandbox.os]\ncommand_tools = ['cargo', 'npm']\nwrite = ['/srv/data', '/opt']\n"
		"[sandbox.os.network]\ndomains = ['a.org', 'b.org:22']\n",
		"[sandbox.os]\ncommand_tools = [{ tool = 'cargo', fetch = false }]\n"
		"write = ['/srv']\n[sandbox.os.network]\ndomains = ['b.org:22']\n"},
};

/* --- Files ------------------------------------------------------------------------------------ */

/* JSON with each element of the outer lists in a line of its own: readable as a diff. */
static void fold_json(const char *json, struct strbuf *out)
{
	int depth = 0;
	bool quoted = false;

	for (; *json; json++) {
		if (*json == '"')
			quoted = !quoted;
		if (quoted && *json == '\\')
			strbuf_addc(out, *json++);
		depth += !quoted && (*json == '{' || *json == '[');
		depth -= !quoted && (*json == '}' || *json == ']');
		strbuf_addc(out, *json);
		if (quoted || depth > 2 || depth < 1)
			continue;
		if (*json == ',' || (*json == '[' && json[1] == '{') ||
			(*json == '{' && depth == 1))
			strbuf_adds(out, depth == 1 ? "\n  " : "\n    ");
	}
}

static void compare(struct run *r, const char *name, const char *suffix, const struct strbuf *got)
{
	const char *path = arena_printf(&r->arena, GOLDEN "%s%s", name, suffix);
	const char *want;

	if (getenv("SEAL_ACCEPT"))
		golden_write(path, got);
	want = golden_read(path, &r->arena);
	if (!ok(want && strcmp(want, got->s) == 0, "%s", path))
		golden_note(got->s, want ? want : "");
}

/* --- The plans -------------------------------------------------------------------------------- */

static void check_golden(const struct golden *g)
{
	struct strbuf json = STRBUF_INIT, folded = STRBUF_INIT, bwrap = STRBUF_INIT;
	struct run *r = run_new();

	if (g->project)
		run_project(r, g->project);
	if (g->config)
		run_config(r, g->config);
	run_plan(r, g->command);
	is_str(run_faults(r), "", "%s: no faults", g->name);
	render_json(&r->plan, &json);
	ok(json_valid(json.s), "%s: JSON", g->name);
	fold_json(json.s, &folded);
	compare(r, g->name, ".json", &folded);
	render_bwrap_text(&r->plan, &r->arena, &bwrap);
	compare(r, g->name, ".bwrap", &bwrap);
	strbuf_release(&json);
	strbuf_release(&folded);
	strbuf_release(&bwrap);
	run_free(r);
}

static void test_folding(void)
{
	struct strbuf b = STRBUF_INIT;

	fold_json("{\"a\":\"x,{\\\"[\",\"l\":[{\"b\":1,\"c\":{\"d\":2,\"e\":3}},{\"f\":4}],\"z\":[]"
		  "}\n",
		&b);
	is_str(b.s,
		"{\n  \"a\":\"x,{\\\"[\",\n  \"l\":[\n    {\"b\":1,\"c\":{\"d\":2,\"e\":3}},\n    "
		"{\"f\":4}],\n  \"z\":[]}\n",
		"folding adds white space, and none inside a string");
	strbuf_release(&b);
}

#define P      "bind /home/alice/p; "
#define SECRET "/srv/data/secret"

static void mounts_are(const char *project, const char *want)
{
	struct run *r = run_new();

	run_project(r, project);
	run_plan(r, "true");
	is_str(run_faults(r), "", "no faults");
	is_str(run_mounts(r), want, "mounts of %s", project);
	run_free(r);
}

static void test_overlaps(void)
{
	static const char want[] = P "ro-bind /srv/data; bind /srv/data/a; ";

	mounts_are("[sandbox.os]\nread = ['/srv/data']\nwrite = ['/srv/data/a']\n", want);
	mounts_are("[sandbox.os]\nwrite = ['/srv/data/a']\nread = ['/srv/data']\n", want);
	mounts_are("[sandbox.os]\nwrite = ['/srv/data/a/']\nread = ['/srv//data/']\n", want);
	mounts_are("[sandbox.os]\nread = ['//srv/./data/.']\nwrite = ['/srv/data/./a//']\n", want);
	mounts_are("[sandbox.os]\nread = ['/srv/data', '/srv/data/', '//srv/data', '/srv/./data']\n"
		   "write = ['/srv/data/a', '/srv/data/a/']\n",
		want);
	mounts_are("[sandbox.os]\nread = ['/srv/data/a']\nwrite = ['/srv/data']\n",
		P "bind /srv/data; ro-bind /srv/data/a; ");
	mounts_are("[sandbox.os]\nwrite = ['/srv/data']\nread = ['/srv/data']\n",
		P "bind /srv/data; ");
	mounts_are("[sandbox.os]\nread = ['/srv/data']\nwrite = ['/srv/data/']\n",
		P "bind /srv/data; ");
	mounts_are("sandbox.os.additional_directories = ['/srv/data', "
		   "{path = '/srv/data/a', write = false}]\n",
		P "bind /srv/data; ro-bind /srv/data/a; ");
	mounts_are("[sandbox.os]\nread = ['.']\nwrite = ['src', 'target']\n", P);
}

/* A mount costs; what a parent shows in the same mode needs none. */
static void test_idle(void)
{
	mounts_are("[sandbox.os]\nread = ['/srv/data', '/srv/data/a', '/srv/data/a/b', '" SECRET
		   "']\n",
		P "ro-bind /srv/data; ");
	mounts_are("[sandbox.os]\nwrite = ['/srv/data/a/b', '/srv/data']\n", P "bind /srv/data; ");
	mounts_are("[sandbox.os]\nread = ['/usr/bin', '/usr/bin/true']\n", P);
	mounts_are("[sandbox.os]\nread = ['/srv/data', '/srv/data/a/b']\nwrite = ['/srv/data/a']\n",
		P "ro-bind /srv/data; bind /srv/data/a; ro-bind /srv/data/a/b; ");
	mounts_are("[sandbox.os]\ndeny = ['/srv/data', '~/.ssh', '/etc/shadow']\n", P);
	mounts_are("[sandbox.os]\nprotect = ['/srv/data', '~/.ssh', '/usr/bin']\n", P);
	mounts_are("[sandbox.os]\nread = ['/srv/data']\nprotect = ['/srv/data/a']\n",
		P "ro-bind /srv/data; ");
}

/* Nor is a file copied to where a folder of the host's shows it: nothing can be made there. */
static void test_idle_copy(void)
{
	static const struct node nodes[] = {
		{"/etc/ssl/certs/java", PATH_DIR, NULL, 0},
		{"/etc/ssl/certs/java/cacerts", PATH_FILE, NULL, 160000},
		{NULL, PATH_MISSING, NULL, 0},
	};
	static const char *const wants[][2] = {
		{"", "copy /etc/ssl/certs/java/cacerts"},
		{"sandbox.os.network.domains = ['a.org']\n", "ro-bind /etc/ssl/certs"},
	};
	const struct mount *m;
	struct run *r;
	size_t i;

	for (i = 0; i < sizeof wants / sizeof *wants; i++) {
		r = run_new();
		r->extra = nodes;
		run_project(r, wants[i][0]);
		run_plan(r, "java -version");
		is_str(run_faults(r), "", "no faults");
		m = mount_above(&r->plan.mounts, "/etc/ssl/certs/java/cacerts/");
		is_str(arena_printf(&r->arena, "%s %s", mount_kind_names[m->kind], m->dest),
			wants[i][1], "who shows Java's certificates with '%s'", wants[i][0]);
		run_free(r);
	}
}

static void test_prohibitions(void)
{
	mounts_are("[sandbox.os]\nwrite = ['/srv/data']\ndeny = ['" SECRET "', '/srv/data/a']\n",
		P "bind /srv/data; mask /srv/data/a; mask /srv/data/secret; ");
	mounts_are("[sandbox.os]\ndeny = ['src']\n", P "mask /home/alice/p/src; ");
	mounts_are("[sandbox.os]\nread = ['/srv/data', '/srv/data/a/b']\ndeny = ['/srv/data/a']\n",
		P "ro-bind /srv/data; mask /srv/data/a; ");
	mounts_are("[sandbox.os]\nread = ['/srv/data']\ndeny = ['/srv/data']\n", P);
	mounts_are("[sandbox.os]\nwrite = ['/srv/data']\nprotect = ['/srv/data']\n",
		P "ro-bind /srv/data; ");
	mounts_are("[sandbox.os]\nwrite = ['/srv/data']\nprotect = ['/srv/data/a']\n",
		P "bind /srv/data; ro-bind /srv/data/a; ");
	mounts_are("[sandbox.os]\nwrite = ['/srv/data']\nprotect = ['/srv/data/a']\n"
		   "deny = ['/srv/data/a']\n",
		P "bind /srv/data; mask /srv/data/a; ");
	/* Denied is denied, also where nothing but what lies below was granted. */
	mounts_are("[sandbox.os]\nread = ['/srv/data/a']\ndeny = ['/srv/data']\n", P);
	/* And never written is never written. */
	mounts_are("[sandbox.os]\nwrite = ['/srv/data/a']\nprotect = ['/srv/data']\n",
		P "ro-bind /srv/data/a; ");
}

/* .git itself is pinned; a pin gives nothing back that the user's file takes. */
static void git_is(const char *config, const char *want)
{
	struct run *r = run_new();
	const struct mount *m;

	run_config(r, config);
	run_plan(r, "true");
	is_str(run_faults(r), "", "no faults");
	m = mount_above(&r->plan.mounts, "/home/alice/p/.git/index");
	is_str(arena_printf(&r->arena, "%s %s", mount_kind_names[m->kind], m->dest), want,
		".git under %s", config);
	run_free(r);
}

static void test_pin(void)
{
	git_is("", "bind /home/alice/p/.git");
	git_is("sandbox.os.protect = ['~/p/.git']\n", "ro-bind /home/alice/p/.git");
	git_is("sandbox.os.deny = ['~/p/.git']\n", "mask /home/alice/p/.git");
	git_is("sandbox.os.protect = ['~/p/.git/index']\n", "ro-bind /home/alice/p/.git/index");
	git_is("sandbox.os.protect = ['~/p/.git/hooks']\n", "bind /home/alice/p/.git");
}

/* What is denied is denied under each of its names. */
static void test_aliases(void)
{
	mounts_are("[sandbox.os]\nread = ['~/.npmrc']\n",
		"ro-bind /home/alice/.npmrc </home/alice/dotfiles/npmrc; " P);
	mounts_are("[sandbox.os]\nread = ['~/.npmrc']\ndeny = ['~/.npmrc']\n", P);
	mounts_are("[sandbox.os]\nread = ['~/.npmrc']\ndeny = ['~/dotfiles']\n", P);
	mounts_are("[sandbox.os]\nread = ['~/dotfiles']\ndeny = ['~/.npmrc']\n",
		"ro-bind /home/alice/dotfiles; mask /home/alice/dotfiles/npmrc; " P);
}

/* The manifest is never written, under none of its names. */
static void test_manifest_alias(void)
{
	static const struct node nodes[] = {
		{"/home/alice/link", PATH_SYMLINK, "p", 0},
		{NULL, PATH_MISSING, NULL, 0},
	};
	struct run *r = run_new();
	const struct mount *m;

	r->extra = nodes;
	run_project(r, "sandbox.os.write = ['~/link']\n");
	run_plan(r, "true");
	m = mount_above(&r->plan.mounts, "/home/alice/p/seal.toml");
	ok(m && m->kind == MOUNT_BIND_RO, "seal.toml is read-only");
	m = mount_above(&r->plan.mounts, "/home/alice/link/seal.toml");
	ok(*run_faults(r) || (m && m->kind != MOUNT_BIND_RW),
		"seal.toml is read-only under another name of the project");
	run_free(r);
}

static void test_symlinks(void)
{
	static const char *const texts[] = {
		"sandbox.os.write = ['data']\n",
		"sandbox.os.read = ['data/a']\n",
		"sandbox.os.protect = ['data']\n",
		"sandbox.os.additional_directories = ['data']\n",
	};
	struct run *r;
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++) {
		r = run_new();
		run_project(r, texts[i]);
		run_plan(r, "true");
		ok(strstr(run_faults(r), "seal.toml:1:") &&
				strstr(run_faults(r), " leads to /srv/data"),
			"a symlink in the project is refused: %s", texts[i]);
		run_free(r);
	}
	r = run_new();
	run_project(r, "[sandbox.os]\nprofile = 'read-only'\nread = ['data/a']\n");
	run_plan(r, "true");
	ok(strstr(run_faults(r), " leads to /srv/data"), "also where this run cannot write");
	run_free(r);
}

/* --- The rest of a plan ------------------------------------------------------------------------
 */

static const char *landlock_text(struct run *r)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < r->plan.landlock.n; i++)
		strbuf_addf(&b, "%s %s; ", access_class_names[r->plan.landlock.v[i].access],
			r->plan.landlock.v[i].path);
	text = arena_strdup(&r->arena, b.s);
	strbuf_release(&b);
	return text;
}

/* What is below a path with the same rights needs no rule of its own. */
static void test_landlock(void)
{
	struct run *r = run_new();
	const char *text;

	run_project(r,
		"[sandbox.os]\nread = ['/srv/data', '/srv/data/a/b']\n"
		"write = ['/srv/data/a', 'src']\nprotect = ['target']\n"
		"deny = ['/srv/data/secret']\n");
	run_plan(r, "true");
	text = landlock_text(r);
	ok(strstr(text, "read /usr; "), "/usr is read");
	ok(strstr(text, "write /home/alice; "), "the private home is written");
	ok(!strstr(text, "/home/alice/p"), "so the project below it needs no rule");
	ok(strstr(text, "read /srv/data; ") && strstr(text, "write /srv/data/a; "),
		"both modes of overlapping grants");
	ok(!strstr(text, "/srv/data/a/b") && !strstr(text, "secret"), "nothing below them");
	ok(!strstr(text, "/etc/") && strstr(text, "read /etc; "), "one rule for /etc");
	is_int((long long)r->plan.landlock.n, 12, "in all: %s", text);
	run_free(r);
}

static const char *variable(const struct plan *p, const char *name)
{
	const char *value = NULL;
	size_t i;

	for (i = 0; i < p->env.n; i++)
		if (strcmp(p->env.v[i].name, name) == 0) {
			if (value)
				return "twice";
			value = p->env.v[i].value;
		}
	return value;
}

static void test_lookup(void)
{
	static const char *const environment[] = {"HOMES=1", "HOME", "HOME=/a", "HOME=/b", NULL};
	const struct facts f = {.environ = environment}, none = {0};

	is_str(facts_variable(&f, "HOME"), "/a", "a caller's variable: the first one of that name");
	is_str(facts_variable(&f, "HOM"), NULL, "not one whose name is longer");
	is_str(facts_variable(&none, "HOME"), NULL, "no environment");
}

static void test_environment(void)
{
	struct run *r = run_new();

	run_project(
		r, "[sandbox.os]\nenv = ['SECRET_*', 'HOME', 'TMPDIR', 'PWD', 'USER', 'PATH']\n");
	run_plan(r, "true");
	is_str(variable(&r->plan, "PATH"), "/home/alice/.cargo/bin:/usr/bin:/bin",
		"PATH without relative entries");
	is_str(variable(&r->plan, "HOME"), "/home/alice", "HOME");
	is_str(variable(&r->plan, "USER"), "alice", "USER is who asks");
	is_str(variable(&r->plan, "LOGNAME"), "alice", "LOGNAME");
	is_str(variable(&r->plan, "TMPDIR"), "/tmp", "TMPDIR is the sandbox's");
	is_str(variable(&r->plan, "PWD"), "/home/alice/p/src", "PWD is where the command starts");
	is_str(variable(&r->plan, "SECRET_TOKEN"), "t", "what the manifest names passes");
	is_str(variable(&r->plan, "LC_TIME"), "C", "and what every run has");
	is_str(variable(&r->plan, "LD_PRELOAD"), NULL, "nothing else: LD_PRELOAD");
	is_str(variable(&r->plan, "CARGO_TERM_COLOR"), NULL, "nor another tool's");
	is_str(variable(&r->plan, "CFLAGS"), NULL, "nor another tool's");
	run_free(r);
	r = run_new();
	run_plan(r, "cargo build");
	is_str(variable(&r->plan, "CARGO_TERM_COLOR"), "always", "a matching tool's passes");
	is_str(variable(&r->plan, "CFLAGS"), "-O2", "and that of a tool it uses");
	is_str(variable(&r->plan, "SECRET_TOKEN"), NULL, "nothing that nobody named");
	run_free(r);
}

static void test_not_found(void)
{
	struct run *r = run_new();

	r->facts.found_at = r->facts.found_real = "/usr/bin/true";
	run_plan(r, "true");
	is_str(r->plan.not_found, NULL, "a command that is shown");
	run_free(r);
	r = run_new();
	r->facts.found_at = r->facts.found_real = "/opt/x/bin/tool";
	run_plan(r, "tool");
	ok(r->plan.not_found && strstr(r->plan.not_found, "/opt/x/bin/tool") &&
			strstr(r->plan.not_found, "read = [\"/opt/x/bin\"]"),
		"a command that is not, and what to add");
	run_free(r);
	r = run_new();
	r->facts.found_at = "/usr/bin/tool";
	r->facts.found_real = "/opt/x/tool";
	run_plan(r, "tool");
	ok(r->plan.not_found && strstr(r->plan.not_found, "read = [\"/opt/x\"]"),
		"one that leads out of what is shown");
	run_free(r);
}

static void test_domains(void)
{
	struct run *r = run_new();

	run_project(r,
		"[sandbox.os.network]\n"
		"domains = ['A.Org', 'a.org:443', '*.b.org', 'c.org:22']\n"
		"[[sandbox.os.command_tools]]\ntool = 'make'\ndomains = ['a.ORG']\n");
	run_plan(r, "make");
	is_int((long long)r->plan.net.domains.n, 4, "a host that is granted twice is there once");
	is_str(r->plan.net.domains.v[0].host, "a.org", "in lower case");
	is_int(r->plan.net.domains.v[3].port, 22, "with its port");
	is_int((long long)r->plan.notes.n, 0, "nothing to say");
	run_free(r);
}

/* Sixty grants beside each other are sixty mounts, sixty below one are one. */
static void test_many(void)
{
	struct node nodes[61] = {{.path = NULL}};
	char paths[60][32];
	struct strbuf text = STRBUF_INIT;
	struct run *r = run_new();
	size_t plain, i;

	run_plan(r, "true");
	plain = r->plan.mounts.n;
	run_free(r);
	strbuf_adds(&text, "[sandbox.os]\nread = [\n");
	for (i = 0; i < 60; i++) {
		snprintf(paths[i], sizeof paths[i], "/srv/many/%02zu", 59 - i);
		nodes[i] = (struct node){paths[i], PATH_DIR, NULL, 0};
		strbuf_addf(&text, "'%s',\n", paths[i]);
	}
	strbuf_adds(&text, "]\n");
	r = run_new();
	r->extra = nodes;
	run_project(r, text.s);
	run_plan(r, "true");
	is_str(run_faults(r), "", "sixty grants have no fault");
	is_int((long long)(r->plan.mounts.n - plain), 60, "a mount each");
	run_free(r);
	strbuf_adds(&text,
		"write = ['/srv/many/07']\nadditional_directories = [{path = "
		"'/srv/many', write = false}]\n");
	r = run_new();
	r->extra = nodes;
	run_project(r, text.s);
	run_plan(r, "true");
	is_int((long long)(r->plan.mounts.n - plain), 2, "below one folder: one, and a write");
	strbuf_release(&text);
	run_free(r);
}

int main(void)
{
	size_t i;

	test_folding();
	for (i = 0; i < sizeof goldens / sizeof *goldens; i++)
		check_golden(&goldens[i]);
	if (getenv("SEAL_ACCEPT"))
		return done_testing();
	test_overlaps();
	test_idle();
	test_idle_copy();
	test_prohibitions();
	test_pin();
	test_aliases();
	test_manifest_alias();
	test_symlinks();
	test_landlock();
	test_lookup();
	test_environment();
	test_not_found();
	test_domains();
	test_many();
	return done_testing();
}
