/*
 * Any bytes of a SOCKS client, in whatever pieces: the same verdicts, nothing read beyond them, and
 * a host and a port only from a request that has both. Input: the pieces' size, then the bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "keeper/socks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void check_result(const struct socks *s, enum socks_result got, size_t used, size_t n)
{
	check(used <= n && used <= SOCKS_MAX && s->reply_len <= sizeof s->reply);
	check((got == SOCKS_GREETED || got == SOCKS_ASKED) == (used > 0));
	check(got != SOCKS_MORE || (n < SOCKS_MAX && s->reply_len == 0));
	check(got != SOCKS_GREETED || s->stage == SOCKS_REQUEST);
	if (got == SOCKS_ASKED)
		check(s->host_len > 0 && s->host_len < sizeof s->host &&
			s->host[s->host_len] == '\0' && s->port > 0 && s->port <= 65535);
}

/* Both stages, with bytes coming STEP at a time. */
static enum socks_result converse(struct socks *s, const uint8_t *b, size_t n, size_t step)
{
	size_t here = 0, used = 0;
	enum socks_result got = SOCKS_MORE;

	memset(s, 0, sizeof *s);
	while (got == SOCKS_MORE || got == SOCKS_GREETED) {
		uint8_t *exact;

		if (got == SOCKS_MORE && here == n)
			break;
		if (got == SOCKS_MORE)
			here += n - here < step ? n - here : step;
		exact = malloc(here + 1);
		memcpy(exact, b, here);
		got = socks_read(s, exact, here, &used);
		free(exact);
		check_result(s, got, used, here);
		b += used;
		n -= used;
		here -= used;
	}
	return got;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct socks once, pieces;

	if (size == 0)
		return 0;
	check(converse(&once, data + 1, size - 1, size) ==
		converse(&pieces, data + 1, size - 1, data[0] % 16 + 1U));
	check(memcmp(&once, &pieces, sizeof once) == 0);
	return 0;
}
