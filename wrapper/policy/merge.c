#include "policy/merge.h"

#include <string.h>

#include "base/path.h"
#include "base/pattern.h"
#include "policy/expand.h"
#include "policy/knob.h"

bool domain_covers(const char *rule, const char *entry)
{
	char a[256], b[256];
	unsigned pa, pb;

	if (domain_parse(rule, a, &pa) || domain_parse(entry, b, &pb) || pa != pb)
		return false;
	if (strcmp(a, b) == 0)
		return true;
	/* "*.x.org" covers "y.x.org" and "*.y.x.org", not "x.org" itself. */
	return strncmp(a, "*.", 2) == 0 && strlen(b) > strlen(a) - 1 &&
		strcmp(b + strlen(b) - (strlen(a) - 1), a + 1) == 0;
}

/* The bit of the key that G was written under. */
static unsigned own_key(const struct grant *g)
{
	return g->flags & GRANT_DIRECTORY ? SET_DIRECTORIES : 1u << g->kind;
}

/* The keys whose presence limits G: what additional_directories grants, read and write do too. */
static unsigned ceiling_keys(const struct grant *g)
{
	return g->kind == GRANT_WRITE ? 1u << GRANT_WRITE | SET_DIRECTORIES
				      : own_key(g) | 1u << g->kind;
}

static bool is_prohibition(enum grant_kind kind)
{
	return kind == GRANT_DENY || kind == GRANT_PROTECT || kind == GRANT_HOST_PORT_DENY;
}

/* True if the grant RULE of the user's file covers the project's grant G. */
static bool covers(
	const struct grant *rule, const struct grant *g, const struct facts *f, struct arena *arena)
{
	const char *a, *b;

	if (rule->kind != g->kind && !(g->kind == GRANT_READ && rule->kind == GRANT_WRITE))
		return false;
	switch (g->kind) {
	case GRANT_READ:
	case GRANT_WRITE:
		a = expand_path(rule->value, f, arena);
		b = expand_path(g->value, f, arena);
		return a && b && path_under(b, a);
	case GRANT_ENV:
		return glob_match(rule->value, g->value);
	case GRANT_DOMAIN:
		return domain_covers(rule->value, g->value);
	default:
		return strcmp(rule->value, g->value) == 0;
	}
}

/* What CONFIG leaves of the project's grant G: false for nothing; a port that the user wants to be
 * asked for stays so. */
static bool allowed(
	const struct manifest *config, struct grant *g, const struct facts *f, struct arena *arena)
{
	const struct grant *rule;

	if (is_prohibition(g->kind) || !(config->set & ceiling_keys(g)))
		return true;
	vec_each (rule, &config->grants) {
		if (!covers(rule, g, f, arena))
			continue;
		g->flags |= rule->flags & GRANT_PROMPT;
		return true;
	}
	return false;
}

static void merge_grants(struct merged *out, const struct manifest *project,
	const struct manifest *config, const struct facts *f, struct arena *arena)
{
	struct grants *all = &out->m.grants;
	size_t i;

	*all = (struct grants){0};
	for (i = 0; i < project->grants.n; i++) {
		struct grant g = project->grants.v[i];
		bool ok = allowed(config, &g, f, arena);

		*vec_push(arena, ok ? all : &out->clipped) = g;
	}
	for (i = 0; i < config->grants.n; i++) {
		const struct grant *g = &config->grants.v[i];

		if (is_prohibition(g->kind) || !(project->set & ceiling_keys(g)))
			*vec_push(arena, all) = *g;
	}
	out->m.set |= config->set;
}

/* A tool's own hosts: within the user's list of the same tool, or else of all commands. */
static void clip_domains(
	struct merged *out, struct tool *t, const struct manifest *config, struct arena *arena)
{
	const struct tool *top = find_tool(config, t->name);
	struct grants wished = t->domains;
	bool limited = config->set & 1u << GRANT_DOMAIN || (top && top->domains_set);
	size_t i, j;

	if (!t->domains_set && top && top->domains_set) {
		t->domains_set = true;
		t->domains = top->domains;
		t->default_domains = top->default_domains;
		return;
	}
	if (top && top->domains_set && !top->default_domains)
		t->default_domains = false;
	if (!limited)
		return;
	t->domains = (struct grants){0};
	for (i = 0; i < wished.n; i++) {
		bool ok = false;

		for (j = 0; top && j < top->domains.n; j++)
			ok |= domain_covers(top->domains.v[j].value, wished.v[i].value);
		for (j = 0; j < config->grants.n; j++)
			ok |= config->grants.v[j].kind == GRANT_DOMAIN &&
				domain_covers(config->grants.v[j].value, wished.v[i].value);
		*vec_push(arena, ok ? &t->domains : &out->clipped) = wished.v[i];
	}
}

static void merge_tools(struct merged *out, const struct manifest *project,
	const struct manifest *config, struct arena *arena)
{
	size_t i;

	if (!(project->set & SET_TOOLS)) {
		out->m.tools.v = config->tools.v;
		out->m.tools.n = out->m.tools.cap = config->tools.n;
		return;
	}
	memset(&out->m.tools, 0, sizeof out->m.tools);
	for (i = 0; i < project->tools.n; i++) {
		struct tool *t;

		if (config->set & SET_TOOLS && !find_tool(config, project->tools.v[i].name)) {
			strvec_push(arena, &out->clipped_tools, project->tools.v[i].name);
			continue;
		}
		t = vec_push(arena, &out->m.tools);
		*t = project->tools.v[i];
		clip_domains(out, t, config, arena);
	}
}

