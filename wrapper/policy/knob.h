/*
 * knob: the settings of a tool's entry, checked and decided.
 */
#ifndef SEAL_POLICY_KNOB_H
#define SEAL_POLICY_KNOB_H

#include "model/bundle.h"
#include "model/manifest.h"

/* What decides the settings of one bundle; each may be NULL. */
struct choice {
	const struct tool *tool;        /* its entry of command_tools */
	const struct tool *ceiling;     /* its entry in the user's own file: no wider than this */
	const struct manifest *enabled; /* whose command_tools say which bundles are enabled */
};

/* The choice for the bundle NAME; CONFIG may be NULL. */
struct choice knob_choice(
	const struct manifest *m, const struct manifest *config, const char *name);

/* The entry of M for the tool NAME, or NULL; M may be NULL. */
const struct tool *find_tool(const struct manifest *m, const char *name);

/*
 * The value of K ("true", "off", ...). false is narrower than true, and an enum's values stand
 * from narrow to wide. NULL for a KNOB_AUTO that is omitted and needs nothing.
 */
const char *knob_value(const struct knob *k, const struct choice *c);

/* True if what B has under WHEN ("knob", "!knob", "knob=value", or NULL for always) applies. */
bool knob_selects(const char *when, const struct bundle *b, const struct choice *c);

/* The setting of K in T, or NULL. */
const struct setting *knob_setting(const struct knob *k, const struct tool *t);

#endif
