/*
 * The rows of a schema as documents: one fact, one row, many readers. A JSON Schema for editors
 * and a list for the man page. The depth of recursion is that of the table, never of an input.
 */
#include <stdio.h>
#include <string.h>

#include "read/schema.h"

const char *schema_type_text(const struct key_row *row, struct arena *arena)
{
	static const char *const texts[] = {
		[KEY_BOOL] = "true or false",
		[KEY_NAME] = "a name",
		[KEY_PATH] = "a path",
		[KEY_ENV] = "the name of a variable",
		[KEY_DOMAIN] = "a host name, \"*.host\" or \"host:port\"",
		[KEY_PORT] = "a port from 1024 to 65535",
		[KEY_ANY_PORT] = "a port from 1 to 65535",
		[KEY_WORDS] = "a command prefix",
		[KEY_TEXT] = "a text",
		[KEY_SIZE] = "a positive number",
		[KEY_BYTES] = "a number of bytes, or \"2G\" (K, M, G, T)",
		[KEY_SETTING] = "true, false or a string",
		[KEY_TABLE] = "a table",
	};
	struct strbuf b = STRBUF_INIT;
	const char *p, *text;

	if (row->type != KEY_ENUM)
		return texts[row->type];
	strbuf_adds(&b, "one of \"");
	for (p = row->values; *p; p++)
		*p == '|' ? strbuf_adds(&b, "\", \"") : strbuf_addc(&b, *p);
	strbuf_addc(&b, '"');
	text = arena_strdup(arena, b.s);
	strbuf_release(&b);
	return text;
}

static void json_leaf(const struct key_row *row, struct strbuf *out)
{
	const char *p;

	switch (row->type) {
	case KEY_BOOL:
		strbuf_adds(out, "\"type\":\"boolean\"");
		break;
	case KEY_PORT:
		strbuf_adds(out, "\"type\":\"integer\",\"minimum\":1024,\"maximum\":65535");
		break;
	case KEY_ANY_PORT:
		strbuf_adds(out, "\"type\":\"integer\",\"minimum\":1,\"maximum\":65535");
		break;
	case KEY_SIZE:
		strbuf_adds(out, "\"type\":\"integer\",\"minimum\":1");
		break;
	case KEY_BYTES:
		strbuf_adds(out,
			"\"type\":[\"integer\",\"string\"],\"minimum\":0,"
			"\"pattern\":\"^[0-9]+[KMGT]?$\"");
		break;
	case KEY_SETTING:
		strbuf_adds(out, "\"type\":[\"boolean\",\"string\"]");
		break;
	case KEY_ENUM:
		strbuf_adds(out, "\"enum\":[\"");
		for (p = row->values; *p; p++)
			*p == '|' ? strbuf_adds(out, "\",\"") : strbuf_addc(out, *p);
		strbuf_adds(out, "\"]");
		break;
	case KEY_TABLE:
		strbuf_adds(out, "\"type\":\"object\"");
		break;
	case KEY_NAME:
	case KEY_PATH:
	case KEY_ENV:
	case KEY_DOMAIN:
	case KEY_WORDS:
	case KEY_TEXT:
		strbuf_adds(out, "\"type\":\"string\"");
		break;
	}
	if (row->initial && row->type != KEY_BOOL) {
		strbuf_adds(out, ",\"default\":");
		strbuf_add_json(out, row->initial);
	} else if (row->initial) {
		strbuf_addf(out, ",\"default\":%s", row->initial);
	}
	strbuf_adds(out, ",\"description\":");
	strbuf_add_json(out, row->help);
}

/* What stands below PREFIX in the table. */
struct below {
	const struct key_row *leaf;
	bool array, object;
};

static struct below look_below(const struct schema *s, const char *prefix)
{
	struct below b = {0};
	size_t n = strlen(prefix), i;

	for (i = 0; i < s->n; i++) {
		const char *path = s->rows[i].path;

		if (strncmp(path, prefix, n) != 0)
			continue;
		if (path[n] == '\0')
			b.leaf = &s->rows[i];
		else if (path[n] == '[')
			b.array = true;
		else if (n == 0 || path[n] == '.')
			b.object = true;
	}
	return b;
}

