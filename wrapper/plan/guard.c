#include "plan/guard.h"

#include <string.h>

#include "base/path.h"

const struct mount *mount_above(const struct mounts *mounts, const char *path)
{
	const struct mount *m, *best = NULL;

	vec_each (m, mounts)
		if (m->kind != MOUNT_SEAL && path_under(path, m->dest) &&
			(!best || strlen(m->dest) >= strlen(best->dest)))
			best = m;
	return best;
}

bool mount_is_bind(const struct mount *m)
{
	return m && (m->kind == MOUNT_BIND_RO || m->kind == MOUNT_BIND_RW);
}

/* Insertion sort: lists are short and almost sorted. */
void mounts_sort(struct mounts *mounts)
{
	size_t i, j;

	for (i = 1; i < mounts->n; i++) {
		struct mount m = mounts->v[i];

		for (j = i; j > 0 && strcmp(mounts->v[j - 1].dest, m.dest) > 0; j--)
			mounts->v[j] = mounts->v[j - 1];
		mounts->v[j] = m;
	}
}

bool guard_admits(const struct guards *guards, struct mount *m)
{
	bool shows = mount_is_bind(m) || m->kind == MOUNT_COPY;
	const struct guard *g;

	vec_each (g, guards) {
		bool within = path_under(m->dest, g->path) ||
			(shows && path_under(m->source, g->canonical));

		if (within && g->hide)
			return false;
		if (within && m->kind == MOUNT_BIND_RW)
			m->kind = MOUNT_BIND_RO;
	}
	return true;
}

static bool has_mount(const struct mounts *mounts, const char *dest)
{
	const struct mount *m = mount_above(mounts, dest);

	return m && (m->kind == MOUNT_MASK || strcmp(m->dest, dest) == 0);
}

/* Makes each folder on the way from the mount UP to PATH a mount point. */
static void pin(struct builder *b, const struct mount *up, const char *path, const struct guard *g,
	const struct mounts *mounts, struct mounts *extra)
{
	const char *p = path + strlen(up->dest);

	while ((p = strchr(p + 1, '/'))) {
		const char *dest = arena_strndup(b->arena, path, (size_t)(p - path));
		struct mount *m;

		if (mount_above(mounts, dest) != up || has_mount(extra, dest))
			continue;
		m = vec_push(b->arena, extra);
		m->kind = MOUNT_BIND_RW;
		m->dest = dest;
		m->source = arena_printf(b->arena, "%s%s", up->source, dest + strlen(up->dest));
		m->fd = -1;
		m->from = g->from;
		m->from.why = "a pin: its name cannot be moved away from what is guarded below";
	}
}

/* Makes the guard G hold at PATH, which the mount UP shows. */
static void hold(struct builder *b, const struct guard *g, const char *path, struct mounts *extra)
{
	const struct mount *over = mount_above(extra, path);
	struct mount *m;

	if (over && (over->kind == MOUNT_MASK || strcmp(over->dest, path) == 0))
		return; /* hidden already, or held by another guard */
	m = vec_push(b->arena, extra);
	m->kind = g->hide ? MOUNT_MASK : MOUNT_BIND_RO;
	m->dest = path;
	m->source = g->hide ? NULL : g->canonical;
	m->file = g->file;
	m->fd = g->hide ? -1 : g->fd;
	m->from = g->from;
}

/* Every place where the thing of G is seen through one of MOUNTS. */
static void hold_everywhere(
	struct builder *b, const struct guard *g, const struct mounts *mounts, struct mounts *extra)
{
	const struct mount *m;
	const char *path;

	vec_each (m, mounts) {
		if (!mount_is_bind(m) || !path_under(g->canonical, m->source) ||
			strcmp(g->canonical, m->source) == 0)
			continue;
		path = arena_printf(b->arena, "%s%s", m->dest, g->canonical + strlen(m->source));
		if (m->kind == MOUNT_BIND_RW)
			pin(b, m, path, g, mounts, extra);
		if (mount_above(mounts, path) == m && (g->hide || m->kind == MOUNT_BIND_RW))
			hold(b, g, path, extra);
	}
}

/* A symlink in a tree that guests write is the last guest's word: the guard would follow it. */
static void check_name(struct builder *b, const struct guard *g, const struct mounts *mounts)
{
	const struct mount *m = mount_above(mounts, g->path);

	if (!mount_is_bind(m) || m->kind != MOUNT_BIND_RW || strcmp(m->dest, g->path) == 0)
		return;
	if (strcmp(arena_printf(b->arena, "%s%s", m->source, g->path + strlen(m->dest)),
		    g->canonical) != 0)
		diag_add(b->diags, g->from.at,
			"%s leads to %s through a symbolic link in a writable folder; name where "
			"it "
			"leads",
			g->path, g->canonical);
}

void guard_mounts(struct builder *b, const struct guards *guards, struct mounts *mounts)
{
	struct mounts extra = {0};
	const struct mount *m;
	const struct guard *g;
	int hide;

	vec_each (g, guards)
		check_name(b, g, mounts);
	for (hide = 1; hide >= 0; hide--)
		vec_each (g, guards)
			if (g->hide == hide)
				hold_everywhere(b, g, mounts, &extra);
	vec_each (m, &extra)
		*vec_push(b->arena, mounts) = *m;
	mounts_sort(mounts);
}
