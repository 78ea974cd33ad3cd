#include "read/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "base/path.h"
#include "base/pattern.h"
#include "base/size.h"

enum { VALUE_MAX = 4096 }; /* bytes of one string: PATH_MAX */

struct walk {
	const struct schema *schema;
	struct arena *arena;
	struct diags *diags;
	schema_handler *handler;
	void *user;
	VEC(const char *) muted; /* containers already complained about */
};

/* How a row's path lies to an event's path. */
enum relation {
	APART,
	SAME,
	BELOW_KEY,     /* the row describes a key in the table that the event announces */
	BELOW_ELEMENT, /* ... an element of the array */
};

/* Compares the first DEPTH steps of PATH with the row; *REST is what is left of the row's path. */
static enum relation relate(const struct key_row *row, const struct toml_step *path, size_t depth,
	bool *star, const char **rest)
{
	const char *p = row->path;
	size_t i, n;

	*star = false;
	for (i = 0; i < depth; i++) {
		if (!path[i].key) {
			if (strncmp(p, "[]", 2) != 0)
				return APART;
			p += 2;
			continue;
		}
		if (i > 0 && *p++ != '.')
			return APART;
		n = strcspn(p, ".[");
		if (n == 1 && *p == '*')
			*star = true;
		else if (n != path[i].len || memcmp(p, path[i].key, n) != 0)
			return APART;
		p += n;
	}
	*rest = p;
	if (*p == '\0')
		return SAME;
	return *p == '[' ? BELOW_ELEMENT : BELOW_KEY;
}

/* What the table knows of an event's path. A literal row wins over one with "*". */
struct found {
	const struct key_row *same;    /* the row itself */
	const struct key_row *element; /* the row of an array's plain elements: path + "[]" */
	bool is_table, is_array;
};

static struct found find_rows(const struct schema *s, const struct toml_event *ev)
{
	struct found literal = {0}, starred = {0}, *f;
	const struct key_row *row;
	const char *rest = NULL;
	bool star;

	for (row = s->rows; row < s->rows + s->n; row++) {
		enum relation r = relate(row, ev->path, ev->depth, &star, &rest);

		f = star ? &starred : &literal;
		if (r == SAME)
			f->same = row;
		else if (r == BELOW_KEY)
			f->is_table = true;
		else if (r == BELOW_ELEMENT)
			f->is_array = true;
		if (r == BELOW_ELEMENT && strcmp(rest, "[]") == 0)
			f->element = row;
	}
	return literal.same || literal.is_table || literal.is_array ? literal : starred;
}

/* The event's path as text, indices included: unique per thing. */
static const char *path_text(struct arena *a, const struct toml_event *ev, size_t depth)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < depth; i++) {
		if (!ev->path[i].key)
			strbuf_addf(&b, "[%zu]", ev->path[i].index);
		else
			strbuf_addf(&b, "%s%s", i ? "." : "", ev->path[i].key);
	}
	text = arena_strdup(a, b.s ? b.s : "");
	strbuf_release(&b);
	return text;
}

static bool is_muted(struct walk *w, const struct toml_event *ev)
{
	const char *text;
	size_t i, n;

	if (w->muted.n == 0)
		return false;
	text = path_text(w->arena, ev, ev->depth);
	for (i = 0; i < w->muted.n; i++) {
		n = strlen(w->muted.v[i]);
		if (strncmp(text, w->muted.v[i], n) == 0 && strchr(".[", text[n]))
			return true;
	}
	return false;
}

static void mute(struct walk *w, const struct toml_event *ev)
{
	if (ev->kind == TOML_TABLE || ev->kind == TOML_ARRAY)
		*vec_push(w->arena, &w->muted) = path_text(w->arena, ev, ev->depth);
}

/* The keys that may stand beside the event's last step, NULL-terminated. */
static struct strvec siblings(struct walk *w, const struct toml_event *ev)
{
	struct strvec names = {0};
	const struct key_row *row;
	const char *rest, *name;
	bool star;

	for (row = w->schema->rows; row < w->schema->rows + w->schema->n; row++) {
		if (ev->depth == 1)
			rest = row->path;
		else if (relate(row, ev->path, ev->depth - 1, &star, &rest) == BELOW_KEY)
			rest++;
		else
			continue;
		name = arena_strndup(w->arena, rest, strcspn(rest, ".["));
		if (*name != '*' && !strvec_has(&names, name))
			strvec_push(w->arena, &names, name);
	}
	return names;
}

