/*
 * socks: the server's side of SOCKS5 (RFC 1928), CONNECT without authentication and nothing else.
 * The client is hostile. Each byte is judged once it is there: a refusal does not wait for the
 * rest.
 */
#ifndef SEAL_KEEPER_SOCKS_H
#define SEAL_KEEPER_SOCKS_H

#include <stddef.h>
#include <stdint.h>

enum { SOCKS_MAX = 512 }; /* bytes that a greeting and a request take at most */

enum socks_stage { SOCKS_GREETING, SOCKS_REQUEST };

enum socks_result {
	SOCKS_MORE,    /* more bytes are needed */
	SOCKS_GREETED, /* answer with REPLY, then the request is next */
	SOCKS_ASKED,   /* HOST and PORT are what the client wants */
	SOCKS_BAD,     /* answer with REPLY (it may be empty) and close */
};

struct socks {
	enum socks_stage stage;
	char host[256]; /* as sent (a NUL may be in it), or an address as text; not judged here */
	size_t host_len;
	unsigned port; /* never 0, which decide() would take for any */
	uint8_t reply[10];
	size_t reply_len;
};

/*
 * Takes the first N bytes of what has not been taken yet; *USED of them are done with. S begins as
 * zeroes. What follows a request is the tunnel's. Versions other than 5 get no reply.
 */
enum socks_result socks_read(struct socks *s, const uint8_t *bytes, size_t n, size_t *used);

/* RFC 1928 §6: the reply's code for success and for the refusals. */
enum { SOCKS_OK = 0, SOCKS_NOT_ALLOWED = 2, SOCKS_UNREACHABLE = 4, SOCKS_REFUSED = 5 };

/* The reply to a request: CODE and no address. Ten bytes in s->reply. */
void socks_reply(struct socks *s, int code);

#endif
