#include "render/bundle.h"

#include <string.h>

#include "base/path.h"
#include "model/names.h"

enum {
	NAME_COLUMN = 13,
	STATE_COLUMN = 22,
	REASON_INDENT = 6,
	COLUMNS_MIN = 40, /* narrower terminals get lines of this */
};

static const char *const state_words[] = {
	[BUNDLE_ENABLED] = "enabled",
	[BUNDLE_OFF] = "off",
	[BUNDLE_NAMED] = "by name",
};

/* --- Lines ------------------------------------------------------------------------------------ */

struct page {
	struct strbuf *out;
	unsigned columns; /* 0: lines are as long as they are */
	size_t start;     /* where the current line begins in out */
};

static void end_line(struct page *p)
{
	strbuf_addc(p->out, '\n');
	p->start = p->out->len;
}

static void indent(struct page *p, size_t column)
{
	while (p->out->len - p->start < column)
		strbuf_addc(p->out, ' ');
}

/* Adds the words of TEXT to the line, which goes on at INDENT where it is full. What is not safe
 * for a terminal is escaped first, and has no blanks then that would be a place to fold. */
static void put(struct page *p, const char *text, size_t column)
{
	struct strbuf safe = STRBUF_INIT;
	const char *word;
	size_t n;

	strbuf_add_escaped(&safe, text);
	for (word = safe.s ? safe.s : ""; *word; word += n + strspn(word + n, " ")) {
		n = strcspn(word, " ");
		if (p->columns && p->out->len - p->start > column &&
			p->out->len - p->start + 1 + n > p->columns)
			end_line(p);
		if (p->out->len == p->start)
			indent(p, column);
		else if (p->out->s[p->out->len - 1] != ' ')
			strbuf_addc(p->out, ' ');
		strbuf_add(p->out, word, n);
	}
	strbuf_release(&safe);
}

static void put_line(struct page *p, const char *text, size_t column)
{
	put(p, text, column);
	end_line(p);
}

static void heading(struct page *p, const char *text)
{
	end_line(p);
	put_line(p, text, 0);
}

/* WORDS with commas. */
static void put_words(struct page *p, const struct strvec *words)
{
	struct strbuf text = STRBUF_INIT;
	size_t i;

	for (i = 0; i < words->n; i++)
		strbuf_addf(&text, "%s%s", words->v[i], i + 1 < words->n ? ", " : "");
	if (words->n)
		put_line(p, text.s, 2);
	strbuf_release(&text);
}

/* --- One bundle ------------------------------------------------------------------------------- */

/* Adds "with KNOB" and its like, behind COMMA. */
static void add_condition(const char *when, const char *comma, struct strbuf *out)
{
	const char *equals = strchr(when, '=');

	strbuf_addf(out, "%s%s ", comma, *when == '!' ? "without" : "with");
	when += *when == '!';
	if (equals)
		strbuf_addf(out, "%.*s = \"%s\"", (int)(equals - when), when, equals + 1);
	else
		strbuf_adds(out, when);
}

/* "  VALUE  (conditions and marks)", and the reason below. */
static void put_grant(struct page *p, const struct grant *g)
{
	struct strbuf text = STRBUF_INIT, notes = STRBUF_INIT;

	strbuf_adds(&text, g->value);
	if (g->text)
		strbuf_addf(&text, "=%s", g->text);
	if (g->os)
		strbuf_addf(&notes, "only on %s", g->os == PLATFORM_MACOS ? "macOS" : "Linux");
	if (g->when)
		add_condition(g->when, notes.len ? ", " : "", &notes);
	if (g->flags & GRANT_MAKE)
		strbuf_addf(&notes, "%smade if missing", notes.len ? ", " : "");
	if (grant_mark(g))
		strbuf_addf(&notes, "%s%s", notes.len ? ", " : "", grant_mark(g));
	if (notes.len)
		strbuf_addf(&text, " (%s)", notes.s);
	put_line(p, text.s, 2);
	if (g->from.why)
		put_line(p, g->from.why, REASON_INDENT);
	strbuf_release(&text);
	strbuf_release(&notes);
}

