/*
 * What http_read() accepts and http_write() writes must be the same request to whoever reads it:
 * to http_read() once more, and to a server that reads leniently, of which there is a model here.
 * What it calls no request, the model must not take for one. No verdict may depend on how the bytes
 * came. Input: where to cut, options, then the connection's bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "keeper/http.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static int is_same(struct http_span a, struct http_span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

static size_t starts_with(const char *s, size_t n, const char *word)
{
	size_t len = strlen(word), i;

	for (i = 0; i < len && i < n; i++)
		if ((s[i] | (s[i] >= 'A' && s[i] <= 'Z' ? 32 : 0)) != word[i])
			return 0;
	return i == len ? len : 0;
}

/* The model's request line: words between any space, the last of them "HTTP/...". */
static void check_not_request(const char *s, size_t n)
{
	size_t start = 0, words = 0, last = 0, i;

	while (start < n && strchr(" \t\n\v\f\r", s[start]) && s[start])
		start++;
	for (i = start; i < n && s[i] != '\n'; i++) {
		int space = s[i] == ' ' || s[i] == '\t' || s[i] == '\r';

		if (s[i] >= 0 && s[i] < ' ' && !space)
			return;
		if (i == start && strchr("\"(),/:;<=>?@[\\]{}\x7f", s[i]))
			return;
		if (!space && (i == start || strchr(" \t\r", s[i - 1]))) {
			words++;
			last = i;
		}
	}
	if (i == n || start == n || s[start] < 0)
		return;
	check(words < 3 || !starts_with(s + last, i - last, "http/"));
	check(words < 2 || !starts_with(s + start, i - start, "get "));
}

/* The model's head: lines end at any CR or LF, "_" is "-", space around a name does not count. */
static void check_written(const struct strbuf *b, const struct http_request *r)
{
	size_t hosts = 0, lengths = 0, codings = 0, line, end;

	for (line = 0; line < b->len; line = end + 2) {
		end = line + strcspn(b->s + line, "\r\n");
		check(end + 2 <= b->len && b->s[end] == '\r' && b->s[end + 1] == '\n');
		if (end == line)
			break;
		check(line == 0 || (b->s[line] != ' ' && b->s[line] != '\t'));
		hosts += starts_with(b->s + line, end - line, "host:") != 0;
		lengths += starts_with(b->s + line, end - line, "content-length:") != 0;
		codings += starts_with(b->s + line, end - line, "transfer-encoding:") != 0;
		check(!starts_with(b->s + line, end - line, "proxy-"));
		check(!starts_with(b->s + line, end - line, "content_length:"));
		check(!starts_with(b->s + line, end - line, "transfer_encoding:"));
	}
	check(line + 2 == b->len && strlen(b->s) == b->len);
	check(hosts == 1 && lengths == r->length && codings == r->body.chunked);
}

static void check_again(const struct http_request *r, bool absolute)
{
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
	enum http_form form = r->form != HTTP_CONNECT && !absolute ? HTTP_ORIGIN : r->form;
	const char *way = absolute ? "" : NULL;
	unsigned port = r->port;
	struct http_request again;
	enum http_result got;
	char host[HTTP_HEAD_MAX];

	memcpy(host, r->host.n ? r->host.s : "a.test", r->host.n ? r->host.n : 6);
	host[r->host.n ? r->host.n : 6] = '\0';
	http_write(r, host, port, way, false, &first);
	check_written(&first, r);
	got = http_read(first.s, first.len, &again, NULL);
	if (got == HTTP_LARGE) {
		check(first.len > HTTP_HEAD_MAX || r->n + 4 > HTTP_FIELDS_MAX);
	} else {
		check(got == HTTP_HEAD && again.size == first.len && again.port == port);
		check(is_same(again.method, r->method) && again.minor == r->minor);
		check(strlen(host) == again.host.n &&
			memcmp(again.host.s, host, again.host.n) == 0);
		check(again.form == (absolute && form != HTTP_CONNECT ? HTTP_ABSOLUTE : form));
		check(again.length == r->length && again.body.chunked == r->body.chunked);
		check(again.body.left == r->body.left && again.websocket == r->websocket);
		check(again.close == r->close);
		if (r->path.n && r->path.s[0] != '?')
			check(is_same(again.path, r->path));
		http_write(&again, host, port, way, false, &second);
		check(first.len == second.len && memcmp(first.s, second.s, first.len) == 0);
	}
	strbuf_release(&first);
	strbuf_release(&second);
}

/* Where the model sees the end of a chunked body: extensions, trailers, LF alone are all fine. */
static size_t lenient_end(const char *s, size_t n)
{
	size_t at = 0, line;
	uint64_t left;

	do {
		for (left = 0; at < n && strchr("0123456789abcdefABCDEF", s[at]) && s[at]; at++)
			left = left * 16 + (unsigned)(s[at] <= '9' ? s[at] - '0' : (s[at] & 7) + 9);
		while (at < n && s[at] != '\n')
			at++;
		at += 1 + left;
		at += left && at < n && s[at] == '\r';
		at += left && at < n && s[at] == '\n';
	} while (left && at < n);
	do {
		for (line = at; at < n && s[at] != '\n'; at++)
			;
	} while (at < n && ++at - line > 2);
	return at;
}

static void check_body(struct http_body body, const char *s, size_t n, size_t step)
{
	struct http_body slow = body;
	bool ended, done = false;
	size_t at = 0;
	long all, got = 0;

	all = http_body_feed(&body, s, n, &ended);
	check(all >= -1 && all <= (long)n && (all == (long)n || ended || all < 0));
	while (!done && at < n) {
		size_t piece = n - at < step ? n - at : step;

		got = http_body_feed(&slow, s + at, piece, &done);
		if (got < 0)
			break;
		check(got == (long)piece || done);
		at += (size_t)got;
	}
	check(all < 0 ? got < 0 : (size_t)all == at && (done == ended || n == 0));
	if (ended && body.chunked)
		check(lenient_end(s, n) == (size_t)all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct http_request *r = malloc(sizeof *r);
	const char *why = NULL, *s;
	struct http_body chunks = {.chunked = true};
	size_t n, cut;
	enum http_result all, part;
	char *piece;

	if (size >= 3) {
		s = (const char *)data + 3;
		n = size - 3;
		cut = n ? ((size_t)data[0] << 8 | data[1]) % (n + 1) : 0;
		piece = malloc(cut + 1);
		memcpy(piece, s, cut);
		part = http_read(piece, cut, r, NULL);
		free(piece);
		all = http_read(s, n, r, &why);
		check(part == HTTP_MORE || part == all);
		check((all == HTTP_BAD) == (why != NULL));
		if (all == HTTP_NOT)
			check_not_request(s, n);
		if (all == HTTP_HEAD) {
			check_again(r, data[2] & 1);
			check_body(r->body, s + r->size, n - r->size, (data[2] >> 1) + 1U);
		}
		check_body(chunks, s, n, (data[2] >> 1) + 1U);
		check(http_status(s, cut) == 0 || http_status(s, cut) == http_status(s, n));
	}
	free(r);
	return 0;
}
