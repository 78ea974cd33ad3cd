/*
 * syscall NAME [ARG...]: makes one raw system call and prints "RC ERRNO", as "-1 EFAULT" or "0 0".
 *
 * Each call of the table has arguments that it must refuse by itself: a bad pointer, a bad
 * descriptor, flags that do not go together. So EFAULT, EBADF or EINVAL says that the call was
 * reached, EPERM or ENOSYS that a filter answered in its place, and nothing happens either way.
 * Arguments on the command line replace those of the table, from the first on; "-" keeps one.
 *
 *	syscall keyctl              by the machine's own call
 *	syscall x32:getpid          with the x32 bit in the number
 *	syscall int80:getpid        by int 0x80, with i386's number
 *	syscall nr:1000 1 2         any number
 *	syscall thread:getpid       from a second thread
 *	syscall orphan:getpid       from the child of a child, in a session of its own
 *	syscall execs:getpid        three executions later
 *	syscall int80:socketcall 1 38 5 0    its first argument, then what the second points to
 *	syscall ioctl - 0xffffffff00005412
 *
 * Exit: 0 if a call was made, 2 if the table or this machine has no such call.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NONE = -1 };

#define BAD   UINT64_C(1)                  /* no pointer */
#define MINUS UINT64_C(0xffffffffffffffff) /* no descriptor, no process */

static const struct call {
	const char *name;
	int x86_64, aarch64, i386;
	uint64_t args[6];
} calls[] = {
	{"getpid", 39, 172, 20, {0}},
	{"ioctl", 16, 29, 54, {0, 0x5401, BAD}},
	{"socket", 41, 198, 359, {0, 0, 0}},
	{"socketpair", 53, 199, 360, {0, 0, 0, BAD}},
	{"socketcall", NONE, NONE, 102, {1, BAD}},
	{"clone", 56, 220, 120, {0x10000, 0, 0, 0, 0}}, /* CLONE_THREAD alone: EINVAL */
	{"unshare", 272, 97, 310, {1}},                 /* no flag has this bit: EINVAL */
	{"clone3", 435, 435, 435, {0, 0}},
	{"personality", 135, 92, 136, {0xffffffff}},
	{"seccomp", 317, 277, 354, {1, 0, BAD}},
	{"ptrace", 101, 117, 26, {0x4206, MINUS, 0, MINUS}}, /* SEIZE of nobody */
	{"process_vm_readv", 310, 270, 347, {MINUS, BAD, 1, BAD, 1, 0}},
	{"process_vm_writev", 311, 271, 348, {MINUS, BAD, 1, BAD, 1, 0}},
	{"kcmp", 312, 272, 349, {MINUS, MINUS, 0, 0, 0}},
	{"pidfd_getfd", 438, 438, 438, {MINUS, 0, 0}},
	{"mount", 165, 40, 21, {BAD, BAD, BAD, 0, BAD}},
	{"umount2", 166, 39, 52, {BAD, 0}},
	{"move_mount", 429, 429, 429, {MINUS, BAD, MINUS, BAD, 0}},
	{"fsopen", 430, 430, 430, {BAD, 0}},
	{"fsmount", 432, 432, 432, {MINUS, 0, 0}},
	{"fspick", 433, 433, 433, {MINUS, BAD, 0}},
	{"open_tree_attr", 467, 467, 467, {MINUS, BAD, 0, BAD, 0}},
	{"chroot", 161, 51, 61, {BAD}},
	{"pivot_root", 155, 41, 217, {BAD, BAD}},
	{"open_tree", 428, 428, 428, {MINUS, BAD, 0}},
	{"fsconfig", 431, 431, 431, {MINUS, 0, BAD, BAD, 0}},
	{"mount_setattr", 442, 442, 442, {MINUS, BAD, 0, BAD, 0}},
	{"setns", 308, 268, 346, {MINUS, 0}},
	{"name_to_handle_at", 303, 264, 341, {MINUS, BAD, BAD, BAD, 0}},
	{"open_by_handle_at", 304, 265, 342, {MINUS, BAD, 0}},
	{"fanotify_init", 300, 262, 338, {0xffffffff, 0}},
	{"fanotify_mark", 301, 263, 339, {MINUS, 0, 0, MINUS, BAD}},
	{"quotactl", 179, 60, 131, {MINUS, BAD, 0, BAD}},
	{"quotactl_fd", 443, 443, 443, {MINUS, 0, 0, BAD}},
	{"bpf", 321, 280, 357, {99, BAD, 8}},
	{"perf_event_open", 298, 241, 336, {BAD, 0, MINUS, MINUS, 0}},
	{"userfaultfd", 323, 282, 374, {0xffffffff}},
	{"iopl", 172, NONE, 110, {4}},
	{"ioperm", 173, NONE, 101, {MINUS, 2, 1}},
	{"modify_ldt", 154, NONE, 123, {0, BAD, 0}},
	{"kexec_load", 246, 104, 283, {0, MINUS, BAD, MINUS}},
	{"kexec_file_load", 320, 294, NONE, {MINUS, MINUS, 0, BAD, 0}},
	{"init_module", 175, 105, 128, {BAD, 1, BAD}},
	{"finit_module", 313, 273, 350, {MINUS, BAD, 0}},
	{"delete_module", 176, 106, 129, {BAD, 0}},
	{"reboot", 169, 142, 88, {0, 0, 0, 0}}, /* no magic: no reboot, whoever asks */
	{"swapon", 167, 224, 87, {BAD, 0}},
	{"swapoff", 168, 225, 115, {BAD}},
	{"acct", 163, 89, 51, {BAD}},
	{"syslog", 103, 116, 103, {99, BAD, 1}},
	{"uselib", 134, NONE, 86, {BAD}},
	{"nfsservctl", 180, 42, 169, {0, BAD, BAD}},
	{"sethostname", 170, 161, 74, {BAD, MINUS}},
	{"setdomainname", 171, 162, 121, {BAD, MINUS}},
	{"set_mempolicy_home_node", 450, 450, 450, {1, 1, 0, 1}},
	{"lookup_dcookie", 212, 18, 253, {0, BAD, 0}},
	{"add_key", 248, 217, 286, {BAD, BAD, BAD, 1, 0}},
	{"request_key", 249, 218, 287, {BAD, BAD, BAD, 0}},
	{"keyctl", 250, 219, 288, {99}},
	{"settimeofday", 164, 170, 79, {BAD, 0}},
	{"clock_settime", 227, 112, 264, {0, BAD}},
	{"adjtimex", 159, 171, 124, {BAD}},
	{"clock_adjtime", 305, 266, 343, {0, BAD}},
	{"mbind", 237, 235, 274, {0, 0, 99, 0, 0, 0}},
	{"set_mempolicy", 238, 237, 276, {99, 0, 0}},
	{"migrate_pages", 256, 238, 294, {MINUS, 0, 0, 0}},
	{"move_pages", 279, 239, 317, {0, 1, BAD, BAD, BAD, 0xff}},
	{"memfd_secret", 447, 447, 447, {0xff}},
	{"io_uring_setup", 425, 425, 425, {1, BAD}},
	{"io_uring_enter", 426, 426, 426, {MINUS, 0, 0, 0, 0, 0}},
	{"io_uring_register", 427, 427, 427, {MINUS, 0, 0, 0}},
	{"statmount", 457, 457, 457, {BAD, BAD, 8, 0}},
	{"listmount", 458, 458, 458, {BAD, BAD, 8, 0}},
};

