/*
 * The name server's messages. The queries in tests/fuzz/corpus/dns/ were sent by glibc, with and
 * without EDNS, and by Node's c-ares, or made by hand; their names begin with what dns_read() says
 * to them. What must hold: a question is read as it was asked or not at all, no odd label passes
 * for another name, and a reply repeats the question's bytes exactly.
 */
#include <dirent.h>
#include <stdlib.h>

#include "base/pattern.h"
#include "keeper/dns.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define CORPUS   "tests/fuzz/corpus/dns/"
#define BYTES(s) (const uint8_t *)(s), sizeof(s) - 1
#define HEAD(qd) "\xab\xcd\x01\x00\x00" qd "\0\0\0\0\0\0"
#define QUESTION "\10Registry\7eXample\0\0\1\0\1"
#define QUERY    HEAD("\1") QUESTION
#define EDNS     "\0\0\x29\x04\xb0\0\0\0\0\0\0"

/* Reads a copy that ends where an allocation ends: ASan sees one byte too far. */
static int read_exact(const uint8_t *bytes, size_t n, struct dns_question *q)
{
	uint8_t *copy = malloc(n ? n : 1);
	int code;

	memcpy(copy, bytes, n);
	code = dns_read(copy, n, q);
	free(copy);
	return code;
}

/* --- Queries ---------------------------------------------------------------------------------- */

static void test_corpus(void)
{
	static const struct {
		const char *prefix;
		int code;
	} verdicts[] = {{"query-", DNS_NOERROR}, {"formerr-", DNS_FORMERR}, {"notimp-", DNS_NOTIMP},
		{"none-", -1}};
	DIR *dir = opendir(CORPUS);
	struct dns_question q;
	struct dirent *entry;
	uint8_t bytes[4096];
	char path[512];
	size_t i, n, files = 0;
	FILE *f;

	while (dir && (entry = readdir(dir))) {
		snprintf(path, sizeof path, CORPUS "%s", entry->d_name);
		if (entry->d_name[0] == '.' || !(f = fopen(path, "rb")))
			continue;
		n = fread(bytes, 1, sizeof bytes, f);
		fclose(f);
		for (i = 0; i < COUNT(verdicts); i++)
			if (strncmp(entry->d_name, verdicts[i].prefix,
				    strlen(verdicts[i].prefix)) == 0)
				is_int(read_exact(bytes, n, &q), verdicts[i].code, "%s",
					entry->d_name);
		files++;
	}
	if (dir)
		closedir(dir);
	ok(files >= 15, "the corpus is there");
}

static void test_questions(void)
{
	struct dns_question q;
	size_t n;

	is_int(dns_read(BYTES(QUERY), &q), DNS_NOERROR, "a query");
	is_str(q.name, "Registry.eXample", "its name, as asked");
	is_int(q.type, DNS_A, "its type");
	is_int(q.class, 1, "its class");
	is_int((long long)q.end, sizeof QUERY - 1, "it ends with its question");
	is_int(dns_read(BYTES(QUERY EDNS), &q), DNS_NOERROR, "a query with EDNS");
	is_int((long long)q.end, sizeof QUERY - 1, "ends with its question too");
	is_int(dns_read(BYTES(HEAD("\1") "\0\xff\x01\xfe\x02"), &q), DNS_NOERROR, "of the root");
	is_str(q.name, "", "which has no name");
	is_int(q.type, 0xff01, "any type");
	is_int(q.class, 0xfe02, "any class");
	for (n = 0; n < sizeof QUERY - 1; n++) {
		is_int(read_exact(BYTES(QUERY) - (sizeof QUERY - 1 - n), &q),
			n < 12 ? -1 : DNS_FORMERR, "its first %zu bytes", n);
		ok(q.end == 12 && !*q.name && !q.type, "of which nothing is a question");
	}
}

