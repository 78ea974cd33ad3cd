/*
 * fd: file descriptors that close themselves, and whole reads and writes.
 */
#ifndef SEAL_BASE_FD_H
#define SEAL_BASE_FD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* `cleanup_fd int fd = open(...)`: closed at the end of the scope if >= 0; errno is kept. */
#define cleanup_fd __attribute__((cleanup(fd_cleanup)))
void fd_cleanup(int *fd);

/* Yields *FD and leaves -1 there: ownership moves to the caller. */
int fd_steal(int *fd);

/* Reads until EOF or SIZE bytes; the count, or -1 with errno. Retries EINTR. */
ssize_t fd_read_all(int fd, void *buf, size_t size);

/* Writes all LEN bytes; false with errno. Retries EINTR. */
bool fd_write_all(int fd, const void *buf, size_t len);

/* The same for a file: a limit on the size of files is an error (EFBIG), not a signal. */
bool fd_write_file(int fd, const void *buf, size_t len);

/* Opens /dev/null on each of 0, 1, 2 that is closed, so that no other file lands there. */
bool fd_fill_stdio(void);

/* Sets or clears FD_CLOEXEC; false with errno. */
bool fd_set_cloexec(int fd, bool on);

/* Closes every descriptor but 0 to 2 and the N of KEEP (-1: none), which it sorts; false with
 * errno. */
bool fd_close_others(int *keep, size_t n);

/* Sets FD_CLOEXEC on every open descriptor from FIRST up. close_range(2). */
void fd_cloexec_from(int first);

#endif
