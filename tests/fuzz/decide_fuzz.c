/*
 * The host and the port are the client's, whatever it is. Two bytes of port, then the host: what
 * decide() allows must be a name or an address that the list covers by a second, slower reading of
 * it, and what it makes of it must be one line of plain characters, the same when read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/pattern.h"
#include "keeper/decide.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct domain listed[] = {
	{.host = "allowed.test"},
	{.host = "*.wild.test", .port = 8443},
	{.host = "192.0.2.1"},
	{.host = "2001:db8::1", .port = 22},
	{.host = "a"},
};
static unsigned ports[] = {443, 80, 22, 8443};

static void require(bool good)
{
	if (!good)
		abort();
}

/* The list above once more, in other words. */
static bool is_listed(const char *host, unsigned port)
{
	size_t n = strlen(host);
	bool web = port == 0 || port == 443 || port == 80;

	if (strcmp(host, "allowed.test") == 0 || strcmp(host, "192.0.2.1") == 0 ||
		strcmp(host, "a") == 0)
		return web;
	if (strcmp(host, "2001:db8::1") == 0)
		return port == 0 || port == 22;
	return n > 10 && strcmp(host + n - 10, ".wild.test") == 0 && (port == 0 || port == 8443);
}

static void check_text(const char *out, enum reason why)
{
	size_t n = strlen(out), i;

	require(n < HOST_SIZE);
	require((n == 0) == (why == REFUSED_BAD_NAME));
	for (i = 0; i < n; i++)
		require(strchr("abcdefghijklmnopqrstuvwxyz0123456789.-_:", out[i]) != NULL);
	if (n)
		require(host_is_name(out, n) != host_is_literal(out, n));
	require(decide_is_literal(out) == host_is_literal(out, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct network some = {
		.domains = {listed, sizeof listed / sizeof *listed, 0},
		.ports = {ports, sizeof ports / sizeof *ports, 0},
	};
	struct network all = some;
	char out[HOST_SIZE], again[HOST_SIZE], *host;
	enum reason why, wide;
	unsigned port;

	if (size < 2)
		return 0;
	port = (unsigned)data[0] << 8 | data[1];
	/* Exactly as long as it is, so that one byte too many is seen. */
	if (!(host = malloc(size - 2 + (size == 2))))
		return 0;
	memcpy(host, data + 2, size - 2);
	why = decide(&some, host, size - 2, port, out);
	check_text(out, why);
	require((why == ALLOWED) == (*out && is_listed(out, port)));
	if (*out) {
		require(decide(&some, out, strlen(out), port, again) == why);
		require(strcmp(out, again) == 0);
	}

	all.any = true;
	wide = decide(&all, host, size - 2, port, again);
	require(strcmp(out, again) == 0);
	require(why != ALLOWED || wide == ALLOWED);
	require((wide == REFUSED_BAD_NAME) == (why == REFUSED_BAD_NAME));
	free(host);
	return 0;
}
