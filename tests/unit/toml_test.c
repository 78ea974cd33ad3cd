/*
 * The TOML reader: which events a text gives, in which order and from which places; each error
 * with the place that it points at; the limits; and that no text makes it slow.
 *
 * toml-test's suite and our own files are for tests/live/10-toml.t: here is what they cannot see.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/strbuf.h"
#include "read/toml.h"
#include "tap.h"

/* --- A reading and its log -------------------------------------------------------------------- */

struct reading {
	struct arena arena;
	struct diags diags;
	struct strbuf log; /* a line for each event; NULL if there was none */
	size_t events;
	bool good;
};

static void log_path(struct strbuf *out, const struct toml_event *ev)
{
	size_t i;

	for (i = 0; i < ev->depth; i++) {
		const struct toml_step *step = &ev->path[i];

		if (step->key)
			strbuf_addf(out, "%s%s", i ? "." : "", step->len ? step->key : "''");
		else
			strbuf_addf(out, "[%zu]", step->index);
	}
}

/* "string a.b[0] 1:2 3:4 value": kind, path, at, value_at. */
static void on_event(void *user, const struct toml_event *ev)
{
	struct reading *r = user;
	struct strbuf *out = &r->log;

	r->events++;
	strbuf_addf(out, "%s ", strchr(toml_kind_name(ev->kind), ' ') + 1);
	log_path(out, ev);
	strbuf_addf(
		out, " %d:%d %d:%d", ev->at.line, ev->at.col, ev->value_at.line, ev->value_at.col);
	if (ev->kind == TOML_INTEGER)
		strbuf_addf(out, " %" PRId64, ev->integer);
	else if (ev->kind == TOML_FLOAT)
		strbuf_addf(out, " %.17g", ev->real);
	else if (ev->kind == TOML_BOOL)
		strbuf_adds(out, ev->boolean ? " true" : " false");
	else if (ev->kind != TOML_TABLE && ev->kind != TOML_ARRAY)
		strbuf_addf(out, " %s", ev->text.s);
	strbuf_addc(out, '\n');
}

/* Reads a copy without a NUL behind it, so that a look past the end is ASan's to find. */
static struct reading *reading(const char *text, size_t len)
{
	struct reading *r = calloc(1, sizeof *r);
	char *copy = malloc(len ? len : 1);

	if (!r || !copy)
		abort();
	memcpy(copy, text, len);
	r->diags.arena = &r->arena;
	r->good = toml_read("t.toml", copy, len, &r->arena, &r->diags, on_event, r);
	free(copy);
	return r;
}

static void done(struct reading *r)
{
	strbuf_release(&r->log);
	arena_release(&r->arena);
	free(r);
}

/* --- Events ----------------------------------------------------------------------------------- */

static void gives(const char *name, const char *text, const char *log)
{
	struct reading *r = reading(text, strlen(text));

	ok(r->good && !diag_any(&r->diags), "%s: is read", name);
	is_str(r->log.s ? r->log.s : "", log, "%s: its events", name);
	done(r);
}

