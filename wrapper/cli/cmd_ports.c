/*
 * ports: what the user has answered about the host's ports for this project, and how to take it
 * back.
 */
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/pattern.h"
#include "cli/ask.h"
#include "cli/state.h"

static void list_answers(struct session *s, struct strbuf *out)
{
	const char *project = state_word(s->facts.project, &s->arena);
	const struct answered *a;
	struct answers answers;

	ask_remembered(s, &answers);
	vec_each (a, &answers)
		if (strcmp(a->project, project) == 0)
			strbuf_addf(out, "%u %s\n", a->port,
				a->answer == ANSWER_ALWAYS ? "always" : "never");
}

static void forget(struct session *s, const char *word)
{
	bool all = strcmp(word, "all") == 0;
	unsigned port = port_parse(word);

	if (!all && port == 0)
		die("'%s' is no port; write a number from 1 to 65535, or all", word);
	if (!ask_remember(s, port, ANSWER_NONE) && !all)
		die("there is no answer about port %u for %s; seal-exec ports lists them", port,
			s->facts.project);
}

int cmd_ports(struct session *s)
{
	struct strbuf text = STRBUF_INIT;
	char **rest;

	opts_read(&s->options, SCOPE_PORTS, s->options.rest + 1);
	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_PORTS, &text);
		session_print(&text);
		return 0;
	}
	rest = s->options.rest;
	session_open(s, environ);
	if (!rest[0] || (strcmp(rest[0], "list") == 0 && !rest[1]))
		list_answers(s, &text);
	else if (strcmp(rest[0], "forget") == 0 && rest[1] && !rest[2])
		forget(s, rest[1]);
	else
		die("write: seal-exec ports list, or: seal-exec ports forget PORT (or all)");
	session_print(&text);
	return 0;
}
