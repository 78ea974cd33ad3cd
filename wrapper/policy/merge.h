/*
 * merge: the project's manifest and the user's own file, as one.
 *
 * The user's file holds defaults and is a ceiling. A key that it leaves out neither adds nor
 * limits. A key that it sets is what a project gets that says nothing, and the most that a
 * project gets that says something: lists of grants are cut to what both name, lists of
 * prohibitions are united, ordered settings take the narrower. What was cut is kept and shown.
 */
#ifndef SEAL_POLICY_MERGE_H
#define SEAL_POLICY_MERGE_H

#include "model/facts.h"
#include "model/manifest.h"

struct merged {
	struct manifest m;     /* what is left */
	struct grants clipped; /* what the project wished and the user's file withholds */
	struct strvec clipped_tools;
	const struct manifest *config; /* for the ceilings of settings, NULL if there is none */
};

/*
 * Joins PROJECT and CONFIG, each NULL if there is none. What only the user's own file may say
 * (profile = "off") becomes an error in DIAGS if the project says it.
 */
void policy_merge(struct merged *out, const struct manifest *project, const struct manifest *config,
	const struct facts *f, struct arena *arena, struct diags *diags);

/* True if a domain entry of RULE ("host", "*.host", ":port") covers ENTRY. */
bool domain_covers(const char *rule, const char *entry);

#endif
