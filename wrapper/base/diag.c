#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void diag_add(struct diags *d, struct place at, const char *fmt, ...)
{
	struct diag *g;
	char text[1024];
	va_list ap;

	if (d->list.n > DIAGS_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	g = vec_push(d->arena, &d->list);
	g->at = at;
	g->text = d->list.n > DIAGS_MAX ? "more errors follow; mend these first"
					: arena_strdup(d->arena, text);
}

bool diag_any(const struct diags *d)
{
	return d->list.n > 0;
}

void diag_render(const struct diags *d, struct strbuf *out)
{
	const struct diag *g;

	vec_each (g, &d->list) {
		strbuf_adds(out, "seal-exec: ");
		if (g->at.file) {
			strbuf_add_escaped(out, g->at.file);
			if (g->at.line)
				strbuf_addf(out, ":%d:%d", g->at.line, g->at.col);
			strbuf_adds(out, ": ");
		}
		strbuf_add_escaped(out, g->text);
		strbuf_addc(out, '\n');
	}
}

enum { NAME_MAX_LEN = 64 };

/* Levenshtein distance, two rows; both strings shorter than NAME_MAX_LEN. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NAME_MAX_LEN + 1], la = strlen(a), lb = strlen(b), i, j;

	for (j = 0; j <= lb; j++)
		row[j] = j;
	for (i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (j = 1; j <= lb; j++) {
			size_t up = row[j], best = diagonal + (a[i - 1] != b[j - 1]);

			if (up + 1 < best)
				best = up + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			diagonal = up;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *nearest_name(const char *word, const char *const *names)
{
	size_t len = strlen(word), best = len / 3 + 1, d;
	const char *found = NULL;

	if (len >= NAME_MAX_LEN)
		return NULL;
	for (; *names; names++) {
		if (strlen(*names) >= NAME_MAX_LEN)
			continue;
		d = distance(word, *names);
		if (d < best || (d == best && !found)) {
			best = d;
			found = *names;
		}
	}
	return found;
}
