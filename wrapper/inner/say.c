#include "inner/say.h"

#include <errno.h>

#include "base/die.h"
#include "inner/sys.h"

/* What a start of a command runs into; any other errno is told as its number. */
static const struct {
	int error;
	const char *text;
} errors[] = {
	{EPERM, "Operation not permitted"},
	{ENOENT, "No such file or directory"},
	{EIO, "Input/output error"},
	{E2BIG, "Argument list too long"},
	{ENOEXEC, "Exec format error"},
	{EBADF, "Bad file descriptor"},
	{EAGAIN, "Resource temporarily unavailable"},
	{ENOMEM, "Cannot allocate memory"},
	{EACCES, "Permission denied"},
	{EFAULT, "Bad address"},
	{EBUSY, "Device or resource busy"},
	{ENODEV, "No such device"},
	{ENOTDIR, "Not a directory"},
	{EISDIR, "Is a directory"},
	{EINVAL, "Invalid argument"},
	{ENFILE, "Too many open files in system"},
	{EMFILE, "Too many open files"},
	{ETXTBSY, "Text file busy"},
	{ENOSPC, "No space left on device"},
	{ENAMETOOLONG, "File name too long"},
	{ENOSYS, "Function not implemented"},
	{ELOOP, "Too many levels of symbolic links"},
	{ELIBBAD, "Accessing a corrupted shared library"},
	{EOPNOTSUPP, "Operation not supported"},
};

struct line {
	char s[4096];
	size_t n;
};

static void add(struct line *l, const char *s)
{
	while (*s && l->n < sizeof l->s - 1) /* room for the newline */
		l->s[l->n++] = *s++;
}

static void add_number(struct line *l, int n)
{
	char digit[2] = {(char)('0' + n % 10), '\0'};

	if (n >= 10)
		add_number(l, n / 10);
	add(l, digit);
}

static void add_error(struct line *l, int error)
{
	size_t i;

	add(l, ": ");
	for (i = 0; i < sizeof errors / sizeof *errors; i++) {
		if (errors[i].error == error) {
			add(l, errors[i].text);
			return;
		}
	}
	add(l, "error ");
	add_number(l, error);
}

void say(int error, const char *const *parts)
{
	struct line l = {.n = 0};

	add(&l, "seal-exec: ");
	for (; *parts; parts++)
		add(&l, *parts);
	if (error)
		add_error(&l, error);
	l.s[l.n++] = '\n';
	SYS3(SYS_write, 2, l.s, l.n); /* nobody is left to tell if it fails */
}

void refuse(int error, const char *const *parts)
{
	say(error, parts);
	sys_exit(EXIT_REFUSED);
}

const char *printable(char *out, size_t size, const char *s)
{
	static const char digits[] = "0123456789abcdef";
	size_t n = 0;

	for (; *s && n + 5 <= size; s++) {
		unsigned char c = (unsigned char)*s;

		if (c >= 0x20 && c < 0x7f) {
			out[n++] = *s;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = digits[c >> 4];
		out[n++] = digits[c & 15];
	}
	out[n] = '\0';
	return out;
}
