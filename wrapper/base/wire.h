/*
 * wire: reads bytes that came through a file descriptor, item by item. Whoever wrote them is ours,
 * but a descriptor can be anything, so no item leads out of the bytes, and the first that would
 * makes all the rest bad. Nothing but the compiler is needed: inner reads with it, and has no C
 * library.
 */
#ifndef SEAL_BASE_WIRE_H
#define SEAL_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* What is left to read; `bad` sticks at the first item that is not whole. */
struct wire {
	const char *at, *end;
	bool bad;
};

/* Copies the next SIZE bytes to TO; zeros if there are not so many. */
static inline void wire_get(struct wire *w, void *to, size_t size)
{
	char *out = to;
	size_t i;

	if ((size_t)(w->end - w->at) < size)
		w->bad = true;
	for (i = 0; i < size; i++)
		out[i] = w->bad ? '\0' : w->at[i];
	if (!w->bad)
		w->at += size;
}

/* The next string, in place; NULL if its NUL is missing. */
static inline const char *wire_get_str(struct wire *w)
{
	const char *s = w->at, *p = s;

	while (!w->bad && p < w->end && *p)
		p++;
	if (w->bad || p == w->end) {
		w->bad = true;
		return NULL;
	}
	w->at = p + 1;
	return s;
}

#endif
