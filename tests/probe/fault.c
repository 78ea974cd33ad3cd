/*
 * fault RESULT list -- COMMAND...            writes every system call of a run to RESULT, with
 *                                            its place: calls of one line of code have the same
 * fault RESULT ROLE CALL N WHAT -- COMMAND   lets one of them go wrong, in one process
 *
 * strace(1) counts calls in each process alike, so that a fault in the fifth openat() always hits
 * the first process that makes five. This follows a run by ptrace(2) too, but knows its processes
 * by their place: "front", "front.2" its second child, "bwrap" what the first program that is
 * started below is, "bwrap.1.1" a child's child of it, "inner" what is started there, "command"
 * what inner becomes. The command itself is not looked at.
 *
 * WHAT is an errno's number, which the Nth CALL of ROLE then returns without having been made, or a
 * signal ("SIG9"), which ROLE gets before it. As in the kernel, close() closes whatever it returns,
 * and brk() fails by moving nothing.
 *
 * RESULT: "front exit 7" or "front signal 9"; "hit before", "hit after" (the command ran already)
 * or "hit no"; "left ROLE CALL" for each process that was there 2 seconds after the front's end,
 * "hang ROLE CALL" for each that was there after 10 seconds. Those are killed; nothing outlives
 * this.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUN_SECONDS = 10, END_SECONDS = 2, PROCESSES = 64, CALLS = 600 };
enum { LEVEL_COMMAND = 4 };

/* clang-format off */
#define CALL(name) {SYS_##name, #name}
static const struct {
	long nr;
	const char *name;
} calls[] = {
#ifdef __x86_64__
	CALL(access), CALL(alarm), CALL(arch_prctl), CALL(creat), CALL(dup2), CALL(epoll_wait),
	CALL(fork), CALL(getpgrp), CALL(lstat), CALL(mkdir), CALL(open), CALL(pipe), CALL(poll),
	CALL(readlink), CALL(rename), CALL(rmdir), CALL(stat), CALL(symlink), CALL(unlink),
	CALL(vfork),
#endif
	CALL(accept4), CALL(bind), CALL(brk), CALL(capget), CALL(capset), CALL(chdir),
	CALL(clock_gettime), CALL(clone), CALL(clone3), CALL(close), CALL(close_range),
	CALL(connect), CALL(dup), CALL(dup3), CALL(epoll_create1), CALL(epoll_ctl),
	CALL(epoll_pwait), CALL(eventfd2), CALL(execve), CALL(exit), CALL(exit_group),
	CALL(faccessat), CALL(faccessat2), CALL(fchdir), CALL(fchmod), CALL(fchmodat), CALL(fchown),
	CALL(fcntl), CALL(flock), CALL(fstat), CALL(fstatfs), CALL(fsync), CALL(ftruncate),
	CALL(getcwd), CALL(getdents64), CALL(getegid), CALL(geteuid), CALL(getgid), CALL(getpgid),
	CALL(getpid), CALL(getppid), CALL(getrandom), CALL(getsockname), CALL(getsockopt),
	CALL(gettid), CALL(getuid), CALL(ioctl), CALL(kill), CALL(linkat), CALL(listen), CALL(lseek),
	CALL(madvise), CALL(memfd_create), CALL(mkdirat), CALL(mmap), CALL(mount),
	CALL(mount_setattr), CALL(move_mount), CALL(mprotect), CALL(mremap), CALL(munmap),
	CALL(nanosleep), CALL(newfstatat), CALL(open_tree), CALL(openat), CALL(openat2),
	CALL(pidfd_open), CALL(pidfd_send_signal), CALL(pipe2), CALL(pivot_root), CALL(ppoll),
	CALL(prctl), CALL(pread64), CALL(prlimit64), CALL(pwrite64), CALL(read), CALL(readlinkat),
	CALL(readv), CALL(recvfrom), CALL(recvmsg), CALL(renameat), CALL(renameat2), CALL(rseq),
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(rt_sigtimedwait),
	CALL(seccomp), CALL(sendmsg), CALL(sendto), CALL(set_robust_list), CALL(set_tid_address),
	CALL(setfsuid), CALL(setgroups), CALL(sethostname), CALL(setns), CALL(setpgid),
	CALL(setresgid), CALL(setresuid), CALL(setsid), CALL(setsockopt), CALL(setuid),
	CALL(shutdown), CALL(sigaltstack), CALL(signalfd4), CALL(socket), CALL(socketpair),
	CALL(statfs), CALL(statx), CALL(symlinkat), CALL(tgkill), CALL(timerfd_create),
	CALL(timerfd_settime), CALL(umask), CALL(umount2), CALL(uname), CALL(unlinkat),
	CALL(unshare), CALL(utimensat), CALL(wait4), CALL(waitid), CALL(write), CALL(writev),
	{444, "landlock_create_ruleset"}, {445, "landlock_add_rule"},
	{446, "landlock_restrict_self"},
};
/* clang-format on */

