/*
 * hold: mounts beneath the host's folders, made by descriptor.
 *
 * bwrap makes a mount by name and makes the place if it is missing. In the sandbox's own tmpfs
 * that is safe. In a folder of the host that another run can write meanwhile it is not: a component
 * that becomes a symbolic link, or goes away, has bwrap mount or create something elsewhere
 * (CVE-2024-42472 is of this kind). So what lies beneath a bind of the host's is left to a child of
 * the keeper's, after bwrap and before the word to start: it joins the sandbox's user and mount
 * namespaces, opens each place without following a symbolic link, and puts there a clone of what
 * it has just opened (open_tree(2), mount_setattr(2), move_mount(2)). Nothing is created, and a
 * mount on a symbolic link itself keeps it from being replaced. The command has no rights over
 * that mount namespace, which belongs to the user namespace above its own.
 *
 * It is cheaper, too: bwrap reads the whole mount table again at each bind, this does not.
 */
#ifndef SEAL_KEEPER_HOLD_H
#define SEAL_KEEPER_HOLD_H

#include <stdbool.h>
#include <sys/types.h>

#include "model/handover.h"

/*
 * Makes the held mounts of HAND's run in the mount namespace of process INIT, of which PIDFD is
 * open, once inner has said that bwrap's own are made; and the session bus (bus.h), whose line goes
 * to *BUS if there is one. False if a mount cannot be made; it has been said then, unless front or
 * bwrap of HAND ended meanwhile.
 */
bool hold_mounts(const struct handover *hand, pid_t init, int pidfd, int *bus);

#endif
