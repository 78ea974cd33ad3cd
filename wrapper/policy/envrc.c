#include "policy/envrc.h"

#include <string.h>

#include "base/path.h"
#include "policy/knob.h"

static const char tool_name[] = "direnv";

/* Why the .envrc of F is not loaded; NULL if it is. */
static const char *obstacle(const struct merged *m, const struct facts *f, struct arena *arena)
{
	const struct envrc *e = &f->envrc;

	if (strvec_has(&m->clipped_tools, tool_name))
		return "your config.toml withholds the bundle 'direnv'";
	if (!(m->m.set & SET_TOOLS) || !find_tool(&m->m, tool_name))
		return "envrc_mode takes the bundle 'direnv'; add \"direnv\" to command_tools";
	if (e->fault)
		return arena_printf(arena, "it %s", e->fault);
	if (e->denied)
		return "direnv denies it; look at it, then: direnv allow";
	if (m->m.envrc == ENVRC_APPROVED && !e->allowed)
		return "direnv has not allowed it as it is; look at it, then: direnv allow";
	return NULL;
}

struct loading policy_loading(
	const struct merged *m, const struct facts *f, bool own, struct arena *arena)
{
	struct loading l = {0};
	const char *why;

	if (m->m.envrc == ENVRC_OFF || !f->envrc.path)
		return l;
	why = obstacle(m, f, arena);
	if (why)
		l.note = arena_printf(arena, "%s is not loaded: %s", f->envrc.path, why);
	else
		l.how = own ? LOADING_AT_HAND : LOADING_WRAPPED;
	return l;
}

static const struct setting *bundles_of(const struct manifest *m)
{
	const struct tool *t = find_tool(m, tool_name);
	const struct setting *s;

	if (t)
		vec_each (s, &t->settings)
			if (s->type == SETTING_NAMES && strcmp(s->name, "bundles") == 0)
				return s;
	return NULL;
}

void policy_envrc_bundles(const struct merged *m, struct arena *arena, struct diags *diags,
	struct strvec *out, struct origin *from)
{
	const struct setting *wish = bundles_of(&m->m), *top = bundles_of(m->config);
	const char *name;
	size_t i;

	if (!wish && find_tool(&m->m, tool_name))
		wish = top;
	if (!wish)
		return;
	from->kind = wish == top ? ORIGIN_CONFIG : ORIGIN_MANIFEST;
	from->at = wish->value_at;
	for (i = 0; i < wish->names.n; i++) {
		name = wish->names.v[i];
		if (strvec_has(&m->clipped_tools, name) || (top && !strvec_has(&top->names, name)))
			continue;
		if (find_tool(&m->m, name))
			strvec_push(arena, out, name);
		else
			diag_add(diags, wish->value_at,
				"direnv.bundles: the bundle '%s' is not enabled; add \"%s\" to "
				"command_tools",
				name, name);
	}
}
