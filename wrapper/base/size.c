#include "base/size.h"

#include <string.h>

static const char units[] = "KMGT";

bool size_parse(const char *s, uint64_t *out)
{
	const char *unit;
	uint64_t n = 0;
	unsigned shift;

	if (*s < '0' || *s > '9')
		return false;
	for (; *s >= '0' && *s <= '9'; s++) {
		if (n > (INT64_MAX - 9) / 10)
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	unit = *s ? strchr(units, *s) : NULL;
	shift = unit ? 10 * (unsigned)(unit - units + 1) : 0;
	if ((*s && !unit) || (unit && s[1]) || n > (uint64_t)INT64_MAX >> shift)
		return false;
	*out = n << shift;
	return true;
}

const char *size_text(uint64_t n, struct arena *arena)
{
	size_t unit = 0;

	while (n && n % 1024 == 0 && unit < sizeof units - 1) {
		n /= 1024;
		unit++;
	}
	return arena_printf(arena, "%llu%.*s", (unsigned long long)n, unit ? 1 : 0,
		units + (unit ? unit - 1 : 0));
}
