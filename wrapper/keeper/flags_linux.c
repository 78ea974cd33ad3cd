#include "keeper/flags.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/fd.h"
#include "base/path.h"

/* Younger than the headers of the oldest supported system. */
#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

/* "NUMBER PARENT DEVICE ROOT POINT OPTIONS ...": see proc_pid_mountinfo(5). */
static void add_line(struct flags *out, char *line, struct arena *arena)
{
	char *rest = line, *words[6], *option;
	struct flagged *f;
	size_t i;

	for (i = 0; i < 6; i++)
		if (!(words[i] = strsep(&rest, " ")))
			return;
	f = vec_push(arena, out);
	f->point = path_from_table(arena, words[4], strlen(words[4]));
	while ((option = strsep(&words[5], ",")))
		f->lost |= strcmp(option, "nosymfollow") == 0;
	out->any |= f->lost;
}

bool flags_read(struct flags *out, struct arena *arena)
{
	FILE *table = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	bool good;

	if (!table)
		return false;
	while (getline(&line, &size, table) > 0)
		add_line(out, line, arena);
	good = !ferror(table);
	free(line);
	fclose(table);
	return good;
}

/* The mount that shows PATH: of those above it the nearest, of these the last. */
static bool covered(const struct flags *outside, const char *path)
{
	const struct flagged *f, *nearest = NULL;

	vec_each (f, outside)
		if (path_under(path, f->point) &&
			(!nearest || strlen(f->point) >= strlen(nearest->point)))
			nearest = f;
	return nearest && nearest->lost;
}

/* What is hidden inside, or was taken away since, needs nothing. */
static bool set(const char *place)
{
	struct mount_attr attr = {.attr_set = MOUNT_ATTR_NOSYMFOLLOW};
	cleanup_fd int fd = open_exact(place, O_PATH | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attr, sizeof attr) == 0;
}

bool flags_restore(const struct flags *outside, const struct mounts *mounts, struct arena *arena)
{
	const struct flagged *f;
	const struct mount *m;

	vec_each (m, mounts) {
		if ((m->kind != MOUNT_BIND_RO && m->kind != MOUNT_BIND_RW) || m->held)
			continue;
		if (covered(outside, m->source) && !set(m->dest))
			return false;
		vec_each (f, outside)
			if (f->lost && strcmp(f->point, m->source) != 0 &&
				path_under(f->point, m->source) &&
				!set(path_join(arena, m->dest,
					f->point + strlen(m->source) + (m->source[1] != '\0'))))
				return false;
	}
	return true;
}
