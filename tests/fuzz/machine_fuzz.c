/*
 * What the machine says of itself, in texts that the kernel or a distribution wrote: whose names
 * they hold, of groups, folders and mounts, other people chose. A value comes out as it went in,
 * within its line; sizes come back as the same number.
 */
#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "base/size.h"
#include "host/cgroup.h"
#include "host/machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
	if (!truth)
		abort();
}

static void check_cgroup(const char *text, struct arena *arena)
{
	const char *own = cgroup_own(text, arena), *root = NULL, *folder;

	if (own)
		check(*own == '/' && !strchr(own, '\n') && strstr(text, own));
	folder = cgroup_folder(text, own ? own : "/user.slice/a", &root, arena);
	if (folder)
		check(root && strncmp(folder, root, strlen(root)) == 0);
	release_before(text, 5, 12);
}

static void check_release(const char *text, struct arena *arena)
{
	const char *value = os_release(text, "ID", arena);

	if (value)
		check(!strchr(value, '\n') && strstr(text, value));
	check(!os_release(text, "ID=x\n", arena));
}

static void check_size(const char *text, struct arena *arena)
{
	uint64_t n, again;

	if (!size_parse(text, &n))
		return;
	check(n <= INT64_MAX && size_parse(size_text(n, arena), &again) && again == n);
	check(strlen(size_text(n, arena)) <= strlen(text) || *text == '0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	const char *text = arena_strndup(&arena, (const char *)data, size);

	check_cgroup(text, &arena);
	check_release(text, &arena);
	check_size(text, &arena);
	arena_release(&arena);
	return 0;
}
