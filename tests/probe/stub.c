/*
 * stub: stands in for a tool that is not installed, under its name. Each line of standard input is
 * one thing to do, and is answered by a line: the same, a tab, and what came of it.
 *
 *	read PATH	its first line
 *	write PATH	adds a line to what is there
 *	make PATH	makes a file that is not there
 *	exists PATH	what it is: dir, file, other
 *	connect PATH	to a Unix socket
 *	env NAME	its value
 *
 * What fails is answered by "!" and the name of the error. Static: it runs in any view.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static const char *error_name(void)
{
	const char *name = strerrorname_np(errno);

	return name ? name : "?";
}

static int put(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0600);
	int failed = fd < 0 || write(fd, "stub\n", 5) != 5;

	if (fd >= 0 && close(fd) != 0)
		failed = 1;
	return failed ? -1 : 0;
}

static int dial(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strncpy(to.sun_path, path, sizeof to.sun_path - 1);
	return fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ? -1 : 0;
}

static int get(const char *path, char *line, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, line, size - 1);

	if (n < 0)
		return -1;
	line[n] = '\0';
	line[strcspn(line, "\n")] = '\0';
	return 0;
}

static int look(const char *path, char *line, size_t size)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return -1;
	snprintf(line, size, "%s",
		S_ISDIR(st.st_mode)           ? "dir"
			: S_ISREG(st.st_mode) ? "file"
					      : "other");
	return 0;
}

static void act(const char *verb, const char *what)
{
	char answer[256] = "ok";
	int failed = 0;

	errno = 0;
	if (strcmp(verb, "read") == 0)
		failed = get(what, answer, sizeof answer);
	else if (strcmp(verb, "write") == 0)
		failed = put(what, O_APPEND);
	else if (strcmp(verb, "make") == 0)
		failed = put(what, O_CREAT | O_EXCL);
	else if (strcmp(verb, "exists") == 0)
		failed = look(what, answer, sizeof answer);
	else if (strcmp(verb, "connect") == 0)
		failed = dial(what);
	else if (strcmp(verb, "env") == 0)
		snprintf(answer, sizeof answer, "%s", getenv(what) ? getenv(what) : "!unset");
	else
		exit(2);
	printf("%s %s\t%s%s\n", verb, what, failed ? "!" : "", failed ? error_name() : answer);
}

int main(void)
{
	char line[4352], *what;

	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		what = strchr(line, ' ');
		if (!what)
			return 2;
		*what = '\0';
		act(line, what + 1);
	}
	return fflush(stdout) == 0 ? 0 : 2;
}
