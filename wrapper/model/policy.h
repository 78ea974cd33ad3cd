/*
 * policy: everything that applies to one command, merged and with its origins, before the
 * machine is looked at. A list of grants and a few settings.
 */
#ifndef SEAL_MODEL_POLICY_H
#define SEAL_MODEL_POLICY_H

#include "base/strvec.h"
#include "model/bundle.h"
#include "model/manifest.h"
#include "model/protect.h"

/* A bundle that applies, and the word of the command that says so. */
struct match {
	const struct bundle *bundle;
	const char *word; /* what matched: "cargo", "python3 -m pip"; or the bundle that uses it */
	bool envrc;       /* not matched either: it is direnv, or one that its entry names (FROM) */
	struct origin from;
	bool used; /* not matched itself: its paths and variables apply, its domains do not */
};

/* What no manifest grants, and what is no project (profiles/refuse.toml). */
struct refusals {
	struct grants secrets; /* stores that are not granted as a whole */
	struct grants roots;   /* no project is one of these, or holds one */
	struct grants beneath; /* no project lies in one of these, and nothing in them is granted */
	struct grants own;     /* seal-exec's own folders: neither they nor what is in them */
};

struct matches {
	struct match *v;
	size_t n, cap;
};

/* What becomes of the .envrc in sight. */
enum loading_how {
	LOADING_NONE,
	LOADING_WRAPPED, /* the command runs behind `direnv exec` */
	LOADING_AT_HAND, /* the command calls direnv itself, which may load it */
};

struct loading {
	enum loading_how how;
	const char *note; /* why it is not loaded, for the user, or NULL */
};

/* A bundle that the command's name belongs to and that does not apply, as a line for the user. */
struct idle {
	const char *text;
	bool by_itself; /* it never applies unless it is named, and nothing names anything */
};

struct idle_list {
	struct idle *v;
	size_t n, cap;
};

struct policy {
	const char *manifest; /* file, NULL if the built-in default applies */
	const char *config;   /* the user's file, NULL if there is none */
	enum run_profile profile;
	struct origin profile_from;
	bool strict;
	struct origin strict_from;
	bool no_placeholders; /* nothing stands in for protected names that do not exist */
	bool adopt_external;  /* a twin's port leads to the host's server, where there is one */
	bool debug;           /* programs may trace each other */
	struct origin debug_from;
	enum envrc_mode envrc;
	struct origin envrc_from;
	struct loading loading;
	enum sni_mode sni;
	struct origin sni_from;
	enum proxy_mode proxy;
	struct origin proxy_from;
	struct upstream upstream;
	struct limit limits[LIMITS];
	struct matches matches;
	struct idle_list idle;
	const struct protect_table *protect; /* what is protected whatever is granted */
	struct grants grants;
	struct grants clipped;       /* wished by the project, withheld by the user's config */
	struct strvec clipped_tools; /* the same for entries of command_tools */
};

#endif
