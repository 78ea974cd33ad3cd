#include "render/explain.h"

#include <string.h>

#include "model/names.h"

enum { KEY_COLUMN = 12, VALUE_COLUMN = 46 };

void render_origin(const struct origin *from, struct strbuf *out)
{
	if (from->at.file) {
		strbuf_adds(out, "  [");
		strbuf_add_escaped(out, from->at.file);
		if (from->at.line)
			strbuf_addf(out, ":%d", from->at.line);
		strbuf_addc(out, ']');
	} else if (from->kind == ORIGIN_BUILTIN) {
		strbuf_adds(out, "  [builtin]");
	}
	if (from->why) {
		strbuf_adds(out, "  ");
		strbuf_add_escaped(out, from->why);
	}
}

static void pad(struct strbuf *out, size_t start, size_t column)
{
	do
		strbuf_addc(out, ' ');
	while (out->len - start < column);
}

/* "  KEY  VALUE  [origin] why" in columns. */
static void line(struct strbuf *out, const char *key, const char *value, const struct origin *from)
{
	size_t start = out->len;

	strbuf_adds(out, "  ");
	strbuf_add_escaped(out, key);
	pad(out, start, KEY_COLUMN);
	strbuf_add_escaped(out, value);
	if (from && (from->at.file || from->why)) {
		/* render_origin brings two spaces of its own. */
		while (out->len - start < VALUE_COLUMN - 2)
			strbuf_addc(out, ' ');
		render_origin(from, out);
	}
	strbuf_addc(out, '\n');
}

static void heading(struct strbuf *out, const char *text, size_t n)
{
	if (n)
		strbuf_addf(out, "\n%s\n", text);
}

static void explain_head(const struct plan *plan, struct strbuf *out)
{
	const struct policy *p = plan->policy;
	struct strbuf command = STRBUF_INIT;
	size_t i;

	for (i = 0; plan->argv[i]; i++) {
		strbuf_adds(&command, i ? " " : "");
		strbuf_add_shell(&command, plan->argv[i]);
	}
	strbuf_adds(out, "run\n");
	line(out, "command", command.s, NULL);
	line(out, "project", plan->project, NULL);
	line(out, "folder", plan->cwd, NULL);
	line(out, "manifest", p->manifest ? p->manifest : "none: the built-in default", NULL);
	if (p->config)
		line(out, "config", p->config, NULL);
	line(out, "profile", run_profile_names[p->profile], &p->profile_from);
	line(out, "strict", p->strict ? "true" : "false", &p->strict_from);
	line(out, "envrc_mode", envrc_mode_names[p->envrc], &p->envrc_from);
	if (plan->envrc)
		line(out, "loads", plan->envrc, NULL);
	strbuf_release(&command);
}

static void explain_matches(const struct policy *p, struct strbuf *out)
{
	size_t i;

	heading(out, "bundles", p->matches.n);
	for (i = 0; i < p->matches.n; i++) {
		const struct match *m = &p->matches.v[i];
		size_t start = out->len;

		strbuf_addf(out, "  %s", m->bundle->name);
		pad(out, start, KEY_COLUMN);
		strbuf_adds(out, m->envrc ? "by " : m->used ? "used by " : "matches '");
		strbuf_add_escaped(out, m->word);
		strbuf_adds(out, m->envrc ? "" : m->used ? "  (without its domains)" : "'");
		if (m->envrc)
			render_origin(&m->from, out);
		strbuf_addc(out, '\n');
	}
}

/* What a protected path needs is said under its own heading. */
static bool is_protection(const struct mount *m)
{
	return m->held && m->stand_in;
}

static void explain_mounts(const struct plan *plan, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;
	size_t i;

	heading(out, "files", plan->mounts.n);
	for (i = 0; i < plan->mounts.n; i++) {
		const struct mount *m = &plan->mounts.v[i];

		if (is_protection(m))
			continue;
		value.len = 0;
		strbuf_adds(&value, m->dest);
		if (m->source && strcmp(m->source, m->dest) != 0)
			strbuf_addf(&value, " -> %s", m->source);
		if (m->make)
			strbuf_adds(&value, " (made if missing)");
		line(out, mount_kind_names[m->kind], value.s, &m->from);
	}
	strbuf_release(&value);
}

static void explain_protected(const struct plan *plan, struct strbuf *out)
{
	const struct protected *x;

	heading(out, "protected", plan->protected.n);
	vec_each (x, &plan->protected)
		line(out, protected_state_names[x->state], x->path, &x->from);
}

static void explain_grant(const struct grant *g, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;

	strbuf_adds(&value, g->value);
	if (g->text)
		strbuf_addf(&value, " = %s", g->text);
	if (grant_mark(g))
		strbuf_addf(&value, " (%s)", grant_mark(g));
	line(out, grant_kind_name(g->kind), value.s, &g->from);
	strbuf_release(&value);
}

static void explain_grants(const struct grants *l, const char *text, struct strbuf *out)
{
	const struct grant *g;

	heading(out, text, l->n);
	vec_each (g, l)
		explain_grant(g, out);
}

/* First of all, for it is what makes the rest worth little. */
static void explain_escapes(const struct policy *p, struct strbuf *out)
{
	const struct grant *g;
	size_t n = 0;

	vec_each (g, &p->grants)
		if (g->flags & GRANT_ESCAPE && n++ == 0)
			heading(out, "escapes: by these a command can act outside of the sandbox",
				1);
	vec_each (g, &p->grants)
		if (g->flags & GRANT_ESCAPE)
			explain_grant(g, out);
}

