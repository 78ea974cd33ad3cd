#include "keeper/decide.h"

#include <string.h>

#include "base/address.h"
#include "base/mutant.h"
#include "base/pattern.h"

const struct reason_row reason_rows[REASONS] = {
#define REASON(id, code, status, text) [id] = {code, status, text},
#include "keeper/reasons.def"
#undef REASON
};

/* An address that a client asks for, or a domain lists; 0 in ss_family where it is a name. */
struct target {
	const char *name;
	struct sockaddr_storage ip;
};

/*
 * OUT and T from what the client wrote; false if it is neither name nor address. Every form of one
 * address becomes the same text. An address with a dot behind it is none (some resolvers say it
 * is).
 */
static bool read_host(const char *host, size_t len, char out[HOST_SIZE], struct target *t)
{
	bool bracketed = len >= 2 && host[0] == '[' && host[len - 1] == ']';
	size_t i;

	*t = (struct target){.name = out};
	out[0] = '\0';
	if (bracketed) {
		host++;
		len -= 2;
	}
	if (address_read(host, len, &t->ip) && (!bracketed || memchr(host, ':', len))) {
		address_text((const struct sockaddr *)&t->ip, out);
		return true;
	}
	t->ip.ss_family = 0;
	if (len && host[len - 1] == '.')
		len--;
	if (bracketed || !host_is_name(host, len))
		return false;
	for (i = 0; i < len; i++)
		out[i] = ascii_lower(host[i]);
	out[len] = '\0';
	return true;
}

static bool same_address(const struct sockaddr_storage *a, const struct sockaddr_storage *b)
{
	/* Both were zeroed and have no port, so what differs is the address. */
	return a->ss_family == b->ss_family && memcmp(a, b, sizeof *a) == 0;
}

/* D is "host", "*.host" (not the apex), or an address. */
static bool covers(const struct domain *d, const struct target *t)
{
	struct sockaddr_storage ip;
	size_t n, tail;

	if (t->ip.ss_family)
		return address_read(d->host, strlen(d->host), &ip) && same_address(&ip, &t->ip);
	if (strncmp(d->host, "*.", 2) != 0)
		return strcmp(d->host, t->name) == 0;
	n = strlen(t->name);
	tail = strlen(d->host + 1);
	return n > tail && strcmp(t->name + n - tail, d->host + 1) == 0;
}

static bool port_fits(const struct domain *d, unsigned port)
{
	if (port == 0)
		return true;
	return d->port ? port == d->port : port == 443 || port == 80;
}

/* What the profile opens beside the domains: names of the Internet, and every address that the
 * guard lets through. */
static enum reason decide_any(const struct target *t, unsigned port)
{
	size_t i;

	if (!t->ip.ss_family && !strchr(t->name, '.'))
		return REFUSED_NAME;
	for (i = 0; i < ANY_PORTS; i++)
		if (port == 0 || port == network_any_ports[i])
			return ALLOWED;
	return REFUSED_PORT;
}

enum reason decide(
	const struct network *net, const char *host, size_t len, unsigned port, char out[HOST_SIZE])
{
	enum reason why;
	const struct domain *d;
	struct target t;

	if (!read_host(host, len, out, &t))
		return REFUSED_BAD_NAME;
	if (WITHOUT(DECIDE))
		return ALLOWED;
	why = t.ip.ss_family ? REFUSED_LITERAL : REFUSED_NAME;
	if (net->any)
		why = decide_any(&t, port);
	vec_each (d, &net->domains) {
		if (why == ALLOWED)
			break;
		if (covers(d, &t))
			why = port_fits(d, port) ? ALLOWED : REFUSED_PORT;
	}
	vec_each (d, &net->withheld)
		if (why != ALLOWED && covers(d, &t) && port_fits(d, port))
			return REFUSED_WITHHELD;
	return why;
}

void decide_normal(const char *host, size_t len, char out[HOST_SIZE])
{
	struct target t;

	read_host(host, len, out, &t);
}

bool decide_is_listed(const struct network *net, const char *host, unsigned port)
{
	char normal[HOST_SIZE];
	const struct domain *d;
	struct target t;

	if (!read_host(host, strlen(host), normal, &t) || !t.ip.ss_family)
		return false;
	vec_each (d, &net->domains)
		if (covers(d, &t) && port_fits(d, port))
			return true;
	return false;
}

bool decide_is_literal(const char *host)
{
	return host_is_literal(host, strlen(host));
}
