#include "keeper/namespaces.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mutant.h"

const char *namespaces_shared(pid_t pid)
{
	static const char *const kinds[] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};
	char path[64];
	struct stat ours, theirs;
	size_t i;

	for (i = 0; !WITHOUT(NAMESPACES) && i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
		if (stat(path, &ours) != 0) {
			if (errno == ENOENT)
				continue; /* this kernel has no such kind */
			return kinds[i];
		}
		snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, kinds[i]);
		if (stat(path, &theirs) != 0 || ours.st_ino == theirs.st_ino)
			return kinds[i];
	}
	return NULL;
}
