/*
 * without RULE... -- COMMAND [ARG...]: executes COMMAND on a kernel that seems to lack something.
 * A seccomp filter answers in the kernel's place:
 *
 *	NAME=ERRNO               every such call
 *	NAME:ARG=VALUE=ERRNO     one whose argument ARG (0 to 5) has this value, in its low 32 bits
 *	NAME:ARG&BITS=ERRNO      one whose argument has one of these bits
 *	...=+N                   it succeeds with the result N; for one rule of all
 *
 *	without landlock_create_ruleset=ENOSYS -- seal-exec -- true
 *	without 'clone:0&0x10000000=EPERM' 'unshare:0&0x10000000=EPERM' -- seal-exec -- true
 *	without landlock_create_ruleset:2=1=+2 -- seal-exec -- true    Landlock of ABI 2
 *
 * No filter returns a result; for that the call is notified to a child of ours, which answers and
 * ends with the last process that has the filter. Exit 2: a rule that is not understood.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	const char *name;
	long nr;
} calls[] = {
	{"clone", SYS_clone},
	{"unshare", SYS_unshare},
	{"setns", SYS_setns},
	{"mount", SYS_mount},
	{"umount2", SYS_umount2},
	{"pivot_root", SYS_pivot_root},
	{"prctl", SYS_prctl},
	{"seccomp", SYS_seccomp},
	{"landlock_create_ruleset", 444},
	{"landlock_add_rule", 445},
	{"landlock_restrict_self", 446},
	{"close_range", 436},
	{"openat2", 437},
	{"open_tree", 428},
	{"move_mount", 429},
	{"mount_setattr", 442},
	{"pidfd_open", 434},
	{"pidfd_send_signal", 424},
	{"memfd_create", SYS_memfd_create},
	{"execveat", SYS_execveat},
	{"socket", SYS_socket},
	{"socketpair", SYS_socketpair},
	{"sendto", SYS_sendto},
	{"ioctl", SYS_ioctl},
	{"openat", SYS_openat},
	{"statfs", SYS_statfs},
	{"setsockopt", SYS_setsockopt},
	{"epoll_create1", SYS_epoll_create1},
};

static const struct {
	const char *name;
	int error;
} errors[] = {
	{"EPERM", EPERM},
	{"ENOSYS", ENOSYS},
	{"EINVAL", EINVAL},
	{"EACCES", EACCES},
	{"ENOSPC", ENOSPC},
	{"EUSERS", EUSERS},
	{"ENOMEM", ENOMEM},
	{"E2BIG", E2BIG},
	{"EOPNOTSUPP", EOPNOTSUPP},
	{"EAFNOSUPPORT", EAFNOSUPPORT},
	{"EMFILE", EMFILE},
	{"EAGAIN", EAGAIN},
	{"EBUSY", EBUSY},
	{"EISNAM", EISNAM},
};

static struct sock_filter filter[256];
static unsigned short length;
static long result = -1; /* of the rule that has one */

static _Noreturn void bad_rule(const char *rule)
{
	fprintf(stderr, "without: cannot understand \"%s\"\n", rule);
	exit(2);
}

static void add(unsigned short code, unsigned char yes, unsigned char no, uint32_t k)
{
	if (length == sizeof filter / sizeof *filter)
		bad_rule("so many rules");
	filter[length++] = (struct sock_filter){code, yes, no, k};
}

static long call_number(const char *name, size_t n, const char *rule)
{
	size_t i;

	for (i = 0; i < sizeof calls / sizeof *calls; i++)
		if (strlen(calls[i].name) == n && strncmp(calls[i].name, name, n) == 0)
			return calls[i].nr;
	bad_rule(rule);
}

static uint32_t answer(const char *text, const char *rule)
{
	size_t i;

	if (*text == '+') {
		result = strtol(text + 1, NULL, 0);
		return SECCOMP_RET_USER_NOTIF;
	}
	for (i = 0; i < sizeof errors / sizeof *errors; i++)
		if (strcmp(errors[i].name, text) == 0)
			return SECCOMP_RET_ERRNO | (uint32_t)errors[i].error;
	bad_rule(rule);
}

static void add_rule(const char *rule)
{
	const char *last = strrchr(rule, '='), *argument = strchr(rule, ':');
	size_t n = strcspn(rule, ":=");
	uint32_t ret;
	char *end;

	if (!last)
		bad_rule(rule);
	ret = answer(last + 1, rule);
	add(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
	add(BPF_JMP | BPF_JEQ | BPF_K, 0, argument ? 3 : 1, (uint32_t)call_number(rule, n, rule));
	if (argument) {
		unsigned long arg = strtoul(argument + 1, &end, 10);
		uint32_t k = (uint32_t)strtoul(end + 1, NULL, 0);

		if (arg > 5 || (*end != '=' && *end != '&') || end == last)
			bad_rule(rule);
		add(BPF_LD | BPF_W | BPF_ABS, 0, 0,
			(uint32_t)(offsetof(struct seccomp_data, args) + arg * 8));
		add(BPF_JMP | (*end == '=' ? BPF_JEQ : BPF_JSET) | BPF_K, 0, 1, k);
	}
	add(BPF_RET | BPF_K, 0, 0, ret);
}

/* Gives the result to whoever asks, until nobody can. */
static _Noreturn void serve(int listener)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};
	struct seccomp_notif ask;
	struct seccomp_notif_resp reply;

	for (;;) {
		if (poll(&p, 1, 60000) != 1 || p.revents & (POLLHUP | POLLERR))
			_exit(0);
		memset(&ask, 0, sizeof ask);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &ask) != 0)
			continue;
		reply = (struct seccomp_notif_resp){.id = ask.id, .val = result};
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &reply);
	}
}

static void load(void)
{
	struct sock_fprog program = {.len = length, .filter = filter};
	unsigned flags = result >= 0 ? SECCOMP_FILTER_FLAG_NEW_LISTENER : 0;
	long listener;
	int null;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		exit(2);
	listener = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (listener < 0) {
		perror("without: the filter");
		exit(2);
	}
	if (!flags)
		return;
	/* Twice: the command must not meet a child that it does not know. */
	if (fork() == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		if (fork() == 0)
			serve((int)listener);
		_exit(0);
	}
	wait(NULL);
	close((int)listener);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		add_rule(argv[i]);
	if (i + 1 >= argc)
		bad_rule("no command");
	add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
	load();
	execvp(argv[i + 1], argv + i + 1);
	perror(argv[i + 1]);
	return 127;
}
