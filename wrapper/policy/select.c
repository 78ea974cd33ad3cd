#include "policy/select.h"

#include <string.h>

#include "policy/knob.h"

const struct tool *select_tool(const struct manifest *m, const char *name)
{
	size_t i;

	for (i = 0; m && i < m->tools.n; i++)
		if (strcmp(m->tools.v[i].name, name) == 0)
			return &m->tools.v[i];
	return NULL;
}

void select_grants(const struct match *match, const struct tool *t, const struct tool *ceiling,
	pick *to, void *user)
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
