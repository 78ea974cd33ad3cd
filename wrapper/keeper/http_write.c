/*
 * What is sent in HTTP: requests written anew, answers of our own. Host and the framing come first,
 * before anything that a client wrote.
 *
 * A request with a body always says Connection: close. Some servers answer without reading the
 * body, or without knowing the chunked coding (a redirect, a static file, an error), and on a
 * connection that stays open they read the body as the next request, which nobody has judged.
 */
#include "keeper/http.h"

#include <string.h>

/* HOST:PORT, without the port if it is USUAL. */
static void add_authority(struct strbuf *out, const char *host, unsigned port, unsigned usual)
{
	strbuf_addf(out, strchr(host, ':') ? "[%s]" : "%s", host);
	if (port != usual)
		strbuf_addf(out, ":%u", port);
}

static void add_span(struct strbuf *out, struct http_span s)
{
	strbuf_add(out, s.s, s.n);
}

static void add_target(const struct http_request *r, const char *host, unsigned port, bool absolute,
	struct strbuf *out)
{
	if (r->form == HTTP_CONNECT) {
		add_authority(out, host, port, 0);
		return;
	}
	if (absolute) {
		strbuf_adds(out, "http://");
		add_authority(out, host, port, 80);
		if (r->path.s[0] == '*')
			return; /* RFC 9112 §3.2.4: "OPTIONS *" has no path here */
	}
	if (r->path.s[0] == '?')
		strbuf_addc(out, '/');
	add_span(out, r->path);
}

void http_write(const struct http_request *r, const char *host, unsigned port,
	const char *authorization, bool close, struct strbuf *out)
{
	const struct http_field *f;

	add_span(out, r->method);
	strbuf_addc(out, ' ');
	add_target(r, host, port, authorization != NULL, out);
	strbuf_addf(out, " HTTP/1.%d\r\nHost: ", r->minor);
	add_authority(out, host, port, r->form == HTTP_CONNECT ? 0 : 80);
	strbuf_adds(out, "\r\n");
	if (r->body.chunked)
		strbuf_adds(out, "Transfer-Encoding: chunked\r\n");
	else if (r->length)
		strbuf_addf(out, "Content-Length: %llu\r\n", (unsigned long long)r->body.left);
	if (r->websocket && !close)
		strbuf_adds(out, "Connection: Upgrade\r\nUpgrade: websocket\r\n");
	else if (close || r->close)
		strbuf_adds(out, "Connection: close\r\n");
	if (authorization && *authorization)
		strbuf_addf(out, "Proxy-Authorization: %s\r\n", authorization);
	for (f = r->fields; f < r->fields + r->n; f++) {
		if (f->hop)
			continue;
		add_span(out, f->name);
		strbuf_adds(out, ": ");
		add_span(out, f->value);
		strbuf_adds(out, "\r\n");
	}
	strbuf_adds(out, "\r\n");
}

static const char *phrase(int status)
{
	static const struct {
		int status;
		const char *phrase;
	} phrases[] = {
		{400, "Bad Request"},
		{403, "Forbidden"},
		{408, "Request Timeout"},
		{431, "Request Header Fields Too Large"},
		{502, "Bad Gateway"},
		{503, "Service Unavailable"},
		{504, "Gateway Timeout"},
	};
	size_t i;

	for (i = 0; i < sizeof phrases / sizeof *phrases; i++)
		if (phrases[i].status == status)
			return phrases[i].phrase;
	return "Refused";
}

void http_refusal(int status, const char *code, const char *text, struct strbuf *out)
{
	struct strbuf body = STRBUF_INIT;

	strbuf_add_escaped(&body, text);
	strbuf_addc(&body, '\n');
	strbuf_addf(out, "HTTP/1.1 %d %s\r\nX-Proxy-Error: ", status, phrase(status));
	strbuf_add_escaped(out, code);
	strbuf_addf(out,
		"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n\r\n%s",
		body.len, body.s);
	strbuf_release(&body);
}

void http_basic(const char *text, struct strbuf *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	size_t n = strlen(text), i, j;

	strbuf_adds(out, "Basic ");
	for (i = 0; i < n; i += 3) {
		unsigned bits = 0;

		for (j = 0; j < 3; j++)
			bits = bits << 8 | (i + j < n ? (unsigned char)text[i + j] : 0);
		for (j = 0; j < 4; j++)
			strbuf_addc(out, i + j > n ? '=' : digits[bits >> (18 - 6 * j) & 63]);
	}
}