static void test_containers(void)
{
	gives("the header's example", "[tools]\nnames = [\"a\", {b = 1}]\n",
		"table tools 1:2 1:1\n"
		"array tools.names 2:1 2:9\n"
		"string tools.names[0] 2:10 2:10 a\n"
		"table tools.names[1] 2:15 2:15\n"
		"integer tools.names[1].b 2:16 2:20 1\n");
	gives("implied tables come first and once", "[a . b]\n[a]\nc.'d' = 1\nc.e = 2",
		"table a 1:2 1:1\n"
		"table a.b 1:6 1:1\n"
		"table a.c 3:1 3:1\n"
		"integer a.c.d 3:3 3:9 1\n"
		"integer a.c.e 4:3 4:7 2\n");
	gives("arrays of tables", "[[x]]\n[[ x ]]\ny=[]\n[x.z]\n[[x.w]]\n",
		"array x 1:3 1:1\n"
		"table x[0] 1:3 1:1\n"
		"table x[1] 2:4 2:1\n"
		"array x[1].y 3:1 3:3\n"
		"table x[1].z 4:4 4:1\n"
		"array x[1].w 5:5 5:1\n"
		"table x[1].w[0] 5:5 5:1\n");
	gives("empty ones are announced", "a = []\nb = {}\nc = [[], {}]\n[d]\n",
		"array a 1:1 1:5\n"
		"table b 2:1 2:5\n"
		"array c 3:1 3:5\n"
		"array c[0] 3:6 3:6\n"
		"table c[1] 3:10 3:10\n"
		"table d 4:2 4:1\n");
	gives("braces have tables of their own", "a = [{b.c = 1}, {b.c = 2}]",
		"array a 1:1 1:5\n"
		"table a[0] 1:6 1:6\n"
		"table a[0].b 1:7 1:7\n"
		"integer a[0].b.c 1:9 1:13 1\n"
		"table a[1] 1:17 1:17\n"
		"table a[1].b 1:18 1:18\n"
		"integer a[1].b.c 1:20 1:24 2\n");
	gives("the path is cut back after brackets", "a = [[1], 2]\nb = 3\n",
		"array a 1:1 1:5\n"
		"array a[0] 1:6 1:6\n"
		"integer a[0][0] 1:7 1:7 1\n"
		"integer a[1] 1:11 1:11 2\n"
		"integer b 2:1 2:5 3\n");
}

/* What 1.0.0 leaves to be thought about; each line is a file that must be read. */
static void test_definitions(void)
{
	static const char *const good[] = {
		"[a.b]\n[a]\n[a.c]\n",
		"[a.b.c]\n[a]\nb.d = 1\n", /* b was implied, not defined */
		"a.b = 1\n[a.c]\n",
		"a.b = 1\na.c = 2\n",
		"[a]\nb.c = 1\n[a.b.d]\n[[a.b.e]]\n",
		"[[a.b]]\n[a]\nc = 1\n",
		"[[a]]\nb = 1\n[[a]]\nb = 1\n",
		"[[a]]\n[a.b]\n[[a]]\n[a.b]\n",
		"1 = 1\n01 = 1\n-1 = 1\n2.2 = 1\n",
		"a = 1\nA = 1\n\"\" = 1\n\"a.a\" = 1\n",
		"\"\\u00e9\" = 1\n\"e\\u0301\" = 1\n", /* equal to the eye, not in bytes */
		"\"\\u0000\" = 1\n\"\\u0000a\" = 1\n",
		"inf = inf\nnan = nan\ntrue = true\n",
		"a = [1, \"b\", [2.0], {c = 1979-05-27}] # mixed\n",
		"a = [ # one\n\n1, # two\n# three\n]\n",
		"# only a comment",
		"\r\n\t \r\n",
	};
	size_t i;

	for (i = 0; i < sizeof good / sizeof *good; i++) {
		struct reading *r = reading(good[i], strlen(good[i]));

		if (!ok(r->good, "is read: %s", good[i]))
			tap_note("error:", r->diags.list.v[0].text);
		done(r);
	}
}

