/*
 * guard: no address of the host, of its networks, or of no public use is dialled, whatever name
 * leads to it (DNS rebinding, /etc/hosts, cloud metadata).
 */
#ifndef SEAL_KEEPER_GUARD_H
#define SEAL_KEEPER_GUARD_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * What is wrong with ADDRESS ("loopback", "private", "link-local", ...), or NULL if it may be
 * dialled. Forms of IPv6 that carry an IPv4 address (mapped, compatible, NAT64 of both prefixes,
 * 6to4, Teredo) are judged by that address too. LISTED: the manifest lists this very address, so
 * private and shared ranges pass; loopback, unspecified, link-local, multicast and broadcast never
 * do. The documentation ranges of RFC 5737 and RFC 3849 pass: they lead nowhere that must be kept.
 * IANA's special-purpose registries (RFC 6890). Does not know the host's own addresses: own.h.
 */
const char *guard_address(const struct sockaddr *address, bool listed);

#endif