/* What the answers of calls and filters are called. */
static const struct {
	int error;
	const char *name;
} errors[] = {
	{EPERM, "EPERM"},
	{ENOSYS, "ENOSYS"},
	{EFAULT, "EFAULT"},
	{EINVAL, "EINVAL"},
	{EBADF, "EBADF"},
	{ENOTTY, "ENOTTY"},
	{ESRCH, "ESRCH"},
	{EIO, "EIO"},
	{EACCES, "EACCES"},
	{ENOENT, "ENOENT"},
	{EOPNOTSUPP, "EOPNOTSUPP"},
	{EAFNOSUPPORT, "EAFNOSUPPORT"},
	{EPROTONOSUPPORT, "EPROTONOSUPPORT"},
	{ESOCKTNOSUPPORT, "ESOCKTNOSUPPORT"},
	{EPROTOTYPE, "EPROTOTYPE"},
};

/* Where int 0x80 finds it: a static program lies below 4 GiB. */
static uint32_t socketcall_args[6];

static sigjmp_buf no_int80;

static void on_segv(int sig)
{
	(void)sig;
	siglongjmp(no_int80, 1);
}

/* The i386 call NR from this 64-bit program; -ENOSYS where the kernel has no such gate. */
static long call_int80(long nr, const uint64_t a[6])
{
#ifdef __x86_64__
	long rc = -ENOSYS;

	signal(SIGSEGV, on_segv);
	if (sigsetjmp(no_int80, 1) == 0)
		__asm__ volatile("int $0x80"
				 : "=a"(rc)
				 : "a"(nr), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
				 : "memory", "r8", "r9", "r10", "r11");
	return (int)rc;
#else
	(void)nr;
	(void)a;
	return -ENOSYS;
#endif
}

static long call_native(long nr, const uint64_t a[6])
{
	long rc = syscall(nr, a[0], a[1], a[2], a[3], a[4], a[5]);

	return rc == -1 ? -errno : rc;
}