static void test_scalars(void)
{
	gives("integers",
		"a=+0\nb=-0\nc=1_000\nd=9223372036854775807\ne=-9223372036854775808\n"
		"f=0xdead_BEEF\ng=0o17\nh=0b1_01\ni=0x7fffffffffffffff",
		"integer a 1:1 1:3 0\ninteger b 2:1 2:3 0\ninteger c 3:1 3:3 1000\n"
		"integer d 4:1 4:3 9223372036854775807\n"
		"integer e 5:1 5:3 -9223372036854775808\n"
		"integer f 6:1 6:3 3735928559\ninteger g 7:1 7:3 15\ninteger h 8:1 8:3 5\n"
		"integer i 9:1 9:3 9223372036854775807\n");
	gives("floats", "a=1.5\nb=-0.0\nc=1e06\nd=2E-2\ne=1_0.2_5e+1_0\nf=-inf\ng=1e400",
		"float a 1:1 1:3 1.5\nfloat b 2:1 2:3 -0\nfloat c 3:1 3:3 1000000\n"
		"float d 4:1 4:3 0.02\nfloat e 5:1 5:3 102500000000\nfloat f 6:1 6:3 -inf\n"
		"float g 7:1 7:3 inf\n");
	gives("dates and times, in one form",
		"a=1979-05-27t07:32:00z\nb=1979-05-27 07:32:00.5-07:00\nc=2000-02-29T23:59:60\n"
		"d=2024-02-29 # no time\ne=07:32:00.1234567891\nf=0000-01-01T00:00:00.000+23:59",
		"date and time a 1:1 1:3 1979-05-27T07:32:00Z\n"
		"date and time b 2:1 2:3 1979-05-27T07:32:00.500-07:00\n"
		"local date and time c 3:1 3:3 2000-02-29T23:59:60\n"
		"date d 4:1 4:3 2024-02-29\n"
		"time e 5:1 5:3 07:32:00.123456789\n"
		"date and time f 6:1 6:3 0000-01-01T00:00:00.000+23:59\n");
	gives("booleans", "a=true\nb=[false]",
		"boolean a 1:1 1:3 true\narray b 2:1 2:3\nboolean b[0] 2:4 2:4 false\n");
}

static void test_strings(void)
{
	gives("escapes", "a = \"\\t\\\"\\\\ \\u00E9\\U0001F600\"", "string a 1:1 1:5 \t\"\\ é😀\n");
	gives("literal", "a = 'C:\\n' # 'x'", "string a 1:1 1:5 C:\\n\n");
	gives("several lines", "a = \"\"\"\nx\\\n  \n\t y\n\"\"\"\nb = 1",
		"string a 1:1 1:5 xy\n\ninteger b 6:1 6:5 1\n");
	gives("quotes before the end", "a = \"\"\"\"\"x\"\"\"\"\"\nb = ''''''''\nc = \"\"\"\"\"\"",
		"string a 1:1 1:5 \"\"x\"\"\nstring b 2:1 2:5 ''\nstring c 3:1 3:5 \n");
	gives("an escaped quote does not end", "a = \"\"\"\\\"\"\"\\\\\"\"\"",
		"string a 1:1 1:5 \"\"\"\\\n");
	gives("CR LF", "a = 1\r\nb = '''\r\nx\r\ny'''\r\nc = 2\r\n",
		"integer a 1:1 1:5 1\nstring b 2:1 2:5 x\r\ny\ninteger c 5:1 5:5 2\n");
	gives("columns count from behind a BOM",
		"\xef\xbb\xbf"
		"a = 1",
		"integer a 1:1 1:5 1\n");
	gives("columns count bytes", "'é' = 'é'", "string é 1:1 1:8 é\n");
}

/* --- Lengths, NULs, and what may be kept ------------------------------------------------------ */

static struct toml_event kept;
static struct toml_step kept_step;

static void keep(void *user, const struct toml_event *ev)
{
	*(int *)user += 1;
	kept = *ev;
	kept_step = ev->path[ev->depth - 1];
}

static void test_kept(void)
{
	static const char text[] = "\"k\\u0000y\" = \"v\\u0000\\u0000w\"";
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	char *copy = strdup(text);
	int n = 0;

	ok(toml_read("t", copy, sizeof text - 1, &arena, &diags, keep, &n), "escaped NULs");
	memset(copy, '#', sizeof text - 1);
	free(copy);
	is_int(n, 1, "one event");
	ok(kept_step.len == 3 && memcmp(kept_step.key, "k\0y", 4) == 0,
		"the key outlives its text");
	ok(kept.text.len == 4 && memcmp(kept.text.s, "v\0\0w", 5) == 0, "so does the string");
	ok(toml_read("t", NULL, 0, &arena, &diags, keep, &n) && n == 1, "nothing at all is TOML");
	arena_release(&arena);
}

