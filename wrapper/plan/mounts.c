/*
 * mounts: path grants -> the view.
 *
 * The view is an allowlist: an empty root, and on it what is granted, at its own name. Each bind
 * costs (bwrap reads the mount table again), so a path that a parent shows in the same mode gets
 * none. Where grants overlap, the deeper one decides; at the same path writing includes reading.
 * Order of declaration means nothing: the list is sorted by destination. What is denied or
 * protected is no grant and holds over all of them (plan/guard.h).
 *
 * Sources are what host/ found at the end of all symlinks. That is safe for what only the user
 * writes. Beneath a tree that an earlier run could write, a symlink is the attacker's word, so
 * there a path must lead where it says, or the plan is refused.
 */
#include <string.h>

#include "base/mutant.h"
#include "base/path.h"
#include "plan/parts.h"
#include "plan/protect.h"
#include "plan/view.h"

enum {
	MIB = 1024 * 1024,
	TMP_BYTES = 1024 * MIB,  /* /tmp, HOME, /dev/shm: memory that a run may fill */
	RUN_BYTES = 64 * MIB,    /* /run: sockets and pid files */
	COPY_BYTES = 256 * 1024, /* a larger file is bound, not copied */
};

/* A mount that is wished, and how strongly where two wish for the same path. */
enum rank { WISH_PLACE, WISH_READ, WISH_WRITE };

struct wish {
	struct mount m;
	enum rank rank;
};

struct wishes {
	struct wish *v;
	size_t n, cap;
	struct guards guards;
};

static struct mount *wish(struct builder *b, struct wishes *w, enum mount_kind kind,
	const char *source, const char *dest, enum rank rank, const struct origin *from)
{
	struct wish *x = vec_push(b->arena, w);

	x->m.kind = kind;
	x->m.source = source;
	x->m.dest = dest;
	x->m.fd = -1;
	x->rank = rank;
	x->m.from = *from;
	return &x->m;
}

static void wish_place(struct builder *b, struct wishes *w, enum mount_kind kind, const char *dest,
	size_t size, const char *why)
{
	const struct origin from = {.kind = ORIGIN_BUILTIN, .why = why};
	/* What is in files of a tmpfs is memory: one that is full must leave some. */
	const struct limit *memory = &b->plan->limits.v[LIMIT_MEMORY];
	struct mount *m = wish(b, w, kind, NULL, dest, WISH_PLACE, &from);

	m->size = size;
	if (memory->set && memory->value / 2 < size && !WITHOUT(LIMITS))
		m->size = (size_t)memory->value / 2;
	m->mode = size == TMP_BYTES ? dest == b->facts->home ? 0700 : 01777 : 0;
}

/* What is nowhere: for explain. The base profile names paths of many systems and is silent. */
static void note_absent(struct builder *b, const struct grant *g)
{
	if (g->from.kind != ORIGIN_PROFILE)
		*vec_push(b->arena, &b->plan->absent) = *g;
}

static void wish_copy(
	struct builder *b, struct wishes *w, const struct grant *g, const struct path_fact *fact)
{
	struct mount *m;

	if (fact->end != PATH_FILE) {
		note_absent(b, g);
		return;
	}
	if (fact->kind == PATH_SYMLINK && path_under(fact->canonical, "/usr")) {
		wish(b, w, MOUNT_SYMLINK, fact->canonical, g->path, WISH_READ, &g->from);
		return;
	}
	m = wish(b, w, fact->size <= COPY_BYTES ? MOUNT_COPY : MOUNT_BIND_RO, fact->canonical,
		g->path, WISH_READ, &g->from);
	m->file = true;
	m->fd = fact->fd;
}

static void wish_bind(
	struct builder *b, struct wishes *w, const struct grant *g, const struct path_fact *fact)
{
	bool write = g->kind == GRANT_WRITE;
	struct mount *m;

