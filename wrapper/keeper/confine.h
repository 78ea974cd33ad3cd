/*
 * confine: what the keeper takes from itself before it reads a byte of the sandbox.
 */
#ifndef SEAL_KEEPER_CONFINE_H
#define SEAL_KEEPER_CONFINE_H

#include <stdbool.h>

#include "model/network.h"

/*
 * Landlock: no file but the resolver's configuration, read-only; no TCP connection but to the ports
 * of NET and of name servers, no bind, no abstract socket. Then seccomp: an allow-list
 * (profiles/keeper.toml). No core, no dump, no new privileges. Returns NULL, or what could not
 * be done, with errno.
 */
const char *confine(const struct network *net);

/*
 * Of the process that becomes the bus's proxy: no new privileges, no core; Landlock: programs and
 * libraries to read, a socket to make in FOLDER, no TCP, no signal to others, and no ABSTRACT
 * socket unless the bus has one. It stays able to connect(2) to sockets with a path. False if that
 * cannot be done.
 */
bool confine_proxy(int folder, bool abstract);

#endif
