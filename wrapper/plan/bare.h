/*
 * bare: a plan for a run that makes no namespaces and no mounts of its own.
 *
 * There are two: a run inside a run (NESTED), where none can be made, and the lower tier, where the
 * machine refuses them and the user's own configuration allows less. In both Landlock says what the
 * view would have said, by the names that the files have here, and filters say what the namespaces
 * would have. What neither can say is refused, or is held already by the run around, which is
 * looked at, or is told (struct bare_losses).
 *
 * What is given here is a part of what can be had without it: Landlock and filters only take away.
 */
#ifndef SEAL_PLAN_BARE_H
#define SEAL_PLAN_BARE_H

#include "base/diag.h"
#include "model/around.h"
#include "model/plan.h"

/* What the lower tier cannot hold of this plan, beside what it never holds (model/layers.def). */
struct bare_losses {
	size_t unprotected; /* paths that are protected in a full run and can be written in this */
	bool processes;     /* their number is not limited */
	bool bus;           /* the session bus that rules ask for is not there */
};

/* The paths that host_surroundings() must ask about. */
void bare_asks(const struct plan *plan, struct arena *arena, struct strvec *out);

/*
 * Makes PLAN, as plan_build() left it, one for a run without namespaces: rules, ports, filters,
 * TMPDIR, layers. S->around NONE is the lower tier itself. What cannot be held goes to DIAGS.
 */
void plan_bare(struct plan *plan, const struct surroundings *s, struct bare_losses *losses,
	struct arena *arena, struct diags *diags);

#endif
