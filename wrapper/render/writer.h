/*
 * writer: JSON, piece by piece. Commas are its business, the pairs of brackets the caller's.
 */
#ifndef SEAL_RENDER_WRITER_H
#define SEAL_RENDER_WRITER_H

#include <stdbool.h>

#include "base/strbuf.h"

struct writer {
	struct strbuf *out;
	bool comma; /* something stands before, at this level */
};

static inline void key(struct writer *w, const char *name)
{
	strbuf_adds(w->out, w->comma ? "," : "");
	strbuf_addf(w->out, "\"%s\":", name);
	w->comma = false;
}

/* VALUE may be NULL: null. */
static inline void text(struct writer *w, const char *name, const char *value)
{
	key(w, name);
	if (value)
		strbuf_add_json(w->out, value);
	else
		strbuf_adds(w->out, "null");
	w->comma = true;
}

static inline void number(struct writer *w, const char *name, long long value)
{
	key(w, name);
	strbuf_addf(w->out, "%lld", value);
	w->comma = true;
}

static inline void boolean(struct writer *w, const char *name, bool value)
{
	key(w, name);
	strbuf_adds(w->out, value ? "true" : "false");
	w->comma = true;
}

static inline void open_with(struct writer *w, char bracket)
{
	strbuf_adds(w->out, w->comma ? "," : "");
	strbuf_addc(w->out, bracket);
	w->comma = false;
}

static inline void close_with(struct writer *w, char bracket)
{
	strbuf_addc(w->out, bracket);
	w->comma = true;
}

static inline void list(struct writer *w, const char *name)
{
	key(w, name);
	open_with(w, '[');
}

/* Elements of a list that is open. */
static inline void elements(struct writer *w, const char *const *v, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		strbuf_adds(w->out, w->comma ? "," : "");
		strbuf_add_json(w->out, v[i]);
		w->comma = true;
	}
}

static inline void strings(struct writer *w, const char *name, const char *const *v, size_t n)
{
	list(w, name);
	elements(w, v, n);
	close_with(w, ']');
}

#endif
