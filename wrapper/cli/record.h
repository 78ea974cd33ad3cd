/*
 * record: what the user has trusted, as text and as entries. Pure; trust.c keeps the file.
 *
 * An entry is lines of "KEY VALUE" and ends with an empty line or the next entry: the manifest (a
 * word, cli/state.h), the digest of its grants, the digest of its text, and each grant as it was
 * shown, so that a change can be told as a difference. What is no such line is left out.
 */
#ifndef SEAL_CLI_RECORD_H
#define SEAL_CLI_RECORD_H

#include "base/strbuf.h"
#include "base/strvec.h"

/* One manifest's entry; none of the strings is NULL, but for the path of one that was removed. */
struct record_entry {
	const char *path, *digest, *text;
	struct strvec lines;
};

struct record {
	struct record_entry *v;
	size_t n, cap;
};

/* The entries of TEXT, which is cut up and stays in use; NULL has none. */
void record_parse(struct record *r, char *text, struct arena *arena);

/* The entry of the manifest PATH, NULL if there is none. */
struct record_entry *record_find(struct record *r, const char *path);

/* The text of R. */
void record_render(const struct record *r, struct strbuf *out);

#endif
