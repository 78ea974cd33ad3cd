/*
 * Whatever lies in a repository as its configuration, or as a pointer to it. What is read must say
 * the same when it is written out plainly and read again, and hold nothing that was not there.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "host/git_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static const char *const headers[] = {
	[GIT_HOOKS_PATH] = "[core]hooksPath",
	[GIT_WORKTREE] = "[Core]\n\tworktree",
	[GIT_INCLUDE] = "[includeIf \"\\\"]\"] ; [core]\nPATH",
	[GIT_WORKTREE_CONFIG] = "[extensions]\r\nworktreeConfig",
};

static void write_value(struct strbuf *out, const struct git_value *value)
{
	const char *p;

	strbuf_adds(out, headers[value->key]);
	strbuf_adds(out, value->text ? "\t= \"" : "");
	for (p = value->text; p && *p; p++) {
		if (*p == '"' || *p == '\\')
			strbuf_addc(out, '\\');
		if (*p == '\n')
			strbuf_adds(out, "\\n");
		else
			strbuf_addc(out, *p);
	}
	strbuf_adds(out, value->text ? "\"\n" : "\n");
}

static void check_again(const struct git_config *first, struct arena *arena)
{
	struct strbuf text = STRBUF_INIT;
	struct git_config again = {0};
	const char *a, *b;
	size_t i;

	for (i = 0; i < first->values.n; i++)
		write_value(&text, &first->values.v[i]);
	check(git_config_read(text.s, text.len, &again, arena));
	check(again.values.n == first->values.n);
	for (i = 0; i < first->values.n; i++) {
		a = first->values.v[i].text;
		b = again.values.v[i].text;
		check(first->values.v[i].key == again.values.v[i].key);
		check(a && b ? strcmp(a, b) == 0 : a == b);
	}
	strbuf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* In memory of its own size, so that a byte too far is seen. */
	char *text = memcpy(malloc(size ? size : 1), data, size);
	struct arena arena = ARENA_INIT;
	struct git_config config = {0};
	const struct git_value *value;
	const char *to;
	size_t bytes = 0;

	git_config_read(text, size, &config, &arena);
	check(config.values.n <= GIT_VALUES_MAX);
	vec_each (value, &config.values)
		bytes += value->text ? strlen(value->text) : 0;
	check(bytes <= size);
	check_again(&config, &arena);
	to = git_pointer(text, size, "gitdir: ", &arena);
	check(!to || (*to && strlen(to) <= size - 8));
	to = git_pointer(text, size, "", &arena);
	check(!to || (*to && memcmp(to, text, strlen(to)) == 0));
	free(text);
	arena_release(&arena);
	return 0;
}
