/*
 * The system call filters, asked about every call that matters without making one.
 *
 * Two witnesses who do not know each other: the profile (what it lists must come out, what it does
 * not must be ENOSYS) and the tables below, written by hand from the kernel's numbers and from
 * what must be contained. The last part shows that the second witness would notice: each refusal
 * is taken out of the profile in turn, and the tables must object.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "bpf.h"
#include "gen/lib/syscall_profile.h"
#include "model/around.h"
#include "model/syscall_filter.h"
#include "read/toml.h"
#include "tap.h"

#define ALLOW SECCOMP_RET_ALLOW
#define E(e)  (SECCOMP_RET_ERRNO | (uint32_t)(e))

enum { NONE = -1 }; /* an architecture that has no such call */

/* What is refused, with its numbers on both architectures. */
static const struct refused {
	const char *name;
	int x86_64, aarch64, error;
} refused[] = {
	{"ptrace", 101, 117, EPERM},
	{"syslog", 103, 116, EPERM},
	{"uselib", 134, NONE, EPERM},
	{"vhangup", 153, 58, EPERM},
	{"modify_ldt", 154, NONE, EPERM},
	{"pivot_root", 155, 41, EPERM},
	{"_sysctl", 156, NONE, EPERM},
	{"adjtimex", 159, 171, EPERM},
	{"chroot", 161, 51, EPERM},
	{"acct", 163, 89, EPERM},
	{"settimeofday", 164, 170, EPERM},
	{"mount", 165, 40, EPERM},
	{"umount2", 166, 39, EPERM},
	{"swapon", 167, 224, EPERM},
	{"swapoff", 168, 225, EPERM},
	{"reboot", 169, 142, EPERM},
	{"sethostname", 170, 161, EPERM},
	{"setdomainname", 171, 162, EPERM},
	{"iopl", 172, NONE, EPERM},
	{"ioperm", 173, NONE, EPERM},
	{"create_module", 174, NONE, EPERM},
	{"init_module", 175, 105, EPERM},
	{"delete_module", 176, 106, EPERM},
	{"get_kernel_syms", 177, NONE, EPERM},
	{"query_module", 178, NONE, EPERM},
	{"quotactl", 179, 60, EPERM},
	{"nfsservctl", 180, 42, EPERM},
	{"lookup_dcookie", 212, 18, EPERM},
	{"clock_settime", 227, 112, EPERM},
	{"mbind", 237, 235, EPERM},
	{"set_mempolicy", 238, 237, EPERM},
	{"kexec_load", 246, 104, EPERM},
	{"add_key", 248, 217, EPERM},
	{"request_key", 249, 218, EPERM},
	{"keyctl", 250, 219, EPERM},
	{"migrate_pages", 256, 238, EPERM},
	{"move_pages", 279, 239, EPERM},
	{"perf_event_open", 298, 241, EPERM},
	{"fanotify_init", 300, 262, EPERM},
	{"fanotify_mark", 301, 263, EPERM},
	{"name_to_handle_at", 303, 264, EPERM},
	{"open_by_handle_at", 304, 265, EPERM},
	{"clock_adjtime", 305, 266, EPERM},
	{"setns", 308, 268, EPERM},
	{"process_vm_readv", 310, 270, EPERM},
	{"process_vm_writev", 311, 271, EPERM},
	{"kcmp", 312, 272, EPERM},
	{"finit_module", 313, 273, EPERM},
	{"kexec_file_load", 320, 294, EPERM},
	{"bpf", 321, 280, EPERM},
	{"userfaultfd", 323, 282, EPERM},
	{"io_uring_setup", 425, 425, ENOSYS},
	{"io_uring_enter", 426, 426, ENOSYS},
	{"io_uring_register", 427, 427, ENOSYS},
	{"open_tree", 428, 428, EPERM},
	{"move_mount", 429, 429, EPERM},
	{"fsopen", 430, 430, EPERM},
	{"fsconfig", 431, 431, EPERM},
	{"fsmount", 432, 432, EPERM},
	{"fspick", 433, 433, EPERM},
	{"clone3", 435, 435, ENOSYS},
	{"pidfd_getfd", 438, 438, EPERM},
	{"mount_setattr", 442, 442, EPERM},
	{"quotactl_fd", 443, 443, EPERM},
	{"memfd_secret", 447, 447, EPERM},
	{"set_mempolicy_home_node", 450, 450, EPERM},
	{"statmount", 457, 457, ENOSYS},
	{"listmount", 458, 458, ENOSYS},
	{"lsm_get_self_attr", 459, 459, ENOSYS},
	{"lsm_set_self_attr", 460, 460, ENOSYS},
	{"lsm_list_modules", 461, 461, ENOSYS},
	{"open_tree_attr", 467, 467, EPERM},
	{"file_getattr", 468, 468, ENOSYS},
	{"file_setattr", 469, 469, ENOSYS},
};

