#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/bus.h"
#include "host/facts.h"
#include "host/find.h"

/*
 * NULL if a process of the caller's listens there, else why not. That the proxy is ready says
 * nothing of the bus behind it, which it asks only when a client comes.
 */
static const char *why_not(const struct bus_socket *s, uid_t uid)
{
	cleanup_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	size_t n = strlen(s->name);
	struct ucred peer = {0};
	socklen_t len = sizeof peer;

	memcpy(at.sun_path + s->abstract, s->name, n + !s->abstract);
	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + 1);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&at, len) != 0)
		return strerror(errno);
	len = sizeof peer;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
		return strerror(errno);
	return peer.uid == uid ? NULL : "it is another user's";
}

/* The address of the environment, or where a login has its bus; false: neither says anything. */
static bool find_socket(const struct facts *f, struct bus_socket *out, struct arena *arena)
{
	const char *address = facts_variable(f, BUS_VARIABLE), *folder = host_runtime_folder(f);
	struct bus_socket at = {0};
	struct stat st;
	size_t n;

	if (address && *address)
		return bus_address_read(address, out);
	if (!folder)
		folder = arena_printf(arena, "/run/user/%u", (unsigned)f->uid);
	n = strlen(folder);
	if (n + sizeof "/bus" > sizeof at.name)
		return false;
	memcpy(at.name, folder, n);
	memcpy(at.name + n, "/bus", sizeof "/bus");
	*out = at;
	return lstat(at.name, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_uid == f->uid;
}

void host_find_bus_proxy(struct facts *f, struct arena *arena)
{
	static const char *const places[] = {
		"/usr/bin/xdg-dbus-proxy",
		"/usr/local/bin/xdg-dbus-proxy",
		"/run/current-system/sw/bin/xdg-dbus-proxy",
	};
	const char *why;
	size_t i;

	for (i = 0; i < sizeof places / sizeof *places; i++)
		if (host_may_use(places[i], f->uid, &why, arena)) {
			f->bus.proxy = why ? NULL : places[i];
			f->bus.why = why;
			return;
		}
	f->bus.why = "xdg-dbus-proxy is not installed; install the package xdg-dbus-proxy";
}

void host_find_bus(struct facts *f, bool inside, struct arena *arena)
{
	struct bus_socket at;
	const char *why;

	f->bus.inside = inside;
	if (inside) {
		f->bus.address = facts_variable(f, BUS_VARIABLE);
		return;
	}
	if (!find_socket(f, &at, arena)) {
		f->bus.none = true;
		f->bus.why = "there is no session bus of yours (" BUS_VARIABLE ")";
		return;
	}
	why = why_not(&at, f->uid);
	if (why) {
		f->bus.why = arena_printf(arena, "your session bus %s does not answer: %s",
			bus_address_text(&at, arena), why);
		return;
	}
	f->bus.address = bus_address_text(&at, arena);
	host_find_bus_proxy(f, arena);
}
