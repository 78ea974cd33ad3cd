/*
 * Globs and paths of manifests, on names of the caller's. Input: a glob, a newline, a name; then
 * both are a base and a path as well. A glob means what a slow reading of it means, in bounded
 * time; a path that is taken is clean, and stays what it is when it is read again.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MODEL_MAX = 256 };

static void check(bool truth)
{
	if (!truth)
		abort();
}

/* Row by row: which beginnings of NAME the first so many characters of GLOB match. */
static bool model(const char *glob, const char *name)
{
	bool row[MODEL_MAX + 1] = {true}, before, above;
	size_t n = strlen(name), i;

	for (; *glob; glob++) {
		before = row[0];
		row[0] = row[0] && *glob == '*';
		for (i = 1; i <= n; i++) {
			above = row[i];
			row[i] =
				*glob == '*' ? row[i - 1] || above : before && *glob == name[i - 1];
			before = above;
		}
	}
	return row[n];
}

static void check_path(struct arena *a, const char *base, const char *path)
{
	char *clean = path_absolute(a, base, path);

	if (!clean)
		return;
	check(clean[0] == '/' && !strstr(clean, "//") && !strstr(clean, "/../") &&
		!strstr(clean, "/./"));
	check(!clean[1] || clean[strlen(clean) - 1] != '/');
	check(strcmp(path_base(clean), "..") != 0 && strcmp(path_base(clean), ".") != 0);
	check(strcmp(path_absolute(a, "/", clean), clean) == 0);
	check(path_under(clean, path_parent(a, clean)) && path_under(clean, clean));
	check(path_under(clean, "/") && (!clean[1] || !path_under("/", clean)));
	/* A relative path that does not climb stays where it was said to be. */
	if (*path != '/' && !strstr(path, ".."))
		check(path_under(clean, base));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	char *glob = arena_strndup(&arena, (const char *)data, size), *name, *base;

	name = strchr(glob, '\n');
	if (name) {
		*name++ = '\0';
		if (strlen(name) <= MODEL_MAX)
			check(glob_match(glob, name) == model(glob, name));
		check(glob_match("*", name) && glob_match(name, name) >= !strchr(name, '*'));
		base = path_absolute(&arena, "/", glob);
		if (base)
			check_path(&arena, base, name);
	}
	check_path(&arena, "/base/folder", glob);
	arena_release(&arena);
	return 0;
}
