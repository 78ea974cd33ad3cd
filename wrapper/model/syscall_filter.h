/*
 * syscall_filter: the seccomp programs as gen/syscalls makes them from profiles/syscalls.toml
 * and profiles/keeper.toml. inner and the keeper load the one for their machine; the unit tests run
 * them all.
 */
#ifndef SEAL_MODEL_SYSCALL_FILTER_H
#define SEAL_MODEL_SYSCALL_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stdint.h>

/* The filter of one architecture. */
struct syscall_filter {
	const char *name; /* as uname -m says it */
	uint32_t arch;    /* AUDIT_ARCH_* */
	const struct sock_filter *insns;
	uint16_t n; /* instructions */
	bool debug; /* for a run in which programs may trace each other; after the one without */
};

/* All that were built; the last one has no name. In generated files. */
extern const struct syscall_filter syscall_filters[]; /* of what runs inside */
extern const struct syscall_filter keeper_filters[];  /* of the keeper, once it serves */

/* On top of the first, for a run without namespaces of its own (model/orders.h). */
extern const struct syscall_filter no_internet_filters[];
extern const struct syscall_filter tcp_only_filters[];
extern const struct syscall_filter no_namespaces_filters[];

#endif
