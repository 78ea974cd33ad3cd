/*
 * pattern: the small languages of manifests: names of variables with "*", and hosts.
 */
#ifndef SEAL_BASE_PATTERN_H
#define SEAL_BASE_PATTERN_H

#include <stdbool.h>
#include <stddef.h>

/* A to Z become a to z, whatever the locale. */
char ascii_lower(char c);

/* True if NAME matches GLOB, where "*" stands for any bytes and nothing else is special. Linear
 * in the product of the lengths, without recursion. */
bool glob_match(const char *glob, const char *name);

/*
 * True if S (LEN bytes) is a host name that the network code may see: ASCII letters, digits,
 * "-", "_" and dots; labels of 1 to 63 bytes, 253 in all, no empty label; the last label not
 * numeric and not 0x..., so that no form of an IPv4 address passes ("127.1", "0x7f.1": what
 * getaddrinfo takes and inet_pton does not). RFC 1035, RFC 1123.
 */
bool host_is_name(const char *s, size_t len);

/* True if S is an IPv4 address in four decimal parts, or an IPv6 address, as inet_pton has it. */
bool host_is_literal(const char *s, size_t len);

/* A port: decimal 1 to 65535 without sign, space or leading zero; 0 if S is not that. */
unsigned port_parse(const char *s);

/*
 * Splits a domain entry: "host", "*.host", "host:port", "[v6]:port". On success HOST (256
 * bytes) holds the host in lower case without brackets, *PORT the port or 0. On failure returns
 * what is wrong with it as a constant string; NULL is success.
 */
const char *domain_parse(const char *entry, char host[256], unsigned *port);

#endif
