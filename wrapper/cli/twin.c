#include "cli/twin.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/folder.h"
#include "base/mutant.h"
#include "cli/trust.h"
#include "config.h"
#include "host/facts.h"
#include "host/find.h"
#include "host/listens.h"
#include "keeper/porter.h"
#include "keeper/twins.h"
#include "launch/launch.h"
#include "render/explain.h"

static const char program[] = "sccache";

enum { IDLE_SECONDS = 60 };

static const char *folder_of(struct session *s, const char *sub)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	SHA256Data((const uint8_t *)s->facts.project, strlen(s->facts.project), hex);
	return host_state_path(
		&s->facts, arena_printf(&s->arena, "sccache/%.32s%s", hex, sub), &s->arena);
}

const char *twin_folder(struct session *s)
{
	return folder_of(s, "");
}

const char *twin_cache(struct session *s)
{
	return folder_of(s, "/cache");
}

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
	const struct tool *t;
	const struct setting *x;

	vec_each (t, &s->merged.m.tools)
		if (strcmp(t->name, "cargo") == 0)
			vec_each (x, &t->settings)
				if (strcmp(x->name, "sccache") == 0)
					return x->value_at;
	return (struct place){.file = "sccache"};
}

void twin_begin(struct session *s, struct keeping *k)
{
	struct port *p = wanted_port(&s->plan);
	const struct place at = place_of(s);
	struct porter_orders orders = {.program = s->facts.program};
	struct strvec argv = {0};
	char why[PORTER_WHY];

	if (!p)
		return;
	if (WITHOUT(TWIN)) {
		p->twin = false;
		return;
	}
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
	strvec_push(&s->arena, &argv, "seal-exec");
	strvec_push(&s->arena, &argv, "-C");
	strvec_push(&s->arena, &argv, s->facts.project);
	if (s->options.set[OPT_MANIFEST]) {
		strvec_push(&s->arena, &argv, "-m");
		strvec_push(&s->arena, &argv, s->manifest_text.path);
	}
	strvec_push(&s->arena, &argv, "sccache");
	strvec_push(&s->arena, &argv, "serve");
	strvec_push(&s->arena, &argv, s->facts.project);
	strvec_push(&s->arena, &argv, NULL);
	orders.argv = (char *const *)argv.v;
	orders.records = twin_folder(s);
	orders.port = p->number;
	k->porter = porter_start(&orders, why);
	if (k->porter < 0)
		die("%s:%d:%d: sccache = \"on\", and its server does not start: %s; or write "
		    "sccache = \"off\" or \"manual\" (a server of your own)",
			at.file, at.line, at.col, why);
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

/*
 * All that the twin is granted, with what makes it and where, as a name: a run looks for its own,
 * so it never finds one that has more, or other.
 */
static void name_of(struct session *s, char name[TWIN_NAME_SIZE])
{
	char hex[SHA256_DIGEST_STRING_LENGTH];
	struct strbuf all = STRBUF_INIT;
	struct plan plan = s->plan;
	struct stat st;
	size_t i;

	if (stat(s->facts.project, &st) != 0)
		die_errno("%s", s->facts.project);
	/* A caller's session is not what is granted, nor who made a folder or what stands in for a
	 * name: the mounts say that it is held. */
	plan.limits.cgroup = NULL;
	plan.protected.n = 0;
	plan.mounts.v = arena_calloc(&s->arena, plan.mounts.n, sizeof *plan.mounts.v);
	for (i = 0; i < plan.mounts.n; i++) {
		plan.mounts.v[i] = s->plan.mounts.v[i];
		plan.mounts.v[i].make = false;
		plan.mounts.v[i].stand_in = STAND_NONE;
	}
	strbuf_addf(&all, PACKAGE_VERSION " %s %llu %llu\n", catalog_digest,
		(unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	render_json(&plan, &all);
	SHA256Data((const uint8_t *)all.s, WITHOUT(TWINKEY) ? 0 : all.len, hex);
	strbuf_release(&all);
	strlcpy(name, hex, TWIN_NAME_SIZE);
}

/* How the caller wants it to work. Without a word it goes after a minute: while it is there, what
 * stands in for protected names stands in the project, and the next one is there in a moment. */
static void set_ways(struct session *s)
{
	static const struct origin from = {.kind = ORIGIN_BUILTIN, .why = "how the server works"};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof passed / sizeof *passed; i++) {
		value = facts_variable(&s->facts, passed[i]);
		if (!value && strcmp(passed[i], "SCCACHE_IDLE_TIMEOUT") == 0)
			value = arena_printf(&s->arena, "%d", IDLE_SECONDS);
		if (value)
			*vec_push(&s->arena, &s->plan.env) =
				(struct env_var){.name = passed[i], .value = value, .from = from};
	}
}

/* The time after which one that no run uses is ended; 0 for never, as sccache has it. */
static unsigned idle_seconds(struct session *s)
{
	const char *text = facts_variable(&s->facts, "SCCACHE_IDLE_TIMEOUT"), *why = NULL;
	long long n = text ? strtonum(text, 0, 1000000, &why) : IDLE_SECONDS;

	return why ? IDLE_SECONDS : (unsigned)n;
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
	struct keeping keeping = {.porter = -1, .record = record, .log = -1, .quiet = true};
	struct launch_host host = {
		.keeper = keeper_main,
		.over = keeper_over,
		.keeping = &keeping,
		.register_folder = host_state_path(&s->facts, "placeholders", &s->arena),
	};
	const char *log = arena_printf(&s->arena, "%s/%s.log", folder, name);
	const unsigned idle = idle_seconds(s);
	int code;

	leave_caller(log);
	if (idle && !porter_ward(folder, name, record, idle))
		die_errno("cannot start who ends the server when nobody uses it");
	keeper_prepare(&keeping, &s->plan, &s->arena);
	code = launch_run(&s->plan, &s->facts, &host, NULL, &s->arena);
	/* Of one that has failed the log stays, for who waits for its first answer. */
	if (code == 0 || code == 128 + SIGTERM)
		unlink(log);
	unlink(arena_printf(&s->arena, "%s/%s", folder, name));
	return code;
}

int twin_serve(struct session *s, const char *project)
{
	static const char *const stands_for[] = {"cargo", NULL};
	const char *folder;
	char name[TWIN_NAME_SIZE];
	int record;

	session_open(s, environ);
	if (s->around != AROUND_NONE)
		die("a run has no servers of its own; start this outside");
	if (strcmp(s->facts.project, project) != 0)
		die("%s is another project now: %s", project, s->facts.project);
	folder = twin_folder(s);
	if (folder_make(twin_cache(s), 0700))
		die_errno("%s: cannot make the folder of the cache", twin_cache(s));
	s->instead = narrow;
	session_plan(s, stands_for);
	if (s->policy.profile == PROFILE_OFF)
		die("profile = \"off\" in %s: a run without a sandbox has no server in one",
			s->policy.config);
	if (!trust_holds(s))
		die("%s has changed and is not trusted", s->manifest_text.path);
	host_find_bwrap(&s->facts, &s->arena);
	if (!s->facts.bwrap)
		die("%s", s->facts.bwrap_why);
	name_of(s, name);
	set_ways(s);
	record = twin_take(folder, name);
	if (record < 0 && errno != EAGAIN)
		die_errno("%s: cannot make the record of the server", folder);
	dprintf(STDOUT_FILENO, "%s %s\n", record < 0 ? "running" : "started", name);
	return record < 0 ? 0 : run_twin(s, folder, name, record);
}
