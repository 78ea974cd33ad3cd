/*
 * trusted: what a user says yes to, in words that mean the same for everybody.
 */
#ifndef SEAL_POLICY_TRUSTED_H
#define SEAL_POLICY_TRUSTED_H

#include "base/strvec.h"
#include "model/policy.h"

/*
 * What a user trusts: the grants of the project's manifest M with all of its tools (loaded in
 * TOOLS, in the order of M's entries), as sorted lines without origins, unexpanded, so that they
 * are the same for every user and a changed comment changes nothing.
 */
void policy_trust_lines(const struct manifest *m, const struct matches *tools, struct arena *arena,
	struct strvec *out);

#endif
