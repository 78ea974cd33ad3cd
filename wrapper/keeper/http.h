/*
 * http: HTTP/1 requests, read strictly enough that no server behind us can see another request
 * than we did (RFC 9112). What is forwarded is written anew from what was read.
 */
#ifndef SEAL_KEEPER_HTTP_H
#define SEAL_KEEPER_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "keeper/limits.h"

enum { HTTP_HEAD_MAX = LIMIT_HTTP_HEAD, HTTP_FIELDS_MAX = LIMIT_HTTP_FIELDS };

enum http_result {
	HTTP_MORE,  /* nothing is decided; more bytes are needed */
	HTTP_HEAD,  /* the head is complete */
	HTTP_NOT,   /* no server would take the first line for a request's */
	HTTP_BAD,   /* some server might, and it must not be forwarded */
	HTTP_LARGE, /* longer than HTTP_HEAD_MAX, or more than HTTP_FIELDS_MAX fields */
};

enum http_form {
	HTTP_ORIGIN,   /* "/path?query", or "*" of OPTIONS */
	HTTP_ABSOLUTE, /* "http://host:port/path" */
	HTTP_CONNECT,  /* CONNECT host:port */
};

/* A span of the bytes that were read. */
struct http_span {
	const char *s;
	size_t n;
};

struct http_field {
	struct http_span name, value; /* value without the space around it */
	bool hop;                     /* meant for us, or written anew: http_write() skips it */
};

/* A body's framing, and how far through it a stream is. */
struct http_body {
	bool chunked;
	uint64_t left;   /* bytes of the body or of this chunk that are still to come */
	int state;       /* of the chunked coding, http_body.c's own */
	unsigned digits; /* of this chunk's size so far */
};

struct http_request {
	enum http_form form;
	struct http_span method, path; /* path: origin form; "/" (OPTIONS: "*") if an absolute
					* target has none, maybe "?query"; nothing for CONNECT */
	struct http_span host;         /* the target's (absolute, CONNECT), else the Host field's;
					* IPv6 without brackets; not judged here; none in an
					* HTTP/1.0 request without Host */
	unsigned port;                 /* that goes with it; 80 if none is given, CONNECT has one */
	int minor;                     /* HTTP/1.0 or 1.1 */
	bool websocket;                /* Upgrade: websocket, and Connection says so */
	bool close;                    /* the server is asked to answer and close: the client wants
					* so, or speaks HTTP/1.0, or there is a body (http_write.c
					* says why) */
	bool length;                   /* a Content-Length was given, maybe 0 */
	struct http_body body;         /* at its beginning */
	size_t size;                   /* of the head, bytes */
	struct http_field fields[HTTP_FIELDS_MAX];
	size_t n;
};

/*
 * Reads a request's head from the first N bytes; on HTTP_HEAD everything in R points into BYTES.
 * WHY, if not NULL, gets a few words on HTTP_BAD. A verdict other than HTTP_MORE is final: more
 * bytes do not change it. On a connection that has carried a request, HTTP_NOT is no licence: what
 * follows a request is read by a server that speaks HTTP.
 *
 * Refused: an empty line or space in front, HTTP versions other than 1.0 and 1.1, bare LF or CR,
 * folded lines, space before a colon, control characters, no Host field (1.1), an empty one or
 * two, a Host that differs from the target's, userinfo, fragments, other schemes than http,
 * Content-Length with Transfer-Encoding or twice or not a plain number, a coding other than
 * chunked alone or in HTTP/1.0, TRACE, known methods in another case, CONNECT to anything but
 * host:port or with a body, "*" for anything but OPTIONS, an Expect other than 100-continue.
 */
enum http_result http_read(const char *bytes, size_t n, struct http_request *r, const char **why);

/*
 * True if the N bytes begin with a method that servers know and a space, or are too few to tell.
 */
bool http_may_begin(const char *bytes, size_t n);

/*
 * Writes the head of R for HOST (normalised; the Host field is this) and PORT: in origin form, or
 * in absolute form for a proxy if AUTHORIZATION is not NULL ("" for none, else the value of
 * Proxy-Authorization); CONNECT stays CONNECT. Hop-by-hop fields are left out (Connection and what
 * it names, Keep-Alive, Proxy-*, TE, Trailer, Upgrade and HTTP2-Settings). CLOSE or R->close adds
 * Connection: close; only without CLOSE a websocket is asked for, with Connection: Upgrade.
 */
void http_write(const struct http_request *r, const char *host, unsigned port,
	const char *authorization, bool close, struct strbuf *out);

/*
 * How many of the N bytes at BYTES belong to the body; *DONE if it ends there (a body of no bytes
 * is done at once). -1 if the chunked coding is anything but sizes and data: extensions, trailers,
 * bare LF, sizes over 2^31 - 1 or 16 digits.
 */
long http_body_feed(struct http_body *body, const char *bytes, size_t n, bool *done);

/* The status of the response that begins at BYTES; 0: more bytes are needed; -1: no response. */
int http_status(const char *bytes, size_t n);

/* An answer of our own: STATUS, X-Proxy-Error: CODE, TEXT (foreign, made safe) as a plain body,
 * Connection: close. */
void http_refusal(int status, const char *code, const char *text, struct strbuf *out);

/* Base64 of TEXT behind "Basic ": the value of Proxy-Authorization (RFC 7617). */
void http_basic(const char *text, struct strbuf *out);

#endif
