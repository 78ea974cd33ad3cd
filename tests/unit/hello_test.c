/*
 * The name in a ClientHello. Those in tests/fuzz/corpus/hello/ were sent by OpenSSL, curl, Node,
 * git (GnuTLS) and Java, or made by hand; their names begin with the verdict. The others are
 * made here, one rule at a time, each beside a control that keeps it.
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "keeper/hello.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define CORPUS   "tests/fuzz/corpus/hello/"
#define HOST     "registry.example"

static char name[256]; /* what the last call found */

/* Reads a copy that ends where an allocation ends: ASan sees one byte too far. */
static enum hello read_exact(const char *bytes, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	enum hello verdict;

	memcpy(copy, bytes, n);
	memset(name, 'x', sizeof name);
	verdict = hello_read(copy, n, name);
	free(copy);
	return verdict;
}

/* --- Making one ------------------------------------------------------------------------------- */

struct recipe {
	unsigned version, session, suites, methods; /* lengths, but for the version */
	const char *extensions;                     /* NULL: the field is left out */
	size_t size;
};

#define EXT(s) .extensions = (s), .size = sizeof(s) - 1
static const struct recipe plain = {0x303, 0, 2, 1, NULL, 0};

static void add_number(struct strbuf *b, size_t value, int width)
{
	while (width--)
		strbuf_addc(b, (char)(value >> 8 * width));
}

static void add_bytes(struct strbuf *b, size_t n)
{
	while (n--)
		strbuf_addc(b, '\1');
}

static void add_message(struct strbuf *b, const struct recipe *r)
{
	size_t size = 2 + 32 + 1 + r->session + 2 + r->suites + 1 + r->methods;

	if (r->extensions)
		size += 2 + r->size;
	add_number(b, 1, 1);
	add_number(b, size, 3);
	add_number(b, r->version, 2);
	add_bytes(b, 32);
	add_number(b, r->session, 1);
	add_bytes(b, r->session);
	add_number(b, r->suites, 2);
	add_bytes(b, r->suites);
	add_number(b, r->methods, 1);
	add_bytes(b, r->methods);
	if (r->extensions) {
		add_number(b, r->size, 2);
		strbuf_add(b, r->extensions, r->size);
	}
}

static void add_record(struct strbuf *b, const char *bytes, size_t n)
{
	strbuf_add(b, "\x16\3\1", 3);
	add_number(b, n, 2);
	strbuf_add(b, bytes, n);
}

/* MESSAGE in records of at most CHUNK bytes. */
static void add_records(struct strbuf *b, const struct strbuf *message, size_t chunk)
{
	size_t at, n;

	for (at = 0; at < message->len; at += n) {
		n = message->len - at < chunk ? message->len - at : chunk;
		add_record(b, message->s + at, n);
	}
}

static enum hello verdict_of(const struct recipe *r)
{
	struct strbuf message = STRBUF_INIT, bytes = STRBUF_INIT;
	enum hello verdict;

	add_message(&message, r);
	add_records(&bytes, &message, 1 << 14);
	verdict = read_exact(bytes.s, bytes.len);
	strbuf_release(&message);
	strbuf_release(&bytes);
	return verdict;
}

/* --- Real ones -------------------------------------------------------------------------------- */

/* Every prefix wants more or has the verdict of the whole; what follows changes nothing. */
static void check_growth(const char *file, char *bytes, size_t n, enum hello verdict)
{
	size_t i, more = 0, same = 0;

	for (i = 0; i <= n; i++) {
		enum hello got = read_exact(bytes, i);

		more += got == HELLO_MORE;
		same += got == verdict;
	}
	ok(verdict == HELLO_MORE ? more == n + 1 : more > 0 && more + same == n + 1,
		"%s: one verdict, however it comes", file);
	if (verdict == HELLO_MORE)
		return;
	memset(bytes + n, 0xff, 100);
	is_int(read_exact(bytes, n + 100), verdict, "%s: and whatever follows", file);
	is_str(name, verdict == HELLO_NAMED ? HOST : "", "%s: the name", file);
}

