/*
 * explain: the plan of a command, for people, programs, or bash.
 */
#include <unistd.h>

#include "base/die.h"
#include "cli/session.h"
#include "cli/trust.h"
#include "render/bwrap.h"
#include "render/explain.h"

int cmd_explain(struct session *s)
{
	struct strbuf text = STRBUF_INIT;

	opts_read(&s->options, SCOPE_EXPLAIN, s->options.rest + 1);
	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_EXPLAIN, &text);
		session_print(&text);
		return 0;
	}
	if (!s->options.rest[0])
		die("there is no command to explain; write: seal-exec explain -- COMMAND");
	session_open(s, environ);
	session_plan(s, (const char *const *)s->options.rest);
	if (s->policy.profile == PROFILE_OFF)
		die("profile = \"off\" (%s): the command would run without a sandbox, so there is "
		    "nothing to explain",
			s->policy.config);
	if (!trust_holds(s))
		warn_line("%s: not trusted as it is: a run asks first, or refuses",
			s->manifest_text.path);
	if (s->options.set[OPT_JSON])
		render_json(&s->plan, &text);
	else if (s->options.set[OPT_BWRAP])
		render_bwrap_text(&s->plan, &s->arena, &text);
	else
		render_explain(&s->plan, &text);
	session_print(&text);
	return 0;
}
