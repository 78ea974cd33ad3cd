/*
 * exact: a path that is what it says, with no symbolic link anywhere in it.
 */
#ifndef SEAL_BASE_EXACT_H
#define SEAL_BASE_EXACT_H

/*
 * Opens PATH with FLAGS and close-on-exec; -1 with errno, ELOOP if a component of it is a symbolic
 * link, or one of /proc's that leads elsewhere. One call, so nothing can change on the way.
 * openat2(2), Linux 5.6.
 */
int open_exact(const char *path, int flags);

#endif