static void test_corpus(void)
{
	static const struct {
		const char *prefix;
		enum hello verdict;
	} verdicts[] = {{"named-", HELLO_NAMED}, {"nameless-", HELLO_NAMELESS},
		{"hidden-", HELLO_HIDDEN}, {"bad-", HELLO_BAD}, {"not-", HELLO_NOT_TLS},
		{"more-", HELLO_MORE}};
	DIR *dir = opendir(CORPUS);
	struct dirent *entry;
	char bytes[8192], path[512];
	size_t i, n, files = 0;
	FILE *f;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof path, CORPUS "%s", entry->d_name);
		if (entry->d_name[0] == '.' || !(f = fopen(path, "rb")))
			continue;
		n = fread(bytes, 1, sizeof bytes - 100, f);
		fclose(f);
		for (i = 0; i < COUNT(verdicts); i++) {
			if (strncmp(entry->d_name, verdicts[i].prefix, strlen(verdicts[i].prefix)))
				continue;
			is_int(read_exact(bytes, n), verdicts[i].verdict, "%s", entry->d_name);
			check_growth(entry->d_name, bytes, n, verdicts[i].verdict);
		}
		files++;
	}
	if (dir)
		closedir(dir);
	ok(files >= 30, "the corpus is there");
}

/* --- The message ------------------------------------------------------------------------------ */

#define SNI "\0\0\0\x15\0\x13\0\0\x10" HOST
#define ECH "\xfe\x0d\0\3\0\0\1"

static void test_extensions(void)
{
	static const struct {
		const char *what;
		struct recipe r;
		enum hello verdict;
	} rows[] = {
		{"none", {EXT("")}, HELLO_NAMELESS},
		{"server_name", {EXT(SNI)}, HELLO_NAMED},
		{"it last", {EXT("\0\x10\0\5\0\3\2h2" SNI)}, HELLO_NAMED},
		{"it first", {EXT(SNI "\0\x2b\0\3\2\3\4")}, HELLO_NAMED},
		{"others alone", {EXT("\0\x2b\0\3\2\3\4")}, HELLO_NAMELESS},
		{"server_name twice", {EXT(SNI SNI)}, HELLO_BAD},
		{"others twice", {EXT("\x0a\x0a\0\0" SNI "\x0a\x0a\0\0")}, HELLO_NAMED},
		{"ECH", {EXT(SNI ECH)}, HELLO_HIDDEN},
		{"ECH first", {EXT(ECH SNI)}, HELLO_HIDDEN},
		{"ECH alone", {EXT(ECH)}, HELLO_HIDDEN},
		{"ECH of no bytes", {EXT(SNI "\xfe\x0d\0\0")}, HELLO_HIDDEN},
		{"ESNI", {EXT(SNI "\xff\xce\0\1x")}, HELLO_HIDDEN},
		{"ECH and two server_name", {EXT(SNI ECH SNI)}, HELLO_BAD},
		{"a cut one", {EXT(SNI "\0\x2b\0\4\2\3\4")}, HELLO_BAD},
		{"half a length", {EXT(SNI "\0\x2b\0")}, HELLO_BAD},
		{"half a type", {EXT(SNI "\0")}, HELLO_BAD},
		{"server_name cut", {EXT("\0\0\0\x16\0\x13\0\0\x10" HOST)}, HELLO_BAD},
	};
	struct recipe r;
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		r = plain;
		r.extensions = rows[i].r.extensions;
		r.size = rows[i].r.size;
		is_int(verdict_of(&r), rows[i].verdict, "extensions: %s", rows[i].what);
		is_str(name, rows[i].verdict == HELLO_NAMED ? HOST : "", "and the name");
	}
}

