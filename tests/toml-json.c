/*
 * tests/toml-json FILE: reads TOML (FILE - is standard input) with seal-exec's reader and prints
 * toml-test's tagged JSON, {"type": ..., "value": ...} for each scalar; or prints
 * FILE:LINE:COL: and what is wrong to stderr, exit 1. It is toml-test's "decoder".
 *
 * The tree is built from nothing but the events, as every user of the reader must: what the
 * suite then accepts is what the events say.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/strbuf.h"
#include "read/toml.h"

struct node {
	enum toml_kind kind;
	struct toml_step step; /* that leads here */
	struct strbuf text;    /* of a scalar: its JSON value with the quotes */
	VEC(struct node *) children;
};

struct tree {
	struct arena *arena;
	struct node root;
};

static bool same_step(const struct toml_step *a, const struct toml_step *b)
{
	if (!a->key || !b->key)
		return !a->key && !b->key && a->index == b->index;
	return a->len == b->len && memcmp(a->key, b->key, a->len) == 0;
}

/* The child of N that STEP leads to, or NULL. The newest is the likeliest. */
static struct node *child(const struct node *n, const struct toml_step *step)
{
	size_t i = n->children.n;

	while (i-- > 0)
		if (same_step(&n->children.v[i]->step, step))
			return n->children.v[i];
	return NULL;
}

/* A JSON string of LEN bytes, which may hold NUL; strbuf_add_json ends at one. */
static void add_json(struct strbuf *out, const char *s, size_t len)
{
	size_t i;

	strbuf_addc(out, '"');
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c < 0x20 || c == 0x7f)
			strbuf_addf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			strbuf_addf(out, "\\%c", c);
		else
			strbuf_addc(out, s[i]);
	}
	strbuf_addc(out, '"');
}

/* The shortest of 15 to 17 digits that reads back as the same double. */
static void add_double(struct strbuf *out, double real)
{
	char text[32];
	int digits = 15;

	if (isnan(real)) {
		strbuf_adds(out, "\"nan\"");
	} else if (isinf(real)) {
		strbuf_adds(out, real < 0 ? "\"-inf\"" : "\"inf\"");
	} else {
		do
			snprintf(text, sizeof text, "%.*g", digits, real);
		while (strtod(text, NULL) != real && digits++ < 17);
		strbuf_addf(out, "\"%s\"", text);
	}
}

static void keep_value(struct node *n, const struct toml_event *ev)
{
	switch (ev->kind) {
	case TOML_TABLE:
	case TOML_ARRAY:
		break;
	case TOML_INTEGER:
		strbuf_addf(&n->text, "\"%" PRId64 "\"", ev->integer);
		break;
	case TOML_FLOAT:
		add_double(&n->text, ev->real);
		break;
	case TOML_BOOL:
		strbuf_adds(&n->text, ev->boolean ? "\"true\"" : "\"false\"");
		break;
	case TOML_STRING:
	case TOML_DATETIME:
	case TOML_LOCAL_DATETIME:
	case TOML_LOCAL_DATE:
	case TOML_LOCAL_TIME:
		add_json(&n->text, ev->text.s, ev->text.len);
		break;
	}
}

/* A handler must be able to trust these; a reader that breaks them fails here and not later. */
static void fail(const char *what)
{
	fprintf(stderr, "toml-json: the events are wrong: %s\n", what);
	exit(2);
}

static void on_event(void *user, const struct toml_event *ev)
{
	struct tree *tree = user;
	struct node *n = &tree->root, *made;
	const struct toml_step *last = &ev->path[ev->depth - 1];
	size_t i;

	for (i = 0; i + 1 < ev->depth; i++)
		if (!(n = child(n, &ev->path[i])))
			fail("a thing came before the container that holds it");
	if (child(n, last))
		fail("a thing came twice");
	if (n->kind != (last->key ? TOML_TABLE : TOML_ARRAY))
		fail("a key outside a table, or an element outside an array");
	if (!last->key && last->index != n->children.n)
		fail("an array's elements out of order");
	made = arena_alloc(tree->arena, sizeof *made);
	made->kind = ev->kind;
	made->step = *last;
	keep_value(made, ev);
	*vec_push(tree->arena, &n->children) = made;
}

/* toml-test's names. */
static const char *const types[] = {
	[TOML_STRING] = "string",
	[TOML_INTEGER] = "integer",
	[TOML_FLOAT] = "float",
	[TOML_BOOL] = "bool",
	[TOML_DATETIME] = "datetime",
	[TOML_LOCAL_DATETIME] = "datetime-local",
	[TOML_LOCAL_DATE] = "date-local",
	[TOML_LOCAL_TIME] = "time-local",
};

/* Recursion is as deep as the reader lets a path be. */
static void print(const struct node *n)
{
	bool table = n->kind == TOML_TABLE;
	struct strbuf key = STRBUF_INIT;
	size_t i;

	if (!table && n->kind != TOML_ARRAY) {
		printf("{\"type\": \"%s\", \"value\": %s}", types[n->kind], n->text.s);
		return;
	}
	putchar(table ? '{' : '[');
	for (i = 0; i < n->children.n; i++) {
		const struct node *c = n->children.v[i];

		if (table) {
			add_json(&key, c->step.key, c->step.len);
			printf("%s%s: ", i ? ", " : "", key.s);
			strbuf_release(&key);
		} else if (i) {
			printf(", ");
		}
		print(c);
	}
	putchar(table ? '}' : ']');
}

/* All of FILE, or at least more than the reader takes. */
static char *slurp(struct arena *a, const char *file, size_t *len)
{
	bool input = strcmp(file, "-") == 0;
	cleanup_fd int fd = input ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(a, 2 * TOML_MAX_BYTES);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, text, 2 * TOML_MAX_BYTES);

	if (n < 0) {
		fprintf(stderr, "toml-json: %s: %s\n", file, strerror(errno));
		exit(2);
	}
	*len = (size_t)n;
	return text;
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct tree tree = {.arena = &arena, .root = {.kind = TOML_TABLE}};
	const char *text;
	char line[4096];
	size_t len;

	if (argc != 2) {
		fprintf(stderr, "usage: toml-json FILE\n");
		return 2;
	}
	text = slurp(&arena, argv[1], &len);
	if (!toml_read(argv[1], text, len, &arena, &diags, on_event, &tree)) {
		const struct diag *d = diags.list.v;

		escape_line(line, sizeof line, d->text);
		fprintf(stderr, "%s:%d:%d: %s\n", d->at.file, d->at.line, d->at.col, line);
		return 1;
	}
	print(&tree.root);
	putchar('\n');
	return ferror(stdout) || fflush(stdout) ? 2 : 0;
}
