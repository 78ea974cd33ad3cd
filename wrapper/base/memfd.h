/*
 * memfd: files that exist in memory only and can be changed by nobody, for what bwrap and the step
 * inside the sandbox read or run.
 */
#ifndef SEAL_BASE_MEMFD_H
#define SEAL_BASE_MEMFD_H

#include <stddef.h>

/*
 * A memory file that holds the LEN bytes, at offset 0, sealed against every change; survives
 * exec. -1 with errno. memfd_create(2), F_ADD_SEALS in fcntl(2).
 */
int memfd_bytes(const char *name, const void *bytes, size_t len);

/* The same, for a program that will be executed; EACCES where vm.memfd_noexec forbids that. */
int memfd_program(const char *name, const void *bytes, size_t len);

#endif
