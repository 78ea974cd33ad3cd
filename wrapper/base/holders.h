/*
 * holders: ends processes by what they hold open. For the one case where a process of ours has a
 * pid that nobody knows: it was made by a program that was killed before it could tell.
 */
#ifndef SEAL_BASE_HOLDERS_H
#define SEAL_BASE_HOLDERS_H

#include <sys/types.h>

/*
 * Kills every process of the caller's that has the socket with inode number INO open, but the
 * caller itself, until there is none. Slow (it reads /proc); never for the usual way.
 */
void holders_kill(ino_t ino);

#endif
