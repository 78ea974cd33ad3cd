#include "base/process.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"

/* The fields of proc(5)'s stat. The second one, the name, may hold anything but ends with the last
 * parenthesis. */
enum { NAME = 2, START = 22 };

bool process_look(pid_t pid, struct process *out)
{
	char path[64], text[1024];
	const char *p;
	ssize_t n;
	int field;

	snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : fd_read_all(fd, text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	p = strrchr(text, ')');
	if (!p || strlen(p) < sizeof ") S 1" - 1)
		return false;
	out->state = p[2];
	out->parent = (pid_t)strtol(p + 4, NULL, 10);
	for (field = NAME; p && field < START; field++)
		p = strchr(p + 1, ' ');
	out->started = p ? strtoull(p + 1, NULL, 10) : 0;
	return true;
}
