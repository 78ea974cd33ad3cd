#include <string.h>

#include "host/machine.h"

const char *os_release(const char *text, const char *key, struct arena *arena)
{
	size_t n = strlen(key), len;
	const char *p, *value;

	for (p = text; *p; p += len + (p[len] != '\0')) {
		len = strcspn(p, "\n");
		if (len <= n || strncmp(p, key, n) != 0 || p[n] != '=')
			continue;
		value = p + n + 1;
		len -= n + 1;
		if (len >= 2 && (*value == '"' || *value == '\'') && value[len - 1] == *value)
			return arena_strndup(arena, value + 1, len - 2);
		return arena_strndup(arena, value, len);
	}
	return NULL;
}