/* --- Errors ----------------------------------------------------------------------------------- */

#define TEXT(s) s, sizeof(s) - 1

static const struct bad {
	const char *text;
	size_t len;
	int line, col;
	const char *says; /* part of the message */
} bad[] = {
	/* bytes that are wrong everywhere */
	{TEXT("a = 1\n# \x01"), 2, 3, "U+0001"},
	{TEXT("a = \"\x7f\""), 1, 6, "U+007F"},
	{TEXT("a = '''\n\x0b'''"), 2, 1, "U+000B"},
	{TEXT("a = 1\0"), 1, 6, "NUL"},
	{TEXT("a = 1\rb = 2"), 1, 6, "carriage return"},
	{TEXT("a = 1\r"), 1, 6, "carriage return"},
	{TEXT("a = \"x\r\""), 1, 7, "carriage return"},
	{TEXT("# \xff"), 1, 3, "0xff"},
	{TEXT("# \xed\xa0\x80"), 1, 3, "UTF-8"}, /* a surrogate */
	{TEXT("# \xc0\x80"), 1, 3, "UTF-8"},     /* longer than need be */
	{TEXT("# \xf4\x90\x80\x80"), 1, 3, "UTF-8"},
	{TEXT("# \xe2\x82"), 1, 3, "UTF-8"}, /* cut off */
	{TEXT("\xff\xfe"
	      "a\0"),
		1, 1, "UTF-16"},
	{TEXT("\xef\xbb\xbf\xef\xbb\xbf"), 1, 1, "key"},
	{TEXT("a = b\n\xff"), 1, 5, "`b`"}, /* what comes first is told first */
	/* lines and keys */
	{TEXT("a = 1 b = 2"), 1, 7, "end of the line"},
	{TEXT("[a] b = 2"), 1, 5, "end of the line"},
	{TEXT("a = [1] 2"), 1, 9, "end of the line"},
	{TEXT("a"), 1, 2, "end of the file"},
	{TEXT("a\n= 1"), 1, 2, "end of the line"},
	{TEXT("= 1"), 1, 1, "key"},
	{TEXT("a. = 1"), 1, 4, "key"},
	{TEXT("a..b = 1"), 1, 3, "key"},
	{TEXT(".a = 1"), 1, 1, "key"},
	{TEXT("a b = 1"), 1, 3, "expected ="},
	{TEXT("a!b = 1"), 1, 2, "quotes around"},
	{TEXT("\"a = 1\nb\" = 1"), 1, 1, "key is not closed"},
	{TEXT("\"\"\"a\"\"\" = 1"), 1, 1, "multi-line"},
	{TEXT("[]"), 1, 2, "key"},
	{TEXT("[a"), 1, 3, "expected ]"},
	{TEXT("[a\n]"), 1, 3, "expected ]"},
	{TEXT("[[a] ]"), 1, 5, "expected ]]"},
	{TEXT("[ [a]]"), 1, 3, "key"},
	{TEXT("[a]]"), 1, 4, "end of the line"},
	/* values */
	{TEXT("a ="), 1, 4, "end of the file"},
	{TEXT("a = # b"), 1, 5, "`#`"},
	{TEXT("a = yes"), 1, 5, "quotes"},
	{TEXT("a = True"), 1, 5, "lower case"},
	{TEXT("a = +true"), 1, 5, "`+true`"},
	{TEXT("a = [1 2]"), 1, 8, "comma"},
	{TEXT("a = [,]"), 1, 6, "value"},
	{TEXT("a = [1,,2]"), 1, 8, "value"},
	{TEXT("a = [1,\n\n[2"), 3, 1, "never closed"},
	{TEXT("a = [1}"), 1, 7, ", or ]"},
	{TEXT("a = {b = 1,}"), 1, 12, "comma"},
	{TEXT("a = {,}"), 1, 6, "key"},
	{TEXT("a = {b = 1\n}"), 1, 11, "line"},
	{TEXT("a = {b = 1 # c\n}"), 1, 12, "comments"},
	{TEXT("a = {b = 1"), 1, 5, "never closed"},
	{TEXT("a = {b = 1 c = 2}"), 1, 12, "comma"},
	{TEXT("a = {b}"), 1, 7, "expected ="},
	{TEXT("a = {[b]}"), 1, 6, "key"},
	/* strings */
	{TEXT("a = \"b"), 1, 5, "not closed"},
	{TEXT("a = \"b\\\"\nc = 1"), 1, 5, "not closed"},
	{TEXT("a = \"b\\\n\""), 1, 5, "not closed"},
	{TEXT("a = \"b\\"), 1, 5, "not closed"},
	{TEXT("a = 'b\n'"), 1, 5, "not closed"},
	{TEXT("a = '''b\n''"), 1, 5, "'''"},
	{TEXT("a = \"\"\"b\\"), 1, 5, "\"\"\""},
	{TEXT("a = \"\"\"\"\"\"\"\"\"\""), 1, 13, "end of the line"}, /* 5 end it, one is left */
	{TEXT("a = \"\\e\""), 1, 6, "1.0.0"},
	{TEXT("a = \"\\x41\""), 1, 6, "`x`"},
	{TEXT("a = \"\\ \""), 1, 6, "\\ before"},
	{TEXT("a = \"\"\"\n \\ b\"\"\""), 2, 2, "two lines"},
	{TEXT("a = \"\\u12\""), 1, 6, "4 hex"},
	{TEXT("a = \"\\U0001F60\""), 1, 6, "8 hex"},
	{TEXT("a = \"\\ud800\""), 1, 6, "Unicode"},
	{TEXT("a = \"\\U00110000\""), 1, 6, "Unicode"},
	{TEXT("a = \"\\Uffffffff\""), 1, 6, "Unicode"},
	/* numbers */
	{TEXT("a = 9223372036854775808"), 1, 5, "64 bits"},
	{TEXT("a = -9223372036854775809"), 1, 5, "64 bits"},
	{TEXT("a = 0xffffffffffffffff"), 1, 5, "64 bits"},
	{TEXT("a = 01"), 1, 5, "zeros"},
	{TEXT("a = -00"), 1, 5, "zeros"},
	{TEXT("a = 0_1"), 1, 5, "zeros"},
	{TEXT("a = 03.14"), 1, 5, "zeros"},
	{TEXT("a = 1__0"), 1, 5, "number"},
	{TEXT("a = 1_"), 1, 5, "number"},
	{TEXT("a = +_1"), 1, 5, "number"},
	{TEXT("a = 0x_1"), 1, 5, "number"},
	{TEXT("a = 0xg"), 1, 5, "number"},
	{TEXT("a = 0X1"), 1, 5, "number"},
	{TEXT("a = +0x1"), 1, 5, "number"},
	{TEXT("a = 0x1p3"), 1, 5, "number"},
	{TEXT("a = 0o8"), 1, 5, "number"},
	{TEXT("a = 0b2"), 1, 5, "number"},
	{TEXT("a = 1."), 1, 5, "number"},
	{TEXT("a = .5"), 1, 5, "value"},
	{TEXT("a = 1._5"), 1, 5, "number"},
	{TEXT("a = 1.e5"), 1, 5, "number"},
	{TEXT("a = 1e"), 1, 5, "number"},
	{TEXT("a = 1e_5"), 1, 5, "number"},
	{TEXT("a = 1_e5"), 1, 5, "number"},
	{TEXT("a = 1e5.0"), 1, 5, "number"},
	{TEXT("a = --1"), 1, 5, "number"},
	{TEXT("a = +"), 1, 5, "number"},
	{TEXT("a = Inf"), 1, 5, "lower case"},
	{TEXT("a = infinity"), 1, 5, "value"},
	{TEXT("a = 1 000"), 1, 7, "end of the line"},
	/* dates and times: the field is pointed at */
	{TEXT("a = 1979-13-01"), 1, 10, "month is 13"},
	{TEXT("a = 1979-02-29"), 1, 13, "day is 29"},
	{TEXT("a = 1900-02-29"), 1, 13, "day is 29"},
	{TEXT("a = 1979-04-31"), 1, 13, "day is 31"},
	{TEXT("a = 1979-00-01"), 1, 10, "month is 00"},
	{TEXT("a = 1979-01-00"), 1, 13, "day is 00"},
	{TEXT("a = 1979-1-01"), 1, 11, "date"},
	{TEXT("a = 10000-01-01"), 1, 9, "date"},
	{TEXT("a = 1979-05-27T"), 1, 16, "date"},
	{TEXT("a = 1979-05-27T07:32"), 1, 21, "date"},
	{TEXT("a = 1979-05-27T07:32Z"), 1, 21, "date"},
	{TEXT("a = 1979-05-27T24:00:00"), 1, 16, "hour is 24"},
	{TEXT("a = 1979-05-27_07:32:00"), 1, 15, "date"},
	{TEXT("a = 1979-05-27 07:60:00"), 1, 19, "minute is 60"},
	{TEXT("a = 1979-05-27  07:32:00"), 1, 17, "end of the line"},
	{TEXT("a = 07:32:61"), 1, 11, "second is 61"},
	{TEXT("a = 07:32:00."), 1, 14, "date"},
	{TEXT("a = 07:32:00Z"), 1, 13, "date"},
	{TEXT("a = 1:32:00"), 1, 6, "date"},
	{TEXT("a = 1979-05-27T07:32:00.Z"), 1, 25, "date"},
	{TEXT("a = 1979-05-27T07:32:00+24:00"), 1, 25, "offset is 24"},
	{TEXT("a = 1979-05-27T07:32:00+01:60"), 1, 28, "offset is 60"},
	{TEXT("a = 1979-05-27T07:32:00+0100"), 1, 27, "date"},
	{TEXT("a = 1979-05-27T07:32:00ZZ"), 1, 25, "date"},
	/* definitions */
	{TEXT("a = 1\na = 2"), 2, 1, "`a` has a value already on line 1"},
	{TEXT("a = 1\n\"\\u0061\" = 2"), 2, 1, "`\"\\u0061\"`"},
	{TEXT("a = 1\n[a]"), 2, 2, "line 1"},
	{TEXT("a = 1\na.b = 1"), 2, 1, "line 1"},
	{TEXT("[a]\n[a]"), 2, 2, "by a header on line 1"},
	{TEXT("[a]\n[[a]]"), 2, 3, "by a header"},
	{TEXT("[[a]]\n[a]"), 2, 2, "array of tables"},
	{TEXT("[[a]]\n[b]\na = 1\n[[b.a]]"), 4, 5, "value"},
	{TEXT("[a.b]\n[a]\n[a.b]"), 3, 4, "by a header on line 1"},
	{TEXT("[a.b]\n[[a]]"), 2, 3, "by a longer header"},
	{TEXT("[a.b]\n[a]\nb = 1"), 3, 1, "by a header on line 1"},
	{TEXT("[a.b.c]\n[a]\nb = 1"), 3, 1, "by a longer header on line 1"},
	{TEXT("[a.b.c]\n[a]\nb.c.d = 1"), 3, 3, "by a header"},
	{TEXT("[a.b.c]\n[a]\nb.d = 1\n[a.b]"), 4, 4, "by a dotted key"},
	{TEXT("[[a.b]]\n[a]\nb.c = 1"), 3, 1, "array of tables"},
	{TEXT("[a]\nb.c = 1\n[a.b]"), 3, 4, "by a dotted key on line 2"},
	{TEXT("[a]\nb.c = 1\n[[a.b]]"), 3, 5, "by a dotted key"},
	{TEXT("a.b = 1\n[a]"), 2, 2, "by a dotted key"},
	{TEXT("a.b = 1\na = {}"), 2, 1, "by a dotted key"},
	{TEXT("a.b.c = 1\na.b = 2"), 2, 3, "by a dotted key"},
	{TEXT("a = {}\n[a]"), 2, 2, "inline"},
	{TEXT("a = {}\n[a.b]"), 2, 2, "inline"},
	{TEXT("a = {b = {}}\n[[a.b.c]]"), 2, 3, "inline"},
	{TEXT("a = {}\na.b = 1"), 2, 1, "inline"},
	{TEXT("a = {b = 1, b = 2}"), 1, 13, "value"},
	{TEXT("a = {b = {}, b.c = 2}"), 1, 14, "inline"},
	{TEXT("a = {b.c = 1, b = {}}"), 1, 15, "dotted"},
	{TEXT("a = []\n[[a]]"), 2, 3, "value"},
	{TEXT("a = [{}]\n[[a]]"), 2, 3, "value"},
	{TEXT("a = [{}]\n[a.b]"), 2, 2, "value"},
	{TEXT("[[a]]\nb = [{}]\n[[a.b]]"), 3, 5, "value"},
};

