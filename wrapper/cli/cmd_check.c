/*
 * check: a manifest's faults, all at once, or the schema that it is held against.
 */
#include <unistd.h>

#include "base/die.h"
#include "cli/session.h"
#include "policy/knob.h"
#include "read/manifest.h"

static int print_schema(void)
{
	struct strbuf text = STRBUF_INIT;

	schema_render_json(&manifest_schema, "seal.toml", &text);
	session_print(&text);
	return 0;
}

/* No fault, for a run goes on without; but then the key says nothing. */
static void warn_envrc(const struct session *s)
{
	const struct manifest *m = &s->project;

	if (m->envrc != ENVRC_OFF && !find_tool(m, "direnv"))
		warn_line("%s:%d:%d: envrc_mode takes the bundle 'direnv', so no .envrc is loaded; "
			  "add \"direnv\" to command_tools",
			m->envrc_at.file, m->envrc_at.line, m->envrc_at.col);
}

int cmd_check(struct session *s)
{
	struct strbuf text = STRBUF_INIT;

	opts_read(&s->options, SCOPE_CHECK, s->options.rest + 1);
	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_CHECK, &text);
		session_print(&text);
		return 0;
	}
	if (s->options.set[OPT_SCHEMA])
		return print_schema();
	if (s->options.rest[0]) {
		if (s->options.rest[1])
			die("'%s' is one word too many; check takes one file", s->options.rest[1]);
		s->options.value[OPT_MANIFEST] = s->options.rest[0];
	}
	session_check(s, environ);
	if (!s->manifest_text.path)
		die("there is no seal.toml for %s; name a file", s->facts.cwd);
	warn_envrc(s);
	strbuf_add_escaped(&text, s->manifest_text.path);
	strbuf_adds(&text, ": ok\n");
	session_print(&text);
	return 0;
}
