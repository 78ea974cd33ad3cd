/*
 * strbuf: a growing byte string on the heap, for output that is built up and then written once.
 * Always NUL-terminated after the first addition. Out of memory ends the process (die).
 */
#ifndef SEAL_BASE_STRBUF_H
#define SEAL_BASE_STRBUF_H

#include <stddef.h>

struct strbuf {
	char *s; /* NULL while empty and never added to */
	size_t len, cap;
};

#define STRBUF_INIT \
	{           \
		0   \
	}

void strbuf_add(struct strbuf *b, const void *bytes, size_t len);
void strbuf_addc(struct strbuf *b, char c);
void strbuf_adds(struct strbuf *b, const char *s);
void strbuf_addf(struct strbuf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* S made safe for a terminal (base/escape.h). */
void strbuf_add_escaped(struct strbuf *b, const char *s);

/* S as a JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void strbuf_add_json(struct strbuf *b, const char *s);

/* S as one word of a POSIX shell: bare if plain, else quoted ($'..' where it holds controls). */
void strbuf_add_shell(struct strbuf *b, const char *s);

/* Frees the bytes; the buffer is as new. */
void strbuf_release(struct strbuf *b);

#endif