static void test_server_name(void)
{
	static const struct {
		const char *name, *data;
		size_t size;
	} rows[] = {
#define ROW(name, data) {name, data, sizeof(data) - 1}
		ROW("a.b", "\0\6\0\0\3a.b"),
		ROW("A.b.", "\0\7\0\0\4A.b."),
		ROW("!~", "\0\5\0\0\2!~"),
		ROW("::1", "\0\6\0\0\3::1"),
		ROW(NULL, ""),                         /* no list */
		ROW(NULL, "\0"),                       /* half a length */
		ROW(NULL, "\0\0"),                     /* an empty list */
		ROW(NULL, "\0\3\0\0\0"),               /* an empty name */
		ROW(NULL, "\0\1\0"),                   /* a kind alone */
		ROW(NULL, "\0\2\0\0"),                 /* and half a length */
		ROW(NULL, "\0\6\0\0\4a.b"),            /* a name longer than the list */
		ROW(NULL, "\0\6\0\0\2a.b"),            /* and shorter */
		ROW(NULL, "\0\7\0\0\3a.b"),            /* a list longer than the extension */
		ROW(NULL, "\0\5\0\0\2a.b"),            /* and shorter */
		ROW(NULL, "\0\6\0\0\3a.b\0"),          /* a byte behind it */
		ROW(NULL, "\0\6\1\0\3a.b"),            /* a kind that nobody knows */
		ROW(NULL, "\0\x0a\0\0\3a.b\1\0\1x"),   /* such a one behind it */
		ROW(NULL, "\0\x0a\1\0\1x\0\0\3a.b"),   /* and before it */
		ROW(NULL, "\0\x0c\0\0\3a.b\0\0\3a.b"), /* two, and be they the same */
		ROW(NULL, "\0\6\0\0\3a\0b"),
		ROW(NULL, "\0\6\0\0\3a b"),
		ROW(NULL, "\0\6\0\0\3a\nb"),
		ROW(NULL, "\0\6\0\0\3a\177b"),
		ROW(NULL, "\0\6\0\0\3a\200b"),
#undef ROW
	};
	struct strbuf b = STRBUF_INIT;
	struct recipe r = plain;
	size_t i;

	for (i = 0; i < COUNT(rows); i++, strbuf_release(&b)) {
		add_number(&b, 0, 2);
		add_number(&b, rows[i].size, 2);
		strbuf_add(&b, rows[i].data, rows[i].size);
		r.extensions = b.s;
		r.size = b.len;
		is_int(verdict_of(&r), rows[i].name ? HELLO_NAMED : HELLO_BAD, "list %zu", i);
		is_str(name, rows[i].name ? rows[i].name : "", "its name");
	}
	for (i = 254; i < 258; i++, strbuf_release(&b)) {
		add_number(&b, 0, 2);
		add_number(&b, i + 5, 2);
		add_number(&b, i + 3, 2);
		add_number(&b, i, 3);
		add_bytes(&b, 0);
		while (b.len < i + 9)
			strbuf_addc(&b, 'a');
		r.extensions = b.s;
		r.size = b.len;
		is_int(verdict_of(&r), i < 256 ? HELLO_NAMED : HELLO_BAD, "%zu bytes", i);
		is_int((long long)strlen(name), i < 256 ? (long long)i : 0, "its length");
	}
}

