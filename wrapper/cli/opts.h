/*
 * opts: the command line, by the tables opts.def and subcommands.def.
 */
#ifndef SEAL_CLI_OPTS_H
#define SEAL_CLI_OPTS_H

#include <stdbool.h>

#include "base/strbuf.h"

enum scope {
	SCOPE_GLOBAL = 1 << 0,
	SCOPE_EXPLAIN = 1 << 1,
	SCOPE_CHECK = 1 << 2,
	SCOPE_TRUST = 1 << 3,
	SCOPE_BUNDLES = 1 << 4,
	SCOPE_PORTS = 1 << 5,
	SCOPE_CONNECT = 1 << 6,
	SCOPE_DOCTOR = 1 << 7,
	SCOPE_SCCACHE = 1 << 8,
};

enum option_id {
#define OPT(id, scopes, letter, name, argument, help) id,
#include "cli/opts.def"
#undef OPT
	OPTIONS,
};

/* What was given: set[id], and the argument of those that take one. */
struct options {
	bool set[OPTIONS];
	const char *value[OPTIONS];
	char **rest;    /* what follows the options, NULL-terminated */
	bool separated; /* "--" stood in front of it */
};

/*
 * Reads the options of SCOPE from ARGV (NULL-terminated, the program's name taken off) up to the
 * first word that is none, or "--". A wrong one ends the process (125) with the nearest right one.
 * For a subcommand, O holds what stood in front of it, and its name in O->rest; what it does not
 * take ends the process too.
 */
void opts_read(struct options *o, enum scope scope, char **argv);

/*
 * The same for a subcommand with words of its own, which O->rest begins with: options may stand
 * before, between and behind them. The words go to WORDS, MOST at most; the result is how many
 * there are, MOST + 1 if there are more.
 */
size_t opts_words(struct options *o, enum scope scope, const char **words, size_t most);

/* The help text of SCOPE; of everything for SCOPE_GLOBAL. */
void opts_help(enum scope scope, struct strbuf *out);

#endif
