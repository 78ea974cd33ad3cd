/*
 * Values of TOML, and key = value.
 *
 *	value = scalar | string | [ values, over lines ] | { key = value, ... on one line }
 *
 * An open bracket is a frame on a stack of our own, as deep as a path may be, and not a call:
 * a text of brackets cannot exhaust the process's stack. Each step of the loop in toml_read_pair
 * reads one item, or the end, of the innermost bracket.
 */
#include "read/toml_priv.h"

/* Opens the bracket that is next as a frame; it is the value of node NUMBER (0: an element). */
static enum toml_kind open_bracket(struct toml *r, uint32_t number)
{
	/* There is room: each frame has at least one step of the path for itself. */
	struct toml_frame *f = &r->frames[r->n_frames++];

	*f = (struct toml_frame){.open = r->text.at, .depth = r->depth};
	if (toml_accept(&r->text, '[')) {
		f->close = ']';
		return TOML_ARRAY;
	}
	toml_accept(&r->text, '{');
	f->close = '}';
	f->table = number ? number : toml_keys_element(&r->keys, TOML_INLINE);
	toml_node_at(r, f->table)->origin = TOML_INLINE;
	return TOML_TABLE;
}

/* The value that is next, of node NUMBER or (KEY_AT NULL) an element; of a bracket its start. */
static bool begin_value(struct toml *r, uint32_t number, const struct place *key_at)
{
	struct toml_text *t = &r->text;
	struct place value_at = toml_place(t, t->at);
	struct toml_event ev = {0};
	char c = toml_peek(t);

	if (c == '[' || c == '{') {
		ev.kind = open_bracket(r, number);
	} else if (c == '"' || c == '\'') {
		ev.kind = TOML_STRING;
		if (!toml_string(t, false, &ev.text.s, &ev.text.len))
			return false;
	} else if (!toml_scalar(t, &ev)) {
		return false;
	}
	toml_emit(r, &ev, key_at ? *key_at : value_at, value_at);
	return true;
}

/* Reads `key = value` below TABLE, the value only as far as begin_value does. */
static bool begin_pair(struct toml *r, uint32_t table)
{
	struct toml_text *t = &r->text;
	struct place at;
	uint32_t number;

	if (!toml_read_key(r))
		return false;
	if (!toml_accept(t, '='))
		return toml_fail(t, t->at,
			"expected = after the key, found %s; write key = value, with quotes around "
			"a key that has more in it than A-Z a-z 0-9 _ -",
			toml_found(t, t->at));
	toml_skip_spaces(t);
	/* Defined before its value is read: in `a = {a = 1}` the outer a is there first. */
	return toml_define_key(r, table, &number, &at) && begin_value(r, number, &at);
}

static bool fail_unclosed(struct toml *r, const struct toml_frame *f)
{
	return toml_fail(&r->text, f->open, "this %c is never closed; add %c", *f->open, f->close);
}

/* The next element, or the end, of the array on top of the stack. */
static bool step_array(struct toml *r, struct toml_frame *f)
{
	struct toml_text *t = &r->text;

	toml_skip_blank(t);
	if (f->after_item && toml_accept(t, ',')) {
		f->after_item = false;
		toml_skip_blank(t);
	}
	if (toml_accept(t, ']')) {
		r->n_frames--;
		return true;
	}
	if (t->at == t->end)
		return fail_unclosed(r, f);
	if (f->after_item)
		return toml_fail(t, t->at,
			"expected , or ] in the array, found %s; put a comma between two elements",
			toml_found(t, t->at));
	/* Set first: begin_value may push a frame, and this one waits below it. */
	f->after_item = true;
	return toml_count_item(r, t->at) && toml_push_index(r, f->length++, t->at) &&
		begin_value(r, 0, NULL);
}

/* The next pair, or the end, of the inline table on top of the stack. */
static bool step_braces(struct toml *r, struct toml_frame *f)
{
	struct toml_text *t = &r->text;
	bool after_comma = false;
	char c;

	toml_skip_spaces(t);
	if (f->after_item && toml_accept(t, ',')) {
		f->after_item = false;
		after_comma = true;
		toml_skip_spaces(t);
	}
	c = toml_peek(t);
	if (c == '}' && after_comma)
		return toml_fail(t, t->at, "a comma before the } of an inline table; remove it");
	if (toml_accept(t, '}')) {
		r->n_frames--;
		return true;
	}
	if (t->at == t->end)
		return fail_unclosed(r, f);
	if (c == '\n' || c == '\r' || c == '#')
		return toml_fail(t, t->at,
			"an inline table ends on its line and has no comments; close it with }, or "
			"write a [table] instead");
	if (f->after_item)
		return toml_fail(t, t->at,
			"expected , or } in the inline table, found %s; put a comma between two "
			"pairs",
			toml_found(t, t->at));
	f->after_item = true;
	return begin_pair(r, f->table);
}

bool toml_read_pair(struct toml *r)
{
	r->depth = r->table_depth;
	if (!begin_pair(r, r->table))
		return false;
	while (r->n_frames) {
		struct toml_frame *f = &r->frames[r->n_frames - 1];

		r->depth = f->depth;
		if (!(f->close == '}' ? step_braces(r, f) : step_array(r, f)))
			return false;
	}
	return true;
}
