#include "cli/session.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/path.h"
#include "cli/known.h"
#include "config.h"
#include "host/around.h"
#include "host/bus.h"
#include "host/envrc.h"
#include "host/facts.h"
#include "host/repos.h"
#include "host/limits.h"
#include "plan/plan.h"
#include "policy/envrc.h"
#include "policy/knob.h"
#include "policy/refuse.h"
#include "policy/resolve.h"
#include "policy/select.h"
#include "policy/tools.h"
#include "read/bundle.h"
#include "read/manifest.h"

void session_refuse_faults(struct session *s)
{
	struct strbuf text = STRBUF_INIT;

	if (s->gather || !diag_any(&s->diags))
		return;
	diag_render(&s->diags, &text);
	fd_write_all(STDERR_FILENO, text.s, text.len);
	exit(EXIT_REFUSED);
}

void session_print(struct strbuf *text)
{
	if (text->len && !fd_write_all(STDOUT_FILENO, text->s, text->len))
		die_errno("cannot write to standard output");
	strbuf_release(text);
}

/* Where PATH leads, or would lead if it were made now. */
static const char *destination(struct session *s, const char *path)
{
	const char *real = NULL, *up = path;

	while (!(real = host_canonical(up, &s->arena)) && strcmp(up, "/") != 0)
		up = path_parent(&s->arena, up);
	return path_absolute(
		&s->arena, real ? real : "/", path + strlen(up) + (path[strlen(up)] == '/'));
}

/* The user's own files must be out of the project's reach, whatever the environment says, and
 * also while they are not there: a guest could make them. */
static void check_outside(struct session *s, const char *path)
{
	if (path_under(path, s->facts.project) ||
		path_under(destination(s, path), s->facts.project))
		die("%s: your own configuration lies inside the project, which may write it; set "
		    "XDG_CONFIG_HOME and XDG_STATE_HOME to folders outside",
			path);
}

static void read_config(struct session *s)
{
	const char *path = host_config_path(&s->facts, "config.toml", &s->arena);

	if (!host_read_text(path, OWNER_USER, &s->config_text, &s->arena, &s->diags))
		return;
	manifest_read(&s->config, ORIGIN_CONFIG, s->config_text.path, s->config_text.text,
		s->config_text.len, &s->arena, &s->diags);
}

static void read_overlays(struct session *s, const char *folder)
{
	struct text_files files = {0};
	size_t i;

	host_read_folder(folder, &files, &s->arena, &s->diags);
	if (files.n)
		check_outside(s, folder); /* before their faults are told */
	for (i = 0; i < files.n; i++) {
		s->overlays = true;
		catalog_overlay(
			&s->catalog, files.v[i].path, files.v[i].text, files.v[i].len, &s->diags);
	}
}

void session_open(struct session *s, char *const *env)
{
	const char *dir = s->options.value[OPT_DIRECTORY];

	if (dir && chdir(dir) != 0)
		die_errno("cannot change to '%s'", dir);
	s->diags.arena = &s->arena;
	host_identity(&s->facts, (const char *const *)env, &s->arena);
	host_find_project(
		&s->facts, s->options.value[OPT_MANIFEST], &s->manifest_text, &s->arena, &s->diags);
	if (s->bare) {
		s->manifest_text = (struct text_file){0};
		s->diags = (struct diags){.arena = &s->arena};
	}
	if (s->manifest_text.path)
		manifest_read(&s->project, ORIGIN_MANIFEST, s->manifest_text.path,
			s->manifest_text.text, s->manifest_text.len, &s->arena, &s->diags);
	catalog_open(&s->catalog, &s->arena);
	/* Inside a run the user's own files are out of reach, and what stands at their place is the
	 * word of a guest. The run around has read them. */
	s->around = host_around();
	if (s->around == AROUND_NONE) {
		read_config(s);
		read_overlays(s, SYSCONFDIR "/seal-exec/bundles");
		read_overlays(s, host_config_path(&s->facts, "bundles", &s->arena));
	}
	session_refuse_faults(s);
	policy_merge(&s->merged, s->manifest_text.path ? &s->project : NULL,
		s->config_text.path ? &s->config : NULL, &s->facts, &s->arena, &s->diags);
	session_refuse_faults(s);
}

/* Every entry of command_tools that says more than a name is checked against its bundle, whether
 * the command matches it or not: a typo shows at the first run. */
static void check_tools(struct session *s, const struct manifest *m)
{
	const struct bundle *b;
	size_t i;

	for (i = 0; i < m->tools.n; i++)
		if ((m->tools.v[i].settings.n || m->tools.v[i].bundles.n) &&
			(b = catalog_load(&s->catalog, m->tools.v[i].name, &s->diags)))
			policy_check_tool(m, &m->tools.v[i], b, &s->diags);
}

