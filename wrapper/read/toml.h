/*
 * toml: TOML 1.0.0 as events, in the manner of inih: the reader calls back once for each thing
 * that it meets, with the full path to it, its place in the text and its value. It keeps only
 * what TOML's own rules need (which tables and keys exist already), so a caller builds what it
 * wants and nothing else.
 *
 *	[tools]                   TABLE  tools
 *	names = ["a", {b = 1}]    ARRAY  tools.names
 *	                          STRING tools.names[0] = "a"
 *	                          TABLE  tools.names[1]
 *	                          INTEGER tools.names[1].b = 1
 *
 * A container is announced once, before what it holds (tables that a header or a dotted key
 * implies included), so that an empty one is seen too. `[[x]]` announces ARRAY x once and then
 * TABLE x[0], x[1], ... A `[x]` that follows `[x.y]` announces nothing more: x was implied and
 * announced there. The root table is not announced. No path comes twice.
 *
 * Hostile input: at most TOML_MAX_BYTES, TOML_MAX_DEPTH steps in a path (brackets, dotted
 * keys and headers alike), TOML_MAX_KEYS keys, tables and array elements in all; no recursion;
 * linear time. Grammar: https://toml.io/en/v1.0.0
 */
#ifndef SEAL_READ_TOML_H
#define SEAL_READ_TOML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/diag.h"

enum {
	TOML_MAX_BYTES = 256 * 1024,
	TOML_MAX_DEPTH = 64,
	TOML_MAX_KEYS = 4096,
};

enum toml_kind {
	TOML_TABLE,
	TOML_ARRAY,
	TOML_STRING,
	TOML_INTEGER,
	TOML_FLOAT,
	TOML_BOOL,
	TOML_DATETIME, /* with an offset */
	TOML_LOCAL_DATETIME,
	TOML_LOCAL_DATE,
	TOML_LOCAL_TIME,
};

/* One step of a path: a key, or (key NULL) the index of an array's element. */
struct toml_step {
	const char *key; /* decoded, NUL-terminated, UTF-8 */
	size_t len;      /* of the key without that NUL; an escaped one may stand inside it */
	size_t index;
};

/*
 * What the reader met. Pointers hold during the call only, but text.s and the keys of the path
 * are in the reader's arena and may be kept.
 *
 * AT is what a message about the thing should point at: the last key of its path as this text
 * spells it (in `[a.b]` and `a.b = 1` that is b), or the value where the thing is an element of
 * an array in brackets. VALUE_AT is its value; the opening [ of the header for what a header
 * made; the same as AT for a table that a dotted key implies.
 */
struct toml_event {
	enum toml_kind kind;
	const struct toml_step *path; /* from the root to the thing itself */
	size_t depth;                 /* steps in path, 1 to TOML_MAX_DEPTH */
	struct place at;
	struct place value_at;
	struct {
		/*
		 * STRING: decoded, NUL-terminated, may hold escaped NULs (len counts).
		 * Dates and times: checked and in one form: T between date and time, Z in
		 * upper case, a fraction of 3, 6 or 9 digits (more are cut), or none.
		 */
		const char *s;
		size_t len;
	} text;
	int64_t integer; /* INTEGER */
	double real;     /* FLOAT; inf and nan included, what a double cannot hold is inf */
	bool boolean;    /* BOOL */
};

/* Called for each event in the order of the text. */
typedef void toml_handler(void *user, const struct toml_event *ev);

/*
 * Reads LEN bytes of TEXT, which need not end in NUL. FILE names it in places and must live as
 * long as they do. Events go to HANDLER; the first error of the text is added to DIAGS, always
 * with a line and a column, and ends the reading (what follows a syntax error cannot be
 * trusted; neither can the events before it be taken for the whole). Returns true if the whole
 * text was read. Keys and strings come from ARENA.
 */
bool toml_read(const char *file, const char *text, size_t len, struct arena *arena,
	struct diags *diags, toml_handler *handler, void *user);

/* "a table", "a string", ... for messages. */
const char *toml_kind_name(enum toml_kind kind);

#endif