/* The calls whose arguments are looked at. */
struct numbers {
	const char *name;
	uint32_t arch;
	uint32_t ioctl, socket, socketpair, clone, unshare, personality, seccomp, prctl;
};

static const struct numbers machines[SYSCALL_ARCHES] = {
	{"x86_64", AUDIT_ARCH_X86_64, 16, 41, 53, 56, 272, 135, 317, 157},
	{"aarch64", AUDIT_ARCH_AARCH64, 29, 198, 199, 220, 97, 92, 277, 167},
};

/* A program that is asked, and what it was found to say wrongly. */
struct witness {
	const struct sock_filter *insns;
	size_t n;
	const struct numbers *m;
	bool debug; /* the filter that lets debuggers work */
	bool quiet;
	unsigned asked, wrong;
};

static struct bpf_result run(
	const struct witness *w, uint32_t arch, uint32_t nr, const uint64_t args[6])
{
	struct seccomp_data data = {.nr = (int)nr, .arch = arch};

	if (args)
		memcpy(data.args, args, sizeof data.args);
	return bpf_run(w->insns, w->n, &data);
}

/* Asks about NR with three arguments and compares. */
static void expect(
	struct witness *w, uint32_t nr, uint64_t a0, uint64_t a1, uint64_t a2, uint32_t want)
{
	uint64_t args[6] = {a0, a1, a2, 0, 0, 0};
	uint32_t got = run(w, w->m->arch, nr, args).verdict;

	w->asked++;
	if (got == want)
		return;
	if (w->wrong++ < 5 && !w->quiet)
		printf("# %s: call %u (0x%llx, 0x%llx, 0x%llx): 0x%x, not 0x%x\n", w->m->name, nr,
			(unsigned long long)a0, (unsigned long long)a1, (unsigned long long)a2, got,
			want);
}

/* The same with the upper halves of the arguments set: the kernel does not look at them. */
static void expect_int(
	struct witness *w, uint32_t nr, uint32_t a0, uint32_t a1, uint32_t a2, uint32_t want)
{
	const uint64_t high = UINT64_C(0xffffffff) << 32, odd = UINT64_C(1) << 32;

	expect(w, nr, a0, a1, a2, want);
	expect(w, nr, a0 | high, a1 | high, a2 | high, want);
	expect(w, nr, a0 | odd, a1 | odd, a2 | odd, want);
}

/* The calls that a debugger needs. */
static bool for_debuggers(const char *name)
{
	return strcmp(name, "ptrace") == 0 || strncmp(name, "process_vm_", 11) == 0;
}

static void ask_refused(struct witness *w)
{
	const struct refused *r;

	for (r = refused; r < refused + sizeof refused / sizeof *refused; r++) {
		int nr = w->m->arch == AUDIT_ARCH_X86_64 ? r->x86_64 : r->aarch64;
		uint32_t want = w->debug && for_debuggers(r->name) ? ALLOW : E(r->error);

		if (nr != NONE)
			expect_int(w, (uint32_t)nr, 0, UINT32_MAX, 2, want);
	}
}

/* Every request of the terminal's, keyboard's and console's number ranges, and some beyond. */
static void ask_ioctl(struct witness *w)
{
	static const uint32_t bad[] = {
		0x540c, 0x5412, 0x541c, 0x541d, 0x541f, 0x5423, 0x5437, 0x5457};
	static const uint32_t good[] = {
		0, 0x8910, 0x80045430, 0x40045431, 0x80685600, 0xc0004b00, 0x94095412, UINT32_MAX};
	uint32_t request;
	size_t i;

	for (request = 0x4a00; request < 0x5800; request++) {
		uint32_t group = request >> 8;
		bool refuse = group == 0x4b || group == 0x56;

		for (i = 0; i < sizeof bad / sizeof *bad; i++)
			refuse |= request == bad[i];
		expect_int(w, w->m->ioctl, 0, request, 0, refuse ? E(EPERM) : ALLOW);
	}
	for (i = 0; i < sizeof good / sizeof *good; i++)
		expect_int(w, w->m->ioctl, 1, good[i], 0x5412, ALLOW);
}

