/*
 * The guard, at the edges: the first and the last address of every range that is not dialled, and
 * the neighbours outside of it. A range that is one bit too narrow or too wide fails here.
 */
#include <arpa/inet.h>

#include "base/address.h"
#include "keeper/guard.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* What the guard says of TEXT, read as it would come from a resolver (mapped stays mapped). */
static const char *verdict(const char *text, bool listed)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(443)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(443)};

	if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
		return guard_address((const struct sockaddr *)&v4, listed);
	if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
		return guard_address((const struct sockaddr *)&v6, listed);
	return "no address at all";
}

/* WHY is NULL where the row passes. */
static const struct {
	const char *before, *first, *last,
		*after; /* NULL: there is none, or it is another range's */
	const char *why;
	bool if_listed; /* passes if the manifest lists it */
} ranges[] = {
	{NULL, "0.0.0.0", "0.255.255.255", "1.0.0.0", "unspecified", false},
	{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "private", true},
	{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0", "shared", true},
	{NULL, "100.100.100.200", "100.100.100.200", NULL, "metadata", false},
	{NULL, "100.100.100.199", "100.100.100.201", NULL, "shared", true},
	{"126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0", "loopback", false},
	{"168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17", "metadata", false},
	{"169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0", "link-local", false},
	{NULL, "169.254.169.254", "169.254.169.254", NULL, "link-local", false},
	{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0", "private", true},
	{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0", "reserved", false},
	{"192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0", "reserved", false},
	{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0", "private", true},
	{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0", "reserved", false},
	{"223.255.255.255", "224.0.0.0", "239.255.255.255", NULL, "multicast", false},
	{NULL, "240.0.0.0", "255.255.255.254", NULL, "reserved", false},
	{NULL, "255.255.255.255", "255.255.255.255", NULL, "broadcast", false},

	{NULL, "::", "::", NULL, "unspecified", false},
	{NULL, "::1", "::1", NULL, "loopback", false},
	/* Global unicast is 2000::/3; outside of it nothing passes but what stands below. */
	{NULL, "64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", "64:ff9a::", NULL, "reserved", false},
	{NULL, "64:ff9b::1:0:0", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "64:ff9b:1::808:808", "64:ff9b:1:808:8:800::", NULL, "reserved", false},
	{NULL, "100::", "100::ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "200::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::", "reserved", false},
	{NULL, "2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::", "reserved",
		false},
	{NULL, "2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "2001:10::", "2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "2001:20::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		"4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "6000::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "private", true},
	{NULL, "fd00:ec2::254", "fd00:ec2::254", NULL, "metadata", false},
	{NULL, "fd20:ce::254", "fd20:ce::254", NULL, "metadata", false},
	{NULL, "fd00:ec2::253", "fd00:ec2::255", NULL, "private", true},
	{NULL, "fd20:ce::253", "fd20:ce::255", NULL, "private", true},
	{NULL, "fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "link-local", false},
	{NULL, "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "reserved", false},
	{NULL, "ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL, "multicast", false},
};

static const char *const passing[] = {
	"8.8.8.8",
	"1.1.1.1",
	"192.0.2.0",
	"192.0.2.255", /* documentation */
	"198.51.100.0",
	"198.51.100.255", /* the same */
	"203.0.113.0",
	"203.0.113.255", /* the same */
	"192.31.196.1",
	"192.52.193.1",
	"192.175.48.1", /* special, and everybody's */
	"2000::",
	"2606:4700::1111",
	"2001:db8::",
	"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
	"3fff::",
	"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
	"2620:4f:8000::1",
};

static void test_ranges(void)
{
	size_t i;

	for (i = 0; i < COUNT(ranges); i++) {
		const char *listed = ranges[i].if_listed ? NULL : ranges[i].why;

		is_str(verdict(ranges[i].first, false), ranges[i].why, "%s", ranges[i].first);
		is_str(verdict(ranges[i].last, false), ranges[i].why, "%s", ranges[i].last);
		is_str(verdict(ranges[i].first, true), listed, "%s, listed", ranges[i].first);
		is_str(verdict(ranges[i].last, true), listed, "%s, listed", ranges[i].last);
		if (ranges[i].before)
			is_str(verdict(ranges[i].before, false), NULL, "%s", ranges[i].before);
		if (ranges[i].after)
			is_str(verdict(ranges[i].after, false), NULL, "%s", ranges[i].after);
	}
	for (i = 0; i < COUNT(passing); i++)
		is_str(verdict(passing[i], false), NULL, "%s", passing[i]);
}

/* The forms of IPv6 that carry an IPv4 address. */
static const struct {
	const char *form; /* of the address's two hexadecimal groups */
	bool turned;      /* with every bit turned */
	bool reserved;    /* leads nowhere, whatever it carries */
} forms[] = {
	{"::ffff:%x:%x", false, false}, {"::%x:%x", false, true}, {"64:ff9b::%x:%x", false, false},
	{"2002:%x:%x::1", false, false}, {"2002:%x:%x:ffff:ffff:ffff:ffff:ffff", false, false},
	{"2001:0:808:808:0:0:%x:%x", true, false},    /* Teredo: the client */
	{"2001:0:%x:%x:0:0:f7f7:f7f7", false, false}, /* the server, the client is 8.8.8.8 */
};

/* An IPv6 address that carries IP is refused as WHY (NULL: passes), but not IF_LISTED. */
static void carried_is(unsigned ip, const char *why, bool if_listed)
{
	char text[64];
	size_t i;

	for (i = 0; i < COUNT(forms); i++) {
		unsigned in = forms[i].turned ? ~ip : ip;
		bool reserved = forms[i].reserved && (!why || if_listed);
		const char *want = reserved ? "reserved" : why;

		snprintf(text, sizeof text, forms[i].form, in >> 16, in & 0xffff);
		is_str(verdict(text, false), want, "%s", text);
		is_str(verdict(text, true), if_listed && !reserved ? NULL : want, "%s, listed",
			text);
	}
}

static void test_carried(void)
{
	carried_is(0x08080808, NULL, false);
	carried_is(0xc0000201, NULL, false); /* 192.0.2.1 */
	carried_is(0x7f000001, "loopback", false);
	carried_is(0x7fffffff, "loopback", false);
	carried_is(0x0a000001, "private", true);
	carried_is(0xac1fffff, "private", true);
	carried_is(0xc0a80101, "private", true);
	carried_is(0x64400001, "shared", true);
	carried_is(0xa9fea9fe, "link-local", false);
	carried_is(0xa83f8110, "metadata", false);
	carried_is(0xc6120001, "reserved", false);
	carried_is(0xe0000001, "multicast", false);
	carried_is(0xffffffff, "broadcast", false);
	/* 2002::/16 and its neighbours, and the first and the last of what is mapped. */
	is_str(verdict("2001:ffff::", false), NULL, "before 6to4");
	is_str(verdict("2002::", false), "unspecified", "the first of 6to4");
	is_str(verdict("2002:ffff:ffff::", false), "broadcast", "the last");
	is_str(verdict("2003::", false), NULL, "after it");
	is_str(verdict("::ffff:0:0", false), "unspecified", "the first that is mapped");
	is_str(verdict("::ffff:255.255.255.255", false), "broadcast", "the last");
	is_str(verdict("::fffe:8.8.8.8", false), "reserved", "before what is mapped");
	is_str(verdict("::1:0:0:0", false), "reserved", "after it");
	is_str(verdict("::2", false), "unspecified", "::2 is compatible with 0.0.0.2");
	is_str(verdict("2001:0:7f00:1::", false), "broadcast", "Teredo: the worst of two");
}

static void test_others(void)
{
	const struct sockaddr local = {.sa_family = AF_UNIX}, none = {.sa_family = AF_UNSPEC};

	ok(guard_address(&local, true) != NULL, "an address of no IP is never dialled");
	ok(guard_address(&none, true) != NULL, "nor is none");
}

/* base/address: text to address and back. */
static void test_reading(void)
{
	static const struct {
		const char *text, *again;
	} rows[] = {
		{"192.0.2.1", "192.0.2.1"},
		{"2001:0DB8::01", "2001:db8::1"},
		{"::ffff:192.0.2.1", "192.0.2.1"},
		{"::192.0.2.1", "::192.0.2.1"},
		{"::", "::"},
		{"127.1", NULL},
		{"0x7f000001", NULL},
		{"[::1]", NULL},
		{"::1%lo", NULL},
		{"192.0.2.1 ", NULL},
		{"", NULL},
		{"00000000000000000000000000000000000000000000000000000000000000000000000", NULL},
	};
	struct sockaddr_storage ip;
	char text[ADDRESS_TEXT];
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		bool good = address_read(rows[i].text, strlen(rows[i].text), &ip);

		is_str(good ? address_text((const struct sockaddr *)&ip, text) : NULL,
			rows[i].again, "'%s'", rows[i].text);
	}
	ok(!address_read("192.0.2.1\0", 10, &ip), "a NUL is no part of an address");
	ok(address_read("192.0.2.1XYZ", 9, &ip), "only LEN bytes count");
	for (i = 0; i < ADDRESS_KINDS; i++)
		ok(address_kind_name((enum address_kind)i), "kind %zu has a name", i);
}

int main(void)
{
	test_ranges();
	test_carried();
	test_others();
	test_reading();
	return done_testing();
}
