#include "policy/resolve.h"

#include <string.h>

#include "base/path.h"
#include "policy/expand.h"
#include "policy/knob.h"
#include "policy/match.h"

static const struct tool *tool_of(const struct manifest *m, const char *name)
{
	size_t i;

	for (i = 0; m && i < m->tools.n; i++)
		if (strcmp(m->tools.v[i].name, name) == 0)
			return &m->tools.v[i];
	return NULL;
}

static const struct bundle_key *key_of(const struct bundle_index *index, const char *name)
{
	size_t i;

	for (i = 0; i < index->n; i++)
		if (strcmp(index->v[i].name, name) == 0)
			return &index->v[i];
	return NULL;
}

static void unknown_tool(const struct tool *t, const struct bundle_index *index,
	struct arena *arena, struct diags *diags)
{
	struct strvec names = {0};
	const char *near;
	size_t i;

	for (i = 0; i < index->n; i++)
		strvec_push(arena, &names, index->v[i].name);
	near = names.n ? nearest_name(t->name, names.v) : NULL;
	if (near)
		diag_add(
			diags, t->at, "there is no bundle '%s'; did you mean '%s'?", t->name, near);
	else
		diag_add(diags, t->at, "there is no bundle '%s'; seal-exec bundles list names them",
			t->name);
}

static void want(struct wanted_list *out, const struct bundle_key *key,
	const struct commands *commands, struct arena *arena)
{
	const char *word = match_key(key, commands);

	if (word)
		*vec_push(arena, out) = (struct wanted){.name = key->name, .word = word};
}

void policy_match(const struct merged *m, const struct bundle_index *index, const char *const *argv,
	struct arena *arena, struct diags *diags, struct wanted_list *out)
{
	struct commands shared = {0}, own;
	struct strvec wrappers;
	size_t i, j;

	match_commands(argv, &m->m.wrappers, arena, &shared);
	if (!(m->m.set & SET_TOOLS)) {
		for (i = 0; i < index->n; i++)
			want(out, &index->v[i], &shared, arena);
		return;
	}
	for (i = 0; i < m->m.tools.n; i++) {
		const struct tool *t = &m->m.tools.v[i];
		const struct bundle_key *key = key_of(index, t->name);

		if (!key) {
			unknown_tool(t, index, arena, diags);
			continue;
		}
		own = shared;
		if (t->wrappers.n) {
			wrappers = (struct strvec){0};
			own = (struct commands){0};
			for (j = 0; j < m->m.wrappers.n; j++)
				strvec_push(arena, &wrappers, m->m.wrappers.v[j]);
			for (j = 0; j < t->wrappers.n; j++)
				strvec_push(arena, &wrappers, t->wrappers.v[j]);
			match_commands(argv, &wrappers, arena, &own);
		}
		want(out, key, &own, arena);
	}
}

static void check_setting(
	const struct setting *s, const struct knob *k, const struct tool *t, struct diags *diags)
{
	struct strbuf values = STRBUF_INIT;
	size_t i;

	for (i = 0; i < k->values.n; i++)
		strbuf_addf(&values, "%s\"%s\"", i ? ", " : "", k->values.v[i]);
	if (k->type == KNOB_ENUM && s->type == SETTING_BOOL)
		diag_add(diags, s->value_at, "%s.%s is one of %s, not a boolean; %s", t->name,
			k->name, values.s, k->if_bool ? k->if_bool : "write one of these");
	else if (k->type == KNOB_ENUM &&
		(s->type != SETTING_STRING || !strvec_has(&k->values, s->string)))
		diag_add(diags, s->value_at, "%s.%s must be one of %s", t->name, k->name, values.s);
	else if ((k->type == KNOB_BOOL || k->type == KNOB_AUTO) && s->type != SETTING_BOOL)
		diag_add(diags, s->value_at, "%s.%s must be true or false", t->name, k->name);
	else if (k->type == KNOB_NAMES && s->type != SETTING_NAMES)
		diag_add(diags, s->value_at, "%s.%s must be an array of names", t->name, k->name);
	strbuf_release(&values);
}

