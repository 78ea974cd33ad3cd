/*
 * launch: performs a plan. The only part that changes the world.
 */
#ifndef SEAL_LAUNCH_LAUNCH_H
#define SEAL_LAUNCH_LAUNCH_H

#include "launch/refused.h"
#include "model/facts.h"
#include "model/handover.h"
#include "model/plan.h"

/* The host's side of a run, handed in because launch does not know the keeper's room. */
struct launch_host {
	/* In a forked child; never returns. */
	void (*keeper)(const struct handover *hand);
	/* In the front, when the command has ended and before the caller hears of it. */
	void (*over)(const struct keeping *keeping);
	const struct keeping *keeping; /* what both are given */
	bool verbose;                  /* say which layers are active */
	uint32_t *active;              /* where they go when the run is over; may be NULL */
	const char *register_folder;   /* for launch/register.h, outside of every sandbox */
};

/*
 * Runs the plan's command in the sandbox and returns the exit code for the shell (DESIGN: 125
 * ours, 126, 127, 128+n, else the command's). A failure before the command starts is said on
 * stderr; nothing of the run is left then. With LOWER (zeroed) it is not said if it is the machine
 * that refuses what the full tier needs: *LOWER says it, and the result is 125.
 */
int launch_run(const struct plan *plan, const struct facts *facts, const struct launch_host *host,
	struct refusal *lower, struct arena *arena);

/* Becomes ARGV without any confinement; returns the exit code (126, 127) if it cannot. */
int launch_unconfined(char **argv);

#endif
