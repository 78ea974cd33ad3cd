/*
 * protect: the rows of profiles/protect.toml, at the paths that they mean in this run.
 *
 * A project's rows hold in the project's root and in the root of each repository below, git's rows
 * in each git directory that the run may write, also where it lies outside of the project (a
 * worktree's, a submodule's). What is not in the table because only this machine knows it comes
 * along: folders on PATH, what a repository's configuration makes git run or read, manifests of
 * projects below. A grant to write that names a path exactly lifts its row; whoever wrote it
 * meant it, and the user has trusted it.
 */
#ifndef SEAL_PLAN_PROTECT_H
#define SEAL_PLAN_PROTECT_H

#include "base/strvec.h"
#include "plan/guard.h"

/* Adds to OUT each path of which the rows need to know what is there, with those above it. */
void protect_paths(
	const struct policy *p, const struct facts *f, struct arena *arena, struct strvec *out);

/* Adds the guards of all rows, and says in the plan what is protected. */
void protect_guards(struct builder *b, struct guards *guards);

/*
 * Adds the guard TEMPLATE (kind, path, stand_in for what is missing, named, from) for what is at
 * its path. False if that cannot be known; it has been said then.
 */
bool protect_guard(struct builder *b, struct guards *guards, const struct guard *template);

/* True if RUN, of R->runs, is the working tree or above: to hold it would hold everything. */
bool protect_is_too_wide(const struct repo *r, const char *run);

/* PATH, and all folders above it. */
void protect_with_parents(struct arena *arena, struct strvec *out, const char *path);

#endif
