#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/exact.h"
#include "base/fd.h"
#include "base/path.h"
#include "host/facts.h"
#include "host/git_text.h"
#include "host/repos_priv.h"

enum { POINTER_MAX = 4096, CONFIG_MAX = 1024 * 1024, RUNS_MAX = 256 };

struct bytes {
	const char *text;
	size_t len;
};

enum had {
	HAD_NONE, /* there is no such file */
	HAD_TEXT,
	HAD_OTHER, /* something else is there, or too much, or it cannot be read */
};

/* Reads the regular file PATH of at most MAX bytes; no symlink is followed, nothing waited for. */
static enum had read_file(struct search *s, const char *path, size_t max, struct bytes *out)
{
	cleanup_fd int fd = open_exact(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	ssize_t len;
	char *text;

	if (fd < 0) {
		host_check_answer(path);
		return errno == ENOENT || errno == ENOTDIR ? HAD_NONE : HAD_OTHER;
	}
	if (fstat(fd, &st) != 0)
		die_errno("cannot look at %s", path);
	if (!S_ISREG(st.st_mode) || (size_t)st.st_size > max)
		return HAD_OTHER;
	text = arena_alloc(s->arena, (size_t)st.st_size + 1);
	len = fd_read_all(fd, text, (size_t)st.st_size + 1);
	if (len < 0)
		die_errno("cannot read %s", path);
	if (len > st.st_size) /* it grows */
		return HAD_OTHER;
	*out = (struct bytes){text, (size_t)len};
	return HAD_TEXT;
}

/* What the pointer file PATH says; NULL, with *HAD, if nothing. */
static const char *read_pointer(
	struct search *s, const char *path, const char *prefix, enum had *had)
{
	struct bytes b;

	*had = read_file(s, path, POINTER_MAX, &b);
	return *had == HAD_TEXT ? git_pointer(b.text, b.len, prefix, s->arena) : NULL;
}

static bool is_folder(const char *path)
{
	cleanup_fd int fd = open_exact(path, O_PATH | O_DIRECTORY);

	if (fd < 0)
		host_check_answer(path);
	return fd >= 0;
}

/* The folder to which TEXT, relative to DIR, leads, canonical; NULL if to none. */
static const char *folder_at(struct search *s, const char *dir, const char *text)
{
	const char *path = *text == '/' ? text : path_join(s->arena, dir, text);
	const char *real = host_canonical(path, s->arena);

	return real && is_folder(real) ? real : NULL;
}

/* Where .git leads. What git itself would not take for a repository is one as well: a guest that
 * moves HEAD away must not get the rest of it unprotected in the next run. */
static const char *find_git(struct search *s, const struct repo *r)
{
	const char *path = path_join(s->arena, r->root, ".git"), *text;
	enum had had;

	if (r->link == PATH_DIR)
		return path;
	if (r->link == PATH_SYMLINK) {
		path = host_canonical(path, s->arena);
		if (path && is_folder(path))
			return path;
	}
	if (!path || (r->link != PATH_FILE && r->link != PATH_SYMLINK))
		return NULL;
	text = read_pointer(s, path, "gitdir: ", &had);
	return text ? folder_at(s, r->root, text) : NULL;
}

/* Sets common. False if commondir is broken, or leads to what does not hold the git directory. */
static bool find_common(struct search *s, struct repo *r)
{
	const char *text, *common, *parent = path_parent(s->arena, r->git);
	enum had had;

	r->common = r->git;
	text = read_pointer(s, path_join(s->arena, r->git, "commondir"), "", &had);
	if (!text)
		return had == HAD_NONE;
	common = folder_at(s, r->git, text);
	if (!common || !is_folder(path_join(s->arena, common, "objects")) ||
		!is_folder(path_join(s->arena, common, "refs")))
		return false;
	r->common = common;
	if (strcmp(common, r->git) == 0)
		return true;
	return r->link != PATH_DIR && strcmp(parent, path_join(s->arena, common, "worktrees")) == 0;
}

/* Every file of the configuration of one git directory, those that it includes too. */
struct layers {
	VEC(struct layer {
		const char *path;
		struct git_config config;
	})
	list;
};

/* Adds the file PATH, unless it is there; false if it could not be read whole. */
static bool add_layer(struct search *s, struct repo *r, struct layers *l, const char *path)
{
	size_t room = REPOS_BYTES - s->bytes;
	struct layer *layer;
	struct bytes b;
	enum had had;

	vec_each (layer, &l->list)
		if (strcmp(layer->path, path) == 0)
			return true;
	layer = vec_push(s->arena, &l->list);
	layer->path = path;
	had = read_file(s, path, room < CONFIG_MAX ? room : CONFIG_MAX, &b);
	if (had == HAD_NONE)
		return true;
	if (had == HAD_TEXT && search_look(s)) {
		s->bytes += b.len;
		if (git_config_read(b.text, b.len, &layer->config, s->arena))
			return true;
	}
	r->unread = true;
	return false;
}

/*
 * Reads what git does for the git directory GIT, without includes. Returns core.worktree (includes
 * do not count for it), NULL if there is none.
 */
static const char *read_layers(
	struct search *s, struct repo *r, const char *git, const char *common, struct layers *l)
{
	const struct git_value *top, *own;

