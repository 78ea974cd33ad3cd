#include "plan/bare.h"

#include <string.h>

#include "base/path.h"
#include "model/orders.h"
#include "plan/guard.h"
#include "plan/plan.h"
#include "plan/view.h"

struct bare_builder {
	struct plan *plan;
	const struct surroundings *s;
	struct bare_losses *losses;
	struct arena *arena;
	struct diags *diags;
	bool lower; /* nothing but Landlock and filters, here or around */
};

/* --- Rules ------------------------------------------------------------------------------------ */

/* The most that the rules give at PATH: writing, anything, nothing. */
enum given { GIVEN_NOTHING, GIVEN_SOME, GIVEN_WRITE };

static enum given given_at(const struct plan *plan, const char *path)
{
	enum given most = GIVEN_NOTHING;
	size_t i;

	for (i = 0; i < plan->landlock.n; i++) {
		const struct landlock_rule *r = &plan->landlock.v[i];

		if (!path_under(path, r->path) || r->access == ACCESS_LIST)
			continue;
		if (r->access == ACCESS_WRITE)
			return GIVEN_WRITE;
		most = GIVEN_SOME;
	}
	return most;
}

static void add_rule(struct bare_builder *b, enum access_class access, const char *path,
	const struct origin *from)
{
	enum given have = given_at(b->plan, path);

	if (have == GIVEN_WRITE || (have == GIVEN_SOME && access == ACCESS_READ))
		return;
	*vec_push(b->arena, &b->plan->landlock) =
		(struct landlock_rule){.access = access, .path = path, .from = *from};
}

/* Of the host's /dev only what a run of the full tier has; /dev/shm and /dev/pts are others'. */
static void add_devices(struct bare_builder *b, const struct mount *m)
{
	static const char *const devices[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};
	size_t i;

	if (!b->lower)
		add_rule(b, ACCESS_DEVICE, m->dest, &m->from);
	for (i = 0; b->lower && i < sizeof devices / sizeof *devices; i++)
		add_rule(b, ACCESS_DEVICE, devices[i], &m->from);
}

/* What is mounted, by its source: there is nobody who would show it elsewhere. */
static void add_rules(struct bare_builder *b)
{
	static const struct origin root = {
		.kind = ORIGIN_BUILTIN,
		.why = "names in the view may be listed",
	};
	const struct mount *m;

	b->plan->landlock.n = 0;
	if (!b->lower)
		add_rule(b, ACCESS_LIST, "/", &root);
	vec_each (m, &b->plan->mounts) {
		switch (m->kind) {
		case MOUNT_BIND_RO:
		case MOUNT_COPY:
			add_rule(b, ACCESS_READ, m->source, &m->from);
			break;
		case MOUNT_BIND_RW:
			add_rule(b, ACCESS_WRITE, m->source, &m->from);
			break;
		case MOUNT_DATA:
			add_rule(b, ACCESS_READ, m->dest, &m->from);
			break;
		case MOUNT_DEV:
			add_devices(b, m);
			break;
		case MOUNT_PROC:
			/* The host's: files of other processes of the user's can be written, too.
			 */
			add_rule(b, b->lower ? ACCESS_READ : ACCESS_PROC, m->dest, &m->from);
			break;
		case MOUNT_TMPFS:
		case MOUNT_MASK:
		case MOUNT_DIR:
		case MOUNT_SYMLINK:
		case MOUNT_SEAL:
			break;
		}
	}
}

/* --- What must hold over the rules --------------------------------------------------------------
 */

/* Where M is on this machine: a guard's destination is below a bind, which has another source. */
static const char *real_path(const struct bare_builder *b, const struct mount *m)
{
	const struct mount *up, *best = NULL;

	if (m->source && m->kind != MOUNT_SYMLINK)
		return m->source;
	vec_each (up, &b->plan->mounts)
		if (mount_is_bind(up) && strcmp(up->dest, m->dest) != 0 &&
			path_under(m->dest, up->dest) &&
			(!best || strlen(up->dest) >= strlen(best->dest)))
			best = up;
	return best ? arena_printf(b->arena, "%s%s", best->source, m->dest + strlen(best->dest))
		    : m->dest;
}

void bare_asks(const struct plan *plan, struct arena *arena, struct strvec *out)
{
	const struct bare_builder b = {.plan = (struct plan *)plan, .arena = arena};
	const struct mount *m;

	vec_each (m, &plan->mounts)
		if (m->kind == MOUNT_MASK)
			strvec_push(arena, out, real_path(&b, m));
}

