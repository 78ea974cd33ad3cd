/*
 * domain: which entries may stand in a list of domains, beside having the form of one
 * (domain_parse() in base/pattern.h): a manifest must not open what belongs to nobody in
 * particular, nor promise what is never dialled.
 */
#ifndef SEAL_READ_DOMAIN_H
#define SEAL_READ_DOMAIN_H

#include <stdbool.h>

#include "base/strvec.h"

/*
 * What is wrong with ENTRY, an entry of the right form, and the remedy, as the rest of a sentence
 * that begins with it; NULL if nothing. A wildcard opens no public suffix, but for those in
 * EXEMPT (NULL for none); no registry's suffix is a host; an address is one that can be another
 * host's. ARENA keeps the text.
 */
const char *domain_fault(const char *entry, const struct strvec *exempt, struct arena *arena);

/* True if ENTRY is "*.SUFFIX", with or without a port. */
bool domain_is_wildcard_of(const char *entry, const char *suffix);

#endif