static void test_fields(void)
{
	static const struct {
		const char *what;
		struct recipe r;
		enum hello verdict;
	} rows[] = {
		{"a plain one", {0x303, 0, 2, 1, EXT(SNI)}, HELLO_NAMED},
		{"no extensions", {0x303, 0, 2, 1, NULL, 0}, HELLO_NAMELESS},
		{"SSL 3.0", {0x300, 0, 2, 1, EXT(SNI)}, HELLO_NAMED},
		{"version 3.255", {0x3ff, 0, 2, 1, EXT(SNI)}, HELLO_NAMED},
		{"version 4.3", {0x403, 0, 2, 1, EXT(SNI)}, HELLO_BAD},
		{"a session of 32 bytes", {0x303, 32, 2, 1, EXT(SNI)}, HELLO_NAMED},
		{"one of 33", {0x303, 33, 2, 1, EXT(SNI)}, HELLO_BAD},
		{"many suites", {0x303, 0, 4000, 1, EXT(SNI)}, HELLO_NAMED},
		{"none", {0x303, 0, 0, 1, EXT(SNI)}, HELLO_BAD},
		{"half a suite", {0x303, 0, 3, 1, EXT(SNI)}, HELLO_BAD},
		{"255 methods", {0x303, 0, 2, 255, EXT(SNI)}, HELLO_NAMED},
		{"none", {0x303, 0, 2, 0, EXT(SNI)}, HELLO_BAD},
	};
	struct strbuf whole = STRBUF_INIT, b = STRBUF_INIT;
	struct recipe r = {0x303, 0, 2, 1, EXT(SNI)};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		is_int(verdict_of(&rows[i].r), rows[i].verdict, "%s", rows[i].what);
	/* A message that says to be any shorter than it is ends in the middle of a field. */
	add_message(&whole, &r);
	for (i = 0; i < whole.len - 4; i++, strbuf_release(&b)) {
		whole.s[3] = (char)i;
		add_records(&b, &whole, 1 << 14);
		is_int(read_exact(b.s, b.len), i == 41 ? HELLO_NAMELESS : HELLO_BAD,
			"cut to %zu bytes", i);
	}
	whole.s[3] = (char)(whole.len - 3);
	strbuf_addc(&whole, '\0');
	add_records(&b, &whole, 1 << 14);
	is_int(read_exact(b.s, b.len), HELLO_BAD, "one byte behind the extensions");
	strbuf_release(&b);
	strbuf_release(&whole);
}

/* --- Records ---------------------------------------------------------------------------------- */

static void test_records(void)
{
	struct strbuf message = STRBUF_INIT, b = STRBUF_INIT;
	struct recipe r = {0x303, 0, 2, 1, EXT(SNI)};
	size_t chunk, i;

	add_message(&message, &r);
	for (chunk = 1; chunk <= message.len; chunk++, strbuf_release(&b)) {
		add_records(&b, &message, chunk);
		is_int(read_exact(b.s, b.len), HELLO_NAMED, "records of %zu bytes", chunk);
		is_str(name, HOST, "its name");
	}
	add_records(&b, &message, 30);
	for (i = 0; i < 256; i++) { /* the second record's head is at 35 */
		b.s[35] = (char)i;
		is_int(read_exact(b.s, b.len), i == 22 ? HELLO_NAMED : HELLO_BAD, "type %zu", i);
		is_int(read_exact(b.s, 36), i == 22 ? HELLO_MORE : HELLO_BAD, "and at once");
		b.s[35] = 22;
		b.s[36] = (char)i;
		is_int(read_exact(b.s, b.len), i == 3 ? HELLO_NAMED : HELLO_BAD, "version %zu", i);
		b.s[36] = 3;
		b.s[37] = (char)i;
		is_int(read_exact(b.s, b.len), HELLO_NAMED, "version 3.%zu", i);
		b.s[37] = 1;
		b.s[5] = (char)i;
		is_int(read_exact(b.s, b.len), i == 1 ? HELLO_NAMED : HELLO_BAD, "message %zu", i);
		is_int(read_exact(b.s, 6), i == 1 ? HELLO_MORE : HELLO_BAD, "and at once");
		b.s[5] = 1;
	}
	b.s[b.len - (message.len - 1) % 30 - 2]++;
	is_int(read_exact(b.s, b.len), HELLO_NAMED, "more to come in the last record");
	b.s[38] = b.s[39] = 0;
	is_int(read_exact(b.s, b.len), HELLO_BAD, "a record of no bytes");
	is_int(read_exact(b.s, 40), HELLO_BAD, "and at once");
	strbuf_release(&b);
	strbuf_release(&message);
}

