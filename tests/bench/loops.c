/*
 * loops: one system call, over and over, so that what a sandbox adds to each shows.
 *
 *	loops getpid COUNT            nothing but the way into the kernel: the filter's cost
 *	loops stat COUNT FILE         the way to a file; Landlock has no say in it
 *	loops open COUNT FILE         Landlock walks from the file up to the rule that allows it
 *	loops nothing 0               a process that starts and ends: the C library's floor
 */
#include <err.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static void loop_open(long n, const char *file)
{
	int fd;

	while (n-- > 0) {
		fd = open(file, O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			err(1, "%s", file);
		close(fd);
	}
}

static void loop_stat(long n, const char *file)
{
	struct stat st;

	while (n-- > 0)
		if (stat(file, &st) != 0)
			err(1, "%s", file);
}

static void loop_getpid(long n)
{
	while (n-- > 0)
		syscall(SYS_getpid);
}

int main(int argc, char **argv)
{
	long n;

	if (argc < 3)
		return 2;
	n = strtol(argv[2], NULL, 10);
	if (strcmp(argv[1], "getpid") == 0)
		loop_getpid(n);
	else if (strcmp(argv[1], "stat") == 0 && argc == 4)
		loop_stat(n, argv[3]);
	else if (strcmp(argv[1], "open") == 0 && argc == 4)
		loop_open(n, argv[3]);
	else if (strcmp(argv[1], "nothing") != 0)
		return 2;
	return 0;
}
