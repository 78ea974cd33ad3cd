/*
 * decide(): every form in which a client can write a name, an address or what some resolver would
 * take for one, and every way in which a port fits or not. What is refused stands beside what is
 * allowed by the same list.
 */
#include "keeper/decide.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What the domains of most tests are. */
static struct domain listed[] = {
	{.host = "allowed.test"},
	{.host = "*.wild.test"},
	{.host = "git.test", .port = 22},
	{.host = "both.test"},
	{.host = "both.test", .port = 8443},
	{.host = "*.deep.wild.test", .port = 8080},
	{.host = "192.0.2.1"},
	{.host = "192.0.2.2", .port = 8443},
	{.host = "2001:db8::1"},
	{.host = "2001:db8:0:0::2", .port = 22},
	{.host = "::ffff:192.0.2.3"},
	{.host = "xn--bcher-kva.test"},
	{.host = "single"},
};
static unsigned open_ports[] = {443, 80, 22, 8443, 8080};

static const struct network some = {
	.domains = {listed, COUNT(listed), COUNT(listed)},
	.ports = {open_ports, COUNT(open_ports), COUNT(open_ports)},
};
static const struct network any = {
	.any = true,
	.domains = {listed, COUNT(listed), COUNT(listed)},
	.ports = {open_ports, 2, 2},
};

static void says(const struct network *net, const char *host, unsigned port, enum reason want,
	const char *out)
{
	char got[HOST_SIZE];
	enum reason why = decide(net, host, strlen(host), port, got);

	is_str(reason_rows[why].code, reason_rows[want].code, "'%s' port %u%s", host, port,
		net->any ? " of any" : "");
	is_str(got, out, "its name");
}