void policy_check_tool(const struct tool *t, const struct bundle *b, struct diags *diags)
{
	static const char *const fixed[] = {"tool", "domains", "default_domains", "wrappers"};
	struct strvec names = {0};
	const char *near;
	size_t i, j;

	for (i = 0; i < sizeof fixed / sizeof *fixed; i++)
		strvec_push(diags->arena, &names, fixed[i]);
	for (j = 0; j < b->knobs.n; j++)
		strvec_push(diags->arena, &names, b->knobs.v[j].name);
	for (i = 0; i < t->settings.n; i++) {
		const struct setting *s = &t->settings.v[i];

		for (j = 0; j < b->knobs.n && strcmp(b->knobs.v[j].name, s->name) != 0; j++)
			;
		if (j < b->knobs.n) {
			check_setting(s, &b->knobs.v[j], t, diags);
			continue;
		}
		near = nearest_name(s->name, names.v);
		diag_add(diags, s->at, "the bundle '%s' has no setting '%s'; %s%s%s", t->name,
			s->name, near ? "did you mean '" : "seal-exec bundles show ",
			near ? near : t->name, near ? "'?" : " lists them");
	}
}

/* True if PATH is the store STORE or a folder that holds it. */
static bool holds(const char *path, const char *store)
{
	return path_under(store, path);
}

static void refuse_project(const struct refusals *refusals, const struct facts *f,
	struct arena *arena, struct diags *diags)
{
	const struct place here = {.file = f->project};
	const struct grant *g;
	const char *path;

	vec_each (g, &refusals->roots)
		if ((path = expand_path(g->value, f, arena)) && holds(f->project, path)) {
			diag_add(diags, here,
				"this cannot be a project: %s; go to a folder below it",
				g->from.why);
			return;
		}
	vec_each (g, &refusals->beneath)
		if ((path = expand_path(g->value, f, arena)) && path_under(f->project, path)) {
			diag_add(diags, here, "this cannot be a project: %s", g->from.why);
			return;
		}
	vec_each (g, &refusals->secrets)
		if ((path = expand_path(g->value, f, arena)) && holds(f->project, path)) {
			diag_add(diags, here, "this cannot be a project: it holds %s (%s)",
				g->value, g->from.why);
			return;
		}
}

static void refuse_grant(const struct grant *g, const struct refusals *refusals,
	const struct facts *f, struct arena *arena, struct diags *diags)
{
	const char *path = expand_path(g->value, f, arena), *store;
	const struct grant *secret;

	if (path && (holds(path, f->home) || strcmp(path, "/tmp") == 0)) {
		diag_add(diags, g->from.at,
			"%s of '%s' is refused: it is shared by everything; name the paths below "
			"it",
			grant_kind_name(g->kind), g->value);
		return;
	}
	vec_each (secret, &refusals->secrets) {
		store = expand_path(secret->value, f, arena);
		if (!path || !store || !holds(path, store))
			continue;
		diag_add(diags, g->from.at, "%s of '%s' is refused: %s: %s",
			grant_kind_name(g->kind), g->value, secret->value, secret->from.why);
		return;
	}
}

void policy_refuse(const struct merged *m, const struct refusals *refusals, const struct facts *f,
	struct arena *arena, struct diags *diags)
{
	size_t i;

	refuse_project(refusals, f, arena, diags);
	for (i = 0; i < m->m.grants.n; i++)
		if (m->m.grants.v[i].kind == GRANT_READ || m->m.grants.v[i].kind == GRANT_WRITE ||
			m->m.grants.v[i].kind == GRANT_SOCKET)
			refuse_grant(&m->m.grants.v[i], refusals, f, arena, diags);
}

/* Calls of select_grants() differ in where the chosen ones go. */
typedef void pick(void *user, const struct bundle *b, const struct grant *g);

/* Each grant that applies when bundle B is used with the entry T. */
static void select_grants(const struct match *match, const struct tool *t,
	const struct tool *ceiling, pick *to, void *user)
{
	const struct bundle *b = match->bundle;
	bool defaults = !t || !t->domains_set || t->default_domains;
	size_t i;

	for (i = 0; i < b->grants.n; i++) {
		const struct grant *g = &b->grants.v[i];

		if (g->kind == GRANT_DOMAIN && (match->used || !defaults))
			continue;
		if (knob_selects(g, b, t, ceiling))
			to(user, b, g);
	}
	for (i = 0; t && !match->used && i < t->domains.n; i++)
		to(user, b, &t->domains.v[i]);
}

