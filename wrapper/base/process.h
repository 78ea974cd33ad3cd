/*
 * process: what the kernel tells of a process by its number, which may be another one's a moment
 * later. Who acts on it knows why it is not: a child that is not reaped, a parent.
 */
#ifndef SEAL_BASE_PROCESS_H
#define SEAL_BASE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

struct process {
	char state; /* Z: it has ended and is not reaped */
	pid_t parent;
	unsigned long long started; /* clock ticks after boot: with its number, it and no other */
};

/* False if there is no process PID. */
bool process_look(pid_t pid, struct process *out);

#endif
