/*
 * bundles: the catalogue, for reading.
 */
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "cli/session.h"
#include "cli/terminal.h"
#include "policy/knob.h"
#include "policy/tools.h"
#include "render/bundle.h"

static enum bundle_state state_of(const struct session *s, const struct bundle *b)
{
	if (s->merged.m.set & SET_TOOLS)
		return find_tool(&s->merged.m, b->name) ? BUNDLE_ENABLED : BUNDLE_OFF;
	return b->named_only ? BUNDLE_NAMED : BUNDLE_ENABLED;
}

static void list_bundles(struct session *s, struct strbuf *out)
{
	size_t n = s->catalog.index.n, i;
	struct listed *all = arena_calloc(&s->arena, n, sizeof *all);

	for (i = 0; i < n; i++) {
		all[i].bundle = catalog_load(&s->catalog, s->catalog.index.v[i].name, &s->diags);
		session_refuse_faults(s);
		all[i].state = state_of(s, all[i].bundle);
	}
	if (s->options.set[OPT_JSON])
		render_bundles_json(all, n, out);
	else
		render_bundles(all, n, terminal_columns(STDOUT_FILENO), out);
}

static void show_bundle(struct session *s, const char *name, struct strbuf *out)
{
	struct listed l = {.bundle = catalog_load(&s->catalog, name, &s->diags)};

	session_refuse_faults(s);
	if (!l.bundle)
		die("%s", policy_no_bundle(name, &s->catalog.index, &s->arena));
	l.state = state_of(s, l.bundle);
	if (s->options.set[OPT_JSON])
		render_bundle_json(&l, out);
	else
		render_bundle(&l, &catalog_refusals.secrets, terminal_columns(STDOUT_FILENO), out);
}

int cmd_bundles(struct session *s)
{
	struct strbuf text = STRBUF_INIT;
	const char *words[2];
	size_t n = opts_words(&s->options, SCOPE_BUNDLES, words, 2);

	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_BUNDLES, &text);
		session_print(&text);
		return 0;
	}
	session_open(s, environ);
	if (n == 0 || (n == 1 && strcmp(words[0], "list") == 0))
		list_bundles(s, &text);
	else if (n == 2 && strcmp(words[0], "show") == 0)
		show_bundle(s, words[1], &text);
	else
		die("write: seal-exec bundles list, or: seal-exec bundles show NAME");
	session_print(&text);
	return 0;
}
