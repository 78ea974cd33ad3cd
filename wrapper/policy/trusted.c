#include "policy/trusted.h"

#include <stdlib.h>
#include <string.h>

#include "model/names.h"
#include "policy/select.h"

struct lines {
	struct strvec *out;
	struct arena *arena;
};

/* What a reader must know besides: that it is a way out, or a cache of builds outside. */
static const char *remark(const struct grant *g, struct arena *arena)
{
	const char *risk = g->kind == GRANT_HOST_PORT
		? port_risk((unsigned)strtoul(g->value, NULL, 10))
		: NULL;

	if (g->flags & GRANT_ESCAPE)
		return arena_printf(arena, " (an escape: %s)", g->from.why ? g->from.why : "");
	if (risk && !(g->flags & GRANT_TWIN))
		return arena_printf(arena, " (%s)", risk);
	return grant_mark(g) ? arena_printf(arena, " (%s)", grant_mark(g)) : "";
}

static void add_line(void *user, const struct bundle *b, const struct grant *g)
{
	struct lines *l = user;

	strvec_push(l->arena, l->out,
		arena_printf(l->arena, "%s%s%s%s %s%s%s%s%s%s%s", b ? b->name : "", b ? ": " : "",
			grant_kind_name(g->kind), g->flags & GRANT_IN_PROJECT ? " in project" : "",
			g->value, g->text ? " = " : "", g->text ? g->text : "",
			g->flags & GRANT_PROMPT ? " (asked each time)" : "", remark(g, l->arena),
			g->os ? " on " : "", g->os ? platform_names[g->os] : ""));
}

static const char *setting_line(const struct tool *t, const struct setting *s, struct arena *arena)
{
	const char *value = s->type == SETTING_STRING ? s->string : s->boolean ? "true" : "false";

	return arena_printf(arena, "%s: %s = %s", t->name, s->name, value);
}

static const char *bundles_line(const struct tool *t, struct arena *arena)
{
	const char *line = arena_printf(arena, "%s: bundles =", t->name);
	size_t i;

	for (i = 0; i < t->bundles.n; i++)
		line = arena_printf(arena, "%s %s", line, t->bundles.v[i]);
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

		struct choice c = knob_choice(m, NULL, match->bundle->name);
		const struct tool *t = c.tool;

		strvec_push(arena, &all, arena_printf(arena, "%s: enabled", match->bundle->name));
		for (j = 0; t && j < t->wrappers.n; j++)
			strvec_push(arena, &all,
				arena_printf(arena, "%s: wrapper %s", t->name, t->wrappers.v[j]));
		if (t && t->bundles_set)
			strvec_push(arena, &all, bundles_line(t, arena));
		for (j = 0; t && j < t->settings.n; j++)
			strvec_push(arena, &all, setting_line(t, &t->settings.v[j], arena));
		select_grants(match, &c, add_line, &l);
	}
	for (i = 0; i < m->wrappers.n; i++)
		strvec_push(arena, &all, arena_printf(arena, "wrapper %s", m->wrappers.v[i]));
	if (m->profile != PROFILE_WORKSPACE)
		strvec_push(arena, &all,
			m->profile == PROFILE_READ_ONLY ? "profile read-only"
							: "profile network-allow-all");
	if (m->sni == SNI_OFF)
		strvec_push(
			arena, &all, "sni off: another host of an allowed server can be asked for");
	if (m->debug)
		strvec_push(arena, &all, "debug: programs may trace each other");
	if (m->proxy == PROXY_EXPLICIT)
		strvec_push(arena, &all, "proxy explicit");
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