struct process {
	pid_t pid;
	char role[48];
	int level;     /* programs started on the way here */
	int children;  /* so far */
	bool known;    /* its parent has told of it */
	bool waits;    /* it has stopped first and is kept until it is known */
	bool faulty;   /* the call that it is in was replaced */
	long argument; /* 0, or the first one of a brk() that was made one of 0 */
	long call;     /* the last that it made */
	unsigned short made[CALLS];
};

struct run {
	FILE *out;
	bool list;
	const char *role, *call;
	long n, error, sig;
	pid_t front;
	bool over;    /* the front has ended */
	bool started; /* the command runs */
	const char *hit;
	struct process p[PROCESSES];
	int processes;
};

static const char *const levels[] = {"start", "front", "bwrap", "inner", "command"};

static volatile sig_atomic_t late;

static void on_alarm(int sig)
{
	(void)sig;
	late = 1;
}

static void limit(int seconds)
{
	/* Again and again: one alarm could come just before the wait. */
	const struct itimerval t = {{0, 50000}, {seconds, 0}};

	late = 0;
	setitimer(ITIMER_REAL, &t, NULL);
}

static const char *name_of(long nr)
{
	static char number[32];
	size_t i;

	for (i = 0; i < sizeof calls / sizeof *calls; i++)
		if (calls[i].nr == nr)
			return calls[i].name;
	snprintf(number, sizeof number, "nr%ld", nr);
	return number;
}

/* --- Registers: the number of the call, its first argument, its result --------------------------
 */

#if defined(__x86_64__)
static void set_number(pid_t pid, long nr)
{
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, orig_rax), nr);
}

static void set_argument(pid_t pid, long value)
{
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rdi), value);
}

static void set_result(pid_t pid, long value)
{
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rax), value);
}

/* A call leaves its arguments as they were, and callers count on it. */
static void restore_argument(pid_t pid, long value)
{
	set_argument(pid, value);
}
#elif defined(__aarch64__)
static void set_number(pid_t pid, long nr)
{
	int number = (int)nr;
	struct iovec v = {&number, sizeof number};

	ptrace(PTRACE_SETREGSET, pid, 0x404 /* NT_ARM_SYSTEM_CALL */, &v);
}

static void set_argument(pid_t pid, long value)
{
	struct user_regs_struct regs;
	struct iovec v = {&regs, sizeof regs};

	ptrace(PTRACE_GETREGSET, pid, 1 /* NT_PRSTATUS */, &v);
	regs.regs[0] = (unsigned long long)value;
	ptrace(PTRACE_SETREGSET, pid, 1, &v);
}

static void set_result(pid_t pid, long value)
{
	set_argument(pid, value);
}

/* The result is in its place. */
static void restore_argument(pid_t pid, long value)
{
	(void)pid;
	(void)value;
}
#endif

/* --- Processes ----------------------------------------------------------------------------------
 */

static struct process *find(struct run *r, pid_t pid)
{
	int i;

	for (i = 0; i < r->processes; i++)
		if (r->p[i].pid == pid)
			return &r->p[i];
	if (r->processes == PROCESSES)
		exit(3);
	r->p[r->processes] = (struct process){.pid = pid};
	return &r->p[r->processes++];
}

static void forget(struct run *r, pid_t pid)
{
	int i;

	for (i = 0; i < r->processes; i++)
		if (r->p[i].pid == pid)
			r->p[i] = r->p[--r->processes];
}

