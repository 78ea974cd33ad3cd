#include "plan/guard.h"

#include <stdlib.h>
#include <string.h>

#include "base/mutant.h"
#include "base/path.h"
#include "plan/view.h"

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

		if (within && g->kind == GUARD_HIDE)
			return false;
		if (within && g->kind == GUARD_PROTECT && m->kind == MOUNT_BIND_RW)
			m->kind = MOUNT_BIND_RO;
	}
	return true;
}

/* A guard at one place where its thing is seen, or a pin on the way to one. */
struct spot {
	const char *path;       /* inside */
	const char *source;     /* on the host */
	const struct mount *up; /* what shows it there */
	enum guard_kind kind;
	const struct guard *guard;
};

struct spots {
	struct spot *v;
	size_t n, cap;
};

static void add_spot(struct builder *b, struct spots *spots, const struct mount *m,
	const char *source, enum guard_kind kind, const struct guard *g)
{
	*vec_push(b->arena, spots) = (struct spot){
		.path = arena_printf(b->arena, "%s%s", m->dest, source + strlen(m->source)),
		.source = source,
		.up = m,
		.kind = kind,
		.guard = g,
	};
}

/* Each folder between the mount M and what G guards keeps its name. */
static void add_pins(
	struct builder *b, struct spots *spots, const struct mount *m, const struct guard *g)
{
	const char *p = g->canonical + strlen(m->source);

	while ((p = strchr(p + 1, '/')))
		add_spot(b, spots, m,
			arena_strndup(b->arena, g->canonical, (size_t)(p - g->canonical)),
			GUARD_PIN, g);
}

/* Every place where the thing of G is seen through one of MOUNTS. */
static void add_everywhere(
	struct builder *b, struct spots *spots, const struct guard *g, const struct mounts *mounts)
{
	const struct mount *m;

	vec_each (m, mounts) {
		if (!mount_is_bind(m) || !path_under(g->canonical, m->source) ||
			strcmp(g->canonical, m->source) == 0)
			continue;
		if (m->kind == MOUNT_BIND_RW)
			add_pins(b, spots, m, g);
		if (g->kind == GUARD_HIDE || m->kind == MOUNT_BIND_RW)
			add_spot(b, spots, m, g->canonical, g->kind, g);
	}
}

/* By path, at one path the strongest first. */
static int compare(const void *a, const void *b)
{
	const struct spot *x = a, *y = b;
	int order = strcmp(x->path, y->path);

	return order ? order : (int)x->kind - (int)y->kind;
}

/*
 * Parents come first, so what holds at a place is known before what lies below it: nothing lives
 * beneath what is hidden; what is protected stays so, unless it is opened; a pin is for writable
 * ground.
 */
static bool is_needed(const struct spot *s, const struct mount *over)
{
	bool closed = over && over->kind == MOUNT_BIND_RO;

	if ((WITHOUT(MASKS) && s->kind == GUARD_HIDE) ||
		(WITHOUT(PROTECT) && s->kind == GUARD_PROTECT) ||
		(WITHOUT(PINS) && s->kind == GUARD_PIN))
		return false;
	if (over && (over->kind == MOUNT_MASK || strcmp(over->dest, s->path) == 0))
		return false;
	if (s->kind == GUARD_HIDE)
		return true;
	return s->kind == GUARD_OPEN ? closed : !closed;
}

static struct mount mount_of(const struct spot *s)
{
	const struct guard *g = s->guard;
	struct mount m = {
		.kind = MOUNT_BIND_RW,
		.source = s->source,
		.dest = s->path,
		.fd = -1,
		.held = true,
		.from = g->from,
	};

	if (s->kind == GUARD_PIN) {
		m.if_gone = g->stand_in || g->if_gone ? STAND_FOLDER : STAND_NONE;
		m.from.why = "a pin: its name cannot be moved away from what is guarded below";
		return m;
	}
	m.file = g->file;
	m.stand_in = g->stand_in;
	m.if_gone = g->if_gone;
	if (s->kind == GUARD_PROTECT)
		m.kind = MOUNT_BIND_RO;
	if (s->kind == GUARD_HIDE) {
		m.kind = MOUNT_MASK;
		m.source = g->stand_in || g->if_gone ? s->source : NULL;
	}
	return m;
}

/* A symlink in a tree that guests write is the last guest's word: the guard would follow it. */
static void check_name(struct builder *b, const struct guard *g, const struct mounts *mounts)
{
	const struct mount *m = mount_above(mounts, g->path);

	if (WITHOUT(SYMLINKS) || !g->named || g->stand_in || !mount_is_bind(m) ||
		m->kind != MOUNT_BIND_RW || strcmp(m->dest, g->path) == 0)
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
	struct mounts done = {0};
	struct spots spots = {0};
	const struct guard *g;
	const struct spot *s;
	const struct mount *m;

	vec_each (g, guards) {
		check_name(b, g, mounts);
		add_everywhere(b, &spots, g, mounts);
	}
	if (spots.n)
		qsort(spots.v, spots.n, sizeof *spots.v, compare);
	vec_each (s, &spots)
		/* Where another mount shows something else, its own spots say what is there. */
		if (mount_above(mounts, s->path) == s->up &&
			is_needed(s, mount_above(&done, s->path)))
			*vec_push(b->arena, &done) = mount_of(s);
	vec_each (m, &done)
		*vec_push(b->arena, mounts) = *m;
	mounts_sort(mounts);
}