static void test_errors(void)
{
	size_t i;

	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		const struct bad *b = &bad[i];
		struct reading *r = reading(b->text, b->len);
		const struct diag *d = r->diags.list.v;
		char want[64], got[64] = "";

		snprintf(want, sizeof want, "false, 1 error, t.toml:%d:%d", b->line, b->col);
		if (r->diags.list.n)
			snprintf(got, sizeof got, "%s, %zu error, %s:%d:%d",
				r->good ? "true" : "false", r->diags.list.n, d->at.file, d->at.line,
				d->at.col);
		is_str(got, want, "refused: %.40s", b->text);
		if (!ok(d && strstr(d->text, b->says) && strstr(d->text, "; "),
			    "... says \"%s\" and a remedy", b->says))
			tap_note("said:", d ? d->text : NULL);
		done(r);
	}
}

/* --- Limits ----------------------------------------------------------------------------------- */

/* N times PART, between HEAD and TAIL. */
static struct strbuf many(const char *head, const char *part, size_t n, const char *tail)
{
	struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, head);
	while (n-- > 0)
		strbuf_adds(&b, part);
	strbuf_adds(&b, tail);
	return b;
}

/* Reads and releases B: it must be good (LINE 0) or fail at LINE:COL saying SAYS. */
static void limit(const char *name, struct strbuf b, int line, int col, const char *says)
{
	struct reading *r = reading(b.s, b.len);
	const struct diag *d = r->diags.list.v;

	if (line == 0) {
		ok(r->good, "%s: is read", name);
	} else if (ok(!r->good && r->diags.list.n == 1, "%s: refused", name)) {
		is_int(d->at.line, line, "%s: line", name);
		is_int(d->at.col, col, "%s: column", name);
		ok(strstr(d->text, says) != NULL, "%s: says \"%s\"", name, says);
	}
	done(r);
	strbuf_release(&b);
}

