/*
 * The plan as one JSON object. Keys are those of the model; nothing is left out, so that what a
 * program reads is what is enforced. Values of variables are left out: they may be secrets.
 */
#include "model/names.h"
#include "render/explain.h"
#include "render/writer.h"

static void origin(struct writer *w, const char *name, const struct origin *o)
{
	key(w, name);
	open_with(w, '{');
	text(w, "kind", origin_kind_names[o->kind]);
	text(w, "bundle", o->bundle);
	text(w, "file", o->at.file);
	number(w, "line", o->at.line);
	text(w, "why", o->why);
	close_with(w, '}');
}

static void json_policy(struct writer *w, const struct plan *plan)
{
	const struct policy *p = plan->policy;
	size_t n = 0, i;

	while (plan->argv[n])
		n++;
	strings(w, "command", plan->argv, n);
	text(w, "project", plan->project);
	text(w, "cwd", plan->cwd);
	text(w, "home", plan->home);
	text(w, "manifest", p->manifest);
	text(w, "config", p->config);
	text(w, "profile", run_profile_names[p->profile]);
	origin(w, "profile_origin", &p->profile_from);
	boolean(w, "strict", p->strict);
	origin(w, "strict_origin", &p->strict_from);
	boolean(w, "debug", p->debug);
	origin(w, "debug_origin", &p->debug_from);
	text(w, "envrc_mode", envrc_mode_names[p->envrc]);
	text(w, "envrc", plan->envrc);
	list(w, "bundles");
	for (i = 0; i < p->matches.n; i++) {
		open_with(w, '{');
		text(w, "name", p->matches.v[i].bundle->name);
		text(w, "word", p->matches.v[i].word);
		boolean(w, "used", p->matches.v[i].used);
		boolean(w, "envrc", p->matches.v[i].envrc);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void json_mounts(struct writer *w, const struct plan *plan)
{
	const struct mount *m;

	list(w, "mounts");
	vec_each (m, &plan->mounts) {
		open_with(w, '{');
		text(w, "kind", mount_kind_names[m->kind]);
		text(w, "dest", m->dest);
		text(w, "source", m->source);
		text(w, "data", m->data);
		number(w, "size", (long long)m->size);
		boolean(w, "made", m->make);
		boolean(w, "held", m->held);
		text(w, "stand_in", m->stand_in ? stand_in_names[m->stand_in] : NULL);
		origin(w, "origin", &m->from);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void json_protected(struct writer *w, const struct plan *plan)
{
	const struct protected *x;

	list(w, "protected");
	vec_each (x, &plan->protected) {
		open_with(w, '{');
		text(w, "path", x->path);
		text(w, "state", protected_state_names[x->state]);
		origin(w, "origin", &x->from);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void json_grants(struct writer *w, const char *name, const struct grants *l)
{
	size_t i;

	list(w, name);
	for (i = 0; i < l->n; i++) {
		open_with(w, '{');
		text(w, "kind", grant_kind_name(l->v[i].kind));
		text(w, "value", l->v[i].value);
		text(w, "text", l->v[i].text);
		boolean(w, "escape", l->v[i].flags & GRANT_ESCAPE);
		text(w, "cache",
			l->v[i].flags & GRANT_CHECKED             ? "checked"
				: l->v[i].flags & GRANT_UNCHECKED ? "unchecked"
								  : NULL);
		origin(w, "origin", &l->v[i].from);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void json_ports(struct writer *w, const char *name, const struct ports *ports, bool host)
{
	const struct port *p;

	list(w, name);
	vec_each (p, ports) {
		open_with(w, '{');
		number(w, "port", p->number);
		boolean(w, "prompt", p->prompt);
		text(w, "risk", host && !p->twin ? port_risk(p->number) : NULL);
		boolean(w, "twin", p->twin);
		origin(w, "origin", &p->from);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void json_upstream(struct writer *w, const struct upstream *u)
{
	key(w, "upstream_proxy");
	if (!u->host) {
		strbuf_adds(w->out, "null");
		w->comma = true;
		return;
	}
	open_with(w, '{');
	text(w, "host", u->host);
	number(w, "port", u->port);
	boolean(w, "login", u->login);
	origin(w, "origin", &u->from);
	close_with(w, '}');
}

static void json_network(struct writer *w, const struct network *net)
{
	const struct domain *d;
	size_t i;

	boolean(w, "every_public_name", net->any);
	list(w, "domains");
	vec_each (d, &net->domains) {
		open_with(w, '{');
		text(w, "host", d->host);
		number(w, "port", d->port);
		origin(w, "origin", &d->from);
		close_with(w, '}');
	}
	close_with(w, ']');
	list(w, "domain_ports");
	for (i = 0; i < net->ports.n; i++) {
		strbuf_addf(w->out, "%s%u", w->comma ? "," : "", net->ports.v[i]);
		w->comma = true;
	}
	close_with(w, ']');
	text(w, "sni", sni_mode_names[net->sni]);
	origin(w, "sni_origin", &net->sni_from);
	text(w, "proxy", proxy_mode_names[net->proxy]);
	origin(w, "proxy_origin", &net->proxy_from);
	json_upstream(w, &net->upstream);
	json_ports(w, "host_localhost_ports", &net->host_ports, true);
	json_ports(w, "dev_server_ports", &net->dev_ports, false);
}

static void json_bus(struct writer *w, const struct bus *bus)
{
	const struct bus_rule *r;

	key(w, "bus");
	open_with(w, '{');
	text(w, "inside", bus->inside);
	text(w, "address", bus->address);
	text(w, "proxy", bus->proxy);
	list(w, "rules");
	vec_each (r, &bus->rules) {
		open_with(w, '{');
		text(w, "rule", r->text);
		text(w, "risk", bus_risk(r->text));
		origin(w, "origin", &r->from);
		close_with(w, '}');
	}
	close_with(w, ']');
	close_with(w, '}');
}

static void json_limits(struct writer *w, const struct limits *limits)
{
	int i;

	list(w, "limits");
	for (i = 0; i < LIMITS; i++) {
		const struct limit *l = &limits->v[i];

		if (!l->set)
			continue;
		open_with(w, '{');
		text(w, "name", limit_names[i]);
		number(w, "value", (long long)l->value);
		text(w, "holder", limit_holder_names[l->holder]);
		text(w, "means", l->means);
		origin(w, "origin", &l->from);
		close_with(w, '}');
	}
	close_with(w, ']');
	text(w, "cgroup", limits->cgroup);
}

static void json_layers(struct writer *w, uint32_t wanted)
{
	unsigned i;

	list(w, "layers");
	for (i = 0; i < LAYERS; i++) {
		if (!(wanted & (uint32_t)1 << i))
			continue;
		strbuf_adds(w->out, w->comma ? "," : "");
		strbuf_add_json(w->out, layer_rows[i].name);
		w->comma = true;
	}
	close_with(w, ']');
}

void render_json(const struct plan *plan, struct strbuf *out)
{
	struct writer w = {.out = out};
	size_t i;

	open_with(&w, '{');
	number(&w, "version", 1);
	json_policy(&w, plan);
	json_mounts(&w, plan);
	json_protected(&w, plan);
	list(&w, "env");
	for (i = 0; i < plan->env.n; i++) {
		open_with(&w, '{');
		text(&w, "name", plan->env.v[i].name);
		origin(&w, "origin", &plan->env.v[i].from);
		close_with(&w, '}');
	}
	close_with(&w, ']');
	json_network(&w, &plan->net);
	json_bus(&w, &plan->bus);
	list(&w, "landlock");
	for (i = 0; i < plan->landlock.n; i++) {
		open_with(&w, '{');
		text(&w, "access", access_class_names[plan->landlock.v[i].access]);
		text(&w, "path", plan->landlock.v[i].path);
		origin(&w, "origin", &plan->landlock.v[i].from);
		close_with(&w, '}');
	}
	close_with(&w, ']');
	json_layers(&w, plan->layers);
	json_limits(&w, &plan->limits);
	json_grants(&w, "grants", &plan->policy->grants);
	json_grants(&w, "absent", &plan->absent);
	json_grants(&w, "withheld", &plan->policy->clipped);
	strings(&w, "withheld_tools", plan->policy->clipped_tools.v, plan->policy->clipped_tools.n);
	list(&w, "notes");
	elements(&w, plan->notes.v, plan->notes.n);
	elements(&w, plan->remarks.v, plan->remarks.n);
	close_with(&w, ']');
	close_with(&w, '}');
	strbuf_addc(out, '\n');
}
