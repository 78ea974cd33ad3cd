#include "read/protect.h"

#include "model/names.h"

enum part { PART_ENTRY, PART_PATH, PART_WHY, PART_MISSING, PART_FOUND, PARTS };

#define LIST(place, key, help)                                                                 \
	{key "[]", KEY_PATH, (place)*PARTS + PART_ENTRY, NULL, NULL, help},                    \
		{key "[].path", KEY_PATH, (place)*PARTS + PART_PATH, NULL, NULL, "The path."}, \
		{key "[].why", KEY_TEXT, (place)*PARTS + PART_WHY, NULL, NULL,                 \
			"Shown to the user."},                                                 \
		{key "[].missing", KEY_ENUM, (place)*PARTS + PART_MISSING,                     \
			"free|pipe|folder|file|dot", "pipe",                                   \
			"What stands there while a run lasts if it does not exist."},          \
	{                                                                                      \
		key "[].found", KEY_ENUM, (place)*PARTS + PART_FOUND, "closed|rows|told",      \
			"closed", "What becomes of it if it exists."                           \
	}

static const struct key_row protect_rows[] = {
	LIST(PROTECT_PROJECT, "project", "In the root of the project or a repository."),
	LIST(PROTECT_GIT, "git", "In a git directory."),
	LIST(PROTECT_WORKTREE, "worktree", "In a worktree's folder of the git directory."),
	LIST(PROTECT_HOME, "home", "In the home folder."),
};

static const struct schema protect_schema = {
	protect_rows,
	sizeof protect_rows / sizeof *protect_rows,
};

struct reader {
	struct protect_table *out;
	struct arena *arena;
};

static void on_key(void *user, const struct key_row *row, const struct toml_event *ev)
{
	struct reader *r = user;
	struct protect_row *last = r->out->n ? &r->out->v[r->out->n - 1] : NULL;
	enum part part = (enum part)(row->id % PARTS);

	if (part == PART_ENTRY) {
		if (ev->kind == TOML_ARRAY)
			return;
		last = vec_push(r->arena, r->out);
		last->place = (enum protect_place)(row->id / PARTS);
		last->missing = STAND_PIPE;
		last->at = ev->at;
		last->path = ev->kind == TOML_STRING ? ev->text.s : NULL;
		return;
	}
	if (!last)
		return; /* cannot be: an entry is announced before its keys */
	if (part == PART_PATH)
		last->path = ev->text.s;
	else if (part == PART_WHY)
		last->why = ev->text.s;
	else if (part == PART_MISSING)
		last->missing = (enum stand_in)name_index(stand_in_names, ev->text.s);
	else
		last->found = (enum protect_found)name_index(protect_found_names, ev->text.s);
}

bool protect_read(struct protect_table *out, const char *file, const char *text, size_t len,
	struct arena *arena, struct diags *diags)
{
	struct reader r = {.out = out, .arena = arena};
	const struct protect_row *row;
	bool ok = schema_read(&protect_schema, file, text, len, arena, diags, on_key, &r);

	vec_each (row, out)
		if (ok && (!row->path || !row->why)) {
			diag_add(diags, row->at, "this row lacks its %s; add it",
				row->path ? "why" : "path");
			ok = false;
		}
	return ok;
}
