/*
 * folder: mkdir -p.
 */
#ifndef SEAL_BASE_FOLDER_H
#define SEAL_BASE_FOLDER_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Makes the absolute PATH and what is missing above it, with MODE; links on the way are followed.
 * 0, or errno is set and so many first bytes of PATH are the folder that could not be made.
 */
size_t folder_make(const char *path, mode_t mode);

#endif
