/*
 * refuse: profiles/refuse.toml, what no manifest can grant as a whole.
 */
#ifndef SEAL_READ_REFUSE_H
#define SEAL_READ_REFUSE_H

#include "model/policy.h"
#include "read/schema.h"

/* Reads TEXT; the entries become grants of kind GRANT_DENY with their reasons. */
bool refuse_read(struct refusals *out, const char *file, const char *text, size_t len,
	struct arena *arena, struct diags *diags);

#endif
