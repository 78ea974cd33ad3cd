#include "cli/record.h"

#include <string.h>

void record_parse(struct record *r, char *text, struct arena *arena)
{
	struct record_entry *e = NULL;
	char *line;

	*r = (struct record){0};
	while ((line = strsep(&text, "\n"))) {
		if (strncmp(line, "manifest ", 9) == 0) {
			e = vec_push(arena, r);
			e->path = line + 9;
			e->digest = e->text = "";
		} else if (e && strncmp(line, "digest ", 7) == 0) {
			e->digest = line + 7;
		} else if (e && strncmp(line, "text ", 5) == 0) {
			e->text = line + 5;
		} else if (e && strncmp(line, "grant ", 6) == 0) {
			strvec_push(arena, &e->lines, line + 6);
		}
	}
}

struct record_entry *record_find(struct record *r, const char *path)
{
	struct record_entry *e;

	vec_each (e, r)
		if (e->path && strcmp(e->path, path) == 0)
			return e;
	return NULL;
}

void record_render(const struct record *r, struct strbuf *out)
{
	const struct record_entry *e;
	size_t i;

	strbuf_adds(out, "# Written by seal-exec trust. Remove an entry with seal-exec untrust.\n");
	vec_each (e, r) {
		if (!e->path)
			continue;
		strbuf_addf(
			out, "\nmanifest %s\ndigest %s\ntext %s\n", e->path, e->digest, e->text);
		for (i = 0; i < e->lines.n; i++)
			strbuf_addf(out, "grant %s\n", e->lines.v[i]);
	}
}
