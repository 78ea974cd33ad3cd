/*
 * Where a body ends. Its bytes are relayed as they came, so of the chunked coding only that is
 * taken which has one reading: a size, CRLF, the data, CRLF. Extensions and trailers are refused:
 * servers disagree about where an extension ends, some take a trailer for a field of the head, and
 * no client sends either with a request. So are sizes that a reader with 32 bits would cut.
 */
#include "keeper/http.h"

#include <string.h>

enum { CHUNK_MAX = 0x7fffffff, DIGITS_MAX = 16 };

/* What comes next. */
enum { SIZE, SIZE_LF, DATA, DATA_CR, DATA_LF, LAST_CR, LAST_LF, ENDED, BROKEN };

/* The value of a hexadecimal digit, or -1. */
static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int after_size(struct http_body *b, char c)
{
	int digit = hex(c);

	if (c == '\r')
		return b->digits ? SIZE_LF : BROKEN;
	if (digit < 0 || ++b->digits > DIGITS_MAX)
		return BROKEN;
	b->left = b->left * 16 + (unsigned)digit;
	return b->left <= CHUNK_MAX ? SIZE : BROKEN;
}

/* The state after C, which is no byte of the data. */
static int after(struct http_body *b, char c)
{
	switch (b->state) {
	case SIZE:
		return after_size(b, c);
	case SIZE_LF:
		b->digits = 0;
		return c != '\n' ? BROKEN : b->left ? DATA : LAST_CR;
	case DATA_CR:
		return c == '\r' ? DATA_LF : BROKEN;
	case DATA_LF:
		return c == '\n' ? SIZE : BROKEN;
	case LAST_CR:
		return c == '\r' ? LAST_LF : BROKEN;
	case LAST_LF:
		return c == '\n' ? ENDED : BROKEN;
	default:
		return BROKEN;
	}
}

/* How many of N bytes are the data's that is still to come. */
static size_t take(struct http_body *b, size_t n)
{
	if (n > b->left)
		n = (size_t)b->left;
	b->left -= n;
	return n;
}

long http_body_feed(struct http_body *body, const char *bytes, size_t n, bool *done)
{
	size_t i = 0;

	*done = false;
	if (!body->chunked) {
		i = take(body, n);
		*done = body->left == 0;
		return (long)i;
	}
	while (i < n && body->state != ENDED) {
		if (body->state == DATA) {
			i += take(body, n - i);
			if (body->left == 0)
				body->state = DATA_CR;
		} else if ((body->state = after(body, bytes[i++])) == BROKEN) {
			return -1;
		}
	}
	*done = body->state == ENDED;
	return (long)i;
}

int http_status(const char *bytes, size_t n)
{
	static const char shape[] = "HTTP/1.# ###";
	size_t i;

	for (i = 0; i < n && shape[i]; i++)
		if (shape[i] == '#' ? bytes[i] < '0' || bytes[i] > '9' : bytes[i] != shape[i])
			return -1;
	if (n > 9 && bytes[9] == '0')
		return -1;
	if (n <= 12)
		return 0;
	if (!strchr(" \r\n", bytes[12]) || !bytes[12])
		return -1;
	return (bytes[9] - '0') * 100 + (bytes[10] - '0') * 10 + (bytes[11] - '0');
}
