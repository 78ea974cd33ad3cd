/*
 * bundles: the catalogue, for reading.
 */
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "cli/session.h"
#include "render/explain.h"

static void list_bundles(struct session *s, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < s->catalog.index.n; i++) {
		const struct bundle *b =
			catalog_load(&s->catalog, s->catalog.index.v[i].name, &s->diags);

		if (!b)
			continue;
		strbuf_addf(out, "%-12s ", b->name);
		strbuf_add_escaped(out, b->summary);
		strbuf_addc(out, '\n');
	}
}

static void show_words(const char *what, const struct strvec *words, struct strbuf *out)
{
	size_t i;

	if (words->n)
		strbuf_addf(out, "%-13s", what);
	for (i = 0; i < words->n; i++) {
		strbuf_adds(out, i ? ", " : "");
		strbuf_add_escaped(out, words->v[i]);
	}
	if (words->n)
		strbuf_addc(out, '\n');
}

static void show_uses(const struct bundle *b, struct strbuf *out)
{
	const struct use *u;

	if (b->uses.n)
		strbuf_addf(out, "%-13s", "uses");
	vec_each (u, &b->uses) {
		strbuf_adds(out, u == b->uses.v ? "" : ", ");
		strbuf_add_escaped(out, u->name);
		if (u->when)
			strbuf_addf(out, " (when %s)", u->when);
	}
	if (b->uses.n)
		strbuf_addc(out, '\n');
}

static void show_bundle(const struct bundle *b, struct strbuf *out)
{
	size_t i;

	strbuf_addf(out, "%s: ", b->name);
	strbuf_add_escaped(out, b->summary);
	strbuf_addc(out, '\n');
	show_words("commands", &b->commands, out);
	show_words("prefixes", &b->prefixes, out);
	show_uses(b, out);
	if (b->named_only)
		strbuf_adds(out, "only where command_tools names it\n");
	for (i = 0; i < b->grants.n; i++) {
		const struct grant *g = &b->grants.v[i];

		strbuf_addf(out, "%-13s",
			g->flags & GRANT_IN_PROJECT ? "project_write" : grant_kind_name(g->kind));
		strbuf_add_escaped(out, g->value);
		if (g->text) {
			strbuf_adds(out, " = ");
			strbuf_add_escaped(out, g->text);
		}
		if (g->when)
			strbuf_addf(out, " (when %s)", g->when);
		if (g->os)
			strbuf_addf(out, " (%s only)", platform_names[g->os]);
		if (grant_mark(g))
			strbuf_addf(out, " (%s)", grant_mark(g));
		render_origin(&g->from, out);
		strbuf_addc(out, '\n');
	}
	for (i = 0; i < b->knobs.n; i++) {
		const struct knob *k = &b->knobs.v[i];

		strbuf_addf(out, "setting      %s = %s", k->name,
			k->initial ? k->initial : "(omitted)");
		render_origin(&k->from, out);
		strbuf_addc(out, '\n');
	}
}

int cmd_bundles(struct session *s)
{
	struct strbuf text = STRBUF_INIT;
	const struct bundle *b;
	char **rest;

	opts_read(&s->options, SCOPE_BUNDLES, s->options.rest + 1);
	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_BUNDLES, &text);
		session_print(&text);
		return 0;
	}
	rest = s->options.rest;
	session_open(s, environ);
	if (!rest[0] || (strcmp(rest[0], "list") == 0 && !rest[1])) {
		list_bundles(s, &text);
	} else if (strcmp(rest[0], "show") == 0 && rest[1] && !rest[2]) {
		b = catalog_load(&s->catalog, rest[1], &s->diags);
		session_refuse_faults(s);
		if (b)
			show_bundle(b, &text);
		else
			die("there is no bundle '%s'; seal-exec bundles list names them", rest[1]);
	} else {
		die("write: seal-exec bundles list, or: seal-exec bundles show NAME");
	}
	session_print(&text);
	return 0;
}
