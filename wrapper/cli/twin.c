#include "cli/twin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/folder.h"
#include "base/mutant.h"
#include "cli/trust.h"
#include "host/facts.h"
#include "host/find.h"
#include "host/listens.h"
#include "keeper/porter.h"
#include "keeper/twins.h"
#include "keeper/ward.h"
#include "launch/launch.h"
#include "policy/knob.h"

static const char program[] = "sccache";

/* --- A run that wants one -----------------------------------------------------------------------
 */

static struct port *wanted_port(struct plan *plan)
{
	struct port *p;

	vec_each (p, &plan->net.host_ports)
		if (p->twin)
			return p;
	return NULL;
}

/* Where the project's file, or the user's, says that it wants one. */
static struct place place_of(const struct session *s)
{
	static const struct knob sccache = {.name = program};
	const struct setting *x = knob_setting(&sccache, find_tool(&s->merged.m, "cargo"));

	if (!x)
		x = knob_setting(&sccache, find_tool(s->merged.config, "cargo"));
	return x ? x->value_at : (struct place){.file = program}; /* by itself it is off */
}

/* A client that is told of another server would pass this one by. */
static void refuse_others(const struct session *s, const struct port *p)
{
	static const char number[] = "SCCACHE_SERVER_PORT", name[] = "SCCACHE_SERVER_UDS";
	const struct place at = place_of(s);
	const struct env_var *v;

	vec_each (v, &s->plan.env)
		if (strcmp(v->name, name) == 0 ||
			(strcmp(v->name, number) == 0 && strtoul(v->value, NULL, 10) != p->number))
			die("%s:%d:%d: sccache = \"on\" has its server on port %u, and %s names "
			    "another; unset it, or write \"manual\" (a server of your own)",
				at.file, at.line, at.col, p->number, v->name);
}

/* seal-exec, for this project, with the words of sccache that start something for this run. */
static char *const *words(struct session *s, const char *word, const char *grants)
{
	const char *const subcommand[] = {"sccache", word, s->facts.project, grants};
	struct strvec argv = {0};
	size_t i;

	strvec_push(&s->arena, &argv, "seal-exec");
	strvec_push(&s->arena, &argv, "-C");
	strvec_push(&s->arena, &argv, s->facts.project);
	if (s->options.set[OPT_MANIFEST]) {
		strvec_push(&s->arena, &argv, "-m");
		strvec_push(&s->arena, &argv, s->manifest_text.path);
	}
	for (i = 0; i < sizeof subcommand / sizeof *subcommand; i++)
		strvec_push(&s->arena, &argv, subcommand[i]);
	strvec_push(&s->arena, &argv, NULL);
	return (char *const *)argv.v;
}

/* Its grants are of what this run has read: what is written meanwhile widens nothing. */
static void start_porter(struct session *s, const struct port *p, struct keeping *k)
{
	const struct place at = place_of(s);
	char *grants = arena_calloc(&s->arena, 1, TWIN_GRANTS + 1);
	char why[PORTER_WHY];
	struct porter_orders orders = {.program = s->facts.program,
		.records = twin_folder(s),
		.grants = grants,
		.port = p->number};
	struct porter_ends ends;

	twin_foresee(s, grants);
	if (!s->counts) {
		orders.argv = words(s, "serve", grants);
		orders.count = words(s, "count", NULL);
	} else if (twin_is_name(s->counts) && strncmp(s->counts, grants, TWIN_GRANTS) == 0) {
		orders.name = s->counts;
	} else {
		die("%s: no server for what this project grants now", s->counts);
	}
	if (!porter_start(&orders, &ends, why))
		die("%s:%d:%d: sccache = \"on\", and its server does not start: %s; or write "
		    "sccache = \"off\" or \"manual\" (a server of your own)",
			at.file, at.line, at.col, why);
	k->porter = ends.keeper;
	k->porter_front = ends.front;
}

