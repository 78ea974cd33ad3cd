#include "policy/envrc.h"

#include <string.h>

#include "base/path.h"
#include "policy/knob.h"
#include "policy/tools.h"

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

void policy_envrc_bundles(const struct merged *m, struct arena *arena, struct diags *diags,
	struct strvec *out, struct origin *from)
{
	policy_brought(m, tool_name, arena, diags, out, from);
}
