#include "cli/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"

int terminal_open(const char **why)
{
	cleanup_fd int tty = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (tty < 0) {
		*why = "there is no terminal to ask on";
		return -1;
	}
	if (tcgetpgrp(tty) != getpgrp()) {
		*why = "a job in the background cannot ask";
		return -1;
	}
	return fd_steal(&tty);
}

bool terminal_ask(int tty, const char *question, char *answer, size_t size)
{
	size_t len = 0;
	ssize_t n;
	char c;

	tcflush(tty, TCIFLUSH);
	if (!fd_write_all(tty, question, strlen(question)))
		return false;
	for (;;) {
		n = read(tty, &c, 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			fd_write_all(tty, "\n", 1);
			return false;
		}
		if (c == '\n' || c == '\r') /* CR: the terminal was left in raw mode */
			break;
		if (len + 1 < size)
			answer[len++] = c;
	}
	answer[len] = '\0';
	return true;
}

unsigned terminal_columns(int fd)
{
	enum { USUAL = 80 };
	struct winsize size;

	if (!isatty(fd))
		return 0;
	return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : USUAL;
}
