/*
 * An entry of a list of domains, and the URL of an upstream proxy: text of a manifest's author.
 * What is taken must be a host that decide() could meet, in one spelling, and an address must read
 * back as itself. The same bytes are an address of 16 bytes as well.
 */
#include <stdlib.h>
#include <string.h>

#include "base/address.h"
#include "base/pattern.h"
#include "base/suffix.h"
#include "read/domain.h"
#include "read/upstream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
	if (!truth)
		abort();
}

static void check_domain(const char *entry, struct arena *arena)
{
	const char *fault, *name;
	char host[256], again[256];
	unsigned port, same;

	if (domain_parse(entry, host, &port))
		return;
	check(port <= 65535 && strlen(host) <= 253);
	name = strncmp(host, "*.", 2) == 0 ? host + 2 : host;
	check(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789.-_:") == strlen(name));
	check(host_is_name(name, strlen(name)) != host_is_literal(name, strlen(name)));
	if (!strchr(host, ':'))
		check(!domain_parse(host, again, &same) && strcmp(host, again) == 0 && same == 0);
	fault = domain_fault(entry, NULL, arena);
	/* "*.SUFFIX" of a registry never passes. */
	check(fault || name == host || !suffix_is_registry(name));
}

static void check_upstream(const char *url, struct arena *arena)
{
	struct upstream up = {0};

	if (upstream_parse(url, &up, arena))
		return;
	check(strncmp(url, "http://", 7) == 0 && up.port > 0 && up.port <= 65535);
	check(host_is_name(up.host, strlen(up.host)) || host_is_literal(up.host, strlen(up.host)));
	check(!up.login || (strchr(up.login, ':') && !strpbrk(up.login, "\r\n\t\033\x7f")));
}

static void check_address(const char *text, size_t len)
{
	struct sockaddr_storage ip, again;
	char out[ADDRESS_TEXT];

	if (!address_read(text, len, &ip))
		return;
	check(ip.ss_family == AF_INET || ip.ss_family == AF_INET6);
	address_text((const struct sockaddr *)&ip, out);
	check(address_read(out, strlen(out), &again));
	check(memcmp(&ip, &again, sizeof ip) == 0);
}

/* What carries an IPv4 address is no better than that. */
static void check_kind(const uint8_t bytes[16])
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct in_addr inner[2];
	char text[ADDRESS_TEXT];
	enum address_kind kind;
	size_t n;

	memcpy(&six.sin6_addr, bytes, 16);
	kind = address_kind((const struct sockaddr *)&six);
	check(kind >= ADDRESS_PUBLIC && kind < ADDRESS_KINDS && address_kind_name(kind));
	for (n = address_carried(&six.sin6_addr, inner); n-- > 0;) {
		four.sin_addr = inner[n];
		check(address_kind((const struct sockaddr *)&four) <= kind);
	}
	address_text((const struct sockaddr *)&six, text);
	check_address(text, strlen(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	char *text = arena_strndup(&arena, (const char *)data, size);

	check_domain(text, &arena);
	check_upstream(text, &arena);
	check_upstream(arena_printf(&arena, "http://%s", text), &arena);
	check_address((const char *)data, size);
	if (size >= 16)
		check_kind(data);
	arena_release(&arena);
	return 0;
}
