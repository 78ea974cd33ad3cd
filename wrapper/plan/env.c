/*
 * env: the environment is an allowlist too. What matches a grant passes with the caller's value;
 * a few variables are set, because the view is not the host's; nothing else exists inside.
 *
 * The caller's own proxy is not reachable inside, so a variable that names one passes only if a
 * manifest names it in full (for a proxy behind host_localhost_ports): "NPM_CONFIG_*" is about
 * npm's settings, not about this one, and its value may hold a password.
 */
#include <string.h>
#include <strings.h>

#include "base/mutant.h"
#include "base/pattern.h"
#include "base/strbuf.h"
#include "plan/parts.h"
#include "plan/view.h"

static void set(struct builder *b, const char *name, const char *value, const struct origin *from)
{
	*vec_push(b->arena, &b->plan->env) =
		(struct env_var){.name = name, .value = value, .from = *from};
}

/*
 * PATH without entries that depend on where one stands: in a project, "." on PATH runs what the
 * project's last guest left there.
 */
static const char *absolute_entries(const char *path, struct arena *arena)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t n;

	for (; *path; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		if (n == 0 || *path != '/')
			continue;
		if (b.len)
			strbuf_addc(&b, ':');
		strbuf_add(&b, path, n);
	}
	text = arena_strdup(arena, b.len ? b.s : "/usr/local/bin:/usr/bin:/bin");
	strbuf_release(&b);
	return text;
}

#define ADDRESS  "127.0.0.1:880"
#define HTTP_URL "http://" ADDRESS
#define NOT_FOR  "localhost,127.0.0.1,::1"
_Static_assert(PROXY_PORT == 880, "ADDRESS is where the proxy listens");

static const char java[] =
	"-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=880 -Dhttps.proxyHost=127.0.0.1 "
	"-Dhttps.proxyPort=880 -Dhttp.nonProxyHosts=localhost|127.*|[::1]";

/* Around the program's name; ssh expands %h and %p. */
static const char ssh[] = "ssh -o ProxyCommand='%s connect %%h %%p'";

/* What finds the explicit proxy. */
static const struct proxy_variable {
	const char *name, *value;
	enum { INSTEAD, BEHIND, UNLESS } caller; /* how it goes with a caller's that passes */
	const char *why;
} proxy_variables[] = {
	{"HTTP_PROXY", HTTP_URL, INSTEAD, "proxy = \"explicit\", for http"},
	{"HTTPS_PROXY", HTTP_URL, INSTEAD, "the proxy for https"},
	{"http_proxy", HTTP_URL, INSTEAD, "curl reads this spelling only"},
	{"https_proxy", HTTP_URL, INSTEAD, "wget reads this spelling only"},
	{"ALL_PROXY", "socks5h://" ADDRESS, INSTEAD,
		"for other protocols; it gets names, no addresses"},
	{"all_proxy", "socks5h://" ADDRESS, INSTEAD, "the same in the other spelling"},
	{"NO_PROXY", NOT_FOR, INSTEAD, "the sandbox's own servers, bridged ports too"},
	{"no_proxy", NOT_FOR, INSTEAD, "the same in the other spelling"},
	{"npm_config_proxy", HTTP_URL, INSTEAD, "npm: wins over its .npmrc"},
	{"npm_config_https_proxy", HTTP_URL, INSTEAD, "npm: the same for https"},
	{"npm_config_noproxy", NOT_FOR, INSTEAD, "npm: the same for what needs no proxy"},
	{"NODE_USE_ENV_PROXY", "1", INSTEAD, "node 24: its fetch then reads HTTPS_PROXY"},
	{"CARGO_HTTP_PROXY", HTTP_URL, INSTEAD, "cargo: wins over its config.toml"},
	{"JAVA_TOOL_OPTIONS", java, BEHIND, "a JVM does not read HTTPS_PROXY"},
	{"GIT_SSH_COMMAND", ssh, UNLESS, "git over ssh, which knows no proxy"},
};
enum { PROXY_VARIABLES = sizeof proxy_variables / sizeof *proxy_variables };

/* True if NAME says where a proxy is, or for what there is none. npm reads its variables in any
 * case of letters. */
static bool names_proxy(const char *name)
{
	static const char *const ends[] = {"_proxy", "_noproxy"};
	size_t n = strlen(name), i, end;

	for (i = 0; i < 2; i++) {
		end = strlen(ends[i]);
		if (n > end && strcasecmp(name + n - end, ends[i]) == 0)
			return true;
	}
	return false;
}

