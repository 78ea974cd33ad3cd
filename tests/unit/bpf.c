#include "bpf.h"

#include <stdbool.h>
#include <string.h>

enum { BPF_MAX = 4096 };

static bool is_jump(uint16_t code)
{
	return BPF_CLASS(code) == BPF_JMP && code != (BPF_JMP | BPF_JA);
}

/* What is wrong with the instruction at AT, looked at alone. */
static const char *check_one(const struct sock_filter *insns, size_t n, size_t at)
{
	const struct sock_filter *f = &insns[at];

	switch (f->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		if (f->k % 4 != 0 || f->k >= sizeof(struct seccomp_data))
			return "loads from outside of seccomp_data";
		break;
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_RET | BPF_K:
		break;
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_K:
		if (at + 1 + f->jt >= n || at + 1 + f->jf >= n)
			return "jumps out of the program";
		break;
	default:
		return "an instruction that no filter of ours needs";
	}
	if (!is_jump(f->code) && (f->jt || f->jf))
		return "a jump where none can be";
	if (at + 1 == n && BPF_CLASS(f->code) != BPF_RET)
		return "runs off its end";
	return NULL;
}

const char *bpf_check(const struct sock_filter *insns, size_t n)
{
	bool reached[BPF_MAX + 1] = {true};
	const char *wrong;
	size_t i;

	if (n == 0 || n > BPF_MAX)
		return "no program, or one that is too long";
	for (i = 0; i < n; i++) {
		if (!reached[i])
			return "an instruction that nothing leads to";
		if ((wrong = check_one(insns, n, i)))
			return wrong;
		if (is_jump(insns[i].code))
			reached[i + 1 + insns[i].jt] = reached[i + 1 + insns[i].jf] = true;
		else if (BPF_CLASS(insns[i].code) != BPF_RET)
			reached[i + 1] = true;
	}
	return NULL;
}

/* How far a jump at F goes with A in the accumulator. */
static size_t jump(const struct sock_filter *f, uint32_t a)
{
	bool holds = BPF_OP(f->code) == BPF_JEQ ? a == f->k
		: BPF_OP(f->code) == BPF_JGE    ? a >= f->k
						: (a & f->k) != 0;

	return 1 + (size_t)(holds ? f->jt : f->jf);
}

struct bpf_result bpf_run(
	const struct sock_filter *insns, size_t n, const struct seccomp_data *data)
{
	struct bpf_result r = {.verdict = BPF_FAULT};
	const struct sock_filter *f;
	uint32_t a = 0;
	size_t at = 0;

	while (at < n) {
		f = &insns[at];
		if (check_one(insns, n, at))
			return r;
		r.steps++;
		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			memcpy(&a, (const char *)data + f->k, sizeof a);
			r.reads_args |= f->k >= offsetof(struct seccomp_data, instruction_pointer);
			at++;
			break;
		case BPF_ALU:
			a &= f->k;
			at++;
			break;
		case BPF_JMP:
			r.compares++;
			at += jump(f, a);
			break;
		default:
			r.verdict = f->k;
			return r;
		}
	}
	return r;
}
