/*
 * expand: paths as people write them, made absolute. "~", <USER> and <UID> expand; nothing else.
 */
#ifndef SEAL_POLICY_EXPAND_H
#define SEAL_POLICY_EXPAND_H

#include "model/facts.h"
#include "model/grant.h"

/* VALUE for this user; relative to the project where it is neither absolute nor under "~". NULL
 * if it has ".." where none may be (path_absolute), or <USER> where nobody knows the user. */
const char *expand_path(const char *value, const struct facts *f, struct arena *arena);

#endif
