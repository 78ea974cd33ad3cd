/*
 * diagnosis: what doctor finds out, as data. The machine is what was asked; the layers are what a
 * real run reported; each finding is an act that was tried inside a real run and outside as its
 * control. Nothing counts as held that was not tried.
 */
#ifndef SEAL_MODEL_DIAGNOSIS_H
#define SEAL_MODEL_DIAGNOSIS_H

#include "model/layers.h"
#include "model/limits.h"
#include "model/machine.h"

enum probe {
#define PROBE(id, code, what, call) id,
#include "model/probes.def"
#undef PROBE
	PROBES,
};

struct probe_row {
	const char *code, *what;
	bool call;
};

extern const struct probe_row probe_rows[PROBES];

/* What came of one act. Any other value is the errno that it was refused with. */
enum {
	ACT_DONE = 0,
	ACT_NOT_TRIED = 250, /* there was nothing to try it on, or it took too long */
	ACT_KILLED = 251,    /* the process died of it */
};

enum verdict {
	VERDICT_HELD,
	VERDICT_NOT_HELD,
	VERDICT_NOT_SHOWN,
};

struct finding {
	int inside, outside; /* ACT_* or an errno */
	enum verdict verdict;
};

struct remedy {
	const char *code;
	const char *what; /* the cause, as this machine says it */
	const char *how;  /* what to do */
};

struct diagnosis {
	const struct machine *machine;
	bool started;     /* a real run came as far as its command */
	const char *said; /* what the run said when it did not start, or NULL */
	const char *here; /* why the folder itself has no run (then another was used), or NULL */
	struct layers layers;
	struct finding findings[PROBES];
	struct limits limits; /* examples of all: who would hold each here */
	VEC(struct remedy) remedies;
};

/* The verdict on what came of it inside, by what came of it outside. */
enum verdict diagnosis_judge(enum probe probe, int inside, int outside);

/* True if every layer is active and every probe held; a call that is refused outside too is no
 * fault. */
bool diagnosis_full(const struct diagnosis *d);

#endif
