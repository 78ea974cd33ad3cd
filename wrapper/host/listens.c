#include "host/listens.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"

/* The loopback answers at once; who has a full queue does not answer, and listens. */
enum { ANSWER_MS = 200 };

static bool takes(const struct sockaddr *at, socklen_t size)
{
	cleanup_fd int fd = socket(at->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct pollfd answer = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int error = 0;

	if (fd < 0)
		return false;
	if (connect(fd, at, size) == 0)
		return true;
	if (errno != EINPROGRESS)
		return false;
	return poll(&answer, 1, ANSWER_MS) == 0 ||
		(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0);
}

bool host_listens(unsigned port)
{
	const struct sockaddr_in v4 = {
		.sin_family = AF_INET,
		.sin_port = htons((in_port_t)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)},
	};
	const struct sockaddr_in6 v6 = {
		.sin6_family = AF_INET6,
		.sin6_port = htons((in_port_t)port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT,
	};

	return takes((const struct sockaddr *)&v4, sizeof v4) ||
		takes((const struct sockaddr *)&v6, sizeof v6);
}
