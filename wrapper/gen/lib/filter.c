#include "gen/lib/filter.h"

#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

/* Where the parts of struct seccomp_data are. Both architectures here are little-endian. */
enum {
	AT_NR = offsetof(struct seccomp_data, nr),
	AT_ARCH = offsetof(struct seccomp_data, arch),
	AT_ARGS = offsetof(struct seccomp_data, args),
};

/* A return that exists already. */
struct ret {
	uint32_t verdict;
	unsigned at;
};

/*
 * A program while it grows from its end. An instruction is named by its distance to the end (the
 * last one is 0), which does not change when more is put in front. There is room for more than a
 * program may have, so that one that is too long can be told by how much.
 */
struct builder {
	struct sock_filter code[UINT8_MAX]; /* code[0] is the last instruction */
	unsigned n;
	unsigned *checks; /* where each check starts */
	VEC(struct ret) rets;
	struct arena *arena;
};

/* Numbers from first up to where the next range starts; the last range has no end. */
struct range {
	uint32_t first;
	unsigned at; /* where its decision is made */
};

struct ranges {
	struct range *v;
	size_t n, cap;
};

/* Puts an instruction in front and yields its name. */
static unsigned put(struct builder *b, struct sock_filter insn)
{
	if (b->n == UINT8_MAX)
		return 0;
	b->code[b->n] = insn;
	return b->n++;
}

static unsigned put_load(struct builder *b, size_t offset)
{
	return put(b, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset));
}

/* How many instructions the next one put must skip to get to the one named TO. */
static uint8_t skip(const struct builder *b, unsigned to)
{
	return (uint8_t)(b->n - 1 - to);
}

/* OP is BPF_JEQ, BPF_JGE or BPF_JSET. */
static unsigned put_jump(struct builder *b, unsigned op, uint32_t k, unsigned yes, unsigned no)
{
	uint8_t jt = skip(b, yes), jf = skip(b, no);

	return put(b, (struct sock_filter)BPF_JUMP((uint16_t)(BPF_JMP | op | BPF_K), k, jt, jf));
}

/* The return of VERDICT, put where it is first needed. */
static unsigned ret_at(struct builder *b, uint32_t verdict)
{
	struct ret *r;
	size_t i;

	for (i = 0; i < b->rets.n; i++) {
		if (b->rets.v[i].verdict == verdict)
			return b->rets.v[i].at;
	}
	r = vec_push(b->arena, &b->rets);
	r->verdict = verdict;
	r->at = put(b, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, verdict));
	return r->at;
}

static unsigned target_at(struct builder *b, struct filter_target t)
{
	return t.check == FILTER_VERDICT ? ret_at(b, t.verdict) : b->checks[t.check];
}

static bool same_target(struct filter_target a, struct filter_target b)
{
	return a.check == b.check && (a.check != FILTER_VERDICT || a.verdict == b.verdict);
}

/* True if A and B look at the same bits, so that what was loaded for A serves B. */
static bool same_operand(const struct filter_test *a, const struct filter_test *b)
{
	uint32_t mask_a = a->any ? UINT32_MAX : a->mask, mask_b = b->any ? UINT32_MAX : b->mask;

	return a->arg == b->arg && mask_a == mask_b;
}

static void put_operand(struct builder *b, const struct filter_test *t)
{
	if (!t->any && t->mask != UINT32_MAX)
		put(b, (struct sock_filter)BPF_STMT(BPF_ALU | BPF_AND | BPF_K, t->mask));
	put_load(b, AT_ARGS + t->arg * sizeof(uint64_t));
}

/*
 * Tests from the last to the first. A load falls into what was put just before it; all that a jump
 * leads to, returns included, exists before the jump is put, so nothing comes between. Neighbours
 * that ask for bits of one argument and lead to one place are one question: is any of all these
 * bits set?
 */
static unsigned put_check(struct builder *b, const struct filter_check *c)
{
	unsigned next = target_at(b, c->otherwise);
	size_t i;

	for (i = c->n; i-- > 0;) {
		const struct filter_test *t = &c->tests[i];
		uint32_t value = t->value;

		for (; t->any && i > 0 && t[-1].any && t[-1].arg == t->arg &&
			same_target(t[-1].then, t->then);
			i--, t--)
			value |= t[-1].value;
		next = put_jump(b, t->any ? BPF_JSET : BPF_JEQ, value, target_at(b, t->then), next);
		if (i == 0 || !same_operand(t - 1, t)) {
			put_operand(b, t);
			next = b->n - 1;
		}
	}
	return next;
}

static int by_number(const void *x, const void *y)
{
	const struct filter_rule *a = x, *b = y;

	return (a->nr > b->nr) - (a->nr < b->nr);
}

/* From FIRST on the decision is made at AT; nothing new if it was before. */
static void range_from(struct arena *arena, struct ranges *r, uint32_t first, unsigned at)
{
	struct range *next;

	if (r->n && r->v[r->n - 1].at == at)
		return;
	next = vec_push(arena, r);
	next->first = first;
	next->at = at;
}

/* All numbers from 0 on, as ranges that differ from their neighbours. */
static struct ranges make_ranges(struct builder *b, const struct filter_spec *spec)
{
	struct filter_rule *rules = arena_calloc(b->arena, spec->n_rules + 1, sizeof *rules);
	unsigned unknown = ret_at(b, spec->unknown);
	struct ranges r = {0};
	uint32_t next = 0;
	size_t i;

	if (spec->n_rules)
		memcpy(rules, spec->rules, spec->n_rules * sizeof *rules);
	qsort(rules, spec->n_rules, sizeof *rules, by_number);
	for (i = 0; i < spec->n_rules; i++) {
		if (rules[i].nr > next)
			range_from(b->arena, &r, next, unknown);
		range_from(b->arena, &r, rules[i].nr, target_at(b, rules[i].then));
		next = rules[i].nr + 1;
	}
	range_from(b->arena, &r, next, unknown);
	return r;
}

/* The tree over the N ranges at R: halves, down to one range, which is where it leads. */
static unsigned put_tree(struct builder *b, const struct range *r, size_t n)
{
	unsigned low, high;

	if (n == 1)
		return r->at;
	high = put_tree(b, r + n / 2, n - n / 2);
	low = put_tree(b, r, n / 2);
	return put_jump(b, BPF_JGE, r[n / 2].first, high, low);
}

bool filter_compile(const struct filter_spec *spec, struct arena *arena, struct filter_program *out)
{
	struct builder b = {.arena = arena};
	struct ranges ranges;
	unsigned start;
	size_t i;

	b.checks = arena_calloc(arena, spec->n_checks + 1, sizeof *b.checks);
	for (i = 0; i < spec->n_checks; i++)
		b.checks[i] = put_check(&b, &spec->checks[i]);
	ranges = make_ranges(&b, spec);
	start = put_tree(&b, ranges.v, ranges.n);
	if (ranges.n > 1)
		start = put_load(&b, AT_NR); /* falls into the tree's root */
	put_jump(&b, BPF_JEQ, spec->arch, start, ret_at(&b, spec->unknown));
	put_load(&b, AT_ARCH);

	out->n = b.n;
	if (b.n > FILTER_MAX)
		return false;
	for (i = 0; i < b.n; i++)
		out->insns[i] = b.code[b.n - 1 - i];
	return true;
}
