/* The second half of lint.h: bundles against each other. */
#include <string.h>

#include "read/lint.h"

struct catalogue {
	const struct bundle *const *all;
	size_t n;
	struct diags *diags;
};

static const struct bundle *find(const struct catalogue *c, const char *name)
{
	size_t i;

	for (i = 0; name && i < c->n; i++)
		if (c->all[i]->name && strcmp(c->all[i]->name, name) == 0)
			return c->all[i];
	return NULL;
}

/* True if B uses the bundle NAME, or one that does. What depends on a setting comes along with a
 * bundle's own commands only (policy/select.h), so no chain goes on there, and no cycle closes. */
static bool uses(const struct catalogue *c, const struct bundle *b, const char *name)
{
	const struct bundle *first = b;
	struct strvec seen = {0};
	const struct use *u;
	size_t i = 0;

	do {
		vec_each (u, &b->uses) {
			if (u->when && (b != first || strcmp(name, first->name) == 0))
				continue;
			if (u->name && strcmp(u->name, name) == 0)
				return true;
			if (find(c, u->name) && !strvec_has(&seen, u->name))
				strvec_push(c->diags->arena, &seen, u->name);
		}
	} while (i < seen.n && (b = find(c, seen.v[i++])));
	return false;
}

/* --- Commands --------------------------------------------------------------------------------- */

/* True if the words of PREFIX begin with those of HEAD, or are the same. */
static bool begins_with(const char *prefix, const char *head)
{
	size_t n = strlen(head);

	return strncmp(prefix, head, n) == 0 && (prefix[n] == '\0' || prefix[n] == ' ');
}

static void check_commands(struct catalogue *c, const struct bundle *b, const struct bundle *other)
{
	size_t i;

	for (i = 0; i < b->commands.n; i++)
		if (strvec_has(&other->commands, b->commands.v[i]))
			diag_add(c->diags, b->at,
				"the command '%s' is claimed by '%s' too; give it to one",
				b->commands.v[i], other->name);
}

/* Of two prefixes one of which begins with the other, both would match; so would a command and a
 * prefix that begins with it, which is meant where the one bundle uses the other. */
static void check_prefixes(struct catalogue *c, const struct bundle *b, const struct bundle *other)
{
	const char *prefix;
	size_t i, j;

	for (i = 0; i < b->prefixes.n; i++) {
		prefix = b->prefixes.v[i];
		for (j = 0; j < other->prefixes.n; j++)
			if (begins_with(prefix, other->prefixes.v[j]))
				diag_add(c->diags, b->at,
					"the prefix '%s' is shadowed by '%s' of '%s'; give it to "
					"one",
					prefix, other->prefixes.v[j], other->name);
		for (j = 0; j < other->commands.n; j++)
			if (begins_with(prefix, other->commands.v[j]) && !uses(c, b, other->name))
				diag_add(c->diags, b->at,
					"the prefix '%s' begins with the command '%s' of '%s', "
					"whose grants hold too; add that to uses, or remove it",
					prefix, other->commands.v[j], other->name);
	}
}

static void check_own_prefixes(struct catalogue *c, const struct bundle *b)
{
	size_t i, n;

	for (i = 0; i < b->prefixes.n; i++) {
		n = strcspn(b->prefixes.v[i], " ");
		if (!b->prefixes.v[i][n])
			diag_add(c->diags, b->at,
				"the prefix '%s' is one word; move it to commands",
				b->prefixes.v[i]);
		else if (strvec_has(
				 &b->commands, arena_strndup(c->diags->arena, b->prefixes.v[i], n)))
			diag_add(c->diags, b->at,
				"the prefix '%s' adds nothing to the command; remove it",
				b->prefixes.v[i]);
	}
}

/* --- What bundles say of each other ----------------------------------------------------------- */

static void check_names(struct catalogue *c, const struct bundle *b)
{
	const struct bundle *used;
	const struct knob *k;
	const struct use *u;

	vec_each (u, &b->uses) {
		used = find(c, u->name);
		if (u->name && !used)
			diag_add(c->diags, u->at, "uses '%s', which is no bundle; remove it",
				u->name);
		else if (used && used->named_only && !b->named_only)
			diag_add(c->diags, u->at,
				"uses '%s', which holds only where it is named; remove it",
				u->name);
	}
	vec_each (k, &b->knobs)
		if (k->needs && !find(c, k->needs))
			diag_add(c->diags, k->from.at,
				"knob '%s' needs '%s', which is no bundle; remove it", k->name,
				k->needs);
}

void lint_catalog(const struct bundle *const *all, size_t n, struct diags *diags)
{
	struct catalogue c = {.all = all, .n = n, .diags = diags};
	size_t i, j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++) {
			if (j < i)
				check_commands(&c, all[i], all[j]);
			if (j != i)
				check_prefixes(&c, all[i], all[j]);
		}
		check_own_prefixes(&c, all[i]);
		check_names(&c, all[i]);
		if (uses(&c, all[i], all[i]->name))
			diag_add(diags, all[i]->uses.v->at,
				"uses lead from '%s' back to it; break the cycle", all[i]->name);
	}
}
