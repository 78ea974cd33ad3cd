#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mutant.h"
#include "keeper/confine.h"
#include "model/landlock_abi.h"
#include "model/syscall_filter.h"

static void allow_file(int ruleset, const char *path)
{
	struct path_beneath_attr rule = {.allowed_access = FS_READ_FILE};

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return; /* what is not there needs no rule */
	syscall(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

static void allow_port(int ruleset, unsigned port)
{
	struct net_port_attr rule = {.allowed_access = NET_CONNECT_TCP, .port = port};

	syscall(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_NET_PORT, &rule, 0);
}

static void allow_ports(int ruleset, const struct network *net)
{
	const struct port *p;
	const unsigned *n;

	if (network_named(net)) {
		allow_port(ruleset, NAME_SERVER_PORT);
		vec_each (n, &net->ports)
			allow_port(ruleset, *n);
	}
	if (net->upstream.host)
		allow_port(ruleset, net->upstream.port);
	vec_each (p, &net->host_ports)
		if (!p->twin)
			allow_port(ruleset, p->number);
	vec_each (p, &net->dev_ports)
		allow_port(ruleset, p->number);
}

/* The kernel's; below 1 if it has none. */
static int landlock_abi(void)
{
	return (int)syscall(SYS_LANDLOCK_CREATE_RULESET, NULL, 0, CREATE_RULESET_VERSION);
}

static int make_ruleset(int abi, unsigned scope)
{
	struct ruleset_attr attr = {.handled_access_fs = landlock_known_fs(abi)};
	size_t size = sizeof attr.handled_access_fs;

	if (abi >= 4) {
		attr.handled_access_net = NET_BIND_TCP | NET_CONNECT_TCP;
		size += sizeof attr.handled_access_net;
	}
	if (abi >= 6) {
		attr.scoped = scope;
		size += sizeof attr.scoped;
	}
	return (int)syscall(SYS_LANDLOCK_CREATE_RULESET, &attr, size, 0);
}

static bool apply_landlock(const struct network *net)
{
	/* What c-ares reads when a name is asked for. */
	static const char *const files[] = {"/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf",
		"/etc/host.conf", "/etc/svc.conf", NULL};
	int abi = landlock_abi(), i;
	int ruleset = abi < 1 ? -1 : make_ruleset(abi, SCOPE_ABSTRACT_UNIX_SOCKET);
	bool ok;

	if (ruleset < 0)
		return false;
	for (i = 0; network_named(net) && files[i]; i++)
		allow_file(ruleset, files[i]);
	if (abi >= 4)
		allow_ports(ruleset, net);
	ok = syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0;
	close(ruleset);
	return ok;
}

/* The filter for the ABI that this was compiled for. */
static bool apply_seccomp(void)
{
#if defined(__x86_64__) && defined(__LP64__)
	const uint32_t arch = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
	const uint32_t arch = AUDIT_ARCH_AARCH64;
#else
	const uint32_t arch = 0;
#endif
	const struct syscall_filter *f = keeper_filters;
	struct sock_fprog program;

	while (f->name && f->arch != arch)
		f++;
	if (!f->name) {
		errno = ENOSYS;
		return false;
	}
	program.len = f->n;
	program.filter = (struct sock_filter *)f->insns; /* the kernel reads it only */
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

static void allow_beneath(int ruleset, const char *path)
{
	struct path_beneath_attr rule = {.allowed_access = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR};

	rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	syscall(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0);
	close(rule.parent_fd);
}

bool confine_proxy(int folder, bool abstract)
{
	/* Where systems have programs and libraries. */
	static const char *const trees[] = {
		"/usr", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store", NULL};
	struct path_beneath_attr own = {.allowed_access = FS_MAKE_SOCK, .parent_fd = folder};
	const struct rlimit none = {0, 0};
	int abi = landlock_abi(), ruleset, i;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return false;
	if (WITHOUT(CONFINE))
		return true;
	ruleset = abi < 1
		? -1
		: make_ruleset(abi, (abstract ? 0 : SCOPE_ABSTRACT_UNIX_SOCKET) | SCOPE_SIGNAL);
	if (ruleset < 0)
		return false;
	for (i = 0; trees[i]; i++)
		allow_beneath(ruleset, trees[i]);
	allow_file(ruleset, "/etc/ld.so.cache");
	return syscall(SYS_LANDLOCK_ADD_RULE, ruleset, RULE_PATH_BENEATH, &own, 0) == 0 &&
		syscall(SYS_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0;
}

const char *confine(const struct network *net)
{
	const struct rlimit none = {0, 0};

	if (WITHOUT(CONFINE))
		return NULL;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0) != 0 ||
		setrlimit(RLIMIT_CORE, &none) != 0)
		return "give up privileges";
	if (!apply_landlock(net))
		return "apply Landlock";
	return apply_seccomp() ? NULL : "load its system call filter";
}
