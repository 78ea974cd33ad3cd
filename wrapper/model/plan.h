/*
 * plan: one run as data. Nothing in it is done yet; launch performs it, render prints it, and
 * both read the same object, so what is shown is what is enforced.
 */
#ifndef SEAL_MODEL_PLAN_H
#define SEAL_MODEL_PLAN_H

#include "base/strvec.h"
#include "model/access.h"
#include "model/bus.h"
#include "model/grant.h"
#include "model/layers.h"
#include "model/limits.h"
#include "model/network.h"
#include "model/policy.h"
#include "model/protect.h"

/* In the order of performance; one row each in mount_kind_name(). */
enum mount_kind {
	MOUNT_BIND_RO, /* source on dest, read-only */
	MOUNT_BIND_RW,
	MOUNT_TMPFS,   /* empty, private, size bytes at most */
	MOUNT_MASK,    /* empty read-only directory (or file) on dest */
	MOUNT_DIR,     /* a directory of the root tmpfs */
	MOUNT_SYMLINK, /* source is the link's text */
	MOUNT_COPY,    /* the bytes of the host's file source */
	MOUNT_DATA,    /* the bytes in data */
	MOUNT_PROC,
	MOUNT_DEV,  /* null zero full random urandom tty, own devpts, shm */
	MOUNT_SEAL, /* dest becomes read-only after all else is in place */
};

struct mount {
	enum mount_kind kind;
	const char *source;
	const char *dest;
	const char *data;
	size_t size;
	int fd;                 /* the source of a bind, open (facts own it); -1 if it is not */
	unsigned mode;          /* permissions of a MOUNT_TMPFS, octal; 0 = 0755 */
	bool file;              /* source is not a directory */
	bool make;              /* source is a directory that launch makes if it is missing */
	bool held;              /* made by the keeper, by descriptor; bwrap does not hear of it */
	enum stand_in if_gone;  /* the same, if what the plan saw is gone: it was another run's */
	enum stand_in stand_in; /* made on the host at source first; dest is the same path */
	struct origin from;
};

/* In the order in which they are made: parents before children, MOUNT_SEAL last. */
struct mounts {
	struct mount *v;
	size_t n, cap;
};

struct env_var {
	const char *name, *value;
	struct origin from;
};

struct landlock_rule {
	enum access_class access;
	const char *path; /* inside */
	struct origin from;
};

/* What becomes of a protected path in this run. */
enum protected_state {
	PROTECTED_HELD,      /* it exists, and is read-only */
	PROTECTED_STANDS_IN, /* it does not, and something stands there */
	PROTECTED_FREE,      /* it does not, and may be made */
	PROTECTED_LIFTED,    /* a grant names it */
};

struct protected
{
	const char *path;
	enum protected_state state;
	struct origin from;
};

/* How a run is confined that makes no namespaces: inside another run, or in the lower tier. */
struct bare {
	uint32_t flags; /* enum orders_flag (model/orders.h) */
	VEC(unsigned) ports;
};

struct plan {
	const struct policy *policy;
	const char *project, *cwd, *home;
	const char *const *argv; /* the command, NULL-terminated */
	struct mounts mounts;
	VEC(struct env_var) env;
	VEC(struct landlock_rule) landlock;
	VEC(struct protected) protected;
	struct network net;
	struct bus bus;
	struct limits limits;
	struct bare bare;      /* zero in a run of the full tier */
	uint32_t layers;       /* that must be active, bits of model/layers.h */
	struct grants absent;  /* granted paths that do not exist here: no mount */
	struct strvec notes;   /* one line each, for the user at start */
	struct strvec remarks; /* the same, for who asks for more: -v, explain */
	const char *envrc;     /* what direnv loads before the command, inside, or NULL */
	const char *not_found; /* what to add when the command is missing inside, or NULL */
};

bool mounts_any_held(const struct mounts *mounts);

#endif