static struct match *add_match(
	struct session *s, struct matches *out, const char *name, const char *word, bool used)
{
	struct match *m;
	const struct bundle *b = catalog_load(&s->catalog, name, &s->diags);
	size_t i;

	for (i = 0; b && i < out->n; i++)
		if (out->v[i].bundle == b) {
			out->v[i].used = out->v[i].used && used;
			return NULL;
		}
	if (!b)
		return NULL;
	m = vec_push(&s->arena, out);
	*m = (struct match){.bundle = b, .word = word, .used = used};
	return m;
}

/* What comes by the .envrc in sight: direnv, and the bundles that its entry names. A run inside a
 * run does not load it again. */
static struct loading add_envrc(struct session *s, struct matches *out)
{
	struct origin from = {0}, mode = {.kind = ORIGIN_MANIFEST, .at = s->merged.m.envrc_at};
	const struct manifest *config = s->merged.config;
	struct loading loading;
	struct strvec names = {0};
	struct match *m;
	bool own = false;
	size_t i;

	policy_envrc_bundles(&s->merged, &s->arena, &s->diags, &names, &from);
	if (s->merged.m.envrc == ENVRC_OFF || s->around != AROUND_NONE)
		return (struct loading){0};
	host_find_envrc(&s->facts, &s->arena);
	vec_each (m, out)
		own |= strcmp(m->bundle->name, "direnv") == 0;
	if (config && mode.at.file == config->file)
		mode.kind = ORIGIN_CONFIG;
	loading = policy_loading(&s->merged, &s->facts, own, &s->arena);
	if (loading.how == LOADING_NONE)
		return loading;
	m = add_match(s, out, "direnv", s->facts.envrc.path, false);
	if (m)
		m->envrc = true, m->from = mode;
	for (i = 0; i < names.n; i++) {
		m = add_match(s, out, names.v[i], "direnv.bundles", false);
		if (m)
			m->envrc = true, m->from = from;
	}
	return loading;
}

/* What the entry of a matched bundle names comes along as if it had matched: an agent's tools. */
static void add_brought(struct session *s, struct matches *out)
{
	size_t i, j, n = out->n;

	for (i = 0; i < n; i++) {
		const char *tool = out->v[i].bundle->name;
		struct strvec names = {0};
		struct origin from;

		if (strcmp(tool, "direnv") == 0)
			continue; /* its entry is about an .envrc */
		policy_brought(&s->merged, tool, &s->arena, &s->diags, &names, &from);
		for (j = 0; j < names.n; j++)
			add_match(s, out, names.v[j], arena_printf(&s->arena, "%s.bundles", tool),
				false);
	}
}

/* What the matched bundles use comes along, and what that uses. M and CONFIG (may be NULL) have the
 * settings that decide it. */
static void add_used(struct session *s, const struct manifest *m, const struct manifest *config,
	struct matches *out)
{
	const struct use *u;
	size_t i;

	for (i = 0; i < out->n; i++) {
		const struct bundle *b = out->v[i].bundle;
		struct choice c = knob_choice(m, config, b->name);

		vec_each (u, &b->uses) {
			if (!select_use(&out->v[i], u, &c))
				continue;
			add_match(s, out, u->name, b->name, true);
			if (!catalog_load(&s->catalog, u->name, &s->diags))
				diag_add(&s->diags, u->at,
					"'%s' uses '%s', which is no bundle; remove it", b->name,
					u->name);
		}
	}
}

/* The folder of FILE, wherever the environment has put it, by all its names. */
static void add_own(struct session *s, struct refusals *refusals, const char *file)
{
	const char *folder = path_parent(&s->arena, file);
	const char *real = destination(s, folder);

	*vec_push(&s->arena, &refusals->own) = (struct grant){.value = folder};
	if (strcmp(real, folder) != 0)
		*vec_push(&s->arena, &refusals->own) = (struct grant){.value = real};
}

/* /run/user/<UID> is in the table; the environment may have it elsewhere. */
static void add_runtime(struct session *s, struct refusals *refusals)
{
	const char *folder = host_runtime_folder(&s->facts);

	if (folder)
		*vec_push(&s->arena, &refusals->roots) = (struct grant){
			.value = destination(s, folder),
			.from = {.why = "it holds your sockets"},
		};
}