/* True if M, the user's file, lists the hosts that a command may reach; AT then says where. */
static bool lists_hosts(const struct manifest *m, struct place *at)
{
	const struct grant *g;
	const struct tool *t;

	*at = (struct place){.file = m->file};
	vec_each (g, &m->grants)
		if (g->kind == GRANT_DOMAIN) {
			*at = g->from.at;
			return true;
		}
	vec_each (t, &m->tools)
		if (t->domains_set) {
			*at = t->at;
			return true;
		}
	return m->set & 1u << GRANT_DOMAIN;
}

static void merge_settings(
	struct merged *out, const struct manifest *project, const struct manifest *config)
{
	struct manifest *m = &out->m;
	struct place at;

	if (config->set & SET_PROFILE &&
		(!(project->set & SET_PROFILE) || config->profile < project->profile)) {
		m->profile = config->profile;
		m->profile_at = config->profile_at;
	} else if (!(config->set & SET_PROFILE) && m->profile == PROFILE_NETWORK_ALLOW_ALL &&
		lists_hosts(config, &at)) {
		m->profile = PROFILE_WORKSPACE; /* a list of hosts is narrower than every host */
		m->profile_at = at;
	}
	if (config->set & SET_SNI && (!(project->set & SET_SNI) || config->sni < project->sni)) {
		m->sni = config->sni;
		m->sni_at = config->sni_at;
	}
	if (config->set & SET_PROXY && !(project->set & SET_PROXY)) {
		m->proxy = config->proxy;
		m->proxy_at = config->proxy_at;
	}
	m->upstream = config->upstream;
	m->no_placeholders = config->no_placeholders;
	m->placeholders_at = config->placeholders_at;
	m->adopt_external = config->adopt_external;
	m->adopt_at = config->adopt_at;
	if (config->set & SET_ENVRC &&
		(!(project->set & SET_ENVRC) || config->envrc < project->envrc)) {
		m->envrc = config->envrc;
		m->envrc_at = config->envrc_at;
	}
	if (config->set & SET_DEBUG && (!(project->set & SET_DEBUG) || !config->debug)) {
		m->debug = config->debug;
		m->debug_at = config->debug_at;
	}
	if (!(project->set & SET_STRICT) && config->set & SET_STRICT) {
		m->strict = config->strict;
		m->strict_at = config->strict_at;
	}
}

/* The smaller one counts. */
static void merge_limits(struct limit *limits, const struct limit *config)
{
	int i;

	for (i = 0; i < LIMITS; i++)
		if (config[i].set && (!limits[i].set || config[i].value < limits[i].value))
			limits[i] = config[i];
}

/* Wrappers grant nothing by themselves: both lists count. */
static void merge_wrappers(struct merged *out, const struct manifest *project,
	const struct manifest *config, struct arena *arena)
{
	struct strvec *all = &out->m.wrappers;
	size_t i;

	*all = (struct strvec){0};
	for (i = 0; i < project->wrappers.n; i++)
		strvec_push(arena, all, project->wrappers.v[i]);
	for (i = 0; i < config->wrappers.n; i++)
		if (!strvec_has(all, config->wrappers.v[i]))
			strvec_push(arena, all, config->wrappers.v[i]);
}

void policy_merge(struct merged *out, const struct manifest *project, const struct manifest *config,
	const struct facts *f, struct arena *arena, struct diags *diags)
{
	bool lax = config && config->set & SET_STRICT && !config->strict;

	memset(out, 0, sizeof *out);
	out->config = config;
	if (project && project->set & SET_PROFILE && project->profile == PROFILE_OFF)
		diag_add(diags, project->profile_at,
			"profile = \"off\" is honoured from your own config.toml only; remove it "
			"here");
	if (project && project->upstream.from.at.file)
		diag_add(diags, project->upstream.from.at,
			"upstream_proxy is honoured from your own config.toml only; remove it "
			"here");
	if (project && project->no_placeholders)
		diag_add(diags, project->placeholders_at,
			"placeholders = false is honoured from your own config.toml only; remove "
			"it "
			"here");
	if (project && project->adopt_external)
		diag_add(diags, project->adopt_at,
			"sccache_adopt_external is honoured from your own config.toml only; remove "
			"it here");
	if (project)
		out->m = *project;
	else if (config)
		out->m = *config;
	else
		out->m = (struct manifest){
			.kind = ORIGIN_BUILTIN,
			.profile = PROFILE_WORKSPACE,
			.strict = true,
		};
	if (project && config) {
		merge_settings(out, project, config);
		merge_grants(out, project, config, f, arena);
		merge_tools(out, project, config, arena);
		merge_limits(out->m.limits, config->limits);
		merge_wrappers(out, project, config, arena);
	}
	/* A project can ask for more strictness, not for less. */
	out->m.strict = out->m.strict || !lax;
}
