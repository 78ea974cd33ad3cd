#include "read/refuse.h"

enum part { PART_ENTRY, PART_PATH, PART_WHY, PARTS };

#define LIST(n, key, help)                                                                     \
	{key "[]", KEY_PATH, (n)*PARTS + PART_ENTRY, NULL, NULL, help},                        \
		{key "[].path", KEY_PATH, (n)*PARTS + PART_PATH, NULL, NULL, "The path."},     \
	{                                                                                      \
		key "[].why", KEY_TEXT, (n)*PARTS + PART_WHY, NULL, NULL, "Shown to the user." \
	}

static const struct key_row refuse_rows[] = {
	LIST(0, "secrets", "A store that no manifest grants as a whole."),
	LIST(1, "roots", "A folder that is no project, nor is what holds it."),
	LIST(2, "beneath", "A folder below which there is no project."),
};

static const struct schema refuse_schema = {
	refuse_rows,
	sizeof refuse_rows / sizeof *refuse_rows,
};

struct reader {
	struct grants *lists[3]; /* in the order of the rows */
	struct arena *arena;
};

static void on_key(void *user, const struct key_row *row, const struct toml_event *ev)
{
	struct reader *r = user;
	struct grants *list = r->lists[row->id / PARTS];
	enum part part = (enum part)(row->id % PARTS);
	struct grant *g;

	if (part == PART_ENTRY && ev->kind != TOML_ARRAY) {
		g = vec_push(r->arena, list);
		g->kind = GRANT_DENY;
		g->value = ev->kind == TOML_STRING ? ev->text.s : "";
		g->from = (struct origin){.kind = ORIGIN_PROFILE, .at = ev->at};
	} else if (part == PART_PATH && list->n) {
		list->v[list->n - 1].value = ev->text.s;
	} else if (part == PART_WHY && list->n) {
		list->v[list->n - 1].from.why = ev->text.s;
	}
}

bool refuse_read(struct refusals *out, const char *file, const char *text, size_t len,
	struct arena *arena, struct diags *diags)
{
	struct reader r = {
		.lists = {&out->secrets, &out->roots, &out->beneath},
		.arena = arena,
	};

	return schema_read(&refuse_schema, file, text, len, arena, diags, on_key, &r);
}
