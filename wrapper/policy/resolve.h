/*
 * resolve: everything that applies to one command, in one list of grants with origins.
 *
 * base.toml + the manifest's own grants + those of each bundle that the command matches, chosen
 * by the settings (knobs) of the tool's entry. Grants never leak to a command that does not
 * match.
 */
#ifndef SEAL_POLICY_RESOLVE_H
#define SEAL_POLICY_RESOLVE_H

#include "model/facts.h"
#include "model/policy.h"
#include "policy/merge.h"

/* A bundle that the command wants, by name: the front loads it and what it uses. */
struct wanted {
	const char *name;
	const char *word;
};

struct wanted_list {
	struct wanted *v;
	size_t n, cap;
};

/*
 * The enabled bundles that ARGV matches: those of command_tools, or of the whole INDEX where the
 * manifest has no such key. A tool that INDEX does not know becomes an error.
 */
void policy_match(const struct merged *m, const struct bundle_index *index, const char *const *argv,
	struct arena *arena, struct diags *diags, struct wanted_list *out);

/* Checks the settings of T's entry against what B declares. */
void policy_check_tool(const struct tool *t, const struct bundle *b, struct diags *diags);

/* Refuses grants of the manifest that REFUSE names (profiles/refuse.toml), and such a project. */
void policy_refuse(const struct merged *m, const struct refusals *refusals, const struct facts *f,
	struct arena *arena, struct diags *diags);

/*
 * Fills P for a command that matches MATCHES (their bundles loaded, used ones included). Paths
 * are expanded for F. Everything is allocated from ARENA or belongs to the inputs.
 */
void policy_resolve(struct policy *p, const struct merged *m, const struct bundle *base,
	const struct matches *matches, const struct facts *f, struct arena *arena);

/* True if P holds a grant of KIND. */
bool policy_has(const struct policy *p, enum grant_kind kind);

/* Adds the grants of a profile that this policy needs too. */
void policy_add_profile(
	struct policy *p, const struct bundle *profile, const struct facts *f, struct arena *arena);

/*
 * What a user trusts: the grants of the project's manifest M with all of its tools (loaded in
 * TOOLS, in the order of M's entries), as sorted lines without origins, unexpanded, so that they
 * are the same for every user and a changed comment changes nothing.
 */
void policy_trust_lines(const struct manifest *m, const struct matches *tools, struct arena *arena,
	struct strvec *out);

#endif
