#include "inner/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "inner/sys.h"
#include "model/orders.h"
#include "model/syscall_filter.h"

/*
 * The ABI that this program was compiled for, which is the one the kernel reports for its calls.
 * Not asked of uname: a 32-bit program on a 64-bit kernel would hear of the kernel's. 0 matches no
 * filter.
 */
#if defined(__x86_64__) && defined(__LP64__)
static const uint32_t own_abi = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__) && defined(__LP64__) && !defined(__AARCH64EB__)
static const uint32_t own_abi = AUDIT_ARCH_AARCH64;
#else
static const uint32_t own_abi = 0;
#endif

/* The filter of ALL for this ABI; 0 or -errno. */
static int load(const struct syscall_filter *all, bool debug)
{
	const struct syscall_filter *f;
	struct sock_fprog program;

	for (f = all; f->name && (f->arch != own_abi || f->debug != debug);)
		f++;
	if (!f->name)
		return -ENOSYS;
	program.len = f->n;
	/* The kernel reads it only; its struct has no const. */
	program.filter = (struct sock_filter *)f->insns;
	/* No flags: which mitigations come with a filter is the administrator's choice, and there
	 * is one thread. */
	return (int)SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

int seccomp_apply(bool debug, uint32_t flags)
{
	static const struct {
		uint32_t flag;
		const struct syscall_filter *all;
	} more[] = {
		{ORDERS_NO_INTERNET, no_internet_filters},
		{ORDERS_TCP_ONLY, tcp_only_filters},
		{ORDERS_NO_NAMESPACES, no_namespaces_filters},
	};
	int r = (int)SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	size_t i;

	if (r == 0)
		r = load(syscall_filters, debug);
	for (i = 0; i < sizeof more / sizeof *more && r == 0; i++)
		if (flags & more[i].flag)
			r = load(more[i].all, false);
	return r;
}
