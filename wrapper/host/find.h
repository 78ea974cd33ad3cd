/*
 * find: the texts that a run is made of, opened with care.
 *
 * A manifest is the sandbox's own law and lies in a tree that guests write. It counts only if it
 * is a plain file of the caller's with one name (a second hard link could be written elsewhere),
 * not writable by others, reached without a symlink and opened without blocking (a FIFO).
 */
#ifndef SEAL_HOST_FIND_H
#define SEAL_HOST_FIND_H

#include "base/diag.h"
#include "model/facts.h"

struct text_file {
	const char *path; /* canonical; NULL = there is none */
	const char *text;
	size_t len;
};

enum find_owner {
	OWNER_USER,         /* the caller only */
	OWNER_USER_OR_ROOT, /* an administrator's file too */
};

/*
 * Reads PATH by the rules above. False if there is no such file (T->path NULL) or it breaks a
 * rule (said in DIAGS).
 */
bool host_read_text(const char *path, enum find_owner owner, struct text_file *t,
	struct arena *arena, struct diags *diags);

/*
 * Walks up from F->cwd for seal.toml, and sets F->project. The walk ends at a folder of another
 * owner or device, at F->home, and behind a folder that holds .git. The project is the folder of
 * the manifest, or of .git, or the current one. EXPLICIT (-m FILE) names the manifest instead.
 */
void host_find_project(struct facts *f, const char *explicit_file, struct text_file *manifest,
	struct arena *arena, struct diags *diags);

/* The *.toml files of the folder DIR, sorted; none if there is no such folder. */
struct text_files {
	struct text_file *v;
	size_t n, cap;
};

void host_read_folder(
	const char *dir, struct text_files *out, struct arena *arena, struct diags *diags);

/* $XDG_CONFIG_HOME/seal-exec/NAME, $XDG_STATE_HOME/seal-exec/NAME, with the usual defaults. */
const char *host_config_path(const struct facts *f, const char *name, struct arena *arena);
const char *host_state_path(const struct facts *f, const char *name, struct arena *arena);

/* $XDG_RUNTIME_DIR; NULL if there is none. */
const char *host_runtime_folder(const struct facts *f);

#endif