void twin_begin(struct session *s, struct keeping *k)
{
	struct port *p = wanted_port(&s->plan);
	const struct place at = place_of(s);

	if (!p)
		return;
	if (WITHOUT(TWIN)) {
		p->twin = false;
		return;
	}
	refuse_others(s, p);
	if (s->policy.adopt_external && host_listens(p->number)) {
		p->twin = false;
		warn_line("port %u leads to the host's server, which runs outside what it is told "
			  "to: an escape (sccache_adopt_external in %s)",
			p->number, s->policy.config);
		return;
	}
	if (!host_which(&s->facts, program, &s->arena))
		die("%s:%d:%d: sccache = \"on\", and PATH has no sccache; install it, or write "
		    "sccache = \"off\" or \"manual\" (a server of your own)",
			at.file, at.line, at.col);
	start_porter(s, p, k);
}

/* --- The twin's own front ----------------------------------------------------------------------
 */

/* The settings of sccache that say how it works and nothing of where it reaches. */
static const char *const passed[] = {
	"SCCACHE_CACHE_SIZE", "SCCACHE_IDLE_TIMEOUT", "SCCACHE_LOG", "SCCACHE_MAX_FRAME_LENGTH"};

static void set(struct session *s, const char *name, const char *value)
{
	*vec_push(&s->arena, &s->policy.grants) = (struct grant){
		.kind = GRANT_SET,
		.value = name,
		.text = value,
		.from = {.kind = ORIGIN_BUILTIN, .why = "the server of sccache = \"on\""},
	};
}

/* Nothing that leads out of files, and no variable of the caller's: what is told to the server
 * could read it, in the name of a later run whose caller has not passed it. */
static bool is_twins(const struct grant *g)
{
	return (g->kind <= GRANT_COPY) && !(g->flags & GRANT_ESCAPE);
}

_Static_assert(GRANT_READ < GRANT_COPY && GRANT_WRITE < GRANT_COPY && GRANT_DENY < GRANT_COPY &&
		GRANT_PROTECT < GRANT_COPY && GRANT_ENV == GRANT_COPY + 1,
	"files come first");

static const char *const *narrow(struct session *s)
{
	struct policy *p = &s->policy;
	const char *cache = host_canonical(twin_cache(s), &s->arena);
	const char **argv = arena_calloc(&s->arena, 2, sizeof *argv);
	const struct grant *g;
	size_t kept = 0;

	vec_each (g, &p->grants)
		if (is_twins(g))
			p->grants.v[kept++] = *g;
	p->grants.n = kept;
	if (p->profile == PROFILE_NETWORK_ALLOW_ALL)
		p->profile = PROFILE_WORKSPACE;
	p->proxy = PROXY_TRANSPARENT;
	p->envrc = ENVRC_OFF;
	p->strict = true;
	*vec_push(&s->arena, &p->grants) = (struct grant){
		.kind = GRANT_WRITE,
		.value = cache,
		.path = cache,
		.from = {.kind = ORIGIN_BUILTIN, .why = "the cache of this project"},
	};
	set(s, "SCCACHE_DIR", cache);
	set(s, "SCCACHE_NO_DAEMON", "1");
	set(s, "SCCACHE_START_SERVER", "1");
	argv[0] = host_which(&s->facts, program, &s->arena);
	if (!argv[0])
		die("PATH has no sccache");
	return argv;
}

/* How the caller wants it to work. */
static void set_ways(struct session *s)
{
	static const struct origin from = {.kind = ORIGIN_BUILTIN, .why = "how the server works"};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof passed / sizeof *passed; i++) {
		value = facts_variable(&s->facts, passed[i]);
		if (value)
			*vec_push(&s->arena, &s->plan.env) =
				(struct env_var){.name = passed[i], .value = value, .from = from};
	}
}

/* Whoever waits for the line sees the end of it here. */
static void leave_caller(const char *log)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int out = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (null < 0 || out < 0)
		die_errno("%s: cannot open the log", log);
	if (dup2(null, 0) != 0 || dup2(null, 1) != 1 || dup2(out, 2) != 2)
		die_errno("cannot leave the caller's files");
	close(null);
	close(out);
}

