/*
 * protect: profiles/protect.toml, what no command may write.
 */
#ifndef SEAL_READ_PROTECT_H
#define SEAL_READ_PROTECT_H

#include "model/protect.h"
#include "read/schema.h"

/* Reads TEXT into rows, in the order of the text. False if anything was added to DIAGS. */
bool protect_read(struct protect_table *out, const char *file, const char *text, size_t len,
	struct arena *arena, struct diags *diags);

#endif
