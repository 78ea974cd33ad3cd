/*
 * upstream: the address of a company's proxy, as the variable http_proxy has it elsewhere.
 */
#ifndef SEAL_READ_UPSTREAM_H
#define SEAL_READ_UPSTREAM_H

#include "base/arena.h"
#include "model/network.h"

/* Without a port: what curl takes. Others take 80 or 3128, so it is better written. */
enum { UPSTREAM_PORT = 1080 };

/*
 * Reads "http://[user[:password]@]host[:port]" (one slash may follow) into OUT but its origin.
 * User and password may be percent-encoded. Returns what is wrong, without the text itself, which
 * may hold a password; NULL is success.
 */
const char *upstream_parse(const char *url, struct upstream *out, struct arena *arena);

#endif
