/*
 * fixture: everything between a text and a plan, on a machine that is a table.
 *
 * The user is alice, her home /home/alice, the project /home/alice/p. What exists is said by
 * nodes: a Debian-like system, and what a test adds. Nothing asks the machine that the test runs
 * on, so the same texts give the same plan everywhere.
 */
#ifndef SEAL_TESTS_FIXTURE_H
#define SEAL_TESTS_FIXTURE_H

#include "model/plan.h"
#include "policy/merge.h"
#include "read/catalog.h"

/* One thing of the machine; the folders above it are there too. */
struct node {
	const char *path;
	enum path_kind kind;
	const char *target; /* PATH_SYMLINK */
	size_t size;
};

struct run {
	struct arena arena;
	struct diags diags;
	struct facts facts;
	const struct node *extra; /* ended by a NULL path; NULL for none */
	struct catalog catalog;
	struct manifest project, config;
	bool has_project, has_config;
	struct merged merged;
	struct bundle base, network;
	struct matches matches;
	struct policy policy;
	struct plan plan;
	struct protect_table protect;
	const char *command[16];
};

/* A run without manifest and config. Its memory is its own; run_free() gives it back. */
struct run *run_new(void);
void run_free(struct run *r);

/* Reads TEXT as the project's seal.toml, the user's config.toml, a bundle of the user. */
void run_project(struct run *r, const char *text);
void run_config(struct run *r, const char *text);
void run_bundle(struct run *r, const char *text);

/* Each goes as far as its name says; LINE is the command, split at its spaces. */
void run_merge(struct run *r);
void run_resolve(struct run *r, const char *line);
void run_plan(struct run *r, const char *line);

/* The faults so far as lines, "" if there are none. */
const char *run_faults(struct run *r);

/* "KIND DEST <SOURCE; " for each mount of the manifest's own grants and of the project. */
const char *run_mounts(struct run *r);

/* "KIND VALUE; " for each grant of the list, in its order. */
const char *grants_text(struct arena *a, const struct grants *l);

/* The plan of r->command by r->policy, as the machine of r->extra makes it. */
void run_build(struct run *r);

#endif
