/*
 * net: domains and ports, as numbers and lower-case names, each once; and what cannot be had at
 * the same time, told with both places, before anything listens.
 *
 * Names are served on the same ports for all of them: who asks for a name does not say the port
 * that it will connect to, so each name has an address of its own and each port one listener for
 * all addresses. decide() holds the name against its own port.
 */
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "plan/parts.h"

/* What is below 1024 cannot be granted, so no bridge is in the proxy's way. */
_Static_assert(PROXY_PORT < 1024, "a granted port could be the proxy's");

static void add_domain(struct builder *b, struct domains *to, const struct grant *g)
{
	const struct domain *d;
	char host[256];
	unsigned port;

	if (domain_parse(g->value, host, &port))
		return; /* the readers checked it */
	vec_each (d, to)
		if (d->port == port && strcmp(d->host, host) == 0)
			return;
	*vec_push(b->arena, to) = (struct domain){
		.host = arena_strdup(b->arena, host),
		.port = port,
		.from = g->from,
	};
}

static bool has_port(const struct network *net, unsigned number)
{
	size_t i;

	for (i = 0; i < net->ports.n; i++)
		if (net->ports.v[i] == number)
			return true;
	return false;
}

static void add_name_port(struct builder *b, unsigned number)
{
	struct network *net = &b->plan->net;
	size_t i;

	if (has_port(net, number))
		return;
	vec_push(b->arena, &net->ports);
	for (i = net->ports.n - 1; i > 0 && net->ports.v[i - 1] > number; i--)
		net->ports.v[i] = net->ports.v[i - 1];
	net->ports.v[i] = number;
}

static void add_name_ports(struct builder *b)
{
	static const unsigned usual[] = {80, 443};
	const struct network *net = &b->plan->net;
	const struct domain *d;
	size_t i;

	if (!network_named(net))
		return;
	for (i = 0; i < 2; i++)
		add_name_port(b, usual[i]);
	for (i = 0; net->any && i < ANY_PORTS; i++)
		add_name_port(b, network_any_ports[i]);
	vec_each (d, &net->domains)
		if (d->port)
			add_name_port(b, d->port);
}

/* The grant that forbids what G grants, or NULL. Both values are decimal numbers. */
static const struct grant *denied(const struct policy *p, const struct grant *g)
{
	const struct grant *deny;

	vec_each (deny, &p->grants)
		if (deny->kind == GRANT_HOST_PORT_DENY && strcmp(deny->value, g->value) == 0)
			return deny;
	return NULL;
}

static void add_port(struct builder *b, const struct grant *g)
{
	bool host = g->kind == GRANT_HOST_PORT, prompt = g->flags & GRANT_PROMPT;
	bool twin = g->flags & GRANT_TWIN;
	struct ports *ports = host ? &b->plan->net.host_ports : &b->plan->net.dev_ports;
	const struct grant *deny = host ? denied(b->policy, g) : NULL;
	unsigned number = (unsigned)strtoul(g->value, NULL, 10);
	struct port *p;

	if (deny) {
		strvec_push(b->arena, &b->plan->notes,
			arena_printf(b->arena,
				"port %u of the host's localhost stays closed: "
				"host_localhost_ports_deny (%s:%d)",
				number, deny->from.at.file, deny->from.at.line));
		return;
	}
	vec_each (p, ports)
		if (p->number == number) {
			p->prompt |= prompt;
			/* The host's server was wished too: the narrower of the two. */
			p->twin |= twin;
			return;
		}
	*vec_push(b->arena, ports) = (struct port){
		.number = number,
		.prompt = prompt,
		.twin = twin,
		.from = g->from,
	};
}

/* Where a domain names PORT, or NULL: it is one of the usual ones. */
static const struct domain *namer(const struct network *net, unsigned port)
{
	const struct domain *d;

	vec_each (d, &net->domains)
		if (d->port == port)
			return d;
	return NULL;
}

/* A server inside and a listener of the keeper cannot both have a port of the same loopback. */
static void check_dev_port(struct builder *b, const struct port *dev)
{
	const struct network *net = &b->plan->net;
	const struct domain *d = namer(net, dev->number);
	const struct port *p;

	vec_each (p, &net->host_ports)
		if (p->number == dev->number)
			diag_add(b->diags, dev->from.at,
				"dev_server_ports %u is a host_localhost_port too (%s:%d), and a "
				"server inside cannot have the port that leads to the host; remove "
				"one",
				dev->number, p->from.at.file, p->from.at.line);
	if (net->proxy == PROXY_TRANSPARENT && has_port(net, dev->number))
		diag_add(b->diags, dev->from.at,
			"dev_server_ports %u is the port of %s (%s:%d) too, and a server inside "
			"cannot have it; choose another, or proxy = \"explicit\"",
			dev->number, d ? d->host : "every name",
			d ? d->from.at.file : b->policy->profile_from.at.file,
			d ? d->from.at.line : b->policy->profile_from.at.line);
}

static void check_name_ports(struct builder *b)
{
	const struct network *net = &b->plan->net;
	const struct domain *d = namer(net, NAME_SERVER_PORT);

	if (net->proxy != PROXY_TRANSPARENT)
		return;
	if (d)
		diag_add(b->diags, d->from.at,
			"domains '%s:%d': port %d is the sandbox's own name server; remove it, or "
			"write proxy = \"explicit\"",
			d->host, NAME_SERVER_PORT, NAME_SERVER_PORT);
	if (net->ports.n > NAME_PORTS_MAX)
		diag_add(b->diags, net->domains.v[net->domains.n - 1].from.at,
			"domains name %zu different ports, and each is a listener; at most %d, or "
			"write proxy = \"explicit\"",
			net->ports.n, NAME_PORTS_MAX);
}

static void check_number(struct builder *b, const struct ports *ports, enum grant_kind kind)
{
	if (ports->n > BRIDGES_MAX)
		diag_add(b->diags, ports->v[BRIDGES_MAX].from.at,
			"%s has %zu ports, and each is a listener; at most %d",
			grant_kind_name(kind), ports->n, BRIDGES_MAX);
}

void plan_net(struct builder *b)
{
	const struct policy *p = b->policy;
	struct network *net = &b->plan->net;
	const struct grant *g;
	const struct port *dev;

	net->any = p->profile == PROFILE_NETWORK_ALLOW_ALL;
	net->sni = p->sni;
	net->sni_from = p->sni_from;
	net->proxy = p->proxy;
	net->proxy_from = p->proxy_from;
	net->upstream = p->upstream;
	vec_each (g, &p->grants) {
		if (g->kind == GRANT_DOMAIN)
			add_domain(b, &net->domains, g);
		else if (g->kind == GRANT_HOST_PORT || g->kind == GRANT_DEV_PORT)
			add_port(b, g);
	}
	vec_each (g, &p->clipped)
		if (g->kind == GRANT_DOMAIN)
			add_domain(b, &net->withheld, g);
	add_name_ports(b);
	check_name_ports(b);
	check_number(b, &net->host_ports, GRANT_HOST_PORT);
	check_number(b, &net->dev_ports, GRANT_DEV_PORT);
	vec_each (dev, &net->dev_ports)
		check_dev_port(b, dev);
}
