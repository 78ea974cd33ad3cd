/*
 * seccomp: the system call filter of a run, from build-time table to kernel.
 *
 * The tables are made from profiles/syscalls.toml (gen/syscalls.c); this part only picks one and
 * loads it. It is the last thing that inner does before it executes the target: whatever comes
 * after, in the target and in all that it starts, has the filter and cannot take it off.
 */
#ifndef SEAL_INNER_SECCOMP_H
#define SEAL_INNER_SECCOMP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Sets no_new_privs and loads the filter of this program's own ABI for the calling thread, which
 * must be the only one; with DEBUG, the one that lets debuggers work. Then those on top that FLAGS
 * (enum orders_flag) name. Returns 0 or -errno, -ENOSYS if there is no filter for this ABI; the
 * caller must then not execute the target.
 */
int seccomp_apply(bool debug, uint32_t flags);

#endif
