#include "host/born.h"

#include <fcntl.h>
#include <sys/stat.h>

const char *host_born(const char *path, struct arena *arena)
{
	struct statx x;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &x) != 0)
		return NULL;
	if (!(x.stx_mask & STATX_BTIME))
		x.stx_btime.tv_sec = x.stx_btime.tv_nsec = 0;
	return arena_printf(arena, "%u:%u %llu %lld.%u", x.stx_dev_major, x.stx_dev_minor,
		(unsigned long long)x.stx_ino, (long long)x.stx_btime.tv_sec, x.stx_btime.tv_nsec);
}
