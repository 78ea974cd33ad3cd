/*
 * Limits of the policy, each with who will hold it: the cgroup of the run where the machine lets
 * us make one that counts this, a resource limit of each process else.
 */
#include <string.h>

#include "model/names.h"
#include "plan/parts.h"

void plan_limits(struct builder *b)
{
	const struct limit_facts *f = &b->facts->limits;
	struct limits *out = &b->plan->limits;
	struct limit *l;
	int i;

	memcpy(out->v, b->policy->limits, sizeof out->v);
	for (i = 0; i < LIMITS; i++) {
		l = &out->v[i];
		if (!l->set)
			continue;
		l->holder = limit_holder(f, (enum limit_kind)i);
		if (l->holder == HOLDER_CGROUP)
			out->cgroup = f->cgroup;
		l->means = limit_means((enum limit_kind)i, l->holder);
		if (i != LIMIT_PROCESSES || l->holder == HOLDER_CGROUP)
			continue;
		if (f->counts_all)
			l->means = "RLIMIT_NPROC, which this kernel (before 5.14) holds against "
				   "all that you run, outside too";
		/* The kernel lets it pass for uid 0, whatever namespace it is in. */
		if (b->facts->uid == 0)
			diag_add(b->diags, l->from.at,
				"processes cannot be limited for root without a cgroup (%s); run "
				"as another user, or leave it out",
				f->why ? f->why : "none was looked for");
	}
}