void session_refuse(struct session *s)
{
	s->refusals = catalog_refusals;
	add_runtime(s, &s->refusals);
	add_own(s, &s->refusals, host_config_path(&s->facts, "config.toml", &s->arena));
	add_own(s, &s->refusals, host_state_path(&s->facts, "trust", &s->arena));
	policy_refuse(&s->merged, &s->refusals, &s->facts, &s->arena, &s->diags);
	session_refuse_faults(s);
	if (diag_any(&s->diags))
		return;
	check_outside(s, host_config_path(&s->facts, "config.toml", &s->arena));
	check_outside(s, host_state_path(&s->facts, "trust", &s->arena));
}

static void read_profile(struct session *s, struct bundle *b, const char *name)
{
	const struct catalog_text *t = catalog_profile(name);

	bundle_read(b, ORIGIN_PROFILE, t->file, t->text, t->len, &s->arena, &s->diags);
}

/* The repositories in what the run may write. */
static void find_repos(struct session *s)
{
	struct strvec roots = {0};
	const struct grant *g;

	known_read(s);
	if (s->policy.profile != PROFILE_READ_ONLY) {
		strvec_push(&s->arena, &roots, s->facts.project);
		known_roots(s, &roots);
	}
	vec_each (g, &s->policy.grants) {
		const char *root = g->kind == GRANT_WRITE && g->flags & GRANT_DIRECTORY && g->path
			? host_canonical(g->path, &s->arena)
			: NULL;

		if (root && (!path_under(root, s->facts.project) || !roots.n))
			strvec_push(&s->arena, &roots, root);
	}
	host_find_repos(&s->facts, &roots, &s->arena);
}

void session_plan(struct session *s, const char *const *argv)
{
	struct wanted_list wanted = {0};
	struct matches matches = {0};
	struct strvec bound = {0}, seen = {0}, programs = {0};
	struct loading loading = {0};
	size_t i;

	session_refuse(s);
	check_tools(s, &s->project);
	check_tools(s, &s->config);
	if (s->instead) {
		add_match(s, &matches, s->alone, s->alone, false);
	} else {
		policy_match(&s->merged, &s->catalog.index, argv, &s->arena, &s->diags, &wanted);
		for (i = 0; i < wanted.n; i++)
			add_match(s, &matches, wanted.v[i].name, wanted.v[i].word, false);
		loading = add_envrc(s, &matches);
	}
	add_brought(s, &matches);
	add_used(s, &s->merged.m, s->merged.config, &matches);
	read_profile(s, &s->base, "base");
	session_refuse_faults(s);
	policy_resolve(&s->policy, &s->merged, &s->base, &matches, &s->facts, &s->arena);
	s->policy.loading = loading;
	policy_idle(&s->merged, &s->catalog.index, argv, &s->arena, &s->policy.idle);
	if (s->instead)
		argv = s->instead(s);
	if (policy_names(&s->policy)) {
		read_profile(s, &s->network, "network");
		policy_add_profile(&s->policy, &s->network, &s->facts, &s->arena);
	}
	if (s->policy.profile == PROFILE_OFF)
		return;
	s->policy.protect = &catalog_protect;
	find_repos(s);
	plan_paths(&s->policy, &s->facts, &s->arena, &bound, &seen);
	host_look(&s->facts, &bound, &seen, &s->arena);
	policy_refuse_targets(&s->policy, &s->refusals, &s->facts, &s->arena, &s->diags);
	session_refuse_faults(s);
	host_find_command(&s->facts, argv[0], &s->arena);
	plan_programs(&s->policy, &s->arena, &programs);
	host_find_programs(&s->facts, &programs, &s->arena);
	if (policy_wants_bus(&s->policy))
		host_find_bus(&s->facts, s->around != AROUND_NONE, &s->arena);
	if (s->policy.limits[LIMIT_MEMORY].set || s->policy.limits[LIMIT_PROCESSES].set)
		host_limits(&s->facts, &s->arena);
	plan_build(&s->plan, &s->policy, &s->facts, argv, &s->arena, &s->diags);
	session_refuse_faults(s);
}

void session_load_tools(struct session *s, struct matches *out)
{
	size_t i;

	check_tools(s, &s->project);
	check_tools(s, &s->config);
	for (i = 0; i < s->project.tools.n; i++) {
		const struct tool *t = &s->project.tools.v[i];

		if (!catalog_load(&s->catalog, t->name, &s->diags))
			policy_unknown_tool(t, &s->catalog.index, &s->arena, &s->diags);
		else
			add_match(s, out, t->name, t->name, false);
	}
	add_used(s, &s->project, NULL, out);
	session_refuse_faults(s);
}

void session_check(struct session *s, char *const *env)
{
	struct matches tools = {0};

	s->gather = true;
	session_open(s, env);
	session_load_tools(s, &tools);
	session_refuse(s);
	s->gather = false;
	session_refuse_faults(s);
}
