#include "keeper/http_priv.h"

#include <string.h>

enum { LENGTH_DIGITS = 18 };

static struct http_span trim(struct http_span s)
{
	while (s.n && (s.s[0] == ' ' || s.s[0] == '\t'))
		s.s++, s.n--;
	while (s.n && (s.s[s.n - 1] == ' ' || s.s[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* True if S is NAME, or is once "_" is read as "-", as CGI does. */
static bool resembles(struct http_span s, const char *name)
{
	size_t i;

	for (i = 0; i < s.n && name[i]; i++)
		if ((s.s[i] == '_' ? '-' : ascii_lower(s.s[i])) != name[i])
			break;
	return i == s.n && !name[i];
}

static enum http_result read_field(struct head *h, struct http_span line)
{
	static const char *const framing[] = {"content-length", "transfer-encoding"};
	struct http_span name = {line.s, 0};
	size_t i;

	while (name.n < line.n && is_token(line.s[name.n]))
		name.n++;
	if (name.n == 0)
		return head_bad(h, "a folded line or a field without a name");
	if (name.n == line.n || line.s[name.n] != ':')
		return head_bad(h, "a field's name that is not followed by a colon");
	if (h->r->n == HTTP_FIELDS_MAX)
		return HTTP_LARGE;
	for (i = 0; i < sizeof framing / sizeof *framing; i++)
		if (resembles(name, framing[i]) && !span_is(name, framing[i]))
			return head_bad(h, "a field that some servers read as another");
	h->r->fields[h->r->n++] = (struct http_field){
		name, trim((struct http_span){line.s + name.n + 1, line.n - name.n - 1}), false};
	return HTTP_HEAD;
}

/* How many fields have NAME, and the last one's value. */
static size_t count(const struct http_request *r, const char *name, struct http_span *value)
{
	size_t i, n = 0;

	for (i = 0; i < r->n; i++)
		if (span_is(r->fields[i].name, name)) {
			*value = r->fields[i].value;
			n++;
		}
	return n;
}

/* One Host, and the target's. A CONNECT's Host may leave out the port. */
static enum http_result check_host(struct head *h)
{
	struct http_request *r = h->r;
	struct http_span value = {0}, host;
	unsigned port = r->form == HTTP_CONNECT ? r->port : 80;
	size_t n = count(r, "host", &value);

	if (n > 1)
		return head_bad(h, "two Host fields");
	if (n == 0)
		return r->minor == 0 ? HTTP_HEAD : head_bad(h, "no Host field");
	if (!parse_authority(value, &host, &port))
		return head_bad(h, "a Host field that is not a plain host");
	if (r->form == HTTP_ORIGIN) {
		r->host = host;
		r->port = port;
	} else if (port != r->port || !span_same(host, r->host)) {
		return head_bad(h, "a Host field that is not the target's");
	}
	return HTTP_HEAD;
}

static bool parse_length(struct http_span s, uint64_t *length)
{
	size_t i;

	*length = 0;
	for (i = 0; i < s.n; i++) {
		if (!is_digit(s.s[i]))
			return false;
		*length = *length * 10 + (uint64_t)(s.s[i] - '0');
	}
	return s.n > 0 && s.n <= LENGTH_DIGITS;
}

/* RFC 9112 §6.3, of which only the cases that nobody reads otherwise are left. */
static enum http_result check_framing(struct head *h)
{
	struct http_request *r = h->r;
	struct http_span length = {0}, coding = {0}, expect = {0};
	size_t lengths = count(r, "content-length", &length);
	size_t codings = count(r, "transfer-encoding", &coding);
	size_t expects = count(r, "expect", &expect);

	if (lengths + codings > 1)
		return head_bad(h, "more than one Content-Length or Transfer-Encoding");
	r->length = lengths == 1;
	r->body.chunked = codings == 1;
	if (r->length && !parse_length(length, &r->body.left))
		return head_bad(h, "a Content-Length that is not a plain number");
	if (codings && !span_is(coding, "chunked"))
		return head_bad(h, "a Transfer-Encoding that is not chunked alone");
	if (codings && r->minor == 0)
		return head_bad(h, "Transfer-Encoding in HTTP/1.0");
	if (r->form == HTTP_CONNECT && (codings || r->body.left))
		return head_bad(h, "CONNECT with a body");
	if (expects && (expects > 1 || !span_is(expect, "100-continue")))
		return head_bad(h, "an Expect that is not 100-continue");
	return HTTP_HEAD;
}

/* What the Connection fields list: each head is walked through once, however it is made. */
struct listed {
	struct http_span v[LIMIT_HTTP_LISTED];
	size_t n;
};

/* False if there is more than anybody lists. */
static bool list_items(struct listed *l, struct http_span left)
{
	for (; left.n; left.s++, left.n--) {
		const char *comma = memchr(left.s, ',', left.n);
		struct http_span item = {left.s, comma ? (size_t)(comma - left.s) : left.n};

		left.s += item.n;
		left.n -= item.n;
		item = trim(item);
		if (item.n && l->n == LIMIT_HTTP_LISTED)
			return false;
		if (item.n)
			l->v[l->n++] = item;
		if (!left.n)
			break;
	}
	return true;
}

static bool lists(const struct listed *l, struct http_span word)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (span_same(l->v[i], word))
			return true;
	return false;
}

/* Fields that end here, and those that http_write() makes itself. A Connection that names Host or
 * Content-Length takes nothing away: they are written from what was read. */
static bool is_hop(const struct listed *listed, struct http_span name)
{
	static const char *const hops[] = {"host", "content-length", "transfer-encoding",
		"connection", "keep-alive", "te", "trailer", "upgrade", "http2-settings"};
	size_t i;

	for (i = 0; i < sizeof hops / sizeof *hops; i++)
		if (span_is(name, hops[i]))
			return true;
	return span_begins(name, "proxy-") || lists(listed, name);
}

static enum http_result read_connection(struct head *h)
{
	const struct http_span close = {"close", 5}, up = {"upgrade", 7};
	struct http_request *r = h->r;
	bool body = r->body.chunked || r->body.left;
	struct http_span upgrade = {0};
	struct listed listed = {.n = 0};
	size_t i;

	for (i = 0; i < r->n; i++)
		if (span_is(r->fields[i].name, "connection") &&
			!list_items(&listed, r->fields[i].value))
			return head_bad(h, "a Connection field that lists too much");
	for (i = 0; i < r->n; i++)
		r->fields[i].hop = is_hop(&listed, r->fields[i].name);
	r->close = body || r->minor == 0 || lists(&listed, close);
	r->websocket = r->minor == 1 && !body && span_is(r->method, "get") &&
		count(r, "upgrade", &upgrade) == 1 && span_is(upgrade, "websocket") &&
		lists(&listed, up);
	return HTTP_HEAD;
}

enum http_result head_fields(struct head *h)
{
	enum http_result got;
	struct http_span line;

	while ((got = head_line(h, &line)) == HTTP_HEAD && line.n > 0)
		if ((got = read_field(h, line)) != HTTP_HEAD)
			return got;
	if (got == HTTP_HEAD && (got = check_host(h)) == HTTP_HEAD)
		got = check_framing(h);
	return got == HTTP_HEAD ? read_connection(h) : got;
}