static void explain_domains(const struct network *net, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;
	const struct domain *d;

	vec_each (d, &net->domains) {
		value.len = 0;
		strbuf_adds(&value, d->host);
		if (d->port)
			strbuf_addf(&value, strchr(d->host, ':') ? " port %u" : ":%u", d->port);
		line(out, "domain", value.s, &d->from);
	}
	strbuf_release(&value);
}

static void explain_ports(const char *key, const struct ports *ports, bool host, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;
	const struct port *p;

	vec_each (p, ports) {
		const char *risk = host && !p->twin ? port_risk(p->number) : NULL;

		value.len = 0;
		strbuf_addf(&value, "%u%s", p->number,
			p->twin ? " (of a server of this project's own, in a sandbox)" : "");
		strbuf_adds(&value, p->prompt ? " (asked at each run)" : "");
		if (risk)
			strbuf_addf(&value, " (%s)", risk);
		line(out, key, value.s, &p->from);
	}
	strbuf_release(&value);
}

/* How names are reached, and that nothing else is. */
static void explain_filter(const struct network *net, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;
	size_t i;

	for (i = 0; i < net->ports.n; i++)
		strbuf_addf(&value, "%s%u", i ? ", " : "", net->ports.v[i]);
	line(out, "ports", value.s, NULL);
	line(out, "proxy", proxy_mode_names[net->proxy], &net->proxy_from);
	line(out, "sni", sni_mode_names[net->sni], &net->sni_from);
	if (net->upstream.host) {
		value.len = 0;
		strbuf_addf(&value, "%s port %u%s", net->upstream.host, net->upstream.port,
			net->upstream.login ? " (with a password)" : "");
		line(out, "upstream", value.s, &net->upstream.from);
	}
	strbuf_release(&value);
}

static void explain_network(const struct plan *plan, struct strbuf *out)
{
	const struct network *net = &plan->net;

	heading(out, "network", network_wanted(net));
	if (net->any)
		line(out, "domain", "every public name", &plan->policy->profile_from);
	explain_domains(net, out);
	if (network_named(net))
		explain_filter(net, out);
	explain_ports("host port", &net->host_ports, true, out);
	explain_ports("dev port", &net->dev_ports, false, out);
	if (network_wanted(net))
		line(out, "udp",
			network_transparent(net)
				? "unreachable but for the sandbox's own name server"
				: "unreachable",
			NULL);
}

static void explain_bus(const struct bus *bus, struct strbuf *out)
{
	const struct bus_rule *r;

	heading(out, "session bus", bus->rules.n);
	if (!bus->rules.n)
		return;
	line(out, "bus",
		bus->proxy                                   ? bus->address
			: strcmp(bus->inside, BUS_NONE) == 0 ? "none in this run"
							     : "that of the run around this one",
		NULL);
	if (bus->proxy)
		line(out, "proxy", bus->proxy, NULL);
	line(out, "inside", bus->inside, NULL);
	vec_each (r, &bus->rules) {
		line(out, "rule", r->text, &r->from);
		if (bus_risk(r->text))
			line(out, "", bus_risk(r->text), NULL);
	}
}

static void explain_limits(const struct limits *limits, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;
	struct arena arena = ARENA_INIT;
	int i;

	heading(out, "limits", LIMITS);
	for (i = 0; i < LIMITS; i++) {
		const struct limit *l = &limits->v[i];

		if (!l->set)
			continue;
		value.len = 0;
		strbuf_addf(&value, "%s by %s", limit_text(l, (enum limit_kind)i, &arena),
			limit_holder_names[l->holder]);
		line(out, limit_names[i], value.s, &l->from);
		line(out, "", l->means, NULL);
	}
	arena_release(&arena);
	strbuf_release(&value);
}

/* What must be there before the command starts. */
static void explain_layers(uint32_t wanted, struct strbuf *out)
{
	unsigned i;

	heading(out, "layers, all of which must be active", wanted);
	for (i = 0; i < LAYERS; i++)
		if (wanted & (uint32_t)1 << i)
			line(out, layer_rows[i].name, layer_rows[i].what, NULL);
}

void render_explain(const struct plan *plan, struct strbuf *out)
{
	const struct policy *p = plan->policy;
	size_t i;

	explain_head(plan, out);
	explain_matches(p, out);
	explain_escapes(p, out);
	explain_mounts(plan, out);
	explain_protected(plan, out);
	heading(out, "environment", plan->env.n);
	for (i = 0; i < plan->env.n; i++)
		line(out, "", plan->env.v[i].name, &plan->env.v[i].from);
	explain_network(plan, out);
	explain_bus(&plan->bus, out);
	heading(out, "landlock", plan->landlock.n);
	for (i = 0; i < plan->landlock.n; i++)
		line(out, access_class_names[plan->landlock.v[i].access], plan->landlock.v[i].path,
			&plan->landlock.v[i].from);
	strbuf_adds(out, "\nsystem calls\n");
	line(out, "filter", "profiles/syscalls.toml", NULL);
	if (p->debug)
		line(out, "debug", "programs may trace each other", &p->debug_from);
	explain_layers(plan->layers, out);
	explain_limits(&plan->limits, out);
	explain_grants(&p->grants, "grants, as they were written", out);
	explain_grants(&plan->absent, "granted, and not on this machine", out);
	explain_grants(&p->clipped, "withheld by your config.toml", out);
	for (i = 0; i < p->clipped_tools.n; i++)
		line(out, "tool", p->clipped_tools.v[i], NULL);
	heading(out, "notes", plan->notes.n + plan->remarks.n);
	for (i = 0; i < plan->notes.n; i++)
		line(out, "", plan->notes.v[i], NULL);
	for (i = 0; i < plan->remarks.n; i++)
		line(out, "", plan->remarks.v[i], NULL);
}