struct resolver {
	struct policy *p;
	const struct facts *f;
	struct arena *arena;
};

static void add(void *user, const struct bundle *b, const struct grant *g)
{
	struct resolver *r = user;
	struct grant *copy = vec_push(r->arena, &r->p->grants);

	(void)b;
	*copy = *g;
	if (grant_is_path(g->kind))
		copy->path = expand_path(g->value, r->f, r->arena);
}

/* What is wished and not built yet refuses the run: nothing is ignored in silence. */
static void note_unbuilt(struct resolver *r, const struct origin *from, const char *what)
{
	const struct place *at = &from->at;

	strvec_push(r->arena, &r->p->unbuilt,
		at->file ? arena_printf(r->arena, "%s:%d:%d: %s", at->file, at->line, at->col, what)
			 : what);
}

static void check_built(struct resolver *r)
{
	struct policy *p = r->p;
	size_t i;

	if (p->profile == PROFILE_NETWORK_ALLOW_ALL)
		note_unbuilt(r, &p->profile_from,
			"profile = \"network-allow-all\" is not built yet; use \"workspace\"");
	if (p->envrc != ENVRC_OFF)
		note_unbuilt(r, &p->envrc_from, "envrc_mode is not built yet; set it to \"off\"");
	for (i = 0; i < p->grants.n; i++) {
		const struct grant *g = &p->grants.v[i];

		if (g->kind == GRANT_HOST_PORT || g->kind == GRANT_DEV_PORT ||
			g->kind == GRANT_DBUS || g->kind == GRANT_CREDENTIAL)
			note_unbuilt(r, &g->from,
				arena_printf(r->arena, "%s is not built yet; remove '%s'",
					grant_kind_name(g->kind), g->value));
	}
}

static void check_knobs(struct resolver *r, const struct match *match, const struct tool *t,
	const struct tool *ceiling)
{
	const struct bundle *b = match->bundle;
	size_t i;

	for (i = 0; i < b->knobs.n; i++) {
		const struct knob *k = &b->knobs.v[i];
		const struct setting *s =
			knob_setting(k, t) ? knob_setting(k, t) : knob_setting(k, ceiling);
		const char *value = knob_value(k, t, ceiling);
		bool wished = s &&
			(k->type == KNOB_AUTO ? value && strcmp(value, "true") == 0
					: k->type == KNOB_NAMES ? s->names.n > 0
								: strcmp(value, k->initial) != 0);

		if (k->unbuilt && wished)
			note_unbuilt(r, &(struct origin){.at = s->value_at},
				arena_printf(r->arena, "%s.%s: %s", b->name, k->name, k->unbuilt));
	}
}

static struct origin setting_origin(const struct merged *m, struct place at)
{
	struct origin o = {.kind = ORIGIN_BUILTIN, .at = at, .why = "the default"};

	if (at.file) {
		o.kind = m->config && at.file == m->config->file ? ORIGIN_CONFIG : ORIGIN_MANIFEST;
		o.why = NULL;
	}
	return o;
}

void policy_resolve(struct policy *p, const struct merged *m, const struct bundle *base,
	const struct matches *matches, const struct facts *f, struct arena *arena)
{
	struct resolver r = {.p = p, .f = f, .arena = arena};
	size_t i;

	memset(p, 0, sizeof *p);
	p->manifest = m->m.kind == ORIGIN_MANIFEST ? m->m.file : NULL;
	p->config = m->config ? m->config->file : NULL;
	p->profile = m->m.profile;
	p->profile_from = setting_origin(m, m->m.profile_at);
	p->strict = m->m.strict;
	p->strict_from = setting_origin(m, m->m.strict_at);
	p->envrc = m->m.envrc;
	p->envrc_from = setting_origin(m, m->m.envrc_at);
	p->clipped = m->clipped;
	p->clipped_tools = m->clipped_tools;
	p->matches = *matches;
	policy_add_profile(p, base, f, arena);
	for (i = 0; i < m->m.grants.n; i++)
		add(&r, NULL, &m->m.grants.v[i]);
	for (i = 0; i < matches->n; i++) {
		const struct match *match = &matches->v[i];
		const struct tool *t = tool_of(&m->m, match->bundle->name);
		const struct tool *ceiling = tool_of(m->config, match->bundle->name);

		check_knobs(&r, match, t, ceiling);
		select_grants(match, t, ceiling, add, &r);
	}
	check_built(&r);
}

