/*
 * trial: a process that tries the acts, and what came of them.
 */
#ifndef SEAL_DOCTOR_TRIAL_H
#define SEAL_DOCTOR_TRIAL_H

#include <stdbool.h>

#include "base/arena.h"
#include "doctor/canary.h"
#include "model/diagnosis.h"

/* How far the process came, in memory that it shares. */
struct trial_shared {
	uint32_t wanted, active; /* layers */
	int refused;             /* 1 + the layer that the machine refused, 0 for none */
	bool planned;            /* what it was to do could be planned */
};

struct trial {
	struct trial_shared shared;
	int results[PROBES]; /* ACT_* or an errno */
	bool whole;          /* all acts were tried */
	const char *said;    /* the first line of its standard error, "" for none */
};

/* In the forked process, whose standard streams are the trial's. Its result is the exit code. */
typedef int trial_body(void *user, struct trial_shared *shared);

/*
 * Forks, runs BODY, gives C to the acts that it starts, and collects what they say, MS milliseconds
 * at most; then it is killed. The process that the acts leave behind is waited for, and let go.
 */
void trial_run(struct trial *t, trial_body *body, void *user, const struct canaries *c, int ms,
	struct arena *arena);

/* A body for the control: the acts without a sandbox. USER is the path of this program. */
int trial_outside(void *user, struct trial_shared *shared);

/* Runs FILE with ARGV and nothing else, a second at most; its output in OUT, "" if there is none.
 */
void trial_output(const char *file, char *const *argv, char *out, size_t size);

#endif
