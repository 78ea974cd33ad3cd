#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "base/address.h"
#include "base/fd.h"
#include "keeper/own.h"

struct request {
	struct nlmsghdr head;
	struct rtmsg route;
	struct rtattr attr;
	unsigned char ip[16];
};

enum { ANSWER_SIZE = 4096, ANSWERS_MAX = 8 };

int own_open(void)
{
	const struct timeval second = {.tv_sec = 1};
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	cleanup_fd int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	/* Connected, it takes answers of the kernel alone. */
	if (fd < 0 || connect(fd, (const struct sockaddr *)&kernel, sizeof kernel) < 0 ||
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second) < 0)
		return -1;
	return fd_steal(&fd);
}

/* Sends the question for the SIZE bytes at IP; its number, 0 if it could not be sent. */
static unsigned ask(int fd, int family, const void *ip, size_t size)
{
	struct timespec now = {0};
	struct request r = {
		.head = {.nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST},
		.route = {.rtm_family = (unsigned char)family,
			.rtm_dst_len = (unsigned char)(size * 8)},
		.attr = {.rta_type = RTA_DST, .rta_len = (unsigned short)RTA_LENGTH(size)},
	};

	/* Any number that the question before did not have: its answer may have come too late. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	r.head.nlmsg_seq = (unsigned)now.tv_nsec | 1;
	r.head.nlmsg_len = (unsigned)(sizeof r - sizeof r.ip + size);
	memcpy(r.ip, ip, size);
	return send(fd, &r, r.head.nlmsg_len, 0) == (ssize_t)r.head.nlmsg_len ? r.head.nlmsg_seq
									      : 0;
}

/* The type of the route in the answer; RTN_UNREACHABLE if there is none; -1 if it is no answer. */
static int route_type(const struct nlmsghdr *head, size_t len)
{
	const struct rtmsg *route = NLMSG_DATA(head);
	const struct nlmsgerr *fault = NLMSG_DATA(head);

	if (!NLMSG_OK(head, len))
		return -1;
	if (head->nlmsg_type == RTM_NEWROUTE && NLMSG_PAYLOAD(head, 0) >= sizeof *route)
		return route->rtm_type;
	if (head->nlmsg_type != NLMSG_ERROR || NLMSG_PAYLOAD(head, 0) < sizeof *fault)
		return -1;
	return fault->error == -ENETUNREACH || fault->error == -EHOSTUNREACH ? RTN_UNREACHABLE : -1;
}

static bool is_own(int fd, int family, const void *ip, size_t size)
{
	_Alignas(struct nlmsghdr) char answer[ANSWER_SIZE];
	const struct nlmsghdr *head = (const void *)answer;
	unsigned number = ask(fd, family, ip, size);
	int tries;

	for (tries = 0; number && tries < ANSWERS_MAX; tries++) {
		ssize_t n = recv(fd, answer, sizeof answer, 0);

		if (n < 0 && errno != EINTR)
			return true;
		if (n < (ssize_t)sizeof *head || head->nlmsg_seq != number)
			continue;
		switch (route_type(head, (size_t)n)) {
		case RTN_UNICAST:
		case RTN_UNREACHABLE:
		case RTN_BLACKHOLE:
		case RTN_PROHIBIT:
			return false;
		default:
			return true;
		}
	}
	return true;
}

bool own_address(int fd, const struct sockaddr *address)
{
	const struct sockaddr_in6 *v6 = (const void *)address;
	struct in_addr carried[2];
	size_t i, n;

	if (address->sa_family == AF_INET)
		return is_own(fd, AF_INET,
			&((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	if (address->sa_family != AF_INET6)
		return true;
	n = address_carried(&v6->sin6_addr, carried);
	for (i = 0; i < n; i++)
		if (is_own(fd, AF_INET, &carried[i], 4))
			return true;
	return !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) && is_own(fd, AF_INET6, &v6->sin6_addr, 16);
}
