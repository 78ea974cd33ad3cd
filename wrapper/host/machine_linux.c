#include "host/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "config.h"
#include "model/landlock_abi.h"

const char *host_small_file(const char *path, struct arena *arena)
{
	enum { MOST = 16 * 1024 };
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = arena_alloc(arena, MOST);
	ssize_t n = fd < 0 ? -1 : fd_read_all(fd, text, MOST - 1);

	if (n < 0)
		return NULL;
	text[n] = '\0';
	if (n && text[n - 1] == '\n')
		text[n - 1] = '\0';
	return text;
}

static long number_in(const char *path, struct arena *arena)
{
	const char *text = host_small_file(path, arena);

	return text && *text ? strtol(text, NULL, 10) : NO_SWITCH;
}

static void read_release(struct machine *m, struct arena *arena)
{
	static const char *const keys[] = {"ID", "ID_LIKE"};
	const char *text = host_small_file("/etc/os-release", arena), *p;
	size_t i, n;

	if (!text)
		text = host_small_file("/usr/lib/os-release", arena);
	if (!text)
		text = "";
	m->distribution = os_release(text, "PRETTY_NAME", arena);
	if (!m->distribution)
		m->distribution = "";
	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		for (p = os_release(text, keys[i], arena); p && *p; p += n + (p[n] == ' ')) {
			n = strcspn(p, " ");
			strvec_push(arena, &m->ids, arena_strndup(arena, p, n));
		}
}

void host_machine(struct machine *m, const struct facts *f, struct arena *arena)
{
	const char *version = host_small_file("/proc/version", arena);
	struct utsname name = {0};
	long abi = syscall(SYS_LANDLOCK_CREATE_RULESET, NULL, (size_t)0, CREATE_RULESET_VERSION);

	uname(&name);
	*m = (struct machine){
		.kernel = arena_strdup(arena, name.release),
		.landlock = abi < 0 ? -errno : (int)abi,
		.lsm = host_small_file("/sys/kernel/security/lsm", arena),
		.bwrap = f->bwrap,
		.bwrap_why = f->bwrap_why,
		.bus_proxy = f->bus.proxy,
		.bus_proxy_why = f->bus.why,
		.bind_fd = BWRAP_BIND_FD,
		.userns_clone = number_in("/proc/sys/kernel/unprivileged_userns_clone", arena),
		.max_userns = number_in("/proc/sys/user/max_user_namespaces", arena),
		.apparmor_userns =
			number_in("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", arena),
		.memfd_noexec = number_in("/proc/sys/vm/memfd_noexec", arena),
		/* The kernel of WSL 2 is one of Linux, "-microsoft-"; that of WSL 1 is not. */
		.wsl1 = strstr(name.release, "-Microsoft") != NULL,
		.gvisor = version && strstr(version, "gVisor") != NULL,
		.container = access("/.dockerenv", F_OK) == 0 ||
			access("/run/.containerenv", F_OK) == 0 || getenv("container") != NULL,
		.filtered = prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0,
		.limits = f->limits,
	};
	read_release(m, arena);
}
