/*
 * around: whether this is a run inside a run, and what can be seen from here.
 */
#ifndef SEAL_HOST_AROUND_H
#define SEAL_HOST_AROUND_H

#include "model/around.h"

/* Asks the filter; one system call outside of a run. */
enum around host_around(void);

/*
 * Fills S but for its scratch folder: AROUND, Landlock's ABI, the mounts, and which of ASKED
 * (absolute) show nothing: they are not there, may not be read, or are empty and read-only. Ends
 * the process (125) if the mounts cannot be known.
 */
void host_surroundings(struct surroundings *s, enum around around, const struct strvec *asked,
	struct arena *arena);

#endif