static void print_result(long rc)
{
	size_t i;

	if (rc >= 0) {
		printf("%ld 0\n", rc);
		return;
	}
	for (i = 0; i < sizeof errors / sizeof *errors; i++) {
		if (errors[i].error == -rc) {
			printf("-1 %s\n", errors[i].name);
			return;
		}
	}
	printf("-1 %ld\n", -rc);
}

static const struct call *find(const char *name)
{
	const struct call *c;

	for (c = calls; c < calls + sizeof calls / sizeof *calls; c++) {
		if (strcmp(c->name, name) == 0)
			return c;
	}
	return NULL;
}

/* A child that came into being prints nothing; its parent tells. */
static void end_child(long rc, long parent)
{
	if (rc == 0 && syscall(SYS_getpid) != parent)
		_exit(0);
	if (rc > 0)
		while (waitpid((pid_t)rc, NULL, 0) < 0 && errno == EINTR)
			;
}

/* "x32:" and the like taken off *NAME, or false. */
static bool prefix(const char **name, const char *what)
{
	size_t len = strlen(what);

	if (strncmp(*name, what, len) != 0)
		return false;
	*name += len;
	return true;
}

/* One call as it was asked for, and what it gave. */
struct asked {
	const struct call *call;
	long nr, rc;
	bool int80;
	uint64_t args[6];
};

static void *make(void *user)
{
	struct asked *a = user;
	long parent = getpid();

	a->rc = a->int80 ? call_int80(a->nr, a->args) : call_native(a->nr, a->args);
	if (a->call && strcmp(a->call->name, "clone") == 0)
		end_child(a->rc, parent);
	return NULL;
}

/* Made by a process whose parent is gone; this one waits for the end of a pipe that it holds. */
static void make_orphan(struct asked *a)
{
	char byte;
	int ends[2];
	pid_t child;

	if (pipe(ends) != 0 || (child = fork()) < 0)
		exit(2);
	if (child == 0) {
		close(ends[0]);
		setsid();
		if (fork() != 0)
			_exit(0);
		make(a);
		print_result(a->rc);
		exit(0);
	}
	close(ends[1]);
	waitpid(child, NULL, 0);
	while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
		;
	exit(0);
}

/* The same words without one execution. */
static _Noreturn void execute_again(char **argv, const char *name, int more)
{
	char word[256];

	if (more)
		snprintf(word, sizeof word, "execs%d:%s", more, name);
	else
		snprintf(word, sizeof word, "%s", name);
	argv[1] = word;
	execv("/proc/self/exe", argv);
	exit(2);
}

/* Arguments from the command line in place of the table's. */
static void read_args(struct asked *a, int argc, char **argv)
{
	bool indirect = a->int80 && a->call && strcmp(a->call->name, "socketcall") == 0;
	int i;

	if (a->call)
		memcpy(a->args, a->call->args, sizeof a->args);
	for (i = 0; i < argc && i < 6; i++) {
		if (strcmp(argv[i], "-") == 0)
			continue;
		if (indirect && i > 0)
			socketcall_args[i - 1] = (uint32_t)strtoul(argv[i], NULL, 0);
		else
			a->args[i] = strtoull(argv[i], NULL, 0);
	}
	if (indirect && argc > 1)
		a->args[1] = (uintptr_t)socketcall_args;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	bool thread = prefix(&name, "thread:"), orphan = prefix(&name, "orphan:"), x32;
	struct asked a = {0};
	pthread_t t;

	if (prefix(&name, "execs:"))
		execute_again(argv, name, 2);
	if (prefix(&name, "execs2:"))
		execute_again(argv, name, 1);
	if (prefix(&name, "execs1:"))
		execute_again(argv, name, 0);
	x32 = prefix(&name, "x32:");
	a.int80 = prefix(&name, "int80:");
	a.call = find(name);
	read_args(&a, argc - 2, argv + 2);
#ifdef __x86_64__
	a.nr = a.call ? (a.int80 ? a.call->i386 : a.call->x86_64) : NONE;
#else
	a.nr = a.call && !a.int80 && !x32 ? a.call->aarch64 : NONE;
#endif
	if (prefix(&name, "nr:"))
		a.nr = strtol(name, NULL, 0);
	if (a.nr == NONE) {
		fprintf(stderr, "syscall: no call \"%s\" here\n", name);
		return 2;
	}
	if (x32)
		a.nr |= 0x40000000;
	if (orphan)
		make_orphan(&a);
	else if (thread && pthread_create(&t, NULL, make, &a) == 0)
		pthread_join(t, NULL);
	else
		make(&a);
	print_result(a.rc);
	return 0;
}
