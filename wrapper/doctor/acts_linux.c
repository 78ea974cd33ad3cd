#include "doctor/acts.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "doctor/canary.h"
#include "model/diagnosis.h"

enum { ACT_SECONDS = 1, SURVIVES_MS = 10000 };

/* --- Files --------------------------------------------------------------------------------------
 */

static int act_read(const char *path, const char *token)
{
	char text[TOKEN] = "";
	cleanup_fd int fd = path[0] ? open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

	if (fd < 0)
		return path[0] ? errno : ACT_NOT_TRIED;
	return read(fd, text, sizeof text - 1) > 0 && strcmp(text, token) == 0 ? ACT_DONE : EIO;
}

static int act_file(const struct canaries *c)
{
	return act_read(c->file, c->token);
}

static int act_tmp(const struct canaries *c)
{
	return act_read(c->tmp, c->token);
}

static int act_home(const struct canaries *c)
{
	DIR *d = opendir(c->folder);
	int result = ENOENT;
	struct dirent *e;

	if (!d)
		return errno;
	while ((e = readdir(d)))
		if (strstr(e->d_name, c->name))
			result = ACT_DONE;
	closedir(d);
	return result;
}

/* In the repository: changes nothing but whether it could. */
static int act_write(const struct canaries *c, const char *name, int flags)
{
	char path[PLACE + 64];
	int fd;

	if (!c->repo[0])
		return ACT_NOT_TRIED;
	snprintf(path, sizeof path, "%s/%s", c->repo, name);
	fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0755);
	return fd < 0 ? errno : ACT_DONE;
}

static int act_manifest(const struct canaries *c)
{
	return act_write(c, "seal.toml", 0);
}

static int act_hooks(const struct canaries *c)
{
	return act_write(c, ".git/hooks/doctor", O_CREAT);
}

/* --- Sockets and processes ----------------------------------------------------------------------
 */

static int act_loopback(const struct canaries *c)
{
	const struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)c->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!c->port)
		return ACT_NOT_TRIED;
	return fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0 ? errno
										   : ACT_DONE;
}

static int act_abstract(const struct canaries *c)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t n = strlen(c->abstract);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!n)
		return ACT_NOT_TRIED;
	memcpy(to.sun_path + 1, c->abstract, n);
	return fd < 0 ||
			connect(fd, (const struct sockaddr *)&to,
				(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) != 0
		? errno
		: ACT_DONE;
}

static bool holds_token(const char *path, const char *token)
{
	char text[128 * 1024]; /* as much as the kernel takes of one string */
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, text, sizeof text);

	return n > 0 && memmem(text, (size_t)n, token, strlen(token)) != NULL;
}

/* Is the token in the file NAME of some process? */
static int act_proc(const struct canaries *c, const char *name)
{
	DIR *d = opendir("/proc");
	int result = ESRCH;
	struct dirent *e;
	char path[300];

	if (!d)
		return errno;
	while ((e = readdir(d))) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%s/%s", e->d_name, name);
		if (holds_token(path, c->token))
			result = ACT_DONE;
	}
	closedir(d);
	return result;
}

static int act_processes(const struct canaries *c)
{
	return act_proc(c, "cmdline");
}

static int act_environment(const struct canaries *c)
{
	return getenv(CANARY_VARIABLE) ? ACT_DONE : act_proc(c, "environ");
}

/* --- System calls -------------------------------------------------------------------------------
 */

/* Not by null: a filter's errno differs from what the call itself says to ARGUMENTS like these. */
#define NO_POINTER ((void *)1)

static int act_keyring(const struct canaries *c)
{
	(void)c;
	/* No such operation: EOPNOTSUPP, by the call itself. */
	return syscall(SYS_keyctl, 99) == 0 || errno == EOPNOTSUPP ? ACT_DONE : errno;
}

static int act_namespaces(const struct canaries *c)
{
	(void)c;
	return unshare(CLONE_NEWUSER) == 0 ? ACT_DONE : errno;
}

static int act_mount(const struct canaries *c)
{
	(void)c;
	return mount(NO_POINTER, NO_POINTER, NO_POINTER, 0, NULL) == 0 || errno == EFAULT ? ACT_DONE
											  : errno;
}

static int act_ptrace(const struct canaries *c)
{
	(void)c;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? ACT_DONE : errno;
}

