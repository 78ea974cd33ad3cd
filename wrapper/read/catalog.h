/*
 * catalog: every known bundle, by name. The built-in ones are bytes in the binary (gen/catalog
 * embeds them with an index of their commands, so that matching reads none of them); overlays of
 * the administrator and the user are handed in as text and replace built-in ones by name. A
 * bundle is read when it is asked for, once.
 */
#ifndef SEAL_READ_CATALOG_H
#define SEAL_READ_CATALOG_H

#include "model/bundle.h"
#include "model/policy.h"
#include "model/protect.h"

/* One embedded file. */
struct catalog_text {
	const char *name;
	const char *file; /* as origins show it: "bundles/cargo.toml" */
	const char *text;
	size_t len;
	const char *const *commands; /* NULL-terminated */
	const char *const *prefixes;
	bool named_only;
};

/* Generated: the bundles, and the profiles (base, refuse), each ended by a NULL name. */
extern const struct catalog_text catalog_bundles[];
extern const struct catalog_text catalog_profiles[];

/* Generated: profiles/refuse.toml as read. */
extern const struct refusals catalog_refusals;

/* Generated: profiles/protect.toml as read. */
extern const struct protect_table catalog_protect;

/* Generated: a digest of all of them; another one may mean other grants. */
extern const char catalog_digest[];

struct catalog_entry {
	const struct catalog_text *text; /* NULL for an overlay, which is read at once */
	struct bundle *bundle;           /* NULL until read */
};

struct catalog {
	struct arena *arena;
	struct bundle_index index;     /* sorted by name */
	struct catalog_entry *entries; /* in the order of the index */
	size_t cap;
};

/* The built-in bundles; nothing is read yet. */
void catalog_open(struct catalog *c, struct arena *arena);

/* Adds the overlay file FILE with TEXT, in place of a bundle of the same name; held to what
 * lint_safety() asks. */
void catalog_overlay(
	struct catalog *c, const char *file, const char *text, size_t len, struct diags *diags);

/* The bundle NAME, read now if need be; NULL if there is none or it has errors (in DIAGS). */
const struct bundle *catalog_load(struct catalog *c, const char *name, struct diags *diags);

/* The embedded profile NAME ("base", "refuse"); never NULL. */
const struct catalog_text *catalog_profile(const char *name);

#endif
