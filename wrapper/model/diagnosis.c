#include "model/diagnosis.h"

const struct probe_row probe_rows[PROBES] = {
#define PROBE(id, code, what, call) [id] = {(code), (what), (call)},
#include "model/probes.def"
#undef PROBE
};

enum verdict diagnosis_judge(enum probe probe, int inside, int outside)
{
	if (inside == ACT_DONE)
		return VERDICT_NOT_HELD;
	if (inside == ACT_NOT_TRIED || outside != ACT_DONE)
		return VERDICT_NOT_SHOWN;
	/* To end by what no filter answers is no refusal, but of calls that would be made. */
	return inside == ACT_KILLED && !probe_rows[probe].call ? VERDICT_NOT_SHOWN : VERDICT_HELD;
}

bool diagnosis_full(const struct diagnosis *d)
{
	int i;

	if (!d->started || layers_missing(d->layers.wanted, d->layers.active) != LAYERS)
		return false;
	for (i = 0; i < PROBES; i++)
		if (d->findings[i].verdict != VERDICT_HELD &&
			!(probe_rows[i].call && d->findings[i].verdict == VERDICT_NOT_SHOWN &&
				d->findings[i].inside != ACT_NOT_TRIED))
			return false;
	return true;
}
