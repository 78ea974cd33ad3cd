/*
 * strvec: a NULL-terminated list of strings in an arena, ready to be an argv or an envp.
 * The strings belong to whoever made them; the list belongs to the arena.
 */
#ifndef SEAL_BASE_STRVEC_H
#define SEAL_BASE_STRVEC_H

#include <stdbool.h>

#include "base/arena.h"

struct strvec {
	const char **v; /* v[n] is NULL once something was pushed */
	size_t n, cap;
};

void strvec_push(struct arena *a, struct strvec *l, const char *s);

/* True if S is in the list. */
bool strvec_has(const struct strvec *l, const char *s);

/* strcmp order, in place. */
void strvec_sort(struct strvec *l);

#endif