static uint32_t socket_verdict(uint32_t family, uint32_t type, uint32_t protocol)
{
	switch (family) {
	case 1: /* AF_UNIX */
		return ALLOW;
	case 2:  /* AF_INET */
	case 10: /* AF_INET6 */
		if ((type & 0xf) != 1 && (type & 0xf) != 2)
			return E(EPERM);
		return protocol == 0 || protocol == 6 || protocol == 17 ? ALLOW
									: E(EPROTONOSUPPORT);
	case 16: /* AF_NETLINK */
		return protocol == 0 ? ALLOW : E(EPROTONOSUPPORT);
	default:
		return E(EAFNOSUPPORT);
	}
}

/* Families x types with and without flags x protocols: the first, L2TP, SCTP, SMC, MPTCP. */
static void ask_socket(struct witness *w)
{
	static const uint32_t flags[] = {0, 02000000, 04000, 02004000, 0xfffffff0};
	static const uint32_t protocols[] = {0, 1, 2, 4, 5, 6, 7, 9, 15, 16, 17, 18, 58, 115, 132,
		136, 255, 256, 262, 0x10000, 0x10006};
	uint32_t family, type;
	size_t i, k;

	for (family = 0; family < 64; family++) {
		for (type = 0; type < 16; type++) {
			for (k = 0; k < sizeof protocols / sizeof *protocols; k++) {
				uint32_t protocol = protocols[k];
				uint32_t want = socket_verdict(family, type, protocol);

				i = (family + type + k) % (sizeof flags / sizeof *flags);
				expect_int(
					w, w->m->socket, family, type | flags[i], protocol, want);
				expect_int(w, w->m->socketpair, family, type | flags[i], protocol,
					want);
			}
		}
	}
	expect_int(w, w->m->socket, UINT32_MAX, 1, 0, E(EAFNOSUPPORT));
	expect_int(w, w->m->socket, 2, 1, UINT32_MAX, E(EPROTONOSUPPORT));
}

/* Flags one by one, alone and with what a thread's or fork's call has. */
static void ask_namespaces(struct witness *w)
{
	static const uint32_t usual[] = {0, 17, 0x01200011, 0x3d0f00, 0x4111};
	uint32_t bit, flag;
	size_t i;

	for (i = 0; i < sizeof usual / sizeof *usual; i++) {
		expect_int(w, w->m->clone, usual[i], 0, 0, ALLOW);
		for (bit = 0; bit < 32; bit++) {
			uint32_t want;

			flag = UINT32_C(1) << bit;
			want = flag & 0x7e020080 ? E(EPERM) : ALLOW;
			expect_int(w, w->m->clone, usual[i] | flag, UINT32_MAX, 0, want);
			expect_int(w, w->m->unshare, usual[i] | flag, 0, 0, want);
		}
	}
}

static void ask_the_rest(struct witness *w)
{
	uint32_t bit;

	expect_int(w, w->m->prctl, AROUND_QUESTION, 0, 0, E(EISNAM));
	for (bit = 0; bit < 32; bit++)
		expect_int(w, w->m->prctl, AROUND_QUESTION ^ UINT32_C(1) << bit, 0, 0, ALLOW);
	expect_int(w, w->m->personality, 0, 0, 0, ALLOW);
	expect_int(w, w->m->personality, UINT32_MAX, 0, 0, ALLOW);
	for (bit = 0; bit < 32; bit++) {
		bool same_addresses = w->debug && bit == 18;

		expect_int(w, w->m->personality, UINT32_C(1) << bit, 0, 0,
			same_addresses ? ALLOW : E(EPERM));
	}
	expect_int(w, w->m->personality, 0x0440000, 0, 0, E(EPERM));
	for (bit = 0; bit < 32; bit++)
		expect_int(w, w->m->seccomp, 1, UINT32_C(1) << bit, 0, bit == 3 ? E(EPERM) : ALLOW);
	expect_int(w, w->m->seccomp, 8, 0, 8, ALLOW);
	expect_int(w, w->m->seccomp, 1, 0x19, 0, E(EPERM));
}

