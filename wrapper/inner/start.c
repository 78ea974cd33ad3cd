/*
 * What a C library would have brought: the first instruction, and the functions that a compiler
 * may call for an assignment or a loop even where the code names none.
 */
#include <stddef.h>

#include "inner/inner.h"

/* The kernel starts a program with the stack pointer at argc; argv and its NULL are above. elf(5)
 */
#if defined(__x86_64__)
__asm__(".pushsection .text\n"
	".globl _start\n"
	".type _start, @function\n"
	"_start:\n"
	"	xor %ebp, %ebp\n" /* the outermost frame */
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call inner_start\n"
	"	hlt\n"
	".popsection\n");
#elif defined(__aarch64__)
__asm__(".pushsection .text\n"
	".globl _start\n"
	".type _start, %function\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x30, #0\n"
	"	mov x0, sp\n" /* aligned by the kernel */
	"	bl inner_start\n"
	"	brk #0\n"
	".popsection\n");
#endif

void inner_start(long *stack)
{
	inner_main((int)*stack, (const char *const *)(stack + 1));
}

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* Hides from the compiler that a loop is one of these functions: it would call itself. */
#define KEEP_LOOP() __asm__ volatile("" ::: "memory")

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	return memmove(to, from, n);
}

void *memmove(void *to, const void *from, size_t n)
{
	const unsigned char *f = from;
	unsigned char *t = to;
	size_t i;

	for (i = 0; i < n; i++) {
		size_t at = t < f ? i : n - 1 - i;

		t[at] = f[at];
		KEEP_LOOP();
	}
	return to;
}

void *memset(void *to, int byte, size_t n)
{
	unsigned char *t = to;
	size_t i;

	for (i = 0; i < n; i++) {
		t[i] = (unsigned char)byte;
		KEEP_LOOP();
	}
	return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *p = a, *q = b;
	size_t i;

	for (i = 0; i < n; i++) {
		if (p[i] != q[i])
			return p[i] < q[i] ? -1 : 1;
		KEEP_LOOP();
	}
	return 0;
}