bool policy_has(const struct policy *p, enum grant_kind kind)
{
	size_t i;

	for (i = 0; i < p->grants.n; i++)
		if (p->grants.v[i].kind == kind)
			return true;
	return false;
}

void policy_add_profile(
	struct policy *p, const struct bundle *profile, const struct facts *f, struct arena *arena)
{
	struct resolver r = {.p = p, .f = f, .arena = arena};
	size_t i;

	for (i = 0; i < profile->grants.n; i++)
		add(&r, profile, &profile->grants.v[i]);
}

struct lines {
	struct strvec *out;
	struct arena *arena;
};

static void add_line(void *user, const struct bundle *b, const struct grant *g)
{
	struct lines *l = user;

	strvec_push(l->arena, l->out,
		arena_printf(l->arena, "%s%s%s%s %s%s", b ? b->name : "", b ? ": " : "",
			grant_kind_name(g->kind), g->flags & GRANT_IN_PROJECT ? " in project" : "",
			g->value, g->flags & GRANT_PROMPT ? " (asked each time)" : ""));
}

static const char *setting_line(const struct tool *t, const struct setting *s, struct arena *arena)
{
	const char *line = arena_printf(arena, "%s: %s =", t->name, s->name);
	size_t i;

	if (s->type == SETTING_BOOL)
		return arena_printf(arena, "%s %s", line, s->boolean ? "true" : "false");
	if (s->type == SETTING_STRING)
		return arena_printf(arena, "%s %s", line, s->string);
	for (i = 0; i < s->names.n; i++)
		line = arena_printf(arena, "%s %s", line, s->names.v[i]);
	return line;
}

void policy_trust_lines(const struct manifest *m, const struct matches *tools, struct arena *arena,
	struct strvec *out)
{
	struct lines l = {.out = out, .arena = arena};
	struct strvec all = {0};
	size_t i, j;

	l.out = &all;
	for (i = 0; i < m->grants.n; i++)
		add_line(&l, NULL, &m->grants.v[i]);
	for (i = 0; i < tools->n; i++) {
		const struct match *match = &tools->v[i];

		const struct tool *t = tool_of(m, match->bundle->name);

		strvec_push(arena, &all, arena_printf(arena, "%s: enabled", match->bundle->name));
		for (j = 0; t && j < t->wrappers.n; j++)
			strvec_push(arena, &all,
				arena_printf(arena, "%s: wrapper %s", t->name, t->wrappers.v[j]));
		for (j = 0; t && j < t->settings.n; j++)
			strvec_push(arena, &all, setting_line(t, &t->settings.v[j], arena));
		select_grants(match, t, NULL, add_line, &l);
	}
	for (i = 0; i < m->wrappers.n; i++)
		strvec_push(arena, &all, arena_printf(arena, "wrapper %s", m->wrappers.v[i]));
	if (m->profile != PROFILE_WORKSPACE)
		strvec_push(arena, &all,
			m->profile == PROFILE_READ_ONLY ? "profile read-only"
							: "profile network-allow-all");
	if (m->envrc != ENVRC_OFF)
		strvec_push(arena, &all,
			m->envrc == ENVRC_TRUST ? "envrc_mode trust" : "envrc_mode approved");
	if (!(m->set & SET_TOOLS))
		strvec_push(arena, &all, "the bundle that matches the command");
	strvec_sort(&all);
	for (i = 0; i < all.n; i++)
		if (i == 0 || strcmp(all.v[i], all.v[i - 1]) != 0)
			strvec_push(arena, out, all.v[i]);
}
