/*
 * bundle: what one tool needs, and by which commands it is recognised (seal-bundle(5)).
 */
#ifndef SEAL_MODEL_BUNDLE_H
#define SEAL_MODEL_BUNDLE_H

#include "base/strvec.h"
#include "model/grant.h"

enum knob_type {
	KNOB_BOOL, /* true, false */
	KNOB_AUTO, /* true, false, or omitted = the bundle decides */
	KNOB_ENUM, /* one of values */
};

/* A setting that a manifest may make in this tool's entry. */
struct knob {
	const char *name;
	enum knob_type type;
	const char *initial;  /* "true", "off", ...; NULL for KNOB_AUTO */
	struct strvec values; /* KNOB_ENUM */
	const char *if_bool;  /* KNOB_ENUM: what to say to who writes a boolean, or NULL */
	const char *needs;    /* KNOB_AUTO: omitted, it is whether this bundle is enabled, too */
	struct origin from;   /* why = its help line */
};

/* A bundle that comes along with another: its paths and variables, not its domains and ports. */
struct use {
	const char *name;
	const char *when; /* as that of a grant */
	struct place at;
};

struct bundle {
	const char *name;
	const char *summary;
	struct place at;
	struct strvec commands; /* basenames of argv[0] */
	struct strvec prefixes; /* "python3 -m pip": words, matched one by one */
	bool named_only;        /* applies only where command_tools names it */
	VEC(struct use) uses;
	struct strvec psl_exemptions; /* public suffixes that its wildcards may name */
	struct grants grants;
	VEC(struct knob) knobs;
};

/* By which commands a bundle is recognised, without reading the rest of it. */
struct bundle_key {
	const char *name;
	const char *const *commands; /* NULL-terminated */
	const char *const *prefixes;
	bool named_only;
};

/* Every known bundle, in the order of their names. */
struct bundle_index {
	struct bundle_key *v;
	size_t n, cap;
};

#endif
