/*
 * What no command may write, as a plan: each row at its paths, existing or not, and what lifts it.
 */
#include "plan/protect.h"
#include "plan/view.h"

#include <string.h>

#include "model/names.h"
#include "tests/unit/fixture.h"
#include "tests/unit/tap.h"

static struct run *planned(const struct node *extra, const char *manifest)
{
	struct run *r = run_new();

	r->extra = extra;
	if (manifest)
		run_project(r, manifest);
	run_plan(r, "true");
	is_str(run_faults(r), "", "no faults");
	return r;
}

/* "KIND", with what stands in, of the mount that is at PATH; "-" if none is. */
static const char *at(struct run *r, const char *path)
{
	const struct mount *m = mount_above(&r->plan.mounts, path);

	if (!m || strcmp(m->dest, path) != 0)
		return "-";
	return arena_printf(&r->arena, "%s%s%s", mount_kind_names[m->kind], m->stand_in ? " " : "",
		m->stand_in ? stand_in_names[m->stand_in] : "");
}

#define H "/home/alice"
#define P H "/p"

static void test_project(void)
{
	static const struct node nodes[] = {
		{P "/.vscode/tasks.json", PATH_FILE, NULL, 9},
		{P "/.idea", PATH_SYMLINK, "../elsewhere", 0},
		{"/home/alice/elsewhere", PATH_DIR, NULL, 0},
		{P "/.zed", PATH_SYMLINK, "conf/zed", 0},
		{P "/conf/zed/x", PATH_FILE, NULL, 0},
		{P "/.envrc", PATH_SYMLINK, "conf/none", 0},
		{NULL, PATH_MISSING, NULL, 0},
	};
	struct run *r = planned(nodes, NULL);

	is_str(at(r, P "/.vscode"), "ro-bind", "what exists is read-only");
	is_str(at(r, P "/.claude"), "ro-bind pipe", "a pipe stands for what does not");
	is_str(at(r, P "/.exrc"), "-", "what may be made may be made");
	is_str(at(r, P "/seal.toml"), "ro-bind", "the manifest too");
	is_str(at(r, P "/.idea"), "ro-bind", "a link that leads out is held itself");
	is_str(at(r, P "/.zed"), "ro-bind", "a link that stays inside as well");
	is_str(at(r, P "/conf/zed"), "ro-bind", "... and what it leads to");
	is_str(at(r, P "/conf"), "bind", "... which cannot be moved away");
	is_str(at(r, P "/.envrc"), "ro-bind", "a link that leads nowhere is held");
	run_free(r);
}

static void test_git(void)
{
	struct run *r = planned(NULL, NULL);

	is_str(at(r, P "/.git"), "bind", ".git is pinned");
	is_str(at(r, P "/.git/config"), "ro-bind", "its configuration");
	is_str(at(r, P "/.git/hooks"), "ro-bind", "its hooks");
	is_str(at(r, P "/.git/commondir"), "ro-bind dot", "commondir is taken");
	is_str(at(r, P "/.git/config.worktree"), "ro-bind file", "config.worktree too");
	is_str(at(r, P "/.git/objects"), "ro-bind pipe", "objects are missing here");
	run_free(r);
}

static void test_lifted(void)
{
	static const struct node nodes[] = {
		{P "/.vscode/tasks.json", PATH_FILE, NULL, 9},
		{NULL, PATH_MISSING, NULL, 0},
	};
	struct run *r = planned(nodes,
		"sandbox.os.write = ['.vscode', '.claude', '.git/hooks', 'seal.toml', '.']\n");

	is_str(at(r, P "/.vscode"), "-", "named exactly, a row is lifted");
	is_str(at(r, P "/.claude"), "-", "... also if it is missing");
	is_str(at(r, P "/.git/hooks"), "-", "... also git's");
	is_str(at(r, P "/.git/config"), "ro-bind", "... and no other");
	is_str(at(r, P "/.idea"), "ro-bind pipe", "a wide grant lifts nothing");
	ok(strstr(at(r, P "/seal.toml"), "ro-bind"), "nothing lifts the manifest's");
	run_free(r);
	r = run_new();
	run_config(r, "sandbox.os.placeholders = false\n");
	run_plan(r, "true");
	is_str(at(r, P "/.claude"), "-", "without placeholders nothing stands in");
	is_str(at(r, P "/.git/hooks"), "ro-bind", "... and what exists is held as ever");
	run_free(r);
	r = planned(nodes, "sandbox.os.write = ['.vscode/tasks.json']\n");
	is_str(at(r, P "/.vscode"), "ro-bind", "a grant inside does not lift");
	ok(strcmp(at(r, P "/.vscode/tasks.json"), "bind") != 0, "... and is no hole");
	run_free(r);
	r = planned(nodes, "sandbox.os.profile = 'read-only'\n");
	is_str(at(r, P "/.claude"), "-", "where nothing is written nothing stands in");
	is_int((long long)r->plan.protected.n, 0, "... and no row is told");
	run_free(r);
}

