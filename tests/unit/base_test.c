/*
 * base/: memory, lists, escapes, messages, descriptors passed on, and the wire into the sandbox.
 * Paths and hosts are in pattern_test.c.
 *
 * Every byte here may be somebody else's: what is printed must not reach the terminal as control,
 * and what is read must not lead the reader out of its bytes.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/diag.h"
#include "base/die.h"
#include "base/escape.h"
#include "base/memfd.h"
#include "base/pass.h"
#include "base/strbuf.h"
#include "base/strvec.h"
#include "base/wire.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* --- Memory and lists ------------------------------------------------------------------------- */

/* The exit code of a process that calls ACT, its standard error closed. */
static int exit_of(void (*act)(void))
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		close(STDERR_FILENO);
		act();
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void ask_too_many(void)
{
	struct arena a = ARENA_INIT;

	arena_calloc(&a, SIZE_MAX / 8, 16);
}

static void ask_too_much(void)
{
	struct arena a = ARENA_INIT;

	arena_alloc(&a, SIZE_MAX - 3);
}

static void ask_little(void)
{
	struct arena a = ARENA_INIT;

	arena_alloc(&a, 16);
	arena_release(&a);
}

static void test_arena(void)
{
	struct arena a = ARENA_INIT, fresh = ARENA_INIT;
	bool aligned = true, zero = true, kept = true;
	unsigned char *all[400];
	size_t i, j;

	/* Sizes from 0 to more than a block: each its own, aligned, zero, and never moved. */
	for (i = 0; i < COUNT(all); i++) {
		size_t size = i * i / 2;

		all[i] = arena_alloc(&a, size);
		aligned &= (uintptr_t)all[i] % _Alignof(max_align_t) == 0;
		for (j = 0; j < size; j++)
			zero &= all[i][j] == 0;
		if (size)
			memset(all[i], (int)(i & 0xff), size);
	}
	for (i = 0; i < COUNT(all); i++)
		for (j = 0; j < i * i / 2; j++)
			kept &= all[i][j] == (i & 0xff);
	ok(arena_alloc(&fresh, 0), "arena: never NULL, not even for nothing");
	arena_release(&fresh);
	ok(aligned, "arena: aligned for any type");
	ok(zero, "arena: zeroed");
	ok(kept, "arena: no two overlap");
	is_str(arena_strndup(&a, "abcdef", 3), "abc", "arena_strndup cuts");
	is_str(arena_strdup(&a, ""), "", "arena_strdup of nothing");
	is_str(arena_printf(&a, "%s-%d", "x", 7), "x-7", "arena_printf");
	is_int((long long)strlen(arena_printf(&a, "%70000d", 1)), 70000, "a long arena_printf");
	arena_release(&a);
	ok(!a.blocks && !a.at, "a released arena is as new");
	is_str(arena_strdup(&a, "again"), "again", "and can be used again");
	arena_release(&a);
	is_int(exit_of(ask_too_many), EXIT_REFUSED, "n * size that overflows ends with 125");
	is_int(exit_of(ask_too_much), EXIT_REFUSED, "a size that overflows ends with 125");
	is_int(exit_of(ask_little), 0, "control: a small one does not");
}

struct pair {
	int a, b;
};

static void test_lists(void)
{
	struct arena a = ARENA_INIT;
	VEC(struct pair) list = {0};
	struct strvec l = {0};
	bool good = true;
	int i;

	for (i = 0; i < 1000; i++) {
		struct pair *p = vec_push(&a, &list);

		good &= p->a == 0 && p->b == 0;
		p->a = i;
		p->b = -i;
	}
	ok(good, "vec_push appends zeroed elements");
	for (i = 0; i < 1000; i++)
		good &= list.v[i].a == i && list.v[i].b == -i;
	ok(good && list.n == 1000, "vec_push keeps what was there");
	ok(list.cap <= 2 * list.n + 8, "a vec is at most twice as large as it must be");
	for (i = 0; i < 100; i++) {
		strvec_push(&a, &l, arena_printf(&a, "%02d", 99 - i));
		good &= l.v[l.n] == NULL;
	}
	ok(good && l.n == 100, "a strvec ends in NULL after every push");
	ok(strvec_has(&l, "42") && !strvec_has(&l, "4"), "strvec_has is exact");
	strvec_sort(&l);
	for (i = 0; i < 100; i++)
		good &= atoi(l.v[i]) == i;
	ok(good && l.v[100] == NULL, "strvec_sort");
	l = (struct strvec){0};
	ok(!strvec_has(&l, ""), "an empty strvec has nothing");
	strvec_sort(&l);
	arena_release(&a);
}

/* --- Strings ---------------------------------------------------------------------------------- */

