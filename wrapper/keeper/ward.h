/*
 * ward: the end of a twin that no run uses (model/twin.h).
 *
 * It is the work of the run that used it last; a process beside the twin, its ward, does it where
 * that run was killed. The twin's first process is killed, and all in its namespace with it; then
 * its front takes away what stood in the project. While that lasts no run can say that it uses it:
 * one that comes waits and has another started.
 */
#ifndef SEAL_KEEPER_WARD_H
#define SEAL_KEEPER_WARD_H

#include <stdbool.h>

/* Ends the twin NAME, unless a run uses it, and waits until nothing is left of it. False if
 * something is. INIT is a pidfd of its first process or -1: by it one whose record is lost is
 * ended. */
bool ward_end(const char *records, const char *name, int init);

/* Starts the ward of this process, the front of the twin NAME, which holds RECORD. False with
 * errno. */
bool ward_start(const char *records, const char *name, int record);

#endif
