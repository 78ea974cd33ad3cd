/*
 * Whatever a client sends first to a port of TLS. The verdict must not depend on how the bytes
 * come, in which segments or records, nor on what follows; a name is one, and is in the bytes.
 * The bytes are also taken for a ClientHello's body, so that its fields are reached at once.
 */
#include <stdlib.h>
#include <string.h>

#include "keeper/hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

/* Every prefix, or about 300 of them, wants more or has the verdict of the whole. */
static void check_growth(const uint8_t *data, size_t size, enum hello verdict)
{
	size_t n, step = 1 + size / 300;
	enum hello got;
	char name[256];

	for (n = 0; n < size; n += step) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, data, n);
		got = hello_read(copy, n, name);
		check(got == HELLO_MORE || got == verdict);
		free(copy);
	}
}

static void check_name(const uint8_t *data, size_t size, const char *name)
{
	size_t i, n = strlen(name);

	check(n > 0 && n < 256);
	for (i = 0; i < n; i++)
		check(name[i] > ' ' && name[i] < 0x7f);
	check(memmem(data, size, name, n) != NULL);
}

/* BODY as a ClientHello in records of CHUNK bytes, at TO; its size. */
static size_t wrap(const uint8_t *body, size_t size, size_t chunk, uint8_t *to)
{
	uint8_t head[4] = {1, (uint8_t)(size >> 16), (uint8_t)(size >> 8), (uint8_t)size};
	uint8_t *p = to;
	size_t i, n;

	for (i = 0; i < size + 4; i++) {
		if (i % chunk == 0) {
			n = size + 4 - i < chunk ? size + 4 - i : chunk;
			memcpy(p, "\x16\3\1", 3);
			p[3] = (uint8_t)(n >> 8);
			p[4] = (uint8_t)n;
			p += 5;
		}
		*p++ = i < 4 ? head[i] : body[i - 4];
	}
	return (size_t)(p - to);
}

/* A ClientHello is the same in any records. */
static void check_records(const uint8_t *body, size_t size, size_t chunk)
{
	uint8_t *bytes = malloc((size + 4) * 6);
	enum hello one, many;
	char name[256], again[256];

	one = hello_read(bytes, wrap(body, size, 1 << 14, bytes), name);
	check(one != HELLO_MORE && one != HELLO_NOT_TLS);
	if (one == HELLO_NAMED)
		check_name(body, size, name);
	many = hello_read(bytes, wrap(body, size, chunk, bytes), again);
	check(one == many && strcmp(name, again) == 0);
	free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum hello verdict;
	char name[256];

	verdict = hello_read(data, size, name);
	check((verdict == HELLO_NAMED) == (*name != '\0'));
	check(verdict != HELLO_MORE || size < HELLO_MAX);
	check_growth(data, size, verdict);
	if (size > 0 && size < HELLO_MAX / 6 - 4)
		check_records(data, size, 1 + data[size - 1]);
	return 0;
}