static unsigned ask_all(struct witness *w)
{
	ask_refused(w);
	ask_ioctl(w);
	ask_socket(w);
	ask_namespaces(w);
	ask_the_rest(w);
	return w->wrong;
}

/* What the profile says of the call number NR on the machine; NULL if nothing. */
static const struct profile_call *find_call(
	const struct syscall_profile *p, const struct syscall_arch *arch, uint32_t nr)
{
	const struct profile_call *c;

	for (c = p->calls.v; c < p->calls.v + p->calls.n; c++) {
		if (syscall_number(p, arch, c->name) == (int32_t)nr)
			return c;
	}
	return NULL;
}

/* Every number up to 1023: as listed, whatever the arguments; not listed, ENOSYS. */
static void test_numbers(
	struct witness *w, const struct syscall_profile *p, const struct syscall_arch *arch)
{
	unsigned listed = 0, looked = 0, deepest = 0;
	uint64_t ones[6];
	uint32_t nr;

	memset(ones, 0xff, sizeof ones);
	w->asked = w->wrong = 0;
	for (nr = 0; nr < 1024; nr++) {
		const struct profile_call *c = find_call(p, arch, nr);
		struct bpf_result r = run(w, arch->audit, nr, ones);
		uint32_t want = !c                           ? E(ENOSYS)
			: w->debug && for_debuggers(c->name) ? ALLOW
							     : c->then.verdict;

		listed += c != NULL;
		if (c && c->then.check != FILTER_VERDICT)
			continue;
		expect(w, nr, 0, 0, 0, want);
		expect(w, nr, ones[0], ones[1], ones[2], want);
		looked += r.reads_args != 0;
		if (r.compares > deepest)
			deepest = r.compares;
	}
	ok(w->wrong == 0 && listed > 250, "%s: %u calls are as listed, the other numbers ENOSYS",
		arch->name, listed);
	is_int((long)looked, 0, "%s: no argument is read for a call without a check", arch->name);
	ok(deepest <= 9, "%s: a decision takes %u comparisons at most", arch->name, deepest);
}

/* No other ABI, and nothing of x32 by its bit or of what a debugger may put in place of a number.
 */
static void test_foreign(struct witness *w, const struct numbers *other)
{
	const uint32_t foreign[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_PPC64LE,
		other->arch, w->m->arch & ~(uint32_t)__AUDIT_ARCH_64BIT, 0, UINT32_MAX};
	unsigned wrong = 0;
	uint32_t nr;
	size_t i;

	for (nr = 0; nr < 1024; nr++) {
		for (i = 0; i < sizeof foreign / sizeof *foreign; i++)
			wrong += run(w, foreign[i], nr, NULL).verdict != E(ENOSYS);
		wrong += run(w, w->m->arch, nr | 0x40000000, NULL).verdict != E(ENOSYS);
		wrong += run(w, w->m->arch, nr | 0x80000000, NULL).verdict != E(ENOSYS);
		wrong += run(w, w->m->arch, UINT32_MAX - nr, NULL).verdict != E(ENOSYS);
	}
	is_int((long)wrong, 0, "%s: foreign ABIs and x32 have no calls", w->m->name);
}

/* The program of SPEC for the machine and the purpose of LIKE, asked everything; how much was
 * wrong. */
static unsigned wrong_of(
	const struct filter_spec *spec, const struct witness *like, struct arena *arena)
{
	struct filter_program program;
	struct witness w = {.m = like->m, .debug = like->debug, .quiet = true};

	if (!filter_compile(spec, arena, &program))
		return 0;
	w.insns = program.insns;
	w.n = program.n;
	return ask_all(&w);
}

/* Allows in turn each call that is refused. */
static void mutate_rules(
	const struct filter_spec *spec, const struct witness *like, struct arena *arena)
{
	struct filter_rule *rules = arena_calloc(arena, spec->n_rules, sizeof *rules);
	struct filter_spec mutant = *spec;
	struct witness w = {.m = like->m, .debug = like->debug, .quiet = true};
	struct filter_program program;
	unsigned mutants = 0, missed = 0;
	size_t i;

	mutant.rules = rules;
	for (i = 0; i < spec->n_rules; i++) {
		if (spec->rules[i].then.check != FILTER_VERDICT ||
			spec->rules[i].then.verdict == ALLOW)
			continue;
		memcpy(rules, spec->rules, spec->n_rules * sizeof *rules);
		rules[i].then.verdict = ALLOW;
		mutants++;
		w.wrong = 0;
		if (filter_compile(&mutant, arena, &program)) {
			w.insns = program.insns;
			w.n = program.n;
			ask_refused(&w);
		}
		if (w.wrong == 0) {
			missed++;
			printf("# %s: nobody misses the refusal of call %u\n", w.m->name,
				spec->rules[i].nr);
		}
	}
	ok(mutants > 50 && missed == 0, "%s: each of %u refusals, taken away, is missed",
		like->m->name, mutants);
}

