/*
 * pass: a descriptor from one process to another, through a socket of theirs (unix(7)).
 */
#ifndef SEAL_BASE_PASS_H
#define SEAL_BASE_PASS_H

#include <stdbool.h>

/* Sends FD, which stays the sender's too; false with errno. Never a SIGPIPE. */
bool pass_fd(int sock, int fd);

/* Takes one that has been sent, close-on-exec; -1 if there is none. Does not wait. */
int pass_take(int sock);

#endif