static void json_node(const struct schema *s, const char *prefix, struct strbuf *out);

/* The keys directly below PREFIX, each once. */
static void json_object(const struct schema *s, const char *prefix, struct strbuf *out)
{
	size_t n = strlen(prefix), skip = n ? n + 1 : 0, i, j, len;
	bool first = true, any = false;
	char child[256];

	strbuf_adds(out, "\"type\":\"object\",\"properties\":{");
	for (i = 0; i < s->n; i++) {
		const char *path = s->rows[i].path;

		if (strncmp(path, prefix, n) != 0 || (n && path[n] != '.'))
			continue;
		len = skip + strcspn(path + skip, ".[");
		for (j = 0; j < i; j++)
			if (strncmp(s->rows[j].path, path, len) == 0 &&
				strchr(".[", s->rows[j].path[len]))
				break;
		if (j < i)
			continue;
		if (path[skip] == '*') {
			any = true;
			continue;
		}
		snprintf(child, sizeof child, "%.*s", (int)len, path);
		strbuf_addf(out, "%s\"%s\":", first ? "" : ",", child + skip);
		first = false;
		json_node(s, child, out);
	}
	strbuf_adds(out, "}");
	if (any) {
		snprintf(child, sizeof child, "%s%s*", prefix, n ? "." : "");
		strbuf_adds(out, ",\"additionalProperties\":");
		json_node(s, child, out);
	} else {
		strbuf_adds(out, ",\"additionalProperties\":false");
	}
}

static void json_node(const struct schema *s, const char *prefix, struct strbuf *out)
{
	struct below b = look_below(s, prefix);
	bool leaf = b.leaf && b.leaf->type != KEY_TABLE;
	bool choice = (leaf + b.array + b.object) > 1;
	char element[256];
	const char *sep = "";

	strbuf_adds(out, choice ? "{\"anyOf\":[" : "");
	if (leaf) {
		strbuf_addc(out, '{');
		json_leaf(b.leaf, out);
		strbuf_addc(out, '}');
		sep = ",";
	}
	if (b.array) {
		snprintf(element, sizeof element, "%s[]", prefix);
		strbuf_addf(out, "%s{\"type\":\"array\",\"items\":", sep);
		json_node(s, element, out);
		strbuf_addc(out, '}');
		sep = ",";
	}
	if (b.object || (!leaf && !b.array)) {
		strbuf_addf(out, "%s{", sep);
		json_object(s, prefix, out);
		strbuf_addc(out, '}');
	}
	strbuf_adds(out, choice ? "]}" : "");
}

void schema_render_json(const struct schema *schema, const char *title, struct strbuf *out)
{
	strbuf_adds(
		out, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":");
	strbuf_add_json(out, title);
	strbuf_addc(out, ',');
	json_object(schema, "", out);
	strbuf_adds(out, "}\n");
}

/* TEXT for mdoc: a backslash and a leading dot or quote would be requests. */
static void mdoc_text(struct strbuf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		strbuf_adds(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			strbuf_adds(out, "\\e");
		else if (text[0] == '.' && text[1] == ' ')
			strbuf_adds(out, ".\n"), text++; /* a new sentence, a new line */
		else
			strbuf_addc(out, *text);
	}
}

void schema_render_mdoc(const struct schema *schema, struct strbuf *out)
{
	struct arena arena = ARENA_INIT;
	size_t i, n;

	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (i = 0; i < schema->n; i++) {
		const struct key_row *row = &schema->rows[i];
		bool list = (n = strlen(row->path)) > 2 && strcmp(row->path + n - 2, "[]") == 0;

		strbuf_addf(out, ".It Ic %.*s\n", (int)(list ? n - 2 : n), row->path);
		strbuf_adds(out, list ? "Array, each " : "");
		mdoc_text(out, schema_type_text(row, &arena));
		if (row->initial)
			strbuf_addf(out, ", default %s", row->initial);
		strbuf_adds(out, ".\n");
		mdoc_text(out, row->help);
		strbuf_adds(out, "\n");
	}
	strbuf_adds(out, ".El\n");
	arena_release(&arena);
}
