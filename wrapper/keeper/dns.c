#include "keeper/dns.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

enum {
	HEADER = 12,
	LABEL_MAX = 63,
	WIRE_NAME_MAX = 255, /* with the length bytes and the root's */
	TTL = 60, /* an address holds for the run, the caches of clients may live longer */
};

/* The header's third and fourth byte (RFC 1035 §4.1.1). */
enum {
	QR = 0x80,
	OPCODE = 0x78,
	RD = 0x01,
	RA = 0x80,
};

static_assert(HEADER + WIRE_NAME_MAX + 4 + 12 + 16 <= DNS_REPLY_MAX, "every reply fits");
static_assert(WIRE_NAME_MAX <= sizeof((struct dns_question *)0)->name, "every name fits");

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint8_t *put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
	return p + 2;
}

static char visible(uint8_t c)
{
	return (char)(c > ' ' && c < 0x7f && c != '.' ? c : '?');
}

/*
 * Reads the name at P into TEXT. Returns its length in the message, 0 if it is none. Each byte
 * there, the root's apart, is one of TEXT or fewer: a label's length stands for the dot before it.
 */
static size_t read_name(const uint8_t *p, size_t len, char *text)
{
	size_t at = 0, i, label;

	len = len < WIRE_NAME_MAX ? len : WIRE_NAME_MAX;
	while (at < len && p[at]) {
		label = p[at++];
		if (label > LABEL_MAX || label >= len - at)
			return 0;
		if (at > 1)
			*text++ = '.';
		for (i = 0; i < label; i++)
			*text++ = visible(p[at++]);
	}
	*text = '\0';
	return at < len ? at + 1 : 0;
}

int dns_read(const uint8_t *msg, size_t len, struct dns_question *q)
{
	size_t name;

	*q = (struct dns_question){.end = HEADER};
	if (len < HEADER || (msg[2] & QR))
		return -1;
	if (msg[2] & OPCODE)
		return DNS_NOTIMP;
	if (get16(msg + 4) != 1) /* QDCOUNT; RFC 9619 */
		return DNS_FORMERR;
	name = read_name(msg + HEADER, len - HEADER, q->name);
	if (name == 0 || len - HEADER - name < 4) {
		q->name[0] = '\0';
		return DNS_FORMERR;
	}
	q->type = get16(msg + HEADER + name);
	q->class = get16(msg + HEADER + name + 2);
	q->end = HEADER + name + 4;
	return DNS_NOERROR;
}

size_t dns_reply(const uint8_t *msg, const struct dns_question *q, enum dns_rcode code,
	const void *address, size_t size, uint8_t out[DNS_REPLY_MAX])
{
	bool asked = q->end > HEADER, answered = asked && address;
	uint8_t *p = out + q->end;

	memcpy(out, msg, q->end);
	out[2] = (uint8_t)(QR | (msg[2] & (OPCODE | RD)));
	out[3] = (uint8_t)(RA | code);
	put16(out + 4, asked);
	put16(out + 6, answered);
	put16(out + 8, 0);
	put16(out + 10, 0);
	if (answered) {
		p = put16(p, 0xc000 | HEADER); /* the name is where the question has it */
		p = put16(p, q->type);
		p = put16(p, q->class);
		p = put16(put16(p, 0), TTL);
		p = put16(p, (unsigned)size);
		memcpy(p, address, size);
		p += size;
	}
	return (size_t)(p - out);
}
