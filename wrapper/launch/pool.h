/*
 * pool: placeholders that wait for their next use, in a folder of the user's state.
 *
 * A run needs a dozen of them or two, for milliseconds. To make and remove that many folders costs
 * a file system dear: ext4 looks for an inode that was not deleted lately, which is longer the more
 * runs there were, 30 to 400 us to make and 200 to 1400 us to remove one where it was measured. To
 * move one there and back costs 16 us. So they are moved, if the state folder and the project are
 * on one file system; else they are made and removed.
 *
 * Only what is empty comes back: what a user has put into one is his, and stays where he put it.
 */
#ifndef SEAL_LAUNCH_POOL_H
#define SEAL_LAUNCH_POOL_H

#include "base/strvec.h"
#include "launch/register.h"

struct pool {
	int fd; /* -1: there is none, and nothing is taken or put */
	struct strvec names;
};

/* The pool in the register's folder STATE, whose lock the caller holds. pool_close() closes it. */
void pool_open(struct pool *p, int state, struct arena *arena);
void pool_close(struct pool *p);

/* Moves one of KIND to NAME in FOLDER. False with errno: EEXIST if that name exists, EXDEV or
 * ENOENT if the caller has to make one. */
bool pool_take(struct pool *p, enum stand_in kind, int folder, const char *name);

/* Moves what is at NAME in FOLDER, of KIND and known to be ours, back. False if the caller has to
 * remove it. */
bool pool_put(struct pool *p, enum stand_in kind, int folder, const char *name);

#endif