/* A value that needs no words stands beside its neighbours. */
static bool is_plain(const struct grant *g)
{
	return !g->when && !g->os && !g->from.why && !g->text && !(g->flags & GRANT_MAKE) &&
		!grant_mark(g);
}

/* Those of B's grants that are of KIND and IN_PROJECT, under TITLE. False if there are none. */
static bool put_group(struct page *p, const struct bundle *b, enum grant_kind kind,
	unsigned in_project, const char *title)
{
	struct strvec plain = {0};
	struct arena arena = ARENA_INIT;
	const struct grant *g;
	bool begun = false;

	vec_each (g, &b->grants) {
		if (g->kind != kind || (g->flags & GRANT_IN_PROJECT) != in_project)
			continue;
		if (!begun)
			heading(p, title);
		begun = true;
		if (is_plain(g)) {
			strvec_push(&arena, &plain, g->value);
			continue;
		}
		put_words(p, &plain);
		plain.n = 0;
		put_grant(p, g);
	}
	put_words(p, &plain);
	arena_release(&arena);
	return begun;
}

static void put_grants(struct page *p, const struct bundle *b)
{
	static const char *const titles[GRANT_KINDS] = {
		[GRANT_READ] = "reads",
		[GRANT_WRITE] = "writes",
		[GRANT_PROTECT] = "never writes, whatever is granted around it",
		[GRANT_COPY] = "reads a copy of",
		[GRANT_ENV] = "environment: variables of yours that pass",
		[GRANT_SET] = "environment: what is set unless yours passes",
		[GRANT_GIT_CONFIG] = "git's configuration, for this run",
		[GRANT_DOMAIN] = "network: hosts, unless the entry in command_tools names others",
		[GRANT_HOST_PORT] = "ports of this machine's localhost",
		[GRANT_SOCKET] = "Unix sockets that it connects to",
		[GRANT_DBUS] = "session bus: what its proxy lets pass",
		[GRANT_CREDENTIAL] = "secret stores",
	};
	int kind;

	for (kind = 0; kind < GRANT_KINDS; kind++) {
		const char *title =
			titles[kind] ? titles[kind] : grant_kind_name((enum grant_kind)kind);
		bool some = put_group(p, b, (enum grant_kind)kind, 0, title);

		if (kind == GRANT_WRITE)
			put_group(p, b, GRANT_WRITE, GRANT_IN_PROJECT,
				"writes in the project, even in a read-only one");
		if (kind == GRANT_DOMAIN && !some)
			heading(p, "network: none, unless the entry in command_tools names hosts");
	}
}

static void put_uses(struct page *p, const struct bundle *b)
{
	struct strbuf text = STRBUF_INIT;
	const struct use *u;

	if (b->uses.n)
		heading(p, "uses, without their hosts and ports");
	vec_each (u, &b->uses) {
		text.len = 0;
		strbuf_adds(&text, u->name);
		if (u->when) {
			add_condition(u->when, " (", &text);
			strbuf_addc(&text, ')');
		}
		put_line(p, text.s, 2);
	}
	strbuf_release(&text);
}

static void put_knobs(struct page *p, const struct bundle *b)
{
	struct strbuf text = STRBUF_INIT;
	const struct knob *k;
	size_t i;

	if (b->knobs.n) {
		strbuf_addf(&text, "settings, as in command_tools = [{ tool = \"%s\", %s = ... }]",
			b->name, b->knobs.v->name);
		heading(p, text.s);
	}
	vec_each (k, &b->knobs) {
		text.len = 0;
		strbuf_addf(&text, "%s = ", k->name);
		for (i = 0; i < k->values.n; i++)
			strbuf_addf(&text, "%s\"%s\"", i ? " or " : "", k->values.v[i]);
		if (k->type != KNOB_ENUM)
			strbuf_adds(&text, "true or false");
		if (k->needs)
			strbuf_addf(
				&text, "; omitted: true if %s is enabled by name too", k->needs);
		else if (k->initial)
			strbuf_addf(&text, "; %s if omitted", k->initial);
		put_line(p, text.s, 2);
		if (k->from.why)
			put_line(p, k->from.why, REASON_INDENT);
	}
	strbuf_release(&text);
}