/* A user's own words, for what does not exist. */
static void test_missing(void)
{
	struct run *r = planned(NULL,
		"sandbox.os.deny = ['a/b/secret']\nsandbox.os.protect = ['src/none', '~/.none']\n");

	is_str(at(r, P "/a"), "mask pipe", "the first component that is missing is hidden");
	is_str(at(r, P "/src/none"), "ro-bind pipe", "a protected name cannot be made");
	is_str(at(r, "/home/alice/.none"), "-", "in the private home nothing needs to stand");
	run_free(r);
}

static void test_home(void)
{
	static const struct node nodes[] = {
		{"/home/alice/.config/fish/config.fish", PATH_FILE, NULL, 9},
		{"/home/alice/.config/other/x", PATH_FILE, NULL, 9},
		{"/home/alice/.cargo/bin/cargo", PATH_FILE, NULL, 9},
		{NULL, PATH_MISSING, NULL, 0},
	};
	struct run *r = planned(nodes, "sandbox.os.write = ['~/.config', '~/.cargo']\n");

	is_str(at(r, "/home/alice/.config/fish"), "ro-bind", "a shell's start files");
	is_str(at(r, "/home/alice/.config/autostart"), "ro-bind pipe", "the desktop's");
	is_str(at(r, "/home/alice/.cargo/bin"), "ro-bind", "a folder on PATH");
	is_str(at(r, "/home/alice/.config/other"), "-", "and nothing else");
	is_str(at(r, "/home/alice/.bashrc"), "-", "what no grant reaches needs no mount");
	run_free(r);
}

/* A project that is a worktree: its repository lies elsewhere. */
static void worktree(bool proven)
{
	static const struct node nodes[] = {
		{P "/.git", PATH_FILE, NULL, 40},
		{"/srv/main/.git/config", PATH_FILE, NULL, 9},
		{"/srv/main/.git/hooks", PATH_DIR, NULL, 0},
		{"/srv/main/.git/modules/m/config", PATH_FILE, NULL, 9},
		{"/srv/main/.git/objects/info", PATH_DIR, NULL, 0},
		{"/srv/main/.git/worktrees/p/gitdir", PATH_FILE, NULL, 9},
		{"/srv/main/.git/worktrees/p/commondir", PATH_FILE, NULL, 9},
		{NULL, PATH_MISSING, NULL, 0},
	};
	struct run *r = run_new();
	struct repo *repo = vec_push(&r->arena, &r->facts.repos);

	repo->root = P;
	repo->link = PATH_FILE;
	repo->git = "/srv/main/.git/worktrees/p";
	repo->common = "/srv/main/.git";
	repo->proven = proven;
	strvec_push(&r->arena, &repo->pointers, repo->git);
	strvec_push(&r->arena, &repo->modules, "/srv/main/.git/modules/m");
	r->extra = nodes;
	run_plan(r, "true");
	is_str(at(r, P "/.git"), "ro-bind", "the pointer is held");
	if (!proven) {
		is_str(at(r, "/srv/main/.git"), "-", "who does not point back is not granted");
		is_int((long long)r->plan.notes.n, 1, "... and that is said");
		run_free(r);
		return;
	}
	is_str(at(r, "/srv/main/.git"), "bind", "the repository can be written");
	is_str(at(r, "/srv/main/.git/config"), "ro-bind", "but for its configuration");
	is_str(at(r, "/srv/main/.git/hooks"), "ro-bind", "... its hooks");
	is_str(at(r, "/srv/main/.git/commondir"), "ro-bind dot", "... its commondir");
	is_str(at(r, "/srv/main/.git/worktrees/p/gitdir"), "ro-bind", "... its pointers");
	is_str(at(r, "/srv/main/.git/worktrees/p"), "bind", "... whose folder stays where it is");
	is_str(at(r, "/srv/main/.git/modules"), "ro-bind", "no submodule can be planted");
	is_str(at(r, "/srv/main/.git/modules/m"), "bind", "one that is there can be written");
	is_str(at(r, "/srv/main/.git/modules/m/config"), "ro-bind",
		"... but for its configuration");
	run_free(r);
}

/* The project's own repository with a submodule; what a guest planted beside it. */
static struct run *with_submodule(const char *manifest, bool proven, const char *runs)
{
	static const struct node nodes[] = {
		{P "/.git/config", PATH_FILE, NULL, 9},
		{P "/.git/modules/m/config", PATH_FILE, NULL, 9},
		{P "/src/x", PATH_FILE, NULL, 9},
		{NULL, PATH_MISSING, NULL, 0},
	};
	struct run *r = run_new();
	struct repo *repo = vec_push(&r->arena, &r->facts.repos);

