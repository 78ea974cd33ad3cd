#include "read/manifest.h"

#include <string.h>

#include "base/size.h"
#include "model/names.h"
#include "read/domain.h"
#include "read/upstream.h"

enum manifest_key {
#define KEY(id, path, type, values, initial, help) id,
#include "read/schema.def"
#undef KEY
};

static const struct key_row manifest_rows[] = {
#define KEY(id, path, type, values, initial, help) {path, type, id, values, initial, help},
#include "read/schema.def"
#undef KEY
};

_Static_assert(MF_LIMIT_PROCESSES - MF_LIMIT_MEMORY == LIMIT_PROCESSES &&
		MF_LIMIT_OPEN_FILES - MF_LIMIT_MEMORY == LIMIT_OPEN_FILES &&
		MF_LIMIT_CORE - MF_LIMIT_MEMORY == LIMIT_CORE,
	"the keys of limits stand in the order of model/limits.def");

const struct schema manifest_schema = {
	manifest_rows,
	sizeof manifest_rows / sizeof *manifest_rows,
};

struct reader {
	struct manifest *m;
	struct arena *arena;
	struct diags *diags;
};

static struct tool *last_tool(struct manifest *m)
{
	return &m->tools.v[m->tools.n - 1];
}

static struct origin origin_here(const struct reader *r, const struct toml_event *ev)
{
	return (struct origin){.kind = r->m->kind, .at = ev->at};
}

/* Appends what EV holds to LIST, or notes that the list is there. */
static struct grant *add_grant(
	struct reader *r, struct grants *list, enum grant_kind kind, const struct toml_event *ev)
{
	struct grant *g;

	r->m->set |= 1u << kind;
	if (ev->kind == TOML_ARRAY)
		return NULL;
	g = vec_push(r->arena, list);
	g->kind = kind;
	g->from = origin_here(r, ev);
	if (ev->kind == TOML_INTEGER)
		g->value = arena_printf(r->arena, "%lld", (long long)ev->integer);
	else if (ev->kind == TOML_STRING)
		g->value = ev->text.s;
	return g;
}

static void add_words(struct reader *r, struct strvec *list, const struct toml_event *ev)
{
	if (ev->kind == TOML_STRING)
		strvec_push(r->arena, list, ev->text.s);
}

static void add_tool(struct reader *r, const struct toml_event *ev)
{
	struct tool *t;

	r->m->set |= SET_TOOLS;
	if (ev->kind == TOML_ARRAY)
		return;
	t = vec_push(r->arena, &r->m->tools);
	t->at = ev->at;
	t->name = ev->kind == TOML_STRING ? ev->text.s : NULL;
}

static void add_setting(struct reader *r, const struct toml_event *ev)
{
	struct setting *s = vec_push(r->arena, &last_tool(r->m)->settings);

	s->name = ev->path[ev->depth - 1].key;
	s->at = ev->at;
	s->value_at = ev->value_at;
	s->boolean = ev->boolean;
	s->string = ev->text.s;
	s->type = ev->kind == TOML_BOOL ? SETTING_BOOL : SETTING_STRING;
}

/* The array itself comes first, then its elements. */
static void add_bundle(struct reader *r, struct tool *t, const struct toml_event *ev)
{
	if (ev->kind == TOML_ARRAY)
		t->bundles_set = true, t->bundles_at = ev->value_at;
	add_words(r, &t->bundles, ev);
}

static void on_tool_key(struct reader *r, const struct key_row *row, const struct toml_event *ev)
{
	struct tool *t = r->m->tools.n ? last_tool(r->m) : NULL;

	if (row->id == MF_TOOL) {
		add_tool(r, ev);
		return;
	}
	if (!t)
		return; /* cannot be: an entry is announced before its keys */
	switch ((enum manifest_key)row->id) {
	case MF_TOOL_NAME:
		t->name = ev->text.s;
		t->at = ev->at;
		break;
	case MF_TOOL_DOMAINS:
		t->domains_set = true;
		if (ev->kind == TOML_STRING) {
			struct grant *g = vec_push(r->arena, &t->domains);

			g->kind = GRANT_DOMAIN;
			g->value = ev->text.s;
			g->from = origin_here(r, ev);
		}
		break;
	case MF_TOOL_DEFAULT_DOMAINS:
		t->default_domains = ev->boolean;
		break;
	case MF_TOOL_WRAPPERS:
		add_words(r, &t->wrappers, ev);
		break;
	case MF_TOOL_BUNDLES:
		add_bundle(r, t, ev);
		break;
	default:
		add_setting(r, ev);
		break;
	}
}

