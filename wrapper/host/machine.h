/*
 * machine: asks the system what a sandbox needs; changes nothing.
 */
#ifndef SEAL_HOST_MACHINE_H
#define SEAL_HOST_MACHINE_H

#include "model/facts.h"
#include "model/machine.h"

/* Fills all but versions; F has been asked for bwrap, the bus's proxy and limits. */
void host_machine(struct machine *m, const struct facts *f, struct arena *arena);

/* The value of KEY in the text of os-release(5), without its quotes; NULL if it is not there. */
const char *os_release(const char *text, const char *key, struct arena *arena);

/* The text of a small file, its last newline taken off; NULL if it cannot be read. */
const char *host_small_file(const char *path, struct arena *arena);

#endif