	repo->root = P;
	repo->link = proven ? PATH_DIR : PATH_SYMLINK;
	repo->git = repo->common = P "/.git";
	repo->proven = proven;
	strvec_push(&r->arena, &repo->modules, P "/.git/modules/m");
	if (runs)
		strvec_push(&r->arena, &repo->runs, runs);
	r->extra = nodes;
	if (manifest)
		run_project(r, manifest);
	run_plan(r, "true");
	return r;
}

static void test_opened(void)
{
	struct run *r = with_submodule(NULL, true, P "/src");

	is_str(at(r, P "/.git/modules/m"), "bind", "a submodule's repository is opened");
	is_str(at(r, P "/src"), "ro-bind", "what configuration names is held");
	is_int((long long)r->plan.notes.n, 0, "... without a word");
	run_free(r);
	r = with_submodule("sandbox.os.protect = ['.git']\n", true, NULL);
	is_str(at(r, P "/.git"), "ro-bind", "a person's protect");
	is_str(at(r, P "/.git/modules/m"), "-", "... is opened by nothing");
	run_free(r);
	r = with_submodule("sandbox.os.protect = ['.git/modules']\n", true, NULL);
	is_str(at(r, P "/.git/modules/m"), "-", "... nor where a row says the same");
	run_free(r);
	r = with_submodule(NULL, false, P);
	is_str(at(r, P "/.git/modules/m"), "-", "what is not proven opens nothing");
	is_str(at(r, P), "bind", "no configuration makes the project read-only");
	ok(r->plan.notes.n == 2 && strstr(r->plan.notes.v[1], "core.hooksPath"),
		"... which is said");
	run_free(r);
	r = with_submodule(NULL, true, "/home");
	is_str(at(r, P), "bind", "... nor by what is above it");
	run_free(r);
}

/* An active virtual environment. */
static void test_on_path(void)
{
	static const struct node nodes[] = {
		{P "/.venv/bin/pip", PATH_FILE, NULL, 9},
		{NULL, PATH_MISSING, NULL, 0},
	};
	static const char *const environment[] = {
		"PATH=" P "/.venv/bin:" P "/none:" P "/node_modules/.bin:" P ":/bin", NULL};
	struct run *r = run_new();

	r->extra = nodes;
	r->facts.environ = environment;
	run_plan(r, "true");
	is_str(at(r, P "/.venv/bin"), "ro-bind", "a folder on PATH is read-only");
	is_str(at(r, P "/none"), "ro-bind pipe", "one that is missing cannot be made");
	is_str(at(r, P "/node_modules"), "-", "... but the folder above it can");
	is_str(at(r, P), "bind", "the project itself stays writable");
	ok(r->plan.notes.n == 1 && strstr(r->plan.notes.v[0], "write = [\".venv/bin\"]"),
		"the user hears of it, and of the remedy");
	run_free(r);
}

/* What a bundle says of a folder in its cache, with the setting that lifts it. */
static void test_bundle(void)
{
	static const char bundle[] = "name = 'x'\nsummary = 'a tool'\ncommands = ['x']\n"
				     "write = [{path = '~/.cache/x', make = true}, {path = "
				     "'~/.cache/x/a/vcs', when = 'g'}]\n"
				     "protect = ['~/.cache/x/a/vcs', '~/.other/vcs']\n"
				     "[knobs.g]\ntype = 'bool'\ndefault = false\n";
	static const struct node there[] = {
		{H "/.cache/x/a/vcs", PATH_DIR, NULL, 9},
		{NULL, PATH_MISSING, NULL, 0},
	};
	const struct node *const extras[] = {NULL, there};
	size_t i;

	for (i = 0; i < 4; i++) {
		struct run *r = run_new();

		r->extra = extras[i % 2];
		run_bundle(r, bundle);
		run_project(r,
			i < 2 ? "sandbox.os.command_tools = ['x']\n"
			      : "sandbox.os.command_tools = [{tool = 'x', g = true}]\n");
		run_plan(r, "x");
		is_str(run_faults(r), "", "no faults");
		if (i < 2) {
			is_str(at(r, H "/.cache/x/a"), "bind", "what is above is pinned");
			is_str(at(r, H "/.cache/x/a/vcs"), i ? "ro-bind" : "ro-bind folder",
				"a bundle's protected folder (%s)", i ? "there" : "missing");
		} else {
			ok(!strstr(at(r, H "/.cache/x/a/vcs"), "ro-bind"),
				"... a grant to write that names it lifts it");
		}
		is_str(at(r, H "/.other/vcs"), "-", "... what no grant reaches needs no mount");
		run_free(r);
	}
}

int main(void)
{
	test_project();
	test_git();
	test_lifted();
	test_missing();
	test_home();
	test_opened();
	test_on_path();
	test_bundle();
	worktree(true);
	worktree(false);
	return done_testing();
}
