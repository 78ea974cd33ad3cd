/*
 * filter: from a table of decisions about system calls to a seccomp program (classic BPF).
 *
 * Why our own compiler: libseccomp writes one comparison for each call that a rule names, some 350
 * of them for an allow-list; it has no way to say "what is newer than this table does not exist
 * here" (ENOSYS, so that programs fall back, while a forbidden call is EPERM); and its ordered
 * comparisons of arguments have lost denials. We keep its table of names and numbers, which is
 * what it is best at (gen/lib/syscall_profile.h), and compile ourselves:
 *
 *	ld arch; not this one -> ENOSYS         a foreign ABI has other numbers: nothing of it
 *exists ld nr; a balanced tree of "nr >= N"     over ranges of numbers with the same decision
 *	checks                                  tests of arguments, a few instructions each
 *	returns                                 one for each verdict, shared by all that end so
 *
 * A range costs one instruction however many calls it holds, a decision is six or seven
 * comparisons away, and every number belongs to a range: the last one is open upwards, so the
 * calls of kernels to come, and the x32 ABI's (bit 30 set), get what the table says of the unknown.
 *
 * The kernel (5.11 and later) tries each number once when a filter is loaded and remembers those
 * that are allowed whatever their arguments are; such calls never run the filter again. This works
 * only while deciding reads nothing but arch and nr, hence: no check on a call that is hot, such
 * as openat, without a need that is worth its price.
 *
 * Arguments are 64-bit and a filter sees 32 bits at a time. Tests look at the low half and only for
 * equality or for set bits: every argument tested here is an int or unsigned int for the kernel,
 * which ignores the high half. A test that compared it too would be passed by by setting it.
 *
 * The kernel walks forward only, by at most 255 instructions. So the program is built from its end:
 * what is jumped to exists already when a jump is made, and FILTER_MAX keeps all in reach.
 */
#ifndef SEAL_GEN_LIB_FILTER_H
#define SEAL_GEN_LIB_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* A decision with arguments costs as many steps as its path has; 150 is the budget of the whole. */
enum { FILTER_MAX = 150 };

/* Where a decision leads: to a verdict, or to a check of arguments that finds one. */
struct filter_target {
	int check;        /* index into filter_spec.checks, or FILTER_VERDICT */
	uint32_t verdict; /* SECCOMP_RET_*, with FILTER_VERDICT only */
};

enum { FILTER_VERDICT = -1 };

/*
 * One question about the low 32 bits of an argument. `any`: is one of the bits of value set?
 * Otherwise: is it, after `& mask`, equal to value?
 */
struct filter_test {
	unsigned arg; /* 0 to 5 */
	bool any;
	uint32_t mask; /* UINT32_MAX = the whole half; not with any */
	uint32_t value;
	struct filter_target then;
};

/* Tests in order: the first that holds decides. A check leads only to checks before it. */
struct filter_check {
	const struct filter_test *tests;
	size_t n;
	struct filter_target otherwise;
};

/* What becomes of one system call. */
struct filter_rule {
	uint32_t nr;
	struct filter_target then;
};

struct filter_spec {
	uint32_t arch; /* AUDIT_ARCH_* */
	const struct filter_rule *rules;
	size_t n_rules; /* in any order, each number once, none UINT32_MAX */
	const struct filter_check *checks;
	size_t n_checks;
	uint32_t unknown; /* the verdict for every other number and for every other ABI */
};

struct filter_program {
	struct sock_filter insns[FILTER_MAX];
	size_t n;
};

/*
 * Compiles SPEC into *OUT. Returns false if that takes more than FILTER_MAX instructions; out->n
 * is then how many (255 = that many or more). SPEC itself is the caller's word: its indices are in
 * range, its numbers are unique. ARENA is for what the compiler needs while it works.
 */
bool filter_compile(
	const struct filter_spec *spec, struct arena *arena, struct filter_program *out);

#endif
