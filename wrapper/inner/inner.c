#include "inner/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/die.h"
#include "base/mutant.h"
#include "base/wire.h"
#include "inner/landlock.h"
#include "inner/limits.h"
#include "inner/say.h"
#include "inner/seccomp.h"
#include "inner/sys.h"
#include "model/orders.h"

/* What inner is told, pointing into the orders' bytes. */
struct orders {
	struct orders_head head;
	const char *name, *hint;               /* safe to print; no hint is "" */
	const char *cwd;                       /* where the command starts */
	const char *const *argv, *const *envp; /* NULL-terminated */
	struct wire rules;                     /* at the first rule */
};

/* The bytes of the orders; they stay mapped until the exec. */
static struct wire map_orders(int fd)
{
	struct statx st = {0};
	struct wire w = {0};
	long at;

	if (SYS5(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_SIZE, &st) != 0 || st.stx_size == 0)
		REFUSE(0, "the orders of this run are missing");
	at = SYS6(SYS_mmap, NULL, st.stx_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at < 0)
		REFUSE((int)-at, "the orders of this run cannot be read");
	w.at = (const char *)at;
	w.end = (const char *)(at + (long)st.stx_size);
	return w;
}

/* Room for N pointers, all NULL. */
static const char **map_pointers(size_t n)
{
	long at = SYS6(SYS_mmap, NULL, n * sizeof(char *), PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at < 0)
		REFUSE((int)-at, "there is no memory for the command's arguments");
	return (const char **)at;
}

static void read_orders(struct orders *o, int fd)
{
	struct wire w = map_orders(fd);
	const char **list, *rule;
	uint32_t i;

	wire_get(&w, &o->head, sizeof o->head);
	o->name = wire_get_str(&w);
	o->hint = wire_get_str(&w);
	o->cwd = wire_get_str(&w);
	/* A string takes a byte at least: a count that is too high asks for no memory. */
	if (w.bad || o->head.args == 0 ||
		(uint64_t)o->head.args + o->head.vars > (size_t)(w.end - w.at))
		REFUSE(0, "the orders of this run are damaged");
	list = map_pointers((size_t)o->head.args + o->head.vars + 2);
	o->argv = list;
	for (i = 0; i < o->head.args; i++)
		*list++ = wire_get_str(&w);
	o->envp = ++list;
	for (i = 0; i < o->head.vars; i++)
		*list++ = wire_get_str(&w);
	o->rules = w;
	for (i = 0; i < o->head.rules && !w.bad; i++) {
		rule = wire_get_str(&w);
		w.bad |= rule && !*rule;
	}
	if (w.bad || w.at != w.end)
		REFUSE(0, "the orders of this run are damaged");
}

static void add_rule(int ruleset, int abi, const char *rule)
{
	int error = landlock_add(ruleset, abi, (enum access_class)(rule[0] - '0'), rule + 1);
	char path[1024];

	if (error)
		REFUSE(-error, "Landlock takes no rule for ",
			printable(path, sizeof path, rule + 1));
}

static void apply_landlock(const struct orders *o)
{
	struct wire rules = o->rules;
	int abi = landlock_abi(), ruleset, error;
	const char *rule;
	uint32_t i;

	if (WITHOUT(LANDLOCK))
		return;
	if (abi <= 0)
		REFUSE(-abi,
			"Landlock is missing, and this run must have it; use a kernel of 5.13 or "
			"later with landlock in its lsm= list");
	ruleset = landlock_begin(abi);
	if (ruleset < 0)
		REFUSE(-ruleset, "Landlock takes no ruleset");
	for (i = 0; i < o->head.rules; i++) {
		rule = wire_get_str(&rules);
		if (rule)
			add_rule(ruleset, abi, rule);
		else
			REFUSE(0, "the orders of this run are damaged");
	}
	landlock_add_stdio(ruleset, abi);
	error = landlock_enforce(ruleset);
	if (error)
		REFUSE(-error, "Landlock cannot be enforced");
	SYS1(SYS_close, ruleset);
}

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

/* Ready, for the view is whole when this program runs; then go. EOF is the front's death. */
static void await_go(int sock)
{
	char byte = 0;
	long n = SYS6(SYS_sendto, sock, "R", 1, MSG_NOSIGNAL, NULL, 0);

	if (n != 1)
		cut_off(n);
	do
		n = SYS6(SYS_recvfrom, sock, &byte, 1, 0, NULL, NULL);
	while (n == -EINTR);
	if (n != 1 || byte != 'G')
		cut_off(n);
}

/* Only now: the mounts that are held came last, and who stands below one is not held by it. */
static void enter(const struct orders *o)
{
	long r = SYS1(SYS_chdir, o->cwd);
	char path[1024];

	if (r < 0)
		REFUSE((int)-r, "cannot enter ", printable(path, sizeof path, o->cwd));
}

/* Two descriptors stay until the exec: the socket, in place of the orders, and none else. */
static void keep_only_3(int sock)
{
	long r;

	if (sock == 3)
		r = SYS3(SYS_fcntl, 3, F_SETFD, FD_CLOEXEC);
	else
		r = SYS3(SYS_dup3, sock, 3, O_CLOEXEC);
	if (r < 0)
		REFUSE((int)-r, "cannot keep the socket");
	r = WITHOUT(CLOSEFDS) ? 0 : SYS3(SYS_close_range, 4, ~0U, 0);
	if (r < 0)
		REFUSE((int)-r, "cannot close inherited descriptors");
}

/* S as the number of a descriptor; 0 if it is none that can be meant. */
static int descriptor(const char *s)
{
	int n = 0;

	for (; *s >= '0' && *s <= '9' && n < 100000000; s++)
		n = n * 10 + (*s - '0');
	return *s || n < 3 ? 0 : n;
}

void inner_main(int argc, const char *const *argv)
{
	int orders_fd = argc == 3 ? descriptor(argv[1]) : 0;
	int sock = argc == 3 ? descriptor(argv[2]) : 0;
	struct orders o;
	int error;
	long n;

	if (!orders_fd || !sock)
		REFUSE(0, "this program is for seal-exec itself");
	read_orders(&o, orders_fd);
	keep_only_3(sock);
	await_go(3);
	enter(&o);
	apply_landlock(&o);
	limits_apply(o.head.limits);
	restore_signals(&o.head.facts);
	error = WITHOUT(SECCOMP) ? 0 : seccomp_apply(o.head.debug);
	if (error)
		REFUSE(-error, "the system call filter cannot be loaded");
	n = SYS6(SYS_sendto, 3, "S", 1, MSG_NOSIGNAL, NULL, 0);
	if (n != 1)
		cut_off(n);
	run_command(&o);
}
