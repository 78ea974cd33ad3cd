/*
 * What the files of the HTTP reader share: http.c tells a request from other protocols and has the
 * theory, http_line.c reads its first line, http_fields.c the rest of the head.
 */
#ifndef SEAL_KEEPER_HTTP_PRIV_H
#define SEAL_KEEPER_HTTP_PRIV_H

#include "base/pattern.h"
#include "keeper/http.h"

/* A head while it is read. */
struct head {
	const char *s;
	size_t n, at; /* bytes, at most HTTP_HEAD_MAX; how many are read */
	struct http_request *r;
	const char *why;
};

/* HTTP_BAD, for WHY. */
enum http_result head_bad(struct head *h, const char *why);

/* The next line without its CRLF (HTTP_HEAD), or why there is none. */
enum http_result head_line(struct head *h, struct http_span *line);

/* METHOD SP TARGET SP HTTP/1.x, and what it says. */
enum http_result head_request_line(struct head *h);

/* The fields up to the empty line, and what they mean. */
enum http_result head_fields(struct head *h);

/* Locale-independent, as is all below. */
bool is_digit(char c);
bool is_control(char c);
bool is_token(char c); /* RFC 9110 §5.6.2 */

/* True if S is WORD (lower case), whatever its case; if it begins so; if the two are the same. */
bool span_is(struct http_span s, const char *word);
bool span_begins(struct http_span s, const char *word);
bool span_same(struct http_span a, struct http_span b);

/* Methods that begin a request even without a version. */
bool is_known_method(struct http_span s);

/*
 * HOST, HOST:PORT or [HOST]:PORT; *PORT stays as it is where none is given. The host is only kept
 * from being two things at once; decide() has the grammar of names.
 */
bool parse_authority(struct http_span s, struct http_span *host, unsigned *port);

#endif
