/*
 * bus: the session bus of one run, behind xdg-dbus-proxy, which is a process of the host's.
 *
 * Its socket is never in a folder of the host's, so nothing of it can be left there however a run
 * ends: it lies in a tmpfs that belongs to the sandbox's user namespace and, until the proxy
 * listens, to no mount namespace at all. hold.h makes that file system, this starts the proxy with
 * it as its current folder, and hold.h mounts it, read-only, at BUS_FOLDER.
 *
 * The proxy reads what the command wrote and speaks to the whole bus, so a hole in it is a way out
 * that no confinement of ours closes. It gets none of our privileges, files or variables all the
 * same (confine_proxy). It ends when the descriptor that it says "ready" on has nobody at its other
 * end, which is the keeper; and when it ends first, the keeper ends the run.
 */
#ifndef SEAL_KEEPER_BUS_H
#define SEAL_KEEPER_BUS_H

#include <stdbool.h>

#include "model/handover.h"

/* True if a proxy is to be started for the run of K. */
bool bus_wanted(const struct keeping *k);

/*
 * Starts the proxy in the folder that comes from the socket SOCK, and says there, by a byte, that
 * it listens. The line that ends with it; -1 if there is none, which has been said then and refuses
 * no run: the command has an address where nobody is.
 */
int bus_start(const struct handover *hand, int sock);

#endif
