#include "policy/resolve.h"

#include <string.h>

#include "policy/expand.h"
#include "policy/knob.h"
#include "policy/select.h"

struct resolver {
	struct policy *p;
	const struct facts *f;
	struct arena *arena;
	struct place adopt_at; /* where sccache_adopt_external stands */
};

static void add(void *user, const struct bundle *b, const struct grant *g)
{
	struct resolver *r = user;
	struct grant *copy;

	(void)b;
	if (g->os != PLATFORM_ANY && g->os != r->f->platform)
		return;
	copy = vec_push(r->arena, &r->p->grants);
	*copy = *g;
	if (grant_is_path(g->kind))
		copy->path = expand_path(g->value, r->f, r->arena);
	if (g->flags & GRANT_TWIN && r->p->adopt_external) {
		copy->flags |= GRANT_ESCAPE;
		copy->from = (struct origin){
			.kind = ORIGIN_CONFIG,
			.at = r->adopt_at,
			.why = "a server of the host's that listens there is used, and runs "
			       "outside what it is told to",
		};
	}
}

static struct origin setting_origin(const struct merged *m, struct place at)
{
	struct origin o = {.kind = ORIGIN_BUILTIN, .at = at, .why = "the default"};

	if (at.file) {
		o.kind = m->config && at.file == m->config->file ? ORIGIN_CONFIG : ORIGIN_MANIFEST;
		o.why = NULL;
	}
	return o;
}

static void resolve_limits(struct policy *p, const struct manifest *m)
{
	struct limit *core = &p->limits[LIMIT_CORE];

	memcpy(p->limits, m->limits, sizeof p->limits);
	if (!core->set)
		*core = (struct limit){
			.set = true,
			.from = {.kind = ORIGIN_BUILTIN, .why = "no core file in the project"},
		};
}

void policy_resolve(struct policy *p, const struct merged *m, const struct bundle *base,
	const struct matches *matches, const struct facts *f, struct arena *arena)
{
	struct resolver r = {.p = p, .f = f, .arena = arena};
	size_t i;

	memset(p, 0, sizeof *p);
	p->manifest = m->m.kind == ORIGIN_MANIFEST ? m->m.file : NULL;
	p->config = m->config ? m->config->file : NULL;
	p->profile = m->m.profile;
	p->profile_from = setting_origin(m, m->m.profile_at);
	p->strict = m->m.strict;
	p->strict_from = setting_origin(m, m->m.strict_at);
	p->no_placeholders = m->m.no_placeholders;
	p->debug = m->m.debug;
	p->debug_from = setting_origin(m, m->m.debug_at);
	p->envrc = m->m.envrc;
	p->envrc_from = setting_origin(m, m->m.envrc_at);
	p->sni = m->m.sni;
	p->sni_from = setting_origin(m, m->m.sni_at);
	p->proxy = m->m.proxy;
	p->proxy_from = setting_origin(m, m->m.proxy_at);
	p->upstream = m->m.upstream;
	p->adopt_external = m->m.adopt_external;
	r.adopt_at = m->m.adopt_at;
	resolve_limits(p, &m->m);
	p->clipped = m->clipped;
	p->clipped_tools = m->clipped_tools;
	p->matches = *matches;
	policy_add_profile(p, base, f, arena);
	for (i = 0; i < m->m.grants.n; i++)
		add(&r, NULL, &m->m.grants.v[i]);
	for (i = 0; i < matches->n; i++) {
		const struct match *match = &matches->v[i];
		struct choice c = knob_choice(&m->m, m->config, match->bundle->name);

		select_grants(match, &c, add, &r);
	}
}

bool policy_wants_bus(const struct policy *p)
{
	const struct grant *g;

	vec_each (g, &p->grants)
		if (g->kind == GRANT_DBUS)
			return true;
	return false;
}

bool policy_names(const struct policy *p)
{
	const struct grant *g;

	vec_each (g, &p->grants)
		if (g->kind == GRANT_DOMAIN)
			return true;
	return p->profile == PROFILE_NETWORK_ALLOW_ALL;
}

void policy_add_profile(
	struct policy *p, const struct bundle *profile, const struct facts *f, struct arena *arena)
{
	struct resolver r = {.p = p, .f = f, .arena = arena};
	size_t i;

	for (i = 0; i < profile->grants.n; i++)
		add(&r, profile, &profile->grants.v[i]);
}
