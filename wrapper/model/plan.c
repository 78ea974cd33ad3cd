#include "model/plan.h"

bool mounts_any_held(const struct mounts *mounts)
{
	const struct mount *m;

	vec_each (m, mounts)
		if (m->held)
			return true;
	return false;
}
