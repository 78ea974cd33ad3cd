/*
 * The schema engine: one table of rows against texts. The first half reads with a small table of
 * its own, so that every kind of row and every fault is seen without the manifest's meaning; the
 * second shows that the documents made of the real tables hold every row.
 */
#include <stdlib.h>

#include "json.h"
#include "read/bundle.h"
#include "read/manifest.h"
#include "read/schema.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct key_row rows[] = {
	{"flag", KEY_BOOL, 0, NULL, "false", "A flag."},
	{"mode", KEY_ENUM, 1, "slow|fast|very-fast", "slow", "A mode."},
	{"name", KEY_NAME, 2, NULL, NULL, "A name."},
	{"deep.path", KEY_PATH, 3, NULL, NULL, "A path."},
	{"deep.list[]", KEY_PATH, 4, NULL, NULL, "Paths."},
	{"deep.list[].path", KEY_PATH, 5, NULL, NULL, "A path in a table."},
	{"deep.list[].rw", KEY_BOOL, 6, NULL, NULL, "Its mode."},
	{"env[]", KEY_ENV, 7, NULL, NULL, "Variables."},
	{"hosts[]", KEY_DOMAIN, 8, NULL, NULL, "Hosts."},
	{"port", KEY_PORT, 9, NULL, NULL, "A port."},
	{"any_port", KEY_ANY_PORT, 10, NULL, NULL, "Any port."},
	{"words", KEY_WORDS, 11, NULL, NULL, "Words."},
	{"text", KEY_TEXT, 12, NULL, NULL, "A text."},
	{"size", KEY_SIZE, 13, NULL, NULL, "A size."},
	{"tools[].tool", KEY_NAME, 14, NULL, NULL, "A tool."},
	{"tools[].*", KEY_SETTING, 15, NULL, NULL, "A setting."},
	{"tools[].list[]", KEY_NAME, 16, NULL, NULL, "Names."},
	{"knobs.*", KEY_TABLE, 17, NULL, NULL, "A table."},
	{"knobs.*.type", KEY_NAME, 18, NULL, NULL, "Its type."},
};
static const struct schema schema = {rows, COUNT(rows)};

struct reading {
	struct arena arena;
	struct diags diags;
	struct strbuf log, errors;
};

/* "ID KIND VALUE;" for each that fits. */
static void on_key(void *user, const struct key_row *row, const struct toml_event *ev)
{
	struct reading *r = user;

	strbuf_addf(&r->log, "%d", row->id);
	if (ev->kind == TOML_ARRAY)
		strbuf_adds(&r->log, "[]");
	else if (ev->kind == TOML_TABLE)
		strbuf_adds(&r->log, "{}");
	else if (ev->kind == TOML_BOOL)
		strbuf_addf(&r->log, " %s", ev->boolean ? "true" : "false");
	else if (ev->kind == TOML_INTEGER)
		strbuf_addf(&r->log, " %lld", (long long)ev->integer);
	else
		strbuf_addf(&r->log, " %s", ev->text.s);
	strbuf_adds(&r->log, "; ");
}

/* Reads TEXT and compares what fits and what does not. NULL for "nothing". */
static void expect(const char *text, const char *log, const char *errors)
{
	struct reading r = {.diags = {.arena = &r.arena}};
	bool good = schema_read(&schema, "t", text, strlen(text), &r.arena, &r.diags, on_key, &r);

	diag_render(&r.diags, &r.errors);
	is_str(r.log.s, log, "what fits in %s", text);
	is_str(r.errors.s, errors, "what does not fit in %s", text);
	is_int(good, !errors, "and the answer to it");
	strbuf_release(&r.log);
	strbuf_release(&r.errors);
	arena_release(&r.arena);
}

/* One fault: its place and text. */
static void refuse(const char *text, const char *fault)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_addf(&b, "seal-exec: t:%s\n", fault);
	expect(text, NULL, b.s);
	strbuf_release(&b);
}

