/*
 * tools: the entries of command_tools against the catalogue and the command.
 */
#ifndef SEAL_POLICY_TOOLS_H
#define SEAL_POLICY_TOOLS_H

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

/*
 * The bundles of INDEX that ARGV belongs to and that policy_match leaves out. What the user's own
 * file withholds is told as that.
 */
void policy_idle(const struct merged *m, const struct bundle_index *index, const char *const *argv,
	struct arena *arena, struct idle_list *out);

/* Says that there is no bundle for T, with the nearest that there is. */
void policy_unknown_tool(const struct tool *t, const struct bundle_index *index,
	struct arena *arena, struct diags *diags);

/* "there is no bundle 'carg'; did you mean 'cargo'?" */
const char *policy_no_bundle(
	const char *name, const struct bundle_index *index, struct arena *arena);

/*
 * Adds to OUT the names in `bundles` of TOOL's entry: bundles that apply to its commands as if they
 * had matched, no more than the user's own file has there. One of the user's file that the project
 * does not enable is an error. FROM says where they stand.
 */
void policy_brought(const struct merged *m, const char *tool, struct arena *arena,
	struct diags *diags, struct strvec *out, struct origin *from);

/* Checks the settings of T, an entry of M, against what its bundle B declares, and that M enables
 * what its `bundles` names. */
void policy_check_tool(const struct manifest *m, const struct tool *t, const struct bundle *b,
	struct diags *diags);

#endif
