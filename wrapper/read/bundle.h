/*
 * bundle: one tool's file, from text to struct bundle. profiles/base.toml is of the same form:
 * what every run shares is a bundle that every command matches.
 */
#ifndef SEAL_READ_BUNDLE_H
#define SEAL_READ_BUNDLE_H

#include "model/bundle.h"
#include "read/schema.h"

/* The rows of bundle.def. */
extern const struct schema bundle_schema;

/*
 * Reads TEXT, named FILE in origins. Checks what one file alone can show: name and summary are
 * there, knobs are whole, every `when` names a knob. False if anything was added to DIAGS.
 */
bool bundle_read(struct bundle *b, enum origin_kind kind, const char *file, const char *text,
	size_t len, struct arena *arena, struct diags *diags);

#endif