/* True if G is a manifest's own word for this variable and no other. */
static bool in_full(const struct grant *g)
{
	return (g->from.kind == ORIGIN_MANIFEST || g->from.kind == ORIGIN_CONFIG) &&
		!strchr(g->value, '*');
}

/* The grant that lets NAME pass, or NULL. */
static const struct grant *passes(const struct policy *p, const char *name)
{
	static const struct grant all = {.from = {.why = "a build without this filter"}};
	bool proxy = names_proxy(name);
	const struct grant *g;

	if (WITHOUT(ENVFILTER))
		return &all;
	vec_each (g, &p->grants)
		if (g->kind == GRANT_ENV && glob_match(g->value, name) && (!proxy || in_full(g)))
			return g;
	return NULL;
}

/* What the sandbox itself decides. */
static bool is_ours(const struct builder *b, const char *name)
{
	static const char *const ours[] = {"HOME", "USER", "LOGNAME", "TMPDIR", "PWD", NULL};
	const struct proxy_variable *p;
	size_t i;

	for (i = 0; ours[i]; i++)
		if (strcmp(ours[i], name) == 0)
			return true;
	if (strcmp(BUS_VARIABLE, name) == 0)
		return b->plan->bus.inside;
	for (p = proxy_variables; p < proxy_variables + PROXY_VARIABLES; p++)
		if (p->caller == INSTEAD && strcmp(p->name, name) == 0)
			return network_proxied(&b->plan->net);
	return false;
}

static struct env_var *find(struct plan *plan, const char *name)
{
	struct env_var *v;

	vec_each (v, &plan->env)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

/* The name by which a shell inside finds seal-exec, as a plain word of it and of ssh. */
static const char *program(const struct builder *b)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-";
	const char *path = b->facts->program;

	return path && !path[strspn(path, plain)] && plan_shows(b->plan, path) ? path : "seal-exec";
}

static void set_proxy(struct builder *b)
{
	const struct proxy_variable *p;
	struct env_var *v;

	for (p = proxy_variables; p < proxy_variables + PROXY_VARIABLES; p++) {
		const struct origin from = {.kind = ORIGIN_BUILTIN, .why = p->why};

		v = find(b->plan, p->name);
		if (!v && p->value == ssh)
			set(b, p->name, arena_printf(b->arena, ssh, program(b)), &from);
		else if (!v)
			set(b, p->name, p->value, &from);
		else if (p->caller == BEHIND)
			v->value = arena_printf(b->arena, "%s %s", v->value, p->value);
	}
}

/* What bundles set where the caller has said nothing that passes. */
static void set_defaults(struct builder *b)
{
	const struct grant *g;

	vec_each (g, &b->policy->grants)
		if (g->kind == GRANT_SET && !is_ours(b, g->value) && !find(b->plan, g->value))
			set(b, g->value, g->text, &g->from);
}

void plan_env(struct builder *b)
{
	static const struct origin ours = {
		.kind = ORIGIN_BUILTIN,
		.why = "set by seal-exec: true in the sandbox's view",
	};
	const struct facts *f = b->facts;
	const char *const *e;
	bool path = false;

	for (e = f->environ; *e; e++) {
		size_t n = strcspn(*e, "=");
		const char *name = arena_strndup(b->arena, *e, n), *value = *e + n + 1;
		const struct grant *g;

		if ((*e)[n] != '=' || n == 0 || is_ours(b, name) || !(g = passes(b->policy, name)))
			continue;
		if (strcmp(name, "PATH") == 0) {
			path = true;
			value = absolute_entries(value, b->arena);
		}
		set(b, name, value, &g->from);
	}
	set_defaults(b);
	if (!path)
		set(b, "PATH", absolute_entries("", b->arena), &ours);
	set(b, "HOME", f->home, &ours);
	set(b, "USER", f->user, &ours);
	set(b, "LOGNAME", f->user, &ours);
	set(b, "TMPDIR", "/tmp", &ours);
	set(b, "PWD", f->cwd, &ours);
	if (b->plan->bus.inside)
		set(b, BUS_VARIABLE, b->plan->bus.inside, &b->plan->bus.rules.v[0].from);
	if (network_proxied(&b->plan->net))
		set_proxy(b);
}
