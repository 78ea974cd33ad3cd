#include "base/address.h"

#include <arpa/inet.h>
#include <string.h>

struct range4 {
	unsigned char prefix[4];
	unsigned bits;
	enum address_kind kind;
};

/* A row before another one wins. The ranges for documentation (RFC 5737) are public: they lead
 * nowhere. */
static const struct range4 ranges4[] = {
	{{0}, 8, ADDRESS_UNSPECIFIED},                /* RFC 1122: this network */
	{{10}, 8, ADDRESS_PRIVATE},                   /* RFC 1918 */
	{{100, 100, 100, 200}, 32, ADDRESS_METADATA}, /* Alibaba's */
	{{100, 64}, 10, ADDRESS_SHARED},              /* RFC 6598 */
	{{127}, 8, ADDRESS_LOOPBACK},                 /* RFC 1122 */
	{{168, 63, 129, 16}, 32, ADDRESS_METADATA},   /* Azure's, a public one */
	{{169, 254}, 16, ADDRESS_LINK_LOCAL},         /* RFC 3927; most clouds' metadata */
	{{172, 16}, 12, ADDRESS_PRIVATE},             /* RFC 1918 */
	{{192, 0, 0}, 24, ADDRESS_RESERVED},          /* RFC 6890: protocols of the IETF */
	{{192, 88, 99}, 24, ADDRESS_RESERVED},        /* RFC 7526: relays of 6to4 */
	{{192, 168}, 16, ADDRESS_PRIVATE},            /* RFC 1918 */
	{{198, 18}, 15, ADDRESS_RESERVED},            /* RFC 2544: benchmarks */
	{{224}, 4, ADDRESS_MULTICAST},                /* RFC 5771 */
	{{255, 255, 255, 255}, 32, ADDRESS_BROADCAST}, {{240}, 4, ADDRESS_RESERVED}, /* RFC 1112 */
};

struct range6 {
	unsigned char prefix[16];
	unsigned bits;
	enum address_kind kind;
};

/* What holds IPv4 addresses is judged by them, so its own rows are public. */
static const struct range6 ranges6[] = {
	{{[15] = 1}, 128, ADDRESS_LOOPBACK},
	{{0}, 128, ADDRESS_UNSPECIFIED},
	{{[10] = 0xff, 0xff}, 96, ADDRESS_PUBLIC},      /* RFC 4291: mapped */
	{{0x00, 0x64, 0xff, 0x9b}, 96, ADDRESS_PUBLIC}, /* RFC 6052: NAT64 */
	{{0x20, 0x01, 0x00, 0x00}, 32, ADDRESS_PUBLIC}, /* RFC 4380: Teredo */
	{{0x20, 0x01, 0x00}, 23, ADDRESS_RESERVED},     /* RFC 2928: protocols, ORCHID */
	{{0x20}, 3, ADDRESS_PUBLIC},                    /* RFC 4291: global unicast */
	{{0xfd, 0x00, 0x0e, 0xc2, [14] = 2, 0x54}, 128, ADDRESS_METADATA}, /* Amazon's */
	{{0xfd, 0x20, 0x00, 0xce, [14] = 2, 0x54}, 128, ADDRESS_METADATA}, /* Google's */
	{{0xfc}, 7, ADDRESS_PRIVATE},                                      /* RFC 4193 */
	{{0xfe, 0x80}, 10, ADDRESS_LINK_LOCAL},                            /* RFC 4291 */
	{{0xff}, 8, ADDRESS_MULTICAST},                                    /* RFC 4291 */
	/* Compatible (::/96), local translation (64:ff9b:1::/48), discard (100::/64), segment
	 * routing (5f00::/16), site-local (fec0::/10), and what was never given out. */
	{{0}, 0, ADDRESS_RESERVED},
};

static bool has_prefix(const unsigned char *bytes, const unsigned char *prefix, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	return memcmp(bytes, prefix, whole) == 0 &&
		(rest == 0 || (bytes[whole] ^ prefix[whole]) >> (8 - rest) == 0);
}

static enum address_kind kind4(const struct in_addr *ip)
{
	size_t i;

	for (i = 0; i < sizeof ranges4 / sizeof *ranges4; i++)
		if (has_prefix((const unsigned char *)ip, ranges4[i].prefix, ranges4[i].bits))
			return ranges4[i].kind;
	return ADDRESS_PUBLIC;
}

