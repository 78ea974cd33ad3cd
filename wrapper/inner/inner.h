/*
 * inner: the last step inside the sandbox.
 *
 * bwrap has made the namespaces and the view; inner adds what must come after: it checks that the
 * namespaces are really new, closes every descriptor but 0 to 2, waits for the front's word that
 * the host side stands, restricts itself by Landlock, then by seccomp, and becomes the command.
 * The order matters: Landlock first, because its own calls must not need the filter's leave, and
 * the filter last, because everything behind it runs under it. Every failure is exit 125 with
 * the command not started.
 */
#ifndef SEAL_INNER_INNER_H
#define SEAL_INNER_INNER_H

#include <stdint.h>

#include "base/strbuf.h"
#include "base/wire.h"
#include "model/plan.h"

/* argv[1] of the binary when bwrap starts it; argv[2] and argv[3] are the descriptors. */
#define INNER_WORD "--seal-inner"

/* The namespaces that must differ from the host's, in the order of inner_ns_names. */
enum { INNER_NS = 7 };
extern const char *const inner_ns_names[INNER_NS];

/* What the front knows and inner needs beside the plan. */
struct inner_facts {
	uint64_t ns[INNER_NS]; /* inode numbers of the host's namespaces; 0 = not known */
	uint64_t reset;   /* signals that bwrap ran without: inner gives them their default back */
	uint64_t blocked; /* signals that the caller blocks; bit n-1 stands for signal n */
};

/* Writes what inner must do. */
void inner_write(const struct plan *plan, const struct inner_facts *facts, struct strbuf *out);

/*
 * Runs inner: ARGV as bwrap was given it. Never returns. Speaks with the front over the socket:
 * receives 'G' (go), sends 'S' (starting) as its last act before exec.
 */
_Noreturn void inner_main(int argc, char **argv);

#endif
