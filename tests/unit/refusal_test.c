/*
 * Refusals, as the user and the log get them, through pipes: what is said, how often, what it
 * suggests, and that foreign text stays one line of harmless characters.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "json.h"
#include "keeper/refusal.h"
#include "tap.h"

struct ends {
	int err, log; /* the reader's */
	struct reporter r;
	char text[256 * 1024];
};

static void make_pipe(int *reader, int *writer)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) != 0 || fcntl(fds[0], F_SETFL, O_NONBLOCK) != 0)
		abort();
	/* 64 KiB may not be allowed to one who has many pipes; then tests fail, and say so. */
	fcntl(fds[1], F_SETPIPE_SZ, 256 * 1024);
	*reader = fds[0];
	*writer = fds[1];
}

static struct ends *begin(void)
{
	struct ends *e = calloc(1, sizeof *e);

	if (!e)
		abort();
	make_pipe(&e->err, &e->r.err);
	make_pipe(&e->log, &e->r.log);
	return e;
}

static void end(struct ends *e)
{
	close(e->err);
	close(e->log);
	close(e->r.err);
	close(e->r.log);
	free(e);
}

/* What came since the last time, "" for nothing; into e->text. */
static const char *got(struct ends *e, int fd)
{
	size_t n = 0;
	ssize_t more;

	while ((more = read(fd, e->text + n, sizeof e->text - 1 - n)) > 0)
		n += (size_t)more;
	e->text[n] = '\0';
	return e->text;
}

static int count_lines(const char *s)
{
	int n = 0;

	for (; *s; s++)
		n += *s == '\n';
	return n;
}

#define ALLOW(entry) "; to allow: [sandbox.os.network] domains = [\"" entry "\"])\n"

static const struct {
	enum reason why;
	const char *host;
	unsigned port;
	const char *detail, *line; /* behind "seal-exec: blocked " */
} lines[] = {
	{REFUSED_NAME, "evil.example", 443, NULL,
		"evil.example:443 (not in domains" ALLOW("evil.example")},
	{REFUSED_NAME, "evil.example", 80, NULL,
		"evil.example:80 (not in domains" ALLOW("evil.example")},
	{REFUSED_NAME, "evil.example", 0, NULL,
		"evil.example (not in domains" ALLOW("evil.example")},
	{REFUSED_NAME, "evil.example", 22, NULL,
		"evil.example:22 (not in domains" ALLOW("evil.example:22")},
	{REFUSED_PORT, "evil.example", 22, NULL,
		"evil.example:22 (this port is not granted for it" ALLOW("evil.example:22")},
	{REFUSED_PORT, "evil.example", 443, NULL,
		"evil.example:443 (this port is not granted for it" ALLOW("evil.example:443")},
	{REFUSED_LITERAL, "192.0.2.1", 443, NULL,
		"192.0.2.1:443 (an IP address that is not listed" ALLOW("192.0.2.1")},
	{REFUSED_LITERAL, "10.0.0.1", 8443, NULL,
		"10.0.0.1:8443 (an IP address that is not listed" ALLOW("10.0.0.1:8443")},
	{REFUSED_LITERAL, "2001:db8::1", 443, NULL,
		"[2001:db8::1]:443 (an IP address that is not listed" ALLOW("[2001:db8::1]")},
	{REFUSED_LITERAL, "2001:db8::1", 22, NULL,
		"[2001:db8::1]:22 (an IP address that is not listed" ALLOW("[2001:db8::1]:22")},
	{REFUSED_LITERAL, "2001:db8::1", 0, NULL,
		"2001:db8::1 (an IP address that is not listed" ALLOW("[2001:db8::1]")},
	/* What the manifest would refuse is not suggested. */
	{REFUSED_LITERAL, "127.0.0.1", 5432, NULL,
		"127.0.0.1:5432 (an IP address that is not listed; to allow: "
		"[sandbox.os.network] host_localhost_ports = [5432])\n"},
	{REFUSED_LITERAL, "::1", 5432, NULL,
		"[::1]:5432 (an IP address that is not listed; to allow: "
		"[sandbox.os.network] host_localhost_ports = [5432])\n"},
	{REFUSED_LITERAL, "127.0.0.1", 80, NULL,
		"127.0.0.1:80 (an IP address that is not listed)\n"},
	{REFUSED_LITERAL, "169.254.169.254", 80, NULL,
		"169.254.169.254:80 (an IP address that is not listed)\n"},
	{REFUSED_NAME, "com", 443, NULL, "com:443 (not in domains)\n"},
	{REFUSED_NAME, "github.io", 443, NULL, "github.io:443 (not in domains" ALLOW("github.io")},
	{REFUSED_NAME, "a\"]\nx = [\"b", 443, NULL, "a\"]\\nx = [\"b:443 (not in domains)\n"},
	{REFUSED_BAD_NAME, "127.1", 443, NULL, "127.1:443 (not a host name)\n"},
	{REFUSED_BAD_NAME, "", 0, NULL, " (not a host name)\n"},
	{REFUSED_NO_SNI, "a.example", 443, NULL,
		"a.example:443 (TLS names no host; to allow: [sandbox.os.network] sni = "
		"\"off\")\n"},
	{REFUSED_ECH, "a.example", 443, NULL,
		"a.example:443 (TLS hides the name (ECH); to allow: [sandbox.os.network] sni = "
		"\"off\")\n"},
	{REFUSED_SNI, "a.example", 443, "it asks for b.example",
		"a.example:443 (TLS asks for another name: it asks for b.example)\n"},
	{REFUSED_ADDRESS, "a.example", 443, "resolves to 10.0.0.1, private",
		"a.example:443 (it leads to an address that is not public: resolves to 10.0.0.1, "
		"private)\n"},
	{REFUSED_RESOLVER, "a.example", 443, "", "a.example:443 (the host cannot resolve it)\n"},
};