	if (fact->end == PATH_MISSING && write && g->flags & GRANT_MAKE) {
		wish(b, w, MOUNT_BIND_RW, g->path, g->path, WISH_WRITE, &g->from)->make = true;
		return;
	}
	if (fact->end != PATH_FILE && fact->end != PATH_DIR) {
		note_absent(b, g);
		return;
	}
	if (g->from.kind == ORIGIN_PROFILE && fact->kind == PATH_SYMLINK) {
		wish(b, w, MOUNT_SYMLINK, fact->target, g->path, WISH_READ, &g->from);
		return;
	}
	m = wish(b, w, write ? MOUNT_BIND_RW : MOUNT_BIND_RO, fact->canonical, g->path,
		write ? WISH_WRITE : WISH_READ, &g->from);
	m->file = fact->end == PATH_FILE;
	m->fd = fact->fd;
}

static void wish_guard(struct builder *b, struct wishes *w, const struct grant *g)
{
	const struct guard guard = {
		.kind = g->kind == GRANT_DENY ? GUARD_HIDE : GUARD_PROTECT,
		.path = g->path,
		.stand_in = STAND_PIPE,
		.named = true,
		.from = g->from,
	};

	protect_guard(b, &w->guards, &guard);
}

static void wish_socket(
	struct builder *b, struct wishes *w, const struct grant *g, const struct path_fact *fact)
{
	struct mount *m;

	/* Shown, it would be a grant to read what was meant to be spoken to. */
	if (fact->end != PATH_SOCKET && fact->end != PATH_MISSING)
		strvec_push(b->arena, &b->plan->notes,
			arena_printf(b->arena, "%s '%s' is no socket, so it is not shown",
				grant_kind_name(g->kind), g->value));
	if (fact->end != PATH_SOCKET) {
		note_absent(b, g);
		return;
	}
	m = wish(b, w, MOUNT_BIND_RO, fact->canonical, g->path, WISH_READ, &g->from);
	m->file = true;
	m->fd = fact->fd;
}

static void wish_grant(struct builder *b, struct wishes *w, const struct grant *g)
{
	const struct path_fact *fact = g->path ? facts_path(b->facts, g->path) : NULL;

	if (!fact) {
		if (grant_is_path(g->kind))
			note_absent(b, g); /* <USER> is nobody */
		return;
	}
	switch (g->kind) {
	case GRANT_READ:
	case GRANT_WRITE:
		wish_bind(b, w, g, fact);
		break;
	case GRANT_COPY:
		wish_copy(b, w, g, fact);
		break;
	case GRANT_DENY:
	case GRANT_PROTECT:
		if (!g->from.bundle) /* protect_guards() has those */
			wish_guard(b, w, g);
		break;
	case GRANT_SOCKET:
		wish_socket(b, w, g, fact);
		break;
	default:
		break;
	}
}

static void wish_project(struct builder *b, struct wishes *w)
{
	bool write = b->policy->profile != PROFILE_READ_ONLY;
	const struct origin project = {.kind = ORIGIN_BUILTIN, .why = "the project"};
	const struct path_fact *root = facts_path(b->facts, b->facts->project);

	wish(b, w, write ? MOUNT_BIND_RW : MOUNT_BIND_RO, b->facts->project, b->facts->project,
		write ? WISH_WRITE : WISH_READ, &project)
		->fd = root ? root->fd : -1;
}

/* With -m, and from the user's point of view, the law of this run, wherever it lies. */
static void guard_manifest(struct builder *b, struct wishes *w)
{
	const struct guard guard = {
		.kind = GUARD_PROTECT,
		.path = b->policy->manifest,
		.from = {.kind = ORIGIN_BUILTIN, .why = "a command must not change what it may do"},
	};

	if (guard.path)
		protect_guard(b, &w->guards, &guard);
}

/* What the configuration of a repository hides from the table. Once: a guest can plant many. */
static void note_configuration(struct builder *b)
{
	const struct repo *r;
	size_t i;

	vec_each (r, &b->facts->repos) {
		for (i = 0; i < r->runs.n; i++)
			if (protect_is_too_wide(r, r->runs.v[i])) {
				strvec_push(b->arena, &b->plan->notes,
					arena_printf(b->arena,
						"git in %s runs or reads what is in %s, which is "
						"more than can be protected: check core.hooksPath",
						r->root, r->runs.v[i]));
				return;
			}
		if (r->unread) {
			strvec_push(b->arena, &b->plan->notes,
				arena_printf(b->arena,
					"git's configuration in %s cannot be read whole: what it "
					"names is not protected",
					r->root));
			return;
		}
	}
}