static void test_fits(void)
{
	expect("", NULL, NULL);
	expect("flag = true\nmode = 'very-fast'\n", "0 true; 1 very-fast; ", NULL);
	expect("deep.path = '~/a'\n", "3 ~/a; ", NULL);
	expect("[deep]\npath = 'a/b'\n", "3 a/b; ", NULL);
	expect("deep = {path = '/'}\n", "3 /; ", NULL);
	expect("[deep]\nlist = []\n", "4[]; ", NULL);
	expect("[deep]\nlist = ['/a', {path = '/b', rw = true}]\n",
		"4[]; 4 /a; 4{}; 5 /b; 6 true; ", NULL);
	expect("[[deep.list]]\npath = '/b'\n[[deep.list]]\n", "4[]; 4{}; 5 /b; 4{}; ", NULL);
	expect("env = ['A_*', '_x9']\n", "7[]; 7 A_*; 7 _x9; ", NULL);
	expect("hosts = ['*.a.org', 'A.b:22']\n", "8[]; 8 *.a.org; 8 A.b:22; ", NULL);
	expect("port = 1024\n", "9 1024; ", NULL);
	expect("port = 65535\nany_port = 1\nsize = 1\n", "9 65535; 10 1; 13 1; ", NULL);
	expect("words = 'mise exec --'\ntext = 'a  b '\n", "11 mise exec --; 12 a  b ; ", NULL);
	expect("[[tools]]\ntool = 'cargo'\nx = true\ny = 'on'\nlist = ['a', 'b']\n",
		"14 cargo; 15 true; 15 on; 16[]; 16 a; 16 b; ", NULL);
	expect("tools = [{tool = 'a', list = []}]\n", "14 a; 16[]; ", NULL);
	expect("[knobs.a]\ntype = 't'\n[knobs.b]\n", "17{}; 18 t; 17{}; ", NULL);
}

static void test_unknown(void)
{
	refuse("flga = true\n", "1:1: unknown key 'flga' in the file; did you mean 'flag'?");
	refuse("# x\n\n  prot = 1\n", "3:3: unknown key 'prot' in the file; did you mean 'port'?");
	refuse("[deep]\nliist = []\n", "2:1: unknown key 'liist' in deep; did you mean 'list'?");
	refuse("[deep]\nxyz = 1\n", "2:1: unknown key 'xyz' in deep; known keys: path, list");
	refuse("[dep]\npath = '/a'\nlist = 1\n",
		"1:2: unknown key 'dep' in the file; did you mean 'deep'?");
	refuse("[dep.x.y]\na = 1\n", "1:2: unknown key 'dep' in the file; did you mean 'deep'?");
	refuse("dep = [{a = 1}, 2]\n", "1:1: unknown key 'dep' in the file; did you mean 'deep'?");
	expect("[[deep.list]]\npaht = '/b'\n", "4[]; 4{}; ",
		"seal-exec: t:2:1: unknown key 'paht' in deep.list[0]; did you mean 'path'?\n");
	expect("[knobs.a]\ntpye = 't'\n", "17{}; ",
		"seal-exec: t:2:1: unknown key 'tpye' in knobs.a; did you mean 'type'?\n");
	refuse("\"fl\\u001bag\" = true\n",
		"1:1: unknown key 'fl\\x1bag' in the file; did you mean 'flag'?");
	refuse("\"a.b\" = 1\n",
		"1:1: unknown key 'a.b' in the file; known keys: flag, mode, "
		"name, deep, env, hosts, port, any_port, words, text, size, tools, "
		"knobs");
	refuse("\"deep.path\" = '/x'\n",
		"1:1: unknown key 'deep.path' in the file; known keys: flag, mode, name, deep, "
		"env, "
		"hosts, port, any_port, words, text, size, tools, knobs");
}

static void test_types(void)
{
	refuse("flag = 'true'\n", "1:8: flag is a string; it must be true or false");
	refuse("flag = 1\n", "1:8: flag is an integer; it must be true or false");
	refuse("flag = [true]\n", "1:8: flag is an array; it must be true or false");
	refuse("flag = {a = 1}\n", "1:8: flag is a table; it must be true or false");
	refuse("[flag]\na = 1\n", "1:1: flag is a table; it must be true or false");
	refuse("mode = true\n",
		"1:8: mode is a boolean; it must be one of \"slow\", \"fast\", \"very-fast\"");
	refuse("port = '80'\n", "1:8: port is a string; it must be a port from 1024 to 65535");
	refuse("port = 8e3\n", "1:8: port is a float; it must be a port from 1024 to 65535");
	refuse("deep = 1\n", "1:8: deep is an integer; it must be a table");
	refuse("deep = ['/a']\n", "1:8: deep is an array; it must be a table");
	refuse("[[deep]]\npath = '/a'\n", "1:1: deep is an array; it must be a table");
	refuse("deep.list = '/a'\n",
		"1:13: deep.list is a string; it must be an array, each element a path");
	refuse("tools = 'a'\n", "1:9: tools is a string; it must be an array");
	expect("deep.list = ['/a', 7, ['/b']]\n", "4[]; 4 /a; ",
		"seal-exec: t:1:20: deep.list[1] is an integer; it must be a path\n"
		"seal-exec: t:1:23: deep.list[2] is an array; it must be a path\n");
	expect("tools = [{x = 1, y = 1.5, z = {a = 1}}]\n", NULL,
		"seal-exec: t:1:15: tools[0].x is an integer; it must be true, false or a "
		"string\n"
		"seal-exec: t:1:22: tools[0].y is a float; it must be true, false or a string\n"
		"seal-exec: t:1:31: tools[0].z is a table; it must be true, false or a string\n");
	refuse("knobs.a = 'x'\n", "1:11: knobs.a is a string; it must be a table");
	refuse("text = 2024-01-01\n", "1:8: text is a date; it must be a text");
}

