/*
 * bus: the caller's D-Bus session bus, as one run sees it: through xdg-dbus-proxy, which passes on
 * what the rules of bundles name (seal-bundle(5)), or not at all.
 */
#ifndef SEAL_MODEL_BUS_H
#define SEAL_MODEL_BUS_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/origin.h"

/* Where the sandbox has its bus: a file system of its own, with one socket in it. */
#define BUS_FOLDER   "/run/seal-bus"
#define BUS_SOCKET   "bus"
#define BUS_ADDRESS  "unix:path=" BUS_FOLDER "/" BUS_SOCKET
#define BUS_VARIABLE "DBUS_SESSION_BUS_ADDRESS"

/* An address that every client knows for none: it fails at once, and starts no bus of its own. */
#define BUS_NONE "disabled:"

/* What host/ found; all zero if nobody asked. */
struct bus_facts {
	bool inside; /* of a run: address is what that one has given, and there is no more */
	const char *address; /* of the caller's bus, "unix:path=..." or "unix:abstract=..." */
	const char *proxy; /* xdg-dbus-proxy, where nobody but root or the caller can replace it */
	const char *why;   /* one of them is NULL: the reason, and the remedy */
	bool none;         /* nothing says that there is a bus: a machine without a desktop */
};

struct bus_rule {
	const char *text; /* an option of xdg-dbus-proxy's */
	struct origin from;
};

struct bus {
	VEC(struct bus_rule) rules; /* none: this run asks for no bus */
	const char *inside;         /* what the command finds in BUS_VARIABLE; NULL: nothing */
	const char *address;        /* where the proxy leads */
	const char *proxy;          /* NULL: no proxy is started */
};

/* What RULE gives beyond what it names, for explain and trust: "reads your whole keyring"; NULL for
 * nothing. */
const char *bus_risk(const char *rule);

#endif
