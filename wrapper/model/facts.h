/*
 * facts: what the plan needs to know of the machine and the caller, asked once by host/.
 * Same text + same facts = same plan.
 */
#ifndef SEAL_MODEL_FACTS_H
#define SEAL_MODEL_FACTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/strvec.h"
#include "model/bus.h"
#include "model/grant.h"
#include "model/limits.h"

enum path_kind {
	PATH_MISSING,
	PATH_FILE,
	PATH_DIR,
	PATH_SYMLINK, /* the last component is a symlink; target says where to */
	PATH_SOCKET,
	PATH_OTHER, /* device, FIFO */
};

/* What is at one absolute path of the host. */
struct path_fact {
	const char *path;      /* as asked */
	enum path_kind kind;   /* of the path itself, not followed */
	const char *target;    /* PATH_SYMLINK: the link's text */
	const char *canonical; /* where it leads in the end; NULL if nowhere */
	enum path_kind end;    /* what is there; PATH_MISSING if nothing */
	bool closed;  /* a folder in which the caller cannot make anything, nor change that */
	bool unknown; /* it could not be looked at: not the same as missing */
	size_t size;  /* of a file, bytes */
	int fd;       /* the end, open without any right but to be bound (O_PATH); -1 */
};

/*
 * A git repository that a run may write. All of it is the text of whoever wrote there last, an
 * earlier run too: it says what to protect; only what is proven may say what to grant.
 */
struct repo {
	const char *root;    /* the working tree, where .git is; canonical */
	enum path_kind link; /* what .git is: a folder, a file ("gitdir: PATH"), a symlink */
	const char *git;     /* its git directory, canonical; NULL if .git leads to none */
	const char *common;  /* what worktrees share (commondir), canonical; else git */
	/*
	 * The git directory itself points back: a worktree's names root/.git and lies in
	 * common/worktrees, another's core.worktree is root. A folder .git is its own proof, unless
	 * it has a commondir that leads elsewhere.
	 */
	bool proven;
	/* Folders of worktrees, common/worktrees/NAME, those of submodules too. */
	struct strvec pointers;
	/* Git directories of submodules, however deep, below common, git and the pointers. */
	struct strvec modules;
	bool unread; /* some of the configuration could not be read: runs may lack something */
	/*
	 * What the configuration of common, git and modules makes git run or read: core.hooksPath,
	 * and the paths of include and includeIf. Absolute and clean; may be missing.
	 */
	struct strvec runs;
};

/* The .envrc in sight, and what direnv's own store says of it. */
struct envrc {
	const char *path;     /* NULL if there is none */
	const char *folder;   /* that it is in */
	const char *fault;    /* why it is not to be loaded as it is, with the remedy, or NULL */
	const char *approval; /* the name in the store that allows it; NULL if there is a fault */
	const char *store;    /* where direnv keeps its word; canonical if it is there */
	bool allowed, denied; /* its word */
};

/* A program by its name, at one place where the caller's PATH has it. */
struct program_fact {
	const char *name, *at;
	const char *real; /* where that leads in the end */
};

struct facts {
	enum platform platform; /* what is asked about: explain can be asked about another */
	uid_t uid;
	gid_t gid;
	const char *user; /* login name */
	bool nameless;    /* nobody says it: user is a word that stands for it, <USER> is nothing */
	const char *home; /* canonical */
	const char
		*account_home; /* what the account database says, canonical; home if it is silent */
	const char *cwd;       /* canonical */
	const char
		*project; /* canonical root of the project: seal.toml's folder, or .git's, or cwd */
	const char *above;      /* a seal.toml above the .git that ended the search, or NULL */
	const char *program;    /* seal-exec's own file, canonical; NULL if it is unknown */
	const char *bwrap;      /* path of bwrap, NULL if there is none that may be used */
	const char *bwrap_why;  /* then: the reason and the remedy */
	const char *found_at;   /* where PATH of the host has the command; NULL if nowhere */
	const char *found_real; /* where that leads in the end */
	struct envrc envrc;     /* nothing unless envrc_mode asks for it */
	VEC(struct program_fact) programs; /* that the plan asks for, in the order of PATH */
	const char *const *environ;        /* the caller's */
	VEC(struct repo) repos;            /* sorted by root */
	struct strvec manifests;           /* every seal.toml below the project's root, sorted */
	bool repos_cut;                    /* not all that may be written was searched for them */
	struct bus_facts bus;              /* all zero if no rule asks for it */
	struct limit_facts limits;         /* all zero if no limit asks for it */
	VEC(struct path_fact) paths;       /* sorted by path */
};

/* The fact for PATH, or NULL if nobody asked. */
const struct path_fact *facts_path(const struct facts *f, const char *path);

/* The value of the caller's variable NAME, the first one as in getenv(3); NULL if there is none. */
const char *facts_variable(const struct facts *f, const char *name);

#endif
