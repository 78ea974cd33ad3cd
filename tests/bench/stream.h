/*
 * stream: what both ends of a measured connection have (netload.c and netserve.c).
 */
#ifndef SEAL_TESTS_BENCH_STREAM_H
#define SEAL_TESTS_BENCH_STREAM_H

#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	CHUNK = 128 * 1024,
	HEAD = 1 + sizeof(uint64_t), /* of a stream, as netserve.c says */
};

static char chunk[CHUNK];

static inline long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n < 0)
		errx(2, "%s is not a number", text);
	return n;
}

/* Two descriptors a connection, and more of them than most shells allow without being asked. */
static inline void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static inline bool write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;
	ssize_t n;

	for (; size; at += n, size -= (size_t)n) {
		n = write(fd, at, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

static inline bool write_amount(int fd, uint64_t left)
{
	size_t n;

	for (; left; left -= n) {
		n = left < CHUNK ? (size_t)left : CHUNK;
		if (!write_all(fd, chunk, n))
			return false;
	}
	return true;
}

#endif
