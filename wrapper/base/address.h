/*
 * address: what an IP address is for, by IANA's registries of special-purpose addresses (RFC 6890
 * and what came later). Pure; nothing here asks the machine.
 */
#ifndef SEAL_BASE_ADDRESS_H
#define SEAL_BASE_ADDRESS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

enum address_kind {
	ADDRESS_PUBLIC,  /* unicast of the Internet, and the ranges for documentation */
	ADDRESS_PRIVATE, /* RFC 1918, RFC 4193 */
	ADDRESS_SHARED,  /* RFC 6598, between a provider and its customers */
	/* What follows is never another host's. The order is from better to worse. */
	ADDRESS_RESERVED, /* set aside: benchmarks, identifiers, translation, the future, ... */
	ADDRESS_UNSPECIFIED,
	ADDRESS_LOOPBACK,
	ADDRESS_LINK_LOCAL,
	ADDRESS_METADATA, /* where clouds tell a machine its secrets, outside of link-local */
	ADDRESS_MULTICAST,
	ADDRESS_BROADCAST,
	ADDRESS_KINDS,
};

/*
 * The kind of ADDRESS; ADDRESS_RESERVED if it is neither IPv4 nor IPv6. An IPv6 address that
 * carries IPv4 addresses is the worst of what it and they are.
 */
enum address_kind address_kind(const struct sockaddr *address);

/* "loopback", "link-local", ...: a word to stand before "address". */
const char *address_kind_name(enum address_kind kind);

/* True if an address of KIND can be another host's, so that it makes sense to name one. */
static inline bool address_kind_is_host(enum address_kind kind)
{
	return kind <= ADDRESS_SHARED;
}

/*
 * The IPv4 addresses within IP, to OUT; how many there are: one of a mapped (RFC 4291), compatible
 * (the same), NAT64 (RFC 6052, its well-known prefix), ISATAP (RFC 5214) or 6to4 (RFC 3056)
 * address, two of a Teredo one (RFC 4380).
 */
size_t address_carried(const struct in6_addr *ip, struct in_addr out[2]);

/* Room for any address as text. */
enum { ADDRESS_TEXT = 64 };

/*
 * Reads the LEN bytes of TEXT, an address as inet_pton() has it; false if it is none. What is
 * mapped to IPv6 becomes the IPv4 address that it stands for. The port is 0.
 */
bool address_read(const char *text, size_t len, struct sockaddr_storage *out);

/* ADDRESS without port and brackets, as inet_ntop() has it. */
const char *address_text(const struct sockaddr *address, char out[ADDRESS_TEXT]);

#endif
