/*
 * envrc: the .envrc in sight, and what direnv's own store says of it.
 *
 * direnv (2.x) allows a text, not a file: allow/NAME in its folder of data, where NAME is the
 * SHA-256, in hex, of the file's absolute path, a newline, and its bytes. deny/NAME, of newer
 * versions, is that of the path and the newline. The same is computed here, so that whether a run
 * may load an .envrc is known before it begins, and the store itself stays out of every run.
 */
#ifndef SEAL_HOST_ENVRC_H
#define SEAL_HOST_ENVRC_H

#include "model/facts.h"

/* Fills F->envrc by a search from the current folder up to the project's root. */
void host_find_envrc(struct facts *f, struct arena *arena);

/* The name under which direnv keeps its word on PATH with this TEXT (NULL: on PATH alone). */
const char *envrc_name(const char *path, const char *text, size_t len, struct arena *arena);

#endif