/*
 * A worktree's repository, or a submodule's, lies outside of the project: without it no command
 * of git works. Only one that itself points back at the project is believed, for the pointer in
 * the project is what an earlier run could have written.
 */
static void wish_repository(struct builder *b, struct wishes *w)
{
	static const struct origin from = {
		.kind = ORIGIN_BUILTIN,
		.why = "the repository of this working tree",
	};
	bool write = b->policy->profile != PROFILE_READ_ONLY;
	const struct repo *r;

	vec_each (r, &b->facts->repos) {
		if (strcmp(r->root, b->facts->project) != 0 ||
			(r->link != PATH_FILE && r->link != PATH_SYMLINK))
			continue;
		if (r->link == PATH_FILE && r->proven)
			wish(b, w, write ? MOUNT_BIND_RW : MOUNT_BIND_RO, r->common, r->common,
				write ? WISH_WRITE : WISH_READ, &from);
		else
			strvec_push(b->arena, &b->plan->notes,
				arena_printf(b->arena,
					"%s/.git leads to %s, which does not say so itself: git "
					"will not work inside",
					r->root, r->git ? r->git : "nowhere"));
	}
	note_configuration(b);
	if (b->facts->repos_cut)
		strvec_push(b->arena, &b->plan->notes,
			"this tree is larger than what is searched for repositories: name those "
			"that lie deep with protect");
}

/* By destination; at the same one the strongest first. Insertion sort: lists are short. */
static void sort_wishes(struct wishes *w)
{
	size_t i, j;

	for (i = 1; i < w->n; i++) {
		struct wish x = w->v[i];

		for (j = i; j > 0; j--) {
			int order = strcmp(w->v[j - 1].m.dest, x.m.dest);

			if (order < 0 || (order == 0 && w->v[j - 1].rank >= x.rank))
				break;
			w->v[j] = w->v[j - 1];
		}
		w->v[j] = x;
	}
}

/* True if M's source is what the bind UP shows at M's destination. */
static bool same_source(const struct mount *up, const struct mount *m)
{
	size_t n = strlen(up->source);

	return strncmp(m->source, up->source, n) == 0 &&
		strcmp(m->source + n, m->dest + strlen(up->dest)) == 0;
}

/* True if X adds nothing to what UP, the mount above it, does already. */
static bool is_idle(const struct wish *x, const struct mount *up)
{
	if (!mount_is_bind(up))
		return false;
	if (x->m.kind != MOUNT_COPY && (!mount_is_bind(&x->m) || x->m.kind != up->kind))
		return false;
	return same_source(up, &x->m);
}

static void check_symlinks(struct builder *b, const struct wish *x, const struct mount *up)
{
	bool guests = mount_is_bind(up) &&
		(up->kind == MOUNT_BIND_RW || path_under(x->m.dest, b->facts->project));

	if (WITHOUT(SYMLINKS) || !guests || x->m.make)
		return;
	if (mount_is_bind(&x->m) && !same_source(up, &x->m))
		diag_add(b->diags, x->m.from.at,
			"%s leads to %s through a symbolic link in a writable folder; name where "
			"it "
			"leads",
			x->m.dest, x->m.source);
}

static void keep_needed(struct builder *b, struct wishes *w, struct mounts *out)
{
	const char *last = NULL;
	const struct mount *up;
	struct wish *x;

	vec_each (x, w) {
		if (last && strcmp(last, x->m.dest) == 0)
			continue; /* a stronger wish for this path came first */
		if (x->rank != WISH_PLACE && !guard_admits(&w->guards, &x->m)) {
			if (strcmp(x->m.dest, b->facts->project) == 0)
				diag_add(b->diags, (struct place){.file = b->facts->project},
					"a deny hides the project itself; narrow it");
			continue;
		}
		up = mount_above(out, x->m.dest);
		check_symlinks(b, x, up);
		if (!is_idle(x, up))
			*vec_push(b->arena, out) = x->m;
		last = x->m.dest;
	}
}

