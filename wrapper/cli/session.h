/*
 * session: what every subcommand starts from: the project, the user's file, the bundles, and the
 * way from them to a policy and a plan. The front half of a run; nothing is forked or changed.
 */
#ifndef SEAL_CLI_SESSION_H
#define SEAL_CLI_SESSION_H

#include "cli/opts.h"
#include "host/find.h"
#include "model/around.h"
#include "model/plan.h"
#include "policy/merge.h"
#include "read/catalog.h"

struct session {
	struct arena arena;
	struct diags diags;
	struct options options;
	struct facts facts;
	struct text_file manifest_text, config_text;
	struct manifest project, config;
	struct merged merged;
	struct catalog catalog;
	bool gather;        /* faults wait until all are known (session_check) */
	bool bare;          /* the project's manifest does not count (doctor) */
	enum around around; /* the run that this one is inside of */
	bool overlays;      /* some bundle is not a built-in one */
	/* Of a run that is planned for one bundle, and not for who else claims a word of its
	 * command: takes from the policy what it shall not have, and says what is run. */
	const char *const *(*instead)(struct session *s);
	const char *alone;           /* that bundle */
	const char *counts;          /* the run asks the server of this name what it counted */
	struct bundle base, network; /* profiles: of every run, of every run with a network */
	struct refusals refusals;
	struct policy policy;
	struct strvec known; /* folders of repositories in the project, on record (cli/known.h) */
	struct plan plan;
};

/* Reads everything. Faults of any text end the process (125), all printed. */
void session_open(struct session *s, char *const *env);

/* Resolves and plans the command ARGV (NULL-terminated, at least one word). Ends the process if
 * that cannot be done safely, or if something is wished that this version cannot do. */
void session_plan(struct session *s, const char *const *argv);

/* Like session_open, and what can be told of the manifest without a command: settings, unknown
 * bundles, what is refused. All faults of it end the process, told together. */
void session_check(struct session *s, char *const *env);

/* The bundles of all tools of the project's manifest, checked, for trust. */
void session_load_tools(struct session *s, struct matches *out);

/* Refuses (125) grants and projects that profiles/refuse.toml names. */
void session_refuse(struct session *s);

/* Prints the diagnostics and ends the process, if there are any; while they are gathered, not. */
void session_refuse_faults(struct session *s);

/* Writes TEXT to standard output; a closed pipe ends the process quietly. Frees TEXT. */
void session_print(struct strbuf *text);

/* The subcommands; each returns the exit code. */
#define SUBCOMMAND(name, function, scope, arguments, help) int function(struct session *s);
#include "cli/subcommands.def"
#undef SUBCOMMAND

int cmd_run(struct session *s);

#endif
