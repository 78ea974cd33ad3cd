#include "model/facts.h"

#include <string.h>

const struct path_fact *facts_path(const struct facts *f, const char *path)
{
	size_t lo = 0, hi = f->paths.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(path, f->paths.v[mid].path);

		if (order == 0)
			return &f->paths.v[mid];
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

const char *facts_variable(const struct facts *f, const char *name)
{
	const char *const *e;
	size_t n = strlen(name);

	for (e = f->environ; e && *e; e++)
		if (strncmp(*e, name, n) == 0 && (*e)[n] == '=')
			return *e + n + 1;
	return NULL;
}
