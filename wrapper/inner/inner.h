/*
 * inner: the last step inside the sandbox, a program of its own.
 *
 * bwrap has made the namespaces and the view; inner adds what must come after: it closes every
 * descriptor but 0 to 2, waits for the keeper's word that the namespaces are really new and the
 * host side stands, restricts itself by Landlock, then by seccomp, and becomes the command.
 * The order matters: Landlock first, because its own calls must not need the filter's leave, and
 * the filter last, because everything behind it runs under it. Every failure is exit 125 with
 * the command not started.
 *
 * It is linked with nothing, not even the C library, whose start would take longer than all that
 * inner does (HACKING.md). launch carries it in its own memory and runs it from there:
 *
 *	inner ORDERS SOCKET ERROR     descriptors: model/orders.h, the way to the front, and the
 *	                              caller's standard error (bwrap has another, launch/spawn.h)
 *	inner ORDERS                  of a run inside another: seal-exec has become this program
 */
#ifndef SEAL_INNER_INNER_H
#define SEAL_INNER_INNER_H

/*
 * Never returns. Speaks with the front over the socket (struct word): sends "ready", receives
 * the keeper's go, sends "starting" as its last act before exec.
 */
_Noreturn void inner_main(int argc, const char *const *argv);

/* Where _start leads, with the stack as the kernel made it. */
_Noreturn void inner_start(long *stack);

#endif
