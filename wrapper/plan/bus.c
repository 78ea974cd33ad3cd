/*
 * bus: which session bus the command has. The proxy's alone, if a rule asks for one; where there
 * can be none it is told so by an address that fails at once, for without a word most clients start
 * a bus of their own, or wait.
 */
#include <string.h>

#include "plan/parts.h"

/* How the project does without G, if a setting decides it. */
static const char *otherwise(const struct grant *g, struct arena *arena)
{
	if (!g->when || !g->from.bundle || strpbrk(g->when, "!="))
		return "";
	return arena_printf(
		arena, ", or write { tool = \"%s\", %s = false }", g->from.bundle, g->when);
}

/* Where there is no bus at all nobody misses it; one that cannot be used has a remedy. */
static void note_none(struct builder *b, const struct grant *first)
{
	const struct bus_facts *facts = &b->facts->bus;
	const struct origin *from = &first->from;

	strvec_push(b->arena, facts->none ? &b->plan->remarks : &b->plan->notes,
		arena_printf(b->arena, "no session bus in this run, which %s asks for: %s%s",
			from->bundle ? from->bundle : "a rule", facts->why,
			facts->address ? otherwise(first, b->arena) : ""));
}

void plan_bus(struct builder *b)
{
	const struct bus_facts *facts = &b->facts->bus;
	struct bus *bus = &b->plan->bus;
	const struct grant *g, *first = NULL;

	vec_each (g, &b->policy->grants) {
		if (g->kind != GRANT_DBUS)
			continue;
		first = first ? first : g;
		*vec_push(b->arena, &bus->rules) =
			(struct bus_rule){.text = g->value, .from = g->from};
	}
	if (!first)
		return;
	bus->inside = BUS_NONE;
	/* A run within a run has what that one was given: what may be said there is decided
	 * outside. */
	if (facts->inside && facts->address)
		bus->inside = facts->address;
	if (facts->inside)
		return;
	if (!facts->address || !facts->proxy) {
		note_none(b, first);
		return;
	}
	bus->inside = BUS_ADDRESS;
	bus->address = facts->address;
	bus->proxy = facts->proxy;
}
