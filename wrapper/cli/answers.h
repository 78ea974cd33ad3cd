/*
 * answers: what the user has answered for good: which project may reach which localhost port of
 * the host without being asked about again, and which may not.
 *
 * Lines of "always PORT PROJECT" and "never PORT PROJECT", the project's canonical folder as one
 * word (state_word). An answer grants nothing by itself: it stands in for the user's word where the
 * manifest asks for the port with `prompt`.
 */
#ifndef SEAL_CLI_ANSWERS_H
#define SEAL_CLI_ANSWERS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/strbuf.h"

enum answer {
	ANSWER_NONE, /* none that is one */
	ANSWER_ONCE,
	ANSWER_ALWAYS,
	ANSWER_NO,
	ANSWER_NEVER,
};

struct answered {
	enum answer answer; /* ANSWER_ALWAYS or ANSWER_NEVER; ANSWER_NONE: forgotten */
	unsigned port;
	const char *project;
};

struct answers {
	struct answered *v;
	size_t n, cap;
};

/* What a user has typed: a letter or a word, "y" or "yes" for ANSWER_ONCE. */
enum answer answer_read(const char *typed);

/* Reads TEXT (NULL for none) and keeps pointers into it. A line that is none counts for nothing. */
void answers_parse(struct answers *out, char *text, struct arena *arena);

/* ANSWER_ALWAYS, ANSWER_NEVER, or ANSWER_NONE. Where a file says both, never holds. */
enum answer answers_find(const struct answers *answers, const char *project, unsigned port);

/* Replaces what was answered; ANSWER_NONE forgets it, PORT 0 stands for every port. True if there
 * was something to replace. */
bool answers_set(struct answers *answers, const char *project, unsigned port, enum answer answer,
	struct arena *arena);

/* The text of the file. */
void answers_render(const struct answers *answers, struct strbuf *out);

#endif
