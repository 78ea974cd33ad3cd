/*
 * endpoint: an address of either family and a port, as the calls want it.
 */
#ifndef SEAL_KEEPER_ENDPOINT_H
#define SEAL_KEEPER_ENDPOINT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#include "base/address.h"

union endpoint {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

socklen_t endpoint_size(const union endpoint *a);
void endpoint_set_port(union endpoint *a, unsigned port);
unsigned endpoint_port(const union endpoint *a);

/* A literal ("192.0.2.1", "2001:db8::1") as an address with port 0; false if it is none. */
bool endpoint_read(const char *text, union endpoint *out);

/* A v4-mapped IPv6 address becomes the IPv4 address that it is. */
void endpoint_unmap(union endpoint *a);

void endpoint_text(const union endpoint *a, char out[ADDRESS_TEXT]);

bool endpoint_is_loopback(const union endpoint *a);

#endif
