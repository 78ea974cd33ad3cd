/*
 * cgroup: a group of the run's own, for limits that count all of its processes together.
 *
 * bwrap enters it before it becomes bwrap, so nothing of the run was ever outside; front and
 * keeper are not in it. Its name, seal-exec-PID-START, says whose it is: a run that was killed
 * leaves an empty folder, and the next one takes away those whose front is gone.
 */
#ifndef SEAL_LAUNCH_CGROUP_H
#define SEAL_LAUNCH_CGROUP_H

#include "model/plan.h"

struct cgroup {
	int parent;    /* the folder that it is in, -1: this run has none */
	char name[64]; /* in PARENT */
	int procs;     /* to enter it by writing "0" */
	int kill;      /* to end all in it by writing "1"; -1 where the kernel cannot (5.14) */
};

/* Makes the group that PLAN wants, if any, with its limits; ends the process (125) if it cannot.
 * All descriptors are close-on-exec. */
struct cgroup cgroup_make(const struct plan *plan, struct arena *arena);

/* The group is entered and its end is near: lets go of what a process enters it by. */
void cgroup_entered(struct cgroup *c);

/* Ends what is in it and takes it away. */
void cgroup_end(struct cgroup *c);

#endif
