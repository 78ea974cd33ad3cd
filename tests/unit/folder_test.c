/*
 * Folders with all that is in them: what is removed, and what is not.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/folder.h"
#include "tap.h"

/* Deeper than a path can say. */
enum { DEEP = 3000 };

static bool make_deep(const char *path)
{
	cleanup_fd int at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int next, i;

	for (i = 0; at >= 0 && i < DEEP; i++) {
		if (mkdirat(at, "d", 0700) != 0)
			return false;
		next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		close(at);
		at = next;
	}
	return at >= 0 && mkdirat(at, "closed", 0) == 0;
}

int main(void)
{
	char place[] = "/tmp/seal-folder.XXXXXX", path[64], other[64], link[64];

	if (!mkdtemp(place))
		return EXIT_FAILURE;
	snprintf(path, sizeof path, "%s/all", place);
	snprintf(other, sizeof other, "%s/other", place);
	snprintf(link, sizeof link, "%s/all/link", place);
	ok(folder_remove(path), "what is not there is removed");
	ok(mkdir(path, 0700) == 0 && mkdir(other, 0700) == 0 && symlink(other, link) == 0 &&
			make_deep(path) && chmod(path, 0) == 0,
		"a folder that is closed, deep, and has a link");
	ok(folder_remove(path), "is removed");
	ok(access(path, F_OK) != 0 && access(other, F_OK) == 0, "... and not what it links to");
	ok(symlink(other, path) == 0 && !folder_remove(path) && errno == ENOTDIR,
		"a link in its place is not followed");
	unlink(path);
	rmdir(other);
	rmdir(place);
	return done_testing();
}