/* True if B is granted something within STORE; that is a part of it, for all of it is refused. */
static bool opens_part(const struct bundle *b, const char *store)
{
	const struct grant *g;

	vec_each (g, &b->grants)
		if (grant_is_path(g->kind) && path_under(g->value, store))
			return true;
	return false;
}

/* What of the home stays closed though a reader may fear for it. */
static void put_closed(struct page *p, const struct bundle *b, const struct grants *secrets)
{
	struct strbuf text = STRBUF_INIT;
	const struct grant *g;

	heading(p, "not there, as for every command");
	vec_each (g, secrets)
		if (*g->value == '~')
			strbuf_addf(&text, "%s%s%s", text.len ? ", " : "", g->value,
				opens_part(b, g->value) ? " (but for what is named above)" : "");
	put_line(p, text.s ? text.s : "", 2);
	strbuf_release(&text);
}

static void put_head(struct page *p, const struct listed *l)
{
	static const char *const states[] = {
		[BUNDLE_ENABLED] = NULL,
		[BUNDLE_OFF] = "Not enabled here: command_tools of the manifest does not name it.",
		[BUNDLE_NAMED] = "Not enabled here: it holds only where command_tools names it.",
	};
	const struct bundle *b = l->bundle;
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s: %s", b->name, b->summary);
	put_line(p, text.s, 0);
	text.len = 0;
	strbuf_addf(&text, "from %s", b->at.file);
	put_line(p, text.s, 0);
	if (states[l->state])
		put_line(p, states[l->state], 0);
	heading(p, "commands");
	put_words(p, &b->commands);
	put_words(p, &b->prefixes);
	strbuf_release(&text);
}

void render_bundle(
	const struct listed *l, const struct grants *secrets, unsigned columns, struct strbuf *out)
{
	struct page p = {
		.out = out,
		.columns = columns && columns < COLUMNS_MIN ? COLUMNS_MIN : columns,
		.start = out->len,
	};

	put_head(&p, l);
	put_uses(&p, l->bundle);
	put_grants(&p, l->bundle);
	put_knobs(&p, l->bundle);
	put_closed(&p, l->bundle, secrets);
}

/* --- All of them ------------------------------------------------------------------------------ */

void render_bundles(const struct listed *list, size_t n, unsigned columns, struct strbuf *out)
{
	struct page p = {.out = out, .start = out->len};
	struct strbuf text = STRBUF_INIT;
	size_t i, j;

	for (i = 0; i < n; i++) {
		const struct bundle *b = list[i].bundle;

		put(&p, b->name, 0);
		strbuf_addc(out, ' ');
		indent(&p, NAME_COLUMN);
		strbuf_adds(out, state_words[list[i].state]);
		indent(&p, STATE_COLUMN);
		text.len = 0;
		strbuf_addf(&text, "%s (", b->summary);
		for (j = 0; j < b->commands.n; j++)
			strbuf_addf(&text, "%s%s", j ? ", " : "", b->commands.v[j]);
		for (j = 0; j < b->prefixes.n; j++)
			strbuf_addf(&text, "%s%s", j + b->commands.n ? ", " : "", b->prefixes.v[j]);
		strbuf_addc(&text, ')');
		strbuf_add_escaped(out, text.s);
		if (columns > STATE_COLUMN && out->len - p.start > columns) {
			out->len = p.start + columns - 3;
			while ((out->s[out->len] & 0xc0) == 0x80) /* within a character */
				out->len--;
			strbuf_adds(out, "...");
		}
		end_line(&p);
	}
	strbuf_release(&text);
}
