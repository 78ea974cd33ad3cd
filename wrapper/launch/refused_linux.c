#include "launch/refused.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"

/* What the child tries, in this order: each needs what is before it. */
static const struct step {
	enum layer layer;
	int flag; /* for unshare(2); 0 for what a namespace lets one do */
	const char *what;
} steps[] = {
	{LAYER_USER, CLONE_NEWUSER, "user namespaces are refused"},
	{LAYER_USER, 0, "user namespaces are given without any rights in them"},
	{LAYER_MOUNT, CLONE_NEWNS, "mount namespaces are refused"},
	{LAYER_MOUNT, 0, "mounts are refused"},
	{LAYER_PID, CLONE_NEWPID, "pid namespaces are refused"},
	{LAYER_NET, CLONE_NEWNET, "network namespaces are refused"},
	{LAYER_IPC, CLONE_NEWIPC, "IPC namespaces are refused"},
	{LAYER_UTS, CLONE_NEWUTS, "UTS namespaces are refused"},
	{LAYER_CGROUP, CLONE_NEWCGROUP, "cgroup namespaces are refused"},
	{LAYER_VIEW, 0, "a /proc of its own is refused"},
};
enum { STEPS = sizeof steps / sizeof *steps };

struct report {
	unsigned step;
	int error;
};

static int put(const char *file, const char *text)
{
	cleanup_fd int fd = open(file, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && fd_write_all(fd, text, strlen(text)) ? 0 : -1;
}

/* Becomes itself in the new user namespace, as bwrap does. AppArmor refuses it there. */
static int map_self(uid_t uid)
{
	char map[64];

	snprintf(map, sizeof map, "%u %u 1\n", (unsigned)uid, (unsigned)uid);
	return put("/proc/self/uid_map", map);
}

/* A container that masks parts of /proc is one in which no other may be seen. */
static int mount_proc(void)
{
	int status = 0;
	pid_t pid = fork(); /* the first of the new pid namespace */

	if (pid == 0)
		_exit(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0
				? 0
				: errno);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	errno = WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
	return errno ? -1 : 0;
}

static int take(unsigned step, uid_t uid)
{
	if (steps[step].flag)
		return unshare(steps[step].flag);
	switch (steps[step].layer) {
	case LAYER_USER:
		return map_self(uid);
	case LAYER_MOUNT:
		return mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL);
	default:
		return mount_proc();
	}
}

static _Noreturn void try_all(int to)
{
	struct report report = {0};
	uid_t uid = geteuid();

	for (; report.step < STEPS; report.step++)
		if (take(report.step, uid) != 0) {
			report.error = errno;
			break;
		}
	_exit(write(to, &report, sizeof report) == sizeof report ? 0 : 1);
}

/* The number in a file of /proc/sys, -1 if there is no such switch. */
static long sysctl_of(const char *file)
{
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, text, sizeof text - 1);

	if (n <= 0)
		return -1;
	text[n] = '\0';
	return strtol(text, NULL, 10);
}

static const char *user_remedy(int error)
{
	struct stat st;

	if (error == ENOSYS || error == EINVAL || stat("/proc/self/ns/user", &st) != 0)
		return "use a kernel with CONFIG_USER_NS";
	if (sysctl_of("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		return "as root: sysctl -w kernel.unprivileged_userns_clone=1";
	if (sysctl_of("/proc/sys/user/max_user_namespaces") == 0)
		return "as root: sysctl -w user.max_user_namespaces=10000";
	if (sysctl_of("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		return "give bwrap an AppArmor profile with userns "
		       "(kernel.apparmor_restrict_unprivileged_userns; seal-exec(1), "
		       "User namespaces)";
	if (error == ENOSPC || error == EUSERS)
		return "there are too many already: as root, raise the sysctl "
		       "user.max_user_namespaces";
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0)
		return "a filter of system calls around seal-exec forbids them: let the container "
		       "engine's seccomp profile allow clone and unshare with CLONE_NEWUSER";
	return "let the system's security policy allow them to you (seal-exec(1), User "
	       "namespaces)";
}

static const char *remedy_of(const struct report *r, struct arena *arena)
{
	const struct step *s = &steps[r->step];

	if (s->layer == LAYER_USER)
		return user_remedy(r->error);
	if (s->layer == LAYER_VIEW)
		return "a container with a masked /proc is around: give it an unmasked one";
	if (s->flag && (r->error == ENOSPC || r->error == EUSERS))
		return arena_printf(arena, "as root, raise the sysctl user.max_%s_namespaces",
			layer_rows[s->layer].name);
	if (s->flag && (r->error == EINVAL || r->error == ENOSYS))
		return "use a kernel that has them";
	return layer_rows[LAYER_USER].remedy;
}

bool refused_look(struct refusal *out, struct arena *arena)
{
	struct report report = {.step = STEPS};
	int ends[2];
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		try_all(ends[1]);
	close(ends[1]);
	n = pid < 0 ? -1 : fd_read_all(ends[0], &report, sizeof report);
	close(ends[0]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (n != sizeof report || report.step >= STEPS)
		return false;
	*out = (struct refusal){
		.layer = steps[report.step].layer,
		.error = report.error,
		.what = steps[report.step].what,
		.remedy = remedy_of(&report, arena),
	};
	return true;
}

const char *refused_said(int said, struct arena *arena)
{
	static const char name[] = "bwrap: ";
	char text[1024], *p = text;
	ssize_t n;

	/* Somebody who still holds the other end must not make us wait. */
	fcntl(said, F_SETFL, O_NONBLOCK);
	n = read(said, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(p, name, sizeof name - 1) == 0)
		p += sizeof name - 1;
	return arena_strdup(arena, p);
}

void refused_tell(const struct refusal *r, const char *said)
{
	if (r->what)
		warn_line("%s (%s), so the command was not started; %s", r->what,
			strerror(r->error), r->remedy);
	else
		warn_line("bwrap could not make the sandbox%s%s, so the command was not started; "
			  "see seal-exec(1), DIAGNOSTICS",
			*said ? ": " : "", said);
}
