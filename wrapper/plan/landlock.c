/*
 * landlock: the second layer says the same as the mounts, in the kernel's other words: rights
 * beneath a path, the union over all ancestors. What is below a path with the same rights needs
 * no rule of its own; a read-only mount below a writable path is held by the mount alone, because
 * Landlock cannot take away (landlock(7)).
 */
#include "base/mutant.h"
#include "base/path.h"
#include "plan/parts.h"

/* True if everything that ACCESS grants is granted by HAVE too. */
static bool includes(enum access_class have, enum access_class access)
{
	return have == access || have == ACCESS_WRITE;
}

static void add_rule(
	struct builder *b, enum access_class access, const char *path, const struct origin *from)
{
	size_t i;

	for (i = 0; i < b->plan->landlock.n; i++)
		if (path_under(path, b->plan->landlock.v[i].path) &&
			includes(b->plan->landlock.v[i].access, access))
			return;
	*vec_push(b->arena, &b->plan->landlock) =
		(struct landlock_rule){.access = access, .path = path, .from = *from};
}

void plan_landlock(struct builder *b)
{
	static const struct origin root = {
		.kind = ORIGIN_BUILTIN,
		.why = "names in the view may be listed",
	};
	static const struct origin etc = {.kind = ORIGIN_BUILTIN, .why = "the files of /etc"};
	const struct mount *m;

	add_rule(b, ACCESS_LIST, "/", &root);
	add_rule(b, ACCESS_READ, "/etc", &etc);
	vec_each (m, &b->plan->mounts) {
		switch (m->kind) {
		case MOUNT_BIND_RO:
			add_rule(b, ACCESS_READ, m->dest, &m->from);
			break;
		case MOUNT_BIND_RW:
		case MOUNT_TMPFS:
			if (WITHOUT(VIEW) && m->kind == MOUNT_TMPFS)
				break; /* it is not mounted, and the place is the host's */
			add_rule(b, ACCESS_WRITE, m->dest, &m->from);
			break;
		case MOUNT_DEV:
			add_rule(b, ACCESS_DEVICE, m->dest, &m->from);
			break;
		case MOUNT_PROC:
			add_rule(b, ACCESS_PROC, m->dest, &m->from);
			break;
		case MOUNT_MASK:
		case MOUNT_DIR:
		case MOUNT_SYMLINK:
		case MOUNT_COPY:
		case MOUNT_DATA:
		case MOUNT_SEAL:
			break;
		}
	}
}
