/*
 * sccache: this project's server, for who wants to look at it or be rid of it.
 *
 * `serve` and `count` are not for people: runs start them (cli/twin.h).
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/die.h"
#include "base/escape.h"
#include "base/fd.h"
#include "base/folder.h"
#include "base/pidfd.h"
#include "cli/twin.h"
#include "host/listens.h"
#include "host/usage.h"
#include "keeper/twins.h"
#include "policy/expand.h"
#include "policy/knob.h"
#include "render/writer.h"

/* How long one may take to end when it is asked to. */
enum { STOP_MS = 2000 };

struct server {
	const char *name;
	struct twin_record record;
};

struct servers {
	struct server *v;
	size_t n, cap;
};

/* Those whose records are in FOLDER. */
static void find_servers_in(struct session *s, const char *folder, struct servers *out)
{
	DIR *d = opendir(folder);
	struct twin_record r;
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (twin_is_name(e->d_name) && twin_look(folder, e->d_name, &r))
			*vec_push(&s->arena, out) = (struct server){
				.name = arena_strdup(&s->arena, e->d_name),
				.record = r,
			};
	if (d)
		closedir(d);
}

static void find_servers(struct session *s, struct servers *out)
{
	find_servers_in(s, twin_folder(s), out);
}

/* What holds for the project. */
struct state {
	const char *mode;  /* what its manifest and the user's file say together */
	const char *cache; /* where what is compiled goes */
	unsigned port;     /* where the host's own server is asked, 0 unless in mode manual */
	bool listens;      /* somebody is there */
};

static struct state look(struct session *s)
{
	const struct bundle *b = catalog_load(&s->catalog, "cargo", &s->diags);
	const struct choice c = knob_choice(&s->merged.m, s->merged.config, "cargo");
	struct state out = {.mode = "off", .cache = twin_cache(s)};
	const struct grant *g;
	const struct knob *k;

	session_refuse_faults(s);
	if (!b)
		return out;
	vec_each (k, &b->knobs)
		if (strcmp(k->name, "sccache") == 0)
			out.mode = knob_value(k, &c);
	if (strcmp(out.mode, "manual") != 0)
		return out;
	vec_each (g, &b->grants) {
		if (!g->when || strcmp(g->when, "sccache=manual") != 0)
			continue;
		if (g->kind == GRANT_WRITE)
			out.cache = expand_path(g->value, &s->facts, &s->arena);
		else if (g->kind == GRANT_HOST_PORT)
			out.port = (unsigned)strtoul(g->value, NULL, 10);
	}
	out.listens = out.port && host_listens(out.port);
	return out;
}

static const char *time_text(struct session *s, long long since)
{
	char text[32] = "";
	time_t t = (time_t)since;
	struct tm utc;

	if (gmtime_r(&t, &utc))
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	return arena_strdup(&s->arena, text);
}

static void print_json(struct session *s, const struct state *state, const struct servers *servers,
	struct strbuf *out)
{
	struct writer w = {.out = out};
	const struct server *x;

	open_with(&w, '{');
	number(&w, "version", 1);
	text(&w, "project", s->facts.project);
	text(&w, "mode", state->mode);
	text(&w, "cache", state->cache);
	number(&w, "bytes", (long long)host_usage(state->cache));
	boolean(&w, "host_server", state->listens);
	list(&w, "servers");
	vec_each (x, servers) {
		open_with(&w, '{');
		number(&w, "pid", x->record.front);
		text(&w, "since", time_text(s, x->record.since));
		text(&w, "name", x->name);
		close_with(&w, '}');
	}
	close_with(&w, ']');
	close_with(&w, '}');
	strbuf_addc(out, '\n');
}

static void print_text(struct session *s, const struct state *state, const struct servers *servers,
	struct strbuf *out)
{
	const struct server *x;

	strbuf_addf(out, "mode    %s\ncache   ", state->mode);
	strbuf_add_escaped(out, state->cache);
	strbuf_addf(out, " (%llu bytes)\n", host_usage(state->cache));
	vec_each (x, servers)
		strbuf_addf(out, "server  %d since %s\n", (int)x->record.front,
			time_text(s, x->record.since));
	if (state->port)
		strbuf_addf(out, "server  yours, on port %u: %s\n", state->port,
			state->listens ? "it listens" : "nobody listens");
	else if (!servers->n)
		strbuf_adds(out, "server  none\n");
}

static int show_status(struct session *s)
{
	struct strbuf out = STRBUF_INIT;
	struct servers servers = {0};
	const struct state state = look(s);

	find_servers(s, &servers);
	if (s->options.set[OPT_JSON])
		print_json(s, &state, &servers, &out);
	else
		print_text(s, &state, &servers, &out);
	session_print(&out);
	return servers.n || state.listens ? 0 : 1;
}

