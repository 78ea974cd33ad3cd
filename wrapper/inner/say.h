/*
 * say: inner's messages, as base/die.h would print them, without a C library.
 */
#ifndef SEAL_INNER_SAY_H
#define SEAL_INNER_SAY_H

#include <stddef.h>

/*
 * SAY(error, part...) writes one line to standard error: "seal-exec: ", the parts, and unless ERROR
 * is 0 ": " and what strerror(3) would say. Longer lines are cut. The parts must be safe to print.
 */
#define SAY(error, ...) say(error, (const char *const[]){__VA_ARGS__, NULL})
void say(int error, const char *const *parts);

/* The same, then ends the process with 125. */
#define REFUSE(error, ...) refuse(error, (const char *const[]){__VA_ARGS__, NULL})
_Noreturn void refuse(int error, const char *const *parts);

/* S in OUT (SIZE bytes, with its NUL), all but printable ASCII as "\xNN"; OUT. Cut if too long. */
const char *printable(char *out, size_t size, const char *s);

#endif
