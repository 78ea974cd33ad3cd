/*
 * One run, in order: open everything, start bwrap, fork the keeper, wait. The keeper gives inner
 * the word to start the command. Until then the command cannot run, and if front and keeper die,
 * what inner reads is the end of the socket, and the sandbox ends by itself.
 */
#include "launch/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/holders.h"
#include "base/memfd.h"
#include "base/pidfd.h"
#include "launch/cgroup.h"
#include "launch/orders.h"
#include "launch/placeholders.h"
#include "launch/program.h"
#include "launch/sources.h"
#include "launch/spawn.h"
#include "render/bwrap.h"

/* The descriptors that bwrap and inner inherit. */
struct handles {
	int *sources;
	int program; /* sealed memory file: inner */
	int orders;  /* sealed memory file: what inner must do */
	int args;    /* sealed memory file: bwrap's options, NUL-separated */
	int info;    /* writing end: bwrap tells its child's pid */
	int inner;   /* inner's end of the socket */
	int error;   /* the caller's standard error, for inner */
};

static int must(int fd, const char *what)
{
	if (fd < 0)
		die_errno("cannot open %s", what);
	return fd;
}

static int open_args(const struct plan *plan, const struct handles *h, struct arena *arena)
{
	struct strbuf bytes = STRBUF_INIT;
	struct strvec args = {0};
	size_t i;
	int fd;

	strvec_push(arena, &args, "--info-fd");
	strvec_push(arena, &args, arena_printf(arena, "%d", h->info));
	render_bwrap(plan, h->sources, arena, &args);
	for (i = 0; i < args.n; i++)
		strbuf_add(&bytes, args.v[i], strlen(args.v[i]) + 1);
	fd = must(memfd_bytes("bwrap-args", bytes.s, bytes.len), "memory for bwrap's options");
	strbuf_release(&bytes);
	return fd;
}

static void close_handles(struct handles *h, size_t sources)
{
	size_t i;

	for (i = 0; i < sources; i++)
		if (h->sources[i] >= 0)
			close(h->sources[i]);
	close(h->program);
	close(h->orders);
	close(h->args);
	close(h->info);
	close(h->inner);
	close(h->error);
}

/*
 * The keeper is forked while bwrap starts: it costs the run nothing. It must not hold what the
 * sandbox inherits, so that is closed before.
 */
static bool start_keeper(struct spawn *s, int info, int report, const struct sweep *sweep,
	const struct launch_host *host)
{
	struct handover hand = {
		.front = pidfd_of(getpid()),
		.bwrap = pidfd_of(s->bwrap),
		.info = info,
		.sock = s->sock,
		.report = report,
		.inner_sock = s->inner_sock,
		.cgroup_kill = s->group.kill,
		.sweep = sweep,
		.keeping = host->keeping,
	};

	s->keeper = hand.front < 0 || hand.bwrap < 0 ? -1 : fork();
	if (s->keeper == 0)
		host->keeper(&hand);
	close(hand.front);
	close(hand.bwrap);
	close(info);
	close(report);
	return s->keeper > 0;
}

/* Bwrap runs, and the command must not. */
static int refuse(struct spawn *s, struct placeholders *stand_ins, const char *why)
{
	warn_line("%s; the command was not started", why);
	kill(s->bwrap, SIGKILL);
	waitpid(s->bwrap, NULL, 0);
	holders_kill(s->inner_sock);
	spawn_abandon(s);
	placeholders_remove(stand_ins);
	cgroup_end(&s->group);
	return EXIT_REFUSED;
}

/* All this while bwrap starts; the keeper is there before anything is made. NULL, or what is wrong.
 */
static const char *begin_outside(struct spawn *s, struct placeholders *stand_ins,
	const struct plan *plan, int info, int report, const struct launch_host *host,
	struct arena *arena)
{
	const char *wrong = placeholders_begin(stand_ins, plan, host->register_folder, arena);

	if (!wrong && !start_keeper(s, info, report, &stand_ins->sweep, host))
		wrong = "cannot start the keeper of this run";
	if (!wrong)
		wrong = placeholders_make(stand_ins);
	/* A keeper that has died is seen. */
	if (!wrong && send(s->report, "M", 1, MSG_NOSIGNAL) != 1 && errno != EPIPE &&
		errno != ECONNRESET)
		wrong = "cannot talk to the keeper of this run";
	return wrong;
}

static int end(struct spawn *s, int code, const struct launch_host *host, struct refusal *lower,
	struct arena *arena)
{
	struct refusal refusal = {0};
	const char *said;

	if (host->active)
		*host->active = s->active;
	if (s->refused && refused_look(&refusal, arena) && lower)
		*lower = refusal;
	else if (s->refused)
		refused_tell(&refusal, refused_said(s->said[0], arena));
	/* The only code of its own that bwrap has; it may be the command's, too. */
	if (s->started && code == 1 && *(said = refused_said(s->said[0], arena))) {
		warn_line("bwrap ended the run: %s", said);
		code = EXIT_REFUSED;
	}
	host->over(host->keeping);
	cgroup_end(&s->group);
	code = spawn_end(s, code);
	if (lower && lower->what)
		spawn_forget(s);
	return code;
}

int launch_run(const struct plan *plan, const struct facts *facts, const struct launch_host *host,
	struct refusal *lower, struct arena *arena)
{
	struct handles h = {.sources = sources_open(plan, arena)};
	struct spawn s = {.target = -1, .drains = network_wanted(&plan->net)};
	struct placeholders stand_ins;
	const char *wrong;
	struct stat st;
	int info[2], sock[2], report[2], on = 1, code;
	const char *argv[] = {"bwrap", "--args", NULL, "--", NULL, NULL, NULL, NULL, NULL};

	if (pipe2(info, O_CLOEXEC) != 0 ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) != 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, report) != 0)
		die_errno("cannot make the pipes of this run");
	if (setsockopt(sock[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
		fstat(sock[1], &st) != 0)
		die_errno("cannot make the socket of this run");
	h.program = program_open();
	h.info = info[1];
	h.inner = sock[1];
	/* bwrap gets the reading end of its report too: if we die, it must not die of that, or the
	 * child that it has made would wait for it for ever. By the socket that child is found. */
	if (!fd_set_cloexec(h.info, false) || !fd_set_cloexec(info[0], false) ||
		!fd_set_cloexec(h.inner, false))
		die_errno("cannot hand the sandbox what it inherits");
	h.error = must(fcntl(STDERR_FILENO, F_DUPFD, 3), "standard error");
	h.orders = orders_open(plan,
		&(struct orders_facts){.reset = spawn_reset_bits(), .verbose = host->verbose});
	h.args = open_args(plan, &h, arena);
	argv[2] = arena_printf(arena, "%d", h.args);
	argv[4] = arena_printf(arena, "/proc/self/fd/%d", h.program);
	argv[5] = arena_printf(arena, "%d", h.orders);
	argv[6] = arena_printf(arena, "%d", h.inner);
	argv[7] = arena_printf(arena, "%d", h.error);
	s.sock = sock[0];
	s.inner_sock = st.st_ino;
	s.report = report[0];
	s.group = cgroup_make(plan, arena);
	spawn_start(&s, facts->bwrap, (char *const *)argv);
	close_handles(&h, plan->mounts.n);
	cgroup_entered(&s.group);
	wrong = begin_outside(&s, &stand_ins, plan, info[0], report[1], host, arena);
	if (wrong)
		return refuse(&s, &stand_ins, wrong);
	code = spawn_wait(&s);
	if (!s.stuck)
		placeholders_remove(&stand_ins);
	return end(&s, code, host, lower, arena);
}
