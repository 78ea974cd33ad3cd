#include "fixture.h"

#include <stdlib.h>
#include <string.h>

#include "base/path.h"
#include "model/names.h"
#include "plan/plan.h"
#include "policy/knob.h"
#include "policy/refuse.h"
#include "policy/resolve.h"
#include "policy/select.h"
#include "policy/tools.h"
#include "policy/trusted.h"
#include "read/bundle.h"
#include "read/manifest.h"

#define PROJECT "/home/alice/p"

static const struct node debian[] = {
	{"/bin", PATH_SYMLINK, "usr/bin", 0},
	{"/dev/null", PATH_OTHER, NULL, 0},
	{"/etc/alternatives/cc", PATH_SYMLINK, "/usr/bin/gcc", 0},
	{"/etc/debian_version", PATH_FILE, NULL, 6},
	{"/etc/gitconfig", PATH_FILE, NULL, 80},
	{"/etc/ld.so.cache", PATH_FILE, NULL, 20000},
	{"/etc/localtime", PATH_SYMLINK, "/usr/share/zoneinfo/Etc/UTC", 0},
	{"/etc/npmrc", PATH_SYMLINK, "/srv/npmrc", 0},
	{"/etc/os-release", PATH_SYMLINK, "../usr/lib/os-release", 0},
	{"/etc/protocols", PATH_FILE, NULL, 3000},
	{"/etc/services", PATH_FILE, NULL, 300000},
	{"/etc/shadow", PATH_FILE, NULL, 900},
	{"/etc/ssl/certs/ca-certificates.crt", PATH_FILE, NULL, 200000},
	{"/etc/ssl/openssl.cnf", PATH_FILE, NULL, 12000},
	{"/home/alice/.cargo/bin/cargo", PATH_FILE, NULL, 1000},
	{"/home/alice/.cargo/config.toml", PATH_FILE, NULL, 100},
	{"/home/alice/.cargo/registry", PATH_DIR, NULL, 0},
	{"/home/alice/.gitconfig", PATH_FILE, NULL, 100},
	{"/home/alice/.npmrc", PATH_SYMLINK, "dotfiles/npmrc", 0},
	{"/home/alice/.nvm", PATH_DIR, NULL, 0},
	{"/home/alice/.rustup/toolchains", PATH_DIR, NULL, 0},
	{"/home/alice/.ssh/id_ed25519", PATH_FILE, NULL, 400},
	{"/home/alice/dotfiles/npmrc", PATH_FILE, NULL, 60},
	{PROJECT "/.git/config", PATH_FILE, NULL, 100},
	{PROJECT "/.git/hooks", PATH_DIR, NULL, 0},
	{PROJECT "/.git/index", PATH_FILE, NULL, 100},
	{PROJECT "/data", PATH_SYMLINK, "/srv/data", 0},
	{PROJECT "/seal.toml", PATH_FILE, NULL, 100},
	{PROJECT "/src/main.c", PATH_FILE, NULL, 100},
	{PROJECT "/target", PATH_DIR, NULL, 0},
	{"/lib", PATH_SYMLINK, "usr/lib", 0},
	{"/lib64", PATH_SYMLINK, "usr/lib64", 0},
	{"/run/user/1000/agent.sock", PATH_SOCKET, NULL, 0},
	{"/sbin", PATH_SYMLINK, "usr/sbin", 0},
	{"/srv/data/a/b", PATH_DIR, NULL, 0},
	{"/srv/data/secret", PATH_FILE, NULL, 10},
	{"/srv/npmrc", PATH_FILE, NULL, 20},
	{"/tmp", PATH_DIR, NULL, 0},
	{"/usr/bin/gcc", PATH_FILE, NULL, 1000},
	{"/usr/bin/true", PATH_FILE, NULL, 1000},
	{"/usr/lib/os-release", PATH_FILE, NULL, 200},
	{"/usr/lib64/ld.so", PATH_FILE, NULL, 1000},
	{"/usr/sbin", PATH_DIR, NULL, 0},
	{"/usr/share/zoneinfo/Etc/UTC", PATH_FILE, NULL, 114},
	{NULL, PATH_MISSING, NULL, 0},
};

static const char *const environment[] = {"CARGO_TERM_COLOR=always", "CFLAGS=-O2",
	"HOME=/home/alice", "LANG=C.UTF-8", "LC_TIME=C", "LD_PRELOAD=/tmp/x.so", "NODE_ENV=test",
	"OLDPWD=/", "PATH=/home/alice/.cargo/bin:.::bin:/usr/bin:/bin", "PWD=/elsewhere",
	"SECRET_TOKEN=t", "SHELL=/bin/bash", "TERM=xterm", "TMPDIR=/var/tmp/alice", "USER=root",
	"no equals sign", NULL};

