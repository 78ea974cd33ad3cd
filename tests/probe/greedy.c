/*
 * greedy WHAT N: takes as much of something as it gets, at most N, and prints "COUNT ERRNO": how
 * much that was, and the number of the error that ended it (0: none did).
 *
 *	greedy processes N    children that wait, then ended
 *	greedy threads N      threads that wait
 *	greedy memory N       MiB, each page touched
 *	greedy files N        descriptors beside 0 to 2
 *	greedy crash          dies of SIGABRT
 *	greedy limits         prints "NAME SOFT HARD" of the resources that seal-exec limits
 *	greedy raise          tries to raise each hard limit by one, prints "NAME ERRNO"
 *
 * Exit: 0, 2 for a wrong call.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static long processes(long most)
{
	pid_t *children = calloc((size_t)most + 1, sizeof *children);
	long n = 0;
	int error = 0;

	while (children && n < most) {
		children[n] = fork();
		if (children[n] == 0)
			for (;;)
				pause();
		if (children[n] < 0) {
			error = errno;
			break;
		}
		n++;
	}
	for (most = 0; most < n; most++)
		kill(children[most], SIGKILL);
	while (waitpid(-1, NULL, 0) > 0)
		;
	errno = error;
	return n;
}

static void *wait_for_ever(void *nothing)
{
	for (;;)
		pause();
	return nothing;
}

static long threads(long most)
{
	pthread_attr_t small;
	pthread_t thread;
	long n;

	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 64 * 1024);
	for (n = 0; n < most; n++) {
		errno = pthread_create(&thread, &small, wait_for_ever, NULL);
		if (errno)
			break;
	}
	return n;
}

static long memory(long most)
{
	enum { MIB = 1024 * 1024 };
	long n;

	for (n = 0; n < most; n++) {
		void *p =
			mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED)
			return n;
		memset(p, 1, MIB);
	}
	errno = 0;
	return n;
}

static long files(long most)
{
	long n;

	for (n = 0; n < most; n++)
		if (dup(0) < 0)
			return n;
	errno = 0;
	return n;
}

static const struct {
	const char *name;
	unsigned resource;
} rows[] = {
	{"data", RLIMIT_DATA},
	{"nproc", RLIMIT_NPROC},
	{"nofile", RLIMIT_NOFILE},
	{"core", RLIMIT_CORE},
};

static int each_limit(int raise)
{
	struct rlimit r;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		getrlimit(rows[i].resource, &r);
		if (!raise) {
			printf("%s %lld %lld\n", rows[i].name, (long long)r.rlim_cur,
				(long long)r.rlim_max);
			continue;
		}
		r.rlim_max++;
		printf("%s %d\n", rows[i].name, setrlimit(rows[i].resource, &r) ? errno : 0);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long most = argc > 2 ? atol(argv[2]) : 0, n;

	if (strcmp(what, "limits") == 0 || strcmp(what, "raise") == 0)
		return each_limit(what[0] == 'r');
	if (strcmp(what, "crash") == 0)
		abort();
	errno = 0;
	if (strcmp(what, "processes") == 0)
		n = processes(most);
	else if (strcmp(what, "threads") == 0)
		n = threads(most);
	else if (strcmp(what, "memory") == 0)
		n = memory(most);
	else if (strcmp(what, "files") == 0)
		n = files(most);
	else
		return 2;
	printf("%ld %d\n", n, errno);
	fflush(stdout);
	_exit(0); /* threads wait for ever */
}
