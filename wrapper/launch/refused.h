/*
 * refused: why this machine makes no sandbox, found out after bwrap could not make one.
 *
 * bwrap says where it stopped, which is not always what is wrong, and never what to do. So the
 * kernel is asked again, step by step, by a child that ends at once: which namespace does it
 * refuse, with which errno, and which of the switches that distributions have is off.
 */
#ifndef SEAL_LAUNCH_REFUSED_H
#define SEAL_LAUNCH_REFUSED_H

#include <stdbool.h>

#include "base/arena.h"
#include "model/layers.h"

struct refusal {
	enum layer layer;
	int error;
	const char *what;   /* "user namespaces are refused"; NULL if nothing is */
	const char *remedy; /* the least one */
};

/* True if this process may not make what bwrap needs; *OUT then says what. Costs a process. */
bool refused_look(struct refusal *out, struct arena *arena);

/* What bwrap wrote to the pipe SAID, its first line without its name; "" for nothing. */
const char *refused_said(int said, struct arena *arena);

/* One line for the user: what refused_look() found, or else what bwrap said. */
void refused_tell(const struct refusal *r, const char *said);

#endif