/* The lists whose elements are grants as they stand. */
static const struct {
	enum manifest_key key;
	enum grant_kind kind;
} grant_lists[] = {
	{MF_READ, GRANT_READ},
	{MF_WRITE, GRANT_WRITE},
	{MF_DENY, GRANT_DENY},
	{MF_PROTECT, GRANT_PROTECT},
	{MF_ENV, GRANT_ENV},
	{MF_SOCKET, GRANT_SOCKET},
	{MF_DOMAIN, GRANT_DOMAIN},
	{MF_HOST_PORT, GRANT_HOST_PORT},
	{MF_HOST_PORT_DENY, GRANT_HOST_PORT_DENY},
	{MF_DEV_PORT, GRANT_DEV_PORT},
};

static bool on_grant_key(struct reader *r, const struct key_row *row, const struct toml_event *ev)
{
	size_t i;

	for (i = 0; i < sizeof grant_lists / sizeof *grant_lists; i++) {
		if ((int)grant_lists[i].key != row->id)
			continue;
		add_grant(r, &r->m->grants, grant_lists[i].kind, ev);
		return true;
	}
	return false;
}

/* Keys of an entry that is a table: they complete the grant that its announcement made. */
static void on_entry_key(struct reader *r, const struct key_row *row, const struct toml_event *ev)
{
	struct grants *all = &r->m->grants;
	struct grant *g = all->n ? &all->v[all->n - 1] : NULL;

	if (!g)
		return; /* cannot be: see above */
	if (row->id == MF_DIRECTORY_PATH)
		g->value = ev->text.s;
	else if (row->id == MF_DIRECTORY_WRITE)
		g->kind = ev->boolean ? GRANT_WRITE : GRANT_READ;
	else if (row->id == MF_HOST_PORT_NUMBER)
		g->value = arena_printf(r->arena, "%lld", (long long)ev->integer);
	else
		g->flags |= ev->boolean ? GRANT_PROMPT : 0;
}

/* additional_directories is read or write, so its own bit says that it was there. */
static void on_directory(struct reader *r, const struct toml_event *ev)
{
	unsigned set = r->m->set;
	struct grant *g = add_grant(r, &r->m->grants, GRANT_WRITE, ev);

	if (g)
		g->flags |= GRANT_DIRECTORY;
	r->m->set = set | SET_DIRECTORIES;
}

/* The value may hold a password, so no message repeats it. */
static void on_upstream(struct reader *r, const struct toml_event *ev)
{
	const char *fault = upstream_parse(ev->text.s, &r->m->upstream, r->arena);

	r->m->upstream.from = origin_here(r, ev);
	if (fault)
		diag_add(r->diags, ev->value_at, "upstream_proxy %s", fault);
}

/* False if ROW is no limit. */
static bool on_limit(struct reader *r, const struct key_row *row, const struct toml_event *ev)
{
	enum { LEAST = 1024 * 1024 };
	int kind = row->id - MF_LIMIT_MEMORY;
	struct limit *l = &r->m->limits[kind < 0 || kind >= LIMITS ? 0 : kind];

	if (kind < 0 || kind >= LIMITS)
		return false;
	l->set = true;
	l->from = origin_here(r, ev);
	if (ev->kind == TOML_INTEGER)
		l->value = (uint64_t)ev->integer;
	else
		size_parse(ev->text.s, &l->value); /* the schema has looked at it */
	if (kind == LIMIT_MEMORY && l->value < LEAST)
		diag_add(r->diags, ev->value_at,
			"memory is less than 1M, which no program can start with; a number without "
			"a letter is bytes");
	return true;
}

/* The settings that are true or false. */
static bool on_switch(struct manifest *m, const struct key_row *row, const struct toml_event *ev)
{
	switch ((enum manifest_key)row->id) {
	case MF_STRICT:
		m->set |= SET_STRICT;
		m->strict = ev->boolean;
		m->strict_at = ev->at;
		return true;
	case MF_PLACEHOLDERS:
		m->no_placeholders = !ev->boolean;
		m->placeholders_at = ev->at;
		return true;
	case MF_ADOPT:
		m->adopt_external = ev->boolean;
		m->adopt_at = ev->at;
		return true;
	case MF_DEBUG:
		m->set |= SET_DEBUG;
		m->debug = ev->boolean;
		m->debug_at = ev->at;
		return true;
	default:
		return false;
	}
}

