#include "keeper/hello.h"

#include <stdbool.h>
#include <string.h>

enum {
	RECORD_HEAD = 5, /* type, version, length */
	RECORD_MAX = 1 << 14,
	RECORD_HANDSHAKE = 22,
	VERSION_MAJOR = 3, /* of SSL 3.0 and every TLS */
};

enum {
	MESSAGE_HEAD = 4, /* type, length */
	MESSAGE_CLIENT_HELLO = 1,
	MESSAGE_MAX = HELLO_MAX - RECORD_HEAD, /* with its head */
	RANDOM_SIZE = 32,
	SESSION_MAX = 32,
};

enum {
	EXTENSION_SERVER_NAME = 0,
	EXTENSION_ECH = 0xfe0d,
	EXTENSION_ESNI = 0xffce, /* what came before ECH */
	NAME_IS_HOST = 0,
	NAME_SIZE = 256,
};

/* --- Records ---------------------------------------------------------------------------------- */

/* The LEFT bytes at P as a record's head, of which only a part may have come. HELLO_NAMED: it is
 * one, of *LENGTH bytes. */
static enum hello read_record_head(const uint8_t *p, size_t left, size_t *length)
{
	if ((left > 0 && p[0] != RECORD_HANDSHAKE) || (left > 1 && p[1] != VERSION_MAJOR))
		return HELLO_BAD;
	if (left < RECORD_HEAD)
		return HELLO_MORE;
	*length = (size_t)p[3] << 8 | p[4];
	return *length > 0 && *length <= RECORD_MAX ? HELLO_NAMED : HELLO_BAD;
}

/*
 * Walks the records until they hold the first message; HELLO_NAMED: they do, it has *SIZE bytes.
 * Only the message's head is taken out of them on the way.
 */
static enum hello measure(const uint8_t *bytes, size_t n, size_t *size)
{
	uint8_t head[MESSAGE_HEAD];
	size_t at = 0, have = 0, want = MESSAGE_HEAD, length = 0, part, i;
	enum hello verdict;

	while (have < want) {
		verdict = read_record_head(bytes + at, n - at, &length);
		if (verdict != HELLO_NAMED)
			return verdict;
		at += RECORD_HEAD;
		part = length < n - at ? length : n - at;
		for (i = 0; i < part && have + i < MESSAGE_HEAD; i++)
			head[have + i] = bytes[at + i];
		have += part;
		at += part;
		if (have > 0 && head[0] != MESSAGE_CLIENT_HELLO)
			return HELLO_BAD;
		if (have >= MESSAGE_HEAD)
			want = MESSAGE_HEAD +
				((size_t)head[1] << 16 | (size_t)head[2] << 8 | head[3]);
		if (want > MESSAGE_MAX)
			return HELLO_BAD;
		if (part < length && have < want)
			return HELLO_MORE;
	}
	*size = want;
	return HELLO_NAMED;
}

/* The SIZE bytes of the message that measure() found, without the records' heads. */
static void join(const uint8_t *bytes, size_t size, uint8_t *message)
{
	size_t have = 0, length, part;

	do {
		length = (size_t)bytes[3] << 8 | bytes[4];
		part = length < size - have ? length : size - have;
		memcpy(message + have, bytes + RECORD_HEAD, part);
		bytes += RECORD_HEAD + length;
		have += part;
	} while (have < size);
}

/* --- The message ------------------------------------------------------------------------------ */

/* What is left to read; `bad` sticks at the first item that is not whole. */
struct span {
	const uint8_t *at;
	size_t n;
	bool bad;
};

/* The next N bytes. */
static struct span take(struct span *s, size_t n)
{
	struct span part = {s->at, n, s->bad || n > s->n};

	if (part.bad) {
		s->bad = true;
		s->n = part.n = 0;
		return part;
	}
	s->at += n;
	s->n -= n;
	return part;
}

/* The next number of WIDTH bytes; 0 if it is not whole. */
static unsigned take_number(struct span *s, size_t width)
{
	struct span bytes = take(s, width);
	unsigned value = 0;

	for (; bytes.n; bytes.n--)
		value = value << 8 | *bytes.at++;
	return value;
}

/* The next vector, whose length is a number of WIDTH bytes (RFC 8446 §3.4). */
static struct span take_vector(struct span *s, size_t width)
{
	return take(s, take_number(s, width));
}

/* The extension's list, which must be of one name, a host's. */
static bool read_server_name(struct span data, char name[NAME_SIZE])
{
	struct span list = take_vector(&data, 2);
	unsigned kind = take_number(&list, 1);
	struct span host = take_vector(&list, 2);
	size_t i;

	if (host.bad || list.n || data.n || kind != NAME_IS_HOST || *name)
		return false;
	if (host.n == 0 || host.n >= NAME_SIZE)
		return false;
	for (i = 0; i < host.n; i++) {
		if (host.at[i] <= ' ' || host.at[i] >= 0x7f)
			return false;
		name[i] = (char)host.at[i];
	}
	name[host.n] = '\0';
	return true;
}

static enum hello read_extensions(struct span all, char name[NAME_SIZE])
{
	bool hidden = false;

	while (all.n) {
		unsigned type = take_number(&all, 2);
		struct span data = take_vector(&all, 2);

		if (data.bad)
			return HELLO_BAD;
		if (type == EXTENSION_SERVER_NAME && !read_server_name(data, name))
			return HELLO_BAD;
		if (type == EXTENSION_ECH || type == EXTENSION_ESNI)
			hidden = true;
	}
	if (hidden)
		return HELLO_HIDDEN;
	return *name ? HELLO_NAMED : HELLO_NAMELESS;
}

static enum hello read_message(const uint8_t *message, size_t size, char name[NAME_SIZE])
{
	struct span body = {message + MESSAGE_HEAD, size - MESSAGE_HEAD, false};
	unsigned version = take_number(&body, 2);
	struct span session, suites, methods, extensions;

	take(&body, RANDOM_SIZE);
	session = take_vector(&body, 1);
	suites = take_vector(&body, 2);
	methods = take_vector(&body, 1);
	if (body.bad || version >> 8 != VERSION_MAJOR || session.n > SESSION_MAX)
		return HELLO_BAD;
	if (suites.n == 0 || suites.n % 2 || methods.n == 0)
		return HELLO_BAD;
	if (body.n == 0) /* before TLS 1.3, extensions could be left out */
		return HELLO_NAMELESS;
	extensions = take_vector(&body, 2);
	if (body.bad || body.n)
		return HELLO_BAD;
	return read_extensions(extensions, name);
}

/* --- Both ------------------------------------------------------------------------------------- */

enum hello hello_read(const uint8_t *bytes, size_t n, char name[256])
{
	bool full = n >= HELLO_MAX;
	uint8_t message[MESSAGE_MAX];
	enum hello verdict;
	size_t size = 0;

	*name = '\0';
	if ((n > 0 && bytes[0] != RECORD_HANDSHAKE) || (n > 1 && bytes[1] != VERSION_MAJOR))
		return HELLO_NOT_TLS;
	verdict = measure(bytes, full ? HELLO_MAX : n, &size);
	if (verdict == HELLO_MORE && full)
		return HELLO_BAD;
	if (verdict != HELLO_NAMED)
		return verdict;
	join(bytes, size, message);
	verdict = read_message(message, size, name);
	if (verdict != HELLO_NAMED)
		*name = '\0';
	return verdict;
}
