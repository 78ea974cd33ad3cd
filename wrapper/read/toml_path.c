/*
 * Where the reader of TOML is: the path, the events, and the keys that lead on.
 *
 * Which keys may still be added to which table is the hard part of TOML. Each table is defined
 * once: by a header, by the dotted keys under one header, or by a pair of braces. A header may
 * pass through tables that others defined, to hang its own below them (toml.c); a dotted key may
 * not (toml_define_key). What goes against that ends in toml_clash.
 */
#include "read/toml_priv.h"

void toml_emit(struct toml *r, struct toml_event *ev, struct place at, struct place value_at)
{
	ev->path = r->path;
	ev->depth = r->depth;
	ev->at = at;
	ev->value_at = value_at;
	r->handler(r->user, ev);
}

void toml_emit_kind(struct toml *r, enum toml_kind kind, struct place at, struct place value_at)
{
	struct toml_event ev = {.kind = kind};

	toml_emit(r, &ev, at, value_at);
}

/* Room for one more step, which the text makes at P; NULL after the error. */
static struct toml_step *push_step(struct toml *r, const char *p)
{
	if (r->depth < TOML_MAX_DEPTH)
		return &r->path[r->depth++];
	toml_fail(&r->text, p, "nested deeper than %d levels; make it flatter", TOML_MAX_DEPTH);
	return NULL;
}

bool toml_count_item(struct toml *r, const char *p)
{
	return ++r->items <= TOML_MAX_KEYS ||
		toml_fail(&r->text, p,
			"more than %d keys and array elements; split the file or shorten the lists",
			TOML_MAX_KEYS);
}

bool toml_push_index(struct toml *r, size_t index, const char *p)
{
	struct toml_step *step = push_step(r, p);

	if (!step)
		return false;
	*step = (struct toml_step){.index = index};
	return true;
}

uint32_t toml_push_key(struct toml *r, uint32_t table, const struct toml_part *part)
{
	uint32_t number = toml_keys_get(&r->keys, table, part->key, part->len);
	struct toml_node *node = toml_node_at(r, number);
	struct toml_step *step = push_step(r, part->at);

	if (!step)
		return 0;
	*step = (struct toml_step){.key = node->key, .len = node->len};
	if (node->origin == TOML_NEW) {
		if (!toml_count_item(r, part->at))
			return 0;
		node->line = toml_place(&r->text, part->at).line;
	}
	return number;
}

bool toml_read_key(struct toml *r)
{
	struct toml_text *t = &r->text;
	struct toml_part *part;

	/* Of the parts nothing is looked up yet: errors of form come before those of meaning. */
	r->n_parts = 0;
	do {
		toml_skip_spaces(t);
		if (r->n_parts == TOML_MAX_DEPTH)
			return toml_fail(t, t->at, "a key of more than %d parts; make it shorter",
				TOML_MAX_DEPTH);
		part = &r->parts[r->n_parts++];
		part->at = t->at;
		if (!toml_key(t, &part->key, &part->len))
			return false;
		part->end = t->at;
		toml_skip_spaces(t);
	} while (toml_accept(t, '.'));
	return true;
}

bool toml_clash(struct toml *r, const struct toml_part *part, uint32_t number)
{
	static const struct {
		const char *what, *remedy;
	} texts[] = {
		[TOML_IMPLIED] = {"is a table by a longer header",
			"add to it under a header of its own"},
		[TOML_HEADER] = {"is a table by a header", "add to it there"},
		[TOML_DOTTED] = {"is a table by a dotted key", "add to it with dotted keys there"},
		[TOML_INLINE] = {"is an inline table, complete as it is,",
			"add to it in the braces"},
		[TOML_TABLES] = {"is an array of tables, begun", "add an element with [[ ]]"},
		[TOML_VALUE] = {"has a value already", "keep one of the two"},
	};
	const struct toml_node *node = toml_node_at(r, number);

	return toml_fail(&r->text, part->at, "%s %s on line %d; %s",
		toml_quoted(&r->text, part->at, (size_t)(part->end - part->at)),
		texts[node->origin].what, node->line, texts[node->origin].remedy);
}

/*
 * A dotted key defines the tables that it passes, as a header defines its own: so not those that
 * were defined elsewhere. The same header's earlier dotted keys are no other place, and no other
 * header's can come here: on the way from one to this table lies that header's own table.
 */
static bool takes_dotted_keys(enum toml_origin origin)
{
	return origin == TOML_IMPLIED || origin == TOML_DOTTED;
}

bool toml_define_key(struct toml *r, uint32_t table, uint32_t *number, struct place *at)
{
	const struct toml_part *part = r->parts, *last = part + r->n_parts - 1;

	for (;; part++) {
		enum toml_origin *origin, before;

		*number = toml_push_key(r, table, part);
		if (!*number)
			return false;
		origin = &toml_node_at(r, *number)->origin;
		before = *origin;
		if (before != TOML_NEW && (part == last || !takes_dotted_keys(before)))
			return toml_clash(r, part, *number);
		if (part == last)
			break;
		*origin = TOML_DOTTED;
		if (before == TOML_NEW) {
			*at = toml_place(&r->text, part->at);
			toml_emit_kind(r, TOML_TABLE, *at, *at);
		}
		table = *number;
	}
	toml_node_at(r, *number)->origin = TOML_VALUE;
	*at = toml_place(&r->text, part->at);
	return true;
}