/* The mount that shows PATH here; NULL if none is known. The last one made covers the others. */
static const struct seen_mount *seen_at(const struct surroundings *s, const char *path)
{
	const struct seen_mount *m, *best = NULL;

	vec_each (m, &s->mounts)
		if (path_under(path, m->at) && (!best || strlen(m->at) >= strlen(best->at)))
			best = m;
	return best;
}

/* True if nothing at or below PATH can be written, whatever the rules say. */
static bool held_closed(const struct surroundings *s, const char *path)
{
	const struct seen_mount *m = seen_at(s, path);

	if (!m || !m->read_only)
		return false;
	vec_each (m, &s->mounts)
		if (path_under(m->at, path) && !m->read_only)
			return false;
	return true;
}

static bool is_users(const struct origin *from)
{
	return from->kind == ORIGIN_MANIFEST || from->kind == ORIGIN_CONFIG;
}

static bool is_manifest(const struct plan *plan, const char *path)
{
	return plan->policy->manifest && strcmp(plan->policy->manifest, path) == 0;
}

static void refuse(struct bare_builder *b, const struct mount *m, const char *what)
{
	diag_add(b->diags, m->from.at,
		b->lower ? "%s cannot be %s without mounts, which this machine refuses; remove "
			   "what asks for it, or let bwrap make user namespaces"
			 : "%s is not %s by the run around this one; start this one outside",
		m->dest, what);
}

/* What the plan closes or hides below what the rules open. */
static void check_guard(struct bare_builder *b, const struct mount *m)
{
	const char *path = real_path(b, m);
	enum given given = given_at(b->plan, path);
	bool ours = !is_users(&m->from);

	if (m->kind == MOUNT_MASK) {
		if (given != GIVEN_NOTHING && !strvec_has(&b->s->hidden, path))
			refuse(b, m, "hidden");
	} else if (given == GIVEN_WRITE && !held_closed(b->s, path)) {
		/* What is not there can be made by the run around as well, what lies in a cache it
		 * can write itself if it has that, and a manifest of its making grants nothing
		 * here. */
		if (ours &&
			(b->lower || m->stand_in != STAND_NONE || m->from.bundle ||
				is_manifest(b->plan, path)))
			b->losses->unprotected++;
		else
			refuse(b, m, "read-only");
	}
}

static void check_guards(struct bare_builder *b)
{
	const struct mount *m;

	vec_each (m, &b->plan->mounts)
		if (m->kind == MOUNT_MASK || m->kind == MOUNT_BIND_RO)
			check_guard(b, m);
}

/* --- Private folders ----------------------------------------------------------------------------
 */

/*
 * The run around has a private /tmp and a private home, and so has this one, if there is nothing
 * else in it: what is mounted below was granted to the run around, and a rule would grant it here.
 */
static bool is_private(const struct bare_builder *b, const struct mount *place)
{
	const struct seen_mount *seen = seen_at(b->s, place->dest);
	const struct mount *m;

	if (!seen || seen->read_only || strcmp(seen->at, place->dest) != 0)
		return false;
	vec_each (seen, &b->s->mounts) {
		if (!path_under(seen->at, place->dest) || strcmp(seen->at, place->dest) == 0)
			continue;
		m = mount_above(&b->plan->mounts, seen->at);
		if (!m || (m->kind != MOUNT_BIND_RW && !seen->read_only) || m == place)
			return false;
	}
	vec_each (m, &b->plan->mounts)
		if (m != place && path_under(m->dest, place->dest) && m->kind != MOUNT_BIND_RW &&
			given_at(b->plan, real_path(b, m)) != GIVEN_WRITE &&
			!held_closed(b->s, m->dest))
			return false;
	return true;
}

static void set_tmpdir(struct bare_builder *b, const char *path)
{
	static const struct origin scratch = {
		.kind = ORIGIN_BUILTIN,
		.why = "a folder of its own, for there is no private /tmp",
	};
	struct env_var *v;

	add_rule(b, ACCESS_WRITE, path, &scratch);
	vec_each (v, &b->plan->env)
		if (strcmp(v->name, "TMPDIR") == 0) {
			v->value = path;
			v->from = scratch;
		}
}

static void add_places(struct bare_builder *b)
{
	const struct mount *m;

	vec_each (m, &b->plan->mounts)
		if (m->kind == MOUNT_TMPFS && !b->lower && is_private(b, m))
			add_rule(b, ACCESS_WRITE, m->dest, &m->from);
	if (b->s->scratch && given_at(b->plan, "/tmp") != GIVEN_WRITE)
		set_tmpdir(b, b->s->scratch);
}

/* --- Network ------------------------------------------------------------------------------------
 */