static void test_depth(void)
{
	struct strbuf b;

	limit("64 dotted parts", many("a", ".a", 63, " = 1"), 0, 0, NULL);
	limit("65 dotted parts", many("a", ".a", 64, " = 1"), 1, 129, "64 parts");
	limit("a header of 64", many("[a", ".a", 63, "]"), 0, 0, NULL);
	limit("a key below it", many("[a", ".a", 63, "]\nb = 1"), 2, 1, "64 levels");
	limit("an element is a level", many("[[a", ".a", 63, "]]"), 1, 129, "64 levels");
	limit("65 brackets", many("a = ", "[", 65, ""), 1, 69, "64 levels");
	limit("64 braces", many("a = ", "{a = ", 64, ""), 1, 5 + 64 * 5 - 4, "64 levels");
	limit("a bomb of brackets", many("a = ", "[", 200000, ""), 1, 69, "64 levels");
	limit("a bomb of braces", many("a = ", "{a=", 60000, ""), 1, 195, "64 levels");
	limit("a bomb of dots", many("a", ".a", 100000, ""), 1, 129, "64 parts");
	limit("a bomb of header brackets", many("", "[", 200000, ""), 1, 3, "key");

	b = many("a = ", "[", 64, "");
	while (b.len < 4 + 2 * 64)
		strbuf_addc(&b, ']');
	limit("64 brackets", b, 0, 0, NULL);
}

