/*
 * folder: mkdir -p, and rm -r.
 */
#ifndef SEAL_BASE_FOLDER_H
#define SEAL_BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Makes the absolute PATH and what is missing above it, with MODE; links on the way are followed.
 * 0, or errno is set and so many first bytes of PATH are the folder that could not be made.
 */
size_t folder_make(const char *path, mode_t mode);

/*
 * Removes the folder PATH with all that is in it, whatever was made there: links are not followed,
 * folders may be closed, and may lie in each other as deep as they like. Nobody may write there
 * meanwhile. False with errno; it is no error if there is none.
 */
bool folder_remove(const char *path);

#endif