static void add_port(struct bare_builder *b, unsigned port)
{
	size_t i;

	for (i = 0; i < b->plan->bare.ports.n; i++)
		if (b->plan->bare.ports.v[i] == port)
			return;
	*vec_push(b->arena, &b->plan->bare.ports) = port;
}

/* What the lower tier has no way to grant. */
static void refuse_network(struct bare_builder *b)
{
	const struct network *net = &b->plan->net;
	static const char why[] = "%s cannot be granted without a network namespace, which this "
				  "machine refuses; remove it, or let bwrap make user namespaces";
	const struct grant *g;
	struct place at;

	if (network_named(net)) {
		at = net->domains.n ? net->domains.v[0].from.at : b->plan->policy->profile_from.at;
		diag_add(b->diags, at, why, net->any ? "\"network-allow-all\"" : "domains");
	}
	if (net->dev_ports.n)
		diag_add(b->diags, net->dev_ports.v[0].from.at, why, "dev_server_ports");
	vec_each (g, &b->plan->policy->grants)
		if (g->kind == GRANT_SOCKET && is_users(&g->from))
			diag_add(b->diags, g->from.at, why, "unix_sockets");
}

/* No socket with a name is made there at all, for all of the host's are in sight. */
static void drop_bus(struct bare_builder *b)
{
	struct env_var *v;

	b->losses->bus = b->plan->bus.proxy;
	b->plan->bus.proxy = NULL;
	vec_each (v, &b->plan->env)
		if (b->losses->bus && strcmp(v->name, BUS_VARIABLE) == 0)
			v->value = BUS_NONE;
}

static void plan_ports(struct bare_builder *b)
{
	const struct network *net = &b->plan->net;
	const struct port *p;
	size_t i;

	if (network_named(net)) {
		for (i = 0; i < net->ports.n; i++)
			add_port(b, net->ports.v[i]);
		add_port(b, net->proxy == PROXY_EXPLICIT ? PROXY_PORT : NAME_SERVER_PORT);
	}
	vec_each (p, &net->host_ports)
		add_port(b, p->number);
	vec_each (p, &net->dev_ports)
		add_port(b, p->number);
}

/* Where the network was asked for. */
static struct place first_place(const struct bare_builder *b)
{
	const struct network *net = &b->plan->net;

	return net->host_ports.n   ? net->host_ports.v[0].from.at
		: net->dev_ports.n ? net->dev_ports.v[0].from.at
		: net->domains.n   ? net->domains.v[0].from.at
				   : b->plan->policy->profile_from.at;
}

static void add_network(struct bare_builder *b)
{
	const struct network *net = &b->plan->net;
	struct bare *bare = &b->plan->bare;

	if (b->lower) {
		bare->flags |= ORDERS_NO_NAMESPACES | ORDERS_NO_BIND;
		refuse_network(b);
		drop_bus(b);
	}
	if (!network_wanted(net)) {
		bare->flags |= ORDERS_NO_INTERNET | ORDERS_PORTS;
		return;
	}
	bare->flags |= ORDERS_PORTS;
	if (!network_transparent(net))
		bare->flags |= ORDERS_TCP_ONLY;
	plan_ports(b);
	if (b->s->landlock < 4)
		diag_add(b->diags, first_place(b),
			"ports cannot be held without Landlock's fourth version, and this kernel "
			"has the %dth; use a kernel of 6.7 or later",
			b->s->landlock);
}

/* --- The whole ----------------------------------------------------------------------------------
 */

void plan_bare(struct plan *plan, const struct surroundings *s, struct bare_losses *losses,
	struct arena *arena, struct diags *diags)
{
	struct bare_builder b = {
		.plan = plan,
		.s = s,
		.losses = losses,
		.arena = arena,
		.diags = diags,
		.lower = s->around != AROUND_FULL,
	};
	struct limit *processes = &plan->limits.v[LIMIT_PROCESSES];

	*losses = (struct bare_losses){0};
	add_rules(&b);
	check_guards(&b);
	add_places(&b);
	add_network(&b);
	if (s->around == AROUND_NONE)
		plan->bare.flags |= ORDERS_DIE;
	/* It would count all processes of the user's, and those that are there already. */
	if (b.lower && processes->set && processes->holder == HOLDER_RLIMIT) {
		losses->processes = true;
		processes->set = false;
	}
	plan->layers &= LAYERS_INNER | LAYER_BIT(LIMITS);
	if (!b.lower)
		plan->layers |= LAYERS_NAMESPACES | LAYER_BIT(VIEW) | LAYER_BIT(KEEPER);
}
