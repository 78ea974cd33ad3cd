#include "base/folder.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

size_t folder_make(const char *path, mode_t mode)
{
	char part[PATH_MAX];
	size_t n = 0;

	if (strlen(path) >= sizeof part) {
		errno = ENAMETOOLONG;
		return strlen(path);
	}
	while (path[n]) {
		n += 1 + strcspn(path + n + 1, "/");
		memcpy(part, path, n);
		part[n] = '\0';
		if (mkdir(part, mode) != 0 && errno != EEXIST)
			return n;
	}
	return 0;
}