	if (!add_layer(s, r, l, path_join(s->arena, common, "config")))
		return NULL;
	top = git_config_last(&l->list.v[0].config, GIT_WORKTREE);
	if (git_value_true(git_config_last(&l->list.v[0].config, GIT_WORKTREE_CONFIG))) {
		if (!add_layer(s, r, l, path_join(s->arena, git, "config.worktree")))
			return NULL;
		own = git_config_last(&l->list.v[1].config, GIT_WORKTREE);
		top = own ? own : top;
	}
	return top ? top->text : NULL;
}

/* The home that "~" or "~NAME", LEN bytes at TEXT, stands for; NULL if it is somebody else's. */
static const char *home_of(const struct facts *f, const char *text, size_t len)
{
	if (len == 1)
		return f->home;
	return !f->nameless && strlen(f->user) == len - 1 && memcmp(f->user, text + 1, len - 1) == 0
		? f->account_home
		: NULL;
}

/* TEXT, a path in the configuration that is relative to BASE, as git has it; NULL if unknown. */
static const char *named(struct search *s, struct repo *r, const char *base, const char *text)
{
	static const char optional[] = ":(optional)";
	const char *path;
	size_t n;

	if (strncmp(text, optional, sizeof optional - 1) == 0)
		text += sizeof optional - 1;
	if (*text == '~') {
		n = strcspn(text, "/");
		base = home_of(s->facts, text, n);
		text += n + strspn(text + n, "/");
	}
	path = base ? path_absolute(s->arena, base, text) : NULL;
	if (base && !path) /* a ".." behind a name, which may be a link */
		path = host_canonical(
			*text == '/' ? text : path_join(s->arena, base, text), s->arena);
	r->unread |= !path;
	return path;
}

/* True for a value that names a file which may be within reach; git's own folder is not. */
static bool is_path(const char *text)
{
	return text && *text && strncmp(text, "%(prefix)/", strlen("%(prefix)/")) != 0;
}

/* False if there are too many already. */
static bool add_run(struct search *s, struct repo *r, const char *path)
{
	if (strvec_has(&r->runs, path))
		return true;
	if (r->runs.n == RUNS_MAX) {
		r->unread = true;
		return false;
	}
	strvec_push(s->arena, &r->runs, path);
	return true;
}

/* Adds what the files of L name, and reads what they include. TOP is the working tree. */
static void add_runs(struct search *s, struct repo *r, struct layers *l, const char *top)
{
	const struct git_value *value;
	struct git_config config;
	const char *path, *base;
	size_t i;

	for (i = 0; i < l->list.n; i++) {
		config = l->list.v[i].config;
		base = path_parent(s->arena, l->list.v[i].path);
		vec_each (value, &config.values) {
			if ((value->key != GIT_HOOKS_PATH && value->key != GIT_INCLUDE) ||
				!is_path(value->text))
				continue;
			path = named(s, r, value->key == GIT_INCLUDE ? base : top, value->text);
			if (path && add_run(s, r, path) && value->key == GIT_INCLUDE)
				add_layer(s, r, l, path);
		}
	}
}

/* What no submodule's git directory is in. */
static bool is_store(const char *name)
{
	static const char *const stores[] = {
		"objects", "refs", "logs", "hooks", "info", "lfs", "rr-cache"};
	size_t i;

	for (i = 0; i < sizeof stores / sizeof *stores; i++)
		if (strcmp(stores[i], name) == 0)
			return true;
	return false;
}

/*
 * Looks into PATH, a folder somewhere in modules/: a submodule's name may have slashes, and its git
 * directory has modules/ and worktrees/ of its own. Told by what a run cannot take away, and a file
 * that it adds hides nothing, for what is below is looked at all the same.
 */
static void visit_module(struct search *s, struct repo *r, const char *path, struct strvec *queue)
{
	bool config = false, head = false, pointer = false;
	enum path_kind kind;
	const char *name;

	if (!search_open(s, path))
		return;
	while ((name = listing_next(&s->listing, &kind)))
		if (kind == PATH_DIR) {
			if (!is_store(name))
				search_later(s, queue, name);
		} else {
			config |= strcmp(name, "config") == 0;
			head |= strcmp(name, "HEAD") == 0;
			pointer |= strcmp(name, "commondir") == 0 || strcmp(name, "gitdir") == 0;
		}
	search_close(s);
	if (config || (head && !pointer))
		strvec_push(s->arena, &r->modules, path);
	if (pointer)
		strvec_push(s->arena, &r->pointers, path);
}

/* Fills pointers and modules. */
static void find_inner(struct search *s, struct repo *r)
{
	struct strvec queue = {0};
	enum path_kind kind;
	const char *name;
	size_t i;

	if (search_open(s, path_join(s->arena, r->common, "worktrees"))) {
		while ((name = listing_next(&s->listing, &kind)))
			if (kind == PATH_DIR && search_look(s))
				strvec_push(
					s->arena, &r->pointers, path_join(s->arena, s->path, name));
		search_close(s);
	}
	for (i = 0; i < r->pointers.n; i++)
		strvec_push(s->arena, &queue, path_join(s->arena, r->pointers.v[i], "modules"));
	strvec_push(s->arena, &queue, path_join(s->arena, r->common, "modules"));
	if (!strvec_has(&r->pointers, r->git) && strcmp(r->git, r->common) != 0)
		strvec_push(s->arena, &queue, path_join(s->arena, r->git, "modules"));
	for (i = 0; i < queue.n; i++)
		visit_module(s, r, queue.v[i], &queue);
	strvec_sort(&r->pointers);
	strvec_sort(&r->modules);
}

/* True if the git directory says that it is of R->root: see gitrepository-layout(5), gitdir. */
static bool points_back(struct search *s, const struct repo *r, const char *worktree)
{
	const char *want = r->root;
	enum had had;

	if (strcmp(r->git, r->common) != 0) {
		worktree = read_pointer(s, path_join(s->arena, r->git, "gitdir"), "", &had);
		want = path_join(s->arena, r->root, ".git");
	}
	if (worktree)
		worktree = path_absolute(s->arena, r->git, worktree);
	return worktree && strcmp(worktree, want) == 0;
}

static void find_runs_of_modules(struct search *s, struct repo *r)
{
	const char *top;
	size_t i;

	for (i = 0; i < r->modules.n; i++) {
		const char *git = r->modules.v[i];
		struct layers layers = {0};

		top = read_layers(s, r, git, git, &layers);
		top = top ? path_absolute(s->arena, git, top) : NULL;
		add_runs(s, r, &layers, top ? top : git);
	}
}

/* The files are the user's own and the administrator's, so links are followed. What cannot be read
 * there is no fault of the repository. */
static void add_users_layers(struct search *s, struct repo *r, struct layers *l)
{
	const struct facts *f = s->facts;
	const char *xdg = facts_variable(f, "XDG_CONFIG_HOME");
	const char *paths[3], *real;
	size_t looks = s->looks, i;
	bool unread = r->unread;

	if (!xdg || *xdg != '/')
		xdg = path_join(s->arena, f->home, ".config");
	paths[0] = path_join(s->arena, f->home, ".gitconfig");
	paths[1] = path_join(s->arena, xdg, "git/config");
	paths[2] = "/etc/gitconfig";
	for (i = 0; i < 3; i++)
		if ((real = host_canonical(paths[i], s->arena)))
			add_layer(s, r, l, real);
	r->unread = unread;
	s->looks = looks;
}

void repo_read(struct search *s, const char *root, enum path_kind link)
{
	struct repo *r = vec_push(s->arena, &s->facts->repos);
	struct layers layers = {0}, users = {0};
	const char *worktree;
	bool held;

	r->root = root;
	r->link = link;
	r->git = find_git(s, r);
	if (!r->git)
		return;
	held = find_common(s, r);
	worktree = read_layers(s, r, r->git, r->common, &layers);
	r->proven = held && (link == PATH_DIR || points_back(s, r, worktree));
	add_runs(s, r, &layers, root);
	add_users_layers(s, r, &users);
	add_runs(s, r, &users, root);
	find_inner(s, r);
	find_runs_of_modules(s, r);
}
