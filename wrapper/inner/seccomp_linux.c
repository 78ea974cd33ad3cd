#include "inner/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "inner/sys.h"
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

static const struct syscall_filter *own_filter(bool debug)
{
	const struct syscall_filter *f;

	for (f = syscall_filters; f->name; f++) {
		if (f->arch == own_abi && f->debug == debug)
			return f;
	}
	return NULL;
}

int seccomp_apply(bool debug)
{
	const struct syscall_filter *f = own_filter(debug);
	struct sock_fprog program;
	long r;

	if (!f)
		return -ENOSYS;
	program.len = f->n;
	/* The kernel reads it only; its struct has no const. */
	program.filter = (struct sock_filter *)f->insns;
	r = SYS5(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (r != 0)
		return (int)r;
	/* No flags: which mitigations come with a filter is the administrator's choice, and there
	 * is one thread. */
	return (int)SYS3(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}
