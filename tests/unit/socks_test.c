/*
 * SOCKS5 as a hostile client speaks it. Each row is also read in every prefix: a verdict must not
 * depend on how the bytes were cut, and must never be taken back.
 */
#include <stdlib.h>

#include "base/strbuf.h"
#include "keeper/socks.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define BYTES(s) s, sizeof(s) - 1

static const char *const result_names[] = {"more", "greeted", "asked", "bad"};

/* "RESULT used USED host:port reply HEX", of what there is. */
static void describe(enum socks_stage stage, const char *bytes, size_t n, struct strbuf *b)
{
	struct socks s = {.stage = stage};
	uint8_t *exact = malloc(n + 1);
	enum socks_result got;
	size_t used = 99, i;

	memcpy(exact, bytes, n); /* a read past its end is for the sanitizer */
	got = socks_read(&s, exact, n, &used);
	free(exact);
	b->len = 0;
	strbuf_addf(b, "%s %zu", result_names[got], used);
	if (got == SOCKS_ASKED)
		strbuf_addf(b, " %s:%u", s.host, s.port);
	for (i = 0; i < s.reply_len; i++)
		strbuf_addf(b, "%s%02x", i ? "" : " reply ", s.reply[i]);
	if (got == SOCKS_GREETED && s.stage != SOCKS_REQUEST)
		strbuf_adds(b, ", and no next stage");
}

static const struct {
	enum socks_stage stage;
	const char *bytes;
	size_t n;
	const char *want;
} rows[] = {
	{SOCKS_GREETING, BYTES(""), "more 0"},
	{SOCKS_GREETING, BYTES("\x05"), "more 0"},
	{SOCKS_GREETING, BYTES("\x05\x02\x02"), "more 0"},
	{SOCKS_GREETING, BYTES("\x05\x01\0"), "greeted 3 reply 0500"},
	{SOCKS_GREETING, BYTES("\x05\x03\x02\x01\0\x05\x01"), "greeted 5 reply 0500"},
	{SOCKS_GREETING, BYTES("\x05\x01\x02\0"), "bad 0 reply 05ff"},
	{SOCKS_GREETING, BYTES("\x05\0\0"), "bad 0 reply 05ff"},
	{SOCKS_GREETING, BYTES("\x04\x01\0\x50\x7f\0\0\x01\0"), "bad 0"},
	{SOCKS_GREETING, BYTES("\x04\x01\0\x50\0\0\0\x01x\0a.test\0"), "bad 0"},
	{SOCKS_GREETING, BYTES("GET / HTTP/1.1\r\n"), "bad 0"},
	/* Addresses */
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x01\xc0\0\x02\x01\x01\xbb"), "asked 10 192.0.2.1:443"},
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x04\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\x50rest"),
		"asked 22 2001:db8::1:80"},
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x04\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\x01\0\x50"),
		"asked 22 ::ffff:127.0.0.1:80"},
	{SOCKS_REQUEST,
		BYTES("\x05\x01\0\x03\x06"
		      "A.test\xff\xff\x16\x03"),
		"asked 13 A.test:65535"},
	{SOCKS_REQUEST,
		BYTES("\x05\x01\0\x03\x01"
		      "a\0\x50"),
		"asked 8 a:80"},
	{SOCKS_REQUEST,
		BYTES("\x05\x01\0\x03\x06"
		      "a.test\0"),
		"more 0"},
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x03"), "more 0"},
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x01\x7f\0\0\x01"), "more 0"},
	/* Refusals */
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x03\0\0\x50"), "bad 0 reply 05010001000000000000"},
	{SOCKS_REQUEST,
		BYTES("\x05\x01\0\x03\x01"
		      "a\0\0"),
		"bad 0 reply 05010001000000000000"},
	{SOCKS_REQUEST, BYTES("\x05\x02\0\x01\x7f\0\0\x01\0\x50"),
		"bad 0 reply 05070001000000000000"},
	{SOCKS_REQUEST, BYTES("\x05\x03\0\x01\0\0\0\0\0\0"), "bad 0 reply 05070001000000000000"},
	{SOCKS_REQUEST, BYTES("\x05\0\0\x01\0\0\0\0\0\0"), "bad 0 reply 05070001000000000000"},
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x05\0\0\0\0\0\0"), "bad 0 reply 05080001000000000000"},
	{SOCKS_REQUEST, BYTES("\x05\x01\0\x02\0\0\0\0\0\0"), "bad 0 reply 05080001000000000000"},
	{SOCKS_REQUEST, BYTES("\x05\x01\x01\x01\x7f\0\0\x01\0\x50"),
		"bad 0 reply 05010001000000000000"},
	{SOCKS_REQUEST, BYTES("\x04\x01\0\x01\x7f\0\0\x01\0\x50"),
		"bad 0 reply 05010001000000000000"},
};

static void test_rows(void)
{
	struct strbuf b = STRBUF_INIT;
	size_t i, j;

	for (i = 0; i < COUNT(rows); i++) {
		bool decided = false, steady = true;

		describe(rows[i].stage, rows[i].bytes, rows[i].n, &b);
		is_str(b.s, rows[i].want, "row %zu", i);
		for (j = 0; j < rows[i].n; j++) {
			describe(rows[i].stage, rows[i].bytes, j, &b);
			steady = steady &&
				strcmp(b.s,
					decided || strcmp(b.s, "more 0") ? rows[i].want
									 : "more 0") == 0;
			decided = decided || strcmp(b.s, "more 0") != 0;
		}
		ok(steady, "row %zu, in any pieces", i);
	}
	strbuf_release(&b);
}

/* 255 bytes of a name, with NULs in it, pass on as bytes. */
static void test_long_name(void)
{
	struct socks s = {.stage = SOCKS_REQUEST};
	uint8_t bytes[5 + 255 + 2] = {5, 1, 0, 3, 255};
	size_t used;

	memset(bytes + 5, 'a', 255);
	bytes[5 + 100] = '\0';
	bytes[5 + 255 + 1] = 80;
	is_int(socks_read(&s, bytes, sizeof bytes - 1, &used), SOCKS_MORE, "one byte short");
	is_int(socks_read(&s, bytes, sizeof bytes, &used), SOCKS_ASKED, "the longest request");
	ok(used == sizeof bytes && used <= SOCKS_MAX, "taken whole, and within the limit");
	is_int((long long)s.host_len, 255, "its host has all bytes");
	ok(memcmp(s.host, bytes + 5, 255) == 0 && s.host[255] == '\0', "as they were sent");
}

/* A client that does not wait for answers. */
static void test_pipelined(void)
{
	static const char all[] = "\x05\x01\0\x05\x01\0\x01\xc0\0\x02\x01\0\x50hello";
	const uint8_t *at = (const uint8_t *)all;
	size_t n = sizeof all - 1, used;
	struct socks s = {0};

	is_int(socks_read(&s, at, n, &used), SOCKS_GREETED, "greeted");
	at += used, n -= used;
	is_int(socks_read(&s, at, n, &used), SOCKS_ASKED, "asked");
	is_int((long long)s.reply_len, 0, "the greeting's answer is not there again");
	at += used, n -= used;
	ok(n == 5 && memcmp(at, "hello", 5) == 0, "the rest is the tunnel's");
	socks_reply(&s, SOCKS_NOT_ALLOWED);
	ok(s.reply_len == 10 && memcmp(s.reply, "\x05\x02\0\x01\0\0\0\0\0\0", 10) == 0, "reply");
}

int main(void)
{
	test_rows();
	test_long_name();
	test_pipelined();
	return done_testing();
}
