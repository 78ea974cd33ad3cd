#include "read/bundle.h"

#include <string.h>

#include "base/suffix.h"
#include "model/names.h"
#include "read/bus_rule.h"
#include "read/domain.h"

enum bundle_row {
#define KEY(id, path, type, values, initial, help) id,
#include "read/bundle.def"
#undef KEY
};

static const struct key_row bundle_rows[] = {
#define KEY(id, path, type, values, initial, help) {path, type, id, values, initial, help},
#include "read/bundle.def"
#undef KEY
};

const struct schema bundle_schema = {
	bundle_rows,
	sizeof bundle_rows / sizeof *bundle_rows,
};

struct reader {
	struct bundle *b;
	enum origin_kind kind;
	struct arena *arena;
	struct diags *diags;
	VEC(struct place) exempted; /* where each of psl_exemptions stands */
};

/* The lists of grants: which key makes which kind. The first rows of each list stand together. */
static const struct {
	enum bundle_row first;
	enum grant_kind kind;
	unsigned flags;
} lists[] = {
	{BD_READ, GRANT_READ, 0},
	{BD_WRITE, GRANT_WRITE, 0},
	{BD_PROJECT_WRITE, GRANT_WRITE, GRANT_IN_PROJECT},
	{BD_PROTECT, GRANT_PROTECT, 0},
	{BD_COPY, GRANT_COPY, 0},
	{BD_ENV, GRANT_ENV, 0},
	{BD_SET, GRANT_SET, 0},
	{BD_GIT_CONFIG, GRANT_GIT_CONFIG, 0},
	{BD_DOMAIN, GRANT_DOMAIN, 0},
	{BD_HOST_PORT, GRANT_HOST_PORT, 0},
	{BD_SOCKET, GRANT_SOCKET, 0},
	{BD_DBUS, GRANT_DBUS, 0},
	{BD_CREDENTIAL, GRANT_CREDENTIAL, 0},
};

enum grant_row { ROW_ENTRY, ROW_VALUE, ROW_WHY, ROW_WHEN, ROW_OS, ROW_ESCAPE, ROW_END };

/* Ports are numbers in the text, and everything is a string in a grant. */
static const char *value_of(const struct toml_event *ev, struct arena *arena)
{
	if (ev->kind == TOML_INTEGER)
		return arena_printf(arena, "%lld", (long long)ev->integer);
	return ev->kind == TOML_STRING ? ev->text.s : NULL;
}

static void on_grant_key(
	struct reader *r, size_t list, enum grant_row part, const struct toml_event *ev)
{
	struct grants *all = &r->b->grants;
	struct grant *g;

	if (part == ROW_ENTRY) {
		if (ev->kind == TOML_ARRAY)
			return;
		g = vec_push(r->arena, all);
		g->kind = lists[list].kind;
		g->flags = lists[list].flags;
		g->value = value_of(ev, r->arena);
		g->from = (struct origin){.kind = r->kind, .at = ev->at};
		return;
	}
	if (all->n == 0)
		return; /* cannot be: a table is announced before its keys */
	g = &all->v[all->n - 1];
	if (part == ROW_VALUE)
		g->value = value_of(ev, r->arena);
	else if (part == ROW_WHY)
		g->from.why = ev->text.s;
	else if (part == ROW_WHEN)
		g->when = ev->text.s;
	else if (part == ROW_OS)
		g->os = (enum platform)name_index(platform_names + 1, ev->text.s) + 1;
	else if (ev->boolean)
		g->flags |= GRANT_ESCAPE;
}

/* What only some lists have. False if KEY is none of these. */
static bool on_special_key(struct reader *r, enum bundle_row key, const struct toml_event *ev)
{
	struct grants *all = &r->b->grants;
	struct grant *g = all->n ? &all->v[all->n - 1] : NULL;

	if (key != BD_WRITE_MAKE && key != BD_PROJECT_WRITE_MAKE && key != BD_WRITE_CACHE &&
		key != BD_WRITE_INERT && key != BD_SET_TEXT && key != BD_GIT_CONFIG_TEXT &&
		key != BD_HOST_PORT_TWIN && key != BD_ENV_OWN)
		return false;
	if (!g)
		return true; /* cannot be, as above */
	if (key == BD_SET_TEXT || key == BD_GIT_CONFIG_TEXT)
		g->text = ev->text.s;
	else if (key == BD_WRITE_CACHE)
		g->flags |= strcmp(ev->text.s, "checked") == 0 ? GRANT_CHECKED : GRANT_UNCHECKED;
	else if (ev->boolean)
		g->flags |= key == BD_WRITE_INERT  ? GRANT_INERT
			: key == BD_HOST_PORT_TWIN ? GRANT_TWIN
			: key == BD_ENV_OWN        ? GRANT_OWN
						   : GRANT_MAKE;
	return true;
}

