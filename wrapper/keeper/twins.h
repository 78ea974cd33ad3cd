/*
 * twins: the records of twins (model/twin.h), as files.
 */
#ifndef SEAL_KEEPER_TWINS_H
#define SEAL_KEEPER_TWINS_H

#include "model/twin.h"

/*
 * Makes this process the one that holds the record NAME in the folder RECORDS, with its line
 * "front": a descriptor that holds it as long as somebody has it open. -1 with errno, EAGAIN if
 * another process holds it.
 */
int twin_take(const char *records, const char *name);

/* The record NAME; false if nobody holds it: then there is no such twin. */
bool twin_look(const char *records, const char *name, struct twin_record *r);

/* The process PID that has STARTED then, as a pidfd; -1 if there is no such process any more. */
int twin_process(pid_t pid, unsigned long long started);

/* Says that a run uses the twin NAME, as long as the descriptor is open; -1 if there is none, or it
 * is being ended. */
int twin_use(const char *records, const char *name);

enum twin_claim {
	CLAIM_GONE,  /* there is no such twin */
	CLAIM_USED,  /* some run uses it */
	CLAIM_OTHER, /* another process has it already */
	CLAIM_MADE   /* no run uses it, nor can any as long as the descriptor is open */
};

/* Takes the right to end the twin NAME, with the descriptor in *FD. */
enum twin_claim twin_claim(const char *records, const char *name, int *fd);

/* True if some run does. */
bool twin_is_used(const char *records, const char *name);

#endif
