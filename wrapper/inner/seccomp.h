/*
 * seccomp: the system call filter of a run, from build-time table to kernel.
 *
 * The tables are made from profiles/syscalls.toml (gen/syscalls.c); this part only picks one and
 * loads it. It is the last thing that inner does before it executes the target: whatever comes
 * after, in the target and in all that it starts, has the filter and cannot take it off.
 */
#ifndef SEAL_INNER_SECCOMP_H
#define SEAL_INNER_SECCOMP_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

/* The filter of one architecture. */
struct syscall_filter {
	const char *name; /* as uname -m says it */
	uint32_t arch;    /* AUDIT_ARCH_* */
	const struct sock_filter *insns;
	uint16_t n; /* instructions */
};

/* All that were built; the last one has no name. In a generated file. */
extern const struct syscall_filter syscall_filters[];

/*
 * Sets no_new_privs and loads the filter of this program's own ABI for the calling thread, which
 * must be the only one. Returns false with errno, ENOSYS if there is no filter for this ABI; the
 * caller must then not execute the target.
 */
bool seccomp_apply(void);

#endif
