#include "host/cgroup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"

/* The end of the line at P. */
static const char *line_end(const char *p)
{
	return p + strcspn(p, "\n");
}

const char *cgroup_own(const char *text, struct arena *arena)
{
	const char *p, *end;

	for (p = text; *p; p = end + (*end == '\n')) {
		end = line_end(p);
		if (strncmp(p, "0::/", 4) == 0)
			return arena_strndup(arena, p + 3, (size_t)(end - p - 3));
	}
	return NULL;
}

/* The fields of one line of mountinfo that matter: the fourth, the fifth, and whether it is a
 * cgroup v2. */
struct mounted {
	const char *root, *point;
	size_t root_len, point_len;
	bool cgroup2;
};

static struct mounted read_line(const char *p, const char *end)
{
	static const char type[] = " - cgroup2 ";
	struct mounted m = {0};
	size_t n;
	int field;

	for (field = 1; p < end; field++) {
		n = strcspn(p, " \n");
		if (field == 4) {
			m.root = p;
			m.root_len = n;
		} else if (field == 5) {
			m.point = p;
			m.point_len = n;
			p = strstr(p + n, " - ");
			m.cgroup2 = p && p < end && strncmp(p, type, sizeof type - 1) == 0;
			return m;
		}
		p += n + (p + n < end);
	}
	return m;
}

const char *cgroup_folder(
	const char *mountinfo, const char *own, const char **root, struct arena *arena)
{
	const char *p, *end, *top;
	struct mounted m;

	for (p = mountinfo; *p; p = end + (*end == '\n')) {
		end = line_end(p);
		m = read_line(p, end);
		if (!m.cgroup2)
			continue;
		top = path_from_table(arena, m.root, m.root_len);
		/* "/.." leads out of our cgroup namespace: nothing there is ours. */
		if (!path_under(own, top) || strncmp(own, "/..", 3) == 0)
			continue;
		*root = path_from_table(arena, m.point, m.point_len);
		own += strcmp(top, "/") == 0 ? 0 : strlen(top);
		return own[0] && own[1] ? arena_printf(arena, "%s%s", *root, own) : *root;
	}
	return NULL;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word), len;

	for (; *text; text += len + (text[len] != '\0')) {
		len = strcspn(text, " \n");
		if (len == n && memcmp(text, word, n) == 0)
			return true;
	}
	return false;
}

/* What a group made in FOLDER would have. True if one can be made that counts anything. */
static bool try_folder(struct limit_facts *out, const char *folder, struct arena *arena)
{
	const char *procs = arena_printf(arena, "%s/cgroup.procs", folder);
	const char *control = arena_printf(arena, "%s/cgroup.subtree_control", folder);
	cleanup_fd int fd = open(control, O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t n = fd < 0 ? 0 : fd_read_all(fd, text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	if (access(folder, W_OK | X_OK) != 0 || access(procs, W_OK) != 0) {
		out->why = arena_printf(arena, "%s is not yours to write", folder);
		return false;
	}
	out->memory = has_word(text, "memory");
	out->pids = has_word(text, "pids");
	out->why = out->memory && out->pids ? NULL
					    : arena_printf(arena, "%s has no %s", control,
						      out->memory         ? "pids"
							      : out->pids ? "memory"
									  : "memory and no pids");
	if (out->memory || out->pids)
		out->cgroup = folder;
	return out->cgroup;
}

void cgroup_look(struct limit_facts *out, const char *root, const char *folder, struct arena *arena)
{
	if (strcmp(folder, root) == 0)
		try_folder(out, folder, arena); /* nothing of ours is above */
	else
		try_folder(out, path_parent(arena, folder), arena);
}

bool release_before(const char *release, unsigned major, unsigned minor)
{
	char *rest;
	unsigned long a = strtoul(release, &rest, 10), b;

	if (rest == release || *rest != '.')
		return false;
	b = strtoul(rest + 1, NULL, 10);
	return a < major || (a == major && b < minor);
}
