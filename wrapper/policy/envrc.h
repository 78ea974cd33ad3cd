/*
 * envrc: whether a command runs through direnv, and which bundles come along.
 *
 * The bundle `direnv` in command_tools is the opt-in, envrc_mode says whom to ask: direnv's own
 * store (approved), or nobody (trust). A word of the store against a file (deny) is always heard.
 * What cannot be loaded is said in a line, and the command runs without it, as it does in a shell.
 */
#ifndef SEAL_POLICY_ENVRC_H
#define SEAL_POLICY_ENVRC_H

#include "base/diag.h"
#include "model/policy.h"
#include "policy/merge.h"

/* The decision for F->envrc. OWN: the command calls direnv itself. */
struct loading policy_loading(
	const struct merged *m, const struct facts *f, bool own, struct arena *arena);

/*
 * The names in `bundles` of direnv's entry, no more than the user's own file has there. One that is
 * not enabled is an error in DIAGS; FROM says where they stand.
 */
void policy_envrc_bundles(const struct merged *m, struct arena *arena, struct diags *diags,
	struct strvec *out, struct origin *from);

#endif
