#include "keeper/loopback.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <unistd.h>

enum { LO = 1 }; /* the index of lo in every network namespace */
enum { WAIT_SECONDS = 5 };

/* A request: the header, a body of its kind, attributes. */
struct request {
	struct nlmsghdr head;
	union {
		struct ifaddrmsg address;
		struct rtmsg route;
	} body;
	char attributes[128];
};

int loopback_open(void)
{
	struct sockaddr_nl at = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	const struct timeval most = {.tv_sec = WAIT_SECONDS};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), error;

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most) == 0 &&
		bind(fd, (const struct sockaddr *)&at, sizeof at) == 0)
		return fd;
	error = errno;
	if (fd >= 0)
		close(fd);
	errno = error;
	return -1;
}

static bool is_up(int fd)
{
	struct ifreq lo = {.ifr_name = "lo"};

	return ioctl(fd, SIOCGIFFLAGS, &lo) == 0 && lo.ifr_flags & IFF_UP;
}

bool loopback_wait(int fd, int init)
{
	struct pollfd ends[2] = {{.fd = fd, .events = POLLIN}, {.fd = init, .events = POLLIN}};
	char news[4096];
	int n;

	/* It was subscribed to before the first look: no change is missed. */
	while (!is_up(fd)) {
		n = poll(ends, 2, WAIT_SECONDS * 1000);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)
			errno = ETIMEDOUT;
		else if (n > 0 && ends[1].revents)
			errno = ESRCH;
		if (n <= 0 || ends[1].revents ||
			(recv(fd, news, sizeof news, 0) < 0 && errno != ENOBUFS))
			return false;
	}
	return true;
}

static void add(struct request *q, unsigned short type, const void *data, size_t n)
{
	struct rtattr *a = (void *)((char *)q + NLMSG_ALIGN(q->head.nlmsg_len));

	a->rta_type = type;
	a->rta_len = (unsigned short)RTA_LENGTH(n);
	memcpy(RTA_DATA(a), data, n);
	q->head.nlmsg_len = (unsigned)(NLMSG_ALIGN(q->head.nlmsg_len) + RTA_ALIGN(a->rta_len));
}

/* Sends Q and takes its acknowledgement; news of links that come between are passed over. */
static bool perform(int fd, struct request *q)
{
	union {
		struct nlmsghdr head;
		char bytes[4096];
	} reply;
	const struct nlmsgerr *e;
	ssize_t n;

	q->head.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
	q->head.nlmsg_seq = 1;
	if (send(fd, q, q->head.nlmsg_len, 0) < 0)
		return false;
	for (;;) {
		n = recv(fd, &reply, sizeof reply, 0);
		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			return false;
		if (n < (ssize_t)NLMSG_LENGTH(sizeof *e) || reply.head.nlmsg_type != NLMSG_ERROR ||
			reply.head.nlmsg_seq != 1)
			continue;
		e = NLMSG_DATA(&reply.head);
		errno = -e->error;
		return e->error == 0;
	}
}

static const void *bytes_of(const union endpoint *a, size_t *n)
{
	*n = a->any.sa_family == AF_INET6 ? 16 : 4;
	if (a->any.sa_family == AF_INET6)
		return &a->v6.sin6_addr;
	return &a->v4.sin_addr;
}

bool loopback_address(int fd, const union endpoint *a, unsigned bits)
{
	struct request q = {
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof q.body.address),
			.nlmsg_type = RTM_NEWADDR},
		.body.address = {.ifa_family = (unsigned char)a->any.sa_family,
			.ifa_prefixlen = (unsigned char)bits,
			.ifa_flags = IFA_F_NODAD,
			.ifa_index = LO},
	};
	const void *bytes;
	size_t n;

	bytes = bytes_of(a, &n);
	add(&q, IFA_LOCAL, bytes, n);
	add(&q, IFA_ADDRESS, bytes, n);
	return perform(fd, &q);
}

bool loopback_route(int fd, const union endpoint *a, unsigned bits)
{
	struct request q = {
		.head = {.nlmsg_len = NLMSG_LENGTH(sizeof q.body.route),
			.nlmsg_type = RTM_NEWROUTE},
		.body.route = {.rtm_family = (unsigned char)a->any.sa_family,
			.rtm_dst_len = (unsigned char)bits,
			.rtm_table = RT_TABLE_LOCAL,
			.rtm_protocol = RTPROT_STATIC,
			.rtm_scope = RT_SCOPE_HOST,
			.rtm_type = RTN_LOCAL},
	};
	const int lo = LO;
	const void *bytes;
	size_t n;

	bytes = bytes_of(a, &n);
	if (bits)
		add(&q, RTA_DST, bytes, n);
	add(&q, RTA_OIF, &lo, sizeof lo);
	return perform(fd, &q);
}