static int run_twin(struct session *s, const char *folder, const char *name, int record)
{
	struct keeping keeping = {
		.porter = -1, .porter_front = -1, .record = record, .log = -1, .quiet = true};
	struct launch_host host = {
		.keeper = keeper_main,
		.over = keeper_over,
		.keeping = &keeping,
		.register_folder = host_state_path(&s->facts, "placeholders", &s->arena),
	};
	const char *log = arena_printf(&s->arena, "%s/%s.log", folder, name);
	int code;

	leave_caller(log);
	if (!ward_start(folder, name, record))
		die_errno("cannot start who ends the server when nobody uses it");
	keeper_prepare(&keeping, &s->plan, &s->arena);
	code = launch_run(&s->plan, &s->facts, &host, NULL, &s->arena);
	/* Of one that has failed the log stays, for who waits for its first answer. */
	if (code == 0 || code == 128 + SIGTERM || code == 128 + SIGKILL)
		unlink(log);
	unlink(arena_printf(&s->arena, "%s/%s", folder, name));
	return code;
}

void twin_plan(struct session *s)
{
	static const char *const none[] = {program, NULL}; /* narrow() says where it is */

	/* What is built in there may have closed it. */
	if (folder_make(twin_cache(s), 0700) || chmod(twin_cache(s), 0700) != 0)
		die_errno("%s: cannot make the folder of the cache", twin_cache(s));
	s->instead = narrow;
	s->alone = "cargo";
	session_plan(s, none);
	if (s->policy.profile == PROFILE_OFF)
		die("profile = \"off\" in %s: a run without a sandbox has no server in one",
			s->policy.config);
}

int twin_serve(struct session *s, const char *project, const char *grants)
{
	const char *folder;
	char name[TWIN_NAME_SIZE];
	int record;

	session_open(s, environ);
	if (s->around != AROUND_NONE)
		die("a run has no servers of its own; start this outside");
	if (strcmp(s->facts.project, project) != 0)
		die("%s is another project now: %s", project, s->facts.project);
	folder = twin_folder(s);
	twin_plan(s);
	if (!trust_holds(s))
		die("%s has changed and is not trusted", s->manifest_text.path);
	host_find_bwrap(&s->facts, &s->arena);
	if (!s->facts.bwrap)
		die("%s", s->facts.bwrap_why);
	twin_name(s, name);
	if (strncmp(name, grants, TWIN_GRANTS) != 0)
		die("what this project grants has changed since this run began; start it anew");
	set_ways(s);
	record = twin_take(folder, name);
	if (record < 0 && errno != EAGAIN)
		die_errno("%s: cannot make the record of the server", folder);
	dprintf(STDOUT_FILENO, "%s %s\n", record < 0 ? "running" : "started", name);
	return record < 0 ? 0 : run_twin(s, folder, name, record);
}

/* --- What it counted ---------------------------------------------------------------------------
 */

/* The most that is kept of it. */
enum { COUNT_MAX = 65536 };

static char *show_stats[] = {(char *)program, (char *)"--show-stats", NULL};

/* Who asks writes nothing, so nothing must stand in for what nobody may make: if it is cut short,
 * nothing of it is left. */
static const char *const *only_look(struct session *s)
{
	struct grant *g;

	vec_each (g, &s->policy.grants)
		if (g->kind == GRANT_WRITE)
			g->kind = GRANT_READ;
	s->policy.profile = PROFILE_READ_ONLY;
	return (const char *const *)show_stats;
}

int twin_count(struct session *s, const char *project, const char *name)
{
	const struct rlimit most = {COUNT_MAX, COUNT_MAX};
	struct session *run;
	const char *path, *fresh;
	int code, out;

	session_open(s, environ);
	if (s->around != AROUND_NONE || strcmp(s->facts.project, project) != 0)
		die("%s is another project now", project);
	path = twin_counted(s);
	fresh = arena_printf(&s->arena, "%s.new", path);
	out = open(fresh, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out >= 0 && flock(out, LOCK_EX | LOCK_NB) != 0)
		return 0; /* another run asks just now */
	if (out < 0 || ftruncate(out, 0) != 0 || dup2(out, STDOUT_FILENO) < 0 ||
		setrlimit(RLIMIT_FSIZE, &most) != 0)
		die_errno("%s", fresh);
	close(out);
	run = arena_calloc(&s->arena, 1, sizeof *run);
	run->options = s->options;
	run->options.value[OPT_DIRECTORY] = NULL; /* it has been changed to */
	run->options.rest = show_stats;
	run->counts = name;
	run->instead = only_look;
	run->alone = "cargo";
	code = cmd_run(run);
	if (code == 0 && rename(fresh, path) == 0)
		return 0;
	unlink(fresh);
	return code;
}
