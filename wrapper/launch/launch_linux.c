/*
 * One run, in order: open everything, start bwrap, learn its init, fork the keeper, give the word
 * to start, wait. Until the word is given the command cannot run: inner waits for it, and if the
 * front dies, what inner reads is the end of the file, and the sandbox ends by itself.
 */
#include "launch/launch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/wire.h"
#include "launch/sources.h"
#include "launch/spawn.h"
#include "render/bwrap.h"

/* The descriptors that bwrap and inner inherit. */
struct handles {
	int *sources;
	int self;   /* this binary, which inner runs from: nothing to find by name inside */
	int orders; /* sealed memory file */
	int args;   /* sealed memory file: bwrap's options, NUL-separated */
	int info;   /* writing end: bwrap tells its child's pid */
	int inner;  /* inner's end of the socket */
};

static int must(int fd, const char *what)
{
	if (fd < 0)
		die_errno("cannot open %s", what);
	return fd;
}

/* The signals that the caller blocks, as bits. */
static unsigned long long blocked_bits(void)
{
	unsigned long long bits = 0;
	sigset_t now;
	int n;

	if (sigprocmask(SIG_BLOCK, NULL, &now) == 0)
		for (n = 1; n < 65; n++)
			if (sigismember(&now, n) == 1)
				bits |= 1ULL << (n - 1);
	return bits;
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
	fd = must(wire_memfd("bwrap-args", bytes.s, bytes.len), "memory for bwrap's options");
	strbuf_release(&bytes);
	return fd;
}

static int open_orders(const struct plan *plan, const struct launch_hooks *hooks)
{
	struct strbuf bytes = STRBUF_INIT;
	int fd;

	hooks->orders(plan, spawn_reset_bits(), blocked_bits(), &bytes);
	fd = must(wire_memfd("orders", bytes.s, bytes.len), "memory for the orders");
	strbuf_release(&bytes);
	return fd;
}

static void close_handles(struct handles *h, size_t sources)
{
	size_t i;

	for (i = 0; i < sources; i++)
		if (h->sources[i] >= 0)
			close(h->sources[i]);
	close(h->self);
	close(h->orders);
	close(h->args);
	close(h->info);
	close(h->inner);
}

/* The end of the run's beginning: bwrap runs, the keeper stands, inner may go. */
static int go(struct spawn *s, int info, const struct launch_hooks *hooks)
{
	pid_t init = spawn_read_init(info);
	int front;

	close(info);
	if (init > 0)
		s->init = (int)syscall(SYS_pidfd_open, init, 0);
	if (s->init < 0)
		return spawn_wait(s); /* bwrap failed; it has said why */
	front = (int)syscall(SYS_pidfd_open, getpid(), 0);
	s->keeper = front < 0 ? -1 : fork();
	if (s->keeper == 0)
		hooks->keeper(front, s->init);
	if (s->keeper < 0 || send(s->sock, "G", 1, MSG_NOSIGNAL) != 1) {
		warn_line("cannot start the keeper of this run, so the command was not started");
		spawn_kill(s);
		spawn_wait(s);
		return EXIT_REFUSED;
	}
	close(front);
	return spawn_wait(s);
}

int launch_run(const struct plan *plan, const struct facts *facts, const struct launch_hooks *hooks,
	struct arena *arena)
{
	struct handles h = {.sources = sources_open(plan, arena)};
	struct spawn s = {.init = -1, .target = -1};
	int info[2], sock[2], on = 1;
	const char *argv[] = {
		"bwrap", "--args", NULL, "--", NULL, hooks->inner_word, NULL, NULL, NULL};

	if (pipe2(info, O_CLOEXEC) != 0 ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sock) != 0)
		die_errno("cannot make the pipes of this run");
	if (setsockopt(sock[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0)
		die_errno("cannot make the socket of this run");
	h.self = must(open("/proc/self/exe", O_PATH), "this program");
	h.info = info[1];
	h.inner = sock[1];
	fd_set_cloexec(h.info, false);
	fd_set_cloexec(h.inner, false);
	h.orders = open_orders(plan, hooks);
	h.args = open_args(plan, &h, arena);
	argv[2] = arena_printf(arena, "%d", h.args);
	argv[4] = arena_printf(arena, "/proc/self/fd/%d", h.self);
	argv[6] = arena_printf(arena, "%d", h.orders);
	argv[7] = arena_printf(arena, "%d", h.inner);
	s.sock = sock[0];
	spawn_start(&s, facts->bwrap, (char *const *)argv);
	close_handles(&h, plan->mounts.n);
	return go(&s, info[0], hooks);
}
