/*
 * Plans for runs without namespaces: what Landlock is told instead of the mounts, what is refused
 * because it cannot be told, and what a run around must hold already.
 */
#include <string.h>

#include "fixture.h"
#include "model/orders.h"
#include "plan/bare.h"
#include "tap.h"

static const struct node files[] = {
	{.path = "/home/alice/p/kept", .kind = PATH_FILE},
	{.path = "/home/alice/p/hidden", .kind = PATH_FILE},
	{.path = "/home/alice/other", .kind = PATH_DIR},
	{0},
};

/* TEXT has WANT in it. */
#define has(text, want, ...) ok(strstr((text), (want)), __VA_ARGS__)

struct bared {
	struct run *r;
	struct surroundings s;
	struct bare_losses losses;
};

static void see(struct bared *b, const char *at, bool read_only)
{
	*vec_push(&b->r->arena, &b->s.mounts) = (struct seen_mount){at, read_only};
}

/* The plan of `true` by the manifest TEXT, for a run AROUND which there is another, or none. */
static void bare_start(struct bared *b, enum around around, const char *text)
{
	memset(b, 0, sizeof *b);
	b->r = run_new();
	b->r->extra = files;
	if (text)
		run_project(b->r, text);
	run_plan(b->r, "true");
	b->s.around = around;
	b->s.landlock = 7;
	b->s.scratch = "/tmp/seal-exec.X";
}

/* As a run of the full tier shows it. */
static void bare_inside(struct bared *b, const char *text)
{
	bare_start(b, AROUND_FULL, text);
	see(b, "/usr", true);
	see(b, "/tmp", false);
	see(b, "/home/alice", false);
	see(b, "/home/alice/p", false);
	see(b, "/home/alice/p/seal.toml", true);
	see(b, "/home/alice/p/.git/config", true);
	see(b, "/home/alice/p/.git/hooks", true);
}

static void finish(struct bared *b)
{
	plan_bare(&b->r->plan, &b->s, &b->losses, &b->r->arena, &b->r->diags);
}

/* The access that a rule gives exactly at PATH, -1 for none. */
static int rule_at(const struct bared *b, const char *path)
{
	size_t i;

	for (i = 0; i < b->r->plan.landlock.n; i++)
		if (strcmp(b->r->plan.landlock.v[i].path, path) == 0)
			return (int)b->r->plan.landlock.v[i].access;
	return -1;
}

static void test_lower(void)
{
	struct bared b;

	bare_start(&b, AROUND_NONE, NULL);
	finish(&b);
	is_str(run_faults(b.r), "", "a plain run can be had in the lower tier");
	is_int(rule_at(&b, "/home/alice/p"), ACCESS_WRITE, "the project is written");
	is_int(rule_at(&b, "/tmp/seal-exec.X"), ACCESS_WRITE, "a folder of its own");
	is_int(rule_at(&b, "/tmp"), -1, "not all of /tmp");
	is_int(rule_at(&b, "/home/alice"), -1, "nor the home folder");
	is_int(rule_at(&b, "/"), -1, "nor every name");
	is_int(rule_at(&b, "/dev"), -1, "nor all devices");
	is_int(rule_at(&b, "/dev/null"), ACCESS_DEVICE, "but this one");
	is_int(rule_at(&b, "/proc"), ACCESS_READ, "/proc is read");
	is_int(b.r->plan.bare.flags,
		ORDERS_NO_NAMESPACES | ORDERS_NO_BIND | ORDERS_NO_INTERNET | ORDERS_PORTS |
			ORDERS_DIE,
		"all filters");
	ok(!(b.r->plan.layers & LAYERS_NAMESPACES) && !(~b.r->plan.layers & LAYERS_INNER),
		"no layer is wanted that is not there, and every one that is");
	run_free(b.r);
}

/* What becomes of a manifest's wish in the lower tier. */
static void lower(const char *text, const char *want)
{
	struct bared b;

	bare_start(&b, AROUND_NONE, text);
	is_str(run_faults(b.r), "", "%s: the full tier can", want);
	finish(&b);
	has(run_faults(b.r), want, "%s", want);
	run_free(b.r);
}

