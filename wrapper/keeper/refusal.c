#include "keeper/refusal.h"

#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/address.h"
#include "base/escape.h"
#include "base/pattern.h"
#include "base/strbuf.h"
#include "base/suffix.h"

/*
 * Foreign text is cut so that a line with all of it escaped is within PIPE_BUF: a write(2) of that
 * much to a pipe that poll(2) calls ready neither waits nor mixes with another's.
 */
enum { LINES_MAX = LIMIT_REFUSAL_LINES, DETAIL_SIZE = 160, SHOWN_SIZE = 300 };

struct refusal {
	enum reason why;
	char host[HOST_SIZE], detail[DETAIL_SIZE]; /* cut; "" for no detail */
	unsigned port;
	struct strbuf what;  /* "blocked HOST:PORT (REASON" */
	struct strbuf allow; /* the line of the manifest, empty for none */
};

/* FNV-1a, on from H. */
static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	while (len--)
		h = (h ^ *p++) * 0x100000001b3;
	return h;
}

/* True if this was not told lately, and is now. */
static bool is_new(struct reporter *r, const struct refusal *f)
{
	const unsigned room = sizeof r->keys / sizeof *r->keys;
	uint64_t key = 0xcbf29ce484222325 ^ r->seed;
	unsigned i;

	key = mix(key, &f->why, sizeof f->why);
	key = mix(key, &f->port, sizeof f->port);
	key = mix(key, f->host, strlen(f->host) + 1);
	key = mix(key, f->detail, strlen(f->detail));
	for (i = 0; i < r->seen && i < room; i++)
		if (r->keys[i] == key)
			return false;
	r->keys[r->seen++ % room] = key;
	return true;
}

static void add_shown(struct strbuf *b, const char *foreign)
{
	char shown[SHOWN_SIZE];

	escape_line(shown, sizeof shown, foreign);
	strbuf_adds(b, shown);
}

/* "host", or "[v6]" where a port or a manifest needs it. */
static void add_host(struct strbuf *b, const char *host, bool bracket)
{
	bracket = bracket && strchr(host, ':') && decide_is_literal(host);
	strbuf_adds(b, bracket ? "[" : "");
	add_shown(b, host);
	strbuf_adds(b, bracket ? "]" : "");
}

/* The entry of domains that lets HOST and PORT pass, if the manifest would take it. */
static void allow_domain(struct refusal *f)
{
	bool literal = decide_is_literal(f->host);
	struct sockaddr_storage ip;
	enum address_kind kind;

	if (literal) {
		address_read(f->host, strlen(f->host), &ip);
		kind = address_kind((const struct sockaddr *)&ip);
		if (kind == ADDRESS_LOOPBACK && f->port >= 1024)
			strbuf_addf(&f->allow, "[sandbox.os.network] host_localhost_ports = [%u]",
				f->port);
		if (!address_kind_is_host(kind))
			return;
	} else if (!host_is_name(f->host, strlen(f->host)) || suffix_is_registry(f->host)) {
		return;
	}
	strbuf_adds(&f->allow, "[sandbox.os.network] domains = [\"");
	add_host(&f->allow, f->host, true);
	if (f->port && (f->why == REFUSED_PORT || (f->port != 443 && f->port != 80)))
		strbuf_addf(&f->allow, ":%u", f->port);
	strbuf_adds(&f->allow, "\"]");
}

static void say_what(struct refusal *f)
{
	/* What is allowed and does not work is another thing. */
	strbuf_adds(&f->what, reason_rows[f->why].status >= 500 ? "cannot reach " : "blocked ");
	add_host(&f->what, f->host, f->port != 0);
	if (f->port)
		strbuf_addf(&f->what, ":%u", f->port);
	strbuf_addf(&f->what, " (%s", reason_rows[f->why].text);
	if (*f->detail) {
		strbuf_adds(&f->what, ": ");
		add_shown(&f->what, f->detail);
	}
	if (f->why == REFUSED_NAME || f->why == REFUSED_PORT || f->why == REFUSED_LITERAL ||
		(f->why == REFUSED_ADDRESS && decide_is_literal(f->host)))
		allow_domain(f);
	else if (f->why == REFUSED_NO_SNI || f->why == REFUSED_ECH)
		strbuf_adds(&f->allow, "[sandbox.os.network] sni = \"off\"");
}

/* "2026-11-21T18:00:00.123Z". By hand: gmtime_r() opens /etc/localtime, and may not here. */
static void add_time(struct strbuf *b)
{
	static const unsigned char lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	struct timespec now = {0};
	long days, second;
	int year = 1970, month = 0, leap, length;

	clock_gettime(CLOCK_REALTIME, &now);
	days = (long)(now.tv_sec / 86400);
	second = (long)(now.tv_sec % 86400);
	for (;; year++) {
		leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
		if (days < 365 + leap)
			break;
		days -= 365 + leap;
	}
	for (;; month++) {
		length = lengths[month] + (month == 1 ? leap : 0);
		if (days < length)
			break;
		days -= length;
	}
	strbuf_addf(b, "%04d-%02d-%02ldT%02ld:%02ld:%02ld.%03ldZ", year, month + 1, days + 1,
		second / 3600, second / 60 % 60, second % 60, (long)(now.tv_nsec / 1000000));
}

