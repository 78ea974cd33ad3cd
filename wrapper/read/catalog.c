#include "read/catalog.h"

#include <string.h>

#include "base/die.h"
#include "read/bundle.h"
#include "read/lint.h"

void catalog_open(struct catalog *c, struct arena *arena)
{
	const struct catalog_text *t;
	size_t n = 0;

	*c = (struct catalog){.arena = arena};
	while (catalog_bundles[n].name)
		n++;
	c->cap = n;
	c->entries = arena_calloc(arena, n + 1, sizeof *c->entries);
	for (t = catalog_bundles; t->name; t++) {
		c->entries[c->index.n].text = t;
		*vec_push(arena, &c->index) = (struct bundle_key){
			.name = t->name,
			.commands = t->commands,
			.prefixes = t->prefixes,
			.named_only = t->named_only,
		};
	}
}

/* The first entry that is not before NAME. */
static size_t position(const struct catalog *c, const char *name)
{
	size_t i = 0;

	while (i < c->index.n && strcmp(c->index.v[i].name, name) < 0)
		i++;
	return i;
}

static bool is_at(const struct catalog *c, size_t i, const char *name)
{
	return i < c->index.n && strcmp(c->index.v[i].name, name) == 0;
}

void catalog_overlay(
	struct catalog *c, const char *file, const char *text, size_t len, struct diags *diags)
{
	struct bundle *b = arena_alloc(c->arena, sizeof *b);
	size_t before = diags->list.n, i;

	if (before > DIAGS_MAX)
		return; /* its faults would not be told, so it would pass for whole */
	if (!bundle_read(b, ORIGIN_BUNDLE, file, text, len, c->arena, diags))
		return;
	lint_safety(b, &catalog_refusals, diags);
	if (diags->list.n != before)
		return;
	i = position(c, b->name);
	if (!is_at(c, i, b->name)) {
		vec_push(c->arena, &c->index);
		c->entries =
			vec_room(c->arena, c->entries, c->index.n, &c->cap, sizeof *c->entries);
		memmove(&c->index.v[i + 1], &c->index.v[i],
			(c->index.n - 1 - i) * sizeof *c->index.v);
		memmove(&c->entries[i + 1], &c->entries[i],
			(c->index.n - 1 - i) * sizeof *c->entries);
	}
	/* The lists end in NULL: strvec keeps them so, and an empty one has no list at all. */
	c->index.v[i] = (struct bundle_key){
		.name = b->name,
		.commands = b->commands.v,
		.prefixes = b->prefixes.v,
		.named_only = b->named_only,
	};
	c->entries[i] = (struct catalog_entry){.bundle = b};
}

const struct bundle *catalog_load(struct catalog *c, const char *name, struct diags *diags)
{
	size_t i = position(c, name);
	struct catalog_entry *e;
	struct bundle *b;

	if (!is_at(c, i, name))
		return NULL;
	e = &c->entries[i];
	if (!e->bundle) {
		b = arena_alloc(c->arena, sizeof *b);
		if (!bundle_read(b, ORIGIN_BUNDLE, e->text->file, e->text->text, e->text->len,
			    c->arena, diags))
			return NULL;
		e->bundle = b;
	}
	return e->bundle;
}

const struct catalog_text *catalog_profile(const char *name)
{
	const struct catalog_text *t;

	for (t = catalog_profiles; t->name; t++)
		if (strcmp(t->name, name) == 0)
			return t;
	die("the profile '%s' is missing from this binary; build it again", name);
}
