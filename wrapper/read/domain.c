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

const char *domain_fault(const char *entry, const struct strvec *exempt, struct arena *arena)
{
	char host[256];
	unsigned port;

	if (domain_parse(entry, host, &port))
		return NULL; /* told already */
	if (strncmp(host, "*.", 2) != 0) {
		if (suffix_is_registry(host))
			return "is a public suffix and no host; name the hosts";
		return address_fault(host, arena);
	}
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
