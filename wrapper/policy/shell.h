/*
 * shell: the literal simple commands of a `sh -c` string.
 *
 * `seal-exec -- sh -c 'cd x && cargo build'` shall get cargo's bundle. This is not a shell: it
 * reads words, quotes, lists (; && || | & newline), assignments and redirections. Whatever could
 * hide a command from it (substitutions, groups, loops, eval, a command word that is not
 * literal) makes the string unreadable, and an unreadable string matches nothing.
 */
#ifndef SEAL_POLICY_SHELL_H
#define SEAL_POLICY_SHELL_H

#include "base/strvec.h"

struct commands {
	struct strvec *v; /* each the words of one simple command */
	size_t n, cap;
};

/* Appends the simple commands of TEXT to OUT; false (and nothing appended) if unreadable. */
bool shell_commands(const char *text, struct arena *arena, struct commands *out);

#endif
