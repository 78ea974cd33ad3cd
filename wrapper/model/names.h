/*
 * names: the words for the enums of the model, one table each. Manifests, explain, JSON and the
 * man pages use these and no others.
 */
#ifndef SEAL_MODEL_NAMES_H
#define SEAL_MODEL_NAMES_H

#include "model/plan.h"

extern const char *const run_profile_names[]; /* NULL-terminated, indexed by enum run_profile */
extern const char *const envrc_mode_names[];
extern const char *const origin_kind_names[];
extern const char *const access_class_names[];
extern const char *const mount_kind_names[];
extern const char *const protect_place_names[];
extern const char *const stand_in_names[];
extern const char *const protect_found_names[];
extern const char *const protected_state_names[];
extern const char *const sni_mode_names[];
extern const char *const proxy_mode_names[];
extern const char *const limit_names[];
extern const char *const limit_holder_names[];

/* What reaching PORT of the host's localhost means where it is more than data (model/risky.def);
 * NULL for others. */
const char *port_risk(unsigned port);

/* What limits.def says of KIND. */
bool limit_is_bytes(enum limit_kind kind);
const char *limit_text(const struct limit *l, enum limit_kind kind, struct arena *arena); /* "2G" */
/* Who holds KIND on a machine like F. */
enum limit_holder limit_holder(const struct limit_facts *f, enum limit_kind kind);
const char *limit_means(enum limit_kind kind, enum limit_holder holder); /* NULL: it cannot */

/* The index of NAME in NAMES, or -1. */
int name_index(const char *const *names, const char *name);

#endif
