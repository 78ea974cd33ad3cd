/*
 * Fuzzes the TOML reader and holds it to what read/toml.h promises, whatever the bytes:
 *
 *   - one error and false, or none and true; the error has a place in the text and a remedy
 *   - paths within the limits; nothing comes twice, nothing before the container that holds it
 *   - strings and keys are UTF-8 of their length and end in NUL; places lie in the text
 *   - the same bytes give the same events, and a BOM in front changes nothing
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/escape.h"
#include "read/toml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(cond)                                                                          \
	do {                                                                                 \
		if (!(cond)) {                                                               \
			fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #cond); \
			abort();                                                             \
		}                                                                            \
	} while (0)

enum { SEEN_SLOTS = 4 * TOML_MAX_KEYS };

/* What one reading said. Paths are known by their hash; 64 bits do not collide by accident. */
struct witness {
	size_t lines, longest; /* of the text */
	size_t events;
	uint64_t digest; /* of all events in order */
	struct {
		uint64_t path;
		enum toml_kind kind;
	} seen[SEEN_SLOTS];
};

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ p[i]) * 0x100000001b3;
	return h ^ h >> 29;
}

/* The slot of PATH, or the free one where it belongs. */
static size_t slot_of(const struct witness *w, uint64_t path)
{
	size_t i = path % SEEN_SLOTS;

	while (w->seen[i].path && w->seen[i].path != path)
		i = (i + 1) % SEEN_SLOTS;
	return i;
}

static void check_text(const char *s, size_t len)
{
	size_t i, used;
	unsigned cp;

	CHECK(s && s[len] == '\0');
	for (i = 0; i < len; i += used) {
		used = utf8_decode(s + i, len - i, &cp);
		CHECK(used > 0);
	}
}

static void check_place(const struct witness *w, struct place at)
{
	CHECK(at.line >= 1 && (size_t)at.line <= w->lines);
	CHECK(at.col >= 1 && (size_t)at.col <= w->longest + 1);
}

/* Values and keys; the hash of the path to what holds the thing comes back. */
static uint64_t check_path(struct witness *w, const struct toml_event *ev, uint64_t *whole)
{
	uint64_t h = 14695981039346656037U, parent = 0;
	size_t i;

	CHECK(ev->depth >= 1 && ev->depth <= TOML_MAX_DEPTH);
	for (i = 0; i < ev->depth; i++) {
		const struct toml_step *step = &ev->path[i];

		parent = h;
		if (step->key) {
			check_text(step->key, step->len);
			h = mix(mix(h, "k", 1), step->key, step->len + 1);
		} else {
			CHECK(step->index < TOML_MAX_KEYS);
			h = mix(mix(h, "i", 1), &step->index, sizeof step->index);
		}
	}
	*whole = h;
	w->digest = mix(w->digest, &h, sizeof h);
	return parent;
}

static void on_event(void *user, const struct toml_event *ev)
{
	const struct toml_step *last = &ev->path[ev->depth - 1];
	struct witness *w = user;
	uint64_t path, parent = check_path(w, ev, &path);
	size_t slot = slot_of(w, path);

	CHECK(w->seen[slot].path == 0);
	CHECK(++w->events <= TOML_MAX_KEYS);
	w->seen[slot].path = path;
	w->seen[slot].kind = ev->kind;
	if (ev->depth > 1) {
		slot = slot_of(w, parent);
		CHECK(w->seen[slot].path == parent);
		CHECK(w->seen[slot].kind == (last->key ? TOML_TABLE : TOML_ARRAY));
	}
	check_place(w, ev->at);
	check_place(w, ev->value_at);
	if (ev->kind == TOML_STRING || ev->kind >= TOML_DATETIME) {
		check_text(ev->text.s, ev->text.len);
		w->digest = mix(w->digest, ev->text.s, ev->text.len);
	}
	w->digest = mix(w->digest, &ev->kind, sizeof ev->kind);
	w->digest = mix(w->digest, &ev->integer, sizeof ev->integer);
	w->digest = mix(w->digest, &ev->real, sizeof ev->real);
	w->digest = mix(w->digest, &ev->boolean, sizeof ev->boolean);
	w->digest = mix(w->digest, &ev->at.line, sizeof ev->at.line);
	w->digest = mix(w->digest, &ev->at.col, sizeof ev->at.col);
}

static void check_error(const struct witness *w, const struct diags *diags)
{
	const struct diag *d = diags->list.v;

	CHECK(diags->list.n == 1);
	CHECK(strcmp(d->at.file, "fuzz.toml") == 0);
	check_place(w, d->at);
	CHECK(strchr(d->text, ';'));
}

/* Reads a copy that ends where an allocation ends: ASan sees one byte too far. */
static struct witness *read_once(const uint8_t *data, size_t size, bool *good)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct witness *w = calloc(1, sizeof *w);
	char *text = malloc(size ? size : 1);
	size_t i, line = 0;

	CHECK(w && text);
	if (size)
		memcpy(text, data, size);
	w->lines = 1;
	for (i = 0; i < size; i++) {
		line++;
		if (line > w->longest)
			w->longest = line;
		if (text[i] == '\n') {
			w->lines++;
			line = 0;
		}
	}
	*good = toml_read("fuzz.toml", text, size, &arena, &diags, on_event, w);
	if (*good)
		CHECK(!diag_any(&diags));
	else
		check_error(w, &diags);
	arena_release(&arena);
	free(text);
	return w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t bom[] = {0xef, 0xbb, 0xbf};
	struct witness *first, *second;
	bool good, again;
	uint8_t *copy;

	first = read_once(data, size, &good);
	second = read_once(data, size, &again);
	CHECK(good == again && first->events == second->events && first->digest == second->digest);
	free(second);
	if (good && (size < 3 || memcmp(data, bom, 3) != 0) && (copy = malloc(size + 3))) {
		memcpy(copy, bom, 3);
		if (size)
			memcpy(copy + 3, data, size);
		second = read_once(copy, size + 3, &again);
		CHECK(again && first->digest == second->digest);
		free(second);
		free(copy);
	}
	free(first);
	return 0;
}
