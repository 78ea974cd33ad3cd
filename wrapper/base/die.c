#include "base/die.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/escape.h"

/* No allocation on this path: it is where "out of memory" ends. Longer text is cut. */
static void say(const char *fmt, va_list ap, const char *tail)
{
	char raw[2048], line[4096] = "seal-exec: ";
	size_t head = strlen(line), n;
	ssize_t done;

	vsnprintf(raw, sizeof raw, fmt, ap);
	n = head + escape_line(line + head, sizeof line - head - 1, raw);
	if (tail) {
		snprintf(raw, sizeof raw, ": %s", tail);
		n += escape_line(line + n, sizeof line - n - 1, raw);
	}
	line[n++] = '\n';
	done = write(STDERR_FILENO, line, n);
	(void)done; /* nobody is left to tell */
}

void warn_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, NULL);
	va_end(ap);
}

void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, NULL);
	va_end(ap);
	exit(EXIT_REFUSED);
}

void die_errno(const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;

	va_start(ap, fmt);
	say(fmt, ap, why);
	va_end(ap);
	exit(EXIT_REFUSED);
}
