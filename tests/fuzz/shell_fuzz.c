/*
 * The string behind `sh -c` is the caller's, often an agent's. Any string must be read or refused;
 * what is read has commands of at least one word, and the words hold nothing that was not there.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/match.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct commands found = {0}, all = {0};
	const struct strvec none = {0};
	char *text = arena_strndup(&arena, (const char *)data, size);
	const char *argv[] = {"timeout", "5", "sh", "-c", text, NULL};
	size_t i, j, bytes = 0;

	if (!shell_commands(text, &arena, &found) && found.n)
		abort();
	for (i = 0; i < found.n; i++) {
		if (found.v[i].n == 0)
			abort();
		for (j = 0; j < found.v[i].n; j++)
			bytes += strlen(found.v[i].v[j]);
	}
	if (bytes > strlen(text))
		abort();
	match_commands(argv, &none, &arena, &all);
	if (all.n == 0 && strlen(text) == 0 && found.n)
		abort();
	arena_release(&arena);
	return 0;
}
