/*
 * The compiler of filters on specifications that the profile does not happen to hold, and the
 * reader of profiles on what is wrong with them.
 */
#include <errno.h>
#include <linux/audit.h>
#include <string.h>

#include "bpf.h"
#include "gen/lib/syscall_profile.h"
#include "tap.h"

#define ALLOW SECCOMP_RET_ALLOW
#define E(e)  (SECCOMP_RET_ERRNO | (uint32_t)(e))

/* A profile with a fault, and where and what the reader says of it. */
static const struct fault {
	const char *text, *want;
} faults[] = {
	{"", "p: no default"},
	{"default = \"EWHAT\"\n", "p:1:11: \"EWHAT\" is no verdict"},
	{"default = 1\n", "p:1:11: default is a string here, not an integer"},
	{"defalt = \"ENOSYS\"\n", "p:1:1: \"defalt\" is no key"},
	{"default = \"ENOSYS\"\n[[allow]]\ncalls = [\"read\"]\n", "p:2:3: [[allow]] needs a why"},
	{"default = \"ENOSYS\"\n[[allow]]\nwhy = \"w\"\ncalls = [\"raed\"]\n",
		"p:4:10: no architecture has"},
	{"default = \"ENOSYS\"\n[deny.EPERM]\nptrace = \"\"\n", "p:3:10: the reason is empty"},
	{"default = \"ENOSYS\"\n[deny.allow]\nptrace = \"w\"\n", "p:2:7: \"allow\" is no errno"},
	{"default = \"ENOSYS\"\n[deny.EPERM]\nptrace = \"w\"\n[deny.ENOSYS]\nptrace = \"w\"\n",
		"p:5:1: ptrace is decided already in line 3"},
	{"default = \"ENOSYS\"\n[numbers]\nread = 0\n", "p:3:8: numbers from 424 on"},
	{"default = \"ENOSYS\"\n[numbers]\nclone3 = 436\n", "p:3:1: clone3 is 435 on x86_64"},
	{"default = \"ENOSYS\"\n[check.a]\ntests = []\n", "p:2:8: a check needs an else"},
	{"default = \"ENOSYS\"\n[check.a]\ntests = []\nelse = \"a\"\n",
		"p:4:8: \"a\" is no verdict and no check"},
	{"default = \"ENOSYS\"\n[check.a]\ntests = [{arg = 6}]\nelse = \"allow\"\n",
		"p:3:17: arg is from 0 to 5"},
	{"default = \"ENOSYS\"\n[check.a]\ntests = [{arg = 0, is = 1}]\nelse = \"allow\"\n",
		"p:3:10: a test needs arg, then and why"},
	{"default = \"ENOSYS\"\n[check.a]\ntests = [{arg = 0, then = \"allow\", why = "
	 "\"w\"}]\nelse = \"allow\"\n",
		"p:3:10: a test needs either is or any"},
	{"default = \"ENOSYS\"\n[check.a]\n"
	 "tests = [{arg = 0, mask = 0xf, is = 0x10, then = \"EPERM\", why = \"w\"}]\nelse = "
	 "\"allow\"\n",
		"p:3:10: this test can never hold"},
	{"default = \"ENOSYS\"\n[check.allow]\nelse = \"EPERM\"\n",
		"p:2:8: \"allow\" is a verdict"},
};

static void test_faults(struct arena *arena)
{
	const struct fault *f;

	for (f = faults; f < faults + sizeof faults / sizeof *faults; f++) {
		struct diags diags = {.arena = arena};
		struct strbuf out = STRBUF_INIT;
		struct syscall_profile p;
		bool read = syscall_profile_read("p", f->text, strlen(f->text), arena, &diags, &p);

		diag_render(&diags, &out);
		if (!ok(!read && out.s && strstr(out.s, f->want), "a fault is told: %s", f->want))
			tap_note("told:", out.s);
		strbuf_release(&out);
	}
}

/* Calls that alternate: each costs two instructions. */
static void test_too_long(struct arena *arena)
{
	struct filter_rule rules[200];
	struct filter_spec spec = {AUDIT_ARCH_X86_64, rules, 0, NULL, 0, E(ENOSYS)};
	struct filter_program program;
	bool fits;

	for (; spec.n_rules < 60; spec.n_rules++) {
		struct filter_target allow = {FILTER_VERDICT, ALLOW};

		rules[spec.n_rules] = (struct filter_rule){(uint32_t)spec.n_rules * 2, allow};
	}
	fits = filter_compile(&spec, arena, &program);
	ok(fits && !bpf_check(program.insns, program.n), "60 calls apart take %zu instructions",
		program.n);
	for (; spec.n_rules < 200; spec.n_rules++)
		rules[spec.n_rules] =
			(struct filter_rule){(uint32_t)spec.n_rules * 2, rules[0].then};
	fits = filter_compile(&spec, arena, &program);
	ok(!fits && program.n > 150, "200 are refused");
}

/* A call with two arguments, and the verdict on it. */
struct question {
	int nr;
	uint32_t a0, a1, want;
};

/* What the profile does not happen to have: neighbours that must not become one question. */
static void test_neighbours(struct arena *arena)
{
	static const struct filter_target yes = {FILTER_VERDICT, ALLOW};
	static const struct filter_target no = {FILTER_VERDICT, E(EPERM)};
	static const struct filter_target none = {FILTER_VERDICT, E(ENOSYS)};
	const struct filter_test tests[] = {
		{0, true, UINT32_MAX, 1, yes},
		{0, true, UINT32_MAX, 2, no},
		{0, true, UINT32_MAX, 4, no},
		{1, true, UINT32_MAX, 8, no},
		{1, false, 0xf0, 0x10, yes},
		{1, false, UINT32_MAX, 0x21, yes},
	};
	const struct filter_check check = {tests, sizeof tests / sizeof *tests, none};
	const struct filter_rule rule = {3, {0, 0}};
	const struct filter_spec spec = {AUDIT_ARCH_X86_64, &rule, 1, &check, 1, E(ENOSYS)};
	static const struct question asked[] = {
		{3, 1, 0, ALLOW},
		{3, 7, 8, ALLOW},
		{3, 2, 0x10, E(EPERM)},
		{3, 4, 0x10, E(EPERM)},
		{3, 8, 8, E(EPERM)},
		{3, 0, 0x17, ALLOW},
		{3, 0, 0x21, ALLOW},
		{3, 0, 0x22, E(ENOSYS)},
		{3, 16, 0x110, ALLOW},
		{2, 1, 0x10, E(ENOSYS)},
		{4, 1, 0x10, E(ENOSYS)},
	};
	const struct question *q;
	const uint64_t high = UINT64_C(1) << 32;
	struct filter_program program;
	bool fits = filter_compile(&spec, arena, &program);

	ok(fits && !bpf_check(program.insns, program.n), "a check of neighbours is compiled");
	for (q = asked; q < asked + sizeof asked / sizeof *asked; q++) {
		struct seccomp_data data = {
			.nr = q->nr, .arch = spec.arch, .args = {q->a0, high | q->a1}};

		is_int(bpf_run(program.insns, program.n, &data).verdict, q->want,
			"call %d with 0x%x, 0x%x", q->nr, q->a0, q->a1);
	}
}

int main(void)
{
	struct arena arena = ARENA_INIT;

	test_neighbours(&arena);
	test_too_long(&arena);
	test_faults(&arena);
	arena_release(&arena);
	return done_testing();
}
