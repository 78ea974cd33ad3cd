/*
 * decide: may this run reach that name on that port? The one place that says so, for the name
 * server, the transparent listeners, HTTP CONNECT, absolute requests and SOCKS5 alike, before
 * anything is resolved.
 */
#ifndef SEAL_KEEPER_DECIDE_H
#define SEAL_KEEPER_DECIDE_H

#include <stddef.h>

#include "model/network.h"

enum reason {
#define REASON(id, code, status, text) id,
#include "keeper/reasons.def"
#undef REASON
	REASONS,
};

struct reason_row {
	const char *code; /* of logs, stable */
	int status;       /* of an HTTP answer */
	const char *text;
};

extern const struct reason_row reason_rows[REASONS];

enum { HOST_SIZE = 256 };

/*
 * Judges the LEN bytes at HOST, as a client wrote them, and PORT (0: any port will do, for the
 * name server). Strict: ASCII host grammar or an address literal (IPv6 with or without brackets),
 * one trailing dot taken off, lower case. OUT gets the name so normalised ("" if it is none):
 * what is resolved, compared and printed from here on. Locale-independent, no I/O.
 */
enum reason decide(const struct network *net, const char *host, size_t len, unsigned port,
	char out[HOST_SIZE]);

/* What decide() makes of the LEN bytes at HOST: OUT is the name normalised, "" if it is none. */
void decide_normal(const char *host, size_t len, char out[HOST_SIZE]);

/*
 * True if the address HOST (normalised) itself stands in the domains for PORT (0: for any): then it
 * may be dialled though it is private, also for a granted name that leads there.
 */
bool decide_is_listed(const struct network *net, const char *host, unsigned port);

/* True if the normalised HOST is an address literal. */
bool decide_is_literal(const char *host);

#endif
