/*
 * born: which one a file is, beyond its name.
 */
#ifndef SEAL_HOST_BORN_H
#define SEAL_HOST_BORN_H

#include "base/arena.h"

/* Device, inode and time of birth (0 where none is kept) of PATH: another file that is called so
 * later has others, even if it got the same inode. NULL with errno. */
const char *host_born(const char *path, struct arena *arena);

#endif
