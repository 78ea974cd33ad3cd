/*
 * net: domains and ports, as numbers and lower-case names.
 */
#include <string.h>

#include "base/pattern.h"
#include "plan/parts.h"

static void add_domain(struct builder *b, const struct grant *g)
{
	char host[256];
	unsigned port;
	size_t i;

	if (domain_parse(g->value, host, &port))
		return; /* the readers checked it */
	for (i = 0; i < b->plan->domains.n; i++)
		if (b->plan->domains.v[i].port == port &&
			strcmp(b->plan->domains.v[i].host, host) == 0)
			return;
	*vec_push(b->arena, &b->plan->domains) = (struct domain){
		.host = arena_strdup(b->arena, host),
		.port = port,
		.from = g->from,
	};
}

void plan_net(struct builder *b)
{
	size_t i;

	for (i = 0; i < b->policy->grants.n; i++)
		if (b->policy->grants.v[i].kind == GRANT_DOMAIN)
			add_domain(b, &b->policy->grants.v[i]);
	if (b->plan->domains.n)
		strvec_push(b->arena, &b->plan->notes,
			arena_printf(b->arena,
				"started without network: %zu domain%s granted, and this version "
				"cannot reach any yet",
				b->plan->domains.n, b->plan->domains.n == 1 ? " is" : "s are"));
}
