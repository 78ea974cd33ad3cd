/*
 * The variables that say where a proxy is: never the caller's by accident, ours where there is one.
 */
#include "fixture.h"
#include "plan/view.h"
#include "tap.h"

#define NET "[sandbox.os.network]\n"

static const char *const caller[] = {"PATH=/usr/bin", "HTTP_PROXY=http://u:hush@corp:1",
	"https_proxy=http://u:hush@corp:1", "NO_PROXY=.corp", "NPM_CONFIG_PROXY=http://u:hush@corp",
	"npm_config_https_proxy=http://u:hush@corp", "npm_config_noproxy=corp", "npm_config_x=1",
	"CARGO_HTTP_PROXY=u:hush@corp", "CARGO_HTTP_TIMEOUT=9", "PIP_PROXY=u:hush@corp",
	"GOPROXY=https://mirror.org", "JAVA_TOOL_OPTIONS=-Xmx1g", "GIT_SSH_COMMAND=ssh -v", NULL};

static const char *variable(const struct run *r, const char *name)
{
	const struct env_var *v;
	const char *value = NULL;

	vec_each (v, &r->plan.env)
		if (strcmp(v->name, name) == 0)
			value = value ? "twice" : v->value;
	return value;
}

static struct run *with_caller(const char *project, const char *command)
{
	struct run *r = run_new();

	r->facts.environ = caller;
	run_project(r, project);
	run_plan(r, command);
	is_str(run_faults(r), "", "no faults");
	return r;
}

static bool any_says(const struct run *r, const char *part)
{
	const struct env_var *v;

	vec_each (v, &r->plan.env)
		if (strstr(v->value, part))
			return true;
	return false;
}

static void test_callers_proxy(void)
{
	static const char *const commands[] = {"true", "npm i", "cargo build", "pip install x"};
	struct run *r;
	size_t i;

	for (i = 0; i < sizeof commands / sizeof *commands; i++) {
		r = with_caller("sandbox.os.env = ['*_PROXY', 'H*', 'GO*', 'npm_*']\n" NET
				"domains = ['a.org']\n",
			commands[i]);
		ok(!any_says(r, "hush") && !any_says(r, "corp"),
			"%s: the caller's proxy does not pass by a glob", commands[i]);
		is_str(variable(r, "npm_config_x"), "1", "control: other variables do");
		is_str(variable(r, "GOPROXY"), "https://mirror.org", "Go's is another thing");
		ok(!any_says(r, "127.0.0.1"), "transparent: nothing is set");
		run_free(r);
	}
	r = with_caller("sandbox.os.env = ['H*', 'HTTP_PROXY']\n", "true");
	is_str(variable(r, "HTTP_PROXY"), "http://u:hush@corp:1", "a manifest can name it in full");
	run_free(r);
	r = with_caller("", "cargo build");
	is_str(variable(r, "CARGO_HTTP_TIMEOUT"), "9", "control: the bundle's own");
	run_free(r);
}

/* Wherever seal-exec is, ssh finds it inside; unless its name would be more than a word there. */
static void program_is(const char *file, const char *more, const char *want, const char *shown)
{
	const struct node nodes[] = {
		{file, PATH_FILE, NULL, 1000},
		{NULL, PATH_MISSING, NULL, 0},
	};
	struct run *r = run_new();
	const struct mount *m;

	r->extra = nodes;
	r->facts.program = file;
	run_project(r,
		arena_printf(
			&r->arena, "%s" NET "domains = ['a.org']\nproxy = 'explicit'\n", more));
	run_plan(r, "true");
	is_str(run_faults(r), "", "no faults");
	is_str(variable(r, "GIT_SSH_COMMAND"),
		arena_printf(&r->arena, "ssh -o ProxyCommand='%s connect %%h %%p'", want),
		"ssh's way to the proxy, from %s %s", file, more);
	m = mount_above(&r->plan.mounts, file);
	is_str(m ? m->dest : "", shown, "... which is shown by");
	run_free(r);
}

