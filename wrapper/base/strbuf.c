#include "base/strbuf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/die.h"
#include "base/escape.h"

static void strbuf_room(struct strbuf *b, size_t more)
{
	size_t want = b->cap ? b->cap : 128;
	char *s;

	if (more >= SIZE_MAX / 4 - b->len)
		die("out of memory");
	if (b->len + more + 1 <= b->cap)
		return;
	while (want < b->len + more + 1)
		want *= 2;
	if (!(s = realloc(b->s, want)))
		die("out of memory");
	b->s = s;
	b->cap = want;
}

void strbuf_add(struct strbuf *b, const void *bytes, size_t len)
{
	strbuf_room(b, len);
	if (len)
		memcpy(b->s + b->len, bytes, len);
	b->len += len;
	b->s[b->len] = '\0';
}

void strbuf_addc(struct strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_adds(struct strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_addf(struct strbuf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("cannot format a message");
	strbuf_room(b, (size_t)n);
	va_start(ap, fmt);
	vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void strbuf_add_escaped(struct strbuf *b, const char *s)
{
	/* The longest form of one byte is "\x1b"; of a sequence, "\u{e0fff}" for four bytes. */
	size_t room = strlen(s) * 4 + 1;

	strbuf_room(b, room);
	b->len += escape_line(b->s + b->len, room, s);
}

/* JSON's escape is of UTF-16: two for what is beyond its 16 bits (RFC 8259). */
static void add_json_hidden(struct strbuf *b, unsigned cp)
{
	if (cp < 0x10000)
		strbuf_addf(b, "\\u%04x", cp);
	else
		strbuf_addf(b, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10),
			0xdc00 + ((cp - 0x10000) & 0x3ff));
}

void strbuf_add_json(struct strbuf *b, const char *s)
{
	size_t len = strlen(s), i, used;
	unsigned cp = 0;

	strbuf_addc(b, '"');
	for (i = 0; i < len; i += used) {
		used = utf8_decode(s + i, len - i, &cp);
		if (used == 0) {
			strbuf_adds(b, "\\ufffd");
			used = 1;
		} else if (cp == '"' || cp == '\\') {
			strbuf_addf(b, "\\%c", (char)cp);
		} else if (codepoint_hidden(cp)) {
			add_json_hidden(b, cp);
		} else {
			strbuf_add(b, s + i, used);
		}
	}
	strbuf_addc(b, '"');
}

void strbuf_add_shell(struct strbuf *b, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_@%+=:,./-";
	const unsigned char *p;

	if (*s && strspn(s, plain) == strlen(s)) {
		strbuf_adds(b, s);
		return;
	}
	for (p = (const unsigned char *)s; *p >= 0x20 && *p != 0x7f; p++)
		;
	strbuf_adds(b, *p ? "$'" : "'");
	if (!*p) {
		for (; *s; s++)
			*s == '\'' ? strbuf_adds(b, "'\\''") : strbuf_addc(b, *s);
	} else {
		for (p = (const unsigned char *)s; *p; p++) {
			if (*p < 0x20 || *p == 0x7f)
				strbuf_addf(b, "\\%03o", *p);
			else if (*p == '\'' || *p == '\\')
				strbuf_addf(b, "\\%c", *p);
			else
				strbuf_addc(b, (char)*p);
		}
	}
	strbuf_addc(b, '\'');
}

void strbuf_release(struct strbuf *b)
{
	free(b->s);
	b->s = NULL;
	b->len = b->cap = 0;
}
