#include "model/names.h"

#include <stddef.h>
#include <string.h>

#include "base/size.h"
#include "model/bus.h"

const char *const run_profile_names[] = {
	[PROFILE_READ_ONLY] = "read-only",
	[PROFILE_WORKSPACE] = "workspace",
	[PROFILE_NETWORK_ALLOW_ALL] = "network-allow-all",
	[PROFILE_OFF] = "off",
	NULL,
};

const char *const envrc_mode_names[] = {
	[ENVRC_OFF] = "off",
	[ENVRC_APPROVED] = "approved",
	[ENVRC_TRUST] = "trust",
	NULL,
};

const char *const origin_kind_names[] = {
	[ORIGIN_PROFILE] = "profile",
	[ORIGIN_BUNDLE] = "bundle",
	[ORIGIN_MANIFEST] = "manifest",
	[ORIGIN_CONFIG] = "config",
	[ORIGIN_BUILTIN] = "builtin",
	NULL,
};

const char *const access_class_names[] = {
	[ACCESS_READ] = "read",
	[ACCESS_WRITE] = "write",
	[ACCESS_DEVICE] = "device",
	[ACCESS_PROC] = "proc",
	[ACCESS_LIST] = "list",
	NULL,
};

const char *const mount_kind_names[] = {
	[MOUNT_BIND_RO] = "ro-bind",
	[MOUNT_BIND_RW] = "bind",
	[MOUNT_TMPFS] = "tmpfs",
	[MOUNT_MASK] = "mask",
	[MOUNT_DIR] = "dir",
	[MOUNT_SYMLINK] = "symlink",
	[MOUNT_COPY] = "copy",
	[MOUNT_DATA] = "data",
	[MOUNT_PROC] = "proc",
	[MOUNT_DEV] = "dev",
	[MOUNT_SEAL] = "seal",
	NULL,
};

const char *const protect_place_names[] = {
	[PROTECT_PROJECT] = "project",
	[PROTECT_GIT] = "git",
	[PROTECT_WORKTREE] = "worktree",
	[PROTECT_HOME] = "home",
	NULL,
};

const char *const stand_in_names[] = {
	[STAND_NONE] = "free",
	[STAND_PIPE] = "pipe",
	[STAND_FOLDER] = "folder",
	[STAND_FILE] = "file",
	[STAND_DOT] = "dot",
	NULL,
};

const char *const protected_state_names[] = {
	[PROTECTED_HELD] = "read-only",
	[PROTECTED_STANDS_IN] = "kept away",
	[PROTECTED_FREE] = "may appear",
	[PROTECTED_LIFTED] = "granted",
	NULL,
};

const char *const protect_found_names[] = {
	[FOUND_CLOSED] = "closed",
	[FOUND_ROWS] = "rows",
	[FOUND_TOLD] = "told",
	NULL,
};

const char *const sni_mode_names[] = {
	[SNI_MATCH] = "match",
	[SNI_OFF] = "off",
	NULL,
};

const char *const proxy_mode_names[] = {
	[PROXY_TRANSPARENT] = "transparent",
	[PROXY_EXPLICIT] = "explicit",
	NULL,
};

const char *const limit_names[] = {
#define LIMIT(id, name, bytes, cgroup, rlimit) [id] = (name),
#include "model/limits.def"
#undef LIMIT
	NULL,
};

const char *const limit_holder_names[] = {
	[HOLDER_RLIMIT] = "rlimit",
	[HOLDER_CGROUP] = "cgroup",
	NULL,
};

bool limit_is_bytes(enum limit_kind kind)
{
	static const bool is_bytes[] = {
#define LIMIT(id, name, bytes, cgroup, rlimit) [id] = (bytes),
#include "model/limits.def"
#undef LIMIT
	};

	return is_bytes[kind];
}

const char *limit_text(const struct limit *l, enum limit_kind kind, struct arena *arena)
{
	return limit_is_bytes(kind) ? size_text(l->value, arena)
				    : arena_printf(arena, "%llu", (unsigned long long)l->value);
}

enum limit_holder limit_holder(const struct limit_facts *f, enum limit_kind kind)
{
	bool counted = kind == LIMIT_MEMORY ? f->memory : kind == LIMIT_PROCESSES && f->pids;

	return f->cgroup && counted ? HOLDER_CGROUP : HOLDER_RLIMIT;
}

const char *limit_means(enum limit_kind kind, enum limit_holder holder)
{
	static const char *const means[][2] = {
#define LIMIT(id, name, bytes, cgroup, rlimit) [id] = {rlimit, cgroup},
#include "model/limits.def"
#undef LIMIT
	};

	return means[kind][holder];
}

static const char *const grant_kind_names[] = {
	[GRANT_READ] = "read",
	[GRANT_WRITE] = "write",
	[GRANT_DENY] = "deny",
	[GRANT_PROTECT] = "protect",
	[GRANT_COPY] = "copy",
	[GRANT_ENV] = "env",
	[GRANT_DOMAIN] = "domains",
	[GRANT_HOST_PORT] = "host_localhost_ports",
	[GRANT_HOST_PORT_DENY] = "host_localhost_ports_deny",
	[GRANT_DEV_PORT] = "dev_server_ports",
	[GRANT_SET] = "set",
	[GRANT_GIT_CONFIG] = "git_config",
	[GRANT_SOCKET] = "unix_sockets",
	[GRANT_DBUS] = "dbus",
	[GRANT_CREDENTIAL] = "credentials",
};

_Static_assert(sizeof grant_kind_names / sizeof *grant_kind_names == GRANT_KINDS,
	"a grant kind has no name");

const char *grant_kind_name(enum grant_kind kind)
{
	return grant_kind_names[kind];
}

const char *const platform_names[] = {
	[PLATFORM_ANY] = NULL,
	[PLATFORM_LINUX] = "linux",
	[PLATFORM_MACOS] = "macos",
	NULL,
};

const char *grant_mark(const struct grant *g)
{
	if (g->flags & GRANT_ESCAPE)
		return "an escape";
	if (g->flags & GRANT_CHECKED)
		return "a cache that builds outside use, checked there";
	if (g->flags & GRANT_UNCHECKED)
		return "a cache that builds outside use, unchecked";
	if (g->flags & GRANT_TWIN)
		return "of a server of this project's own, in a sandbox";
	if (g->flags & GRANT_OWN)
		return "for its own commands only";
	return g->kind == GRANT_DBUS ? bus_risk(g->value) : NULL;
}

bool grant_is_path(enum grant_kind kind)
{
	return kind <= GRANT_COPY || kind == GRANT_SOCKET;
}

static const struct {
	unsigned port;
	const char *what;
} risky[] = {
#define RISKY(port, what) {port, what},
#include "model/risky.def"
#undef RISKY
};

const char *port_risk(unsigned port)
{
	size_t i;

	for (i = 0; i < sizeof risky / sizeof *risky; i++)
		if (risky[i].port == port)
			return risky[i].what;
	return NULL;
}

int name_index(const char *const *names, const char *name)
{
	int i;

	for (i = 0; names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}