static void unknown_key(struct walk *w, const struct toml_event *ev)
{
	const struct toml_step *last = &ev->path[ev->depth - 1];
	struct strvec names;
	struct strbuf list = STRBUF_INIT;
	const char *near,
		*where = ev->depth > 1 ? path_text(w->arena, ev, ev->depth - 1) : "the file";
	size_t i;

	mute(w, ev);
	if (!last->key) {
		diag_add(w->diags, ev->at, "%s holds %s where none may stand; see seal.toml(5)",
			where, toml_kind_name(ev->kind));
		return;
	}
	names = siblings(w, ev);
	near = names.n ? nearest_name(last->key, names.v) : NULL;
	if (near) {
		diag_add(w->diags, ev->at, "unknown key '%s' in %s; did you mean '%s'?", last->key,
			where, near);
		return;
	}
	for (i = 0; i < names.n; i++)
		strbuf_addf(&list, "%s%s", i ? ", " : "", names.v[i]);
	diag_add(w->diags, ev->at, "unknown key '%s' in %s; known keys: %s", last->key, where,
		list.s ? list.s : "none");
	strbuf_release(&list);
}

static bool kind_fits(const struct key_row *row, enum toml_kind kind)
{
	switch (row->type) {
	case KEY_BOOL:
		return kind == TOML_BOOL;
	case KEY_PORT:
	case KEY_ANY_PORT:
	case KEY_SIZE:
		return kind == TOML_INTEGER;
	case KEY_BYTES:
		return kind == TOML_INTEGER || kind == TOML_STRING;
	case KEY_SETTING:
		return kind == TOML_BOOL || kind == TOML_STRING;
	case KEY_TABLE:
		return false;
	case KEY_ENUM:
	case KEY_NAME:
	case KEY_PATH:
	case KEY_ENV:
	case KEY_DOMAIN:
	case KEY_WORDS:
	case KEY_TEXT:
		break;
	}
	return kind == TOML_STRING;
}

/* What no string of any key may hold; NULL if S is clean. */
static const char *text_fault(const char *s, size_t len)
{
	size_t i, used;
	unsigned cp = 0;

	if (len > VALUE_MAX)
		return "is longer than 4096 bytes; shorten it";
	for (i = 0; i < len; i += used) {
		used = utf8_decode(s + i, len - i, &cp);
		if (used == 0 || codepoint_hidden(cp))
			return "holds a control or invisible character; remove it";
	}
	return NULL;
}

static bool is_one_of(const char *values, const char *s)
{
	size_t n = strlen(s), w;

	for (; *values; values += w + (values[w] == '|')) {
		w = strcspn(values, "|");
		if (w == n && memcmp(values, s, n) == 0)
			return true;
	}
	return false;
}

static const char *path_fault(const char *s, struct arena *a)
{
	if (!*s)
		return "is empty; name a path";
	if (*s == '$')
		return "starts with '$', and variables do not expand; write ~ for your home";
	if (*s == '~' && s[1] && s[1] != '/')
		return "names another user's home; write the path in full";
	if (strpbrk(s, "*?"))
		return "has '*' or '?', and patterns do not expand in paths; name each path";
	if (!path_absolute(a, "/", *s == '~' ? s + 1 : s))
		return "has '..' inside; write the path that it leads to";
	return NULL;
}

