#include "keeper/namespaces.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/mutant.h"

uint32_t namespaces_own(pid_t pid)
{
	uint32_t own = WITHOUT(NAMESPACES) ? LAYERS_NAMESPACES : 0;
	struct stat ours, theirs;
	char path[64];
	unsigned i;

	for (i = 0; i < LAYERS; i++) {
		uint32_t bit = (uint32_t)1 << i;

		if (!(bit & LAYERS_NAMESPACES))
			continue;
		snprintf(path, sizeof path, "/proc/self/ns/%s", layer_rows[i].name);
		if (stat(path, &ours) != 0) {
			own |= errno == ENOENT ? bit & LAYER_BIT(CGROUP) : 0;
			continue;
		}
		snprintf(path, sizeof path, "/proc/%d/ns/%s", (int)pid, layer_rows[i].name);
		if (stat(path, &theirs) == 0 && ours.st_ino != theirs.st_ino)
			own |= bit;
	}
	return own;
}