/* --- The machine ------------------------------------------------------------------------------ */

/* What NODES say of PATH, not followed; a folder is there if something in it is. */
static struct node find(const struct node *nodes, const char *path)
{
	struct node n = {.path = path, .kind = PATH_MISSING};

	for (; nodes && nodes->path; nodes++) {
		if (strcmp(nodes->path, path) == 0)
			return *nodes;
		if (path_under(nodes->path, path))
			n.kind = PATH_DIR;
	}
	return n;
}

static struct node node_at(const struct node *extra, const char *path)
{
	struct node n = find(extra, path);

	return n.kind == PATH_MISSING ? find(debian, path) : n;
}

/* PATH with all symlinks followed; NULL if it leads nowhere. */
static const char *canonical(const struct node *extra, const char *path, struct arena *arena)
{
	const char *done = "", *rest = path;
	int links = 0;
	size_t n;

	while (*(rest += strspn(rest, "/"))) {
		struct node at;
		const char *next;

		n = strcspn(rest, "/");
		if (n == 2 && strncmp(rest, "..", 2) == 0) {
			done = path_parent(arena, *done ? done : "/");
			done = strcmp(done, "/") ? done : "";
			rest += n;
			continue;
		}
		next = arena_printf(arena, "%s/%.*s", done, (int)n, rest);
		at = node_at(extra, next);
		if (at.kind == PATH_MISSING || links > 40)
			return NULL;
		rest += n;
		if (at.kind != PATH_SYMLINK) {
			done = next;
			continue;
		}
		links++;
		rest = arena_printf(arena, "%s/%s", at.target, rest);
		if (*at.target == '/')
			done = "";
	}
	return *done ? done : "/";
}

static void look(struct path_fact *fact, const struct node *extra, struct arena *arena)
{
	const char *parent = canonical(extra, path_parent(arena, fact->path), arena);
	struct node at;

	if (!parent)
		return;
	at = node_at(extra,
		path_absolute(
			arena, parent, strcmp(fact->path, "/") ? path_base(fact->path) : "."));
	fact->kind = at.kind;
	fact->target = at.target;
	fact->canonical = canonical(extra, fact->path, arena);
	if (!fact->canonical)
		return;
	at = node_at(extra, fact->canonical);
	fact->end = at.kind;
	fact->size = at.size;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct path_fact *)a)->path, ((const struct path_fact *)b)->path);
}

static void look_at_all(
	struct facts *f, const struct strvec *paths, const struct node *extra, struct arena *arena)
{
	size_t i;

	for (i = 0; i < paths->n; i++) {
		struct path_fact *fact = vec_push(arena, &f->paths);

		fact->path = paths->v[i];
		look(fact, extra, arena);
	}
}

void run_build(struct run *r)
{
	struct strvec bound = {0}, seen = {0};

	plan_paths(&r->policy, &r->facts, &r->arena, &bound, &seen);
	look_at_all(&r->facts, &bound, r->extra, &r->arena);
	look_at_all(&r->facts, &seen, r->extra, &r->arena);
	if (r->facts.paths.n)
		qsort(r->facts.paths.v, r->facts.paths.n, sizeof *r->facts.paths.v, by_path);
	plan_build(&r->plan, &r->policy, &r->facts, r->command, &r->arena, &r->diags);
}

/* --- The way to a plan ------------------------------------------------------------------------ */

struct run *run_new(void)
{
	struct run *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->diags.arena = &r->arena;
	r->facts = (struct facts){
		.platform = PLATFORM_LINUX,
		.uid = 1000,
		.gid = 1000,
		.user = "alice",
		.home = "/home/alice",
		.account_home = "/home/alice",
		.cwd = PROJECT "/src",
		.project = PROJECT,
		.bwrap = "/usr/bin/bwrap",
		.environ = environment,
	};
	catalog_open(&r->catalog, &r->arena);
	return r;
}

void run_free(struct run *r)
{
	arena_release(&r->arena);
	free(r);
}

void run_project(struct run *r, const char *text)
{
	r->has_project = true;
	manifest_read(&r->project, ORIGIN_MANIFEST, PROJECT "/seal.toml", text, strlen(text),
		&r->arena, &r->diags);
}

void run_config(struct run *r, const char *text)
{
	r->has_config = true;
	manifest_read(&r->config, ORIGIN_CONFIG, "/home/alice/.config/seal-exec/config.toml", text,
		strlen(text), &r->arena, &r->diags);
}

void run_bundle(struct run *r, const char *text)
{
	catalog_overlay(&r->catalog, "/home/alice/.config/seal-exec/bundles/x.toml", text,
		strlen(text), &r->diags);
}

void run_merge(struct run *r)
{
	policy_merge(&r->merged, r->has_project ? &r->project : NULL,
		r->has_config ? &r->config : NULL, &r->facts, &r->arena, &r->diags);
}