static void test_values(void)
{
	refuse("mode = 'quick'\n",
		"1:8: mode: 'quick' is not one of \"slow\", \"fast\", \"very-fast\"");
	refuse("mode = ''\n", "1:8: mode: '' is not one of \"slow\", \"fast\", \"very-fast\"");
	refuse("mode = 'slow|fast'\n",
		"1:8: mode: 'slow|fast' is not one of \"slow\", \"fast\", \"very-fast\"");
	refuse("mode = 'very'\n",
		"1:8: mode: 'very' is not one of \"slow\", \"fast\", \"very-fast\"");
	refuse("port = 1023\n",
		"1:8: port: 1023 is a privileged port; only 1024 to 65535 can be granted");
	refuse("port = 0\n", "1:8: port: 0 is not a port (1024 to 65535)");
	refuse("port = 65536\n", "1:8: port: 65536 is not a port (1024 to 65535)");
	refuse("port = -1\n", "1:8: port: -1 is not a port (1024 to 65535)");
	refuse("port = 4294969320\n", "1:8: port: 4294969320 is not a port (1024 to 65535)");
	refuse("any_port = 0\n", "1:12: any_port: 0 is not a port (1 to 65535)");
	refuse("any_port = 65536\n", "1:12: any_port: 65536 is not a port (1 to 65535)");
	refuse("size = 0\n", "1:8: size: 0 is not a positive number");
	refuse("size = -5\n", "1:8: size: -5 is not a positive number");
	refuse("words = ''\n", "1:9: words: '' is not a list of words with one space between two");
	refuse("words = 'a  b'\n",
		"1:9: words: 'a  b' is not a list of words with one space between two");
	refuse("words = ' a'\n",
		"1:9: words: ' a' is not a list of words with one space between two");
	refuse("words = 'a '\n",
		"1:9: words: 'a ' is not a list of words with one space between two");
}

/* KEY = VALUE is refused with something that says PART. */
static void refuse_value(const char *key, const char *value, const char *part)
{
	struct reading r = {.diags = {.arena = &r.arena}};
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s = %s\n", key, value);
	schema_read(&schema, "t", text.s, text.len, &r.arena, &r.diags, on_key, &r);
	diag_render(&r.diags, &r.errors);
	if (!ok(r.diags.list.n == 1 && strstr(r.errors.s, part), "%.*s is refused: %s",
		    (int)text.len - 1, text.s, part))
		tap_note("said:", r.errors.s);
	strbuf_release(&text);
	strbuf_release(&r.log);
	strbuf_release(&r.errors);
	arena_release(&r.arena);
}

