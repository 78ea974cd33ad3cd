/*
 * trust: which manifests the user has said yes to.
 *
 * A project's manifest is written by whoever wrote the project: it grants nothing until the user
 * has seen what it grants. The store is one file of the user's, out of every project's reach:
 * for each manifest its real path, the digest of its grants, and the grants themselves, so that a
 * change can be shown as a difference. The digest is of the resolved grants, not of the text: a
 * changed comment is no change. The text's digest is kept only as a shortcut: the same text with
 * the same built-in bundles has the same grants.
 */
#ifndef SEAL_CLI_TRUST_H
#define SEAL_CLI_TRUST_H

#include "cli/session.h"

/* True if the user trusts the project's manifest as it is now (or there is none). */
bool trust_holds(struct session *s);

/* True if the user has trusted the manifest PATH, whatever it says now. */
bool trust_knows(struct session *s, const char *path);

/* The grants of the manifest as sorted lines (policy_trust_lines). */
void trust_lines(struct session *s, struct strvec *out);

/* The lines that the user trusted last, empty if none. */
void trust_stored(struct session *s, struct strvec *out);

/* Stores the trust in LINES; ends the process (125) if that fails. */
void trust_store(struct session *s, const struct strvec *lines);

/* Takes the trust back; false if there was none. */
bool trust_remove(struct session *s);

/*
 * Makes sure that the manifest is trusted before a run: asks on a terminal, showing what changed,
 * else ends the process (125) with the command to type.
 */
void trust_require(struct session *s);

/* Asks on the terminal; false for no, and where there is none. */
bool trust_ask(void);

/* LINES for reading, each with "+ " or, compared with OLD, "- " for what is gone. */
void trust_render(const struct strvec *lines, const struct strvec *old, struct strbuf *out);

#endif
