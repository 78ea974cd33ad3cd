/*
 * etc: the files of /etc that are written for the run instead of shown: they name other people,
 * other machines, or services that the sandbox has not.
 */
#include <string.h>

#include "plan/parts.h"

static void put(
	struct builder *b, struct mounts *to, const char *dest, const char *data, const char *why)
{
	struct mount *m = vec_push(b->arena, to);

	m->kind = MOUNT_DATA;
	m->dest = dest;
	m->data = data;
	m->from = (struct origin){.kind = ORIGIN_BUILTIN, .why = why};
}

/* The caller's shell, if it is a plain absolute path: it becomes a field of passwd. */
static const char *login_shell(const struct facts *f)
{
	const char *shell = facts_variable(f, "SHELL");

	return shell && *shell == '/' && !strpbrk(shell, ":\n") ? shell : "/bin/sh";
}

void plan_etc(struct builder *b, struct mounts *to)
{
	const struct facts *f = b->facts;
	const unsigned uid = (unsigned)f->uid, gid = (unsigned)f->gid;
	const bool served = network_transparent(&b->plan->net);
	const char *own = arena_printf(b->arena, "%s:x:%u:%u:%s:%s:%s\n", f->user, uid, gid,
		f->user, f->home, login_shell(f));

	put(b, to, "/etc/passwd",
		arena_printf(b->arena, "%s%snobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n",
			uid ? "root:x:0:0:root:/root:/usr/sbin/nologin\n" : "", own),
		"you, root and nobody; no other account");
	put(b, to, "/etc/group",
		arena_printf(b->arena, "%s%s:x:%u:\nnogroup:x:65534:\n", gid ? "root:x:0:\n" : "",
			f->user, gid),
		"your group; no other");
	put(b, to, "/etc/hosts",
		"127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost sandbox\n",
		"the sandbox's own loopback");
	/* Without a name server the C library would say "try again", which some clients do for
	 * a minute; without the plug-in that asks one, a name does not exist. */
	put(b, to, "/etc/nsswitch.conf",
		arena_printf(b->arena,
			"passwd: files\ngroup: files\nhosts: files%s\nservices: files\nprotocols: "
			"files\n",
			served ? " dns" : ""),
		"no directory service is reachable");
	if (!served)
		return; /* without a name server a look-up fails at once */
	/* Every answer comes at once, so what does not come was lost: asked again soon. glibc and
	 * c-ares wait so long for each attempt, musl for all of them together. */
	put(b, to, "/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:2 attempts:5\n",
		"the run's own name server; no search list, names are asked for as they are");
}
