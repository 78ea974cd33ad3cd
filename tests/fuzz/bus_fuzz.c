/*
 * The session bus's two texts. A rule that is taken is one option of the proxy's that names one
 * service, and holds nothing that could end the argument or begin another. An address that is read
 * is written such that it is read as the same, whoever reads it, and cannot look like an option.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "host/bus.h"
#include "read/bus_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_rule(const char *rule)
{
	static const char *const options[] = {"--see=", "--talk=", "--call=", "--broadcast="};
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "._-=@/*";
	const char *name = strchr(rule, '=');
	bool known = false;
	size_t i;

	for (i = 0; i < sizeof options / sizeof *options; i++)
		known |= strncmp(rule, options[i], strlen(options[i])) == 0;
	if (!known || rule[strspn(rule, plain)] || !name)
		abort();
	/* The name has a dot, and neither wildcard nor path. */
	i = strcspn(name + 1, "=");
	if (!memchr(name + 1, '.', i) || memchr(name + 1, '*', i) || memchr(name + 1, '/', i))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	char *text = arena_strndup(&arena, (const char *)data, size);
	struct bus_socket first, again;
	const char *written;

	if (!bus_rule_fault(text))
		check_rule(text);
	if (bus_address_read(text, &first)) {
		written = bus_address_text(&first, &arena);
		if (strncmp(written, "unix:", 5) != 0 || strpbrk(written, ",; \n") ||
			!bus_address_read(written, &again) || first.abstract != again.abstract ||
			strcmp(first.name, again.name) != 0)
			abort();
	}
	arena_release(&arena);
	return 0;
}
