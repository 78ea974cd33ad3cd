/*
 * What bundles set in git's configuration: by git's environment, behind the caller's own pairs,
 * for the commands that match and nobody else, and not at all where the helper is not to be had.
 */
#include <stdlib.h>
#include <string.h>

#include "fixture.h"
#include "plan/plan.h"
#include "tap.h"

#define GH \
	"name = 'gh'\nsummary = 'gh'\ncommands = ['gh']\nuses = ['git']\nenv = ['SECRET_TOKEN']\n"
#define TOOLS(list) "sandbox.os.command_tools = [" list "]\n"
#define PAIRS                                                                 \
	"credential.https://gist.github.com.helper=\n"                        \
	"credential.https://gist.github.com.helper=!gh auth git-credential\n" \
	"credential.https://github.com.helper=\n"                             \
	"credential.https://github.com.helper=!gh auth git-credential\n"

static const char *value(const struct plan *p, const char *name)
{
	const struct env_var *v;
	const char *found = NULL;

	vec_each (v, &p->env)
		if (strcmp(v->name, name) == 0) {
			if (found)
				return "twice";
			found = v->value;
		}
	return found;
}

/* "KEY=VALUE" in a line for each pair that git reads. */
static const char *pairs(struct run *r)
{
	const char *count = value(&r->plan, "GIT_CONFIG_COUNT"), *text = "", *key, *v;
	int i;

	for (i = 0; count && i < atoi(count); i++) {
		key = value(&r->plan, arena_printf(&r->arena, "GIT_CONFIG_KEY_%d", i));
		v = value(&r->plan, arena_printf(&r->arena, "GIT_CONFIG_VALUE_%d", i));
		text = arena_printf(&r->arena, "%s%s=%s\n", text, key ? key : "?", v ? v : "?");
	}
	return text;
}

static struct run *plan_of(const char *project, const char *command, const char *gh_at)
{
	struct run *r = run_new();

	run_bundle(r, GH);
	run_project(r, project);
	if (gh_at)
		*vec_push(&r->arena, &r->facts.programs) =
			(struct program_fact){.name = "gh", .at = gh_at, .real = gh_at};
	run_plan(r, command);
	is_str(run_faults(r), "", "no faults");
	return r;
}

static void pairs_are(const char *project, const char *command, const char *gh_at, const char *want)
{
	struct run *r = plan_of(project, command, gh_at);

	is_str(pairs(r), want, "%s with %s", command, project);
	run_free(r);
}

static void test_who(void)
{
	const char *const gh = "/usr/bin/gh";
	struct run *r;

	pairs_are(TOOLS("'git', 'gh'"), "git fetch", gh, PAIRS);
	pairs_are(TOOLS("'git', 'gh'"), "true", gh, "");
	pairs_are(TOOLS("'git'"), "git fetch", gh, "");
	pairs_are("", "git fetch", gh, "");
	pairs_are(TOOLS("{tool = 'git', gh_credentials = false}, 'gh'"), "git fetch", gh, "");
	pairs_are(TOOLS("{tool = 'git', gh_credentials = true}, 'gh'"), "git fetch", gh, PAIRS);
	/* Used by another, git's setting is not asked. */
	pairs_are(TOOLS("'git', 'gh', 'cargo'"), "cargo build", gh, "");
	pairs_are(TOOLS("'git', 'gh'"), "gh status", gh, "");

	r = plan_of(TOOLS("'git', 'gh'"), "git fetch", gh);
	is_str(value(&r->plan, "SECRET_TOKEN"), "t", "gh's variables come along with git");
	run_free(r);
	r = plan_of(TOOLS("{tool = 'git', gh_credentials = false}, 'gh'"), "git fetch", gh);
	is_str(value(&r->plan, "SECRET_TOKEN"), NULL, "... and not without the setting");
	run_free(r);
	r = plan_of(TOOLS("'git', 'gh', 'make'"), "make", gh);
	is_str(value(&r->plan, "SECRET_TOKEN"), NULL, "... nor with another command");
	run_free(r);
}

static void test_no_gh(void)
{
	static const char *const places[] = {NULL, "/opt/none/gh"};
	struct run *r;
	size_t i;

	for (i = 0; i < 2; i++) {
		r = plan_of(TOOLS("'git', 'gh'"), "git fetch", places[i]);
		is_str(pairs(r), "", "no gh that is shown: nothing is set");
		is_str(value(&r->plan, "GIT_CONFIG_COUNT"), NULL, "... not even a number");
		is_int((long long)r->plan.notes.n, 1, "... which is said once");
		ok(r->plan.notes.n && strstr(r->plan.notes.v[0], "no program 'gh'"), "... by name");
		run_free(r);
	}
}

static void callers_are(const char *count, const char *want)
{
	const char *const environment[] = {"HOME=/home/alice", "GIT_CONFIG_KEY_0=user.name",
		"GIT_CONFIG_VALUE_0=alice", count, NULL};
	struct run *r = run_new();

	run_bundle(r, GH);
	run_project(r, TOOLS("'git', 'gh'") "sandbox.os.env = ['GIT_CONFIG_*']\n");
	r->facts.environ = environment;
	*vec_push(&r->arena, &r->facts.programs) =
		(struct program_fact){.name = "gh", .at = "/usr/bin/gh", .real = "/usr/bin/gh"};
	run_plan(r, "git fetch");
	is_str(pairs(r), want, "with the caller's %s", count);
	run_free(r);
}

int main(void)
{
	test_who();
	test_no_gh();
	callers_are("GIT_CONFIG_COUNT=1", "user.name=alice\n" PAIRS);
	callers_are("GIT_CONFIG_COUNT=", PAIRS);
	callers_are("GIT_CONFIG_COUNT=0", PAIRS);
	/* git says itself what is wrong with these. */
	callers_are("GIT_CONFIG_COUNT=-1", "");
	callers_are("GIT_CONFIG_COUNT=1x", "user.name=alice\n");
	return done_testing();
}
