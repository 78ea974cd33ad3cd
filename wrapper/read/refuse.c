#include "read/refuse.h"

enum refuse_row { RF_SECRET, RF_SECRET_PATH, RF_SECRET_WHY, RF_ROOT, RF_ROOT_PATH, RF_ROOT_WHY };

static const struct key_row refuse_rows[] = {
	{"secrets[]", KEY_PATH, RF_SECRET, NULL, NULL,
		"A store that no manifest grants as a whole."},
	{"secrets[].path", KEY_PATH, RF_SECRET_PATH, NULL, NULL, "The store."},
	{"secrets[].why", KEY_TEXT, RF_SECRET_WHY, NULL, NULL, "The reason, shown to the user."},
	{"roots[]", KEY_PATH, RF_ROOT, NULL, NULL, "A folder that is no project."},
	{"roots[].path", KEY_PATH, RF_ROOT_PATH, NULL, NULL, "The folder."},
	{"roots[].why", KEY_TEXT, RF_ROOT_WHY, NULL, NULL, "The reason, shown to the user."},
};

static const struct schema refuse_schema = {
	refuse_rows,
	sizeof refuse_rows / sizeof *refuse_rows,
};

struct reader {
	struct grants *lists[2]; /* secrets, roots */
	struct arena *arena;
};

static void on_key(void *user, const struct key_row *row, const struct toml_event *ev)
{
	struct reader *r = user;
	struct grants *list = r->lists[row->id >= RF_ROOT];
	struct grant *g;

	switch ((enum refuse_row)row->id) {
	case RF_SECRET:
	case RF_ROOT:
		if (ev->kind == TOML_ARRAY)
			return;
		g = vec_push(r->arena, list);
		g->kind = GRANT_DENY;
		g->value = ev->kind == TOML_STRING ? ev->text.s : "";
		g->from = (struct origin){.kind = ORIGIN_PROFILE, .at = ev->at};
		break;
	case RF_SECRET_PATH:
	case RF_ROOT_PATH:
		list->v[list->n - 1].value = ev->text.s;
		break;
	case RF_SECRET_WHY:
	case RF_ROOT_WHY:
		list->v[list->n - 1].from.why = ev->text.s;
		break;
	}
}

bool refuse_read(struct grants *secrets, struct grants *roots, const char *file, const char *text,
	size_t len, struct arena *arena, struct diags *diags)
{
	struct reader r = {.lists = {secrets, roots}, .arena = arena};

	return schema_read(&refuse_schema, file, text, len, arena, diags, on_key, &r);
}
