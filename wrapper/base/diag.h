/*
 * diag: what is wrong with the user's input, collected.
 *
 * A bad manifest lists all its faults at once, each with file:line:column, what is wrong and the
 * remedy. Readers add diagnostics and go on; the front prints them in order and refuses.
 */
#ifndef SEAL_BASE_DIAG_H
#define SEAL_BASE_DIAG_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"

/* A place in a text; line and col count from 1 (col in bytes), 0 = the whole file. */
struct place {
	const char *file;
	int line, col;
};

struct diag {
	struct place at;
	const char *text; /* "what; remedy" */
};

struct diags {
	struct arena *arena;
	VEC(struct diag) list;
	bool cut; /* a text was read only up to its first fault */
};

/* At most this many are kept; what comes after is counted as one closing line. */
enum { DIAGS_MAX = 64 };

void diag_add(struct diags *d, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* True if anything was added. */
bool diag_any(const struct diags *d);

/* "seal-exec: FILE:LINE:COL: TEXT\n" for each, escaped. */
void diag_render(const struct diags *d, struct strbuf *out);

/*
 * The nearest of NAMES (NULL-terminated) to WORD by edit distance, or NULL if none is near
 * enough to be what was meant (a third of the word's length, at least 1).
 */
const char *nearest_name(const char *word, const char *const *names);

#endif
