/*
 * manifest: seal.toml and config.toml, from text to struct manifest.
 */
#ifndef SEAL_READ_MANIFEST_H
#define SEAL_READ_MANIFEST_H

#include "model/manifest.h"
#include "read/schema.h"

/* The rows of schema.def. */
extern const struct schema manifest_schema;

/*
 * Reads TEXT, named FILE in origins, as a manifest of KIND (the project's or the user's own).
 * False if anything was added to DIAGS; M then has what was right, and nothing if TEXT could not be
 * read to its end. Strings come from ARENA.
 */
bool manifest_read(struct manifest *m, enum origin_kind kind, const char *file, const char *text,
	size_t len, struct arena *arena, struct diags *diags);

#endif