static void test_strbuf(void)
{
	struct strbuf b = STRBUF_INIT;
	size_t i;

	ok(b.s == NULL, "a new strbuf has no bytes");
	strbuf_add(&b, "", 0);
	is_str(b.s, "", "after the first addition it ends in NUL");
	for (i = 0; i < 5000; i++)
		strbuf_addc(&b, (char)('a' + i % 26));
	ok(b.len == 5000 && strlen(b.s) == 5000 && b.s[4999] == 'a' + 4999 % 26, "growth");
	b.len = 0;
	strbuf_addf(&b, "%s:%d", "x", 42);
	strbuf_adds(&b, "!");
	is_str(b.s, "x:42!", "addf and adds");
	strbuf_add(&b, "a\0b", 3);
	ok(b.len == 8 && memcmp(b.s + 5, "a\0b", 4) == 0, "NUL bytes are bytes");
	strbuf_release(&b);
	ok(!b.s && !b.len && !b.cap, "released, it is as new");
}

struct pair_of_text {
	const char *in, *out;
};

static void test_escapes(void)
{
	static const struct pair_of_text lines[] = {
		{"plain text ~\"'\\", "plain text ~\"'\\"},
		{"a\nb\tc", "a\\nb\\tc"},
		{"\x1b[31m\x07\r", "\\x1b[31m\\x07\\x0d"},
		{"\x7f", "\\x7f"},
		{"\xc2\x80\xc2\x9b\xc2\x9f", "\\u{80}\\u{9b}\\u{9f}"}, /* C1: 9b is CSI */
		{"\xc2\xa0", "\xc2\xa0"},
		{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
		{"\xe2\x80\xae", "\\u{202e}"}, /* right-to-left override */
		{"\xe2\x81\xa6\xe2\x81\xa9", "\\u{2066}\\u{2069}"},
		{"\xe2\x80\x8b", "\\u{200b}"}, /* zero width */
		{"\xef\xbb\xbf", "\\u{feff}"},
		{"\xc2\xad\xd8\x9c", "\\u{ad}\\u{61c}"},
		{"\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}"},
		{"\xf3\xa0\x81\x81", "\\u{e0041}"}, /* a tag character */
		{"\xf0\x9f\xa6\x80", "\xf0\x9f\xa6\x80"},
		{"\xff", "\\xff"},
		{"\xc0\xaf", "\\xc0\\xaf"}, /* not the shortest form */
		{"\xe0\x80\xaf", "\\xe0\\x80\\xaf"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* above U+10FFFF */
		{"\xe2\x80", "\\xe2\\x80"},                   /* cut off */
		{"\xe2\x80x", "\\xe2\\x80x"},
		{"\x80z", "\\x80z"},
	};
	struct strbuf b = STRBUF_INIT;
	char out[64];
	size_t i;

	for (i = 0; i < COUNT(lines); i++) {
		escape_line(out, sizeof out, lines[i].in);
		is_str(out, lines[i].out, "escape_line: %s", lines[i].out);
		b.len = 0;
		strbuf_adds(&b, "");
		strbuf_add_escaped(&b, lines[i].in);
		is_str(b.s, lines[i].out, "strbuf_add_escaped: %s", lines[i].out);
	}
	strbuf_release(&b);
}

/* For every room: never past it, always ended, and never half of a character. */
static void test_escape_room(void)
{
	static const char in[] = "a\x1b\xe2\x80\xae\xc3\xbc\n\xf3\xa0\x81\x81z\xff";
	static const char whole[] = "a\\x1b\\u{202e}\xc3\xbc\\n\\u{e0041}z\\xff";
	static const size_t cuts[] = {0, 1, 5, 13, 15, 17, 26, 27, 31};
	size_t size, n, k;
	bool good = true;
	char out[64];

	for (size = 0; size < sizeof out; size++) {
		memset(out, '@', sizeof out);
		n = escape_line(out, size, in);
		for (k = COUNT(cuts); k-- > 1 && cuts[k] >= size;)
			;
		if (size == 0)
			good &= n == 0 && out[0] == '@';
		else
			good &= n == cuts[k] && memcmp(out, whole, n) == 0 && out[n] == '\0' &&
				(size == sizeof out || out[size] == '@');
	}
	is_int((long long)strlen(whole), (long long)cuts[COUNT(cuts) - 1], "the whole line");
	ok(good, "escape_line in every size of room");
}

static void test_json_and_shell(void)
{
	static const struct pair_of_text json[] = {
		{"\xf3\xa0\x81\x81", "\"\\udb40\\udc41\""}, /* a tag, U+E0041 */
		{"", "\"\""},
		{"a\"b\\c/", "\"a\\\"b\\\\c/\""},
		{"\n\t\x01\x7f", "\"\\u000a\\u0009\\u0001\\u007f\""},
		{"\xff\xc3", "\"\\ufffd\\ufffd\""},
		{"\xc3\xbc\xe2\x80\xae", "\"\xc3\xbc\\u202e\""},
	};
	static const struct pair_of_text shell[] = {
		{"", "''"},
		{"plain-1_2.3/x:y,z@%+=", "plain-1_2.3/x:y,z@%+="},
		{"a b", "'a b'"},
		{"it's", "'it'\\''s'"},
		{"'", "''\\'''"},
		{"$HOME `x` \"y\" \\", "'$HOME `x` \"y\" \\'"},
		{"~", "'~'"},
		{"a*b?[c]", "'a*b?[c]'"},
		{"#no", "'#no'"},
		{"a;b&c|d<e>f(g)h{i}!", "'a;b&c|d<e>f(g)h{i}!'"},
		{"gr\xc3\xbc\xc3\x9f", "'gr\xc3\xbc\xc3\x9f'"},
		{"a\nb", "$'a\\012b'"},
		{"\x1b[0m'\\1", "$'\\033[0m\\'\\\\1'"},
		{"\x7f"
		 "9",
			"$'\\1779'"},
	};
	struct strbuf b = STRBUF_INIT;
	size_t i;

	for (i = 0; i < COUNT(json); i++) {
		b.len = 0;
		strbuf_add_json(&b, json[i].in);
		is_str(b.s, json[i].out, "JSON: %s", json[i].out);
	}
	for (i = 0; i < COUNT(shell); i++) {
		b.len = 0;
		strbuf_add_shell(&b, shell[i].in);
		is_str(b.s, shell[i].out, "shell: %s", shell[i].out);
	}
	strbuf_release(&b);
}

/* --- Messages --------------------------------------------------------------------------------- */

static void test_nearest(void)
{
	static const char *const names[] = {"read", "write", "deny", "domains", "protect", NULL};
	static const char *const none[] = {NULL};
	static const struct pair_of_text rows[] = {
		{"raed", "read"},
		{"reads", "read"},
		{"rea", "read"},
		{"wirte", "write"},
		{"domain", "domains"},
		{"Domains", "domains"},
		{"protcet", "protect"},
		{"write", "write"},
		{"xyzzy", NULL},
		{"r", NULL},
		{"", NULL},
		{"something-else", NULL},
	};
	char longest[100];
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		is_str(nearest_name(rows[i].in, names), rows[i].out, "nearest to '%s'", rows[i].in);
	is_str(nearest_name("read", none), NULL, "nearest of nothing");
	memset(longest, 'r', sizeof longest);
	longest[99] = '\0';
	is_str(nearest_name(longest, names), NULL, "a very long word is near to nothing");
}

static void test_diags(void)
{
	struct arena a = ARENA_INIT;
	struct diags d = {.arena = &a};
	struct strbuf b = STRBUF_INIT;
	size_t i;

	ok(!diag_any(&d), "no diagnostics at first");
	diag_add(&d, (struct place){"f\n.toml", 3, 7}, "bad '%s'", "\x1b[0m");
	diag_add(&d, (struct place){"whole", 0, 0}, "a");
	diag_add(&d, (struct place){NULL, 0, 0}, "b");
	diag_render(&d, &b);
	is_str(b.s, "seal-exec: f\\n.toml:3:7: bad '\\x1b[0m'\nseal-exec: whole: a\nseal-exec: b\n",
		"places in three forms, all escaped");
	for (i = 3; i < 100; i++)
		diag_add(&d, (struct place){NULL, 0, 0}, "%zu", i);
	is_int((long long)d.list.n, DIAGS_MAX + 1, "a limit of diagnostics");
	is_str(d.list.v[DIAGS_MAX - 1].text, "63", "the last one in full");
	ok(strstr(d.list.v[DIAGS_MAX].text, "more errors"), "then a closing line");
	strbuf_release(&b);
	arena_release(&a);
}

/* --- The wire --------------------------------------------------------------------------------- */

/* LEN bytes whose end is the end of readable memory: a look past them is a SIGSEGV. */
struct edge {
	char *page;
	size_t size;
};

static struct edge edge_open(void)
{
	struct edge e = {.size = (size_t)sysconf(_SC_PAGESIZE)};

	e.page = mmap(NULL, 2 * e.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (e.page == MAP_FAILED || mprotect(e.page + e.size, e.size, PROT_NONE) != 0)
		abort();
	return e;
}

static struct wire edge_wire(const struct edge *e, const void *bytes, size_t len)
{
	char *at = e->page + e->size - len;

	memcpy(at, bytes, len);
	return (struct wire){.at = at, .end = e->page + e->size};
}

static const uint32_t first_item = 0x01020304;

static void put_items(struct strbuf *b)
{
	strbuf_add(b, &first_item, sizeof first_item);
	strbuf_add(b, "a word", sizeof "a word");
	strbuf_add(b, "", sizeof "");
	strbuf_add(b, "last", sizeof "last");
}

/* Reads what put_items() wrote; true if it is all there and nothing is bad. */
static bool get_items(struct wire *w)
{
	uint32_t n = 0;
	const char *s;
	bool same;

	wire_get(w, &n, sizeof n);
	same = n == first_item;
	s = wire_get_str(w);
	same &= s && strcmp(s, "a word") == 0;
	s = wire_get_str(w);
	same &= s && strcmp(s, "") == 0;
	s = wire_get_str(w);
	same &= s && strcmp(s, "last") == 0;
	return same && !w->bad;
}

static void test_wire(void)
{
	struct strbuf b = STRBUF_INIT;
	struct edge e = edge_open();
	struct wire w;
	bool all_bad = true;
	uint32_t number = 1;
	size_t n;

	put_items(&b);
	w = edge_wire(&e, b.s, b.len);
	ok(get_items(&w), "what was written is read");
	ok(w.at == w.end, "to the last byte");
	ok(!wire_get_str(&w) && w.bad, "behind the end there is no string");
	for (n = 0; n < b.len; n++) {
		w = edge_wire(&e, b.s, n);
		all_bad &= !get_items(&w) && w.bad;
	}
	ok(all_bad, "every truncation is bad, and nothing behind it is read");
	w = edge_wire(&e, b.s, sizeof number - 1);
	wire_get(&w, &number, sizeof number);
	ok(number == 0 && w.bad, "half a number is none");
	w = edge_wire(&e, b.s, b.len);
	w.bad = true;
	wire_get(&w, &number, sizeof number);
	ok(number == 0 && !wire_get_str(&w) && w.at == e.page + e.size - b.len, "bad sticks");
	strbuf_release(&b);
	munmap(e.page, 2 * e.size);
}

static void test_memfd(int (*open_it)(const char *, const void *, size_t), const char *name)
{
	static const char text[] = "some bytes";
	char back[32] = "";
	int fd = open_it("test", text, sizeof text);

	ok(fd >= 0, "%s", name);
	ok(read(fd, back, sizeof back) == (ssize_t)sizeof text && strcmp(back, text) == 0,
		"it is read from its start");
	ok(pwrite(fd, "X", 1, 0) < 0, "it cannot be written");
	ok(ftruncate(fd, 0) < 0 && ftruncate(fd, 100) < 0, "nor cut, nor made longer");
	close(fd);
}

/* --- Descriptors passed on -------------------------------------------------------------------- */

static int lowest_free(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

static void test_pass(void)
{
	int sock[2], two[2] = {0, 1}, got[2] = {-1, -1}, was;
	char text[8] = "";
	size_t n = 2;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) != 0)
		abort();
	was = lowest_free();
	ok(pass_send(sock[0], "abc", 4, two, 2), "two descriptors and bytes are sent");
	is_int(pass_receive(sock[1], text, sizeof text, got, &n, 0), 4, "they arrive");
	ok(n == 2 && strcmp(text, "abc") == 0, "all of them");
	ok(fcntl(got[0], F_GETFD) == FD_CLOEXEC && fcntl(got[1], F_GETFD) == FD_CLOEXEC,
		"close-on-exec");
	close(got[0]);
	close(got[1]);
	n = 1;
	got[1] = -1;
	pass_send(sock[0], "abc", 4, two, 2);
	pass_receive(sock[1], text, sizeof text, got, &n, 0);
	ok(n == 1 && got[1] == -1, "no more than there is room for");
	close(got[0]);
	is_int(lowest_free(), was, "... and no other is open");
	n = 2;
	pass_send(sock[0], "d", 2, NULL, 0);
	is_int(pass_receive(sock[1], text, sizeof text, got, &n, 0), 2, "bytes alone");
	is_int((long long)n, 0, "bring none");
	is_int(pass_take(sock[1]), -1, "nothing sent, nothing taken, and no waiting");
	pass_send(sock[0], "F", 1, NULL, 0);
	is_int(pass_take(sock[1]), -1, "a byte alone is no descriptor");
	pass_fd(sock[0], 0);
	got[0] = pass_take(sock[1]);
	ok(got[0] >= 0, "one alone is sent and taken");
	close(got[0]);
	close(sock[1]);
	ok(!pass_fd(sock[0], 0), "nobody there: an error, no signal");
	close(sock[0]);
}

int main(void)
{
	test_arena();
	test_lists();
	test_strbuf();
	test_escapes();
	test_escape_room();
	test_json_and_shell();
	test_nearest();
	test_diags();
	test_wire();
	test_memfd(memfd_bytes, "memfd_bytes");
	test_memfd(memfd_program, "memfd_program");
	test_pass();
	return done_testing();
}
