/*
 * What the keeper sends in HTTP: requests written anew, where their bodies end, answers of its own.
 */
#include "keeper/http.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* HEAD, written for a.test:80, in origin form unless AUTHORIZATION. */
static const struct {
	const char *head;
	unsigned port;
	const char *authorization;
	bool close;
	const char *want;
} writings[] = {
	{"GET /x HTTP/1.1\r\nhOsT: A.test.\r\nAccept:*/*\r\n\r\n", 80, NULL, false,
		"GET /x HTTP/1.1\r\nHost: a.test\r\nAccept: */*\r\n\r\n"},
	{"GET /x HTTP/1.0\r\n\r\n", 81, NULL, false,
		"GET /x HTTP/1.0\r\nHost: a.test:81\r\nConnection: close\r\n\r\n"},
	{"GET http://a.test?q HTTP/1.1\r\nHost: a.test\r\n\r\n", 80, NULL, true,
		"GET /?q HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"},
	{"GET http://a.test?q HTTP/1.1\r\nHost: a.test\r\n\r\n", 81, "", false,
		"GET http://a.test:81/?q HTTP/1.1\r\nHost: a.test:81\r\n\r\n"},
	{"GET //b/ HTTP/1.1\r\nHost: a.test\r\n\r\n", 80, "Basic eDp5", false,
		"GET http://a.test//b/ HTTP/1.1\r\nHost: a.test\r\n"
		"Proxy-Authorization: Basic eDp5\r\n\r\n"},
	{"OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n", 80, "", false,
		"OPTIONS http://a.test HTTP/1.1\r\nHost: a.test\r\n\r\n"},
	{"OPTIONS http://a.test HTTP/1.1\r\nHost: a.test\r\n\r\n", 80, NULL, false,
		"OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n"},
	{"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n", 443, "Basic eDp5", false,
		"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n"
		"Proxy-Authorization: Basic eDp5\r\n\r\n"},
	/* Hop by hop */
	{"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: X-Secret , keep-alive\r\nX-Secret: s\r\n"
	 "connection: y\r\nX-SECRET: s\r\nX-Secret2: t\r\nY: s\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
	 "Proxy-Authorization: s\r\nProxy-Connection: s\r\nTrailer: x\r\nUpgrade: h2c\r\n"
	 "HTTP2-Settings: s\r\n\r\n",
		80, NULL, false, "GET / HTTP/1.1\r\nHost: a.test\r\nX-Secret2: t\r\n\r\n"},
	{"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close, Upgrade\r\nUpgrade: WebSocket\r\n"
	 "Sec-WebSocket-Version: 13\r\n\r\n",
		80, NULL, false,
		"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
		"Sec-WebSocket-Version: 13\r\n\r\n"},
	{"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 80,
		NULL, true, "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n"},
	/* Framing: nothing takes it away */
	{"PUT / HTTP/1.1\r\nConnection: Content-Length, Host\r\nContent-Length: 0005\r\n"
	 "Expect: 100-continue\r\nHost: a.test\r\n\r\n",
		80, NULL, false,
		"PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 5\r\nConnection: close\r\n"
		"Expect: 100-continue\r\n\r\n"},
	{"PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n", 80, NULL, false,
		"PUT / HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n"},
	{"PUT / HTTP/1.1\r\nConnection: transfer-encoding\r\nTransfer-Encoding: CHUNKED\r\n"
	 "Host: a.test\r\n\r\n",
		80, NULL, false,
		"PUT / HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n"
		"Connection: close\r\n\r\n"},
};

static void test_writings(void)
{
	struct strbuf b = STRBUF_INIT;
	struct http_request r;
	size_t i;

	for (i = 0; i < COUNT(writings); i++) {
		const char *head = writings[i].head;

		b.len = 0;
		is_int(http_read(head, strlen(head), &r, NULL), HTTP_HEAD, "%s", head);
		http_write(&r, "a.test", writings[i].port, writings[i].authorization,
			writings[i].close, &b);
		is_str(b.s, writings[i].want, "%s, anew", head);
	}
	b.len = 0;
	http_write(&r, "2001:db8::1", 81, NULL, false, &b);
	ok(strstr(b.s, "Host: [2001:db8::1]:81\r\n"), "IPv6 gets its brackets back");
	strbuf_release(&b);
}