static void wish_places(struct builder *b, struct wishes *w)
{
	size_t i;

	wish_place(b, w, MOUNT_DEV, "/dev", 0, "null, zero, full, random, urandom, tty, own ptys");
	wish_place(b, w, MOUNT_TMPFS, "/dev/shm", TMP_BYTES, "private shared memory");
	wish_place(b, w, MOUNT_PROC, "/proc", 0, "the sandbox's own processes");
	wish_place(b, w, MOUNT_TMPFS, "/run", RUN_BYTES, "private; no socket of the host is here");
	wish_place(b, w, MOUNT_TMPFS, "/tmp", TMP_BYTES, "private, gone at exit");
	wish_place(b, w, MOUNT_TMPFS, "/var/tmp", TMP_BYTES, "private, gone at exit");
	wish_place(b, w, MOUNT_TMPFS, b->facts->home, TMP_BYTES,
		"private, gone at exit but for what is granted below it");
	if (b->plan->bus.proxy)
		wish_place(
			b, w, MOUNT_DIR, BUS_FOLDER, 0, "your session bus, behind xdg-dbus-proxy");
	for (i = 0; i < b->policy->grants.n; i++)
		wish_grant(b, w, &b->policy->grants.v[i]);
	wish_project(b, w);
	wish_repository(b, w);
	guard_manifest(b, w);
	protect_guards(b, &w->guards);
}

/*
 * A mount beneath a bind of the host's that shows again what is there, with other rights, is held:
 * the keeper makes it by descriptor, for its place may be changed by others while bwrap goes there
 * by name. The list is sorted, so what is above has been seen.
 */
static void hold_inner(struct mounts *mounts)
{
	struct mounts above = {mounts->v, 0, mounts->cap};
	struct mount *m;

	vec_each (m, mounts) {
		const struct mount *up = mount_above(&above, m->dest);

		if (mount_is_bind(up) && mount_is_bind(m) && same_source(up, m))
			m->held = true;
		above.n++;
	}
}

/* What ssh reaches the explicit proxy with, wherever it is installed. */
static void show_program(struct builder *b, const struct guards *guards)
{
	const char *path = b->facts->program;
	const struct path_fact *fact = path ? facts_path(b->facts, path) : NULL;
	struct mount m = {
		.kind = MOUNT_BIND_RO,
		.source = path,
		.dest = path,
		.file = true,
		.fd = fact ? fact->fd : -1,
		.from = {.kind = ORIGIN_BUILTIN, .why = "seal-exec connect, for ssh"},
	};

	if (!network_proxied(&b->plan->net) || !fact || fact->end != PATH_FILE ||
		plan_shows(b->plan, path) || !guard_admits(guards, &m))
		return;
	*vec_push(b->arena, &b->plan->mounts) = m;
	mounts_sort(&b->plan->mounts);
}

void plan_mounts(struct builder *b)
{
	const struct origin seal = {
		.kind = ORIGIN_BUILTIN,
		.why = "what is not granted is not writable",
	};
	struct wishes w = {0};
	struct mounts etc = {0};
	struct mount *m;
	size_t i;

	wish_places(b, &w);
	plan_etc(b, &etc);
	for (i = 0; i < etc.n; i++)
		wish(b, &w, MOUNT_DATA, NULL, etc.v[i].dest, WISH_PLACE, &etc.v[i].from)->data =
			etc.v[i].data;
	sort_wishes(&w);
	keep_needed(b, &w, &b->plan->mounts);
	show_program(b, &w.guards);
	hold_inner(&b->plan->mounts);
	guard_mounts(b, &w.guards, &b->plan->mounts);
	m = vec_push(b->arena, &b->plan->mounts);
	m->kind = MOUNT_SEAL;
	m->dest = "/";
	m->from = seal;
}
