/*
 * launch: performs a plan. The only part that changes the world.
 */
#ifndef SEAL_LAUNCH_LAUNCH_H
#define SEAL_LAUNCH_LAUNCH_H

#include "model/facts.h"
#include "model/plan.h"

/* What launch needs from rooms that it does not know; the front hands it in. */
struct launch_hooks {
	/* The host side of the run, in a forked child; never returns. */
	void (*keeper)(int front, int init);
	/* What the inner step must do, as bytes; the signals as in struct inner_facts. */
	void (*orders)(const struct plan *plan, unsigned long long reset,
		unsigned long long blocked, struct strbuf *out);
	const char *inner_word;
};

/*
 * Runs the plan's command in the sandbox and returns the exit code for the shell (DESIGN: 125
 * ours, 126, 127, 128+n, else the command's). A failure before the command starts is said on
 * stderr; nothing of the run is left then.
 */
int launch_run(const struct plan *plan, const struct facts *facts, const struct launch_hooks *hooks,
	struct arena *arena);

/* Becomes ARGV without any confinement; returns the exit code (126, 127) if it cannot. */
int launch_unconfined(char **argv);

#endif
