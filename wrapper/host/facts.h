/*
 * facts: asks the machine; changes nothing.
 */
#ifndef SEAL_HOST_FACTS_H
#define SEAL_HOST_FACTS_H

#include "base/strvec.h"
#include "model/facts.h"

/*
 * Who asks and from where: uid, gid, user, home, cwd, environment ENV. HOME of the environment
 * counts if it is an absolute path, else the account's. Ends the process (125) where there is no
 * usable home or no current directory.
 */
void host_identity(struct facts *f, const char *const *env, struct arena *arena);

/* Looks at each of BOUND and SEEN (absolute, none twice) and fills F->paths; what BOUND names
 * stays open (path_fact.fd). */
void host_look(struct facts *f, const struct strvec *bound, const struct strvec *seen,
	struct arena *arena);

/* The program that the caller's PATH has for NAME, NULL if it has none. */
const char *host_which(const struct facts *f, const char *name, struct arena *arena);

/* Fills found_at and found_real: where the caller's PATH has COMMAND. */
void host_find_command(struct facts *f, const char *command, struct arena *arena);

/* Adds to F->programs every place where the caller's PATH has one of NAMES. */
void host_find_programs(struct facts *f, const struct strvec *names, struct arena *arena);

/*
 * Fills bwrap, or bwrap_why: only a bwrap at a fixed place that nobody but root (or the caller)
 * can replace, and that is not setuid, is used; PATH is never asked.
 */
void host_find_bwrap(struct facts *f, struct arena *arena);

/*
 * True if there is something at PATH. *WHY is then why it is not a program that may be started
 * outside of every sandbox, or NULL: it is the caller's or root's, nobody else can replace it, and
 * it has no rights of its own.
 */
bool host_may_use(const char *path, uid_t uid, const char **why, struct arena *arena);

/*
 * PATH was to be opened or looked at, and errno is why it was not. What is not there, or not for
 * the caller, is an answer. That the machine cannot say it (no memory, no descriptor) is none: what
 * is not seen would not be protected, so this ends the process (125).
 */
void host_check_answer(const char *path);

/* PATH without any symlink in it, or NULL if it leads nowhere. */
const char *host_canonical(const char *path, struct arena *arena);

#endif
