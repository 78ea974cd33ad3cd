#include "render/orders.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"

/* What inner is to hold; a cgroup needs no help. */
static uint64_t own_limit(const struct limit *l, int kind)
{
	if (!l->set || l->holder != HOLDER_RLIMIT)
		return NO_LIMIT;
	return l->value + (kind == LIMIT_PROCESSES ? OURS_IN_NAMESPACE : 0);
}

static void put_str(struct strbuf *out, const char *s)
{
	strbuf_add(out, s, strlen(s) + 1);
}

/* What inner may print; the rest of a very long name says nothing more. */
static void put_printable(struct strbuf *out, const char *s)
{
	char safe[1536];

	escape_line(safe, sizeof safe, s ? s : "");
	put_str(out, safe);
}

void render_orders(const struct plan *plan, const struct orders_facts *facts, struct strbuf *out)
{
	struct orders_head head = {
		.facts = *facts,
		.vars = (uint32_t)plan->env.n,
		.rules = (uint32_t)plan->landlock.n,
		.debug = plan->policy->debug,
		.wanted = plan->layers,
		.ports = (uint32_t)plan->bare.ports.n,
		.flags = plan->bare.flags,
	};
	size_t i;

	for (i = 0; i < LIMITS; i++)
		head.limits[i] = own_limit(&plan->limits.v[i], (int)i);
	while (plan->argv[head.args])
		head.args++;
	strbuf_add(out, &head, sizeof head);
	put_printable(out, plan->argv[0]);
	put_printable(out, plan->not_found);
	put_str(out, plan->cwd);
	for (i = 0; i < head.args; i++)
		put_str(out, plan->argv[i]);
	for (i = 0; i < plan->env.n; i++) {
		strbuf_adds(out, plan->env.v[i].name);
		strbuf_addc(out, '=');
		put_str(out, plan->env.v[i].value);
	}
	for (i = 0; i < plan->landlock.n; i++) {
		strbuf_addc(out, (char)('0' + plan->landlock.v[i].access));
		put_str(out, plan->landlock.v[i].path);
	}
	for (i = 0; i < plan->bare.ports.n; i++) {
		char number[16];

		snprintf(number, sizeof number, "%u", plan->bare.ports.v[i]);
		put_str(out, number);
	}
}
