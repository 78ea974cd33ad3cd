/*
 * Bundles as JSON. The keys of grants are those of a bundle's file, so who reads seal-bundle(5) can
 * read this; nothing is left out.
 */
#include "model/names.h"
#include "render/bundle.h"
#include "render/writer.h"

static const char *kind_key(const struct grant *g)
{
	static const char *const keys[GRANT_KINDS] = {
		[GRANT_READ] = "read",
		[GRANT_COPY] = "copy",
		[GRANT_ENV] = "env",
		[GRANT_SET] = "set",
		[GRANT_GIT_CONFIG] = "git_config",
		[GRANT_DOMAIN] = "domains",
		[GRANT_HOST_PORT] = "host_ports",
		[GRANT_SOCKET] = "unix_socket_connects",
		[GRANT_DBUS] = "dbus",
		[GRANT_CREDENTIAL] = "credentials",
	};

	if (g->kind == GRANT_WRITE)
		return g->flags & GRANT_IN_PROJECT ? "project_write" : "write";
	return keys[g->kind] ? keys[g->kind] : grant_kind_name(g->kind);
}

static const char *cache_word(const struct grant *g)
{
	if (g->flags & GRANT_CHECKED)
		return "checked";
	return g->flags & GRANT_UNCHECKED ? "unchecked" : NULL;
}

static void put_grants(struct writer *w, const struct bundle *b)
{
	const struct grant *g;

	list(w, "grants");
	vec_each (g, &b->grants) {
		open_with(w, '{');
		text(w, "kind", kind_key(g));
		text(w, "value", g->value);
		text(w, "text", g->text);
		text(w, "when", g->when);
		text(w, "os", platform_names[g->os]);
		boolean(w, "make", g->flags & GRANT_MAKE);
		text(w, "cache", cache_word(g));
		boolean(w, "escape", g->flags & GRANT_ESCAPE);
		boolean(w, "inert", g->flags & GRANT_INERT);
		boolean(w, "twin", g->flags & GRANT_TWIN);
		boolean(w, "own", g->flags & GRANT_OWN);
		text(w, "why", g->from.why);
		number(w, "line", g->from.at.line);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void put_knobs(struct writer *w, const struct bundle *b)
{
	static const char *const types[] = {
		[KNOB_BOOL] = "bool",
		[KNOB_AUTO] = "auto",
		[KNOB_ENUM] = "enum",
	};
	const struct knob *k;

	list(w, "knobs");
	vec_each (k, &b->knobs) {
		open_with(w, '{');
		text(w, "name", k->name);
		text(w, "type", types[k->type]);
		text(w, "default", k->initial);
		strings(w, "values", k->values.v, k->values.n);
		text(w, "needs", k->needs);
		text(w, "why", k->from.why);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void put_uses(struct writer *w, const struct bundle *b)
{
	const struct use *u;

	list(w, "uses");
	vec_each (u, &b->uses) {
		open_with(w, '{');
		text(w, "name", u->name);
		text(w, "when", u->when);
		close_with(w, '}');
	}
	close_with(w, ']');
}

static void put_bundle(struct writer *w, const struct listed *l)
{
	const struct bundle *b = l->bundle;

	open_with(w, '{');
	text(w, "name", b->name);
	text(w, "summary", b->summary);
	text(w, "file", b->at.file);
	boolean(w, "enabled", l->state == BUNDLE_ENABLED);
	boolean(w, "named_only", b->named_only);
	strings(w, "commands", b->commands.v, b->commands.n);
	strings(w, "prefixes", b->prefixes.v, b->prefixes.n);
	put_uses(w, b);
	strings(w, "psl_exemptions", b->psl_exemptions.v, b->psl_exemptions.n);
	put_grants(w, b);
	put_knobs(w, b);
	close_with(w, '}');
}

void render_bundle_json(const struct listed *l, struct strbuf *out)
{
	struct writer w = {.out = out};

	put_bundle(&w, l);
	strbuf_addc(out, '\n');
}

void render_bundles_json(const struct listed *all, size_t n, struct strbuf *out)
{
	struct writer w = {.out = out};
	size_t i;

	open_with(&w, '[');
	for (i = 0; i < n; i++)
		put_bundle(&w, &all[i]);
	close_with(&w, ']');
	strbuf_addc(out, '\n');
}
