#include "plan/view.h"

#include <string.h>

#include "base/path.h"

const struct mount *mount_above(const struct mounts *mounts, const char *path)
{
	const struct mount *m, *best = NULL;

	vec_each (m, mounts)
		if (m->kind != MOUNT_SEAL && path_under(path, m->dest) &&
			(!best || strlen(m->dest) >= strlen(best->dest)))
			best = m;
	return best;
}

bool plan_shows(const struct plan *plan, const char *path)
{
	const struct mount *m = mount_above(&plan->mounts, path);

	/* A link of the root (/bin -> usr/bin): the tree that it leads to is there. */
	return m &&
		(m->kind == MOUNT_BIND_RO || m->kind == MOUNT_BIND_RW || m->kind == MOUNT_COPY ||
			m->kind == MOUNT_SYMLINK);
}

bool plan_has_program(const struct plan *plan, const struct facts *f, const char *name)
{
	const struct program_fact *p;

	vec_each (p, &f->programs)
		if (strcmp(p->name, name) == 0 && plan_shows(plan, p->at) &&
			plan_shows(plan, p->real))
			return true;
	return false;
}
