#include "base/strvec.h"

#include <stdlib.h>
#include <string.h>

void strvec_push(struct arena *a, struct strvec *l, const char *s)
{
	/* One more than n, for the NULL that ends an argv. */
	if (l->n + 1 >= l->cap)
		l->v = vec_room(a, l->v, l->cap, &l->cap, sizeof *l->v);
	l->v[l->n++] = s;
	l->v[l->n] = NULL;
}

bool strvec_has(const struct strvec *l, const char *s)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strcmp(l->v[i], s) == 0)
			return true;
	return false;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void strvec_sort(struct strvec *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof *l->v, by_bytes);
}
