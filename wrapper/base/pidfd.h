/*
 * pidfd: a process that cannot be mistaken for another one that got its number (pidfd_open(2)).
 */
#ifndef SEAL_BASE_PIDFD_H
#define SEAL_BASE_PIDFD_H

#include <sys/types.h>

/* A descriptor of the process PID; -1 with errno. */
int pidfd_of(pid_t pid);

/* Sends SIG (0: only looks) to the process; -1 with errno, ESRCH if it has ended. */
int pidfd_signal(int pidfd, int sig);

#endif