/* False if FD takes nothing now. A line that is cut short by a full disk is nobody's to mend. */
static bool put(int fd, const struct strbuf *line)
{
	struct pollfd ready = {.fd = fd, .events = POLLOUT};

	return poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) &&
		write(fd, line->s, line->len) > 0;
}

/* False if it should have been told and could not be. */
static bool tell_user(struct reporter *r, const struct refusal *f)
{
	bool told;
	const char *end = r->terminal ? "\r\n" : "\n";
	struct strbuf line = STRBUF_INIT;

	if (r->err < 0 || r->told > LINES_MAX)
		return true;
	if (r->told == LINES_MAX)
		strbuf_addf(&line, "seal-exec: more was blocked, and is not told here (%s)%s",
			r->log < 0 ? "--log FILE would have it" : "the log has it", end);
	else if (f->allow.len)
		strbuf_addf(&line, "seal-exec: %s; to allow: %s)%s", f->what.s, f->allow.s, end);
	else
		strbuf_addf(&line, "seal-exec: %s)%s", f->what.s, end);
	told = put(r->err, &line);
	r->told += told;
	strbuf_release(&line);
	return told;
}

static void add_json_or_null(struct strbuf *b, const char *key, const char *text)
{
	strbuf_addf(b, ",\"%s\":", key);
	if (text && *text)
		strbuf_add_json(b, text);
	else
		strbuf_adds(b, "null");
}

/* "{"time":"...","event":EVENT": every line of the log begins so. */
static void begin_line(struct strbuf *line, const char *event)
{
	strbuf_adds(line, "{\"time\":\"");
	add_time(line);
	strbuf_addf(line, "\",\"event\":\"%s\"", event);
}

/* True if the log may have a line in this second; what was too much before comes first then. */
static bool has_room(struct reporter *r)
{
	struct strbuf line = STRBUF_INIT;
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec != r->second) {
		r->second = now.tv_sec;
		r->lines = 0;
	}
	if (r->seen > LIMIT_REFUSALS && r->lines >= LIMIT_LOG_RATE)
		return false;
	r->lines++;
	if (r->lost) {
		begin_line(&line, "lost");
		strbuf_addf(&line, ",\"count\":%u}\n", r->lost);
		if (put(r->log, &line))
			r->lost = 0;
		strbuf_release(&line);
	}
	return true;
}

static void add_refusal(struct strbuf *line, const struct refusal *f)
{
	struct strbuf message = STRBUF_INIT;

	strbuf_addf(&message, "%s)", f->what.s);
	begin_line(line, "refused");
	strbuf_addf(line, ",\"code\":\"%s\",\"host\":", reason_rows[f->why].code);
	strbuf_add_json(line, f->host);
	strbuf_adds(line, ",\"port\":");
	if (f->port)
		strbuf_addf(line, "%u", f->port);
	else
		strbuf_adds(line, "null");
	add_json_or_null(line, "detail", f->detail);
	add_json_or_null(line, "message", message.s);
	add_json_or_null(line, "allow", f->allow.s);
	strbuf_adds(line, "}\n");
	strbuf_release(&message);
}

static void tell_log(struct reporter *r, const struct refusal *f)
{
	static const char full[] = "seal-exec: the log takes no more lines, so some are missing\n";
	struct strbuf line = STRBUF_INIT;

	if (r->log < 0)
		return;
	if (!has_room(r)) {
		r->lost++;
		return;
	}
	add_refusal(&line, f);
	if (!put(r->log, &line)) {
		r->lost++;
		line.len = 0;
		strbuf_adds(&line, full);
		if (!r->log_failed && r->err >= 0)
			r->log_failed = put(r->err, &line);
	}
	strbuf_release(&line);
}

void refusal_tell(
	struct reporter *r, enum reason why, const char *host, unsigned port, const char *detail)
{
	struct refusal f = {.why = why, .port = port};

	strlcpy(f.host, host, sizeof f.host);
	strlcpy(f.detail, detail ? detail : "", sizeof f.detail);
	if ((r->err < 0 && r->log < 0) || !is_new(r, &f))
		return;
	say_what(&f);
	/* What a full pipe has not taken is told when it happens again. */
	if (!tell_user(r, &f))
		r->keys[--r->seen % LIMIT_REFUSALS] = 0;
	tell_log(r, &f);
	strbuf_release(&f.what);
	strbuf_release(&f.allow);
}
