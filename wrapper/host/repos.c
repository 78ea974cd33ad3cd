#include "host/repos.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "host/facts.h"
#include "host/repos_priv.h"

/* Made by tools, large, and no place where somebody works in a repository. */
static const char *const skipped[] = {
	"node_modules",
	"target",
	".venv",
	"venv",
	"__pycache__",
	".tox",
};

static bool is_skipped(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof skipped / sizeof *skipped; i++)
		if (skipped[i][0] == name[0] && strcmp(skipped[i], name) == 0)
			return true;
	return false;
}

bool search_look(struct search *s)
{
	if (s->looks == REPOS_LOOKS) {
		s->facts->repos_cut = true;
		return false;
	}
	s->looks++;
	return true;
}

/* A folder of somebody else's that cannot be read cannot be made readable by a guest either. */
static bool is_closed_to_us(const char *path)
{
	struct stat st;

	return errno == EACCES && lstat(path, &st) == 0 && st.st_uid != geteuid();
}

bool search_open(struct search *s, const char *path)
{
	s->path = path;
	if (listing_open(&s->listing, path)) {
		if (search_look(s))
			return true;
		listing_close(&s->listing);
	} else {
		host_check_answer(path);
		if (errno != ENOENT && errno != ENOTDIR && !is_closed_to_us(path))
			s->facts->repos_cut = true;
	}
	return false;
}

void search_close(struct search *s)
{
	if (s->listing.failed) {
		errno = s->listing.failed;
		host_check_answer(s->path);
		s->facts->repos_cut = true;
	}
	listing_close(&s->listing);
}

void search_later(struct search *s, struct strvec *queue, const char *name)
{
	if (queue->n < REPOS_LOOKS)
		strvec_push(s->arena, queue, path_join(s->arena, s->path, name));
	else
		s->facts->repos_cut = true;
}

/* The names that are looked for. */
enum { DOT_GIT, MANIFEST, SOUGHT };

static const char *const sought[SOUGHT] = {".git", "seal.toml"};

/*
 * Notes NAME in FOUND if it is sought. A folder may be one in which case does not count (ext4's +F,
 * where letters and signs without width have other spellings too): git opens a .GIT there. What
 * could be another spelling is *ODD, and then the folder is asked by the name itself.
 */
static bool note(const char *name, enum path_kind kind, enum path_kind found[SOUGHT], bool *odd)
{
	size_t i;

	if (name[0] != '.' && (name[0] | 0x20) != 's' && !(name[0] & 0x80))
		return false;
	for (i = 0; i < SOUGHT; i++) {
		if (strcmp(name, sought[i]) == 0) {
			found[i] = kind;
			return true;
		}
		*odd |= strcasecmp(name, sought[i]) == 0;
	}
	for (; !*odd && *name; name++)
		*odd = *name & 0x80;
	return false;
}

/* True if the folder NAME of the open one has nothing that is sought, and nothing below. */
static bool is_barren(struct search *s, const char *name)
{
	char path[NAME_MAX + 16];
	size_t i;

	if (s->barren == REPOS_BARREN || !listing_has_no_folder(&s->listing, name))
		return false;
	for (i = 0; i < SOUGHT; i++) {
		snprintf(path, sizeof path, "%s/%s", name, sought[i]);
		if (listing_kind(&s->listing, path) != PATH_MISSING)
			return false;
	}
	s->barren++;
	return true;
}

/* Looks into the folder PATH; the folders in it go to QUEUE. */
static void visit(struct search *s, const char *path, struct strvec *queue)
{
	enum path_kind found[SOUGHT] = {PATH_MISSING, PATH_MISSING}, kind;
	bool odd = false;
	const char *name;
	size_t i;

	if (!search_open(s, path))
		return;
	while ((name = listing_next(&s->listing, &kind)))
		if (!note(name, kind, found, &odd) && kind == PATH_DIR && !is_skipped(name) &&
			!is_barren(s, name))
			search_later(s, queue, name);
	for (i = 0; odd && i < SOUGHT; i++)
		if (found[i] == PATH_MISSING)
			found[i] = listing_kind(&s->listing, sought[i]);
	search_close(s);
	if (found[MANIFEST] == PATH_FILE && strcmp(path, s->facts->project) != 0)
		strvec_push(s->arena, &s->facts->manifests,
			path_join(s->arena, path, sought[MANIFEST]));
	if (found[DOT_GIT] != PATH_MISSING)
		repo_read(s, path, found[DOT_GIT]);
}

static int by_root(const void *a, const void *b)
{
	return strcmp(((const struct repo *)a)->root, ((const struct repo *)b)->root);
}

/* Roots may lie in each other. */
static void sort_unique(struct facts *f)
{
	size_t i, n = 0;

	if (f->repos.n > 1)
		qsort(f->repos.v, f->repos.n, sizeof *f->repos.v, by_root);
	for (i = 0; i < f->repos.n; i++)
		if (n == 0 || strcmp(f->repos.v[n - 1].root, f->repos.v[i].root) != 0)
			f->repos.v[n++] = f->repos.v[i];
	f->repos.n = n;
	strvec_sort(&f->manifests);
	for (i = n = 0; i < f->manifests.n; i++)
		if (n == 0 || strcmp(f->manifests.v[n - 1], f->manifests.v[i]) != 0)
			f->manifests.v[n++] = f->manifests.v[i];
	if (n < f->manifests.n)
		f->manifests.v[n] = NULL;
	f->manifests.n = n;
}

void host_find_repos(struct facts *f, const struct strvec *roots, struct arena *arena)
{
	struct search *s = arena_alloc(arena, sizeof *s);
	struct strvec queue = {0};
	size_t i;

	s->facts = f;
	s->arena = arena;
	for (i = 0; i < roots->n; i++)
		strvec_push(arena, &queue, roots->v[i]);
	for (i = 0; i < queue.n && s->looks < REPOS_LOOKS; i++)
		visit(s, queue.v[i], &queue);
	f->repos_cut |= i < queue.n;
	sort_unique(f);
}
