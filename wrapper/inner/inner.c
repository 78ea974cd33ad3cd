#include "inner/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "base/die.h"
#include "base/mutant.h"
#include "inner/gate.h"
#include "inner/limits.h"
#include "inner/orders.h"
#include "inner/say.h"
#include "inner/sys.h"
#include "model/layers.h"

/* Signals are as the caller had them: bwrap ran with some ignored and none blocked. */
static void restore_signals(const struct orders_facts *facts)
{
	/* The kernel's structure, not the library's: all zero is SIG_DFL. Both architectures. */
	static const struct {
		uintptr_t handler, flags, restorer;
		uint64_t mask;
	} by_default = {0};
	int n;

	for (n = 1; n < 65; n++)
		if (facts->reset & (uint64_t)1 << (n - 1))
			SYS4(SYS_rt_sigaction, n, &by_default, NULL, sizeof by_default.mask);
	SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &facts->blocked, NULL, sizeof facts->blocked);
}

static _Noreturn void cannot_run(const struct orders *o, int error)
{
	if (error == ENOENT)
		SAY(0, o->name, ": not found in the sandbox", *o->hint ? "; " : "", o->hint);
	else
		SAY(error, o->name);
	sys_exit(error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC);
}

/* The errno of a program that cannot be executed. */
static int execute(const struct orders *o, const char *file)
{
	return (int)-SYS3(SYS_execve, file, o->argv, o->envp);
}

/* The value of NAME ("PATH=") in the command's environment; the last one counts. */
static const char *variable(const struct orders *o, const char *name, const char *otherwise)
{
	const char *const *e;
	size_t n;

	for (e = o->envp; *e; e++) {
		for (n = 0; name[n] && (*e)[n] == name[n];)
			n++;
		if (!name[n])
			otherwise = *e + n;
	}
	return otherwise;
}

/* Appends S up to the character END or its NUL; the new length, SIZE if it does not fit. */
static size_t append(char *out, size_t n, size_t size, const char *s, char end)
{
	while (*s && *s != end && n < size)
		out[n++] = *s++;
	return n;
}

/*
 * execvp(3) with the command's own PATH, without its fallback to a shell for files that have no
 * format: what the user named is what runs, or it is an error.
 */
static _Noreturn void run_command(const struct orders *o)
{
	const char *command = o->argv[0], *path, *p;
	int error = ENOENT, e;
	char full[PATH_MAX];
	size_t n;

	for (p = command; *p && *p != '/';)
		p++;
	if (*p || !*command)
		cannot_run(o, execute(o, command));
	path = variable(o, "PATH=", "/usr/local/bin:/usr/bin:/bin");
	while (*path) {
		n = append(full, 0, sizeof full, path, ':');
		n = append(full, n, sizeof full, "/", '\0');
		n = append(full, n, sizeof full, command, '\0');
		while (*path && *path++ != ':')
			;
		if (n == sizeof full)
			continue;
		full[n] = '\0';
		e = execute(o, full);
		/* Keep looking, but remember that there was one that may not be run. */
		if (e != ENOENT && e != ENOTDIR)
			error = e;
	}
	cannot_run(o, error);
}

/* R is what a call on the socket gave. Without its other end nobody would read a message. */
static _Noreturn void cut_off(long r)
{
	if (r < 0 && r != -EPIPE && r != -ECONNRESET)
		REFUSE((int)-r, "cannot talk to who starts the command");
	sys_exit(EXIT_REFUSED);
}

static void send_word(int sock, uint32_t what, uint32_t active)
{
	const struct word word = {what, active};
	long n = SYS6(SYS_sendto, sock, &word, sizeof word, MSG_NOSIGNAL, NULL, 0);

	if (n != sizeof word)
		cut_off(n);
}

/* Ready, for the view is whole when this program runs; then go, with what the keeper, or the front
 * in its place, has seen. EOF is the front's death. */
static uint32_t await_go(int sock, uint32_t active)
{
	struct word go = {0};
	long n;

	send_word(sock, WORD_READY, active);
	do
		n = SYS6(SYS_recvfrom, sock, &go, sizeof go, MSG_WAITALL, NULL, NULL);
	while (n == -EINTR);
	if (n != sizeof go || go.what != WORD_GO)
		cut_off(n);
	return active | go.active;
}

/* Only now: the mounts that are held came last, and who stands below one is not held by it. */
static void enter(const struct orders *o)
{
	long r = SYS1(SYS_chdir, o->cwd);
	char path[1024];

	if (r < 0)
		REFUSE((int)-r, "cannot enter ", printable(path, sizeof path, o->cwd));
}

/* One descriptor stays until the exec: the socket, in place of the orders. SOCK is 0 for none. */
static void keep_only_3(int sock)
{
	long r = 0;

	if (sock == 3)
		r = SYS3(SYS_fcntl, 3, F_SETFD, FD_CLOEXEC);
	else if (sock)
		r = SYS3(SYS_dup3, sock, 3, O_CLOEXEC);
	if (r < 0)
		REFUSE((int)-r, "cannot keep the socket");
	r = WITHOUT(CLOSEFDS) ? 0 : SYS3(SYS_close_range, sock ? 4 : 3, ~0U, 0);
	if (r < 0)
		REFUSE((int)-r,
			"cannot close inherited descriptors, so the command was not "
			"started; ",
			layer_rows[LAYER_DESCRIPTORS].remedy);
}

/* S as the number of a descriptor; 0 if it is none that can be meant. */
static int descriptor(const char *s)
{
	int n = 0;

	for (; *s >= '0' && *s <= '9' && n < 100000000; s++)
		n = n * 10 + (*s - '0');
	return *s || n < 3 ? 0 : n;
}

/* Between front and keeper: the way of a run that has both. */
static uint32_t begin(const struct orders *o, int sock, uint32_t active)
{
	if (o->head.flags & ORDERS_DIE)
		SYS5(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	/* A front that has died before that is one whose end of the socket is closed. */
	return await_go(sock, active);
}

void inner_main(int argc, const char *const *argv)
{
	int orders = argc == 4 || argc == 2 ? descriptor(argv[1]) : 0;
	int sock = argc == 4 ? descriptor(argv[2]) : 0;
	int error = argc == 4 ? descriptor(argv[3]) : 0;
	uint32_t active;
	struct orders o;

	if (!orders || (argc == 4 && (!sock || !error)))
		REFUSE(0, "this program is for seal-exec itself");
	/* Else only bwrap's pipe is there to tell it to, which the front reads when bwrap fails. */
	if (error && SYS3(SYS_dup3, error, 2, 0) != 2) {
		SAY(0, "cannot give the command its standard error");
		sys_exit(1);
	}
	orders_read(&o, orders);
	keep_only_3(sock);
	active = gate_see(argv + argc + 1) | o.head.facts.around;
	if (sock)
		active = begin(&o, 3, active);
	enter(&o);
	limits_apply(o.head.limits);
	active |= LAYER_BIT(LIMITS);
	restore_signals(&o.head.facts);
	active = gate_pass(&o, active);
	if (sock)
		send_word(3, WORD_STARTING, active);
	run_command(&o);
}
