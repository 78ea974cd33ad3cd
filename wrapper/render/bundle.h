/*
 * bundle: the catalogue for people, and for programs.
 */
#ifndef SEAL_RENDER_BUNDLE_H
#define SEAL_RENDER_BUNDLE_H

#include "model/policy.h"

/* Whether the commands of a bundle get it in this project. */
enum bundle_state {
	BUNDLE_ENABLED,
	BUNDLE_OFF,   /* command_tools is there and does not name it */
	BUNDLE_NAMED, /* it must be named, and no command_tools does */
};

struct listed {
	const struct bundle *bundle;
	enum bundle_state state;
};

/*
 * L for people: what its tool gets, in groups, and why. SECRETS are the stores of which no bundle
 * gets all. Lines are folded at COLUMNS; 0 folds none.
 */
void render_bundle(
	const struct listed *l, const struct grants *secrets, unsigned columns, struct strbuf *out);

/* The N of LIST, a line each that begins with the name; cut at COLUMNS, 0 cuts none. */
void render_bundles(const struct listed *list, size_t n, unsigned columns, struct strbuf *out);

/* One as a JSON object, or all as an array of the same objects. */
void render_bundle_json(const struct listed *l, struct strbuf *out);
void render_bundles_json(const struct listed *list, size_t n, struct strbuf *out);

#endif
