/*
 * The first bytes for a name: the name in them must be the one that was dialled, or a server that
 * serves many names would be a way to all of them (domain fronting). TLS and HTTP are recognised
 * on every port; on 443 and 80 nothing else passes.
 */
#include <string.h>
#include <strings.h>

#include "base/mutant.h"
#include "keeper/flow.h"
#include "keeper/hello.h"

/* Judged: the bytes go on as they came, and so does everything after them. */
static void pass(struct conn *c)
{
	struct strbuf head = c->head;
	size_t lent = c->lent;

	c->head = (struct strbuf)STRBUF_INIT;
	c->lent = 0;
	c->relay.end[CLIENT].taker = NULL;
	relay_send(&c->relay, SERVER, head.s + lent, head.len - lent);
	strbuf_release(&head);
	conn_judged(c);
}

/* The name that TLS asks for, without one trailing dot. */
static bool is_same(const char *host, char *name)
{
	size_t n = strlen(name);

	if (n && name[n - 1] == '.')
		name[n - 1] = '\0';
	return strcasecmp(name, host) == 0; /* both ASCII: the locale is C */
}

static void judge_tls(struct conn *c)
{
	char name[HOST_SIZE];
	enum hello found = hello_read((const uint8_t *)c->head.s, c->head.len, name);
	/* Else an address was granted, no name. */
	const bool named = !WITHOUT(SNI) && !decide_is_literal(c->host);

	c->speech = SPEECH_TLS;
	if (found == HELLO_MORE)
		return;
	if (c->verdict != ALLOWED)
		conn_refuse(c, c->verdict, NULL);
	else if (found == HELLO_BAD || found == HELLO_NOT_TLS)
		conn_refuse(c, REFUSED_PROTOCOL, "a damaged ClientHello");
	else if (named && found == HELLO_HIDDEN)
		conn_refuse(c, REFUSED_ECH, NULL);
	else if (named && found == HELLO_NAMELESS)
		conn_refuse(c, REFUSED_NO_SNI, NULL);
	else if (named && !is_same(c->host, name))
		conn_refuse(c, REFUSED_SNI, name);
	else
		pass(c);
}

/*
 * Where other protocols pass, a client may say "x" and wait for the answer: it must not be kept
 * waiting for the rest of a request that never comes. But that rest may come, behind a method that
 * nobody has heard of, so the server gets the beginning of a line and no more, and the judge keeps
 * it. If it becomes a request after all, the connection ends before what made it one has left.
 */
static bool may_lend(const struct conn *c)
{
	size_t i;

	if (conn_is_web(c) || http_may_begin(c->head.s, c->head.len))
		return false;
	for (i = 0; i < c->head.len; i++)
		if ((unsigned char)c->head.s[i] < ' ' && c->head.s[i] != '\t')
			return false;
	return true;
}

static void lend(struct conn *c)
{
	relay_send(&c->relay, SERVER, c->head.s + c->lent, c->head.len - c->lent);
	c->lent = c->head.len;
	conn_judged(c);
}

/*
 * A line that is too long to be kept goes on being lent: what it was is seen at its end, where a
 * request has its version. (There are servers that take a method of any length.)
 */
static void lend_long(struct conn *c)
{
	enum { TAIL = 16 };
	char tail[TAIL];

	lend(c);
	if (c->relay.stopped || c->head.len <= TAIL)
		return;
	memcpy(tail, c->head.s + c->head.len - TAIL, TAIL);
	strbuf_release(&c->head);
	strbuf_addc(&c->head, 'x'); /* a line that begins with a word, as this one did */
	strbuf_add(&c->head, tail, TAIL);
	c->lent = c->head.len;
}

static void judge_http(struct conn *c)
{
	if (c->lent) {
		conn_refuse(c, REFUSED_PROTOCOL, "a request in pieces");
		return;
	}
	c->speech = SPEECH_HTTP;
	if (c->verdict != ALLOWED) {
		conn_refuse(c, c->verdict, NULL);
		return;
	}
	c->relay.end[CLIENT].taker = requests_taker;
	requests_taker(&c->relay, NULL, 0);
}

static void judge_other(struct conn *c)
{
	struct http_request r;
	enum http_result found;
	const char *why = NULL;

	found = http_read(c->head.s, c->head.len, &r, &why);
	if (found == HTTP_LARGE && may_lend(c) && !strcasestr(c->head.s, "http/")) {
		if (c->verdict != ALLOWED)
			conn_refuse(c, c->verdict, NULL);
		else
			lend_long(c);
		return;
	}
	switch (found) {
	case HTTP_MORE:
		if (http_may_begin(c->head.s, c->head.len))
			c->speech = SPEECH_HTTP; /* in case that the rest never comes */
		if (!may_lend(c))
			return;
		if (c->verdict != ALLOWED)
			conn_refuse(c, c->verdict, NULL);
		else
			lend(c);
		return;
	case HTTP_NOT:
		c->speech = SPEECH_UNKNOWN;
		if (c->verdict != ALLOWED || conn_is_web(c))
			conn_refuse(c, c->verdict ? c->verdict : REFUSED_PROTOCOL, NULL);
		else
			pass(c);
		return;
	default:
		judge_http(c);
	}
}

void first_taker(struct relay *relay, const char *bytes, size_t n)
{
	struct conn *c = conn_of(relay);

	if (n == 0 && (conn_awaits_head(c) || conn_is_web(c) || c->verdict != ALLOWED)) {
		relay_stop(relay, c->head.len > 0);
		return;
	}
	if (n == 0) {
		relay_finish(relay, SERVER);
		return;
	}
	if (!conn_awaits_head(c))
		timer_start(relay->loop, &c->timer, TIMER_HEAD);
	strbuf_add(&c->head, bytes, n);
	if (c->server->net->sni == SNI_OFF && c->verdict == ALLOWED && c->head.s[0] == 22)
		pass(c);
	else if (c->head.s[0] == 22)
		judge_tls(c);
	else
		judge_other(c);
	conn_count(c);
}
