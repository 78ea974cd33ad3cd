/* Bundles that an entry of command_tools brings along, within what the user's own file says. */
#include <string.h>

#include "fixture.h"
#include "policy/tools.h"
#include "tap.h"

/* What claude's entry in PROJECT brings under the user's CONFIG (NULL: none), and the faults. */
static void check(const char *project, const char *config, const char *want, const char *faults)
{
	struct run *r = run_new();
	struct strvec names = {0};
	const struct tool *t;
	struct origin from;
	const char *got = "";
	size_t i;

	run_project(r, project);
	if (config)
		run_config(r, config);
	run_merge(r);
	vec_each (t, &r->project.tools)
		policy_check_tool(
			&r->project, t, catalog_load(&r->catalog, t->name, &r->diags), &r->diags);
	policy_brought(&r->merged, "claude", &r->arena, &r->diags, &names, &from);
	for (i = 0; i < names.n; i++)
		got = arena_printf(&r->arena, "%s%s ", got, names.v[i]);
	is_str(got, want, "%s under %s", project, config ? config : "nothing");
	is_str(run_faults(r), faults, "... its faults");
	run_free(r);
}

#define TOOLS "sandbox.os.command_tools = "

int main(void)
{
	static const char both[] =
		TOOLS "[{tool = 'claude', bundles = ['cargo', 'git']}, 'cargo', 'git']";

	check(TOOLS "['claude', 'git']", NULL, "", "");
	check(TOOLS "[{tool = 'claude', bundles = []}, 'git']", NULL, "", "");
	check(both, NULL, "cargo git ", "");
	check(TOOLS "[{tool = 'claude', bundles = ['git', 'cargo']}, 'cargo']", NULL, "cargo ",
		"seal-exec: /home/alice/p/seal.toml:1:57: claude.bundles: the bundle 'git' is not "
		"enabled; add \"git\" to command_tools\n");
	check(TOOLS "[{tool = 'git', bundles = ['cargo']}, 'claude', 'cargo']", NULL, "", "");
	/* The user's file is the most that a project can get. */
	check(both, TOOLS "[{tool = 'claude', bundles = ['git']}, 'cargo', 'git']", "git ", "");
	check(both, TOOLS "[{tool = 'claude', bundles = []}, 'cargo', 'git']", "", "");
	check(both, TOOLS "['claude', 'git']", "git ", "");
	check(TOOLS "['claude', 'cargo', 'git']",
		TOOLS "[{tool = 'claude', bundles = ['git']}, 'cargo', 'git']", "git ", "");
	/* What the user's file has by itself, and the project does not enable. */
	check(TOOLS "['claude', 'git']",
		TOOLS "[{tool = 'claude', bundles = ['cargo', 'git']}, 'cargo', 'git']", "git ",
		"seal-exec: /home/alice/.config/seal-exec/config.toml:1:57: claude.bundles: the "
		"bundle 'cargo' is not enabled; add \"cargo\" to command_tools\n");
	return done_testing();
}
