#include "host/limits.h"

#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/fd.h"
#include "host/cgroup.h"

/* FILE's text; "" if it cannot be read. What is beyond the buffer is of no mount that comes first.
 */
static const char *text_of(const char *file, struct arena *arena)
{
	enum { MOST = 256 * 1024 };
	cleanup_fd int fd = open(file, O_RDONLY | O_CLOEXEC);
	char *text = arena_alloc(arena, MOST);

	if (fd >= 0)
		fd_read_all(fd, text, MOST - 1);
	return text;
}

void host_limits(struct facts *f, struct arena *arena)
{
	const char *own = cgroup_own(text_of("/proc/self/cgroup", arena), arena);
	const char *root = NULL, *folder = NULL;
	struct utsname name;

	if (own)
		folder = cgroup_folder(text_of("/proc/self/mountinfo", arena), own, &root, arena);
	if (folder)
		cgroup_look(&f->limits, root, folder, arena);
	else
		f->limits.why = "no cgroup v2 is mounted that you are in";
	f->limits.counts_all = uname(&name) == 0 && release_before(name.release, 5, 14);
}
