#include "inner/limits.h"

#include <stddef.h>
#include <sys/resource.h>

#include "base/mutant.h"
#include "inner/say.h"
#include "inner/sys.h"
#include "model/orders.h"

/*
 * Memory is RLIMIT_DATA (writable memory of a process's own), not RLIMIT_AS (addresses): Node, Go
 * and the JVM reserve addresses for far more than they ever use.
 */
static const struct {
	unsigned resource;
	const char *refusal;
} rows[LIMITS] = {
	[LIMIT_MEMORY] = {RLIMIT_DATA, "the limit memory cannot be set"},
	[LIMIT_PROCESSES] = {RLIMIT_NPROC, "the limit processes cannot be set"},
	[LIMIT_OPEN_FILES] = {RLIMIT_NOFILE, "the limit open_files cannot be set"},
	[LIMIT_CORE] = {RLIMIT_CORE, "the limit core cannot be set"},
};

/* The kernel's structure on both architectures. */
struct pair {
	uint64_t soft, hard;
};

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void limits_apply(const uint64_t limits[LIMITS])
{
	struct pair p = {0};
	long error;
	int i;

	for (i = 0; i < LIMITS; i++) {
		if (limits[i] == NO_LIMIT || WITHOUT(LIMITS))
			continue;
		error = SYS4(SYS_prlimit64, 0, rows[i].resource, NULL, &p);
		p.soft = least(p.soft, limits[i]);
		p.hard = least(p.hard, limits[i]);
		if (!error)
			error = SYS4(SYS_prlimit64, 0, rows[i].resource, &p, NULL);
		if (error)
			REFUSE((int)-error, rows[i].refusal);
	}
}
