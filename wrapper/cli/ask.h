/*
 * ask: ports of the host that a project gets only if the user says so: `prompt = true` in
 * host_localhost_ports.
 *
 * Asked for every run, before anything of it starts: allow once, always, no, never. "Always" and
 * "never" are remembered for the project (cli/answers.h). Where nobody can be asked, the answer is
 * no. A command that is started without a port runs all the same: it finds the port closed.
 */
#ifndef SEAL_CLI_ASK_H
#define SEAL_CLI_ASK_H

#include "cli/answers.h"
#include "cli/session.h"

/* Takes the ports out of the session's plan that the user does not allow. */
void ask_ports(struct session *s);

/* What is remembered; and the one place where that changes: answers_set() on the file itself. A
 * file that cannot be read or written ends the process (125). */
void ask_remembered(struct session *s, struct answers *out);
bool ask_remember(struct session *s, unsigned port, enum answer answer);

#endif