static void test_size(void)
{
	struct strbuf b;

	limit("256 KiB", many("#", "x", TOML_MAX_BYTES - 1, ""), 0, 0, NULL);
	limit("one byte more", many("#\n", "x", TOML_MAX_BYTES - 1, ""), 2, TOML_MAX_BYTES - 1,
		"256 KiB");
	limit("a long string in a long line", many("a = '", "x", 250000, "' b"), 1, 250008,
		"end of the line");
	limit("4096 elements and keys", many("a = [", "1,", TOML_MAX_KEYS - 1, "]"), 0, 0, NULL);
	limit("one more", many("a = [", "1,", TOML_MAX_KEYS, "]"), 1, 6 + 2 * (TOML_MAX_KEYS - 1),
		"4096 keys");
	limit("4096 tables and keys", many("", "[[a]]\n", TOML_MAX_KEYS - 1, ""), 0, 0, NULL);
	limit("one more table", many("", "[[a]]\n", TOML_MAX_KEYS, ""), TOML_MAX_KEYS, 3,
		"4096 keys");
	b = (struct strbuf)STRBUF_INIT;
	for (int i = 0; i < TOML_MAX_KEYS; i++)
		strbuf_addf(&b, "k%d = %d\n", i, i);
	limit("4096 keys", many(b.s, "", 0, ""), 0, 0, NULL);
	limit("4097 keys", many(b.s, "one = 'more'", 1, ""), TOML_MAX_KEYS + 1, 1, "4096 keys");
	limit("4097 with another's part", many(b.s, "k0.x = 1", 1, ""), TOML_MAX_KEYS + 1, 1,
		"value already");
	strbuf_release(&b);
}