static void test_lines(void)
{
	struct ends *e = begin();
	char want[400];
	size_t i;

	for (i = 0; i < sizeof lines / sizeof *lines; i++) {
		snprintf(want, sizeof want, "seal-exec: %s %s",
			lines[i].why == REFUSED_RESOLVER ? "cannot reach" : "blocked",
			lines[i].line);
		refusal_tell(&e->r, lines[i].why, lines[i].host, lines[i].port, lines[i].detail);
		is_str(got(e, e->err), want, "%s of %s, port %u", reason_rows[lines[i].why].code,
			lines[i].host, lines[i].port);
	}
	end(e);
}

static void test_once(void)
{
	struct ends *e = begin();

	refusal_tell(&e->r, REFUSED_NAME, "a.example", 443, NULL);
	refusal_tell(&e->r, REFUSED_NAME, "a.example", 443, NULL);
	is_int(count_lines(got(e, e->err)), 1, "the same is told once");
	is_int(count_lines(got(e, e->log)), 1, "and logged once");
	refusal_tell(&e->r, REFUSED_NAME, "a.example", 80, NULL);
	refusal_tell(&e->r, REFUSED_PORT, "a.example", 80, NULL);
	refusal_tell(&e->r, REFUSED_NAME, "b.example", 80, NULL);
	refusal_tell(&e->r, REFUSED_NAME, "b.example", 80, "in other words");
	is_int(count_lines(got(e, e->err)), 4, "another port, reason, host or detail is another");
	is_int(count_lines(got(e, e->log)), 4, "in the log too");
	end(e);
}

/* What the first line of TEXT that speaks of lost ones says. */
static int count_lost(const char *text)
{
	static const char key[] = "\"event\":\"lost\",\"count\":";
	const char *at = strstr(text, key);

	return at ? (int)strtol(at + sizeof key - 1, NULL, 10) : 0;
}

static void test_many(void)
{
	struct ends *e = begin();
	char host[32];
	const char *text;
	int i, logged, lost;

	for (i = 0; i < 300; i++) {
		snprintf(host, sizeof host, "h%d.example", i);
		refusal_tell(&e->r, REFUSED_NAME, host, 443, NULL);
	}
	text = got(e, e->err);
	is_int(count_lines(text), 51, "fifty are told, and that there are more");
	ok(strstr(text, "blocked h49.example:443") && !strstr(text, "h50.example"), "which fifty");
	ok(strstr(text, "seal-exec: more was blocked"), "and how that is said");
	/* The clock may have gone on by a second meanwhile. */
	text = got(e, e->log);
	logged = count_lines(text);
	ok(logged >= LIMIT_REFUSALS && logged <= LIMIT_REFUSALS + LIMIT_LOG_RATE + 1,
		"the log gets so many at once");
	ok(strstr(text, "\"h255.example\"") && !strstr(text, "h299.example"), "the first ones");
	lost = count_lost(text);
	logged -= lost > 0;
	e->r.second--; /* the next one */
	refusal_tell(&e->r, REFUSED_NAME, "late.example", 443, NULL);
	text = got(e, e->log);
	is_int(count_lines(text), 2, "then it goes on");
	is_int(logged + lost + count_lost(text), 300, "after the count of what is missing");
	ok(strstr(text, "\"late.example\""), "nothing ends it");
	refusal_tell(&e->r, REFUSED_NAME, "late.example", 443, NULL);
	is_int(count_lines(got(e, e->log)), 0, "what was told lately is not told again");
	end(e);
}

static void test_terminal(void)
{
	struct ends *e = begin();

	e->r.terminal = true;
	refusal_tell(&e->r, REFUSED_BAD_NAME, "127.1", 443, NULL);
	is_str(got(e, e->err), "seal-exec: blocked 127.1:443 (not a host name)\r\n",
		"a terminal in raw mode needs the carriage return");
	ok(!strchr(got(e, e->log), '\r'), "the log does not");
	end(e);
}

static void test_quiet(void)
{
	struct ends *e = begin();
	int err = e->r.err, log = e->r.log;

	e->r.err = -1;
	refusal_tell(&e->r, REFUSED_NAME, "a.example", 443, NULL);
	is_str(got(e, e->err), "", "-q: nothing on stderr");
	is_int(count_lines(got(e, e->log)), 1, "the log has it all the same");
	e->r.err = err;
	e->r.log = -1;
	refusal_tell(&e->r, REFUSED_NAME, "b.example", 443, NULL);
	is_int(count_lines(got(e, e->err)), 1, "no log: stderr alone");
	is_str(got(e, e->log), "", "and nothing there");
	e->r.log = log;
	end(e);
}