static void test_words(void)
{
	static const char *const bad[][3] = {
		{"name", "''", "not a name"},
		{"name", "'.'", "not a name"},
		{"name", "'..'", "not a name"},
		{"name", "'-x'", "not a name"},
		{"name", "'a/b'", "not a name"},
		{"name", "'a b'", "not a name"},
		{"name", "'gr\xc3\xbcn'", "not a name"},
		{"deep.path", "''", "is empty"},
		{"deep.path", "'$HOME/x'", "variables do not expand"},
		{"deep.path", "'~bob/x'", "another user's home"},
		{"deep.path", "'/a/../b'", "'..' inside"},
		{"deep.path", "'~/../x'", "'..' inside"},
		{"deep.path", "'a/..'", "'..' inside"},
		{"env", "['*']", "whole environment"},
		{"env", "['**']", "whole environment"},
		{"env", "['']", "whole environment"},
		{"env", "['9A']", "not the name"},
		{"env", "['A-B']", "not the name"},
		{"env", "['A=B']", "not the name"},
		{"env", "['A B']", "not the name"},
		{"env", "['A?']", "not the name"},
		{"hosts", "['127.1']", "not a host name"},
		{"hosts", "['*.org']", "top-level"},
		{"text", "\"a\\nb\"", "control or invisible"},
		{"text", "\"a\\u001b[0m\"", "control or invisible"},
		{"text", "\"a\\u0000b\"", "control or invisible"},
		{"text", "\"a\\u007f\"", "control or invisible"},
		{"text", "\"a\\u009b\"", "control or invisible"},
		{"text", "\"a\\u202eb\"", "control or invisible"},
		{"text", "'a\xe2\x80\xae'", "control or invisible"},
		{"text", "'\xef\xbb\xbfx'", "control or invisible"},
		{"deep.path", "\"/a\\u0000/../b\"", "control or invisible"},
		{"name", "\"a\\u200bb\"", "control or invisible"},
		{"mode", "\"slow\\u0000\"", "control or invisible"},
	};
	struct strbuf b = STRBUF_INIT;
	size_t i;

	refuse_value("\"flag\\u0000\"", "true", "unknown key");
	for (i = 0; i < COUNT(bad); i++)
		refuse_value(bad[i][0], bad[i][1], bad[i][2]);
	strbuf_addf(&b, "'%04097d'", 0);
	refuse_value("text", b.s, "longer than 4096");
	b.len = 0;
	strbuf_addf(&b, "text = '%04096d'\n", 0);
	{
		struct reading r = {.diags = {.arena = &r.arena}};

		ok(schema_read(&schema, "t", b.s, b.len, &r.arena, &r.diags, on_key, &r),
			"4096 bytes are not too long");
		strbuf_release(&r.log);
		arena_release(&r.arena);
	}
	b.len = 0;
	strbuf_addf(&b, "'%064d'", 0);
	refuse_value("name", b.s, "not a name");
	strbuf_release(&b);
}

static void test_together(void)
{
	expect("flag = 1\n"
	       "mode = 'fast'\n"
	       "zzz = 2\n"
	       "port = 80\n"
	       "[deep]\n"
	       "list = ['/a', '$B', {path = 3, x = 4}]\n"
	       "[[tools]]\n"
	       "tool = 'a/b'\n",
		"1 fast; 4[]; 4 /a; 4{}; ",
		"seal-exec: t:1:8: flag is an integer; it must be true or false\n"
		"seal-exec: t:3:1: unknown key 'zzz' in the file; known keys: flag, mode, name, "
		"deep, env, hosts, port, any_port, words, text, size, tools, knobs\n"
		"seal-exec: t:4:8: port: 80 is a privileged port; only 1024 to 65535 can be "
		"granted\n"
		"seal-exec: t:6:15: deep.list[1]: '$B' starts with '$', and variables do not "
		"expand; write ~ for your home\n"
		"seal-exec: t:6:29: deep.list[2].path is an integer; it must be a path\n"
		"seal-exec: t:6:32: unknown key 'x' in deep.list[2]; known keys: path, rw\n"
		"seal-exec: t:8:8: tools[0].tool: 'a/b' is not a name (letters, digits, . _ + - "
		"@)\n");
	/* What TOML itself refuses ends the reading, with what was found before. */
	expect("zz = 1\nflag = \n", NULL,
		"seal-exec: t:1:1: unknown key 'zz' in the file; known keys: flag, mode, name, "
		"deep, env, hosts, port, any_port, words, text, size, tools, knobs\n"
		"seal-exec: t:2:8: expected a value, found the end of the line; write a "
		"\"string\", a number, true, false, a date, [ or {\n");
}

/* --- The rows as documents ---------------------------------------------------------------------
 */

/* The sub-schema for the next STEP of a row's path: "key", "*" or "[]". */
static const char *descend(const char *node, const char *step)
{
	const char *any = json_member(node, "anyOf"), *next, *found;
	size_t i;

	for (i = 0; any && (next = json_element(any, i)); i++)
		if ((found = descend(next, step)))
			return found;
	if (strcmp(step, "[]") == 0)
		return json_member(node, "items");
	if (strcmp(step, "*") == 0)
		return json_member(node, "additionalProperties");
	return json_member(json_member(node, "properties"), step);
}

