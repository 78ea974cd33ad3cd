/*
 * schema: a table of keys against a text.
 *
 * Each file that people write (seal.toml, a bundle, a profile) has one table of rows: path, type,
 * default, help. The engine walks the TOML events of the text, finds the row of each, checks type
 * and value, and hands what fits to the caller. What fits nowhere becomes an error with the key,
 * its place and the nearest known key; reading goes on, so all faults come together. The same
 * rows make the man page's table and the JSON schema.
 *
 * Paths of rows: "a.b" is a key, "a.b[]" the elements of an array, "a.*" any key.
 */
#ifndef SEAL_READ_SCHEMA_H
#define SEAL_READ_SCHEMA_H

#include "base/diag.h"
#include "base/strbuf.h"
#include "base/strvec.h"
#include "read/toml.h"

enum key_type {
	KEY_BOOL,
	KEY_ENUM,     /* one of row.values, "a|b|c" */
	KEY_NAME,     /* of a bundle, a command or a knob: letters, digits, "._+-" */
	KEY_PATH,     /* absolute, ~/..., or relative to the project */
	KEY_ENV,      /* name of a variable, "*" allowed */
	KEY_DOMAIN,   /* base/pattern.h domain_parse */
	KEY_PORT,     /* 1024 to 65535 */
	KEY_ANY_PORT, /* 1 to 65535 */
	KEY_WORDS,    /* words of a command, separated by single spaces */
	KEY_TEXT,     /* one line */
	KEY_SIZE,     /* a positive integer */
	KEY_BYTES,    /* an integer from 0 on, or a string such as "2G" (base/size.h) */
	KEY_SETTING,  /* a boolean or a string; the caller checks it */
	KEY_TABLE,    /* only announced; what it holds has rows of its own */
};

struct key_row {
	const char *path;
	enum key_type type;
	int id;              /* for the caller's switch */
	const char *values;  /* KEY_ENUM */
	const char *initial; /* the default as the man page says it, NULL = none */
	const char *help;    /* one sentence */
};

struct schema {
	const struct key_row *rows;
	size_t n;
};

/*
 * What fits: a value of ROW, or (ev->kind TOML_ARRAY) the announcement of the array whose
 * elements ROW describes, or (TOML_TABLE) of a table that stands where ROW has a plain value.
 * Strings are free of NUL and control characters.
 */
typedef void schema_handler(void *user, const struct key_row *row, const struct toml_event *ev);

/* Reads TEXT by the rows; false if anything was added to DIAGS. */
bool schema_read(const struct schema *schema, const char *file, const char *text, size_t len,
	struct arena *arena, struct diags *diags, schema_handler *handler, void *user);

/* "a path", "one of \"off\", \"on\"", ... of ROW, for messages and the man page. */
const char *schema_type_text(const struct key_row *row, struct arena *arena);

/* The rows as a JSON Schema (draft 2020-12) with TITLE. */
void schema_render_json(const struct schema *schema, const char *title, struct strbuf *out);

/* The rows as an mdoc list, for seal.toml(5) and seal-bundle(5). */
void schema_render_mdoc(const struct schema *schema, struct strbuf *out);

#endif
