#include "base/path.h"

#include <string.h>

/* Cuts the last component off OUT (LEN bytes, absolute); "/" stays as the empty string. */
static size_t climb(const char *out, size_t len)
{
	while (len > 0 && out[len - 1] != '/')
		len--;
	return len > 0 ? len - 1 : 0;
}

char *path_absolute(struct arena *a, const char *base, const char *path)
{
	size_t len = 0, n;
	bool leading = path[0] != '/';
	char *out = arena_alloc(a, strlen(base) + strlen(path) + 2);
	const char *p;

	if (leading && strcmp(base, "/") != 0) {
		len = strlen(base);
		memcpy(out, base, len);
	}
	for (p = path; *p; p += n) {
		p += strspn(p, "/");
		n = strcspn(p, "/");
		if (n == 0 || (n == 1 && p[0] == '.'))
			continue;
		if (n == 2 && p[0] == '.' && p[1] == '.') {
			if (!leading)
				return NULL;
			len = climb(out, len);
			continue;
		}
		leading = false;
		out[len++] = '/';
		memcpy(out + len, p, n);
		len += n;
	}
	if (len == 0)
		out[len++] = '/';
	out[len] = '\0';
	return out;
}

char *path_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = strcmp(dir, "/") ? strlen(dir) : 0, len = strlen(name) + 1;
	char *out = arena_alloc(a, n + 1 + len);

	memcpy(out, dir, n + 1); /* what ends it gives way to the slash */
	out[n] = '/';
	memcpy(out + n + 1, name, len);
	return out;
}

bool path_under(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	if (n == 1)
		return true;
	return strncmp(path, dir, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

const char *path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

char *path_parent(struct arena *a, const char *path)
{
	size_t n = climb(path, strlen(path));

	return n ? arena_strndup(a, path, n) : arena_strdup(a, "/");
}

char *path_from_table(struct arena *a, const char *s, size_t n)
{
	char *out = arena_strndup(a, s, n), *to = out;
	const char *p = out;
	unsigned byte, i;

	while (*p) {
		byte = (unsigned char)*p++;
		if (byte == '\\' && strspn(p, "01234567") >= 3)
			for (byte = i = 0; i < 3; i++)
				byte = byte << 3 | (unsigned)(*p++ - '0');
		*to++ = (char)byte;
	}
	*to = '\0';
	return out;
}