static void test_names(void)
{
	static const struct {
		const char *host;
		enum reason want;
		const char *out;
	} rows[] = {
		{"allowed.test", ALLOWED, "allowed.test"},
		{"ALLOWED.Test", ALLOWED, "allowed.test"},
		{"allowed.test.", ALLOWED, "allowed.test"},
		{"allowed.test..", REFUSED_BAD_NAME, ""},
		{".allowed.test", REFUSED_BAD_NAME, ""},
		{"denied.test", REFUSED_NAME, "denied.test"},
		{"DENIED.test.", REFUSED_NAME, "denied.test"},
		{"sub.allowed.test", REFUSED_NAME, "sub.allowed.test"},
		{"xallowed.test", REFUSED_NAME, "xallowed.test"},
		{"allowed.tes", REFUSED_NAME, "allowed.tes"},
		{"allowed.test.evil", REFUSED_NAME, "allowed.test.evil"},
		{"test", REFUSED_NAME, "test"},
		{"a.wild.test", ALLOWED, "a.wild.test"},
		{"a.b.WILD.test.", ALLOWED, "a.b.wild.test"},
		{"wild.test", REFUSED_NAME, "wild.test"},
		{"xwild.test", REFUSED_NAME, "xwild.test"},
		{"a.wild.test.evil", REFUSED_NAME, "a.wild.test.evil"},
		{"*.wild.test", REFUSED_BAD_NAME, ""},
		{".wild.test", REFUSED_BAD_NAME, ""},
		{"single", ALLOWED, "single"},
		{"single.", ALLOWED, "single"},
		{"xn--bcher-kva.test", ALLOWED, "xn--bcher-kva.test"},
		{"b\303\274cher.test", REFUSED_BAD_NAME, ""},
		{"\320\260llowed.test", REFUSED_BAD_NAME, ""}, /* a Cyrillic a */
		{"allowed.test:443", REFUSED_BAD_NAME, ""},
		{"allowed.test@denied.test", REFUSED_BAD_NAME, ""},
		{"denied.test\\@allowed.test", REFUSED_BAD_NAME, ""},
		{"denied.test/allowed.test", REFUSED_BAD_NAME, ""},
		{"denied.test#.wild.test", REFUSED_BAD_NAME, ""},
		{"denied.test?.wild.test", REFUSED_BAD_NAME, ""},
		{"denied.test%00.wild.test", REFUSED_BAD_NAME, ""},
		{" allowed.test", REFUSED_BAD_NAME, ""},
		{"allowed.test ", REFUSED_BAD_NAME, ""},
		{"allowed.test\r\n", REFUSED_BAD_NAME, ""},
		{"a\033]0;x\007.wild.test", REFUSED_BAD_NAME, ""},
		{"[allowed.test]", REFUSED_BAD_NAME, ""},
		{"", REFUSED_BAD_NAME, ""},
		{".", REFUSED_BAD_NAME, ""},
		{"[]", REFUSED_BAD_NAME, ""},
		{"[", REFUSED_BAD_NAME, ""},
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		says(&some, rows[i].host, 443, rows[i].want, rows[i].out);
}

static void test_literals(void)
{
	static const struct {
		const char *host;
		enum reason want;
		const char *out;
	} rows[] = {
		{"192.0.2.1", ALLOWED, "192.0.2.1"},
		{"::ffff:192.0.2.1", ALLOWED, "192.0.2.1"},
		{"[::ffff:c000:201]", ALLOWED, "192.0.2.1"},
		{"192.0.2.3", ALLOWED, "192.0.2.3"},
		{"[::FFFF:192.0.2.3]", ALLOWED, "192.0.2.3"},
		{"192.0.2.4", REFUSED_LITERAL, "192.0.2.4"},
		{"::192.0.2.1", REFUSED_LITERAL, "::192.0.2.1"},
		{"[2001:db8::1]", ALLOWED, "2001:db8::1"},
		{"2001:0DB8:0:0::0001", ALLOWED, "2001:db8::1"},
		{"[2001:db8::3]", REFUSED_LITERAL, "2001:db8::3"},
		{"127.0.0.1", REFUSED_LITERAL, "127.0.0.1"},
		{"[::1]", REFUSED_LITERAL, "::1"},
		{"::1", REFUSED_LITERAL, "::1"},
		{"[::ffff:7f00:1]", REFUSED_LITERAL, "127.0.0.1"},
		{"[64:ff9b::7f00:1]", REFUSED_LITERAL, "64:ff9b::7f00:1"},
		{"[::127.0.0.1]", REFUSED_LITERAL, "::127.0.0.1"},
		{"0.0.0.0", REFUSED_LITERAL, "0.0.0.0"},
		/* What getaddrinfo() or a browser takes for an address is neither that nor a name.
		 */
		{"0", REFUSED_BAD_NAME, ""},
		{"127.1", REFUSED_BAD_NAME, ""},
		{"192.0.513", REFUSED_BAD_NAME, ""},
		{"3221225985", REFUSED_BAD_NAME, ""}, /* 192.0.2.1 */
		{"2130706433", REFUSED_BAD_NAME, ""},
		{"0x7f.1", REFUSED_BAD_NAME, ""},
		{"0x7f000001", REFUSED_BAD_NAME, ""},
		{"0XC0000201", REFUSED_BAD_NAME, ""},
		{"0177.1", REFUSED_BAD_NAME, ""},
		{"017700000001", REFUSED_BAD_NAME, ""},
		{"192.0.2.01", REFUSED_BAD_NAME, ""},
		{"192.0.2.0x1", REFUSED_BAD_NAME, ""},
		{"192.0.2.1.", REFUSED_BAD_NAME, ""},
		{"192.0.2.1 ", REFUSED_BAD_NAME, ""},
		{"192.0.2.1.test", REFUSED_NAME, "192.0.2.1.test"},
		{"[192.0.2.1]", REFUSED_BAD_NAME, ""},
		{"2001:db8::1.", REFUSED_BAD_NAME, ""},
		{"[2001:db8::1].", REFUSED_BAD_NAME, ""},
		{"[2001:db8::1", REFUSED_BAD_NAME, ""},
		{"2001:db8::1]", REFUSED_BAD_NAME, ""},
		{"[[2001:db8::1]]", REFUSED_BAD_NAME, ""},
		{"[2001:db8::1%lo]", REFUSED_BAD_NAME, ""},
		{"fe80::1%1", REFUSED_BAD_NAME, ""},
		{"[2001:db8::1]:443", REFUSED_BAD_NAME, ""},
		{"\342\221\240\342\221\241\342\221\246.\342\223\252", REFUSED_BAD_NAME, ""},
		{"127\343\200\2020\343\200\2020\343\200\2021", REFUSED_BAD_NAME, ""},
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		says(&some, rows[i].host, 443, rows[i].want, rows[i].out);
}

static void test_ports(void)
{
	static const struct {
		const char *host;
		unsigned port;
		enum reason want;
	} rows[] = {
		{"allowed.test", 443, ALLOWED},
		{"allowed.test", 80, ALLOWED},
		{"allowed.test", 0, ALLOWED},
		{"allowed.test", 22, REFUSED_PORT},
		{"allowed.test", 444, REFUSED_PORT},
		{"allowed.test", 65535, REFUSED_PORT},
		{"git.test", 22, ALLOWED},
		{"git.test", 0, ALLOWED},
		{"git.test", 443, REFUSED_PORT},
		{"git.test", 80, REFUSED_PORT},
		{"both.test", 443, ALLOWED},
		{"both.test", 80, ALLOWED},
		{"both.test", 8443, ALLOWED},
		{"both.test", 22, REFUSED_PORT},
		{"a.deep.wild.test", 8080, ALLOWED},
		{"a.deep.wild.test", 443, ALLOWED},
		{"a.deep.wild.test", 22, REFUSED_PORT},
		{"deep.wild.test", 8080, REFUSED_PORT},
		{"a.wild.test", 8080, REFUSED_PORT},
		{"192.0.2.1", 443, ALLOWED},
		{"192.0.2.1", 0, ALLOWED},
		{"192.0.2.1", 8443, REFUSED_PORT},
		{"192.0.2.2", 8443, ALLOWED},
		{"192.0.2.2", 443, REFUSED_PORT},
		{"2001:db8::2", 22, ALLOWED},
		{"2001:db8::2", 80, REFUSED_PORT},
		{"denied.test", 0, REFUSED_NAME},
		{"denied.test", 22, REFUSED_NAME},
		{"127.0.0.1", 0, REFUSED_LITERAL},
		{"127.1", 0, REFUSED_BAD_NAME},
	};
	char out[HOST_SIZE];
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		is_str(reason_rows[decide(&some, rows[i].host, strlen(rows[i].host), rows[i].port,
					   out)]
				.code,
			reason_rows[rows[i].want].code, "%s, port %u", rows[i].host, rows[i].port);
}

/* Profile network-allow-all: names of the Internet on the ports that are open; the domains add. */
static void test_listed(void)
{
	static struct domain v[] = {
		{.host = "corp.test"}, {.host = "10.1.2.3", .port = 5432}, {.host = "fd00::7"}};
	const struct network net = {.domains = {v, COUNT(v), COUNT(v)}};

	ok(decide_is_listed(&net, "10.1.2.3", 5432), "a listed address, its port");
	ok(decide_is_listed(&net, "10.1.2.3", 0), "... any port");
	ok(!decide_is_listed(&net, "10.1.2.3", 443), "... another port");
	ok(!decide_is_listed(&net, "10.1.2.4", 5432), "another address");
	ok(decide_is_listed(&net, "fd00:0::7", 443), "IPv6 in another spelling, a default port");
	ok(!decide_is_listed(&net, "corp.test", 443), "a name is no address");
}

static void test_any(void)
{
	says(&any, "example.org", 443, ALLOWED, "example.org");
	says(&any, "Example.org.", 80, ALLOWED, "example.org");
	says(&any, "example.org", 0, ALLOWED, "example.org");
	says(&any, "example.org", 22, ALLOWED, "example.org");
	says(&any, "example.org", 8443, REFUSED_PORT, "example.org");
	says(&any, "printer", 443, REFUSED_NAME, "printer");
	says(&any, "localhost", 0, REFUSED_NAME, "localhost");
	says(&any, "localhost.", 443, REFUSED_NAME, "localhost");
	says(&any, "single", 443, ALLOWED, "single");
	says(&any, "git.test", 22, ALLOWED, "git.test");
	says(&any, "git.test", 443, ALLOWED, "git.test");
	says(&any, "allowed.test", 8443, REFUSED_PORT, "allowed.test");
	says(&any, "198.51.100.1", 443, ALLOWED, "198.51.100.1");
	says(&any, "198.51.100.1", 8443, REFUSED_PORT, "198.51.100.1");
	says(&any, "192.0.2.2", 8443, ALLOWED, "192.0.2.2");
	says(&any, "[2001:db8::9]", 80, ALLOWED, "2001:db8::9");
	says(&any, "127.1", 443, REFUSED_BAD_NAME, "");
	says(&any, "a..b", 443, REFUSED_BAD_NAME, "");
}

static void test_nothing(void)
{
	const struct network none = {0};

	says(&none, "allowed.test", 443, REFUSED_NAME, "allowed.test");
	says(&none, "192.0.2.1", 0, REFUSED_LITERAL, "192.0.2.1");
}

/* The bytes are the client's: not ended, and of any length. */
static void test_lengths(void)
{
	static const char tail[] = ".wild.test";
	char host[1024], out[HOST_SIZE];
	size_t i;

	is_int(decide(&some, "allowed.testXYZ", 12, 443, out), ALLOWED, "only LEN bytes count");
	is_str(out, "allowed.test", "and are the name");
	is_int(decide(&some, "allowed.test\0.evil", 18, 443, out), REFUSED_BAD_NAME,
		"a NUL inside");
	is_str(out, "", "is in no name");
	is_int(decide(&some, "192.0.2.1\0", 10, 443, out), REFUSED_BAD_NAME, "nor in an address");
	is_int(decide(&some, "[::1]", 1, 443, out), REFUSED_BAD_NAME, "half a bracket");
	is_int(decide(&some, "x", 0, 443, out), REFUSED_BAD_NAME, "no bytes at all");
	for (i = 0; i < sizeof host; i++)
		host[i] = i % 2 ? '.' : 'a';
	memcpy(host + 243, tail, 10);
	is_int(decide(&some, host, 253, 443, out), ALLOWED, "a name of 253 bytes");
	is_int((long long)strlen(out), 253, "is whole");
	host[253] = '.';
	is_int(decide(&some, host, 254, 443, out), ALLOWED, "and so with a dot behind it");
	is_int(decide(&some, host, 255, 443, out), REFUSED_BAD_NAME, "not with two and one more");
	is_int(decide(&some, host, sizeof host, 443, out), REFUSED_BAD_NAME, "nor a longer one");
	memcpy(host + 244, tail, 10);
	is_int(decide(&some, host, 254, 443, out), REFUSED_BAD_NAME, "nor one of 254");
	ok(decide_is_literal("192.0.2.1") && decide_is_literal("2001:db8::1"), "addresses");
	ok(!decide_is_literal("allowed.test") && !decide_is_literal("") &&
			!decide_is_literal("[::1]") && !decide_is_literal("127.1"),
		"and what is none");
}

static void test_rows(void)
{
	int i, j;
	bool good = true;

	for (i = 0; i < REASONS; i++) {
		const struct reason_row *r = &reason_rows[i];

		good &= r->code && *r->code && r->text && *r->text && r->status >= 200 &&
			r->status < 600;
		for (j = 0; j < i; j++)
			good &= strcmp(r->code, reason_rows[j].code) != 0;
	}
	ok(good, "each reason has a code of its own, a status and words");
	is_str(reason_rows[REFUSED_NAME].code, "not-in-domains", "a code that logs depend on");
}

int main(void)
{
	test_names();
	test_literals();
	test_ports();
	test_listed();
	test_any();
	test_nothing();
	test_lengths();
	test_rows();
	return done_testing();
}