static void test_refused(void)
{
	struct bared b;

	lower("sandbox.os.protect = ['kept']\n", "p/kept cannot be read-only without mounts");
	lower("sandbox.os.deny = ['hidden']\n", "p/hidden cannot be hidden without mounts");
	lower("sandbox.os.network.domains = ['a.example']\n", "domains cannot be granted");
	lower("sandbox.os.network.dev_server_ports = [3000]\n", "dev_server_ports cannot be");
	bare_start(&b, AROUND_NONE, "sandbox.os.deny = ['/home/alice/other']\n");
	finish(&b);
	is_str(run_faults(b.r), "", "what is not shown needs no hiding");
	is_int(rule_at(&b, "/home/alice/other"), -1, "and no rule shows it");
	run_free(b.r);
}

static void test_ports(void)
{
	struct bared b;

	bare_start(&b, AROUND_NONE, "sandbox.os.network.host_localhost_ports = [5432]\n");
	finish(&b);
	ok(b.r->plan.bare.ports.n == 1 && b.r->plan.bare.ports.v[0] == 5432, "the granted port");
	ok(b.r->plan.bare.flags & ORDERS_TCP_ONLY, "by TCP");
	run_free(b.r);
	bare_start(&b, AROUND_NONE, "sandbox.os.network.host_localhost_ports = [5432]\n");
	b.s.landlock = 3;
	finish(&b);
	has(run_faults(b.r), "Landlock's fourth version", "not without a rule for it");
	run_free(b.r);
	bare_inside(&b, "sandbox.os.network.domains = ['a.example']\n");
	finish(&b);
	is_str(run_faults(b.r), "", "inside, hosts are what the run around reaches");
	is_int((long long)b.r->plan.bare.ports.n, 3, "by the ports of names and the name server's");
	ok(!(b.r->plan.bare.flags & (ORDERS_TCP_ONLY | ORDERS_NO_INTERNET)), "which is UDP");
	run_free(b.r);
}

static void test_inside(void)
{
	struct bared b;

	bare_inside(&b, NULL);
	finish(&b);
	is_str(run_faults(b.r), "", "a run inside a run");
	is_int(rule_at(&b, "/tmp"), ACCESS_WRITE, "its /tmp is the private one");
	is_int(rule_at(&b, "/home/alice"), ACCESS_WRITE, "and so is its home");
	is_int(rule_at(&b, "/tmp/seal-exec.X"), -1, "it needs no other");
	is_int(b.r->plan.bare.flags, ORDERS_NO_INTERNET | ORDERS_PORTS, "no network");
	run_free(b.r);
	bare_inside(&b, NULL);
	see(&b, "/home/alice/other", true);
	finish(&b);
	is_int(rule_at(&b, "/home/alice"), -1,
		"a home in which the run around shows more than the plan is not given whole");
	is_int(rule_at(&b, "/tmp"), ACCESS_WRITE, "that says nothing of /tmp");
	run_free(b.r);
	bare_inside(&b, NULL);
	see(&b, "/tmp/other", true);
	finish(&b);
	is_int(rule_at(&b, "/tmp/seal-exec.X"), ACCESS_WRITE, "where /tmp is not, another is");
	run_free(b.r);
}

/* A guard of the manifest's, and what the run around does about it. */
static void inside_guard(
	const char *text, const char *at, bool read_only, bool hidden, const char *want)
{
	struct bared b;

	bare_inside(&b, text);
	if (at)
		see(&b, at, read_only);
	if (hidden)
		strvec_push(&b.r->arena, &b.s.hidden, "/home/alice/p/hidden");
	finish(&b);
	if (want)
		has(run_faults(b.r), want, "%s: refused", text);
	else
		is_str(run_faults(b.r), "", "%s: held", text);
	run_free(b.r);
}

static void test_guards(void)
{
	static const char protect[] = "sandbox.os.protect = ['kept']",
			  deny[] = "sandbox.os.deny = ['hidden']";
	struct strvec asked = {0};
	struct bared b;

	inside_guard(protect, NULL, false, false, "is not read-only by the run around");
	inside_guard(protect, "/home/alice/p/kept", false, false, "is not read-only");
	inside_guard(protect, "/home/alice/p/kept", true, false, NULL);
	inside_guard(deny, NULL, false, false, "is not hidden by the run around");
	inside_guard(deny, NULL, false, true, NULL);
	bare_inside(&b, deny);
	bare_asks(&b.r->plan, &b.r->arena, &asked);
	ok(strvec_has(&asked, "/home/alice/p/hidden"), "what must be hidden is asked for");
	run_free(b.r);
}

int main(void)
{
	test_lower();
	test_refused();
	test_ports();
	test_inside();
	test_guards();
	return done_testing();
}
