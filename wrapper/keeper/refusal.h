/*
 * refusal: what was refused is said once, at once, to who can allow it.
 */
#ifndef SEAL_KEEPER_REFUSAL_H
#define SEAL_KEEPER_REFUSAL_H

#include "keeper/decide.h"
#include "keeper/limits.h"

/* Where refusals go. Plain data: memory is the struct's own. */
struct reporter {
	int err;                 /* the user's stderr, -1 for -q */
	bool terminal;           /* err is a terminal, perhaps in raw mode: lines end with \r\n */
	int log;                 /* JSON lines, -1 for none */
	unsigned long long seed; /* of the hashes: nobody finds two names with one */
	unsigned told;           /* lines on err so far */
	unsigned seen;           /* different refusals so far */
	long long second;        /* of the log's last line, */
	unsigned lines;          /* how many it has in that second, */
	unsigned lost;           /* and how many it should have had and has not */
	bool log_failed;         /* the user has been told that it takes no more */
	/* Hashes of (reason, host, port) that were told last, a ring. */
	unsigned long long keys[LIMIT_REFUSALS];
};

/*
 * One refusal. HOST is foreign text (escaped and cut here), PORT 0 if unknown, DETAIL what the
 * words of WHY leave open ("resolves to 10.0.0.1, private"), foreign too, or NULL.
 *
 *	seal-exec: blocked evil.example:443 (not in domains; to allow: [sandbox.os.network]
 *	domains = ["evil.example"])
 *
 * (or "cannot reach", where it is allowed) is told once for each (WHY, HOST, PORT, DETAIL), at
 * most 50 lines a run and then one that says so. The log gets each different one, and after
 * LIMIT_REFUSALS of them at most LIMIT_LOG_RATE in a second; what was too much is counted and told
 * with its next line: a command can neither fill the log nor end it. Never blocks: what takes
 *nothing now (poll(2)) does not get the line. What would allow it is a line of the manifest for
 *REFUSED_NAME, REFUSED_PORT
 * ("host:port") and addresses, sni = "off" for what TLS withholds.
 */
void refusal_tell(
	struct reporter *r, enum reason why, const char *host, unsigned port, const char *detail);

#endif
