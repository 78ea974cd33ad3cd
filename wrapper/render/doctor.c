#include "render/doctor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/names.h"
#include "render/writer.h"

enum { NAME_COLUMN = 18, STATE_COLUMN = 30 };

static const char *const verdict_names[] = {
	[VERDICT_HELD] = "held",
	[VERDICT_NOT_HELD] = "not-held",
	[VERDICT_NOT_SHOWN] = "not-shown",
};

/* What is said of each act whose verdict is none of the two. */
static const char *not_shown(const struct finding *f)
{
	if (f->inside == ACT_NOT_TRIED)
		return "could not be tried";
	return f->outside == ACT_NOT_TRIED ? "could not be tried outside"
					   : "is refused outside too, so it shows nothing";
}

enum layer_state { LAYER_ACTIVE, LAYER_MISSING, LAYER_NOT_SHOWN, LAYER_NOT_WANTED };

static const char *const layer_state_names[] = {
	[LAYER_ACTIVE] = "active",
	[LAYER_MISSING] = "missing",
	[LAYER_NOT_SHOWN] = "not-shown",
	[LAYER_NOT_WANTED] = "not-wanted",
};

/* A run that did not start has shown of a layer only that it is missing, if it said why. */
static enum layer_state state_of(const struct diagnosis *d, int layer)
{
	uint32_t bit = (uint32_t)1 << layer;

	if (d->layers.active & bit)
		return LAYER_ACTIVE;
	if (!(d->layers.wanted & bit))
		return LAYER_NOT_WANTED;
	return d->started || d->layers.reason[layer] ? LAYER_MISSING : LAYER_NOT_SHOWN;
}

/* --- For people ---------------------------------------------------------------------------------
 */

static void pad(struct strbuf *out, size_t start, size_t column)
{
	do
		strbuf_addc(out, ' ');
	while (out->len - start < column);
}

/* "  NAME  STATE  TEXT" in columns; STATE may be NULL. */
static void line(struct strbuf *out, const char *name, const char *state, const char *what)
{
	size_t start = out->len;

	strbuf_addf(out, "  %s", name);
	pad(out, start, NAME_COLUMN);
	if (state) {
		strbuf_adds(out, state);
		pad(out, start, STATE_COLUMN);
	}
	strbuf_add_escaped(out, what);
	strbuf_addc(out, '\n');
}

static void landlock_text(const struct machine *m, struct strbuf *out)
{
	if (m->landlock < 0)
		strbuf_adds(out, "missing: ");
	else
		strbuf_addf(out, "ABI %d", m->landlock);
	if (m->landlock < 0)
		strbuf_adds(out, strerror(-m->landlock));
	if (m->lsm)
		strbuf_addf(out, " (lsm=%s)", m->lsm);
}

/* The proxy's release that mended what was found in its filter, as a number. */
enum { PROXY_MENDED = 1008 };

/* "0.1.4" as 1004; 0 for none. */
static unsigned long release_number(const char *version)
{
	unsigned long n = 0;
	char *end = (char *)version;
	int i;

	for (i = 0; version && i < 3; i++) {
		n = n * 1000 + strtoul(end, &end, 10);
		end += *end == '.';
	}
	return n;
}

/* Bundles that look something up in a keyring need it; no run is weaker without. */
static void put_bus_proxy(const struct machine *m, struct strbuf *out)
{
	unsigned long release = release_number(m->bus_proxy_version);
	struct strbuf value = STRBUF_INIT;

	if (m->bus_proxy)
		strbuf_addf(&value, "%s, version %s%s", m->bus_proxy,
			m->bus_proxy_version ? m->bus_proxy_version : "unknown",
			release < PROXY_MENDED
				? "; 0.1.8 mends faults of its filter: look whether your "
				  "distribution has mended them in this one"
				: "");
	else
		strbuf_addf(&value, "none, so no keyring inside: %s",
			m->bus_proxy_why ? m->bus_proxy_why : "");
	line(out, "bus proxy", NULL, value.s);
	strbuf_release(&value);
}

static void put_machine(const struct machine *m, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;

	strbuf_adds(out, "machine\n");
	line(out, "kernel", NULL, m->kernel);
	line(out, "system", NULL, *m->distribution ? m->distribution : "no os-release(5)");
	landlock_text(m, &value);
	line(out, "landlock", NULL, value.s);
	value.len = 0;
	if (m->bwrap)
		strbuf_addf(&value, "%s, version %s, binds by %s", m->bwrap,
			m->bwrap_version ? m->bwrap_version : "unknown",
			m->bind_fd ? "descriptor" : "name");
	else
		strbuf_addf(&value, "missing: %s", m->bwrap_why ? m->bwrap_why : "");
	line(out, "bwrap", NULL, value.s);
	put_bus_proxy(m, out);
	if (m->wsl1 || m->gvisor || m->container)
		line(out, "inside", NULL, m->wsl1 ? "WSL 1" : m->gvisor ? "gVisor" : "a container");
	if (m->filtered)
		line(out, "filter", NULL, "a filter of system calls is around this process");
	strbuf_release(&value);
}

static void put_layers(const struct diagnosis *d, struct strbuf *out)
{
	int i;

	strbuf_adds(out, "\nlayers of a run\n");
	for (i = 0; i < LAYERS; i++) {
		enum layer_state state = state_of(d, i);

		if (state != LAYER_NOT_WANTED)
			line(out, layer_rows[i].name,
				state == LAYER_MISSING ? "MISSING" : layer_state_names[state],
				state == LAYER_MISSING && d->layers.reason[i] ? d->layers.reason[i]
									      : layer_rows[i].what);
	}
}

