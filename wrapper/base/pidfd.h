/*
 * pidfd: a process that cannot be mistaken for another one that got its number (pidfd_open(2)).
 */
#ifndef SEAL_BASE_PIDFD_H
#define SEAL_BASE_PIDFD_H

#include <stdbool.h>
#include <sys/types.h>

/* A descriptor of the process PID; -1 with errno. */
int pidfd_of(pid_t pid);

/* Sends SIG (0: only looks) to the process; -1 with errno, ESRCH if it has ended. */
int pidfd_signal(int pidfd, int sig);

/*
 * Waits until the process has ended; false after MS milliseconds (-1: for ever). Of the first
 * process of a pid namespace: it is dead only when all others in it are (pid_namespaces(7)).
 */
bool pidfd_ended(int pidfd, int ms);

#endif
