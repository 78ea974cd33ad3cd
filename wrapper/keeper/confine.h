/*
 * confine: what the keeper takes from itself before it reads a byte of the sandbox.
 */
#ifndef SEAL_KEEPER_CONFINE_H
#define SEAL_KEEPER_CONFINE_H

#include "model/network.h"

/*
 * Landlock: no file but the resolver's configuration, read-only; no TCP connection but to the ports
 * of NET and of name servers, no bind, no abstract socket. Then seccomp: an allow-list
 * (profiles/keeper.toml). No core, no dump, no new privileges. Returns NULL, or what could not
 * be done, with errno.
 */
const char *confine(const struct network *net);

#endif
