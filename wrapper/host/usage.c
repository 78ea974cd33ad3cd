#include "host/usage.h"

#include <fts.h>
#include <stddef.h>
#include <sys/stat.h>

unsigned long long host_usage(const char *path)
{
	char *const paths[] = {(char *)path, NULL}; /* fts(3) only reads it */
	FTS *tree = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
	unsigned long long bytes = 0;
	const FTSENT *e;

	while (tree && (e = fts_read(tree)))
		if (e->fts_info == FTS_F)
			bytes += (unsigned long long)e->fts_statp->st_size;
	if (tree)
		fts_close(tree);
	return bytes;
}
