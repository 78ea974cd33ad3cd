/*
 * run: the command itself, confined.
 */
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "cli/ask.h"
#include "cli/bare.h"
#include "cli/known.h"
#include "cli/log.h"
#include "cli/session.h"
#include "cli/trust.h"
#include "cli/twin.h"
#include "host/facts.h"
#include "keeper/keeper.h"
#include "keeper/porter.h"
#include "launch/launch.h"
#include "model/names.h"
#include "render/dbus.h"
#include "render/explain.h"

static void say_limits(struct session *s)
{
	int i;

	for (i = 0; i < LIMITS; i++) {
		const struct limit *l = &s->plan.limits.v[i];

		if (l->set)
			warn_line("limit %s = %s by %s: %s", limit_names[i],
				limit_text(l, (enum limit_kind)i, &s->arena),
				limit_holder_names[l->holder], l->means);
	}
	if (!s->plan.limits.cgroup && s->facts.limits.why)
		warn_line("no cgroup for this run: %s", s->facts.limits.why);
}

static void say_notices(struct session *s)
{
	struct strbuf names = STRBUF_INIT;
	size_t i;

	for (i = 0; !s->options.set[OPT_QUIET] && i < s->plan.notes.n; i++)
		warn_line("%s", s->plan.notes.v[i]);
	if (!s->options.set[OPT_VERBOSE])
		return;
	for (i = 0; i < s->plan.remarks.n; i++)
		warn_line("%s", s->plan.remarks.v[i]);
	for (i = 0; i < s->policy.matches.n; i++)
		strbuf_addf(&names, " %s", s->policy.matches.v[i].bundle->name);
	warn_line("project %s, profile %s, bundles:%s", s->plan.project,
		run_profile_names[s->policy.profile], names.s ? names.s : " none");
	strbuf_release(&names);
	say_limits(s);
}

static int run_unconfined(struct session *s)
{
	if (s->options.set[OPT_DRY_RUN])
		die("profile = \"off\" in %s: the command would run without a sandbox",
			s->policy.config);
	if (!s->options.set[OPT_QUIET])
		warn_line("profile = \"off\" in %s: running without a sandbox", s->policy.config);
	return launch_unconfined(s->options.rest);
}

/* What appeared although something outside obeys it: nothing could stand in its way. */
static void say_made(const struct session *s)
{
	const struct protected *x;
	struct stat st;

	vec_each (x, &s->plan.protected)
		if (x->state == PROTECTED_FREE && lstat(x->path, &st) == 0)
			warn_line("%s has appeared in this run: %s; look at it", x->path,
				x->from.why);
}

int cmd_run(struct session *s)
{
	struct keeping keeping = {.porter = -1,
		.porter_front = -1,
		.record = -1,
		.log = -1,
		.quiet = s->options.set[OPT_QUIET]};
	struct launch_host host = {
		.keeper = keeper_main,
		.over = keeper_over,
		.keeping = &keeping,
		.verbose = s->options.set[OPT_VERBOSE],
	};
	struct strbuf text = STRBUF_INIT, bus = STRBUF_INIT;
	struct refusal lower = {0};
	int code;

	log_check(&s->options);
	session_open(s, environ);
	session_plan(s, (const char *const *)s->options.rest);
	if (s->options.set[OPT_DRY_RUN] && s->policy.profile != PROFILE_OFF) {
		render_explain(&s->plan, &text);
		session_print(&text);
		return 0;
	}
	if (s->around == AROUND_NONE)
		trust_require(s); /* inside a run nothing is granted that was not before */
	if (s->policy.profile == PROFILE_OFF)
		return run_unconfined(s);
	if (s->around != AROUND_NONE) {
		say_notices(s);
		return bare_inside(s);
	}
	host_find_bwrap(&s->facts, &s->arena);
	if (!s->facts.bwrap)
		die("%s", s->facts.bwrap_why);
	known_write(s);
	keeping.log = log_open(s);
	if (s->plan.bus.proxy)
		render_dbus(&s->plan.bus, &bus);
	keeping.bus_args = bus.s;
	keeping.bus_args_len = bus.len;
	say_notices(s);
	keeper_prepare(&keeping, &s->plan, &s->arena);
	ask_ports(s);
	twin_begin(s, &keeping);
	host.register_folder = host_state_path(&s->facts, "placeholders", &s->arena);
	code = launch_run(&s->plan, &s->facts, &host, s->policy.strict ? NULL : &lower, &s->arena);
	if (keeping.porter_front >= 0)
		porter_end(keeping.porter_front); /* also of a run that did not start */
	if (lower.what)
		code = bare_lower(s, &lower);
	if (!s->options.set[OPT_QUIET])
		say_made(s);
	return code;
}