static void test_program(void)
{
	static const char home[] = "/home/alice/bin/seal-exec";
	struct run *r;

	program_is("/usr/bin/seal-exec", "", "/usr/bin/seal-exec", "/usr");
	program_is(home, "", home, home);
	program_is("/opt/x/seal-exec", "", "/opt/x/seal-exec", "/opt/x/seal-exec");
	program_is("/home/alice/p/build/seal-exec", "", "/home/alice/p/build/seal-exec",
		"/home/alice/p");
	program_is(home, "sandbox.os.write = ['~/bin']\n", home, "/home/alice/bin");
	program_is(home, "sandbox.os.deny = ['~/bin']\n", "seal-exec", "/home/alice");
	program_is("/opt/it's/seal-exec", "", "seal-exec", "/opt/it's/seal-exec");
	r = run_new();
	r->facts.program = home;
	run_project(r, NET "domains = ['a.org']\n");
	run_plan(r, "true");
	ok(!facts_path(&r->facts, home), "transparent: nobody asks for it");
	is_str(variable(r, "GIT_SSH_COMMAND"), NULL, "... or needs it");
	run_free(r);
}

static void test_explicit(void)
{
	static const char *const http[] = {"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy",
		"npm_config_proxy", "npm_config_https_proxy", "CARGO_HTTP_PROXY"};
	static const char *const none[] = {"NO_PROXY", "no_proxy", "npm_config_noproxy"};
	struct run *r = with_caller(NET "domains = ['a.org']\nproxy = 'explicit'\n", "npm i");
	size_t i;

	for (i = 0; i < sizeof http / sizeof *http; i++)
		is_str(variable(r, http[i]), "http://127.0.0.1:880", "%s", http[i]);
	for (i = 0; i < sizeof none / sizeof *none; i++)
		is_str(variable(r, none[i]), "localhost,127.0.0.1,::1", "%s", none[i]);
	is_str(variable(r, "ALL_PROXY"), "socks5h://127.0.0.1:880", "ALL_PROXY");
	is_str(variable(r, "all_proxy"), "socks5h://127.0.0.1:880", "all_proxy");
	is_str(variable(r, "NODE_USE_ENV_PROXY"), "1", "NODE_USE_ENV_PROXY");
	ok(strstr(variable(r, "JAVA_TOOL_OPTIONS"), "-Dhttp.proxyHost=127.0.0.1 ") &&
			!strstr(variable(r, "JAVA_TOOL_OPTIONS"), "-Xmx1g"),
		"JAVA_TOOL_OPTIONS without the caller's, which does not pass");
	is_str(variable(r, "GIT_SSH_COMMAND"), "ssh -o ProxyCommand='seal-exec connect %h %p'",
		"GIT_SSH_COMMAND");
	ok(!any_says(r, "hush"), "nothing of the caller's proxy");
	run_free(r);
	r = with_caller(
		"sandbox.os.env = ['JAVA_TOOL_OPTIONS', 'GIT_SSH_COMMAND', 'HTTP_PROXY']\n" NET
		"domains = ['a.org']\nproxy = 'explicit'\n",
		"true");
	ok(strncmp(variable(r, "JAVA_TOOL_OPTIONS"), "-Xmx1g -Dhttp", 13) == 0,
		"what passes of Java's stays in front");
	is_str(variable(r, "GIT_SSH_COMMAND"), "ssh -v", "a GIT_SSH_COMMAND that passes stays");
	is_str(variable(r, "HTTP_PROXY"), "http://127.0.0.1:880", "a proxy does not");
	run_free(r);
	r = with_caller(NET "proxy = 'explicit'\nhost_localhost_ports = [3000]\n", "true");
	ok(!any_says(r, "127.0.0.1"), "without names there is no proxy");
	run_free(r);
}

int main(void)
{
	test_callers_proxy();
	test_program();
	test_explicit();
	return done_testing();
}