static void on_use_key(struct reader *r, enum bundle_row key, const struct toml_event *ev)
{
	struct use *u;

	if (key == BD_USES) {
		if (ev->kind != TOML_ARRAY)
			*vec_push(r->arena, &r->b->uses) = (struct use){
				.name = ev->kind == TOML_STRING ? ev->text.s : NULL,
				.at = ev->at,
			};
		return;
	}
	if (!r->b->uses.n)
		return; /* cannot be, as above */
	u = &r->b->uses.v[r->b->uses.n - 1];
	if (key == BD_USES_NAME)
		u->name = ev->text.s;
	else
		u->when = ev->text.s;
}

static void on_knob_key(struct reader *r, enum bundle_row key, const struct toml_event *ev)
{
	static const struct {
		const char *name;
		enum knob_type type;
	} types[] = {
		{"bool", KNOB_BOOL},
		{"auto", KNOB_AUTO},
		{"enum", KNOB_ENUM},
	};
	struct knob *k;
	size_t i;

	if (key == BD_KNOB) {
		k = vec_push(r->arena, &r->b->knobs);
		k->name = ev->path[1].key;
		k->from = (struct origin){.kind = r->kind, .at = ev->at};
		return;
	}
	/* Dotted keys may come back to an earlier knob: find it by its name. */
	for (i = 0; i < r->b->knobs.n && strcmp(r->b->knobs.v[i].name, ev->path[1].key) != 0; i++)
		;
	k = &r->b->knobs.v[i];
	switch (key) {
	case BD_KNOB_TYPE:
		for (i = 0; i < sizeof types / sizeof *types; i++)
			if (strcmp(types[i].name, ev->text.s) == 0)
				k->type = types[i].type;
		break;
	case BD_KNOB_DEFAULT:
		k->initial = ev->kind == TOML_BOOL ? ev->boolean ? "true" : "false" : ev->text.s;
		break;
	case BD_KNOB_VALUES:
		if (ev->kind == TOML_STRING)
			strvec_push(r->arena, &k->values, ev->text.s);
		break;
	case BD_KNOB_WHY:
		k->from.why = ev->text.s;
		break;
	case BD_KNOB_IF_BOOL:
		k->if_bool = ev->text.s;
		break;
	default:
		k->needs = ev->text.s;
		break;
	}
}

static void add_word(struct reader *r, struct strvec *words, const struct toml_event *ev)
{
	if (ev->kind == TOML_STRING)
		strvec_push(r->arena, words, ev->text.s);
}

static void add_exemption(struct reader *r, const struct toml_event *ev)
{
	if (ev->kind == TOML_STRING)
		*vec_push(r->arena, &r->exempted) = ev->value_at;
	add_word(r, &r->b->psl_exemptions, ev);
}

static void on_key(void *user, const struct key_row *row, const struct toml_event *ev)
{
	struct reader *r = user;
	struct bundle *b = r->b;
	enum bundle_row key = (enum bundle_row)row->id;
	size_t i;

	if (key == BD_NAME)
		b->name = ev->text.s;
	else if (key == BD_SUMMARY)
		b->summary = ev->text.s;
	else if (key == BD_COMMAND)
		add_word(r, &b->commands, ev);
	else if (key == BD_PREFIX)
		add_word(r, &b->prefixes, ev);
	else if (key == BD_NAMED_ONLY)
		b->named_only = ev->boolean;
	else if (key == BD_USES || key == BD_USES_NAME || key == BD_USES_WHEN)
		on_use_key(r, key, ev);
	else if (key == BD_PSL)
		add_exemption(r, ev);
	else if (key >= BD_KNOB)
		on_knob_key(r, key, ev);
	else if (!on_special_key(r, key, ev))
		for (i = 0; i < sizeof lists / sizeof *lists; i++)
			if (key >= lists[i].first && key < lists[i].first + (int)ROW_END)
				on_grant_key(r, i, (enum grant_row)(key - lists[i].first), ev);
}

/* The knob that WHEN ("knob", "!knob", "knob=value") speaks of, or NULL. */
static const struct knob *find_knob(const struct bundle *b, const char *when)
{
	const char *name = when + (*when == '!');
	size_t n = strcspn(name, "="), i;

	for (i = 0; i < b->knobs.n; i++)
		if (strlen(b->knobs.v[i].name) == n && strncmp(b->knobs.v[i].name, name, n) == 0)
			return &b->knobs.v[i];
	return NULL;
}