/* A query whose name has labels of the given LENGTHS (0 ends them): its size. */
static size_t query_of(const size_t *lengths, uint8_t *out)
{
	uint8_t *p = out + 12;

	memcpy(out, HEAD("\1"), 12);
	for (; *lengths; lengths++) {
		*p++ = (uint8_t)*lengths;
		memset(p, 'a', *lengths);
		p += *lengths;
	}
	memcpy(p, "\0\0\1\0\1", 5);
	return (size_t)(p - out) + 5;
}

static void test_lengths(void)
{
	static const size_t longest[] = {63, 63, 63, 61, 0}, longer[] = {63, 63, 63, 62, 0},
			    label[] = {64, 0}, high[] = {128, 0};
	size_t ones[129] = {0}, i;
	struct dns_question q;
	uint8_t bytes[1024] = {0};

	is_int(read_exact(bytes, query_of(longest, bytes), &q), DNS_NOERROR, "a name of 255 bytes");
	is_int((long long)strlen(q.name), 253, "as text, 253");
	is_int(read_exact(bytes, query_of(longer, bytes), &q), DNS_FORMERR, "one of 256");
	is_str(q.name, "", "is not there in part");
	is_int(read_exact(bytes, query_of(label, bytes), &q), DNS_FORMERR, "a label of 64");
	is_int(read_exact(bytes, query_of(high, bytes), &q), DNS_FORMERR, "the length 128");
	for (i = 0; i < 127; i++)
		ones[i] = 1;
	is_int(read_exact(bytes, query_of(ones, bytes), &q), DNS_NOERROR, "127 labels");
	is_int((long long)strlen(q.name), 253, "as text, 253 again");
	ones[127] = 1;
	is_int(read_exact(bytes, query_of(ones, bytes), &q), DNS_FORMERR, "128 labels");
}

static void test_odd_labels(void)
{
	static const struct {
		const char *wire, *name;
		size_t size;
	} rows[] = {
#define ROW(wire, name) {wire, name, sizeof(wire) - 1}
		ROW("\3a.b\1c\0", "a?b.c"),
		ROW("\3a.b\0", "a?b"),
		ROW("\2a.\0", "a?"),
		ROW("\3a\0b\1c\0", "a?b.c"),
		ROW("\2a\0\0", "a?"),
		ROW("\1\0\0", "?"),
		ROW("\3a b\0", "a?b"),
		ROW("\3a\nb\0", "a?b"),
		ROW("\3a\033b\0", "a?b"),
		ROW("\3a\177b\0", "a?b"),
		ROW("\3a\303\274\0", "a??"),
		ROW("\3a\\.\0", "a\\?"),
		ROW("\3a?b\0", "a?b"),
#undef ROW
	};
	uint8_t query[64], reply[DNS_REPLY_MAX];
	struct dns_question q;
	size_t i, n;

	for (i = 0; i < COUNT(rows); i++) {
		memcpy(query, HEAD("\1"), 12);
		memcpy(query + 12, rows[i].wire, rows[i].size);
		memcpy(query + 12 + rows[i].size, "\0\1\0\1", 4);
		n = 16 + rows[i].size;
		is_int(read_exact(query, n, &q), DNS_NOERROR, "odd name %zu is a question", i);
		is_str(q.name, rows[i].name, "and is read so that it shows");
		ok(!host_is_name(q.name, strlen(q.name)), "and that no rule allows it");
		is_int((long long)dns_reply(query, &q, DNS_NXDOMAIN, NULL, 0, reply), (long long)n,
			"the reply is as long");
		ok(memcmp(reply + 12, query + 12, n - 12) == 0, "and repeats it");
	}
}

