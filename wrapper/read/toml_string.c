/*
 * The strings of TOML, and keys.
 *
 *	"basic"   """multi-line basic"""     with escapes
 *	'literal' '''multi-line literal'''   without
 *
 * A string is read in two steps: find its end, then decode what is between into memory of that
 * size (no escape is longer decoded than written). Up to two quotes may stand right before a
 * multi-line string's closing three, so `""""` ends a string with one quote in it.
 */
#include "read/toml_priv.h"

#include <string.h>

struct quoting {
	char quote; /* " or ' */
	bool multi;
};

static bool starts_with_three(const char *p, const char *end, char quote)
{
	return end - p >= 3 && p[0] == quote && p[1] == quote && p[2] == quote;
}

/* The end of what stands between the quotes, from P on; NULL if it is never closed. */
static const char *find_close(struct toml_text *t, const char *p, struct quoting q)
{
	for (; p < t->end; p++) {
		if (*p == '\n' && !q.multi)
			return NULL;
		if (*p == '\\' && q.quote == '"') {
			/* What it escapes is no quote; the end of a one-line string's line is. */
			if (p + 1 < t->end && (q.multi || (p[1] != '\r' && p[1] != '\n')))
				p++;
			continue;
		}
		if (*p != q.quote)
			continue;
		if (!q.multi)
			return p;
		if (!starts_with_three(p, t->end, q.quote))
			continue;
		/* The last three of up to five quotes close; a sixth is an error after it. */
		if (p + 3 < t->end && p[3] == q.quote)
			p += p + 4 < t->end && p[4] == q.quote ? 2 : 1;
		return p;
	}
	t->at = t->end; /* toml_fail then looks whether a refused byte is what stopped us */
	return NULL;
}

static char *put_utf8(char *out, unsigned cp)
{
	if (cp < 0x80) {
		*out++ = (char)cp;
	} else if (cp < 0x800) {
		*out++ = (char)(0xc0 | cp >> 6);
		*out++ = (char)(0x80 | (cp & 0x3f));
	} else if (cp < 0x10000) {
		*out++ = (char)(0xe0 | cp >> 12);
		*out++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*out++ = (char)(0x80 | (cp & 0x3f));
	} else {
		*out++ = (char)(0xf0 | cp >> 18);
		*out++ = (char)(0x80 | (cp >> 12 & 0x3f));
		*out++ = (char)(0x80 | (cp >> 6 & 0x3f));
		*out++ = (char)(0x80 | (cp & 0x3f));
	}
	return out;
}

/* \uXXXX or \UXXXXXXXX; the text is at the u, the string's content ends at END. */
static bool unicode_escape(struct toml_text *t, const char *end, char **out)
{
	const char *escape = t->at - 1;
	int want = *t->at == 'u' ? 4 : 8, n;
	unsigned cp = 0;

	t->at++;
	for (n = 0; n < want; n++, t->at++) {
		int digit = t->at < end ? toml_digit(*t->at) : -1;

		if (digit < 0)
			return toml_fail(t, escape,
				"\\%c needs %d hexadecimal digits; fill up with zeros in front",
				escape[1], want);
		cp = cp << 4 | (unsigned)digit;
	}
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return toml_fail(t, escape,
			"%s is no Unicode character; write one up to 10FFFF outside D800-DFFF "
			"(\\U0001F600, not two surrogates)",
			toml_quoted(t, escape, (size_t)want + 2));
	*out = put_utf8(*out, cp);
	return true;
}

/* A backslash at a line's end: nothing up to the next visible character counts. */
static bool skip_line_end(struct toml_text *t, const char *end)
{
	const char *escape = t->at - 1;
	bool newline = false;

	for (; t->at < end && strchr(" \t\r\n", *t->at); t->at++)
		newline = newline || *t->at == '\n';
	return newline ||
		toml_fail(t, escape,
			"a backslash before a space; write \\\\ for a backslash, or end the "
			"line after it to join two lines");
}

static bool escape(struct toml_text *t, const char *end, bool multi, char **out)
{
	static const char names[] = "btnfr\"\\", meant[] = "\b\t\n\f\r\"\\";
	/* \e and \xHH are of TOML 1.1: a file that has them would not be read elsewhere. */
	char c = *++t->at; /* find_close saw that a character follows */
	const char *found = strchr(names, c);

	if (found) {
		*(*out)++ = meant[found - names];
		t->at++;
		return true;
	}
	if (c == 'u' || c == 'U')
		return unicode_escape(t, end, out);
	if (multi && strchr(" \t\r\n", c))
		return skip_line_end(t, end);
	return toml_fail(t, t->at - 1,
		"\\ before %s means nothing in TOML 1.0.0; write \\\\ for a backslash, or a "
		"'literal' string, which has no escapes",
		toml_found(t, t->at));
}

/* Decodes up to END, where the closing quotes are. OUT has room for as much. */
static bool decode(struct toml_text *t, const char *end, struct quoting q, char *out, size_t *len)
{
	char *to = out;

	/* From backslash to backslash; in a literal string there is one piece. */
	while (t->at < end) {
		const char *next = NULL;

		if (q.quote == '"')
			next = memchr(t->at, '\\', (size_t)(end - t->at));
		if (!next)
			next = end;
		memcpy(to, t->at, (size_t)(next - t->at));
		to += next - t->at;
		t->at = next;
		if (next < end && !escape(t, end, q.multi, &to))
			return false;
	}
	*len = (size_t)(to - out);
	return true;
}

static bool fail_unclosed(struct toml_text *t, const char *open, struct quoting q, bool key)
{
	if (q.multi)
		return toml_fail(t, open, "the string is never closed; add %c%c%c", q.quote,
			q.quote, q.quote);
	if (key)
		return toml_fail(t, open, "the key is not closed on its line; add %c", q.quote);
	return toml_fail(t, open,
		"the string is not closed on its line; add %c, or use %c%c%c for several lines",
		q.quote, q.quote, q.quote, q.quote);
}

bool toml_string(struct toml_text *t, bool key, const char **s, size_t *len)
{
	const char *open = t->at, *close;
	struct quoting q = {*open, starts_with_three(open, t->end, *open)};
	char *out;

	if (key && q.multi)
		return toml_fail(
			t, open, "a key cannot be a multi-line string; use one %c", q.quote);
	t->at += q.multi ? 3 : 1;
	if (q.multi)
		toml_newline(t); /* right after the opening quotes it does not count */
	close = find_close(t, t->at, q);
	if (!close)
		return fail_unclosed(t, open, q, key);
	out = arena_alloc(t->arena, (size_t)(close - t->at) + 1);
	if (!decode(t, close, q, out, len))
		return false;
	t->at += q.multi ? 3 : 1;
	*s = out;
	return true;
}

static bool is_bare(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || c == '-';
}

bool toml_key(struct toml_text *t, const char **s, size_t *len)
{
	const char *start = t->at;

	if (toml_peek(t) == '"' || toml_peek(t) == '\'')
		return toml_string(t, true, s, len);
	while (is_bare(toml_peek(t)))
		t->at++;
	*s = start;
	*len = (size_t)(t->at - start);
	if (*len == 0)
		return toml_fail(t, start,
			"expected a key, found %s; a key is of A-Z a-z 0-9 _ -, or in quotes",
			toml_found(t, start));
	return true;
}