static void check_rules(struct reader *r)
{
	const struct grant *g;
	const char *fault;

	vec_each (g, &r->b->grants)
		if (g->kind == GRANT_DBUS && g->value && (fault = bus_rule_fault(g->value)))
			diag_add(r->diags, g->from.at, "'%s' %s", g->value, fault);
}

/* Wildcards open no public suffix but those that the bundle exempts, and it exempts no more. */
static void check_domains(struct reader *r)
{
	const struct bundle *b = r->b;
	const struct grant *g;
	const char *fault;
	size_t i;

	vec_each (g, &b->grants)
		if (g->kind == GRANT_DOMAIN && g->value &&
			(fault = domain_fault(g->value, &b->psl_exemptions, r->arena)))
			diag_add(r->diags, g->from.at, "'%s' %s", g->value, fault);
	for (i = 0; i < b->psl_exemptions.n; i++) {
		const char *suffix = b->psl_exemptions.v[i];
		bool used = false;

		vec_each (g, &b->grants)
			used |= g->kind == GRANT_DOMAIN && g->value &&
				domain_is_wildcard_of(g->value, suffix);
		if (!suffix_is_public(suffix))
			diag_add(r->diags, r->exempted.v[i],
				"psl_exemptions: '%s' is no public suffix; remove it", suffix);
		else if (!used)
			diag_add(r->diags, r->exempted.v[i],
				"psl_exemptions: no entry of domains is *.%s; remove it", suffix);
	}
}

static void check_whole(struct reader *r)
{
	const struct bundle *b = r->b;
	const struct grant *g;
	const struct knob *k;
	const struct use *u;

	if (!b->name || !b->summary)
		diag_add(r->diags, b->at, "a bundle needs name and summary; add them");
	vec_each (g, &b->grants) {
		if (!g->value)
			diag_add(r->diags, g->from.at, "this entry of %s lacks its value; add it",
				grant_kind_name(g->kind));
		if (g->when && !find_knob(b, g->when))
			diag_add(r->diags, g->from.at, "when = '%s' names no knob of this bundle",
				g->when);
		if ((g->kind == GRANT_SET || g->kind == GRANT_GIT_CONFIG) && !g->text)
			diag_add(r->diags, g->from.at,
				"this entry of %s lacks its value; write { %s = ..., value = "
				"... }",
				grant_kind_name(g->kind), g->kind == GRANT_SET ? "name" : "key");
		if (g->kind == GRANT_CREDENTIAL && g->value &&
			(strcmp(g->value, "keychain") != 0 || g->os != PLATFORM_MACOS))
			diag_add(r->diags, g->from.at,
				"credentials '%s': the only store is macOS's; write { name = "
				"\"keychain\", os = \"macos\" }",
				g->value);
		if (g->flags & GRANT_ESCAPE && !g->from.why)
			diag_add(r->diags, g->from.at,
				"escape = true without why; say what can be done outside by it");
	}
	vec_each (u, &b->uses) {
		if (!u->name)
			diag_add(r->diags, u->at, "this entry of uses lacks its name; add it");
		if (u->when && !find_knob(b, u->when))
			diag_add(r->diags, u->at, "when = '%s' names no knob of this bundle",
				u->when);
	}
	vec_each (k, &b->knobs) {
		if (k->type == KNOB_ENUM &&
			(!k->values.n || !k->initial || !strvec_has(&k->values, k->initial)))
			diag_add(r->diags, k->from.at,
				"knob '%s' needs values and a default among them", k->name);
		else if (k->type == KNOB_BOOL &&
			(!k->initial ||
				(strcmp(k->initial, "true") != 0 &&
					strcmp(k->initial, "false") != 0)))
			diag_add(r->diags, k->from.at, "knob '%s' needs a default, true or false",
				k->name);
		else if (k->needs && k->type != KNOB_AUTO)
			diag_add(r->diags, k->from.at, "knob '%s': only an auto may have needs",
				k->name);
	}
}

bool bundle_read(struct bundle *b, enum origin_kind kind, const char *file, const char *text,
	size_t len, struct arena *arena, struct diags *diags)
{
	struct reader r = {.b = b, .kind = kind, .arena = arena, .diags = diags};
	size_t before = diags->list.n, i;

	*b = (struct bundle){.at = {.file = file}};
	schema_read(&bundle_schema, file, text, len, arena, diags, on_key, &r);
	check_whole(&r);
	check_domains(&r);
	check_rules(&r);
	for (i = 0; i < b->grants.n; i++)
		b->grants.v[i].from.bundle = kind == ORIGIN_BUNDLE ? b->name : NULL;
	return diags->list.n == before;
}