/* Bodies: how many bytes are the body's, -1 if it is broken; whether it ends there. */
static const struct {
	bool chunked;
	uint64_t left;
	const char *bytes;
	long used;
	bool done;
} bodies[] = {
	{false, 0, "GET /", 0, true},
	{false, 3, "ab", 2, false},
	{false, 3, "abc", 3, true},
	{false, 3, "abcGET /", 3, true},
	{true, 0, "", 0, false},
	{true, 0, "0\r\n\r\nGET /", 5, true},
	{true, 0, "3\r\nabc\r\n0\r\n\r\nGET /", 13, true},
	{true, 0, "3\r\nabc\r\n00000000000000aA\r\n0123", 30, false},
	{true, 0, "3\r\na\r\n\r\n000\r\n\r\n", 15, true},
	{true, 0, "7fffffff\r\nabc", 13, false},
	{true, 0, "80000000\r\nabc", -1, false},
	{true, 0, "100000005\r\nabcde\r\n0\r\n\r\n", -1, false},
	{true, 0, "00000000000000005\r\nabcde\r\n", -1, false},
	{true, 0, "fffffffffffffffff\r\n", -1, false},
	{true, 0, "\r\n0\r\n\r\n", -1, false},
	{true, 0, "\r\n\r\n", -1, false},
	{true, 0, " 3\r\nabc\r\n", -1, false},
	{true, 0, "3 \r\nabc\r\n", -1, false},
	{true, 0, "0x3\r\nabc\r\n", -1, false},
	{true, 0, "-3\r\nabc\r\n", -1, false},
	{true, 0, "g\r\n", -1, false},
	{true, 0, "3\nabc\r\n", -1, false},
	{true, 0, "3\r\rabc\r\n", -1, false},
	{true, 0, "3;a=b\r\nabc\r\n", -1, false},
	{true, 0, "3\r\nabcd\r\n", -1, false},
	{true, 0, "3\r\nabc\n", -1, false},
	{true, 0, "3\r\nabc\r\r", -1, false},
	{true, 0, "3\r\nabc0\r\n", -1, false},
	{true, 0, "0\r\n\n", -1, false},
	{true, 0, "0\r\n\r\r", -1, false},
	{true, 0, "0\r\nHost: b\r\n\r\n", -1, false},
};

/* The same, byte by byte. */
static long feed_slowly(struct http_body body, const char *bytes, bool *done)
{
	long used = 0, got;

	for (*done = false; !*done && bytes[used]; used += got)
		if ((got = http_body_feed(&body, bytes + used, 1, done)) < 0)
			return -1;
		else if (got == 0 && !*done)
			return -2;
	return used;
}

static void test_bodies(void)
{
	size_t i;

	for (i = 0; i < COUNT(bodies); i++) {
		struct http_body body = {.chunked = bodies[i].chunked, .left = bodies[i].left};
		bool done = false;

		is_int(feed_slowly(body, bodies[i].bytes, &done), bodies[i].used,
			"body, byte by byte: %s", bodies[i].bytes);
		is_int(done, bodies[i].done, "its end");
		is_int(http_body_feed(&body, bodies[i].bytes, strlen(bodies[i].bytes), &done),
			bodies[i].used, "body: %s", bodies[i].bytes);
		is_int(done, bodies[i].done, "its end");
		if (bodies[i].used < 0)
			is_int(http_body_feed(&body, "0\r\n\r\n", 5, &done), -1, "stays broken");
		else if (bodies[i].done)
			is_int(http_body_feed(&body, "x", 1, &done), 0, "stays ended");
	}
}

static const struct {
	const char *bytes;
	int status;
} statuses[] = {
	{"", 0},
	{"HTTP/1.1 20", 0},
	{"HTTP/1.1 200", 0},
	{"HTTP/1.1 200 OK\r\n", 200},
	{"HTTP/1.0 101\r\n", 101},
	{"HTTP/1.1 407\n", 407},
	{"HTTP/1.1 2000", -1},
	{"HTTP/1.1 000 ", -1},
	{"HTTP/1.1 0", -1},
	{"HTTP/1.1  200 ", -1},
	{"HTTP/2 200 OK", -1},
	{"http/1.1 200 OK", -1},
	{"SSH-2.0", -1},
};

static void test_answers(void)
{
	struct strbuf b = STRBUF_INIT;
	size_t i;

	for (i = 0; i < COUNT(statuses); i++)
		is_int(http_status(statuses[i].bytes, strlen(statuses[i].bytes)),
			statuses[i].status, "status of %s", statuses[i].bytes);
	is_int(http_status("HTTP/1.1 200\0", 13), -1, "a NUL behind the status");
	http_refusal(403, "not-in-domains", "blocked a\r\nX: y\x1b", &b);
	is_str(b.s,
		"HTTP/1.1 403 Forbidden\r\nX-Proxy-Error: not-in-domains\r\n"
		"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 24\r\n"
		"Connection: close\r\n\r\nblocked a\\x0d\\nX: y\\x1b\n",
		"a refusal, and no line of its text");
	is_int(http_status(b.s, b.len), 403, "is a response");
	b.len = 0;
	http_refusal(599, "a\r\nb", "", &b);
	ok(!strstr(b.s, "\nb") && strstr(b.s, "Content-Length: 1\r\n"), "a code cannot add a line");
	strbuf_release(&b);
}

static void test_basic(void)
{
	static const char *const pairs[][2] = {{"", "Basic "}, {"f", "Basic Zg=="},
		{"fo", "Basic Zm8="}, {"foo", "Basic Zm9v"}, {"foob", "Basic Zm9vYg=="},
		{"user:p\xc3\xa4ss>?", "Basic dXNlcjpww6Rzcz4/"}};
	struct strbuf b = STRBUF_INIT;
	size_t i;

	for (i = 0; i < COUNT(pairs); i++) {
		b.len = 0;
		http_basic(pairs[i][0], &b);
		is_str(b.s, pairs[i][1], "base64 of %zu bytes", strlen(pairs[i][0]));
	}
	strbuf_release(&b);
}

int main(void)
{
	test_writings();
	test_bodies();
	test_answers();
	test_basic();
	return done_testing();
}
