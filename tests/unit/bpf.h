/*
 * bpf: an interpreter of the classic BPF that seccomp accepts, for tests of filters.
 *
 * Says what the kernel would say to a call without making it, for any architecture, on any
 * machine. Stricter than it needs to be: what the kernel would refuse to load, and what a correct
 * compiler has no reason to write, is an error here.
 */
#ifndef SEAL_TESTS_UNIT_BPF_H
#define SEAL_TESTS_UNIT_BPF_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Looks at a program as the kernel does before it loads one: known instructions, aligned loads
 * within struct seccomp_data, jumps inside of the program, a return at its end; and, beyond the
 * kernel, no instruction that nothing leads to. Returns NULL, or what is wrong.
 */
const char *bpf_check(const struct sock_filter *insns, size_t n);

/* What running it told. */
struct bpf_result {
	uint32_t verdict;  /* SECCOMP_RET_* with its data; BPF_FAULT if it ran off the program */
	unsigned steps;    /* instructions executed */
	unsigned compares; /* of these, comparisons */
	int reads_args;    /* whether an argument or the instruction pointer was loaded */
};

/* No filter of ours returns this. */
#define BPF_FAULT UINT32_C(0xdead0000)

struct bpf_result bpf_run(
	const struct sock_filter *insns, size_t n, const struct seccomp_data *data);

#endif
