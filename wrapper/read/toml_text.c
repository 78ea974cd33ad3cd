/*
 * The text of a TOML file: its bytes, its lines and its errors.
 *
 * Some bytes are errors wherever they stand: what is not UTF-8, control characters but tab and
 * newline, a carriage return alone. One scan before the reading finds the first of them, and
 * the reading ends there as at the end of a file; the lexers then never see one, and an error that
 * comes earlier in the text is still the one that is told.
 */
#include "read/toml_priv.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"

/* Bytes of a text that messages quote at most: enough to find it again. */
enum { QUOTE_MAX = 60 };

/* How many of the LEN bytes at S come before the first that TOML refuses. */
static size_t clean_length(const char *s, size_t len)
{
	size_t i = 0, used;
	unsigned cp = 0;

	while (i < len) {
		unsigned char c = (unsigned char)s[i];

		if ((c >= 0x20 && c < 0x7f) || c == '\n' || c == '\t')
			used = 1;
		else if (c == '\r')
			used = i + 1 < len && s[i + 1] == '\n' ? 2 : 0;
		else
			used = c < 0x80 ? 0 : utf8_decode(s + i, len - i, &cp);
		if (used == 0)
			break;
		i += used;
	}
	return i;
}

bool toml_text_open(struct toml_text *t, const char *text, size_t len)
{
	size_t clean;

	/* A byte order mark says nothing in UTF-8; columns count from behind it. */
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		text += 3;
		len -= 3;
	}
	if (len == 0)
		text = ""; /* it may have been NULL */
	t->start = t->at = t->line_start = t->counted = text;
	t->line = 1;
	if (len > TOML_MAX_BYTES) {
		t->end = text + len;
		return toml_fail(t, text + TOML_MAX_BYTES,
			"the file has more than %d KiB; shorten it or split it",
			TOML_MAX_BYTES / 1024);
	}
	clean = clean_length(text, len);
	t->end = text + clean;
	t->left = len - clean;
	return true;
}

struct place toml_place(struct toml_text *t, const char *p)
{
	const char *newline;

	if (p < t->line_start) {
		t->line_start = t->counted = t->start;
		t->line = 1;
	}
	while (t->counted < p) {
		newline = memchr(t->counted, '\n', (size_t)(p - t->counted));
		if (!newline) {
			t->counted = p;
			break;
		}
		t->counted = t->line_start = newline + 1;
		t->line++;
	}
	return (struct place){t->file, t->line, (int)(p - t->line_start) + 1};
}

/* What is wrong with the first refused byte, and what to do about it. */
static void fail_byte(struct toml_text *t)
{
	struct place at = toml_place(t, t->end);
	unsigned char c = (unsigned char)*t->end;

	if (t->end == t->start && t->left >= 2 &&
		(memcmp(t->end, "\xff\xfe", 2) == 0 || memcmp(t->end, "\xfe\xff", 2) == 0))
		diag_add(t->diags, at, "the file is UTF-16; save it as UTF-8");
	else if (c == 0)
		diag_add(t->diags, at,
			"a NUL byte: TOML is text in UTF-8; save the file so, or write \\u0000 in "
			"a "
			"\"string\"");
	else if (c == '\r')
		diag_add(t->diags, at,
			"a carriage return without a line feed; end lines with LF or CR LF, or "
			"write \\r in a \"string\"");
	else if (c < 0x80)
		diag_add(t->diags, at,
			"the control character U+%04X; remove it, or write \\u%04x in a \"string\"",
			c, c);
	else
		diag_add(t->diags, at, "the byte 0x%02x is not UTF-8 here; save the file as UTF-8",
			c);
}

bool toml_fail(struct toml_text *t, const char *p, const char *fmt, ...)
{
	char what[512];
	va_list ap;

	if (t->failed)
		return false;
	t->failed = true;
	if (t->left && t->at >= t->end) {
		fail_byte(t);
		return false;
	}
	va_start(ap, fmt);
	vsnprintf(what, sizeof what, fmt, ap);
	va_end(ap);
	diag_add(t->diags, toml_place(t, p), "%s", what);
	return false;
}

const char *toml_quoted(struct toml_text *t, const char *s, size_t len)
{
	size_t n = len;

	if (n > QUOTE_MAX) {
		n = QUOTE_MAX;
		while (n > 0 && (s[n] & 0xc0) == 0x80) /* not inside a character */
			n--;
	}
	return arena_printf(t->arena, "`%.*s%s`", (int)n, s, n < len ? "..." : "");
}

const char *toml_found(struct toml_text *t, const char *p)
{
	unsigned cp = 0;

	if (p >= t->end)
		return "the end of the file";
	if (*p == '\n' || *p == '\r')
		return "the end of the line";
	return toml_quoted(t, p, utf8_decode(p, (size_t)(t->end - p), &cp));
}

void toml_skip_spaces(struct toml_text *t)
{
	while (t->at < t->end && (*t->at == ' ' || *t->at == '\t'))
		t->at++;
}

void toml_skip_comment(struct toml_text *t)
{
	const char *newline;

	toml_skip_spaces(t);
	if (toml_peek(t) != '#')
		return;
	newline = memchr(t->at, '\n', (size_t)(t->end - t->at));
	if (!newline)
		t->at = t->end;
	else
		t->at = newline[-1] == '\r' ? newline - 1 : newline; /* [-1]: at least the # */
}

bool toml_newline(struct toml_text *t)
{
	if (toml_peek(t) == '\r')
		t->at++; /* the scan saw that LF follows */
	return toml_accept(t, '\n');
}

void toml_skip_blank(struct toml_text *t)
{
	do
		toml_skip_comment(t);
	while (toml_newline(t));
}
