/*
 * wire: the plan's way into the sandbox. The front writes what `inner` must do as length-prefixed
 * strings into a sealed memory file; inner reads it back. Both ends are the same binary on the
 * same machine, so numbers are native; the reader still checks every length, because a file
 * descriptor can be anything.
 */
#ifndef SEAL_BASE_WIRE_H
#define SEAL_BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/strbuf.h"

void wire_put_u32(struct strbuf *b, uint32_t n);
void wire_put_str(struct strbuf *b, const char *s); /* NULL is kept apart from "" */

/* What is left to read; `bad` sticks at the first short or malformed item. */
struct wire {
	const char *at, *end;
	bool bad;
};

uint32_t wire_get_u32(struct wire *w);

/* The next string: points into the wire's own bytes (NUL-terminated there); NULL for NULL. */
const char *wire_get_str(struct wire *w);

/*
 * A memory file that holds the LEN bytes, at offset 0, sealed against every change; survives
 * exec. -1 with errno. memfd_create(2), F_ADD_SEALS in fcntl(2).
 */
int wire_memfd(const char *name, const void *bytes, size_t len);

#endif
