/*
 * suffix: public suffixes, below which anybody can have a name: those of the registries ("com",
 * "co.uk") and the private ones of hosters ("github.io"). The list is libpsl's built-in one, so
 * that the same text means the same on each machine.
 */
#ifndef SEAL_BASE_SUFFIX_H
#define SEAL_BASE_SUFFIX_H

#include <stdbool.h>

/*
 * True if NAME, in any case, is a public suffix. A top-level domain that is not on the list counts
 * as one. What is no host name (an address, an empty label) is none.
 */
bool suffix_is_public(const char *name);

/* True if NAME is a suffix of a registry and on the list: nobody's host. */
bool suffix_is_registry(const char *name);

#endif
