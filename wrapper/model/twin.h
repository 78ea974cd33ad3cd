/*
 * twin: a server that belongs to a sandbox and is in one itself.
 *
 * What a server like sccache's is told to run, it runs where it is. One on the host, reached from
 * inside, is a way out; so a run that needs one gets one of its project's own, which is the command
 * of another run, detached, with the same files and no network. Runs that begin while others use it
 * adopt it, and the last one that uses it ends it, with all that was left in there, before it
 * returns: nothing runs for a project when no run does, and nothing stands in it. (To stop it until
 * the next run is not enough: a process that is stopped can have set a timer that continues it.)
 *
 * Each twin has a record, a file in the user's state folder, out of every sandbox's reach. Its
 *front and its keeper hold a lock on it (an open file description's, fcntl(2)) as long as one of
 *them lives: a record that nobody holds is of a twin that has ended. It says, in lines of text:
 *
 *	front PID START SECONDS      who holds it, and since when
 *	init PID START               the first process of its sandbox, when it runs
 *
 * Its name is two digests: of all that the twin was granted, so who looks for one by what it would
 * be granted itself finds none that has more; and of which files its protected names were, for a
 * mount on one that was replaced has gone with it.
 */
#ifndef SEAL_MODEL_TWIN_H
#define SEAL_MODEL_TWIN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct twin_record {
	pid_t front, init; /* 0: not there yet */
	unsigned long long front_started, init_started;
	long long since; /* seconds since 1970 */
};

/* The most that is read of a record; the digits of a name that say what it was granted, and the
 * most that a name has with its NUL. */
enum { TWIN_RECORD_MAX = 512, TWIN_GRANTS = 32, TWIN_NAME_SIZE = TWIN_GRANTS + 17 };

/* How long one may take from its start to its first answer. */
enum { TWIN_START_MS = 3000 };

/* What TEXT says, which may be written just now: a line without its end counts for nothing. */
void twin_parse(struct twin_record *r, const char *text);

/* True if NAME can be one of a record: digits of a digest. */
bool twin_is_name(const char *name);

#endif