static void put_probes(const struct diagnosis *d, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;
	int i;

	strbuf_adds(out, "\ntried inside a run, and outside as control\n");
	for (i = 0; i < PROBES; i++) {
		const struct finding *f = &d->findings[i];

		value.len = 0;
		strbuf_adds(&value, probe_rows[i].what);
		if (f->verdict == VERDICT_NOT_SHOWN)
			strbuf_addf(&value, ": it %s", not_shown(f));
		line(out, probe_rows[i].code,
			f->verdict == VERDICT_NOT_HELD ? "NOT HELD" : verdict_names[f->verdict],
			value.s);
	}
	strbuf_release(&value);
}

static void put_limits(const struct diagnosis *d, struct strbuf *out)
{
	int i;

	strbuf_adds(out, "\nlimits, if they are asked for\n");
	for (i = 0; i < LIMITS; i++)
		line(out, limit_names[i],
			d->limits.v[i].means ? limit_holder_names[d->limits.v[i].holder] : "NONE",
			d->limits.v[i].means ? d->limits.v[i].means
					     : "not for root without a cgroup");
	if (!d->limits.cgroup)
		line(out, "no cgroup", NULL, d->machine->limits.why ? d->machine->limits.why : "");
}

void render_doctor(const struct diagnosis *d, struct strbuf *out)
{
	const struct remedy *r;

	put_machine(d->machine, out);
	put_layers(d, out);
	put_probes(d, out);
	put_limits(d, out);
	if (d->here) {
		strbuf_adds(out, "\nnot in this folder: ");
		strbuf_add_escaped(out, d->here);
		strbuf_adds(out, "\n(tried in another one)\n");
	}
	if (!d->started && d->said && *d->said) {
		strbuf_adds(out, "\nthe run said: ");
		strbuf_add_escaped(out, d->said);
		strbuf_addc(out, '\n');
	}
	if (d->remedies.n)
		strbuf_adds(out, "\nwhat to do\n");
	vec_each (r, &d->remedies) {
		strbuf_addf(out, "  %s: ", r->code);
		strbuf_add_escaped(out, r->what);
		strbuf_adds(out, "\n      ");
		strbuf_add_escaped(out, r->how);
		strbuf_addc(out, '\n');
	}
	strbuf_adds(out,
		diagnosis_full(d) ? "\nThe full tier holds.\n"
				  : "\nThe full tier does not hold.\n");
}

/* --- For programs -------------------------------------------------------------------------------
 */

static void json_machine(struct writer *w, const struct machine *m)
{
	text(w, "kernel", m->kernel);
	text(w, "system", m->distribution);
	number(w, "landlock_abi", m->landlock > 0 ? m->landlock : 0);
	text(w, "lsm", m->lsm);
	key(w, "bwrap");
	open_with(w, '{');
	text(w, "path", m->bwrap);
	text(w, "version", m->bwrap_version);
	boolean(w, "bind_fd", m->bind_fd);
	text(w, "reason", m->bwrap ? NULL : m->bwrap_why);
	close_with(w, '}');
	key(w, "bus_proxy");
	open_with(w, '{');
	text(w, "path", m->bus_proxy);
	text(w, "version", m->bus_proxy_version);
	text(w, "reason", m->bus_proxy ? NULL : m->bus_proxy_why);
	close_with(w, '}');
	boolean(w, "container", m->container);
	boolean(w, "outer_filter", m->filtered);
}

static void json_findings(struct writer *w, const struct diagnosis *d)
{
	int i;

	list(w, "layers");
	for (i = 0; i < LAYERS; i++) {
		open_with(w, '{');
		text(w, "code", layer_rows[i].name);
		text(w, "state", layer_state_names[state_of(d, i)]);
		text(w, "reason", d->layers.reason[i]);
		close_with(w, '}');
	}
	close_with(w, ']');
	list(w, "probes");
	for (i = 0; i < PROBES; i++) {
		open_with(w, '{');
		text(w, "code", probe_rows[i].code);
		text(w, "verdict", verdict_names[d->findings[i].verdict]);
		number(w, "inside", d->findings[i].inside);
		number(w, "outside", d->findings[i].outside);
		close_with(w, '}');
	}
	close_with(w, ']');
	list(w, "limits");
	for (i = 0; i < LIMITS; i++) {
		const struct limit *l = &d->limits.v[i];

		open_with(w, '{');
		text(w, "code", limit_names[i]);
		text(w, "holder", l->means ? limit_holder_names[l->holder] : NULL);
		text(w, "means", l->means);
		close_with(w, '}');
	}
	close_with(w, ']');
	text(w, "cgroup", d->limits.cgroup);
}

void render_doctor_json(const struct diagnosis *d, struct strbuf *out)
{
	struct writer w = {.out = out};
	const struct remedy *r;

	open_with(&w, '{');
	number(&w, "version", 1);
	boolean(&w, "full", diagnosis_full(d));
	boolean(&w, "started", d->started);
	text(&w, "said", d->started ? NULL : d->said);
	text(&w, "here", d->here);
	json_machine(&w, d->machine);
	json_findings(&w, d);
	list(&w, "remedies");
	vec_each (r, &d->remedies) {
		open_with(&w, '{');
		text(&w, "code", r->code);
		text(&w, "what", r->what);
		text(&w, "how", r->how);
		close_with(&w, '}');
	}
	close_with(&w, ']');
	close_with(&w, '}');
	strbuf_addc(out, '\n');
}
