#include "policy/tools.h"

#include <string.h>

#include "policy/knob.h"
#include "policy/match.h"

static const struct bundle_key *key_of(const struct bundle_index *index, const char *name)
{
	size_t i;

	for (i = 0; i < index->n; i++)
		if (strcmp(index->v[i].name, name) == 0)
			return &index->v[i];
	return NULL;
}

const char *policy_no_bundle(
	const char *name, const struct bundle_index *index, struct arena *arena)
{
	struct strvec names = {0};
	const char *near;
	size_t i;

	for (i = 0; i < index->n; i++)
		strvec_push(arena, &names, index->v[i].name);
	near = names.n ? nearest_name(name, names.v) : NULL;
	if (near)
		return arena_printf(
			arena, "there is no bundle '%s'; did you mean '%s'?", name, near);
	return arena_printf(
		arena, "there is no bundle '%s'; seal-exec bundles list names them", name);
}

void policy_unknown_tool(const struct tool *t, const struct bundle_index *index,
	struct arena *arena, struct diags *diags)
{
	diag_add(diags, t->at, "%s", policy_no_bundle(t->name, index, arena));
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
			if (!index->v[i].named_only)
				want(out, &index->v[i], &shared, arena);
		return;
	}
	for (i = 0; i < m->m.tools.n; i++) {
		const struct tool *t = &m->m.tools.v[i];
		const struct bundle_key *key = key_of(index, t->name);

		if (!key) {
			policy_unknown_tool(t, index, arena, diags);
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

void policy_idle(const struct merged *m, const struct bundle_index *index, const char *const *argv,
	struct arena *arena, struct idle_list *out)
{
	const bool chosen = m->m.set & SET_TOOLS;
	const struct bundle_key *key;
	struct commands commands = {0};
	const char *word;

	match_commands(argv, &m->m.wrappers, arena, &commands);
	vec_each (key, index) {
		if (chosen ? find_tool(&m->m, key->name) != NULL : !key->named_only)
			continue;
		word = match_key(key, &commands);
		if (!word || strvec_has(&m->clipped_tools, key->name))
			continue;
		*vec_push(arena, out) = (struct idle){
			.by_itself = !chosen,
			.text = arena_printf(arena,
				"%s has a bundle that %s; seal-exec bundles show %s says what it "
				"grants",
				word,
				chosen ? "command_tools does not name"
				       : "applies only where command_tools names it",
				key->name),
		};
	}
}

/* The entry of TOOL in M, if it has `bundles`. */
static const struct tool *with_bundles(const struct manifest *m, const char *tool)
{
	const struct tool *t = find_tool(m, tool);

	return t && t->bundles_set ? t : NULL;
}

static void not_enabled(const struct tool *t, const char *name, struct diags *diags)
{
	diag_add(diags, t->bundles_at,
		"%s.bundles: the bundle '%s' is not enabled; add \"%s\" to command_tools", t->name,
		name, name);
}

void policy_brought(const struct merged *m, const char *tool, struct arena *arena,
	struct diags *diags, struct strvec *out, struct origin *from)
{
	const struct tool *top = with_bundles(m->config, tool);
	const struct tool *wish = with_bundles(&m->m, tool);
	size_t i;

	if (!wish && find_tool(&m->m, tool))
		wish = top;
	if (!wish)
		return;
	from->kind = wish == top ? ORIGIN_CONFIG : ORIGIN_MANIFEST;
	from->at = wish->bundles_at;
	for (i = 0; i < wish->bundles.n; i++) {
		const char *name = wish->bundles.v[i];

		if (strvec_has(&m->clipped_tools, name) ||
			(top && !strvec_has(&top->bundles, name)))
			continue;
		if (find_tool(&m->m, name))
			strvec_push(arena, out, name);
		else if (wish == top && find_tool(m->config, name))
			not_enabled(wish, name, diags); /* else policy_check_tool says so */
	}
}

static void check_setting(const struct setting *s, const struct knob *k, const struct tool *t,
	const struct manifest *m, struct diags *diags)
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
	else if (k->needs && s->boolean && !find_tool(m, k->needs))
		diag_add(diags, s->value_at,
			"%s.%s needs the bundle '%s'; add \"%s\" to command_tools", t->name,
			k->name, k->needs, k->needs);
	strbuf_release(&values);
}

void policy_check_tool(
	const struct manifest *m, const struct tool *t, const struct bundle *b, struct diags *diags)
{
	static const char *const fixed[] = {
		"tool", "domains", "default_domains", "wrappers", "bundles"};
	struct strvec names = {0};
	const char *near;
	size_t i, j;

	for (i = 0; i < sizeof fixed / sizeof *fixed; i++)
		strvec_push(diags->arena, &names, fixed[i]);
	for (j = 0; j < b->knobs.n; j++)
		strvec_push(diags->arena, &names, b->knobs.v[j].name);
	for (i = 0; i < t->bundles.n; i++)
		if (!find_tool(m, t->bundles.v[i]))
			not_enabled(t, t->bundles.v[i], diags);
	for (i = 0; i < t->settings.n; i++) {
		const struct setting *s = &t->settings.v[i];

		for (j = 0; j < b->knobs.n && strcmp(b->knobs.v[j].name, s->name) != 0; j++)
			;
		if (j < b->knobs.n) {
			check_setting(s, &b->knobs.v[j], t, m, diags);
			continue;
		}
		near = nearest_name(s->name, names.v);
		diag_add(diags, s->at, "the bundle '%s' has no setting '%s'; %s%s%s", t->name,
			s->name, near ? "did you mean '" : "seal-exec bundles show ",
			near ? near : t->name, near ? "'?" : " lists them");
	}
}
