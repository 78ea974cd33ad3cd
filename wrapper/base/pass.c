#include "base/pass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(PASS_MOST * sizeof(int))];
};

bool pass_send(int sock, const void *data, size_t size, const int *fds, size_t n)
{
	struct iovec iov = {.iov_base = (void *)data, .iov_len = size};
	union control control = {0};
	struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c;

	if (n > PASS_MOST) {
		errno = EINVAL;
		return false;
	}
	if (n) {
		msg.msg_control = &control;
		msg.msg_controllen = CMSG_SPACE(n * sizeof *fds);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof *fds);
		memcpy(CMSG_DATA(c), fds, n * sizeof *fds);
	}
	return sendmsg(sock, &msg, MSG_NOSIGNAL) == (ssize_t)size;
}

ssize_t pass_receive(int sock, void *data, size_t size, int *fds, size_t *n, int flags)
{
	struct iovec iov = {.iov_base = data, .iov_len = size};
	union control control;
	/* CMSG_SPACE, which is rounded up, could have room for one more. */
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_LEN((*n < PASS_MOST ? *n : PASS_MOST) * sizeof *fds),
	};
	struct cmsghdr *c;
	ssize_t got;

	*n = 0;
	do
		got = recvmsg(sock, &msg, flags | MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	c = got < 0 ? NULL : CMSG_FIRSTHDR(&msg);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return got;
	*n = (c->cmsg_len - CMSG_LEN(0)) / sizeof *fds;
	memcpy(fds, CMSG_DATA(c), *n * sizeof *fds);
	return got;
}

bool pass_fd(int sock, int fd)
{
	return pass_send(sock, "F", 1, &fd, 1);
}

int pass_take(int sock)
{
	size_t n = 1;
	char byte;
	int fd;

	return pass_receive(sock, &byte, 1, &fd, &n, MSG_DONTWAIT) == 1 && n == 1 ? fd : -1;
}
