/*
 * knob: the settings of a tool's entry, checked and decided.
 */
#ifndef SEAL_POLICY_KNOB_H
#define SEAL_POLICY_KNOB_H

#include "model/bundle.h"
#include "model/manifest.h"

/*
 * The value of K in the entry T ("true", "off", ...), no wider than in CEILING; either may be
 * NULL. false is narrower than true, and an enum's values stand from narrow to wide. NULL for an
 * omitted KNOB_AUTO and for KNOB_NAMES.
 */
const char *knob_value(const struct knob *k, const struct tool *t, const struct tool *ceiling);

/* True if the grant G of bundle B applies with these settings. */
bool knob_selects(const struct grant *g, const struct bundle *b, const struct tool *t,
	const struct tool *ceiling);

/* The setting of K in T, or NULL. */
const struct setting *knob_setting(const struct knob *k, const struct tool *t);

#endif
