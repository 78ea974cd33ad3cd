/*
 * bus: which session bus the command has. The proxy's alone, if a rule asks for one; where there
 * can be none it is told so by an address that fails at once, for without a word most clients start
 * a bus of their own, or wait.
 */
#include "plan/parts.h"

static void note_none(struct builder *b, const struct bus_rule *first)
{
	const struct origin *from = &first->from;

	strvec_push(b->arena, &b->plan->notes,
		arena_printf(b->arena, "no session bus in this run, which %s asks for: %s",
			from->bundle ? from->bundle : "a rule", b->facts->bus.why));
}

void plan_bus(struct builder *b)
{
	const struct bus_facts *facts = &b->facts->bus;
	struct bus *bus = &b->plan->bus;
	const struct grant *g;

	vec_each (g, &b->policy->grants)
		if (g->kind == GRANT_DBUS)
			*vec_push(b->arena, &bus->rules) =
				(struct bus_rule){.text = g->value, .from = g->from};
	if (!bus->rules.n)
		return;
	bus->inside = BUS_NONE;
	/* A run within a run has what that one was given: what may be said there is decided
	 * outside. */
	if (facts->inside && facts->address)
		bus->inside = facts->address;
	if (facts->inside)
		return;
	if (!facts->address || !facts->proxy) {
		note_none(b, bus->rules.v);
		return;
	}
	bus->inside = BUS_ADDRESS;
	bus->address = facts->address;
	bus->proxy = facts->proxy;
}
