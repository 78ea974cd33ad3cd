/*
 * A record of the register is read by other runs, which remove what it says: any bytes must be read
 * or refused; what is read has clean absolute paths and kinds that exist, and means the same when
 * it is written and read again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "launch/register.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct record r = {0}, again = {0};
	struct strbuf bytes = STRBUF_INIT;
	const struct placeholder *x;
	size_t i;

	if (register_parse(&r, (const char *)data, size, &arena)) {
		vec_each (x, &r.list) {
			const char *clean = path_absolute(&arena, "/", x->path);

			if (!clean || strcmp(clean, x->path) != 0 || !x->path[1] ||
				x->kind <= STAND_NONE || x->kind > STAND_DOT)
				abort();
		}
		register_put_plan(&bytes, r.since, &again.list);
		register_put_done(&bytes, &r.list);
		if (!register_parse(&again, bytes.s, bytes.len, &arena) || again.since != r.since)
			abort();
		for (i = 0; i < again.list.n; i++)
			if (again.list.v[i].ino == 0 || again.list.n > r.list.n)
				abort();
		strbuf_release(&bytes);
	}
	arena_release(&arena);
	return 0;
}
