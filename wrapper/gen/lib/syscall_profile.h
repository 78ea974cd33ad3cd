/*
 * syscall_profile: profiles/syscalls.toml, read and given numbers.
 *
 * The profile speaks of calls by name and says why of each decision. Names become numbers by
 * libseccomp's table, one architecture at a time; a call that only another architecture has is
 * left out without a word, one that none has is an error. The libseccomp of the building machine
 * may be older than a call: [numbers] says the number then (from 424 on all architectures share
 * them), so what is built does not depend on the machine that builds. Where both know a number
 * they must agree.
 *
 *	default = "ENOSYS"                 the verdict of what is not listed
 *	[numbers]          NAME = NR       for calls that libseccomp may not know
 *	[[allow]]          why, calls = [NAMES]; debug = true in front of calls
 *	[deny.ERRNO]       NAME = "why"
 *	[check.NAME]       calls = [NAMES], tests = [TESTS], else = TARGET
 *
 * A test is { arg, is | any, mask, then, why } and reads: if argument ARG (`& MASK`) IS this value,
 * or has ANY of these bits, go THEN to a target. A target is "allow", an errno's name, or a check
 * that stands above; checks therefore cannot run in circles.
 *
 * What has debug = true is true of a second filter only, which a run has whose manifest says so:
 *its calls are allowed there whatever else is said of them, its tests are asked there in their
 *place.
 */
#ifndef SEAL_GEN_LIB_SYSCALL_PROFILE_H
#define SEAL_GEN_LIB_SYSCALL_PROFILE_H

#include "base/diag.h"
#include "gen/lib/filter.h"

/* What the profile says of one system call. */
struct profile_call {
	const char *name;
	struct place at;
	struct filter_target then;
};

/* A number that libseccomp may not know. */
struct profile_number {
	const char *name;
	struct place at;
	uint32_t nr;
};

struct profile_test {
	struct filter_test is;
	bool debug; /* asked in the filter for debuggers only */
};

struct profile_check {
	const char *name;
	struct place at;
	VEC(struct profile_test) tests;
	struct filter_target otherwise;
};

struct syscall_profile {
	const char *file;
	uint32_t unknown; /* SECCOMP_RET_* */
	VEC(struct profile_call) calls;
	VEC(struct profile_call) debug_calls; /* in place of those, in the filter for debuggers */
	VEC(struct profile_number) numbers;
	VEC(struct profile_check) checks;
};

/* The architectures that have a filter. */
struct syscall_arch {
	const char *name;
	uint32_t audit; /* AUDIT_ARCH_*, which is SCMP_ARCH_* too */
};

enum { SYSCALL_ARCHES = 2 };
extern const struct syscall_arch syscall_arches[SYSCALL_ARCHES];

/*
 * Reads LEN bytes of TEXT. All that is wrong goes to DIAGS; returns false if anything is. The
 * profile belongs to ARENA.
 */
bool syscall_profile_read(const char *file, const char *text, size_t len, struct arena *arena,
	struct diags *diags, struct syscall_profile *out);

/* The number of the call NAME, or -1 if ARCH has no such call (or nobody knows it). */
int32_t syscall_number(
	const struct syscall_profile *p, const struct syscall_arch *arch, const char *name);

/* True if the profile has a second filter, for debuggers. */
bool syscall_profile_debugs(const struct syscall_profile *p);

/*
 * The profile for one architecture, ready for filter_compile; with DEBUG, the one for debuggers.
 * All of it belongs to ARENA.
 */
struct filter_spec syscall_profile_spec(const struct syscall_profile *p,
	const struct syscall_arch *arch, bool debug, struct arena *arena);

#endif
