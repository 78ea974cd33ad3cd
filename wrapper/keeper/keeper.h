/*
 * keeper: the host side of one run.
 *
 * In this version it is the lifeline alone. The front (pid P) waits for the sandbox and forwards
 * signals; if it is killed, nobody would end the sandbox: PR_SET_PDEATHSIG has races that left
 * sandboxes alive. The keeper holds pidfds of both ends, so whichever dies, the other is ended,
 * and a pid that was used again cannot be hit (pidfd_open(2)).
 */
#ifndef SEAL_KEEPER_KEEPER_H
#define SEAL_KEEPER_KEEPER_H

/*
 * Runs the keeper in a child that was just forked; never returns. FRONT is a pidfd of the front,
 * INIT one of the sandbox's pid 1. Leaves the caller's session, terminal, folder and files.
 */
_Noreturn void keeper_main(int front, int init);

#endif
