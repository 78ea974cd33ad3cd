#include "host/listens.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"

/* On the loopback, what is refused is known when the call returns. */
static bool takes(const struct sockaddr *at, socklen_t size)
{
	cleanup_fd int fd = socket(at->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	return fd >= 0 && (connect(fd, at, size) == 0 || errno == EINPROGRESS);
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