static void test_log(void)
{
	struct ends *e = begin();
	const char *line;
	char now[32], *stamp;
	struct tm tm;
	time_t before = time(NULL), after;

	refusal_tell(&e->r, REFUSED_NAME, "evil.example", 443, NULL);
	line = got(e, e->log);
	after = time(NULL);
	ok(json_valid(line) && line[strlen(line) - 1] == '\n', "a line is an object");
	ok(strncmp(line, "{\"time\":\"", 9) == 0, "with the time first");
	stamp = e->text + 9;
	strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", gmtime_r(&before, &tm));
	ok(strncmp(stamp, now, 19) >= 0, "not before it happened (%s)", now);
	strftime(now, sizeof now, "%Y-%m-%dT%H:%M:%S", gmtime_r(&after, &tm));
	ok(strncmp(stamp, now, 19) <= 0, "nor after it (%s)", now);
	ok(stamp[19] == '.' && stamp[23] == 'Z' && stamp[24] == '"', "milliseconds, UTC");
	is_str(strstr(line, ",\"event\""),
		",\"event\":\"refused\",\"code\":\"not-in-domains\",\"host\":\"evil.example\","
		"\"port\":443,\"detail\":null,\"message\":\"blocked evil.example:443 (not in "
		"domains)\",\"allow\":\"[sandbox.os.network] domains = "
		"[\\\"evil.example\\\"]\"}\n",
		"and the rest");
	refusal_tell(&e->r, REFUSED_ADDRESS, "a.example", 0, "resolves to ::1, loopback");
	line = got(e, e->log);
	ok(json_valid(line) && json_is(json_member(line, "code"), "address-refused") &&
			json_is(json_member(line, "detail"), "resolves to ::1, loopback"),
		"what is there");
	ok(strncmp(json_member(line, "port"), "null", 4) == 0 &&
			strncmp(json_member(line, "allow"), "null", 4) == 0,
		"and what is not");
	end(e);
}

/* PX-24, and worse. */
static void test_foreign(void)
{
	static const char nasty[] = "a\033]0;x\007\r\nALLOW b\342\200\256\377\"\\";
	struct ends *e = begin();
	char longest[2000];
	const char *text;
	size_t i;

	refusal_tell(&e->r, REFUSED_BAD_NAME, nasty, 443, nasty);
	is_str(got(e, e->err),
		"seal-exec: blocked a\\x1b]0;x\\x07\\x0d\\nALLOW b\\u{202e}\\xff\"\\:443 (not a "
		"host name: a\\x1b]0;x\\x07\\x0d\\nALLOW b\\u{202e}\\xff\"\\)\n",
		"[PX-24] control characters are shown, not sent");
	text = got(e, e->log);
	ok(json_valid(text) && count_lines(text) == 1, "[PX-24] one line of the log");
	for (i = 0; text[i + 1]; i++)
		if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
			break;
	ok(!text[i + 1], "[PX-24] ... without control characters");

	memset(longest, '\001', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	refusal_tell(&e->r, REFUSED_BAD_NAME, longest, 65535, longest);
	text = got(e, e->err);
	ok(count_lines(text) == 1 && strlen(text) < 1024, "what is long is cut: %zu bytes",
		strlen(text));
	text = got(e, e->log);
	ok(count_lines(text) == 1 && json_valid(text), "in the log too");
	ok(strlen(text) <= 4096, "to what a pipe takes at once: %zu bytes", strlen(text));
	memset(longest, '"', sizeof longest - 1);
	refusal_tell(&e->r, REFUSED_ADDRESS, longest, 65535, longest);
	text = got(e, e->log);
	ok(json_valid(text) && strlen(text) <= 4096, "quotes: %zu bytes", strlen(text));
	end(e);
}

/* Nobody reads: the keeper must not wait, and a line is whole or not there. */
static void test_full(void)
{
	struct ends *e = begin();
	char block[4096];
	const char *text;
	struct pollfd room = {.fd = e->r.err, .events = POLLOUT};

	memset(block, '.', sizeof block);
	while (poll(&room, 1, 0) == 1)
		if (write(e->r.err, block, sizeof block) < 0)
			abort();
	alarm(10); /* it would wait forever */
	refusal_tell(&e->r, REFUSED_NAME, "a.example", 443, NULL);
	alarm(0);
	is_int(e->r.told, 0, "not told");
	text = got(e, e->err);
	ok(text[strspn(text, ".")] == '\0', "no part of a line came");
	is_int(count_lines(got(e, e->log)), 1, "the log has it");
	refusal_tell(&e->r, REFUSED_NAME, "b.example", 443, NULL);
	is_int(count_lines(got(e, e->err)), 1, "and the next one comes");
	end(e);
}

int main(void)
{
	test_lines();
	test_once();
	test_many();
	test_terminal();
	test_quiet();
	test_log();
	test_foreign();
	test_full();
	return done_testing();
}
