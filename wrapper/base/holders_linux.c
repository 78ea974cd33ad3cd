#include "base/holders.h"
#include "base/pidfd.h"

#include <dirent.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A holder may fork while it is looked for; each round ends all that the last one made. */
enum { ROUNDS = 16 };

static bool holds(pid_t pid, const char *target)
{
	char path[64], link[64];
	struct dirent *e;
	bool found = false;
	ssize_t n;
	DIR *d;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	d = opendir(path); /* others' cannot be opened */
	while (d && !found && (e = readdir(d))) {
		n = readlinkat(dirfd(d), e->d_name, link, sizeof link - 1);
		link[n > 0 ? n : 0] = '\0';
		found = strcmp(link, target) == 0;
	}
	if (d)
		closedir(d);
	return found;
}

/* The pidfd is opened first and the process looked at again, so that no other one is hit. */
static void kill_holder(pid_t pid, const char *target)
{
	int fd = pidfd_of(pid);

	if (fd >= 0 && holds(pid, target))
		pidfd_signal(fd, SIGKILL);
	if (fd >= 0)
		close(fd);
}

void holders_kill(ino_t ino)
{
	char target[64];
	struct dirent *e;
	bool found = true;
	int round;
	pid_t pid;
	DIR *d;

	snprintf(target, sizeof target, "socket:[%lu]", (unsigned long)ino);
	for (round = 0; round < ROUNDS && found; round++) {
		found = false;
		d = opendir("/proc");
		while (d && (e = readdir(d))) {
			pid = (pid_t)strtol(e->d_name, NULL, 10);
			if (pid <= 0 || pid == getpid() || !holds(pid, target))
				continue;
			found = true;
			kill_holder(pid, target);
		}
		if (d)
			closedir(d);
	}
}