static void test_first_bytes(void)
{
	static const struct {
		const char *bytes;
		size_t n;
		enum hello verdict;
	} rows[] = {
#define ROW(bytes, verdict) {bytes, sizeof(bytes) - 1, verdict}
		ROW("", HELLO_MORE),
		ROW("\x16", HELLO_MORE),
		ROW("\x16\3", HELLO_MORE),
		ROW("\x16\3\1\0\5\1", HELLO_MORE),
		ROW("\x16\2", HELLO_NOT_TLS),
		ROW("\x15\3\1\0\2\1\0", HELLO_NOT_TLS),
		ROW("\x17", HELLO_NOT_TLS),
		ROW("G", HELLO_NOT_TLS),
		ROW("\x80\x2e\1\3\1", HELLO_NOT_TLS),
		ROW("\x16\3\1\0\0", HELLO_BAD),
		ROW("\x16\3\1\x40\0", HELLO_MORE),
		ROW("\x16\3\1\x40\1", HELLO_BAD),
		ROW("\x16\3\1\x40\0\1\0\x7f\xf7", HELLO_MORE),
		ROW("\x16\3\1\x40\0\1\0\x7f\xf8", HELLO_BAD),
		ROW("\x16\3\1\x40\0\1\1\0\0", HELLO_BAD),
#undef ROW
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		is_int(read_exact(rows[i].bytes, rows[i].n), rows[i].verdict, "beginning %zu", i);
}

/* --- Limits ----------------------------------------------------------------------------------- */

/* A hello that takes SIZE bytes in records of CHUNK. */
static void add_sized(struct strbuf *b, size_t size, size_t chunk)
{
	struct strbuf extensions = STRBUF_INIT, message = STRBUF_INIT;
	struct recipe r = plain;
	size_t records, fill;

	for (records = 1; records * (chunk + 5) < size; records++)
		;
	fill = size - records * 5 - 4 - 2 - 32 - 1 - 4 - 2 - 2 - (sizeof SNI - 1) - 4;
	strbuf_add(&extensions, SNI "\0\x15", sizeof SNI - 1 + 2);
	add_number(&extensions, fill, 2);
	add_bytes(&extensions, fill);
	r.extensions = extensions.s;
	r.size = extensions.len;
	add_message(&message, &r);
	add_records(b, &message, chunk);
	strbuf_release(&extensions);
	strbuf_release(&message);
}

static void test_limits(void)
{
	struct strbuf b = STRBUF_INIT;
	size_t n;

	add_sized(&b, HELLO_MAX, 1 << 14);
	is_int((long long)b.len, HELLO_MAX, "as long as one may be");
	is_int(read_exact(b.s, b.len - 1), HELLO_MORE, "without its last byte");
	is_int(read_exact(b.s, b.len), HELLO_NAMED, "it is one");
	strbuf_addc(&b, 'x');
	is_int(read_exact(b.s, b.len), HELLO_NAMED, "with more behind it too");
	strbuf_release(&b);
	add_sized(&b, HELLO_MAX + 1, 1 << 14);
	is_int((long long)b.len, HELLO_MAX + 1, "one byte longer");
	is_int(read_exact(b.s, HELLO_MAX - 1), HELLO_MORE, "is not known at first");
	is_int(read_exact(b.s, HELLO_MAX), HELLO_BAD, "but at the limit");
	is_int(read_exact(b.s, b.len), HELLO_BAD, "and then");
	strbuf_release(&b);
	/* A byte a record and a byte a segment: 32,000 calls of up to 5,400 records. */
	add_sized(&b, 32 * 1024 - 2, 1);
	for (n = 0; n < b.len; n++)
		if (hello_read((const uint8_t *)b.s, n, name) != HELLO_MORE)
			break;
	is_int((long long)n, (long long)b.len, "bytes of %zu that want more", b.len);
	is_int(hello_read((const uint8_t *)b.s, n, name), HELLO_NAMED, "and it ends");
	strbuf_release(&b);
}

int main(void)
{
	test_corpus();
	test_extensions();
	test_server_name();
	test_fields();
	test_records();
	test_first_bytes();
	test_limits();
	return done_testing();
}
