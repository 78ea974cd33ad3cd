/*
 * die: the end of a run that must not start its command.
 *
 * Every failure before the exec of the command is exit 125, one line on stderr that starts with
 * "seal-exec: " and holds no control character (DESIGN: messages are escaped, whoever wrote
 * their parts). 126 and 127 belong to the exec itself.
 */
#ifndef SEAL_BASE_DIE_H
#define SEAL_BASE_DIE_H

enum exit_code {
	EXIT_REFUSED = 125,     /* seal-exec failed or refused; the command did not start */
	EXIT_CANNOT_EXEC = 126, /* the command was found and cannot be executed */
	EXIT_NOT_FOUND = 127,   /* the command was not found */
};

/* "seal-exec: TEXT" on stderr, escaped, one write. */
void warn_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* warn_line, then exit 125. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same with ": strerror(errno)" at the end. */
_Noreturn void die_errno(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
