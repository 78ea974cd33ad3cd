/*
 * env: the environment is an allowlist too. What matches a grant passes with the caller's value;
 * a few variables are set, because the view is not the host's; nothing else exists inside.
 */
#include <string.h>

#include "base/pattern.h"
#include "base/strbuf.h"
#include "plan/parts.h"

static void set(struct builder *b, const char *name, const char *value, const struct origin *from)
{
	*vec_push(b->arena, &b->plan->env) =
		(struct env_var){.name = name, .value = value, .from = *from};
}

/*
 * PATH without entries that depend on where one stands: in a project, "." on PATH runs what the
 * project's last guest left there.
 */
static const char *absolute_entries(const char *path, struct arena *arena)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t n;

	for (; *path; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		if (n == 0 || *path != '/')
			continue;
		if (b.len)
			strbuf_addc(&b, ':');
		strbuf_add(&b, path, n);
	}
	text = arena_strdup(arena, b.len ? b.s : "/usr/local/bin:/usr/bin:/bin");
	strbuf_release(&b);
	return text;
}

/* The grant that lets NAME pass, or NULL. */
static const struct grant *passes(const struct policy *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->grants.n; i++)
		if (p->grants.v[i].kind == GRANT_ENV && glob_match(p->grants.v[i].value, name))
			return &p->grants.v[i];
	return NULL;
}

/* What the sandbox itself decides. */
static bool is_ours(const char *name)
{
	static const char *const ours[] = {"HOME", "USER", "LOGNAME", "TMPDIR", "PWD", NULL};
	size_t i;

	for (i = 0; ours[i]; i++)
		if (strcmp(ours[i], name) == 0)
			return true;
	return false;
}

void plan_env(struct builder *b)
{
	static const struct origin ours = {
		.kind = ORIGIN_BUILTIN,
		.why = "set by seal-exec: true in the sandbox's view",
	};
	const struct facts *f = b->facts;
	const char *const *e;
	bool path = false;

	for (e = f->environ; *e; e++) {
		size_t n = strcspn(*e, "=");
		const char *name = arena_strndup(b->arena, *e, n), *value = *e + n + 1;
		const struct grant *g;

		if ((*e)[n] != '=' || n == 0 || is_ours(name) || !(g = passes(b->policy, name)))
			continue;
		if (strcmp(name, "PATH") == 0) {
			path = true;
			value = absolute_entries(value, b->arena);
		}
		set(b, name, value, &g->from);
	}
	if (!path)
		set(b, "PATH", absolute_entries("", b->arena), &ours);
	set(b, "HOME", f->home, &ours);
	set(b, "USER", f->user, &ours);
	set(b, "LOGNAME", f->user, &ours);
	set(b, "TMPDIR", "/tmp", &ours);
	set(b, "PWD", f->cwd, &ours);
}