/* A comment more in a bundle must not change a plan that is held against a file. */
static void forget_lines(struct bundle *b)
{
	size_t i;

	for (i = 0; b && i < b->grants.n; i++)
		b->grants.v[i].from.at.line = b->grants.v[i].from.at.col = 0;
}

static void add_match(struct run *r, const char *name, const char *word, bool used)
{
	const struct bundle *b = catalog_load(&r->catalog, name, &r->diags);
	size_t i;

	for (i = 0; b && i < r->matches.n; i++)
		if (r->matches.v[i].bundle == b) {
			r->matches.v[i].used = r->matches.v[i].used && used;
			return;
		}
	if (b)
		*vec_push(&r->arena, &r->matches) =
			(struct match){.bundle = b, .word = word, .used = used};
}

static void read_profile(struct run *r, struct bundle *b, const char *name)
{
	const struct catalog_text *t = catalog_profile(name);

	bundle_read(b, ORIGIN_PROFILE, t->file, t->text, t->len, &r->arena, &r->diags);
	forget_lines(b);
}

static void match(struct run *r)
{
	struct wanted_list wanted = {0};
	size_t i, j;

	policy_match(&r->merged, &r->catalog.index, r->command, &r->arena, &r->diags, &wanted);
	for (i = 0; i < wanted.n; i++)
		add_match(r, wanted.v[i].name, wanted.v[i].word, false);
	for (i = 0; i < r->matches.n; i++) {
		const struct bundle *b = r->matches.v[i].bundle;
		struct choice c = knob_choice(&r->merged.m, r->merged.config, b->name);

		for (j = 0; j < b->uses.n; j++)
			if (select_use(&r->matches.v[i], &b->uses.v[j], &c))
				add_match(r, b->uses.v[j].name, b->name, true);
	}
	for (i = 0; i < r->catalog.index.n; i++)
		forget_lines(r->catalog.entries[i].bundle);
}

void run_resolve(struct run *r, const char *line)
{
	size_t i, n;

	run_merge(r);
	for (i = 0; *line; line += n + (line[n] == ' ')) {
		n = strcspn(line, " ");
		r->command[i++] = arena_strndup(&r->arena, line, n);
	}
	match(r);
	read_profile(r, &r->base, "base");
	policy_resolve(&r->policy, &r->merged, &r->base, &r->matches, &r->facts, &r->arena);
	policy_idle(&r->merged, &r->catalog.index, r->command, &r->arena, &r->policy.idle);
	if (policy_names(&r->policy)) {
		read_profile(r, &r->network, "network");
		policy_add_profile(&r->policy, &r->network, &r->facts, &r->arena);
	}
}

void run_plan(struct run *r, const char *line)
{
	struct protect_row *row;
	struct repo *repo;
	size_t i;

	run_resolve(r, line);
	for (i = 0; i < catalog_protect.n; i++) {
		row = vec_push(&r->arena, &r->protect);
		*row = catalog_protect.v[i];
		row->at.line = row->at.col = 0; /* golden files do not follow its lines */
	}
	r->policy.protect = &r->protect;
	if (node_at(r->extra, PROJECT "/.git").kind == PATH_DIR) {
		repo = vec_push(&r->arena, &r->facts.repos);
		repo->root = PROJECT;
		repo->link = PATH_DIR;
		repo->git = repo->common = PROJECT "/.git";
		repo->proven = true;
	}
	run_build(r);
}

const char *run_faults(struct run *r)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;

	diag_render(&r->diags, &b);
	text = arena_strdup(&r->arena, b.s ? b.s : "");
	strbuf_release(&b);
	return text;
}

const char *run_mounts(struct run *r)
{
	struct strbuf b = STRBUF_INIT;
	const struct mount *m;
	const char *text;

	strbuf_adds(&b, "");
	for (m = r->plan.mounts.v; m < r->plan.mounts.v + r->plan.mounts.n; m++) {
		if (m->from.kind != ORIGIN_MANIFEST && strcmp(m->dest, r->facts.project) != 0)
			continue;
		strbuf_addf(&b, "%s %s", mount_kind_names[m->kind], m->dest);
		if (m->source && strcmp(m->source, m->dest) != 0)
			strbuf_addf(&b, " <%s", m->source);
		strbuf_adds(&b, "; ");
	}
	text = arena_strdup(&r->arena, b.s);
	strbuf_release(&b);
	return text;
}

const char *grants_text(struct arena *a, const struct grants *l)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < l->n; i++)
		strbuf_addf(&b, "%s %s; ", grant_kind_name(l->v[i].kind), l->v[i].value);
	text = arena_strdup(a, b.s ? b.s : "");
	strbuf_release(&b);
	return text;
}
