#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/mutant.h"
#include "cli/twin.h"
#include "config.h"
#include "host/born.h"
#include "host/facts.h"
#include "launch/register.h"
#include "render/explain.h"

/* --- Where its things are -----------------------------------------------------------------------
 */

enum { PART = 16 };

static const char *digest(struct session *s, const char *text)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	SHA256Data((const uint8_t *)text, strlen(text), hex);
	return arena_printf(&s->arena, "%.*s", PART, hex);
}

const char *twin_folders(struct session *s, const char **prefix)
{
	*prefix = arena_printf(&s->arena, "%s-", digest(s, s->facts.project));
	return host_state_path(&s->facts, "sccache", &s->arena);
}

/* By the folder itself, too: a project that is thrown away leaves nothing to the next one that is
 * put in its place, whose objects another has compiled. */
const char *twin_folder(struct session *s)
{
	const char *prefix, *all = twin_folders(s, &prefix);
	const char *born = host_born(s->facts.project, &s->arena);

	if (!born)
		die_errno("%s", s->facts.project);
	return arena_printf(&s->arena, "%s/%s%s", all, prefix, digest(s, born));
}

const char *twin_cache(struct session *s)
{
	return arena_printf(&s->arena, "%s/cache", twin_folder(s));
}

const char *twin_counted(struct session *s)
{
	return arena_printf(&s->arena, "%s/counted", twin_folder(s));
}

/* --- What it is called --------------------------------------------------------------------------
 */

void twin_grants(struct session *s, char grants[TWIN_GRANTS + 1])
{
	char hex[SHA256_DIGEST_STRING_LENGTH];
	struct strbuf all = STRBUF_INIT;
	struct plan plan = s->plan;
	size_t i;

	/* A caller's session is not what is granted, nor who made a folder or what stands in for a
	 * name: the mounts say that it is held. */
	plan.limits.cgroup = NULL;
	plan.protected.n = 0;
	plan.mounts.v = arena_calloc(&s->arena, plan.mounts.n, sizeof *plan.mounts.v);
	for (i = 0; i < plan.mounts.n; i++) {
		plan.mounts.v[i] = s->plan.mounts.v[i];
		plan.mounts.v[i].make = false;
		plan.mounts.v[i].stand_in = STAND_NONE;
	}
	strbuf_addf(&all, PACKAGE_VERSION " %s %s\n", catalog_digest, twin_folder(s));
	render_json(&plan, &all);
	SHA256Data((const uint8_t *)all.s, WITHOUT(TWINKEY) ? 0 : all.len, hex);
	strbuf_release(&all);
	strlcpy(grants, hex, TWIN_GRANTS + 1);
}

/* Which file is at PATH now; what a run keeps a name away with is as good as none. */
static void add_held(struct strbuf *out, const char *path, const struct records *live,
	const struct records *dead)
{
	struct placeholder x;
	struct stat st;

	strbuf_add(out, path, strlen(path) + 1);
	if (lstat(path, &st) != 0)
		return;
	x = (struct placeholder){.path = path, .dev = st.st_dev, .ino = st.st_ino};
	if (!register_has(live, &x) && !register_has(dead, &x))
		strbuf_addf(out, "%llu %llu", (unsigned long long)st.st_dev,
			(unsigned long long)st.st_ino);
}

void twin_name(struct session *s, char name[TWIN_NAME_SIZE])
{
	const char *state = host_state_path(&s->facts, "placeholders", &s->arena);
	cleanup_fd int folder = register_open(state);
	cleanup_fd int lock = folder < 0 ? -1 : register_lock(folder);
	struct records live = {0}, dead = {0};
	char hex[SHA256_DIGEST_STRING_LENGTH];
	struct strbuf all = STRBUF_INIT;
	const struct mount *m;

	if (lock < 0 || !register_others(folder, "", &live, &dead, &s->arena))
		die_errno("%s: cannot open the register of placeholders", state);
	vec_each (m, &s->plan.mounts)
		if (m->held && m->source)
			add_held(&all, m->source, &live, &dead);
	SHA256Data((const uint8_t *)all.s, all.len, hex);
	strbuf_release(&all);
	twin_grants(s, name);
	strlcpy(name + TWIN_GRANTS, hex, TWIN_NAME_SIZE - TWIN_GRANTS);
}

/* --- As a run knows it --------------------------------------------------------------------------
 */

static bool same_text(const struct text_file *a, const struct text_file *b)
{
	if (!a->path || !b->path)
		return !a->path && !b->path;
	return strcmp(a->path, b->path) == 0 && a->len == b->len &&
		memcmp(a->text, b->text, a->len) == 0;
}

void twin_foresee(struct session *run, char grants[TWIN_GRANTS + 1])
{
	/* Until the process ends: it has facts open. */
	struct session *s = arena_calloc(&run->arena, 1, sizeof *s);
	cleanup_fd int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);

	s->options = run->options;
	s->options.value[OPT_DIRECTORY] = run->facts.project;
	s->options.value[OPT_MANIFEST] =
		run->options.set[OPT_MANIFEST] ? run->manifest_text.path : NULL;
	session_open(s, environ);
	if (!same_text(&s->manifest_text, &run->manifest_text) ||
		!same_text(&s->config_text, &run->config_text))
		die("%s: what this project grants has changed since this run began; start it anew",
			run->facts.project);
	twin_plan(s);
	twin_grants(s, grants);
	if (here < 0 || fchdir(here) != 0)
		die_errno("cannot go back to the folder of this run");
}
