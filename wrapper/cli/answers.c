#include "cli/answers.h"

#include <string.h>
#include <strings.h>

#include "base/pattern.h"

static const struct {
	const char *letter, *word;
} typed_words[] = {
	[ANSWER_NONE] = {"", ""},
	[ANSWER_ONCE] = {"y", "yes"},
	[ANSWER_ALWAYS] = {"a", "always"},
	[ANSWER_NO] = {"n", "no"},
	[ANSWER_NEVER] = {"v", "never"},
};

enum answer answer_read(const char *typed)
{
	int i;

	for (i = ANSWER_ONCE; i <= ANSWER_NEVER; i++)
		if (strcasecmp(typed, typed_words[i].letter) == 0 ||
			strcasecmp(typed, typed_words[i].word) == 0)
			return (enum answer)i;
	return ANSWER_NONE;
}

void answers_parse(struct answers *out, char *text, struct arena *arena)
{
	char *line, *word, *port;
	enum answer answer;

	while ((line = strsep(&text, "\n"))) {
		word = strsep(&line, " ");
		port = strsep(&line, " ");
		answer = answer_read(word);
		if ((answer == ANSWER_ALWAYS || answer == ANSWER_NEVER) && port && line &&
			port_parse(port))
			*vec_push(arena, out) = (struct answered){
				.answer = answer,
				.port = port_parse(port),
				.project = line,
			};
	}
}

enum answer answers_find(const struct answers *answers, const char *project, unsigned port)
{
	enum answer found = ANSWER_NONE;
	const struct answered *a;

	vec_each (a, answers)
		if (a->port == port && strcmp(a->project, project) == 0 && a->answer > found)
			found = a->answer;
	return found;
}

bool answers_set(struct answers *answers, const char *project, unsigned port, enum answer answer,
	struct arena *arena)
{
	struct answered *a;
	bool had = false;

	vec_each (a, answers)
		if ((a->port == port || port == 0) && a->answer != ANSWER_NONE &&
			strcmp(a->project, project) == 0) {
			a->answer = ANSWER_NONE;
			had = true;
		}
	if (answer != ANSWER_NONE)
		*vec_push(arena, answers) = (struct answered){answer, port, project};
	return had;
}

void answers_render(const struct answers *answers, struct strbuf *out)
{
	const struct answered *a;

	strbuf_adds(out, "# Written by seal-exec. Remove an answer with seal-exec ports forget.\n");
	vec_each (a, answers)
		if (a->answer != ANSWER_NONE)
			strbuf_addf(out, "%s %u %s\n", typed_words[a->answer].word, a->port,
				a->project);
}