/* Drops in turn each test of each check, and each check of a call. */
static void mutate_checks(
	const struct filter_spec *spec, const struct witness *like, struct arena *arena)
{
	struct filter_check *checks = arena_calloc(arena, spec->n_checks, sizeof *checks);
	struct filter_spec mutant = *spec;
	unsigned mutants = 0, missed = 0;
	size_t i, k;

	mutant.checks = checks;
	for (i = 0; i < spec->n_checks; i++) {
		for (k = 0; k < spec->checks[i].n; k++) {
			struct filter_test *tests =
				arena_calloc(arena, spec->checks[i].n, sizeof *tests);
			size_t after = spec->checks[i].n - k - 1;

			memcpy(checks, spec->checks, spec->n_checks * sizeof *checks);
			memcpy(tests, spec->checks[i].tests, k * sizeof *tests);
			memcpy(tests + k, spec->checks[i].tests + k + 1, after * sizeof *tests);
			checks[i].tests = tests;
			checks[i].n--;
			mutants++;
			if (wrong_of(&mutant, like, arena) == 0) {
				missed++;
				printf("# %s: nobody misses test %zu of check %zu\n", like->m->name,
					k, i);
			}
		}
	}
	ok(mutants > 20 && missed == 0, "%s: each of %u tests of arguments, taken away, is missed",
		like->m->name, mutants);
}

/* The filter of ARCH, for debuggers or not. */
static void test_filter(const struct syscall_profile *p, const struct syscall_arch *arch,
	struct witness *w, const struct numbers *other, struct arena *arena)
{
	struct filter_spec spec = syscall_profile_spec(p, arch, w->debug, arena);
	const char *what = arena_printf(arena, "%s%s", arch->name, w->debug ? ", debug" : "");
	struct filter_program program = {.n = 0};
	const struct syscall_filter *built;
	bool fits;

	fits = filter_compile(&spec, arena, &program);
	ok(fits && program.n <= 150, "%s: %zu instructions", what, program.n);
	is_str(bpf_check(program.insns, program.n), NULL, "%s: a program that the kernel takes",
		what);
	for (built = syscall_filters;
		built->name && !(built->arch == arch->audit && built->debug == w->debug); built++)
		;
	ok(built->name && built->n == program.n &&
			memcmp(built->insns, program.insns, program.n * sizeof *program.insns) == 0,
		"%s: it is the one that was built in", what);
	w->insns = program.insns;
	w->n = program.n;
	test_numbers(w, p, arch);
	test_foreign(w, other);
	w->asked = w->wrong = 0;
	ask_all(w);
	ok(w->wrong == 0 && w->asked > 100000, "%s%s: %u questions about arguments and refusals",
		w->debug ? "[SC-10] [SC-17] " : "[SC-04] ", what, w->asked);
	mutate_rules(&spec, w, arena);
	mutate_checks(&spec, w, arena);
}

int main(int argc, char **argv)
{
	const char *file = argc > 1 ? argv[1] : "profiles/syscalls.toml";
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct strbuf out = STRBUF_INIT;
	char *text = arena_alloc(&arena, TOML_MAX_BYTES);
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : fd_read_all(fd, text, TOML_MAX_BYTES);
	struct syscall_profile p;
	bool read = len > 0 && syscall_profile_read(file, text, (size_t)len, &arena, &diags, &p);
	int i, debug;

	ok(read, "%s is read", file);
	if (!read) {
		diag_render(&diags, &out);
		tap_note("told:", out.s ? out.s : strerror(errno));
		return done_testing();
	}
	for (i = 0; i < SYSCALL_ARCHES; i++)
		for (debug = 0; debug < 2; debug++) {
			struct witness w = {.m = &machines[i], .debug = debug};

			test_filter(&p, &syscall_arches[i], &w, &machines[1 - i], &arena);
		}
	strbuf_release(&out);
	arena_release(&arena);
	return done_testing();
}
