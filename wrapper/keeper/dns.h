/*
 * dns: the messages of RFC 1035, as far as a name server needs them that answers each question
 * with one address, none, or a refusal. Pure: bytes in, bytes out.
 */
#ifndef SEAL_KEEPER_DNS_H
#define SEAL_KEEPER_DNS_H

#include <stddef.h>
#include <stdint.h>

enum { DNS_QUERY_MAX = 1232, DNS_REPLY_MAX = 512 };
enum { DNS_A = 1, DNS_PTR = 12, DNS_AAAA = 28 };

enum dns_rcode {
	DNS_NOERROR = 0,
	DNS_FORMERR = 1,
	DNS_SERVFAIL = 2,
	DNS_NXDOMAIN = 3,
	DNS_NOTIMP = 4,
	DNS_REFUSED = 5,
};

/*
 * A label may hold any byte (RFC 2181 §11). Those that could make one name look like another as
 * text, a dot within a label, NUL, and whatever is not visible ASCII, are '?' in NAME. No host
 * name has one, so decide() refuses such a name, and the refusal still shows what it was about;
 * the reply has the bytes as they came.
 */
struct dns_question {
	char name[256];       /* dotted, as asked, without the root's dot; "" is the root */
	unsigned type, class; /* any; the server judges them */
	size_t end; /* bytes of the message up to the question's end: what a reply repeats */
};

/*
 * Reads a query. -1: not to be answered at all (too short for a header, or itself an answer);
 * DNS_NOERROR: Q holds its only question; else the code to answer with, Q->end says how much of
 * the message a reply may repeat (12 at least; no question then). Compression pointers are no
 * part of a question that a client sends: DNS_FORMERR. What is behind the question (EDNS) is not
 * looked at.
 */
int dns_read(const uint8_t *msg, size_t len, struct dns_question *q);

/*
 * Writes the reply to MSG (which dns_read() took) with CODE and, if ADDRESS is not NULL and there
 * is a question, one record of its type with its SIZE bytes (4 or 16). Returns its length, at most
 * DNS_REPLY_MAX. No reply has an OPT record, which says that we know no EDNS (RFC 6891 §7).
 */
size_t dns_reply(const uint8_t *msg, const struct dns_question *q, enum dns_rcode code,
	const void *address, size_t size, uint8_t out[DNS_REPLY_MAX]);

#endif
