/*
 * TOML documents: what may stand on a line.
 *
 *	document = lines of: nothing | header | key = value
 *	header   = [ dotted key ] | [[ dotted key ]]
 *
 * The reader keeps one path, the steps from the root to what it reads at the moment, and cuts it
 * back to where the next thing hangs: the last header's table for a line, the innermost open
 * bracket within a value.
 */
#include "read/toml_priv.h"

const char *toml_kind_name(enum toml_kind kind)
{
	static const char *const names[] = {
		[TOML_TABLE] = "a table",
		[TOML_ARRAY] = "an array",
		[TOML_STRING] = "a string",
		[TOML_INTEGER] = "an integer",
		[TOML_FLOAT] = "a float",
		[TOML_BOOL] = "a boolean",
		[TOML_DATETIME] = "a date and time",
		[TOML_LOCAL_DATETIME] = "a local date and time",
		[TOML_LOCAL_DATE] = "a date",
		[TOML_LOCAL_TIME] = "a time",
	};

	return names[kind];
}

/* --- Headers --- */

/* Reads [key] or [[key]] into r->parts. */
static bool read_header(struct toml *r, bool *array)
{
	struct toml_text *t = &r->text;

	t->at++; /* the [ */
	*array = toml_accept(t, '[');
	if (!toml_read_key(r))
		return false;
	if (!toml_accept(t, ']') || (*array && !toml_accept(t, ']')))
		return toml_fail(t, t->at,
			"expected %s after the table's name, found %s; put quotes around a key "
			"that has more in it than A-Z a-z 0-9 _ -",
			*array ? "]] together" : "]", toml_found(t, t->at));
	return true;
}

/* Steps to the table that holds the last part, making what is not there. */
static bool walk_header(struct toml *r, uint32_t *table, struct place opened)
{
	const struct toml_part *part;

	for (part = r->parts; part < r->parts + r->n_parts - 1; part++) {
		uint32_t number = toml_push_key(r, *table, part);
		struct toml_node *node;

		if (!number)
			return false;
		*table = number;
		node = toml_node_at(r, number);
		switch (node->origin) {
		case TOML_NEW:
			node->origin = TOML_IMPLIED;
			toml_emit_kind(r, TOML_TABLE, toml_place(&r->text, part->at), opened);
			break;
		case TOML_TABLES: /* means its newest element */
			if (!toml_push_index(r, node->length - 1, part->at))
				return false;
			*table = node->last;
			break;
		case TOML_INLINE:
		case TOML_VALUE:
			return toml_clash(r, part, number);
		case TOML_IMPLIED:
		case TOML_HEADER:
		case TOML_DOTTED:
			break;
		}
	}
	return true;
}

/* [[...]]: one more element of the array NUMBER, which PART names. */
static bool open_element(
	struct toml *r, uint32_t number, const struct toml_part *part, struct place opened)
{
	struct place at = toml_place(&r->text, part->at);
	struct toml_node *node = toml_node_at(r, number);

	if (node->origin == TOML_NEW) {
		node->origin = TOML_TABLES;
		toml_emit_kind(r, TOML_ARRAY, at, opened);
	} else if (node->origin != TOML_TABLES) {
		return toml_clash(r, part, number);
	}
	if (!toml_count_item(r, part->at) || !toml_push_index(r, node->length++, part->at))
		return false;
	r->table = toml_keys_element(&r->keys, TOML_HEADER);
	toml_node_at(r, number)->last = r->table; /* node may have moved */
	toml_emit_kind(r, TOML_TABLE, at, opened);
	return true;
}

static bool open_header(struct toml *r)
{
	struct place opened = toml_place(&r->text, r->text.at);
	const struct toml_part *last;
	struct toml_node *node;
	uint32_t table = 0, number;
	bool array;

	r->depth = 0;
	if (!read_header(r, &array) || !walk_header(r, &table, opened))
		return false;
	last = &r->parts[r->n_parts - 1];
	number = toml_push_key(r, table, last);
	if (!number)
		return false;
	if (array) {
		if (!open_element(r, number, last, opened))
			return false;
	} else {
		node = toml_node_at(r, number);
		if (node->origin == TOML_NEW)
			toml_emit_kind(r, TOML_TABLE, toml_place(&r->text, last->at), opened);
		else if (node->origin != TOML_IMPLIED)
			return toml_clash(r, last, number);
		node->origin = TOML_HEADER;
		node->line = opened.line;
		r->table = number;
	}
	r->table_depth = r->depth;
	return true;
}

/* --- The document --- */

static bool read_document(struct toml *r)
{
	struct toml_text *t = &r->text;

	for (;;) {
		toml_skip_blank(t);
		if (t->at == t->end)
			break;
		if (!(*t->at == '[' ? open_header(r) : toml_read_pair(r)))
			return false;
		toml_skip_comment(t);
		if (t->at < t->end && !toml_newline(t))
			return toml_fail(t, t->at,
				"expected the end of the line, found %s; one key = value or one "
				"[header] a line",
				toml_found(t, t->at));
	}
	/* All was well up to the first refused byte, if there is one: toml_fail names it. */
	return !t->left || toml_fail(t, t->end, "a byte that TOML refuses");
}

bool toml_read(const char *file, const char *text, size_t len, struct arena *arena,
	struct diags *diags, toml_handler *handler, void *user)
{
	struct toml r;
	bool good;

	/* The arrays need no zeroing: nothing is read from them that was not put there. */
	r.text = (struct toml_text){.file = file, .arena = arena, .diags = diags};
	r.handler = handler;
	r.user = user;
	r.depth = r.n_parts = r.n_frames = r.table_depth = r.items = 0;
	r.table = 0;
	toml_keys_open(&r.keys, arena);
	good = toml_text_open(&r.text, text, len) && read_document(&r);
	toml_keys_close(&r.keys);
	diags->cut |= !good;
	return good;
}
