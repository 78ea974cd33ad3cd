#include "read/domain.h"

#include <string.h>

#include "base/address.h"
#include "base/pattern.h"
#include "base/suffix.h"

static const char *address_fault(const char *host, struct arena *arena)
{
	struct sockaddr_storage ip;
	enum address_kind kind;

	if (!address_read(host, strlen(host), &ip))
		return NULL;
	kind = address_kind((const struct sockaddr *)&ip);
	if (address_kind_is_host(kind))
		return NULL;
	if (kind == ADDRESS_LOOPBACK)
		return "is loopback, which is never dialled; use host_localhost_ports";
	return arena_printf(arena, "is never dialled, for the address is %s; remove it",
		address_kind_name(kind));
}

static const char localhost_fault[] =
	"is this machine itself, which no domain leads to; use host_localhost_ports";

static bool is_localhost(const char *host)
{
	size_t n = strlen(host), m = strlen("localhost");

	return n >= m && strcmp(host + n - m, "localhost") == 0 &&
		(n == m || host[n - m - 1] == '.');
}

const char *domain_fault(const char *entry, const struct strvec *exempt, struct arena *arena)
{
	char host[256];
	unsigned port;

	if (domain_parse(entry, host, &port))
		return NULL; /* told already */
	if (strncmp(host, "*.", 2) != 0) {
		if (suffix_is_registry(host))
			return "is a public suffix and no host; name the hosts";
		if (is_localhost(host))
			return localhost_fault;
		return address_fault(host, arena);
	}
	if (is_localhost(host + 2))
		return localhost_fault;
	if (!suffix_is_public(host + 2) || (exempt && strvec_has(exempt, host + 2)))
		return NULL;
	return arena_printf(arena,
		"would open every name of a public suffix (%s), where anybody can have one; name "
		"the hosts",
		host + 2);
}

bool domain_is_wildcard_of(const char *entry, const char *suffix)
{
	char host[256];
	unsigned port;

	return !domain_parse(entry, host, &port) && strncmp(host, "*.", 2) == 0 &&
		strcmp(host + 2, suffix) == 0;
}