/* Asked first, so that the server ends its own files; then not asked. */
static int stop_servers(struct session *s)
{
	struct servers servers = {0};
	const struct server *x;
	const struct state state = look(s);
	int fd;

	find_servers(s, &servers);
	if (!servers.n && strcmp(state.mode, "on") != 0)
		warn_line("sccache is %s for %s: there is nothing of seal-exec's to stop%s",
			state.mode, s->facts.project,
			state.port ? "; the host's server is yours" : "");
	vec_each (x, &servers) {
		fd = twin_process(x->record.front, x->record.front_started);
		if (fd < 0)
			continue; /* it has ended meanwhile */
		pidfd_signal(fd, SIGTERM);
		if (!pidfd_ended(fd, STOP_MS))
			pidfd_signal(fd, SIGKILL);
		if (!pidfd_ended(fd, STOP_MS))
			die("the server %d does not end", (int)x->record.front);
		close(fd);
	}
	return 0;
}

/* Of this project, and of those that were at its path before; one may have been moved away while a
 * run of it lasts. */
static int clear_caches(struct session *s)
{
	const char *prefix, *all = twin_folders(s, &prefix);
	struct servers servers = {0};
	struct strvec folders = {0};
	DIR *d = opendir(all);
	struct dirent *e;
	size_t i;

	while (d && (e = readdir(d)))
		if (strncmp(e->d_name, prefix, strlen(prefix)) == 0)
			strvec_push(&s->arena, &folders,
				arena_printf(&s->arena, "%s/%s", all, e->d_name));
	if (d)
		closedir(d);
	for (i = 0; i < folders.n; i++)
		find_servers_in(s, folders.v[i], &servers);
	if (servers.n)
		die("a run uses the cache of this project; end it, or write: seal-exec sccache "
		    "stop");
	for (i = 0; i < folders.n; i++)
		if (!folder_remove(folders.v[i]))
			die_errno("%s: cannot remove it", folders.v[i]);
	return 0;
}

/* What the server of the last run counted that used one; false if nobody knows. */
static bool print_counted(struct session *s)
{
	struct strbuf out = STRBUF_INIT;
	cleanup_fd int fd = open(twin_counted(s), O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	ssize_t n = -1;
	char *bytes, *line;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		bytes = arena_calloc(&s->arena, 1, (size_t)st.st_size + 1);
		n = fd_read_all(fd, bytes, (size_t)st.st_size);
	}
	if (n <= 0)
		return false;
	for (bytes[n] = '\0'; (line = strsep(&bytes, "\n")) && (*line || bytes);) {
		strbuf_add_escaped(&out, line);
		strbuf_addc(&out, '\n');
	}
	session_print(&out);
	return true;
}

/* What it counted: asked of one that runs by its own client, in a run like any other. */
static int print_stats(struct session *s)
{
	static char *command[] = {(char *)"sccache", (char *)"--show-stats", NULL};
	struct servers servers = {0};
	const char *is = look(s).mode;
	struct session *run;

	if (strcmp(is, "off") == 0)
		die("sccache is off for %s; write { tool = \"cargo\", sccache = \"on\" } in "
		    "command_tools",
			s->facts.project);
	find_servers(s, &servers);
	if (!servers.n && strcmp(is, "on") == 0 && !s->merged.m.adopt_external && print_counted(s))
		return 0;
	run = arena_calloc(&s->arena, 1, sizeof *run);
	run->options = s->options;
	run->options.value[OPT_DIRECTORY] = NULL; /* it has been changed to */
	run->options.rest = command;
	return cmd_run(run);
}

static const struct act {
	const char *word;
	int (*now)(struct session *s);
} acts[] = {
	{"status", show_status},
	{"stop", stop_servers},
	{"stats", print_stats},
	{"clear", clear_caches},
};

enum { ACTS = sizeof acts / sizeof *acts };

int cmd_sccache(struct session *s)
{
	const char *words[3] = {"", NULL, NULL};
	struct strbuf text = STRBUF_INIT;
	size_t n = opts_words(&s->options, SCOPE_SCCACHE, words, 3);
	int i = 0;

	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_SCCACHE, &text);
		session_print(&text);
		return 0;
	}
	if (n == 3 && strcmp(words[0], "serve") == 0)
		return twin_serve(s, words[1], words[2]);
	if (n == 3 && strcmp(words[0], "count") == 0)
		return twin_count(s, words[1], words[2]);
	while (i < ACTS && strcmp(words[0], acts[i].word) != 0)
		i++;
	if (i == ACTS)
		die("write: seal-exec sccache status (or status --json), stop, stats or clear; for "
		    "the command: seal-exec -- sccache");
	if (n > 1 || (s->options.set[OPT_JSON] && strcmp(words[0], "status") != 0))
		die("sccache %s takes no more words%s", words[0],
			s->options.set[OPT_JSON] ? ", and only status takes --json" : "");
	session_check(s, environ);
	if (s->around != AROUND_NONE)
		die("the servers of projects are not to be seen from inside a run");
	return acts[i].now(s);
}