static void on_key(void *user, const struct key_row *row, const struct toml_event *ev)
{
	struct reader *r = user;
	struct manifest *m = r->m;

	if (on_grant_key(r, row, ev) || on_limit(r, row, ev) || on_switch(m, row, ev))
		return;
	switch ((enum manifest_key)row->id) {
	case MF_PROFILE:
		m->set |= SET_PROFILE;
		m->profile = (enum run_profile)name_index(run_profile_names, ev->text.s);
		m->profile_at = ev->at;
		break;
	case MF_ENVRC:
		m->set |= SET_ENVRC;
		m->envrc = (enum envrc_mode)name_index(envrc_mode_names, ev->text.s);
		m->envrc_at = ev->at;
		break;
	case MF_SNI:
		m->set |= SET_SNI;
		m->sni = (enum sni_mode)name_index(sni_mode_names, ev->text.s);
		m->sni_at = ev->at;
		break;
	case MF_PROXY:
		m->set |= SET_PROXY;
		m->proxy = (enum proxy_mode)name_index(proxy_mode_names, ev->text.s);
		m->proxy_at = ev->at;
		break;
	case MF_UPSTREAM:
		on_upstream(r, ev);
		break;
	case MF_WRAPPER:
		m->set |= SET_WRAPPERS;
		add_words(r, &m->wrappers, ev);
		break;
	case MF_DIRECTORY:
		on_directory(r, ev);
		break;
	case MF_DIRECTORY_PATH:
	case MF_DIRECTORY_WRITE:
	case MF_HOST_PORT_NUMBER:
	case MF_HOST_PORT_PROMPT:
		on_entry_key(r, row, ev);
		break;
	default:
		on_tool_key(r, row, ev);
		break;
	}
}

static void check_domains(struct reader *r, const struct grants *l)
{
	const struct grant *g;
	const char *fault;

	vec_each (g, l)
		if (g->kind == GRANT_DOMAIN && (fault = domain_fault(g->value, NULL, r->arena)))
			diag_add(r->diags, g->from.at, "'%s' %s", g->value, fault);
}

/*
 * What one key alone cannot show: tables without their main key (asked only if all VALUES were
 * right: a wrong one is missing too), entries that stand twice.
 */
static void check_whole(struct reader *r, bool values)
{
	const struct manifest *m = r->m;
	const struct grant *g, *h;
	size_t i, j;

	for (i = 0; i < m->tools.n; i++) {
		const struct tool *t = &m->tools.v[i];

		if (!t->name && values)
			diag_add(r->diags, t->at,
				"this entry of command_tools names no tool; add "
				"tool = \"NAME\"");
		for (j = 0; t->name && j < i; j++)
			if (m->tools.v[j].name && strcmp(m->tools.v[j].name, t->name) == 0)
				diag_add(r->diags, t->at,
					"tool '%s' stands in command_tools already (line %d); keep "
					"one entry",
					t->name, m->tools.v[j].at.line);
		check_domains(r, &t->domains);
	}
	check_domains(r, &m->grants);
	vec_each (g, &m->grants) {
		if (!g->value && values)
			diag_add(r->diags, g->from.at, "this table lacks its %s; add it",
				grant_is_path(g->kind) ? "path" : "port");
		if (!g->value)
			continue;
		for (h = m->grants.v; h < g; h++)
			if (h->kind == g->kind && h->value && strcmp(h->value, g->value) == 0)
				diag_add(r->diags, g->from.at,
					"%s '%s' stands there already (line %d); remove one",
					grant_kind_name(g->kind), g->value, h->from.at.line);
	}
}

/* What lacks its main key has been told, and is nothing. */
static void drop_incomplete(struct manifest *m)
{
	const struct grant *g;
	const struct tool *t;
	size_t kept = 0;

	vec_each (g, &m->grants)
		if (g->value)
			m->grants.v[kept++] = *g;
	m->grants.n = kept;
	kept = 0;
	vec_each (t, &m->tools)
		if (t->name)
			m->tools.v[kept++] = *t;
	m->tools.n = kept;
}

bool manifest_read(struct manifest *m, enum origin_kind kind, const char *file, const char *text,
	size_t len, struct arena *arena, struct diags *diags)
{
	const struct manifest empty = {
		.file = file,
		.kind = kind,
		.profile = PROFILE_WORKSPACE,
		.strict = true,
	};
	struct diags own = {.arena = arena};
	struct reader r = {.m = m, .arena = arena, .diags = &own};
	const struct diag *d;

	*m = empty;
	check_whole(&r, schema_read(&manifest_schema, file, text, len, arena, &own, on_key, &r));
	if (own.cut)
		*m = empty; /* half of a text says something else than the whole */
	drop_incomplete(m);
	vec_each (d, &own.list)
		diag_add(diags, d->at, "%s", d->text);
	return !diag_any(&own);
}
