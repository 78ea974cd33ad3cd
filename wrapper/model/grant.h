/*
 * grant: one thing that a command may do, as somebody wrote it down.
 *
 * Bundles, manifests and profiles all speak in grants; policy selects and merges them; the plan
 * turns them into mounts, variables, ports. Values stay as written ("~" and <USER> unexpanded)
 * until the plan, so the digest that a user trusts is the same for every user.
 */
#ifndef SEAL_MODEL_GRANT_H
#define SEAL_MODEL_GRANT_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/origin.h"

/* The order is the order in which explain and trust print. Names: grant_kind_name(). */
enum grant_kind {
	GRANT_READ,           /* path: readable, and executable */
	GRANT_WRITE,          /* path: readable and writable */
	GRANT_DENY,           /* path: hidden, whatever else grants it */
	GRANT_PROTECT,        /* path: never written, whatever else grants it */
	GRANT_COPY,           /* path of a small file of /etc: its bytes, copied at start */
	GRANT_ENV,            /* variable name or glob */
	GRANT_SET,            /* variable: has text as its value unless the caller's passes */
	GRANT_GIT_CONFIG,     /* key of git's configuration: has text as a value in this run */
	GRANT_DOMAIN,         /* "host", "*.host", "host:port" */
	GRANT_HOST_PORT,      /* the host's localhost port, reachable from inside */
	GRANT_HOST_PORT_DENY, /* ... never reachable */
	GRANT_DEV_PORT,       /* a port inside, reachable from the host's localhost */
	GRANT_SOCKET,         /* path of a Unix socket that may be connected to */
	GRANT_DBUS,           /* rule for xdg-dbus-proxy */
	GRANT_CREDENTIAL,     /* a secret store that the tool needs */
	GRANT_KINDS,
};

enum grant_flag {
	GRANT_IN_PROJECT = 1 << 0, /* the path is relative to the project's root */
	GRANT_MAKE = 1 << 1,       /* the directory is made on the host if it is missing */
	GRANT_DIRECTORY = 1 << 3,  /* written under additional_directories */
	GRANT_PROMPT = 1 << 2,     /* asked for at each use */
	GRANT_ESCAPE = 1 << 4,     /* lets a guest act outside of the sandbox */
	GRANT_CHECKED = 1 << 5,    /* a cache that builds outside use; its user verifies hashes */
	GRANT_UNCHECKED = 1 << 6,  /* the same, and nobody verifies what is in it */
	GRANT_INERT = 1 << 7,      /* neither programs nor configuration, for all its name */
	GRANT_TWIN = 1 << 8,       /* a port: not the host's, but of a twin (model/twin.h) */
	GRANT_OWN = 1 << 9,        /* for the bundle's own commands, not where another uses it */
};

/* Where a grant of a bundle holds. */
enum platform {
	PLATFORM_ANY,
	PLATFORM_LINUX,
	PLATFORM_MACOS,
};

struct grant {
	enum grant_kind kind;
	unsigned flags;    /* enum grant_flag */
	const char *value; /* as written */
	const char *path;  /* value as an absolute path here; NULL until policy expands it */
	const char *text;  /* GRANT_SET, GRANT_GIT_CONFIG: the value */
	const char *when;  /* bundles: "knob", "!knob" or "knob=value"; NULL = always */
	enum platform os;
	struct origin from;
};

struct grants {
	struct grant *v;
	size_t n, cap;
};

/* "read", "write", ...: the word of manifests, bundles, explain and JSON. */
const char *grant_kind_name(enum grant_kind kind);

/* What a reader must know of G besides its reason: "an escape", "a cache that builds outside use,
 * unchecked", "for its own commands only"; NULL for nothing. */
const char *grant_mark(const struct grant *g);

/* "linux", "macos"; NULL for PLATFORM_ANY. */
extern const char *const platform_names[];

/* True if value is a path. */
bool grant_is_path(enum grant_kind kind);

#endif
