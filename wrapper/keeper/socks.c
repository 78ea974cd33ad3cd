#include "keeper/socks.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

enum { VERSION = 5, NO_AUTHENTICATION = 0, NONE_ACCEPTABLE = 0xff, CONNECT = 1 };
enum { FAILED = 1, COMMAND_UNKNOWN = 7, ADDRESS_TYPE_UNKNOWN = 8 };
enum { V4 = 1, NAME = 3, V6 = 4 }; /* address types */

void socks_reply(struct socks *s, int code)
{
	const uint8_t reply[10] = {VERSION, (uint8_t)code, 0, V4};

	memcpy(s->reply, reply, sizeof reply);
	s->reply_len = sizeof reply;
}

static enum socks_result refuse(struct socks *s, int code)
{
	socks_reply(s, code);
	return SOCKS_BAD;
}

/* VERSION, how many methods, the methods. Nothing but "no authentication" is spoken. */
static enum socks_result read_greeting(struct socks *s, const uint8_t *b, size_t n, size_t *used)
{
	bool offered;

	if (n < 2 || n < 2U + b[1])
		return SOCKS_MORE;
	offered = memchr(b + 2, NO_AUTHENTICATION, b[1]) != NULL;
	s->reply[0] = VERSION;
	s->reply[1] = offered ? NO_AUTHENTICATION : NONE_ACCEPTABLE;
	s->reply_len = 2;
	if (!offered)
		return SOCKS_BAD;
	s->stage = SOCKS_REQUEST;
	*used = 2U + b[1];
	return SOCKS_GREETED;
}

/* The LEN bytes of an address of TYPE as a host. */
static void read_host(struct socks *s, int type, const uint8_t *address, size_t len)
{
	memcpy(s->host, address, len);
	s->host[len] = '\0';
	s->host_len = len;
	if (type == NAME)
		return;
	inet_ntop(type == V4 ? AF_INET : AF_INET6, address, s->host, sizeof s->host);
	s->host_len = strlen(s->host);
}

/* VERSION, command, 0, address type, address, port. */
static enum socks_result read_request(struct socks *s, const uint8_t *b, size_t n, size_t *used)
{
	size_t start = 4, len;

	if (n >= 2 && b[1] != CONNECT)
		return refuse(s, COMMAND_UNKNOWN);
	if (n >= 3 && b[2] != 0)
		return refuse(s, FAILED);
	if (n >= 4 && b[3] != V4 && b[3] != NAME && b[3] != V6)
		return refuse(s, ADDRESS_TYPE_UNKNOWN);
	if (n < 5)
		return SOCKS_MORE;
	len = b[3] == V4 ? 4 : b[3] == V6 ? 16 : b[start++];
	if (len == 0)
		return refuse(s, FAILED);
	if (n < start + len + 2)
		return SOCKS_MORE;
	s->port = (unsigned)b[start + len] << 8 | b[start + len + 1];
	if (s->port == 0)
		return refuse(s, FAILED);
	read_host(s, b[3], b + start, len);
	*used = start + len + 2;
	return SOCKS_ASKED;
}

enum socks_result socks_read(struct socks *s, const uint8_t *bytes, size_t n, size_t *used)
{
	*used = 0;
	s->reply_len = 0;
	if (n == 0)
		return SOCKS_MORE;
	if (bytes[0] != VERSION)
		return s->stage == SOCKS_GREETING ? SOCKS_BAD : refuse(s, FAILED);
	if (s->stage == SOCKS_GREETING)
		return read_greeting(s, bytes, n, used);
	return read_request(s, bytes, n, used);
}
