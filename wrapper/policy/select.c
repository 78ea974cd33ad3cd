#include "policy/select.h"

#include <string.h>

#include "policy/knob.h"

void select_grants(const struct match *match, const struct choice *c, pick *to, void *user)
{
	const struct bundle *b = match->bundle;
	const struct tool *t = c->tool;
	bool defaults = !t || !t->domains_set || t->default_domains;
	const struct grant *g;

	vec_each (g, &b->grants) {
		if (g->kind == GRANT_DOMAIN && (match->used || !defaults))
			continue;
		if (match->used &&
			(g->kind == GRANT_HOST_PORT || g->kind == GRANT_GIT_CONFIG ||
				g->flags & GRANT_OWN))
			continue;
		if (knob_selects(g->when, b, c))
			to(user, b, g);
	}
	if (t && !match->used)
		vec_each (g, &t->domains)
			to(user, b, g);
}

bool select_use(const struct match *match, const struct use *u, const struct choice *c)
{
	return knob_selects(u->when, match->bundle, c) && !(u->when && match->used);
}