static const char *descend_path(const char *node, const char *path)
{
	char step[64];
	size_t n;

	while (*path && node) {
		path += *path == '.';
		n = *path == '[' ? 2 : strcspn(path, ".[");
		snprintf(step, sizeof step, "%.*s", (int)n, path);
		node = descend(node, step);
		path += n;
	}
	return node;
}

/* The alternative of NODE that says HELP. */
static const char *described(const char *node, const char *help)
{
	const char *any = json_member(node, "anyOf"), *next;
	size_t i;

	for (i = 0; any && (next = json_element(any, i)); i++)
		if (json_is(json_member(next, "description"), help))
			return next;
	return json_is(json_member(node, "description"), help) ? node : NULL;
}

static void check_row(const char *json, const struct key_row *row)
{
	static const char *const types[] = {
		[KEY_BOOL] = "boolean",
		[KEY_PORT] = "integer",
		[KEY_ANY_PORT] = "integer",
		[KEY_SIZE] = "integer",
		[KEY_TEXT] = "string",
		[KEY_NAME] = "string",
		[KEY_PATH] = "string",
		[KEY_ENV] = "string",
		[KEY_DOMAIN] = "string",
		[KEY_WORDS] = "string",
		[KEY_TABLE] = "object",
	};
	const char *node = descend_path(json, row->path), *leaf;

	if (row->type == KEY_TABLE) {
		ok(json_is(json_member(node, "type"), "object"), "%s is an object", row->path);
		return;
	}
	leaf = node ? described(node, row->help) : NULL;
	ok(leaf, "%s is there with its help", row->path);
	if (row->type == KEY_ENUM) {
		size_t i, n = 1;
		const char *p;

		for (p = row->values; *p; p++)
			n += *p == '|';
		for (i = 0; json_element(json_member(leaf, "enum"), i); i++)
			;
		is_int((long long)i, (long long)n, "%s has its values", row->path);
	} else if (row->type == KEY_BYTES) {
		ok(json_is(json_element(json_member(leaf, "type"), 0), "integer") &&
				json_is(json_element(json_member(leaf, "type"), 1), "string"),
			"%s has its types", row->path);
	} else if (row->type != KEY_SETTING) {
		ok(json_is(json_member(leaf, "type"), types[row->type]), "%s has its type",
			row->path);
	}
	ok(!row->initial == !json_member(leaf, "default"), "%s has its default", row->path);
}

static void test_documents(const struct schema *s, const char *title)
{
	struct strbuf json = STRBUF_INIT, mdoc = STRBUF_INIT;
	char item[160];
	size_t i;

	schema_render_json(s, title, &json);
	schema_render_mdoc(s, &mdoc);
	ok(json_valid(json.s), "the schema of %s is JSON", title);
	ok(json_is(json_member(json.s, "title"), title), "its title");
	ok(strncmp(json_member(json.s, "additionalProperties"), "false", 5) == 0,
		"%s: other keys are errors", title);
	for (i = 0; i < s->n; i++) {
		size_t n = strlen(s->rows[i].path);
		bool list = n > 2 && strcmp(s->rows[i].path + n - 2, "[]") == 0;

		check_row(json.s, &s->rows[i]);
		snprintf(item, sizeof item, "\n.It Ic %.*s\n", (int)(list ? n - 2 : n),
			s->rows[i].path);
		ok(strstr(mdoc.s, item), "the manual has %s", s->rows[i].path);
	}
	strbuf_release(&json);
	strbuf_release(&mdoc);
}

static void test_checker(void)
{
	ok(json_valid("{\"a\":[1,-2.5,\"x\\u00fc\",true,null],\"b\":{}}"), "control: JSON");
	ok(!json_valid("{\"a\":1,}"), "a trailing comma is not");
	ok(!json_valid("{\"a\" 1}") && !json_valid("[1 2]") && !json_valid("[01]"), "nor these");
	ok(!json_valid("\"a\nb\"") && !json_valid("\"\xff\"") && !json_valid("{} {}"), "nor these");
	ok(json_is(json_element(json_member("{\"x\":1,\"a\":[1,\"q\"]}", "a"), 1), "q"),
		"members and elements are found");
}

int main(void)
{
	test_fits();
	test_unknown();
	test_types();
	test_values();
	test_words();
	test_together();
	test_checker();
	test_documents(&schema, "test");
	test_documents(&manifest_schema, "seal.toml");
	test_documents(&bundle_schema, "bundle");
	return done_testing();
}