/* --- Time ------------------------------------------------------------------------------------- */

static double cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

/*
 * Far more than linear work needs, sanitizers included, and far less than what work in the
 * square of 256 KiB would take.
 */
static void fast(const char *name, struct strbuf b)
{
	double start = cpu_ms(), took;
	struct reading *r = reading(b.s, b.len);

	took = cpu_ms() - start;
	ok(took < 500, "%s: %zu bytes in %.1f ms", name, b.len, took);
	done(r);
	strbuf_release(&b);
}

static void test_time(void)
{
	struct strbuf b = STRBUF_INIT;
	size_t i;

	fast("newlines", many("", "\n", 262000, ""));
	fast("comments", many("", "#\r\n", 87000, ""));
	fast("one line of elements", many("a = [", "''        ,", 4095, "]"));
	fast("a string of escapes", many("a = \"", "\\u00e9", 43000, "\""));
	fast("a string of joined lines", many("a = \"\"\"", "\\\n", 130000, "\"\"\""));
	fast("a string of quotes", many("a = \"\"\"", "\"\"x", 87000, "\"\"\""));
	fast("underscores", many("a = 1", "_1", 130000, ""));
	fast("digits", many("a = 0.", "1", 262000, ""));
	fast("digits of an exponent", many("a = 1e", "0", 262000, "1"));
	fast("an array opened again and again", many("", "[[a]]\n[a.b]\n", 2047, ""));
	fast("headers through a deep array", many("", "[[a.a.a.a.a.a.a.a]]\n", 4000, ""));
	for (i = 0; i < 4095; i++)
		strbuf_addf(&b, "%060zu=1\n", i);
	fast("long keys that end differently", b);
}

int main(void)
{
	test_containers();
	test_definitions();
	test_scalars();
	test_strings();
	test_kept();
	test_errors();
	test_depth();
	test_size();
	test_time();
	return done_testing();
}
