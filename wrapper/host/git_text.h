/*
 * git_text: the two texts by which git says where things are, its pointer files and its
 * configuration. Pure, and linear in the text; git itself is never asked, for it runs what the
 * configuration names.
 *
 * The bytes are foreign. What git would refuse, or would read only up to a NUL, is malformed here.
 */
#ifndef SEAL_HOST_GIT_TEXT_H
#define SEAL_HOST_GIT_TEXT_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * What a pointer file says behind PREFIX: "gitdir: " of a .git file, nothing of the files gitdir
 * and commondir. Without line ends at its end; NULL if it is malformed or empty.
 */
const char *git_pointer(const char *text, size_t len, const char *prefix, struct arena *arena);

enum git_key {
	GIT_HOOKS_PATH,      /* core.hooksPath */
	GIT_WORKTREE,        /* core.worktree */
	GIT_INCLUDE,         /* include.path, includeIf.CONDITION.path */
	GIT_WORKTREE_CONFIG, /* extensions.worktreeConfig */
};

struct git_value {
	enum git_key key;
	const char *text; /* NULL: the key stands alone, which is "true" */
};

struct git_config {
	VEC(struct git_value) values; /* in the order of the text */
};

/* More of them are a fault. */
enum { GIT_VALUES_MAX = 1024 };

/*
 * The values of those keys in TEXT, by git-config(1), Syntax. False if it is malformed; what
 * stands before the fault is in OUT then.
 */
bool git_config_read(const char *text, size_t len, struct git_config *out, struct arena *arena);

/* The last value of KEY, or NULL. */
const struct git_value *git_config_last(const struct git_config *config, enum git_key key);

/* True unless VALUE is a word for false; NULL is false. */
bool git_value_true(const struct git_value *value);

#endif
