/*
 * match: which bundles a command wants.
 *
 * A command is recognised by the last part of argv[0], or by several words ("python3 -m pip"),
 * after everything that only runs another command has been taken off: env, timeout, nice and
 * the like (a table), the manifest's own wrappers, and `sh -c` strings (policy/shell.h).
 */
#ifndef SEAL_POLICY_MATCH_H
#define SEAL_POLICY_MATCH_H

#include "model/bundle.h"
#include "policy/shell.h"

/*
 * The commands that ARGV (NULL-terminated) comes down to, WRAPPERS taken off. A wrapper is a
 * prefix of words; one that ends in "--" matches up to the first "--" of the command.
 */
void match_commands(const char *const *argv, const struct strvec *wrappers, struct arena *arena,
	struct commands *out);

/* The entry of KEY that one of COMMANDS matches ("cargo", "python3 -m pip"), or NULL. */
const char *match_key(const struct bundle_key *key, const struct commands *commands);

#endif
