/*
 * Paths and hosts as text: what the rest of the program takes for clean.
 *
 * A path that is not clean is a grant that the plan does not recognise; a host that passes as a
 * name and is an address is one that nobody checks. So most rows here are what must not pass.
 */
#include "base/arena.h"
#include "base/path.h"
#include "base/pattern.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* --- Paths ------------------------------------------------------------------------------------ */

static void test_paths(void)
{
	static const struct {
		const char *base, *path, *want;
	} rows[] = {
		{"/p", "a", "/p/a"},
		{"/p", "", "/p"},
		{"/p", ".", "/p"},
		{"/p", "./a/./b/.", "/p/a/b"},
		{"/p", "a//b///", "/p/a/b"},
		{"/p", "/a", "/a"},
		{"/p", "//a//b/", "/a/b"},
		{"/p", "/", "/"},
		{"/p", "///", "/"},
		{"/", "a", "/a"},
		{"/", "", "/"},
		{"/p/q", "../a", "/p/a"},
		{"/p/q", "../../a", "/a"},
		{"/p/q", "../../../../a", "/a"},
		{"/p/q", "..", "/p"},
		{"/p", "..", "/"},
		{"/", "..", "/"},
		{"/p/q", "./../a", "/p/a"},
		{"/p/q", "a/..", NULL},
		{"/p/q", "a/../b", NULL},
		{"/p/q", "../a/../b", NULL},
		{"/p", "/a/..", NULL},
		{"/p", "/..", NULL},
		{"/p", "...", "/p/..."},
		{"/p", ".a", "/p/.a"},
		{"/p", "..a", "/p/..a"},
		{"/p", "a..", "/p/a.."},
	};
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		is_str(path_absolute(&a, rows[i].base, rows[i].path), rows[i].want,
			"path_absolute(\"%s\", \"%s\")", rows[i].base, rows[i].path);
	is_str(path_from_table(&a, "/a\\040b\\134c\\012\\", 17), "/a b\\c\n\\",
		"a path of the table of mounts");
	is_str(path_from_table(&a, "/a\\04x\\9", 8), "/a\\04x\\9", "... what is no number stays");
	is_str(path_from_table(&a, "/a/b", 2), "/a", "... of so many bytes");
	ok(path_under("/a", "/a"), "a path is under itself");
	ok(path_under("/a/b/c", "/a"), "and under every parent");
	ok(path_under("/a", "/") && path_under("/", "/"), "and under /");
	ok(!path_under("/ab", "/a"), "/ab is not under /a");
	ok(!path_under("/a", "/a/b"), "a parent is not under its child");
	ok(!path_under("/", "/a"), "/ is under nothing else");
	ok(!path_under("/b/a", "/a"), "nor is a path that ends like it");
	is_str(path_base("/a/b"), "b", "path_base of a path");
	is_str(path_base("b"), "b", "path_base of a name");
	is_str(path_base("/"), "", "path_base of /");
	is_str(path_parent(&a, "/a/b"), "/a", "path_parent");
	is_str(path_parent(&a, "/a"), "/", "path_parent of a top folder");
	is_str(path_parent(&a, "/"), "/", "path_parent of /");
	arena_release(&a);
}

/* --- Patterns --------------------------------------------------------------------------------- */

static void test_globs(void)
{
	static const struct {
		const char *glob, *name;
		bool want;
	} rows[] = {
		{"CI", "CI", true},
		{"CI", "CIX", false},
		{"CI", "XCI", false},
		{"CI", "ci", false},
		{"LC_*", "LC_ALL", true},
		{"LC_*", "LC_", true},
		{"LC_*", "LC", false},
		{"LC_*", "XLC_ALL", false},
		{"*_X", "A_X", true},
		{"*_X", "_X", true},
		{"*_X", "A_X_Y", false},
		{"*_X", "A_X_X", true},
		{"A*B*C", "AxBxBxC", true},
		{"A*B*C", "AxCxB", false},
		{"*", "", true},
		{"**", "A", true},
		{"", "", true},
		{"", "A", false},
		{"A*", "", false},
		{"A?", "AB", false},
		{"A?", "A?", true},
		{"[A]", "A", false},
		{"A.B", "AxB", false},
	};
	static const char glob[] = "a*a*a*a*a*a*a*a*a*a*a*a*b";
	char name[20001];
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		is_int(glob_match(rows[i].glob, rows[i].name), rows[i].want,
			"glob_match(\"%s\", \"%s\")", rows[i].glob, rows[i].name);
	/* Backtracking over every star would not end in this universe. */
	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	ok(!glob_match(glob, name), "a glob of many stars ends");
}

