#include "keeper/http_priv.h"

#include <string.h>

enum { METHOD_MAX = 32 };

/* IANA's registry, PURGE, and the PROXY protocol's word. */
static const char *const known[] = {"acl", "baseline-control", "bind", "checkin", "checkout",
	"connect", "copy", "delete", "get", "head", "label", "link", "lock", "merge", "mkactivity",
	"mkcalendar", "mkcol", "mkredirectref", "mkworkspace", "move", "options", "orderpatch",
	"patch", "post", "pri", "propfind", "proppatch", "proxy", "purge", "put", "query", "rebind",
	"report", "search", "trace", "unbind", "uncheckout", "unlink", "unlock", "update",
	"updateredirectref", "version-control", NULL};

bool is_known_method(struct http_span s)
{
	size_t i;

	for (i = 0; known[i]; i++)
		if (span_is(s, known[i]))
			return true;
	return false;
}

bool http_may_begin(const char *bytes, size_t n)
{
	size_t i, m;

	for (; n && (*bytes == '\r' || *bytes == '\n'); n--)
		bytes++;
	for (i = 0; known[i]; i++) {
		for (m = 0; m < n && known[i][m] && ascii_lower(bytes[m]) == known[i][m]; m++)
			;
		if (m == n || (!known[i][m] && bytes[m] == ' '))
			return true;
	}
	return false;
}

static bool has_lower(struct http_span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.s[i] >= 'a' && s.s[i] <= 'z')
			return true;
	return false;
}

/* 1 to 65535, without a leading zero. */
static bool parse_port(struct http_span s, unsigned *port)
{
	size_t i;

	if (s.n == 0 || s.n > 5 || s.s[0] == '0')
		return false;
	*port = 0;
	for (i = 0; i < s.n; i++) {
		if (!is_digit(s.s[i]))
			return false;
		*port = *port * 10 + (unsigned)(s.s[i] - '0');
	}
	return *port <= 65535;
}

/* The inside of [brackets]: only what an IPv6 address can be made of. */
static bool is_bracketed(struct http_span s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (!is_digit(s.s[i]) &&
			!(ascii_lower(s.s[i]) >= 'a' && ascii_lower(s.s[i]) <= 'f') &&
			s.s[i] != ':' && s.s[i] != '.')
			return false;
	return s.n && memchr(s.s, ':', s.n);
}

bool parse_authority(struct http_span s, struct http_span *host, unsigned *port)
{
	const char *stop = s.n ? memchr(s.s, s.s[0] == '[' ? ']' : ':', s.n) : NULL;
	size_t i, end = stop ? (size_t)(stop - s.s) : s.n;

	*host = (struct http_span){s.s, end};
	if (s.n && s.s[0] == '[') {
		if (!stop)
			return false;
		*host = (struct http_span){s.s + 1, end++ - 1};
		if (!is_bracketed(*host))
			return false;
	}
	for (i = 0; i < host->n; i++)
		if (host->s[i] <= ' ' || host->s[i] >= 0x7f || strchr("@/\\?#[],\"<>", host->s[i]))
			return false;
	if (host->n == 0)
		return false;
	if (end == s.n)
		return true;
	return s.s[end] == ':' &&
		parse_port((struct http_span){s.s + end + 1, s.n - end - 1}, port);
}

/* "http://" AUTHORITY [ "/" PATH ] [ "?" QUERY ] */
static enum http_result read_absolute(struct head *h, struct http_span target)
{
	size_t start = strlen("http://"), end = start;
	struct http_request *r = h->r;

	while (end < target.n && target.s[end] != '/' && target.s[end] != '?')
		end++;
	r->form = HTTP_ABSOLUTE;
	r->port = 80;
	r->path = (struct http_span){target.s + end, target.n - end};
	if (r->path.n == 0)
		r->path = (struct http_span){span_is(r->method, "options") ? "*" : "/", 1};
	if (!parse_authority((struct http_span){target.s + start, end - start}, &r->host, &r->port))
		return head_bad(h, "a URL without a plain host");
	return HTTP_HEAD;
}

static enum http_result read_target(struct head *h, struct http_span target)
{
	struct http_request *r = h->r;

	if (memchr(target.s, '#', target.n))
		return head_bad(h, "a fragment in the target");
	if (span_is(r->method, "connect")) {
		r->form = HTTP_CONNECT;
		if (!parse_authority(target, &r->host, &r->port) || r->port == 0)
			return head_bad(h, "CONNECT to something else than host:port");
		return HTTP_HEAD;
	}
	if (span_begins(target, "http://"))
		return read_absolute(h, target);
	r->form = HTTP_ORIGIN;
	r->port = 80;
	r->path = target;
	if (target.s[0] == '/' || (span_is(target, "*") && span_is(r->method, "options")))
		return HTTP_HEAD;
	return head_bad(h, "a target that is neither a path nor a http URL");
}

enum http_result head_request_line(struct head *h)
{
	struct http_span line, rest;
	enum http_result got = head_line(h, &line);
	struct http_span *method = &h->r->method;
	size_t n = 0;

	if (got != HTTP_HEAD)
		return got;
	while (n < line.n && is_token(line.s[n]))
		n++;
	*method = (struct http_span){line.s, n};
	if (n == 0 || n > METHOD_MAX || n == line.n || line.s[n] != ' ')
		return head_bad(h, "a request line without method and space");
	if (is_known_method(*method) && has_lower(*method))
		return head_bad(h, "a method that is not in upper case");
	if (span_is(*method, "trace"))
		return head_bad(h, "TRACE");
	rest = (struct http_span){line.s + n + 1, line.n - n - 1};
	for (n = 0; n < rest.n && rest.s[n] > ' ' && rest.s[n] < 0x7f; n++)
		;
	if (rest.n - n != strlen(" HTTP/1.1") || memcmp(rest.s + n, " HTTP/1.", 8) != 0 ||
		(rest.s[n + 8] != '0' && rest.s[n + 8] != '1'))
		return head_bad(h, "a request line that does not end in HTTP/1.0 or HTTP/1.1");
	if (n == 0)
		return head_bad(h, "a request line without a target");
	h->r->minor = rest.s[n + 8] - '0';
	return read_target(h, (struct http_span){rest.s, n});
}
