#include "render/bwrap.h"

#include <string.h>

#include "base/mutant.h"
#include "config.h"

/* The name that the sandbox has for itself: the host's own says nothing to a build. */
static const char sandbox_name[] = "sandbox";

/* What a mask may hold: nothing. One page is the least that a tmpfs takes. */
static const char mask_bytes[] = "4096";

struct renderer {
	struct arena *arena;
	struct strvec *out;
	const int *fds;
};

static void put(struct renderer *r, const char *a, const char *b, const char *c)
{
	strvec_push(r->arena, r->out, a);
	if (b)
		strvec_push(r->arena, r->out, b);
	if (c)
		strvec_push(r->arena, r->out, c);
}

/*
 * By descriptor bwrap compares what it bound with what was open, so that nothing can be swapped
 * in between. A bwrap that cannot gets the name that proc(5) has for the open file.
 */
static void put_bind(struct renderer *r, const struct mount *m, int fd)
{
	bool write = m->kind == MOUNT_BIND_RW;

	if (fd < 0)
		put(r, write ? "--bind" : "--ro-bind", m->source, m->dest);
	else if (BWRAP_BIND_FD)
		put(r, write ? "--bind-fd" : "--ro-bind-fd", arena_printf(r->arena, "%d", fd),
			m->dest);
	else
		put(r, write ? "--bind" : "--ro-bind",
			arena_printf(r->arena, "/proc/self/fd/%d", fd), m->dest);
}

static void put_mask(struct renderer *r, const struct mount *m)
{
	if (m->file) {
		put(r, "--ro-bind", "/dev/null", m->dest);
		return;
	}
	put(r, "--perms", "0000", NULL);
	put(r, "--size", mask_bytes, NULL);
	put(r, "--tmpfs", m->dest, NULL);
}

static void put_mount(struct renderer *r, const struct mount *m, int fd)
{
	switch (m->kind) {
	case MOUNT_BIND_RO:
	case MOUNT_BIND_RW:
		put_bind(r, m, fd);
		break;
	case MOUNT_TMPFS:
		put(r, "--perms", arena_printf(r->arena, "%04o", m->mode ? m->mode : 0755u), NULL);
		put(r, "--size", arena_printf(r->arena, "%zu", m->size), NULL);
		put(r, "--tmpfs", m->dest, NULL);
		break;
	case MOUNT_MASK:
		put_mask(r, m);
		break;
	case MOUNT_DIR:
		put(r, "--dir", m->dest, NULL);
		break;
	case MOUNT_SYMLINK:
		put(r, "--symlink", m->source, m->dest);
		break;
	case MOUNT_COPY:
	case MOUNT_DATA:
		if (fd < 0)
			break; /* not readable for the caller */
		put(r, "--perms", "0444", NULL);
		put(r, "--file", arena_printf(r->arena, "%d", fd), m->dest);
		break;
	case MOUNT_PROC:
		put(r, "--proc", m->dest, NULL);
		break;
	case MOUNT_DEV:
		put(r, "--dev", m->dest, NULL);
		break;
	case MOUNT_SEAL:
		put(r, "--remount-ro", m->dest, NULL);
		break;
	}
}

static void put_namespaces(struct renderer *r)
{
	/* A user namespace is a must for its own sake: none can be made in it. That is the second
	 * reason beside the filter, and costs nothing that can be measured. */
	put(r, "--unshare-user", WITHOUT(USERNS) ? NULL : "--disable-userns", NULL);
	if (WITHOUT(PIDNS)) {
		put(r, "--unshare-ipc", "--unshare-uts", "--unshare-cgroup");
		put(r, WITHOUT(NETNS) ? "--share-net" : "--unshare-net", NULL, NULL);
		return;
	}
	put(r, "--unshare-all", WITHOUT(NETNS) ? "--share-net" : NULL, NULL);
}

static void put_all(
	const struct plan *plan, const int *fds, bool text, struct arena *arena, struct strvec *out)
{
	struct renderer r = {.arena = arena, .out = out, .fds = fds};
	size_t i;

	put_namespaces(&r);
	/* The second line: the keeper ends the sandbox when its front dies, this ends it when both
	 * are killed at once. The text is for a shell, which bwrap may well outlive. */
	if (!text && !WITHOUT(LIFELINE))
		put(&r, "--die-with-parent", NULL, NULL);
	put(&r, "--hostname", sandbox_name, NULL);
	put(&r, "--cap-drop", "ALL", NULL); /* root would keep them in its own namespace */
	if (WITHOUT(VIEW))
		put(&r, "--dev-bind", "/", "/");
	/* Who pastes the text has no keeper to hold the rest, and nothing that stands in. */
	for (i = 0; !WITHOUT(VIEW) && i < plan->mounts.n; i++)
		if (text ? !plan->mounts.v[i].stand_in : !plan->mounts.v[i].held)
			put_mount(&r, &plan->mounts.v[i], fds ? fds[i] : -1);
	/* A folder that is entered before the held mounts are made would be below them: inner
	 * enters it, and bwrap's own process stays at the root. */
	put(&r, "--chdir", text ? plan->cwd : "/", NULL);
}

void render_bwrap(const struct plan *plan, const int *fds, struct arena *arena, struct strvec *out)
{
	put_all(plan, fds, false, arena, out);
}

/* The first descriptor of the pasted command: 0 to 9 belong to the shell. */
enum { TEXT_FD = 10 };

static bool is_file(const struct mount *m)
{
	return m->kind == MOUNT_DATA || m->kind == MOUNT_COPY;
}

void render_bwrap_text(const struct plan *plan, struct arena *arena, struct strbuf *out)
{
	int *fds = arena_calloc(arena, plan->mounts.n, sizeof *fds);
	struct strvec args = {0};
	int next = TEXT_FD;
	size_t i;

	for (i = 0; i < plan->mounts.n; i++)
		fds[i] = is_file(&plan->mounts.v[i]) ? next++ : -1;
	put_all(plan, fds, true, arena, &args);
	strbuf_adds(out, "env -i");
	for (i = 0; i < plan->env.n; i++) {
		strbuf_addc(out, ' ');
		strbuf_add_shell(out,
			arena_printf(arena, "%s=%s", plan->env.v[i].name, plan->env.v[i].value));
	}
	strbuf_adds(out, " bwrap");
	for (i = 0; i < args.n; i++) {
		strbuf_adds(out, args.v[i][0] == '-' && args.v[i][1] == '-' ? " \\\n\t" : " ");
		strbuf_add_shell(out, args.v[i]);
	}
	strbuf_adds(out, " \\\n\t--");
	for (i = 0; plan->argv[i]; i++) {
		strbuf_addc(out, ' ');
		strbuf_add_shell(out, plan->argv[i]);
	}
	for (i = 0; i < plan->mounts.n; i++) {
		const struct mount *m = &plan->mounts.v[i];

		if (!is_file(m))
			continue;
		/* A here-string ends in a newline of its own. */
		strbuf_addf(out, " \\\n\t%d%s", fds[i], m->data ? "<<<" : "<");
		strbuf_add_shell(out,
			m->data ? arena_strndup(arena, m->data, strlen(m->data) - 1) : m->source);
	}
	strbuf_addc(out, '\n');
}
