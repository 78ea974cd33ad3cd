/*
 * toml_priv: what the files of the TOML reader share and nobody else includes.
 *
 *	toml.c          documents: lines and headers
 *	toml_value.c    key = value, values in brackets
 *	toml_path.c     the path, the events, dotted keys
 *	toml_keys.c     which keys and tables exist
 *	toml_scalar.c   booleans, numbers, dates and times
 *	toml_string.c   four kinds of strings, and keys
 *	toml_text.c     the text: which bytes it may hold, where a byte stands, how to fail
 *
 * Everything that can fail returns false after toml_fail has told why; the callers just return.
 */
#ifndef SEAL_READ_TOML_PRIV_H
#define SEAL_READ_TOML_PRIV_H

#include "read/toml.h"

/* --- toml_text.c --- */

/*
 * The text being read. [AT, END) is what is left of it. The scan in toml_text_open sees to it
 * that nothing before END is a byte that TOML refuses everywhere: the lexers meet UTF-8, tab,
 * LF and CR LF, and need not look for the rest.
 */
struct toml_text {
	const char *file;
	const char *start, *at, *end;
	size_t left;         /* bytes after END, the first of which is a refused one */
	struct arena *arena; /* the caller's: keys and strings */
	struct diags *diags;
	bool failed;
	const char *line_start, *counted; /* toml_place: newlines before COUNTED are in LINE */
	int line;
};

/* Starts on LEN bytes of TEXT; the other fields are set by the caller. */
bool toml_text_open(struct toml_text *t, const char *text, size_t len);

/* Where P stands. Cheap when P does not go back to an earlier line. */
struct place toml_place(struct toml_text *t, const char *p);

/*
 * Records the error at P and returns false. Only the first one counts. If the reader ran into
 * the end of what is readable, the byte there is the error.
 */
