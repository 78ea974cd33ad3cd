/*
 * manifest: what a project's seal.toml (or the user's config.toml, same keys) says, checked word
 * by word but not yet joined with anything. Absent and empty differ: `set` has a bit for each
 * key that was there.
 */
#ifndef SEAL_MODEL_MANIFEST_H
#define SEAL_MODEL_MANIFEST_H

#include "base/strvec.h"
#include "model/grant.h"
#include "model/limits.h"
#include "model/network.h"

enum run_profile {
	PROFILE_READ_ONLY, /* the order is from narrow to wide */
	PROFILE_WORKSPACE,
	PROFILE_NETWORK_ALLOW_ALL,
	PROFILE_OFF,
};

enum envrc_mode {
	ENVRC_OFF, /* from narrow to wide */
	ENVRC_APPROVED,
	ENVRC_TRUST,
};

/* One knob as the manifest sets it; checked against the bundle's declaration by policy. */
struct setting {
	const char *name;
	enum { SETTING_BOOL, SETTING_STRING } type;
	bool boolean;
	const char *string;
	struct place at, value_at;
};

/* One entry of command_tools. */
struct tool {
	const char *name;
	struct place at;
	bool domains_set;     /* domains = [...] was there; empty means no network */
	bool default_domains; /* add the bundle's to domains */
	struct grants domains;
	struct strvec wrappers;
	bool bundles_set; /* bundles = [...] was there; in the user's file, empty means none */
	struct place bundles_at;
	struct strvec bundles; /* that apply to its commands as well */
	VEC(struct setting) settings;
};

/* Bits of manifest.set; lists of grants use 1 << kind. */
enum {
	SET_PROFILE = 1 << GRANT_KINDS,
	SET_STRICT = 1 << (GRANT_KINDS + 1),
	SET_TOOLS = 1 << (GRANT_KINDS + 2),
	SET_WRAPPERS = 1 << (GRANT_KINDS + 3),
	SET_ENVRC = 1 << (GRANT_KINDS + 4),
	SET_DIRECTORIES = 1 << (GRANT_KINDS + 5),
	SET_SNI = 1 << (GRANT_KINDS + 6),
	SET_PROXY = 1 << (GRANT_KINDS + 7),
	SET_DEBUG = 1 << (GRANT_KINDS + 8),
};

struct manifest {
	const char *file; /* canonical path, NULL if there is none */
	enum origin_kind kind;
	unsigned set;

	enum run_profile profile;
	struct place profile_at;
	bool strict, no_placeholders, debug;
	bool adopt_external; /* a host's server in place of a twin; the user's own file only */
	struct place strict_at, placeholders_at, debug_at, adopt_at;
	VEC(struct tool) tools;
	struct strvec wrappers;
	struct grants grants; /* read, write (additional_directories too), deny, ..., ports */
	enum envrc_mode envrc;
	struct place envrc_at;
	enum sni_mode sni;
	struct place sni_at;
	enum proxy_mode proxy;
	struct place proxy_at;
	struct limit limits[LIMITS];
	struct upstream upstream; /* the user's own file only */
};

#endif