size_t address_carried(const struct in6_addr *ip, struct in_addr out[2])
{
	static const unsigned char zero[10], nat64[12] = {0x00, 0x64, 0xff, 0x9b};
	static const unsigned char isatap[3] = {0x00, 0x5e, 0xfe};
	const unsigned char *b = ip->s6_addr;
	unsigned char hidden[4];
	size_t i;

	if (memcmp(b, zero, 10) == 0 && ((b[10] == 0xff && b[11] == 0xff) || !(b[10] | b[11]))) {
		/* "::" and "::1" are of the same form, and themselves. */
		if (!(b[10] | b[12] | b[13] | b[14]) && b[15] <= 1)
			return 0;
		memcpy(out, b + 12, 4);
		return 1;
	}
	if (memcmp(b, nat64, 12) == 0) {
		memcpy(out, b + 12, 4);
		return 1;
	}
	if ((b[8] & ~2) == 0 && memcmp(b + 9, isatap, 3) == 0) {
		memcpy(out, b + 12, 4);
		return 1;
	}
	if (b[0] == 0x20 && b[1] == 0x02) {
		memcpy(out, b + 2, 4);
		return 1;
	}
	if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0 && b[3] == 0) {
		/* The server's, and the client's with every bit turned. */
		for (i = 0; i < 4; i++)
			hidden[i] = b[12 + i] ^ 0xff;
		memcpy(out, b + 4, 4);
		memcpy(out + 1, hidden, 4);
		return 2;
	}
	return 0;
}

static enum address_kind kind6(const struct in6_addr *ip)
{
	enum address_kind kind = ADDRESS_PUBLIC, inner;
	struct in_addr carried[2];
	size_t i, n = address_carried(ip, carried);

	for (i = 0; i < sizeof ranges6 / sizeof *ranges6; i++)
		if (has_prefix(ip->s6_addr, ranges6[i].prefix, ranges6[i].bits)) {
			kind = ranges6[i].kind;
			break;
		}
	for (i = 0; i < n; i++) {
		inner = kind4(&carried[i]);
		kind = inner > kind ? inner : kind;
	}
	return kind;
}

enum address_kind address_kind(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return kind4(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
	if (address->sa_family == AF_INET6)
		return kind6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
	return ADDRESS_RESERVED;
}

const char *address_kind_name(enum address_kind kind)
{
	static const char *const names[] = {
		[ADDRESS_PUBLIC] = "public",
		[ADDRESS_PRIVATE] = "private",
		[ADDRESS_SHARED] = "shared",
		[ADDRESS_UNSPECIFIED] = "unspecified",
		[ADDRESS_LOOPBACK] = "loopback",
		[ADDRESS_LINK_LOCAL] = "link-local",
		[ADDRESS_METADATA] = "metadata",
		[ADDRESS_MULTICAST] = "multicast",
		[ADDRESS_BROADCAST] = "broadcast",
		[ADDRESS_RESERVED] = "reserved",
	};

	_Static_assert(sizeof names / sizeof *names == ADDRESS_KINDS, "a name for each kind");
	return names[kind];
}

bool address_read(const char *text, size_t len, struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;
	char copy[ADDRESS_TEXT];
	struct in6_addr ip;

	memset(out, 0, sizeof *out);
	if (len >= sizeof copy || memchr(text, '\0', len))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (inet_pton(AF_INET, copy, &ip) == 1) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, &ip, sizeof v4->sin_addr);
	} else if (inet_pton(AF_INET6, copy, &ip) != 1) {
		return false;
	} else if (IN6_IS_ADDR_V4MAPPED(&ip)) {
		v4->sin_family = AF_INET;
		memcpy(&v4->sin_addr, ip.s6_addr + 12, sizeof v4->sin_addr);
	} else {
		v6->sin6_family = AF_INET6;
		v6->sin6_addr = ip;
	}
	return true;
}

const char *address_text(const struct sockaddr *address, char out[ADDRESS_TEXT])
{
	const void *ip = address->sa_family == AF_INET
		? (const void *)&((const struct sockaddr_in *)(const void *)address)->sin_addr
		: (const void *)&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

	if (!inet_ntop(address->sa_family, ip, out, ADDRESS_TEXT))
		out[0] = '\0';
	return out;
}