bool toml_fail(struct toml_text *t, const char *p, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "the end of the line" or the character at P in quotes, for "expected X, found Y". */
const char *toml_found(struct toml_text *t, const char *p);

/* LEN bytes of S in backquotes for a message, cut if long. */
const char *toml_quoted(struct toml_text *t, const char *s, size_t len);

/* The byte at P, or NUL at the end (a text holds no NUL). */
static inline char toml_peek(const struct toml_text *t)
{
	return t->at < t->end ? *t->at : '\0';
}

/* True, and past it, if C is next. */
static inline bool toml_accept(struct toml_text *t, char c)
{
	if (toml_peek(t) != c)
		return false;
	t->at++;
	return true;
}

/* The value of the hexadecimal digit C, or -1. */
static inline int toml_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void toml_skip_spaces(struct toml_text *t);

/* Spaces and a comment, up to the newline. */
void toml_skip_comment(struct toml_text *t);

/* Spaces, comments and newlines. */
void toml_skip_blank(struct toml_text *t);

/* True, and past it, if a newline (LF or CR LF) is next. */
bool toml_newline(struct toml_text *t);

/* --- toml_string.c --- */

/*
 * Reads the string whose opening quote is next. *S is decoded, in the arena and NUL-terminated.
 * A KEY may not be a multi-line string.
 */
bool toml_string(struct toml_text *t, bool key, const char **s, size_t *len);

/* Reads one part of a dotted key, bare or quoted. A bare one points into the text. */
bool toml_key(struct toml_text *t, const char **s, size_t *len);

/* --- toml_scalar.c --- */

/* Reads a value that is neither a string nor in brackets: sets the kind and value of EV. */
bool toml_scalar(struct toml_text *t, struct toml_event *ev);

/* --- toml_keys.c --- */

/* How a key came to be decides what may be added to it later. */
enum toml_origin {
	TOML_NEW,     /* just made by toml_keys_get: the caller says what it is */
	TOML_IMPLIED, /* a table: `[a.b]` implies a; not defined yet, `[a]` or dotted keys may */
	TOML_HEADER,  /* a table: `[a]`, an element of `[[a]]`, the root */
	TOML_DOTTED,  /* a table: `a.b = 1` defines a; more of the kind may come, `[a]` may not */
	TOML_INLINE,  /* a table in braces: complete at its } */
	TOML_TABLES,  /* an array of tables: `[[a]]` */
	TOML_VALUE,   /* anything else: complete as it is */
};

/* A key or table. Nodes are numbered from 0, the root; an element of an array has no key. */
struct toml_node {
	const char *key; /* in the caller's arena; NULL for the root and for elements */
	size_t len;
	uint32_t hash, parent;
	enum toml_origin origin;
	int line;        /* that made it */
	uint32_t last;   /* TOML_TABLES: the node of the newest element */
	uint32_t length; /* TOML_TABLES: elements so far */
};

struct toml_keys {
	struct arena *arena; /* for names */
	struct arena own;    /* nodes and slots, gone after the reading */
	VEC(struct toml_node) nodes;
	uint16_t *slots; /* open addressing; 0 is free, for the root is nobody's child */
	size_t n_slots;  /* a power of two */
	uint64_t seed;
};

/* Makes the root. toml_keys_close gives back everything but the names. */
void toml_keys_open(struct toml_keys *k, struct arena *names);
void toml_keys_close(struct toml_keys *k);

/* The node of KEY in table PARENT; made with origin TOML_NEW if there was none. */
uint32_t toml_keys_get(struct toml_keys *k, uint32_t parent, const char *key, size_t len);

/* A nameless node: an element of an array. */
uint32_t toml_keys_element(struct toml_keys *k, enum toml_origin origin);

/* --- toml_path.c --- */

/* One part of a dotted key, where the text says it. */
struct toml_part {
	const char *at, *end; /* in the text, as written */
	const char *key;      /* decoded; not NUL-terminated */
	size_t len;
};

/* An open bracket. */
struct toml_frame {
	const char *open;
	size_t depth;    /* of the path to the container */
	uint32_t table;  /* its node, for braces */
	size_t length;   /* elements of an array so far */
	char close;      /* ] or } */
	bool after_item; /* a comma or the closing bracket must come */
};

/* One reading. */
struct toml {
	struct toml_text text;
	struct toml_keys keys;
	toml_handler *handler;
	void *user;
	struct toml_step path[TOML_MAX_DEPTH];
	size_t depth;
	struct toml_part parts[TOML_MAX_DEPTH]; /* the dotted key read last */
	size_t n_parts;
	struct toml_frame frames[TOML_MAX_DEPTH];
	size_t n_frames;
	uint32_t table;     /* that the last header opened, */
	size_t table_depth; /* and the length of the path to it */
	size_t items;       /* keys, tables and elements: TOML_MAX_KEYS */
};

static inline struct toml_node *toml_node_at(struct toml *r, uint32_t number)
{
	return &r->keys.nodes.v[number];
}

/* Tells the caller of EV, which is at the end of the path. */
void toml_emit(struct toml *r, struct toml_event *ev, struct place at, struct place value_at);

/* The same for a container, which has no value of its own. */
void toml_emit_kind(struct toml *r, enum toml_kind kind, struct place at, struct place value_at);

/* One more key, table or element, made at P: counts it against TOML_MAX_KEYS. */
bool toml_count_item(struct toml *r, const char *p);

/* Steps to the array's element INDEX, which the text makes at P. */
bool toml_push_index(struct toml *r, size_t index, const char *p);

/* Steps to PART below TABLE. Returns its node, TOML_NEW if it was not there, or 0 on error. */
uint32_t toml_push_key(struct toml *r, uint32_t table, const struct toml_part *part);

/* Reads a dotted key into r->parts, up to what follows it. */
bool toml_read_key(struct toml *r);

/*
 * Steps to the key in r->parts below TABLE, making the tables on the way. It must be new: its
 * node (now a TOML_VALUE) and place come back.
 */
bool toml_define_key(struct toml *r, uint32_t table, uint32_t *number, struct place *at);

/* PART led to node NUMBER, which cannot take what the text wants to do to it: says why. */
bool toml_clash(struct toml *r, const struct toml_part *part, uint32_t number);

/* --- toml_value.c --- */

/* Reads `key = value` into the table of the last header. */
bool toml_read_pair(struct toml *r);

#endif
