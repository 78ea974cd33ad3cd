#include "launch/program.h"

#include <errno.h>
#include <stdint.h>

#include "base/die.h"
#include "base/memfd.h"

/* The Makefile makes the file first, and this again when it changes. */
__asm__(".pushsection .rodata\n"
	".balign 8\n"
	".globl inner_program, inner_program_size\n"
	"inner_program_size:\n"
	".quad inner_program_end - inner_program\n"
	"inner_program:\n"
	".incbin \"inner/inner\"\n" /* the Makefile says in which folder */
	"inner_program_end:\n"
	".popsection\n");

extern const uint64_t inner_program_size;
extern const char inner_program[];

int program_open(void)
{
	int fd = memfd_program("seal-exec-inner", inner_program, inner_program_size);

	if (fd < 0 && errno == EACCES)
		die("this kernel executes nothing from memory, which every run needs; set the "
		    "sysctl vm.memfd_noexec to 0 or 1");
	if (fd < 0)
		die_errno("cannot make the program that starts the command");
	return fd;
}
