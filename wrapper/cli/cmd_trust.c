/*
 * trust and untrust: the user's word on the project's manifest.
 */
#include <unistd.h>

#include "base/die.h"
#include "cli/trust.h"

static bool open_manifest(
	struct session *s, void (*open_session)(struct session *s, char *const *env))
{
	struct strbuf text = STRBUF_INIT;

	opts_read(&s->options, SCOPE_TRUST, s->options.rest + 1);
	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_TRUST, &text);
		session_print(&text);
		return false;
	}
	if (s->options.rest[0])
		die("'%s' is one word too many; seal-exec trust takes the project's manifest, or "
		    "-m "
		    "FILE in front",
			s->options.rest[0]);
	open_session(s, environ);
	if (!s->manifest_text.path)
		die("there is no seal.toml for %s; nothing needs your trust", s->facts.cwd);
	return true;
}

int cmd_trust(struct session *s)
{
	struct strvec lines = {0}, old = {0};
	struct strbuf text = STRBUF_INIT;

	if (!open_manifest(s, session_check))
		return 0;
	trust_lines(s, &lines);
	trust_stored(s, &old);
	strbuf_add_escaped(&text, s->manifest_text.path);
	strbuf_adds(&text, old.n ? ": what changed since you trusted it\n" : ": it grants\n");
	trust_render(&lines, &old, &text);
	if (trust_holds(s) && !old.n)
		strbuf_adds(&text, "  nothing\n");
	if (s->config.adopt_external)
		strbuf_addf(&text,
			"your own %s has sccache_adopt_external = true: where sccache = \"on\", a "
			"server on the host's port 4226 is used, an escape\n",
			s->config.file);
	session_print(&text);
	if (!s->options.set[OPT_YES] && !trust_holds(s) && !trust_ask())
		die("not trusted; answer y, or give --yes");
	trust_store(s, &lines);
	strbuf_adds(&text, "trusted\n");
	session_print(&text);
	return 0;
}

int cmd_untrust(struct session *s)
{
	struct strbuf text = STRBUF_INIT;

	if (!open_manifest(s, session_open))
		return 0;
	strbuf_add_escaped(&text, s->manifest_text.path);
	strbuf_adds(&text, trust_remove(s) ? ": no longer trusted\n" : ": was not trusted\n");
	session_print(&text);
	return 0;
}
