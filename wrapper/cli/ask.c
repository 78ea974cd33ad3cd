#include "cli/ask.h"

#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/path.h"
#include "cli/state.h"
#include "cli/terminal.h"
#include "model/names.h"

/* So often an answer that is none is asked again. */
enum { TRIES = 3 };

static const struct state_file record = {"ports", "the record of answers"};

void ask_remembered(struct session *s, struct answers *out)
{
	*out = (struct answers){0};
	answers_parse(out, state_read(&record, &s->facts, &s->arena), &s->arena);
}

bool ask_remember(struct session *s, unsigned port, enum answer answer)
{
	int lock = state_lock(&record, &s->facts, &s->arena);
	struct strbuf text = STRBUF_INIT;
	struct answers answers;
	bool had;

	ask_remembered(s, &answers);
	had = answers_set(
		&answers, state_word(s->facts.project, &s->arena), port, answer, &s->arena);
	answers_render(&answers, &text);
	state_write(&record, &s->facts, &s->arena, &text);
	close(lock);
	return had;
}

/* What all questions of a run share. */
struct asking {
	struct session *s;
	struct answers answers;
	const char *project; /* as it stands in the answers */
	int tty;
	const char *why; /* there is no terminal */
};

/* "seal.toml:7": the project's own files by their names in it. */
static const char *place_text(struct session *s, const struct place *at)
{
	const char *file = at->file;

	if (path_under(file, s->facts.project))
		file += strlen(s->facts.project) + 1;
	return arena_printf(&s->arena, "%s:%d", file, at->line);
}

static enum answer question(struct asking *a, const struct port *p)
{
	const char *risk = p->twin ? NULL : port_risk(p->number);
	struct strbuf text = STRBUF_INIT;
	char typed[32];
	enum answer answer = ANSWER_NONE;
	int i;

	strbuf_adds(&text, "seal-exec: ");
	strbuf_add_escaped(&text, a->s->facts.project);
	strbuf_addf(&text, " wants the host's localhost port %u%s%s%s for this run (", p->number,
		risk ? " (" : "", risk ? risk : "", risk ? ")" : "");
	strbuf_add_escaped(&text, place_text(a->s, &p->from.at));
	strbuf_adds(&text, "). Allow? [y]es once, [a]lways, [n]o, ne[v]er: ");
	for (i = 0; i < TRIES && answer == ANSWER_NONE; i++) {
		if (!terminal_ask(a->tty, text.s, typed, sizeof typed))
			break;
		answer = answer_read(typed);
	}
	strbuf_release(&text);
	return answer;
}

static void say_closed(const struct asking *a, const struct port *p, const char *why)
{
	if (!a->s->options.set[OPT_QUIET])
		warn_line("the host's localhost port %u stays closed: %s", p->number, why);
}

static bool allowed(struct asking *a, const struct port *p)
{
	struct arena *arena = &a->s->arena;
	enum answer answer = answers_find(&a->answers, a->project, p->number);

	if (answer == ANSWER_NEVER)
		say_closed(a, p,
			arena_printf(arena,
				"you have answered \"never\"; to be asked again: seal-exec ports "
				"forget %u",
				p->number));
	if (answer != ANSWER_NONE)
		return answer == ANSWER_ALWAYS;
	if (a->tty < 0 && !a->why)
		a->tty = terminal_open(&a->why);
	if (a->tty < 0) {
		say_closed(a, p,
			arena_printf(arena,
				"%s; answer \"always\" on a terminal, or remove prompt in %s",
				a->why, place_text(a->s, &p->from.at)));
		return false;
	}
	answer = question(a, p);
	if (answer == ANSWER_NONE)
		say_closed(a, p, "the question was not answered; type y, a, n or v");
	if (answer == ANSWER_ALWAYS || answer == ANSWER_NEVER)
		ask_remember(a->s, p->number, answer);
	return answer == ANSWER_ONCE || answer == ANSWER_ALWAYS;
}

void ask_ports(struct session *s)
{
	struct asking a = {.s = s, .tty = -1};
	struct ports *ports = &s->plan.net.host_ports;
	const struct port *p;
	size_t asked = 0, kept = 0;

	vec_each (p, ports)
		asked += p->prompt;
	if (!asked)
		return;
	ask_remembered(s, &a.answers);
	a.project = state_word(s->facts.project, &s->arena);
	vec_each (p, ports)
		if (!p->prompt || allowed(&a, p))
			ports->v[kept++] = *p;
	ports->n = kept;
	if (!network_wanted(&s->plan.net))
		s->plan.layers &= ~LAYER_BIT(NETWORK); /* nothing is left for it to do */
	if (a.tty >= 0)
		close(a.tty);
}
