/*
 * The layers' table and its gate, and what Landlock is asked for on each kernel.
 */
#include <string.h>

#include "model/landlock_abi.h"
#include "model/layers.h"
#include "tap.h"

static void test_rows(void)
{
	size_t i, j, same = 0, empty = 0;

	for (i = 0; i < LAYERS; i++) {
		empty += !*layer_rows[i].name || !*layer_rows[i].what || !*layer_rows[i].remedy;
		for (j = 0; j < i; j++)
			same += strcmp(layer_rows[i].name, layer_rows[j].name) == 0;
	}
	is_int((long long)empty, 0, "every layer has a name, a meaning and a remedy");
	is_int((long long)same, 0, "each name is one layer's");
}

static void test_missing(void)
{
	uint32_t all = ((uint32_t)1 << LAYERS) - 1;
	unsigned i, wrong = 0;

	is_int(layers_missing(all, all), LAYERS, "all that is wanted is active");
	is_int(layers_missing(0, 0), LAYERS, "nothing is wanted");
	is_int(layers_missing(0, all), LAYERS, "more than is wanted is no harm");
	for (i = 0; i < LAYERS; i++)
		wrong += layers_missing(all, all & ~((uint32_t)1 << i)) != (enum layer)i;
	is_int(wrong, 0, "each one that is missing is found");
}

/* What a kernel of this ABI knows, by Documentation/userspace-api/landlock.rst. */
static void test_abis(void)
{
	static const uint64_t known[] = {
		0, 0x1fff, 0x3fff, 0x7fff, 0x7fff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff, 0xffff};
	int abi;

	for (abi = 1; abi <= 10; abi++)
		is_int((long long)landlock_known_fs(abi), (long long)known[abi],
			"[LL-03] rights on files that are handled at ABI %d", abi);
	ok(landlock_known_fs(LANDLOCK_TRUNCATES) & FS_TRUNCATE &&
			!(landlock_known_fs(LANDLOCK_TRUNCATES - 1) & FS_TRUNCATE),
		"[LL-03] where truncation begins");
}

int main(void)
{
	test_rows();
	test_missing();
	test_abis();
	return done_testing();
}
