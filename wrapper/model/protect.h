/*
 * protect: names that no command may write, whatever grants the folder around them, because
 * something outside of any sandbox reads or runs them later (profiles/protect.toml).
 */
#ifndef SEAL_MODEL_PROTECT_H
#define SEAL_MODEL_PROTECT_H

#include "base/arena.h"
#include "model/origin.h"

/* What stands on the host, while the run lasts, for a name that does not exist and must not come
 * to be (launch/placeholders.h). */
enum stand_in {
	STAND_NONE,
	STAND_PIPE,   /* that nobody may open: git neither lists, adds nor cleans it */
	STAND_FOLDER, /* empty; in git directories and caches, where nobody lists it */
	STAND_FILE,   /* empty */
	STAND_DOT,    /* a file of "./" and a newline: git's commondir of itself */
};

/* Where the path of a row begins. */
enum protect_place {
	PROTECT_PROJECT,  /* the project's root, and the root of each repository below */
	PROTECT_GIT,      /* a git directory: a repository's, a submodule's */
	PROTECT_WORKTREE, /* a worktree's own folder in its repository's git directory */
	PROTECT_HOME,     /* the home folder, where a grant reaches it */
	PROTECT_PLACES,
};

/* What becomes of a path that exists. */
enum protect_found {
	FOUND_CLOSED, /* read-only with all below */
	FOUND_ROWS,   /* a folder of which only the rows that lie in it are protected */
	FOUND_TOLD,   /* not protected: that it appeared is told */
};

struct protect_row {
	enum protect_place place;
	const char *path;
	enum stand_in missing; /* what stands there if it does not exist; STAND_NONE: nothing */
	enum protect_found found;
	struct place at;
	const char *why;
};

struct protect_table {
	struct protect_row *v;
	size_t n, cap;
};

#endif