/* Calls are looked at until one was struck and has returned. */
static void go_on(const struct run *r, const struct process *p, int sig)
{
	bool done = strcmp(r->hit, "no") != 0 && !p->faulty && !p->argument;

	ptrace(done || p->level >= LEVEL_COMMAND ? PTRACE_CONT : PTRACE_SYSCALL, p->pid, 0,
		(long)sig);
}

static bool is_known(const struct run *r, pid_t pid)
{
	int i;

	for (i = 0; i < r->processes; i++)
		if (r->p[i].pid == pid)
			return true;
	return false;
}

/* The parent of PID, by proc(5). */
static pid_t parent_of(pid_t pid)
{
	char path[64];
	int parent = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%*d (%*[^)]) %*c %d", &parent) != 1)
		parent = 0;
	if (f)
		fclose(f);
	return parent;
}

/* Who was killed between the making of a child and the word of it tells of it no more. */
static void free_orphans(struct run *r)
{
	int i;

	for (i = 0; i < r->processes; i++) {
		struct process *p = &r->p[i];

		if (!p->waits || is_known(r, parent_of(p->pid)))
			continue;
		snprintf(p->role, sizeof p->role, "orphan");
		p->level = 1;
		p->known = true;
		p->waits = false;
		go_on(r, p, 0);
	}
}

static void born(struct run *r, struct process *parent)
{
	unsigned long pid = 0;
	struct process *p;
	int n;

	ptrace(PTRACE_GETEVENTMSG, parent->pid, 0, &pid);
	p = find(r, (pid_t)pid);
	p->known = true;
	p->level = parent->level;
	n = snprintf(p->role, sizeof p->role, "%s.%d", parent->role, ++parent->children);
	if (n >= (int)sizeof p->role)
		exit(3);
	if (p->waits)
		go_on(r, p, 0);
	p->waits = false;
}

static void became(struct run *r, struct process *p)
{
	if (p->level < LEVEL_COMMAND)
		p->level++;
	snprintf(p->role, sizeof p->role, "%s", levels[p->level]);
	memset(p->made, 0, sizeof p->made);
	p->children = 0;
	p->faulty = false;
	if (p->level < LEVEL_COMMAND)
		return;
	r->started = true;
	if (r->list)
		fprintf(r->out, "command starts\n");
}

static void strike(struct run *r, struct process *p, long argument)
{
	r->hit = r->started ? "after" : "before";
	if (r->sig) {
		kill(p->pid, (int)r->sig);
		return;
	}
	if (p->call == SYS_brk) {
		p->argument = argument;
		set_argument(p->pid, 0);
		return;
	}
	p->faulty = true;
	if (p->call != SYS_close)
		set_number(p->pid, SYS_getpid);
}

static void entered(struct run *r, struct process *p, const struct __ptrace_syscall_info *info)
{
	long nr = (long)info->entry.nr;

	p->call = nr;
	if (nr < 0 || nr >= CALLS || p->level < 1)
		return;
	p->made[nr]++;
	if (r->list)
		fprintf(r->out, "%s %s %llx.%llx\n", p->role, name_of(nr),
			(unsigned long long)info->instruction_pointer,
			(unsigned long long)info->stack_pointer);
	else if (strcmp(r->hit, "no") == 0 && p->made[nr] == r->n &&
		strcmp(p->role, r->role) == 0 && strcmp(name_of(nr), r->call) == 0)
		strike(r, p, (long)info->entry.args[0]);
}

static void called(struct run *r, struct process *p)
{
	struct __ptrace_syscall_info info = {0};

	ptrace(PTRACE_GET_SYSCALL_INFO, p->pid, sizeof info, &info);
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		entered(r, p, &info);
	} else if (p->faulty) {
		set_result(p->pid, -r->error);
		p->faulty = false;
	} else if (p->argument) {
		restore_argument(p->pid, p->argument);
		p->argument = 0;
	}
}

