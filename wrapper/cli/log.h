/*
 * log: where the refusals of a run go as JSON lines, for programs: --log FILE, --log-fd N.
 *
 * A log that the command can write is worth nothing: it could be told there that nothing was
 * refused. So the descriptor is none of the command's, and the file lies where the plan shows it
 * nothing that it may write.
 */
#ifndef SEAL_CLI_LOG_H
#define SEAL_CLI_LOG_H

#include "cli/session.h"

/* Checks what is given, and ends the process (125) if it cannot be. To be called before anything
 * else is opened: only then is N surely the caller's. */
void log_check(const struct options *o);

/* The open log, close-on-exec and not blocking for a FIFO; -1 if none is asked for. The session has
 * a plan. Ends the process (125) if the log cannot be opened or the command could write it. */
int log_open(struct session *s);

#endif