static void test_host_names(void)
{
	static const char *const names[] = {"localhost", "a", "A.b-C_d.e1", "xn--bcher-kva.example",
		"1password.example", "1.2.3.4.example", "0x7f.example", "a.b0", "_dmarc.x"};
	static const char *const not_names[] = {"", ".", "a.", ".a", "a..b", "github.com.", "127.1",
		"127.0.0.1", "2130706433", "0x7f.1", "0x7f000001", "a.0x7f", "a.0X1", "a.1",
		"017700000001", "0177.1", "a.b:80", "u@a.b", "u:p@a.b", "a b", "a/b", "a\tb",
		"*.a.b", "[::1]", "::1", "a%b", "b\303\274cher.example", "a\nb", "a,b", "a\\b",
		"a'b"};
	static const char label[] =
		"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg"; /* 63 */
	char host[300];
	size_t i;

	for (i = 0; i < COUNT(names); i++)
		ok(host_is_name(names[i], strlen(names[i])), "'%s' is a name", names[i]);
	for (i = 0; i < COUNT(not_names); i++)
		ok(!host_is_name(not_names[i], strlen(not_names[i])), "'%s' is none", not_names[i]);
	ok(!host_is_name("a\0b", 3), "a NUL inside is none");
	ok(host_is_name("a.bXYZ", 3), "only LEN bytes count");
	snprintf(host, sizeof host, "%s.b", label);
	ok(host_is_name(host, strlen(host)), "a label of 63 bytes");
	snprintf(host, sizeof host, "a%s.b", label);
	ok(!host_is_name(host, strlen(host)), "a label of 64 bytes");
	snprintf(host, sizeof host, "%s.%s.%s.%.61s", label, label, label, label);
	is_int((long long)strlen(host), 253, "253 bytes");
	ok(host_is_name(host, 253), "a name of 253 bytes");
	snprintf(host, sizeof host, "%s.%s.%s.%.62s", label, label, label, label);
	ok(!host_is_name(host, 254), "a name of 254 bytes");
	ok(host_is_literal("1.2.3.4", 7) && host_is_literal("::1", 3), "addresses are literals");
	ok(!host_is_literal("127.1", 5) && !host_is_literal("2130706433", 10) &&
			!host_is_literal("0x7f.0.0.1", 10) && !host_is_literal("a.b", 3) &&
			!host_is_literal("1.2.3.4\0", 8),
		"what inet_pton does not take is none");
}

static const struct {
	const char *entry, *host;
	unsigned port;
} domains[] = {
	{"github.com", "github.com", 0},
	{"GitHub.COM", "github.com", 0},
	{"github.com:22", "github.com", 22},
	{"a.b:65535", "a.b", 65535},
	{"*.Example.org", "*.example.org", 0},
	{"*.example.org:8443", "*.example.org", 8443},
	{"localhost", "localhost", 0},
	{"192.0.2.1", "192.0.2.1", 0},
	{"192.0.2.1:80", "192.0.2.1", 80},
	{"[2001:DB8::1]", "2001:db8::1", 0},
	{"[2001:db8::1]:443", "2001:db8::1", 443},
};

static const struct {
	const char *entry, *why; /* part of the message */
} no_domains[] = {
	{"", "not a host name"},
	{"github.com.", "not a host name"},
	{".github.com", "not a host name"},
	{"user@github.com", "not a host name"},
	{"user:secret@github.com", "port"},
	{"user:1@github.com:22", ""},
	{"https://github.com", "scheme"},
	{"https://github.com:443/x", "scheme"},
	{"github.com/path", "scheme, path"},
	{"127.1", "not a host name"},
	{"0x7f.1", "not a host name"},
	{"2130706433", "not a host name"},
	{"0x7f000001:80", "not a host name"},
	{"1.2.3.4.", "not a host name"},
	{"1.2.3.256", "not a host name"},
	{"*.1.2.3.4", "not *.HOST"},
	{"*.com", "top-level"},
	{"*.", "top-level"},
	{"*", "network-allow-all"},
	{"**.a.b", "elsewhere"},
	{"a.*.b", "elsewhere"},
	{"*a.b.c", "elsewhere"},
	{"*.*.b.c", "*"},
	{"*..a.b", "not *.HOST"},
	{"a:0", "port"},
	{"a:", "port"},
	{"a:65536", "port"},
	{"a:4294967297", "port"},
	{"a:080", "port"},
	{"a:+80", "port"},
	{"a:-1", "port"},
	{"a: 80", "port"},
	{"a:80 ", "port"},
	{"::1", "brackets"},
	{"a:1:2", "brackets"},
	{"[::1", "[address]"},
	{"[::1]x", "[address]"},
	{"[::1]:", "port"},
	{"[a.b]", "not an IPv6"},
	{"[1.2.3.4]", "not an IPv6"},
	{"[]", "not an IPv6"},
	{"b\303\274cher.example", "xn--"},
	{"a b", "not a host name"},
};

static void test_domains(void)
{
	char host[256], longest[300];
	unsigned port;
	size_t i;

	for (i = 0; i < COUNT(domains); i++) {
		is_str(domain_parse(domains[i].entry, host, &port), NULL, "'%s'", domains[i].entry);
		is_str(host, domains[i].host, "the host of '%s'", domains[i].entry);
		is_int(port, domains[i].port, "the port of '%s'", domains[i].entry);
	}
	for (i = 0; i < COUNT(no_domains); i++) {
		const char *why = domain_parse(no_domains[i].entry, host, &port);

		if (!ok(why && strstr(why, no_domains[i].why), "'%s' is refused",
			    no_domains[i].entry))
			printf("#   said '%s', without '%s'\n", why ? why : "nothing",
				no_domains[i].why);
	}
	memset(longest, 'a', sizeof longest);
	longest[299] = '\0';
	ok(domain_parse(longest, host, &port), "a host that does not fit is refused");
	longest[0] = '[';
	longest[298] = ']';
	ok(domain_parse(longest, host, &port), "so is a bracketed one");
}

int main(void)
{
	test_paths();
	test_globs();
	test_host_names();
	test_domains();
	return done_testing();
}