static void stopped(struct run *r, struct process *p, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
		event == PTRACE_EVENT_CLONE)
		born(r, p);
	else if (event == PTRACE_EVENT_EXEC)
		became(r, p);
	else if (sig == (SIGTRAP | 0x80))
		called(r, p);
	else if (event == PTRACE_EVENT_STOP && !p->known) {
		p->waits = true;
		free_orphans(r);
	} else if (event == PTRACE_EVENT_STOP && sig != SIGTRAP)
		ptrace(PTRACE_LISTEN, p->pid, 0, 0);
	else
		go_on(r, p, event ? 0 : sig);
	if (!p->waits && (event != PTRACE_EVENT_STOP) && (event || sig == (SIGTRAP | 0x80)))
		go_on(r, p, 0);
}

/* The call that a process is in, by proc(5). */
static long call_of(pid_t pid)
{
	char path[64];
	long nr = -1;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
	f = fopen(path, "re");
	if (f && fscanf(f, "%ld", &nr) != 1)
		nr = -1;
	if (f)
		fclose(f);
	return nr;
}

/* Those that are still there, by their names, and the end of them. */
static void end_all(struct run *r, const char *why)
{
	int i;

	for (i = 0; i < r->processes; i++) {
		fprintf(r->out, "%s %s %s\n", why, r->p[i].role, name_of(call_of(r->p[i].pid)));
		kill(r->p[i].pid, SIGKILL);
	}
}

static void ended(struct run *r, pid_t pid, int status)
{
	if (pid == r->front) {
		r->over = true;
		fprintf(r->out, "front %s %d\n", WIFEXITED(status) ? "exit" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		limit(END_SECONDS);
	}
	forget(r, pid);
	free_orphans(r);
}

static void follow(struct run *r)
{
	bool killed = false;
	int status;
	pid_t pid;

	limit(RUN_SECONDS);
	while (r->processes) {
		pid = waitpid(-1, &status, __WALL);
		if (pid < 0 && errno != EINTR)
			break;
		if (late && !killed) {
			end_all(r, r->over ? "left" : "hang");
			killed = true;
		}
		if (pid <= 0)
			continue;
		if (WIFSTOPPED(status))
			stopped(r, find(r, pid), status);
		else
			ended(r, pid, status);
	}
	fprintf(r->out, "hit %s\n", r->hit);
}

/* The front, stopped before its first instruction. */
static void begin(struct run *r, char **argv)
{
	const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	struct process *p;
	int gate[2];
	char byte;

	if (pipe(gate) != 0 || (r->front = fork()) < 0)
		exit(3);
	if (r->front == 0) {
		close(gate[1]);
		if (read(gate[0], &byte, 1) != 1)
			_exit(3);
		close(gate[0]);
		execvp(argv[0], argv);
		_exit(127);
	}
	p = find(r, r->front);
	p->known = true;
	snprintf(p->role, sizeof p->role, "%s", levels[0]);
	if (ptrace(PTRACE_SEIZE, r->front, 0, options) != 0) {
		fprintf(r->out, "cannot trace: %s\n", strerror(errno));
		exit(3);
	}
	if (write(gate[1], "g", 1) != 1)
		exit(3);
	close(gate[0]);
	close(gate[1]);
}

int main(int argc, char **argv)
{
	static struct run r = {.hit = "no"};
	struct sigaction alarm_action = {.sa_handler = on_alarm};
	int command = argc > 2 && strcmp(argv[2], "list") == 0 ? 3 : 6;

	if (argc <= command + 1 || strcmp(argv[command], "--") != 0) {
		fprintf(stderr, "usage: fault RESULT list|ROLE CALL N WHAT -- COMMAND...\n");
		return 2;
	}
	r.list = command == 3;
	if (!r.list) {
		r.role = argv[2];
		r.call = argv[3];
		r.n = strtol(argv[4], NULL, 10);
		if (strncmp(argv[5], "SIG", 3) == 0)
			r.sig = strtol(argv[5] + 3, NULL, 10);
		else
			r.error = strtol(argv[5], NULL, 10);
	}
	r.out = fopen(argv[1], "we");
	if (!r.out)
		return 3;
	sigaction(SIGALRM, &alarm_action, NULL);
	begin(&r, argv + command + 1);
	follow(&r);
	return fclose(r.out) == 0 ? 0 : 3;
}
