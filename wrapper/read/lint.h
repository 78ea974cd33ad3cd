/*
 * lint: what a bundle must be, beside readable.
 *
 * The catalogue's own bundles are what everybody gets who names a tool, so they are held to all of
 * it, by the generator: a fault stops the build. A bundle of the administrator or the user is its
 * owner's word; of it only that is asked which would give the sandbox away without saying so.
 * Faults go to DIAGS with their places; its arena keeps the texts.
 */
#ifndef SEAL_READ_LINT_H
#define SEAL_READ_LINT_H

#include "model/policy.h"

/* B grants neither the home nor a secret store as a whole, and what it writes of programs and
 * configuration is marked. */
void lint_safety(const struct bundle *b, const struct refusals *refusals, struct diags *diags);

/* Every rule for one bundle of the catalogue, those of lint_safety() too. */
void lint_bundle(const struct bundle *b, const struct refusals *refusals, struct diags *diags);

/* What shows only between the N bundles of ALL: each command is one bundle's, and what a bundle
 * uses or needs is there, without cycles. */
void lint_catalog(const struct bundle *const *all, size_t n, struct diags *diags);

#endif
