/*
 * The files in which the user's own words are kept: the record of trust and the answers about
 * ports. Nobody else can write them, but a disk, an editor or an older version can leave anything
 * there. Whatever it is, what is read is what is written from it and read again, and no line of it
 * becomes another's.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/answers.h"
#include "cli/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void check_record(char *text, struct arena *arena)
{
	struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	const struct record_entry *e;
	struct record r, again;
	size_t i;

	record_parse(&r, text, arena);
	vec_each (e, &r) {
		check(e->path && e->digest && e->text);
		check(!strpbrk(e->path, "\n") && record_find(&r, e->path));
		for (i = 0; i < e->lines.n; i++)
			check(!strchr(e->lines.v[i], '\n'));
	}
	record_render(&r, &once);
	record_parse(&again, arena_strdup(arena, once.s), arena);
	check(again.n == r.n);
	for (i = 0; i < r.n; i++)
		check(strcmp(r.v[i].digest, again.v[i].digest) == 0 &&
			r.v[i].lines.n == again.v[i].lines.n);
	record_render(&again, &twice);
	check(strcmp(once.s, twice.s) == 0);
	strbuf_release(&once);
	strbuf_release(&twice);
}

static void check_answers(char *text, struct arena *arena)
{
	struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
	struct answers all = {0}, again = {0};
	const struct answered *a;

	answers_parse(&all, text, arena);
	vec_each (a, &all) {
		check(a->answer == ANSWER_ALWAYS || a->answer == ANSWER_NEVER);
		check(a->port > 0 && a->port <= 65535 && a->project);
		check(answers_find(&all, a->project, a->port) >= a->answer);
	}
	answers_render(&all, &once);
	answers_parse(&again, arena_strdup(arena, once.s), arena);
	check(again.n == all.n);
	answers_render(&again, &twice);
	check(strcmp(once.s, twice.s) == 0);
	strbuf_release(&once);
	strbuf_release(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;

	check_record(arena_strndup(&arena, (const char *)data, size), &arena);
	check_answers(arena_strndup(&arena, (const char *)data, size), &arena);
	answer_read(arena_strndup(&arena, (const char *)data, size));
	arena_release(&arena);
	return 0;
}
