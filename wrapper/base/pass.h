/*
 * pass: descriptors from one process to another, through a socket of theirs (unix(7)).
 */
#ifndef SEAL_BASE_PASS_H
#define SEAL_BASE_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Descriptors in one message at most; the kernel's own limit (SCM_MAX_FD) is 253. */
enum { PASS_MOST = 200 };

/* Sends SIZE bytes, at least one, and with them the N descriptors of FDS, which stay the sender's
 * too; false with errno. Never a SIGPIPE. */
bool pass_send(int sock, const void *data, size_t size, const int *fds, size_t n);

/*
 * Receives up to SIZE bytes and *N descriptors, close-on-exec; more than *N are closed. *N becomes
 * how many have come: they are the caller's. FLAGS are those of recv(2). The number of bytes, or -1
 * with errno.
 */
ssize_t pass_receive(int sock, void *data, size_t size, int *fds, size_t *n, int flags);

/* The same for one descriptor alone. */
bool pass_fd(int sock, int fd);

/* Takes one that pass_fd has sent; -1 if there is none. Does not wait. */
int pass_take(int sock);

#endif
