/*
 * git_config: what bundles set in git's configuration for the run, by git's own environment
 * (GIT_CONFIG_COUNT, _KEY_n, _VALUE_n; git 2.31 and later, git-config(1)), so that no file is
 * written: not the user's, which a run only reads, and not the project's, which outlives it.
 *
 * A caller's that pass stay and stand first. A helper ("!PROGRAM ...") is set only where the
 * sandbox shows its program: else the empty value before it would take the user's own helpers away
 * and give nothing.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "plan/parts.h"
#include "plan/view.h"

/* The program of the helper that G names, or NULL if it names none. */
static const char *helper_program(const struct grant *g, struct arena *arena)
{
	if (g->kind != GRANT_GIT_CONFIG || g->text[0] != '!')
		return NULL;
	return arena_strndup(arena, g->text + 1, strcspn(g->text + 1, " "));
}

void plan_git_programs(const struct policy *p, struct arena *arena, struct strvec *out)
{
	const struct grant *g;
	const char *name;

	vec_each (g, &p->grants) {
		name = helper_program(g, arena);
		if (name && !strvec_has(out, name))
			strvec_push(arena, out, name);
	}
}

/* The program that KEY is of no use without, and that is not to be had; NULL if there is none. */
static const char *missing_program(struct builder *b, const char *key)
{
	const struct grant *g;
	const char *name;

	vec_each (g, &b->policy->grants)
		if (g->kind == GRANT_GIT_CONFIG && strcmp(g->value, key) == 0 &&
			(name = helper_program(g, b->arena)) &&
			!plan_has_program(b->plan, b->facts, name))
			return name;
	return NULL;
}

static struct env_var *variable(struct plan *plan, const char *name)
{
	struct env_var *v;

	vec_each (v, &plan->env)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static void put(struct builder *b, const char *name, const char *value, const struct origin *from)
{
	struct env_var *v = variable(b->plan, name);

	if (!v)
		v = vec_push(b->arena, &b->plan->env);
	*v = (struct env_var){.name = name, .value = value, .from = *from};
}

/* How many pairs the caller has, -1 if git itself would not know it and say so. */
static long callers(struct plan *plan)
{
	const struct env_var *v = variable(plan, "GIT_CONFIG_COUNT");
	char *end;
	long n;

	if (!v || !*v->value)
		return 0;
	n = strtol(v->value, &end, 10);
	return *end || n < 0 || n > INT_MAX / 2 ? -1 : n;
}

static void note_missing(struct builder *b, const struct grant *g, const char *program)
{
	const char *note = arena_printf(b->arena,
		"the sandbox shows no program '%s', so git goes without what the bundle '%s' "
		"sets by it",
		program, g->from.bundle ? g->from.bundle : "");

	if (!strvec_has(&b->plan->notes, note))
		strvec_push(b->arena, &b->plan->notes, note);
}

void plan_git_config(struct builder *b)
{
	static const struct origin count = {
		.kind = ORIGIN_BUILTIN,
		.why = "how many of these git reads",
	};
	const long first = callers(b->plan);
	const struct grant *g;
	const char *program;
	long n = first;

	if (first < 0)
		return;
	vec_each (g, &b->policy->grants) {
		if (g->kind != GRANT_GIT_CONFIG)
			continue;
		program = missing_program(b, g->value);
		if (program) {
			note_missing(b, g, program);
			continue;
		}
		put(b, arena_printf(b->arena, "GIT_CONFIG_KEY_%ld", n), g->value, &g->from);
		put(b, arena_printf(b->arena, "GIT_CONFIG_VALUE_%ld", n), g->text, &g->from);
		n++;
	}
	if (n > first)
		put(b, "GIT_CONFIG_COUNT", arena_printf(b->arena, "%ld", n), &count);
}
