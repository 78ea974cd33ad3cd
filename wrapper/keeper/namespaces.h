/*
 * namespaces: whether a process really has its own.
 */
#ifndef SEAL_KEEPER_NAMESPACES_H
#define SEAL_KEEPER_NAMESPACES_H

#include <sys/types.h>

#include "model/layers.h"

/*
 * The kinds of namespaces, as layers, that PID has for itself: bwrap's --unshare-all only tries
 * for some, so the kernel is asked (namespaces(7)). What cannot be looked at is not its own. A
 * kernel without control groups has none to share; any other kind that it lacks is shared by all.
 */
uint32_t namespaces_own(pid_t pid);

#endif
