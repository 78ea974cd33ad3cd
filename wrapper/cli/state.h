/*
 * state: what the user has said, kept for later runs, in files out of every project's reach.
 *
 * A project that could write them would trust itself. So a file counts only if nobody but the
 * user can have written it, a folder inside the project is an error, and a file is replaced as a
 * whole: a reader sees the old one or the new one.
 */
#ifndef SEAL_CLI_STATE_H
#define SEAL_CLI_STATE_H

#include "base/strbuf.h"
#include "model/facts.h"

struct state_file {
	const char *name; /* in $XDG_STATE_HOME/seal-exec */
	const char *what; /* "the record of ...", for messages */
};

/* The bytes of the file, as a string of ARENA's; NULL if there is none. One that cannot be read,
 * or that others could have written, ends the process (125). */
char *state_read(const struct state_file *file, const struct facts *f, struct arena *arena);

/*
 * Makes the folder and locks it: two at once must not lose what one of them writes, so the lock is
 * held from reading to writing. Returns the descriptor that holds it; ends the process (125) if
 * that fails.
 */
int state_lock(const struct state_file *file, const struct facts *f, struct arena *arena);

/* Writes TEXT as the file and frees it; ends the process (125) if that fails. */
void state_write(const struct state_file *file, const struct facts *f, struct arena *arena,
	struct strbuf *text);

/* PATH as one word of one line; different paths stay different. */
const char *state_word(const char *path, struct arena *arena);

/* The path of which the LEN bytes of WORD are the word. */
const char *state_from_word(const char *word, size_t len, struct arena *arena);

#endif
