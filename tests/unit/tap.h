/*
 * tap: the C unit tests' way to speak TAP (the Test Anything Protocol) to prove.
 *
 *	#include "tap.h"
 *
 *	int main(void)
 *	{
 *		ok(1 + 1 == 2, "one and one");
 *		is_int(strlen("abc"), 3, "length of %s", "abc");
 *		is_str(name, "cargo", "the name");
 *		return done_testing();
 *	}
 *
 * Each check is one test with a printf-like name and returns whether it held. A failure says what
 * was got and wanted, and where. Include this in the one file of a test that has main.
 */
#ifndef SEAL_TESTS_TAP_H
#define SEAL_TESTS_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_run, tap_failed;

#define ok(cond, ...)          tap_ok(!!(cond), #cond, __FILE__, __LINE__, __VA_ARGS__)
#define is_int(got, want, ...) tap_is_int((got), (want), __FILE__, __LINE__, __VA_ARGS__)
#define is_str(got, want, ...) tap_is_str((got), (want), __FILE__, __LINE__, __VA_ARGS__)

/* Prints TEXT after "#   LABEL", its newlines too: a line without # would be TAP. */
static inline void tap_note(const char *label, const char *text)
{
	printf("#   %s ", label);
	for (; text && *text; text++)
		*text == '\n' ? printf("\n#     ") : putchar(*text);
	puts(text ? "" : "(NULL)");
}

/* The line of one test. In its name a # would begin a directive. */
static inline bool tap_line(bool good, const char *file, int line, const char *fmt, va_list ap)
{
	char name[256], *p;

	vsnprintf(name, sizeof name, fmt, ap);
	for (p = name; *p; p++)
		if (*p == '#' || *p == '\n')
			*p = '.';
	printf("%sok %d - %s\n", good ? "" : "not ", ++tap_run, name);
	tap_failed += !good;
	if (!good)
		printf("#   failed at %s:%d\n", file, line);
	fflush(stdout); /* what is said is not lost with a crash */
	return good;
}

__attribute__((format(printf, 5, 6))) static inline bool tap_ok(
	bool good, const char *cond, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_line(good, file, line, fmt, ap);
	va_end(ap);
	if (!good)
		tap_note("not true:", cond);
	return good;
}

__attribute__((format(printf, 5, 6))) static inline bool tap_is_int(
	long long got, long long want, const char *file, int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	tap_line(got == want, file, line, fmt, ap);
	va_end(ap);
	if (got != want)
		printf("#   got %lld, wanted %lld\n", got, want);
	return got == want;
}

/* NULL equals NULL only. */
__attribute__((format(printf, 5, 6))) static inline bool tap_is_str(
	const char *got, const char *want, const char *file, int line, const char *fmt, ...)
{
	bool good = got && want ? strcmp(got, want) == 0 : got == want;
	va_list ap;

	va_start(ap, fmt);
	tap_line(good, file, line, fmt, ap);
	va_end(ap);
	if (!good) {
		tap_note("got:   ", got);
		tap_note("wanted:", want);
	}
	return good;
}

/* The plan, at the end; main's exit status. No test at all is a failure. */
static inline int done_testing(void)
{
	printf("1..%d\n", tap_run);
	return tap_failed || !tap_run;
}

#endif