/* On a terminal made for it. Where the kernel itself has it switched off (6.2) it says EIO. */
static int act_terminal(const struct canaries *c)
{
	int controller = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), fd;
	char name[64];

	(void)c;
	setsid();
	if (controller < 0 || grantpt(controller) != 0 || unlockpt(controller) != 0 ||
		ptsname_r(controller, name, sizeof name) != 0)
		return ACT_NOT_TRIED;
	fd = open(name, O_RDWR | O_CLOEXEC); /* the session had none: it becomes its terminal */
	if (fd < 0)
		return ACT_NOT_TRIED;
	return ioctl(fd, TIOCSTI, "x") == 0 || errno == EIO ? ACT_DONE : errno;
}

static int act_foreign(const struct canaries *c)
{
	(void)c;
#if defined(__x86_64__)
	long result = 20; /* getpid of i386 */

	__asm__ volatile("int $0x80" : "+a"(result) : : "memory");
	return result == getpid() ? ACT_DONE : result < 0 ? (int)-result : EIO;
#else
	return ACT_NOT_TRIED;
#endif
}

/* Events of the host's devices: any user may listen to them, and no module is loaded for it, as for
 * most families that a filter has to refuse. */
static int act_family(const struct canaries *c)
{
	(void)c;
	return socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT) < 0 ? errno
										       : ACT_DONE;
}

static int (*const acts[PROBES])(const struct canaries *c) = {
	[PROBE_FILE] = act_file,
	[PROBE_HOME] = act_home,
	[PROBE_TMP] = act_tmp,
	[PROBE_LOOPBACK] = act_loopback,
	[PROBE_ABSTRACT] = act_abstract,
	[PROBE_PROCESSES] = act_processes,
	[PROBE_ENVIRONMENT] = act_environment,
	[PROBE_MANIFEST] = act_manifest,
	[PROBE_HOOKS] = act_hooks,
	[PROBE_KEYRING] = act_keyring,
	[PROBE_NAMESPACES] = act_namespaces,
	[PROBE_MOUNT] = act_mount,
	[PROBE_PTRACE] = act_ptrace,
	[PROBE_TERMINAL] = act_terminal,
	[PROBE_FOREIGN] = act_foreign,
	[PROBE_FAMILY] = act_family,
};

/* --- Around them --------------------------------------------------------------------------------
 */

static int try_one(int probe, const struct canaries *c)
{
	int status = 0, result;
	pid_t pid = fork();

	if (pid == 0) {
		alarm(ACT_SECONDS);
		result = acts[probe](c);
		_exit(result < 0 || result > ACT_KILLED ? ACT_NOT_TRIED : result);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return ACT_NOT_TRIED;
	if (WIFEXITED(status))
		return WEXITSTATUS(status);
	return WTERMSIG(status) == SIGALRM ? ACT_NOT_TRIED : ACT_KILLED;
}

/* A daemon: another session, another parent, and it does not listen to who asks it to end. */
static void leave_one_behind(void)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	if (fork() != 0)
		return;
	setsid();
	if (fork() != 0)
		_exit(0);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	poll(&in, 1, SURVIVES_MS);
	_exit(0);
}

int acts_main(void)
{
	struct canaries c = {.port = 0};
	char line[64];
	int i, n;

	if (fd_read_all(STDIN_FILENO, &c, sizeof c) != (ssize_t)sizeof c)
		die("'doctor inside' is for doctor itself");
	for (i = 0; i < PROBES; i++) {
		if (!acts[i])
			continue;
		n = snprintf(line, sizeof line, "%s %d\n", probe_rows[i].code, try_one(i, &c));
		if (!fd_write_all(STDOUT_FILENO, line, (size_t)n))
			return EXIT_REFUSED;
	}
	leave_one_behind();
	return fd_write_all(STDOUT_FILENO, "end\n", 4) ? 0 : EXIT_REFUSED;
}

int acts_wait(void)
{
	struct canaries c;
	char byte;

	/* Ctrl-C is for doctor, which may well be gone before its things are. */
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	if (fd_read_all(STDIN_FILENO, &c, sizeof c) != (ssize_t)sizeof c)
		die("'doctor wait' is for doctor itself");
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	canaries_remove(&c);
	return 0;
}