static void test_headers(void)
{
	struct dns_question q;
	unsigned bits, want;
	uint8_t query[sizeof QUERY - 1];

	memcpy(query, QUERY, sizeof query);
	for (bits = 0; bits < 256; bits++) {
		query[2] = (uint8_t)bits;
		want = bits & 0x78 ? DNS_NOTIMP : DNS_NOERROR;
		if (!is_int(dns_read(query, sizeof query, &q), bits & 0x80 ? -1 : (int)want,
			    "third byte %#x", bits))
			break;
	}
	query[2] = 1;
	query[3] = 0xff;
	is_int(dns_read(query, sizeof query, &q), DNS_NOERROR, "the fourth byte means nothing");
	is_int(dns_read(BYTES(HEAD("\0")), &q), DNS_FORMERR, "no question");
	is_int(dns_read(BYTES(HEAD("\2") "\0\0\1\0\1\0\0\1\0\1"), &q), DNS_FORMERR, "two");
	query[4] = 1;
	is_int(dns_read(query, sizeof query, &q), DNS_FORMERR, "257");
	is_int((long long)q.end, 12, "of which a reply repeats none");
}

/* --- Replies ---------------------------------------------------------------------------------- */

static void is_reply(const char *query, size_t n, enum dns_rcode code, const void *address,
	size_t size, const char *want, size_t want_n, const char *what)
{
	uint8_t out[DNS_REPLY_MAX];
	struct dns_question q;
	size_t len;

	dns_read((const uint8_t *)query, n, &q);
	len = dns_reply((const uint8_t *)query, &q, code, address, size, out);
	is_int((long long)len, (long long)want_n, "length of %s", what);
	ok(len == want_n && memcmp(out, want, len) == 0, "bytes of %s", what);
	is_int(dns_read(out, len, &q), -1, "which nobody answers");
}

static void test_replies(void)
{
	static const char a[] = {(char)198, 18, 0, 2};
	static const char aaaa[] = "\xfd\x73\x65\x61\x6c\0\0\0\0\0\0\0\0\0\0\2";
	static const char six[] = HEAD("\1") "\1x\0\0\x1c\0\1" EDNS;
	static const char quiet[] = "\xab\xcd\0\x10\0\1\0\0\0\0\0\1\1x\0\0\1\0\1";
	static const char update[] = "\xab\xcd\x29\0\0\1\0\0\0\0\0\0\1x\0\0\1\0\1";
	static const char pointer[] = HEAD("\1") "\xc0\x0c\0\1\0\1";
#define TEXT(s) (s), sizeof(s) - 1

	is_reply(TEXT(QUERY), DNS_NOERROR, a, 4,
		TEXT("\xab\xcd\x81\x80\0\1\0\1\0\0\0\0" QUESTION
		     "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc6\x12\0\2"),
		"an A record");
	is_reply(TEXT(six), DNS_NOERROR, aaaa, 16,
		TEXT("\xab\xcd\x81\x80\0\1\0\1\0\0\0\0\1x\0\0\x1c\0\1\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0"
		     "\x10"
		     "\xfd\x73\x65\x61\x6c\0\0\0\0\0\0\0\0\0\0\2"),
		"an AAAA record, asked with EDNS");
	is_reply(TEXT(QUERY), DNS_NOERROR, NULL, 0,
		TEXT("\xab\xcd\x81\x80\0\1\0\0\0\0\0\0" QUESTION), "no record");
	is_reply(TEXT(QUERY), DNS_NXDOMAIN, NULL, 0,
		TEXT("\xab\xcd\x81\x83\0\1\0\0\0\0\0\0" QUESTION), "no such name");
	is_reply(TEXT(quiet), DNS_REFUSED, NULL, 0,
		TEXT("\xab\xcd\x80\x85\0\1\0\0\0\0\0\0\1x\0\0\1\0\1"), "a refusal, no RD");
	is_reply(TEXT(update), DNS_NOTIMP, NULL, 0, TEXT("\xab\xcd\xa9\x84\0\0\0\0\0\0\0\0"),
		"what is not implemented");
	is_reply(TEXT(pointer), DNS_FORMERR, a, 4, TEXT("\xab\xcd\x81\x81\0\0\0\0\0\0\0\0"),
		"a fault, for which no address is given");
}

int main(void)
{
	test_corpus();
	test_questions();
	test_lengths();
	test_odd_labels();
	test_headers();
	test_replies();
	return done_testing();
}
