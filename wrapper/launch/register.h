/*
 * register: which runs use which placeholders (launch/placeholders.h).
 *
 * Runs in one folder at the same time need the same names to stay away, so the last of them
 * removes what the first one made. Each live run has a record, a file in the user's state folder
 * that it holds a lock on (flock(2)) as long as the front or the keeper lives: a record that nobody
 * holds belongs to a dead run, and whoever sees it next cleans up after it. Two users, or two state
 * folders, know nothing of each other.
 *
 * The bytes of a record, strings that are ended by NUL:
 *
 *	seal-exec placeholders 1
 *	SECONDS                     when it was begun
 *	KIND 0 0 PATH               one for each that will be made, before the first is
 *	KIND DEVICE INODE PATH      one for each that the run uses
 *	complete                    these are all
 */
#ifndef SEAL_LAUNCH_REGISTER_H
#define SEAL_LAUNCH_REGISTER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/strbuf.h"
#include "model/protect.h"

struct placeholder {
	enum stand_in kind;
	const char *path; /* on the host, with no symbolic link in it */
	dev_t dev;        /* which file it is; both 0: it may have been made or not */
	ino_t ino;
};

struct placeholder_list {
	struct placeholder *v;
	size_t n, cap;
};

struct record {
	char name[32]; /* in the state folder */
	long long since;
	struct placeholder_list list;
};

struct records {
	struct record *v;
	size_t n, cap;
};

/* The first part of a record, and the second. */
void register_put_plan(struct strbuf *out, long long since, const struct placeholder_list *list);
void register_put_done(struct strbuf *out, const struct placeholder_list *list);

/* True if others can read the whole of a record whose list has so many ENTRIES, its first part so
 * many BYTES: what they did not see they would take away from this run. */
bool register_fits(size_t bytes, size_t entries);

/* What BYTES say, in ARENA. A last string that is cut is none. False if it is no record. */
bool register_parse(struct record *r, const char *bytes, size_t len, struct arena *arena);

/* The state folder STATE, made if it is missing; -1 with errno (EPERM: others may write it). */
int register_open(const char *state);

/* Locks the whole register for as long as the descriptor is open; -1 with errno if another holds
 * it for seconds. */
int register_lock(int folder);

/* A record of this process's own, locked, empty; its name is R's. -1 with errno. */
int register_begin(int folder, struct record *r);

/* All records but the one called OWN: of runs that live, and of others. False with errno if one
 * cannot be read: who uses what is not known then. */
bool register_others(int folder, const char *own, struct records *live, struct records *dead,
	struct arena *arena);

/* True if one of RECORDS has the file of X. */
bool register_has(const struct records *records, const struct placeholder *x);

#endif
