/*
 * golden: files that say what a result was, to hold the next one against.
 */
#ifndef SEAL_TESTS_GOLDEN_H
#define SEAL_TESTS_GOLDEN_H

#include "base/arena.h"
#include "base/strbuf.h"

/* The bytes of PATH in ARENA, NULL if there is no such file. */
const char *golden_read(const char *path, struct arena *arena);

/* Makes PATH hold TEXT; ends the test where that fails. */
void golden_write(const char *path, const struct strbuf *text);

/* Prints, as notes, the first line in which GOT and WANT differ: all of both would be no help. */
void golden_note(const char *got, const char *want);

#endif
