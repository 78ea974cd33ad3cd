/*
 * HTTP heads and bodies as a hostile client writes them. Each row is also read in every prefix: a
 * verdict must not depend on how the bytes were cut, and must never be taken back.
 */
#include <stdlib.h>

#include "keeper/http.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* A row's bytes, NUL included where one is meant. */
#define BYTES(s) s, sizeof(s) - 1

static const char *const result_names[] = {"more", "head", "not", "bad", "large"};

static const char *result_of(const char *bytes, size_t n, const char **why)
{
	struct http_request r;

	return result_names[http_read(bytes, n, &r, why)];
}

/* True if all beginnings of BYTES say "more" up to one, and the same as all of it from there on. */
static bool is_steady(const char *bytes, size_t n)
{
	struct http_request r;
	enum http_result all = http_read(bytes, n, &r, NULL), got;
	bool decided = false;
	char *exact;
	size_t i;

	for (i = 0; i <= n; i++) {
		exact = malloc(i + 1); /* a read past its end is for the sanitizer */
		memcpy(exact, bytes, i);
		got = http_read(exact, i, &r, NULL);
		free(exact);
		if (got == HTTP_MORE ? decided : got != all)
			return false;
		decided = decided || got != HTTP_MORE;
	}
	return true;
}

static const struct {
	const char *bytes;
	size_t n;
	const char *result;
} kinds[] = {
	/* Other protocols, which pass unread on their ports */
	{BYTES("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"), "not"},
	{BYTES("SSH-2.0-Go\r\n"), "not"},
	{BYTES("SSH-2.0-x"), "more"},
	{BYTES("\x16\x03\x01\x02\x00\x01"), "not"},
	{BYTES("\0\0\0\x08\x04\xd2\x16\x2f"), "not"}, /* PostgreSQL, SSLRequest */
	{BYTES("\x20\0\0\x01\x85\xae"), "not"},       /* MySQL, length 32 */
	{BYTES("\x0d\x01\0\0\x01\0"), "not"},         /* MongoDB, length 269 */
	{BYTES("0\x0c\x02\x01\x01`\x07\x02"), "not"}, /* LDAP */
	{BYTES("``\xb0\x17\0\0\x04\x04"), "not"},     /* Bolt */
	{BYTES("AMQP\0\0\x09\x01"), "not"},
	{BYTES("*1\r\n$4\r\nPING\r\n"), "not"}, /* Redis */
	{BYTES("PING\r\n"), "not"},
	{BYTES("CONNECT\naccept-version:1.2\n\n\0"), "not"}, /* STOMP */
	{BYTES("EHLO mail.example\r\n"), "not"},
	{BYTES("USER anonymous\r\n"), "not"},
	{BYTES("a1 LOGIN x y\r\n"), "not"},
	{BYTES("NICK me\r\nUSER me 0 * :http://x\r\n"), "not"},
	{BYTES("<stream:stream xmlns='http://etherx.example'"), "not"},
	{BYTES("{\"jsonrpc\":\"2.0\"}"), "not"},
	{BYTES("@RSYNCD: 31.0\n"), "not"},
	{BYTES("0032git-upload-pack /project.git\0host=h.example\0"), "not"},
	{BYTES("http://x.example/\r\n"), "not"},
	/* What a lenient server could take for a request */
	{BYTES("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("\n\n\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES(" GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("\x85GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("get / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("Get / http/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET\r/\rHTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET\x0b/\x0cHTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET\xa0/\xa0HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET /  HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET / x HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET/ HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET /\r\n"), "bad"},
	{BYTES("get /\n"), "bad"},
	{BYTES("GET \r\n"), "bad"},
	{BYTES("GET\x1c/\r\n"), "bad"},
	{BYTES("GET\xa0/\r\n"), "bad"},
	{BYTES("F\x7fO / HTTP/1.1\r\n\r\n"), "bad"},
	{BYTES("FOO /x\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("FOO http://denied.test/ FOO/1.0\r\n\r\n"), "bad"},
	{BYTES("F@O / HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("FOO /\0 HTTP/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET / FOO/1.1\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("OPTIONS rtsp://a/ RTSP/1.0\r\n\r\n"), "bad"},
	{BYTES("GET / HTTP/0.9\r\n\r\n"), "bad"},
	{BYTES("GET / HTTP/1.2\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET / HTTP/1.10\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("GET / HTTP/2\r\nHost: a\r\n\r\n"), "bad"},
	{BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), "bad"},
	{BYTES("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n"), "bad"},
	{BYTES("\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c"), "bad"},
	/* Not decided yet */
	{BYTES(""), "more"},
	{BYTES("\r\n"), "more"},
	{BYTES("GE"), "more"},
	{BYTES("GET /"), "more"},
	{BYTES("GET / HTTP/1.1\r\nHost: a\r\n"), "more"},
	{BYTES("GET / HTTP/1.1\r\nHost: a\r\n\r"), "more"},
	{BYTES("EHLO mail"), "more"},
};

static void test_kinds(void)
{
	size_t i;

	for (i = 0; i < COUNT(kinds); i++) {
		is_str(result_of(kinds[i].bytes, kinds[i].n, NULL), kinds[i].result, "%s",
			kinds[i].bytes);
		ok(is_steady(kinds[i].bytes, kinds[i].n), "in any pieces: %s", kinds[i].bytes);
	}
}

/* Heads, and why they are refused: NULL, they are not. */
static const struct {
	const char *head, *why;
} heads[] = {
	{"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n", NULL},
	{"GET / HTTP/1.0\r\n\r\n", NULL},
	{"M-SEARCH_! /x?y=%20&z HTTP/1.1\r\nhost:a.test\r\n\r\n", NULL},
	{"GET /\\|{}^`\"<> HTTP/1.1\r\nHost: a.test\r\n\r\n", NULL},
	{"GET //a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", NULL},
	{"OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n", NULL},
	{"GET / HTTP/1.1\r\nHost: \t a.test \t\r\nX:\r\nY: caf\xc3\xa9\ta\r\n\r\n", NULL},
	{"GET / HTTP/1.1\r\nHost: [2001:db8::1]:8080\r\n\r\n", NULL},
	/* The request line */
	{"\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "space or an empty line before the request line"},
	{"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", "TRACE"},
	{"trace / HTTP/1.1\r\nHost: a\r\n\r\n", "a method that is not in upper case"},
	{"abcdefghijklmnopqrstuvwxyz0123456 / HTTP/1.1\r\nHost: a\r\n\r\n",
		"a request line without method and space"},
	{"abcdefghijklmnopqrstuvwxyz012345 / HTTP/1.1\r\nHost: a\r\n\r\n", NULL},
	{"GET * HTTP/1.1\r\nHost: a\r\n\r\n", "a target that is neither a path nor a http URL"},
	{"GET x HTTP/1.1\r\nHost: a\r\n\r\n", "a target that is neither a path nor a http URL"},
	{"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n", "a fragment in the target"},
	{"GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
		"a request line that does not end in HTTP/1.0 or HTTP/1.1"},
	{"GET  HTTP/1.1\r\nHost: a\r\n\r\n", "a request line without a target"},
	/* Absolute form */
	{"GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n", NULL},
	{"GET HTTP://A.test:80?q HTTP/1.1\r\nHost: a.TEST\r\n\r\n", NULL},
	{"GET http://a.test:8080/ HTTP/1.1\r\nHost: a.test:8080\r\n\r\n", NULL},
	{"GET http://a.test HTTP/1.0\r\n\r\n", NULL},
	{"GET http://a.test/@x HTTP/1.1\r\nHost: a.test\r\n\r\n", NULL},
	{"GET http://a.test/ HTTP/1.1\r\nHost: denied.test\r\n\r\n",
		"a Host field that is not the target's"},
	{"GET http://a.test/ HTTP/1.1\r\nHost: a.test.\r\n\r\n",
		"a Host field that is not the target's"},
	{"GET http://a.test/ HTTP/1.1\r\nHost: a.test:81\r\n\r\n",
		"a Host field that is not the target's"},
	{"GET http://a.test/ HTTP/1.1\r\n\r\n", "no Host field"},
	{"GET http://a.test@denied.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a URL without a plain host"},
	{"GET http://denied.test\\@a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a URL without a plain host"},
	{"GET http://a.test\\.denied.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a URL without a plain host"},
	{"GET http://a.test#@denied.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a fragment in the target"},
	{"GET http:///x HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://a.test:/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://a.test:0/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://a.test:65536/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://a.test:080/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://[a.test]/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://[::1/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://[fe80::1%lo]/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET http://::1/ HTTP/1.1\r\nHost: a.test\r\n\r\n", "a URL without a plain host"},
	{"GET https://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a target that is neither a path nor a http URL"},
	{"GET ftp://a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a target that is neither a path nor a http URL"},
	{"GET file:///etc HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a target that is neither a path nor a http URL"},
	{"GET http:/a.test/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"a target that is neither a path nor a http URL"},
	/* CONNECT */
	{"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n", NULL},
	{"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 0\r\n\r\n", NULL},
	{"CONNECT [2001:db8::1]:22 HTTP/1.0\r\n\r\n", NULL},
	{"CONNECT a.test HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"CONNECT to something else than host:port"},
	{"CONNECT / HTTP/1.1\r\nHost: a.test\r\n\r\n", "CONNECT to something else than host:port"},
	{"CONNECT a.test@denied.test:443 HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"CONNECT to something else than host:port"},
	{"CONNECT http://a.test:443/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"CONNECT to something else than host:port"},
	{"CONNECT a.test:443/ HTTP/1.1\r\nHost: a.test\r\n\r\n",
		"CONNECT to something else than host:port"},
	{"CONNECT a.test:443 HTTP/1.1\r\nHost: b.test\r\n\r\n",
		"a Host field that is not the target's"},
	{"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:444\r\n\r\n",
		"a Host field that is not the target's"},
	{"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\nContent-Length: 1\r\n\r\n",
		"CONNECT with a body"},
	{"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test\r\nTransfer-Encoding: chunked\r\n\r\n",
		"CONNECT with a body"},
	/* Host */
	{"GET / HTTP/1.1\r\n\r\n", "no Host field"},
	{"GET / HTTP/1.1\r\nHost:\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: a\r\nhOST: a\r\n\r\n", "two Host fields"},
	{"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "two Host fields"},
	{"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: a,b\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: a\\b\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: \xc3\xa9\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: a:+80\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n", "a Host field that is not a plain host"},
	{"GET / HTTP/1.1\r\nHost: http://a\r\n\r\n", "a Host field that is not a plain host"},
	/* Lines and fields */
	{"GET / HTTP/1.1\nHost: a\n\n", "a line that ends in LF alone"},
	{"GET / HTTP/1.1\r\nHost: a\n\r\n", "a line that ends in LF alone"},
	{"GET / HTTP/1.1\r\nHost: a\r\nX: b\nHost: c\r\n\r\n", "a line that ends in LF alone"},
	{"GET / HTTP/1.1\rHost: a\r\r", "CR within a line"},
	{"GET / HTTP/1.1\r\nHost: a\r\nX: b\rHost: c\r\n\r\n", "CR within a line"},
	{"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\r\n\r\n", "CR within a line"},
	{"GET / HTTP/1.1\r\nHost: a\r\nX: b\x01\r\n\r\n", "a control character"},
	{"GET / HTTP/1.1\r\nHost: a\r\nX: b\x7f\r\n\r\n", "a control character"},
	{"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0b"
	 "chunked\r\n\r\n",
		"a control character"},
	{"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "a folded line or a field without a name"},
	{"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", "a folded line or a field without a name"},
	{"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n",
		"a folded line or a field without a name"},
	{"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "a folded line or a field without a name"},
	{"GET / HTTP/1.1\r\nHost : a\r\n\r\n", "a field's name that is not followed by a colon"},
	{"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
		"a field's name that is not followed by a colon"},
	{"GET / HTTP/1.1\r\nHost: a\r\nContent-Length\xa0: 1\r\n\r\n",
		"a field's name that is not followed by a colon"},
	{"GET / HTTP/1.1\r\nHost: a\r\nExpect: y 100-continue\r\n\r\n",
		"an Expect that is not 100-continue"},
	{"GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n\r\n",
		"an Expect that is not 100-continue"},
	/* Framing */
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n", NULL},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999999999\r\n\r\n", NULL},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n", NULL},
	{"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n", NULL},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
		"more than one Content-Length or Transfer-Encoding"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
		"more than one Content-Length or Transfer-Encoding"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
		"more than one Content-Length or Transfer-Encoding"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n",
		"more than one Content-Length or Transfer-Encoding"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n",
		"a Content-Length that is not a plain number"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
		"a Content-Length that is not a plain number"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
		"a Content-Length that is not a plain number"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n",
		"a Content-Length that is not a plain number"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \xa0"
	 "5\r\n\r\n",
		"a Content-Length that is not a plain number"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
		"a Content-Length that is not a plain number"},
	{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551621\r\n\r\n",
		"a Content-Length that is not a plain number"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
		"a Transfer-Encoding that is not chunked alone"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
		"a Transfer-Encoding that is not chunked alone"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n",
		"a Transfer-Encoding that is not chunked alone"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \"chunked\"\r\n\r\n",
		"a Transfer-Encoding that is not chunked alone"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked;a=b\r\n\r\n",
		"a Transfer-Encoding that is not chunked alone"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n",
		"a Transfer-Encoding that is not chunked alone"},
	{"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
		"Transfer-Encoding in HTTP/1.0"},
	{"POST / HTTP/1.1\r\nHost: a\r\nTransfer_Encoding: chunked\r\n\r\n",
		"a field that some servers read as another"},
	{"POST / HTTP/1.1\r\nHost: a\r\ncontent_Length: 5\r\n\r\n",
		"a field that some servers read as another"},
};

static void test_heads(void)
{
	size_t i;

	for (i = 0; i < COUNT(heads); i++) {
		const char *why = NULL, *head = heads[i].head;
		const char *want = heads[i].why ? "bad" : "head";

		is_str(result_of(head, strlen(head), &why), want, "%s", head);
		is_str(why, heads[i].why, "why: %s", head);
		ok(is_steady(head, strlen(head)), "in any pieces: %s", head);
	}
}

/* What a head is read as: "METHOD path host:port", and its framing. */
static const struct {
	const char *head, *want;
} readings[] = {
	{"GET /a?b HTTP/1.1\r\nHost: a.test\r\n\r\n", "0 GET /a?b a.test:80 .1"},
	{"GET / HTTP/1.0\r\n\r\n", "0 GET / :80 .0 close"},
	{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "0 GET / :80 .0 close"},
	{"GET / HTTP/1.1\r\nHost: A.test:81\r\nConnection: a ,CLOSE\r\n\r\n",
		"0 GET / A.test:81 .1 close"},
	{"GET / HTTP/1.1\r\nHost: [::1]:81\r\n\r\n", "0 GET / ::1:81 .1"},
	{"GET http://a.test HTTP/1.1\r\nHost: a.test:80\r\n\r\n", "1 GET / a.test:80 .1"},
	{"GET http://a.test?q/@ HTTP/1.1\r\nHost: a.test\r\n\r\n", "1 GET ?q/@ a.test:80 .1"},
	{"GET http://a.test:8/x HTTP/1.0\r\n\r\n", "1 GET /x a.test:8 .0 close"},
	{"OPTIONS http://a.test HTTP/1.1\r\nHost: a.test\r\n\r\n", "1 OPTIONS * a.test:80 .1"},
	{"CONNECT [::1]:8 HTTP/1.1\r\nHost: [::1]\r\n\r\n", "2 CONNECT  ::1:8 .1"},
	{"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 007\r\n\r\n",
		"0 PUT / a:80 .1 close length=7"},
	{"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "0 PUT / a:80 .1 length=0"},
	{"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
		"0 PUT / a:80 .1 close chunked"},
	{"GET / HTTP/1.1\r\nHost: a\r\nConnection: x,Upgrade\r\nUpgrade: WebSocket\r\n\r\n",
		"0 GET / a:80 .1 websocket"},
	{"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n", "0 GET / a:80 .1"},
	{"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
		"0 GET / a:80 .1"},
	{"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket, h2c\r\n\r\n",
		"0 GET / a:80 .1"},
	{"POST / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
		"0 POST / a:80 .1"},
	{"GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
	 "Content-Length: 1\r\n\r\n",
		"0 GET / a:80 .1 close length=1"},
};

static void describe(const struct http_request *r, struct strbuf *b)
{
	strbuf_addf(b, "%d %.*s %.*s %.*s:%u .%d", (int)r->form, (int)r->method.n, r->method.s,
		(int)r->path.n, r->path.n ? r->path.s : "", (int)r->host.n,
		r->host.n ? r->host.s : "", r->port, r->minor);
	strbuf_adds(b, r->close ? " close" : "");
	if (r->length)
		strbuf_addf(b, " length=%llu", (unsigned long long)r->body.left);
	strbuf_adds(b, r->body.chunked ? " chunked" : "");
	strbuf_adds(b, r->websocket ? " websocket" : "");
}

static void test_readings(void)
{
	static const char tail[] = "GET /next HTTP/1.1\r\n";
	struct http_request r;
	size_t i;

	for (i = 0; i < COUNT(readings); i++) {
		struct strbuf head = STRBUF_INIT, b = STRBUF_INIT;
		size_t n = strlen(readings[i].head);

		strbuf_addf(&head, "%s%s", readings[i].head, tail);
		memset(&r, 0xa5, sizeof r);
		is_int(http_read(head.s, head.len, &r, NULL), HTTP_HEAD, "%s", readings[i].head);
		is_int((long long)r.size, (long long)n, "and no byte more");
		describe(&r, &b);
		is_str(b.s, readings[i].want, "%s", readings[i].head);
		strbuf_release(&head);
		strbuf_release(&b);
	}
}

/* A head with N fields X: v beside Host, and a last one whose value has PAD bytes. */
static const char *padded(size_t n, size_t pad, size_t *size)
{
	struct strbuf b = STRBUF_INIT;
	struct http_request r;
	const char *result;
	size_t i;

	strbuf_adds(&b, "GET / HTTP/1.1\r\nHost: a\r\n");
	for (i = 0; i < n; i++)
		strbuf_adds(&b, "X: v\r\n");
	for (strbuf_adds(&b, "Pad: "), i = 0; i < pad; i++)
		strbuf_addc(&b, 'x');
	strbuf_adds(&b, "\r\n\r\n");
	*size = b.len;
	for (i = 0; i < 100; i++)
		strbuf_adds(&b, "of a body ");
	result = result_names[http_read(b.s, b.len, &r, NULL)];
	strbuf_release(&b);
	return result;
}

static void test_limits(void)
{
	struct http_request r;
	size_t size, rest;
	char *long_line = malloc(HTTP_HEAD_MAX);

	is_str(padded(HTTP_FIELDS_MAX - 2, 1, &size), "head", "as many fields as there may be");
	is_str(padded(HTTP_FIELDS_MAX - 1, 1, &size), "large", "one more");
	is_str(padded(10000, 1, &size), "large", "ten thousand");
	padded(0, 0, &size);
	rest = HTTP_HEAD_MAX - size;
	is_str(padded(0, rest, &size), "head", "a head of %zu bytes", size);
	is_str(padded(0, rest + 1, &size), "large", "a head of %zu bytes", size);
	is_str(padded(0, 1024 * 1024L, &size), "large", "a head of a megabyte");
	memset(long_line, 'a', HTTP_HEAD_MAX);
	is_int(http_read(long_line, HTTP_HEAD_MAX - 1, &r, NULL), HTTP_MORE, "a word so far");
	is_int(http_read(long_line, HTTP_HEAD_MAX, &r, NULL), HTTP_LARGE, "a word without end");
	memcpy(long_line, "GET /", 5);
	is_int(http_read(long_line, HTTP_HEAD_MAX, &r, NULL), HTTP_LARGE, "a line without end");
	free(long_line);
}

int main(void)
{
	test_kinds();
	test_heads();
	test_readings();
	test_limits();
	return done_testing();
}
