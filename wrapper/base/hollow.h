/*
 * hollow: a folder that holds nothing of anybody's, and that git passes by.
 *
 * git does not see an empty folder when it lists, but it removes one when it cleans (git clean -d,
 * git stash -u), and fails if it cannot. A folder that ignores itself it neither sees nor removes:
 * so a hollow one holds a .gitignore of "*", as virtual environments and caches do.
 */
#ifndef SEAL_BASE_HOLLOW_H
#define SEAL_BASE_HOLLOW_H

#include <stdbool.h>

/* Makes NAME in the folder AT; false with errno, EEXIST if there is something. */
bool hollow_make(int at, const char *name);

/* True if the folder FD, just opened, holds at most that .gitignore, as it was made. */
bool hollow_is(int fd);

/* Removes NAME in AT. False with errno, ENOTEMPTY if it is hollow no more: what is somebody's
 * stays then, without our .gitignore. */
bool hollow_remove(int at, const char *name);

#endif