static const char *env_fault(const char *s)
{
	const char *p;

	if (strspn(s, "*") == strlen(s))
		return "would pass the whole environment; name the variables";
	if (*s >= '0' && *s <= '9')
		return "is not the name of a variable";
	for (p = s; *p; p++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_*", *p))
			return "is not the name of a variable (letters, digits, _, and * as a "
			       "glob)";
	return NULL;
}

static const char *name_fault(const char *s)
{
	static const char good[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-@";

	if (!*s || *s == '.' || *s == '-' || strspn(s, good) != strlen(s) || strlen(s) > 63)
		return "is not a name (letters, digits, . _ + - @)";
	return NULL;
}

static const char *words_fault(const char *s)
{
	if (!*s || *s == ' ' || s[strlen(s) - 1] == ' ' || strstr(s, "  "))
		return "is not a list of words with one space between two";
	return NULL;
}

/* What is wrong with the value, or NULL. */
static const char *value_fault(
	struct walk *w, const struct key_row *row, const struct toml_event *ev)
{
	const char *s = ev->text.s, *fault;
	char host[256];
	unsigned port;
	uint64_t bytes;

	if (ev->kind == TOML_STRING && (fault = text_fault(s, ev->text.len)))
		return fault;
	switch (row->type) {
	case KEY_ENUM:
		if (is_one_of(row->values, s))
			return NULL;
		return arena_printf(w->arena, "is not %s", schema_type_text(row, w->arena));
	case KEY_NAME:
		return name_fault(s);
	case KEY_PATH:
		return path_fault(s, w->arena);
	case KEY_ENV:
		return env_fault(s);
	case KEY_DOMAIN:
		return domain_parse(s, host, &port);
	case KEY_PORT:
		if (ev->integer >= 1 && ev->integer < 1024)
			return "is a privileged port; only 1024 to 65535 can be granted";
		return ev->integer >= 1024 && ev->integer <= 65535
			? NULL
			: "is not a port (1024 to 65535)";
	case KEY_ANY_PORT:
		return ev->integer >= 1 && ev->integer <= 65535 ? NULL
								: "is not a port (1 to 65535)";
	case KEY_SIZE:
		return ev->integer > 0 ? NULL : "is not a positive number";
	case KEY_BYTES:
		if (ev->kind == TOML_INTEGER ? ev->integer >= 0 : size_parse(s, &bytes))
			return NULL;
		return "is no number of bytes; write 2147483648 or \"2G\" (K, M, G, T)";
	case KEY_WORDS:
		return words_fault(s);
	case KEY_BOOL:
	case KEY_TEXT:
	case KEY_SETTING:
	case KEY_TABLE:
		break;
	}
	return NULL;
}

static void wrong_type(struct walk *w, const struct found *f, const struct toml_event *ev)
{
	const char *name = path_text(w->arena, ev, ev->depth), *want;

	mute(w, ev);
	if (f->same && f->same->type != KEY_TABLE && !f->is_array)
		want = schema_type_text(f->same, w->arena);
	else if (f->element)
		want = arena_printf(w->arena, "an array, each element %s",
			schema_type_text(f->element, w->arena));
	else
		want = f->is_array ? "an array" : "a table";
	diag_add(w->diags, ev->value_at, "%s is %s; it must be %s", name, toml_kind_name(ev->kind),
		want);
}

static void on_event(void *user, const struct toml_event *ev)
{
	struct walk *w = user;
	struct found f;
	const char *fault;

	if (is_muted(w, ev))
		return;
	f = find_rows(w->schema, ev);
	if (!f.same && !f.is_table && !f.is_array) {
		unknown_key(w, ev);
	} else if (ev->kind == TOML_TABLE &&
		(f.is_table || (f.same && f.same->type == KEY_TABLE))) {
		if (f.same)
			w->handler(w->user, f.same, ev);
	} else if (ev->kind == TOML_ARRAY && f.is_array) {
		if (f.element)
			w->handler(w->user, f.element, ev);
	} else if (!f.same || !kind_fits(f.same, ev->kind)) {
		wrong_type(w, &f, ev);
	} else if ((fault = value_fault(w, f.same, ev))) {
		const char *name = path_text(w->arena, ev, ev->depth);

		if (ev->kind == TOML_STRING)
			diag_add(
				w->diags, ev->value_at, "%s: '%.200s' %s", name, ev->text.s, fault);
		else
			diag_add(w->diags, ev->value_at, "%s: %lld %s", name,
				(long long)ev->integer, fault);
	} else {
		w->handler(w->user, f.same, ev);
	}
}

bool schema_read(const struct schema *schema, const char *file, const char *text, size_t len,
	struct arena *arena, struct diags *diags, schema_handler *handler, void *user)
{
	struct walk w = {
		.schema = schema,
		.arena = arena,
		.diags = diags,
		.handler = handler,
		.user = user,
	};
	size_t before = diags->list.n;

	toml_read(file, text, len, arena, diags, on_event, &w);
	return diags->list.n == before;
}
