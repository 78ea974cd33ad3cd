/*
 * The synthetic addresses: each leads back to its name, and no other address to any.
 */
#include <arpa/inet.h>
#include <stdlib.h>

#include "keeper/names.h"
#include "tap.h"

/* The name at the address TEXT of FAMILY. */
static const char *at(const struct names *names, int family, const char *text)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = 443};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = 443, .sin6_scope_id = 1};

	if (family == AF_INET)
		inet_pton(AF_INET, text, &v4.sin_addr);
	else
		inet_pton(AF_INET6, text, &v6.sin6_addr);
	return names_at(names,
		family == AF_INET ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6);
}

static void is_address(int number, const char *want4, const char *want6)
{
	char text[INET6_ADDRSTRLEN];
	struct in_addr v4;
	struct in6_addr v6;

	names_v4(number, &v4);
	is_str(inet_ntop(AF_INET, &v4, text, sizeof text), want4, "IPv4 of %d", number);
	names_v6(number, &v6);
	is_str(inet_ntop(AF_INET6, &v6, text, sizeof text), want6, "IPv6 of %d", number);
}

static void test_addresses(void)
{
	is_address(0, "198.18.0.2", NAMES_V6 "2");
	is_address(1, "198.18.0.3", NAMES_V6 "3");
	is_address(253, "198.18.0.255", NAMES_V6 "ff");
	is_address(254, "198.18.1.0", NAMES_V6 "100");
	is_address(NAMES_MAX - 1, "198.18.4.1", NAMES_V6 "401");
}

static void test_leads_back(void)
{
	struct names names = {0};
	char host[] = "registry.example";

	ok(!at(&names, AF_INET, "198.18.0.2"), "no name, no address");
	is_int(names_number(&names, host), 0, "the first name");
	is_int(names_number(&names, "b.example"), 1, "the second");
	memset(host, 'x', sizeof host - 1);
	is_int(names_number(&names, "registry.example"), 0, "a number is for the run");
	is_int(names.n, 2, "and given once");
	is_str(at(&names, AF_INET, "198.18.0.2"), "registry.example", "IPv4 leads back");
	is_str(at(&names, AF_INET, "198.18.0.3"), "b.example", "the second's too");
	is_str(at(&names, AF_INET6, NAMES_V6 "2"), "registry.example", "IPv6 leads back");
	is_str(at(&names, AF_INET6, NAMES_V6 "3"), "b.example", "the second's");
	is_str(at(&names, AF_INET6, "::ffff:198.18.0.3"), "b.example", "v4-mapped leads back");
	free(names.host[0]);
	free(names.host[1]);
}

static void test_nothing_else(void)
{
	static const char *const v4[] = {"198.18.0.0", NAMES_V4_OWN, "198.18.0.3", "198.19.255.255",
		"198.20.0.2", "198.17.0.2", "198.16.0.2", "198.19.0.2", "199.18.0.2", "0.0.0.2",
		"127.0.0.1", "0.0.0.0", "255.255.255.255"};
	static const char *const v6[] = {NAMES_V6, NAMES_V6_OWN, NAMES_V6 "3", NAMES_V6 "1:2",
		NAMES_V6 "1:0:2", NAMES_V6 "1:0:0:2", NAMES_V6 "8000:0:0:2", "fd73:6561:6c00:1::2",
		"fd73:6561:6c01::2", "fc73:6561:6c00::2", "::2", "::", "::1", "::198.18.0.2",
		"::ffff:198.18.0.3", "::ffff:198.18.0.1", "::ffff:0:198.18.0.2",
		"64:ff9b::198.18.0.2", "::fffe:198.18.0.2"};
	struct sockaddr_in6 other = {.sin6_family = AF_UNIX};
	struct names names = {0};
	size_t i;

	names_number(&names, "registry.example");
	ok(at(&names, AF_INET, "198.18.0.2") && at(&names, AF_INET6, NAMES_V6 "2"), "control");
	for (i = 0; i < sizeof v4 / sizeof *v4; i++)
		is_str(at(&names, AF_INET, v4[i]), NULL, "%s is no name's", v4[i]);
	for (i = 0; i < sizeof v6 / sizeof *v6; i++)
		is_str(at(&names, AF_INET6, v6[i]), NULL, "%s is no name's", v6[i]);
	inet_pton(AF_INET6, NAMES_V6 "2", &other.sin6_addr);
	is_str(names_at(&names, (const struct sockaddr *)&other), NULL, "nor is another family's");
	free(names.host[0]);
}

static void test_full(void)
{
	struct names names = {0};
	char host[32], address[32];
	int i, wrong = 0;

	for (i = 0; i < NAMES_MAX; i++) {
		snprintf(host, sizeof host, "n%d.example", i);
		wrong += names_number(&names, host) != i;
	}
	is_int(wrong, 0, "%d names get numbers", NAMES_MAX);
	is_int(names_number(&names, "more.example"), -1, "one more gets none");
	is_int(names_number(&names, "n1023.example"), NAMES_MAX - 1, "those that have one keep it");
	for (i = 0; i < NAMES_MAX; i++) {
		const char *found;

		snprintf(host, sizeof host, "n%d.example", i);
		snprintf(address, sizeof address, "198.18.%d.%d", (i + 2) >> 8, (i + 2) & 255);
		found = at(&names, AF_INET, address);
		wrong += !found || strcmp(found, host) != 0;
		snprintf(address, sizeof address, NAMES_V6 "%x", i + 2);
		found = at(&names, AF_INET6, address);
		wrong += !found || strcmp(found, host) != 0;
	}
	is_int(wrong, 0, "and every address leads back");
	is_str(at(&names, AF_INET, "198.18.4.2"), NULL, "the one behind the last to none");
	for (i = 0; i < NAMES_MAX; i++)
		free(names.host[i]);
}

int main(void)
{
	test_addresses();
	test_leads_back();
	test_nothing_else();
	test_full();
	return done_testing();
}
