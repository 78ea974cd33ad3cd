/*
 * Whatever a process inside sends to port 53: a question is read as it was asked or not at all. A
 * name that could be allowed, written as labels again, is the message's own bytes; a reply fits,
 * repeats the question and is answered by nobody.
 */
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "keeper/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void check_name(const uint8_t *wire, const char *name)
{
	size_t label;

	for (; *name; name += label + (name[label] == '.')) {
		label = strcspn(name, ".");
		check(*wire++ == label);
		check(memcmp(wire, name, label) == 0);
		wire += label;
	}
	check(*wire == 0);
}

static void check_reply(
	const uint8_t *data, const struct dns_question *q, enum dns_rcode code, size_t address)
{
	static const uint8_t bytes[16] = {1, 2, 3, 4};
	uint8_t *out = malloc(DNS_REPLY_MAX);
	size_t n = dns_reply(data, q, code, address ? bytes : NULL, address, out);
	size_t answer = address && q->end > 12 ? 12 + address : 0;
	struct dns_question none;

	check(n == q->end + answer && n <= DNS_REPLY_MAX);
	check(memcmp(out, data, 2) == 0 && (out[3] & 15) == (int)code);
	check(memcmp(out + 12, data + 12, q->end - 12) == 0);
	check(dns_read(out, n, &none) == -1);
	check(out[5] == (q->end > 12) && out[7] == (answer > 0));
	check(!answer || memcmp(out + n - address, bytes, address) == 0);
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dns_question q, again;
	int code = dns_read(data, size, &q);

	if (code < 0)
		return 0;
	check(q.end >= 12 && q.end <= size && memchr(q.name, '\0', sizeof q.name));
	check(code == DNS_NOERROR ? q.end > 12 : q.end == 12 && !*q.name);
	if (host_is_name(q.name, strlen(q.name)))
		check_name(data + 12, q.name);
	check(code != DNS_NOERROR || dns_read(data, q.end, &again) == DNS_NOERROR);
	check_reply(data, &q, (enum dns_rcode)code, 0);
	check_reply(data, &q, DNS_NOERROR, 4);
	check_reply(data, &q, DNS_NOERROR, 16);
	return 0;
}
