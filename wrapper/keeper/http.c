/*
 * The reader of heads. The client is hostile, and what stands behind us is any HTTP server there
 * is: strict, lenient or old. Two questions, in this order:
 *
 * Could a server take this for a request? Asked as leniently as the most lenient server would
 * (request_kind), because on some ports what is no request passes unread. A first line is one if
 * "HTTP/" is in it in any case (so HTTP/2's preface is), if it begins with a method that servers
 * know, in any case, and a second word, or if its second word is a path or a URL. That covers empty
 * lines and space in front, tabs and doubled spaces, lower case, HTTP/0.9, misspelt versions that
 * old servers read as 1.0, methods that nobody has heard of, and the PROXY protocol's two headers,
 * which a request may follow. It is none if it begins with no byte of a token, if a control
 * character shows a binary protocol before any of that was seen, or if the line ends without it
 * ("SSH-2.0-x comment", "*1", "EHLO host"). What that leaves open: a server that takes quotes or
 * binary bytes for a method, or goes on after a first line that it did not understand.
 *
 * Do all servers read it alike? Asked strictly: a byte that two servers could read in two ways
 * refuses the request; nothing is repaired. RFC 9112 §2.2 lets a server skip empty lines in front
 * of a request; no client of today sends them, so they are refused too.
 *
 * From then on only what was understood counts: http_write() makes the line, Host and framing anew
 * from the fields of struct http_request, and copies no field that says the same another way.
 */
#include "keeper/http_priv.h"

#include <string.h>

enum kind { UNDECIDED, OTHER, REQUEST };

enum http_result head_bad(struct head *h, const char *why)
{
	h->why = why;
	return HTTP_BAD;
}

bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

bool is_token(char c)
{
	return is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') ||
		(c && strchr("!#$%&'*+-.^_`|~", c));
}

bool span_is(struct http_span s, const char *word)
{
	return span_same(s, (struct http_span){word, strlen(word)});
}

bool span_begins(struct http_span s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && span_is((struct http_span){s.s, n}, word);
}

bool span_same(struct http_span a, struct http_span b)
{
	size_t i;

	for (i = 0; i < a.n && i < b.n && ascii_lower(a.s[i]) == ascii_lower(b.s[i]); i++)
		;
	return i == a.n && i == b.n;
}

/* What some server splits a request line at; Python's str.split() takes all of these. */
static bool is_loose_space(char c)
{
	unsigned char u = (unsigned char)c;

	return u == ' ' || (u >= '\t' && u <= '\r') || (u >= 0x1c && u <= 0x1f) || u == 0x85 ||
		u == 0xa0;
}

/* Whether the second word of a line, of which REST is what follows the first, names a resource. */
static bool is_aimed(struct http_span rest)
{
	size_t i = 0;

	while (i < rest.n && !is_loose_space(rest.s[i]))
		i++;
	while (i < rest.n && is_loose_space(rest.s[i]))
		i++;
	if (i < rest.n && rest.s[i] == '/')
		return true;
	for (; i + 3 <= rest.n; i++)
		if (memcmp(rest.s + i, "://", 3) == 0)
			return true;
	return false;
}

/* git's own protocol has a length, a word, a path and a NUL: "0032git-upload-pack /x\0host=h\0". */
static bool is_git(struct http_span word)
{
	return word.n > 8 && memcmp(word.s + 4, "git-", 4) == 0;
}

/* Judges the line from the first WORD at S on, which a byte of no token follows. */
static enum kind line_kind(struct http_span word, const char *s, size_t n)
{
	size_t i = word.n;

	if (s[i] == '\r' && i + 1 == n)
		return UNDECIDED;
	if (s[i] == '\n' || (s[i] == '\r' && s[i + 1] == '\n'))
		return OTHER;
	if (is_loose_space(s[i]) && is_known_method(word))
		return REQUEST;
	for (i = 0; i < n; i++) {
		bool ends = s[i] == '\n';
		bool binary = (unsigned char)s[i] < 0x20 && !is_loose_space(s[i]);

		if (span_begins((struct http_span){s + i, n - i}, "http/"))
			return REQUEST;
		if (!ends && !binary)
			continue;
		if (binary && is_git(word))
			return OTHER;
		return is_aimed((struct http_span){s + word.n, i - word.n}) ? REQUEST : OTHER;
	}
	return UNDECIDED;
}

/* Judges the first line that is not empty, from its beginning on: a longer S decides the same. */
static enum kind request_kind(const char *s, size_t n)
{
	static const char proxy[] =
		"\r\n\r\n"; /* of the PROXY protocol's signature, with the NUL */
	size_t start = 0, end;

	while (start < n && is_loose_space(s[start]))
		start++;
	for (end = start; end < n && is_token(s[end]); end++)
		;
	if (end == n)
		return UNDECIDED;
	if (end == start)
		return n >= sizeof proxy && memcmp(s, proxy, sizeof proxy) == 0 ? REQUEST : OTHER;
	return line_kind((struct http_span){s + start, end - start}, s + start, n - start);
}

enum http_result head_line(struct head *h, struct http_span *line)
{
	size_t i;

	for (i = h->at; i < h->n; i++) {
		if (h->s[i] == '\n')
			return head_bad(h, "a line that ends in LF alone");
		if (h->s[i] == '\r' && i + 1 < h->n) {
			if (h->s[i + 1] != '\n')
				return head_bad(h, "CR within a line");
			*line = (struct http_span){h->s + h->at, i - h->at};
			h->at = i + 2;
			return HTTP_HEAD;
		}
		if (is_control(h->s[i]) && h->s[i] != '\t' && h->s[i] != '\r')
			return head_bad(h, "a control character");
	}
	return h->n == HTTP_HEAD_MAX ? HTTP_LARGE : HTTP_MORE;
}

enum http_result http_read(const char *bytes, size_t n, struct http_request *r, const char **why)
{
	struct head h = {.s = bytes, .n = n < HTTP_HEAD_MAX ? n : HTTP_HEAD_MAX, .r = r};
	enum kind kind = request_kind(h.s, h.n);
	enum http_result got;

	r->n = 0;
	r->port = 0;
	r->host = r->path = (struct http_span){0};
	r->body = (struct http_body){0};
	if (kind == OTHER)
		return HTTP_NOT;
	if (kind == UNDECIDED)
		return h.n == HTTP_HEAD_MAX ? HTTP_LARGE : HTTP_MORE;
	if (!is_token(h.s[0]))
		got = head_bad(&h, "space or an empty line before the request line");
	else if ((got = head_request_line(&h)) == HTTP_HEAD)
		got = head_fields(&h);
	if (got == HTTP_BAD && why)
		*why = h.why;
	r->size = h.at;
	return got;
}
