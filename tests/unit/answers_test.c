/*
 * What was answered for good: reading, finding, changing and writing it.
 */
#include "cli/answers.h"
#include "cli/state.h"
#include "tap.h"

static struct arena arena;

static struct answers parse(const char *text)
{
	struct answers a = {0};

	answers_parse(&a, text ? arena_strdup(&arena, text) : NULL, &arena);
	return a;
}

/* What the file would hold, without its first line. */
static const char *rendered(const struct answers *a)
{
	struct strbuf out = STRBUF_INIT;
	const char *text;

	answers_render(a, &out);
	text = arena_strdup(&arena, strchr(out.s, '\n') + 1);
	strbuf_release(&out);
	return text;
}

static void test_typed(void)
{
	static const struct {
		const char *typed;
		enum answer answer;
	} rows[] = {
		{"y", ANSWER_ONCE},
		{"YES", ANSWER_ONCE},
		{"a", ANSWER_ALWAYS},
		{"Always", ANSWER_ALWAYS},
		{"n", ANSWER_NO},
		{"no", ANSWER_NO},
		{"v", ANSWER_NEVER},
		{"never", ANSWER_NEVER},
		{"", ANSWER_NONE},
		{" ", ANSWER_NONE},
		{" y", ANSWER_NONE},
		{"y ", ANSWER_NONE},
		{"ye", ANSWER_NONE},
		{"yy", ANSWER_NONE},
		{"once", ANSWER_NONE},
		{"\033[Ay", ANSWER_NONE},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++)
		is_int(answer_read(rows[i].typed), rows[i].answer, "typed '%s'", rows[i].typed);
}

static void test_parse(void)
{
	struct answers a = parse("# a comment\n"
				 "always 5432 /p\n"
				 "never 6379 /p\n"
				 "always 6379 /q%20r");

	is_int((long)a.n, 3, "three answers");
	is_int(answers_find(&a, "/p", 5432), ANSWER_ALWAYS, "always");
	is_int(answers_find(&a, "/p", 6379), ANSWER_NEVER, "never");
	is_int(answers_find(&a, "/q%20r", 6379), ANSWER_ALWAYS, "of another project");
	is_int(answers_find(&a, "/p", 543), ANSWER_NONE, "not of another port");
	is_int(answers_find(&a, "/p/q", 5432), ANSWER_NONE, "not of a folder below");
	is_int(answers_find(&a, "/", 5432), ANSWER_NONE, "nor above");
	is_str(rendered(&a), "always 5432 /p\nnever 6379 /p\nalways 6379 /q%20r\n",
		"written as it was read");
	a = parse("always 0 /p\nalways 65536 /p\nalways 05 /p\nalways +5 /p\nalways 5\nalways\n"
		  "always  5 /p\nyes 5 /p\nno 5 /p\nALWAYS\n5 always /p\n \n\nalways 5 ");
	is_int(answers_find(&a, "/p", 5), ANSWER_NONE, "a line that is none counts for nothing");
	is_int(answers_find(&a, "/p", 0), ANSWER_NONE, "no port 0");
	a = parse("always 5 /p\nnever 5 /p\nalways 5 /p\n");
	is_int(answers_find(&a, "/p", 5), ANSWER_NEVER, "never holds over always");
	a = parse(NULL);
	is_int((long)a.n, 0, "no file, no answers");
	a = parse("");
	is_int((long)a.n, 0, "nor in an empty one");
}

static void test_set(void)
{
	struct answers a = {0};

	ok(!answers_set(&a, "/p", 5, ANSWER_NONE, &arena), "nothing to forget");
	ok(!answers_set(&a, "/p", 5, ANSWER_ALWAYS, &arena), "nothing to replace");
	ok(answers_set(&a, "/p", 5, ANSWER_NEVER, &arena), "replaced");
	is_str(rendered(&a), "never 5 /p\n", "... not kept beside");
	answers_set(&a, "/p", 6, ANSWER_ALWAYS, &arena);
	answers_set(&a, "/q", 5, ANSWER_ALWAYS, &arena);
	ok(answers_set(&a, "/p", 5, ANSWER_NONE, &arena), "forgotten");
	is_int(answers_find(&a, "/p", 5), ANSWER_NONE, "... not found");
	is_str(rendered(&a), "always 6 /p\nalways 5 /q\n", "... nor written");
	ok(!answers_set(&a, "/p", 5, ANSWER_NONE, &arena), "... once");
	ok(answers_set(&a, "/p", 0, ANSWER_NONE, &arena), "all of a project");
	is_str(rendered(&a), "always 5 /q\n", "... and no other's");
}

static void test_words(void)
{
	is_str(state_word("/a/b-c.d", &arena), "/a/b-c.d", "a plain path stays as it is");
	is_str(state_word("/a b\n\t%20\x7f\xc3\xa9", &arena), "/a%20b%0a%09%2520%7f%c3%a9",
		"what is not plain is one word, and no other path's");
}

int main(void)
{
	test_typed();
	test_parse();
	test_set();
	test_words();
	arena_release(&arena);
	return done_testing();
}
