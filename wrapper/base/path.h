/*
 * path: absolute paths as text. Nothing here touches the file system.
 */
#ifndef SEAL_BASE_PATH_H
#define SEAL_BASE_PATH_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * PATH joined to the absolute directory BASE if it is relative, without empty and "."
 * components and without a trailing slash. Leading ".." of a relative path climb from BASE
 * (which has no symlinks, so this is what the kernel would do); any other ".." yields NULL.
 */
char *path_absolute(struct arena *a, const char *base, const char *path);

/* NAME, which may have slashes, in the folder DIR. */
char *path_join(struct arena *a, const char *dir, const char *name);

/* True if PATH is DIR or lies below it; both absolute and clean. */
bool path_under(const char *path, const char *dir);

/* The N bytes at S, a path as the kernel's table of mounts writes it: blanks and backslashes are
 * three octal digits. proc(5). */
char *path_from_table(struct arena *a, const char *s, size_t n);

/* The part of PATH behind its last slash. */
const char *path_base(const char *path);

/* The directory that holds the absolute, clean PATH; "/" for "/". */
char *path_parent(struct arena *a, const char *path);

#endif
