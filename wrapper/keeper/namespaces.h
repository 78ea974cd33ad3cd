/*
 * namespaces: whether a process really has its own.
 */
#ifndef SEAL_KEEPER_NAMESPACES_H
#define SEAL_KEEPER_NAMESPACES_H

#include <sys/types.h>

/*
 * The name of the first kind of namespace that PID shares with the caller, NULL if none: bwrap's
 * --unshare-all only tries for some, so the kernel is asked (namespaces(7)). A kind that the
 * kernel does not have is not shared; one that cannot be looked at counts as shared.
 */
const char *namespaces_shared(pid_t pid);

#endif
