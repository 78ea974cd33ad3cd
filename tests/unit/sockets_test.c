/*
 * unix_sockets: the thing itself, and nothing but a socket.
 */
#include "fixture.h"
#include "plan/view.h"
#include "tap.h"

#define P "bind /home/alice/p; "

static const struct node sockets[] = {
	{"/run/user/1000/bus", PATH_SOCKET, NULL, 0},
	{"/run/user/1000/gone", PATH_SYMLINK, "nowhere", 0},
	{"/tmp/alice.sock", PATH_SOCKET, NULL, 0},
	{"/tmp/alias.sock", PATH_SYMLINK, "alice.sock", 0},
	{"/home/alice/agent", PATH_SYMLINK, "/run/user/1000/bus", 0},
	{"/home/alice/p/s.sock", PATH_SOCKET, NULL, 0},
	{"/home/alice/p/pipe", PATH_OTHER, NULL, 0},
	{NULL, PATH_MISSING, NULL, 0},
};

/* LIST of unix_sockets: the mounts it makes, what is absent, and the first note. */
static void sockets_are(
	const char *list, bool nameless, const char *want, const char *absent, const char *note)
{
	struct run *r = run_new();

	r->extra = sockets;
	r->facts.nameless = nameless;
	run_project(r, arena_printf(&r->arena, "sandbox.os.unix_sockets = [%s]\n", list));
	run_plan(r, "true");
	is_str(run_faults(r), "", "no faults");
	is_str(run_mounts(r), want, "sockets %s", list);
	is_str(grants_text(&r->arena, &r->plan.absent), absent, "... absent");
	is_str(r->plan.notes.n ? r->plan.notes.v[0] : "", note, "... said");
	run_free(r);
}

static void test_sockets(void)
{
	struct run *r;
	size_t i, run, bus;

	/* Read-only: connecting is no writing, and the inode cannot be given another mode. */
	sockets_are("'/run/user/<UID>/bus', '/tmp/<USER>.sock'", false,
		P "ro-bind /run/user/1000/bus; ro-bind /tmp/alice.sock; ", "", "");
	sockets_are("'/run/user/<UID>/bus', '/tmp/<USER>.sock'", true,
		P "ro-bind /run/user/1000/bus; ", "unix_sockets /tmp/<USER>.sock; ", "");
	sockets_are("'/tmp/alice.sock', '/tmp/<USER>.sock', '//tmp/./alice.sock'", false,
		P "ro-bind /tmp/alice.sock; ", "", "");
	sockets_are(
		"'~/agent'", false, "ro-bind /home/alice/agent </run/user/1000/bus; " P, "", "");
	sockets_are("'/tmp/none.sock', '/run/user/<UID>/gone'", false, P,
		"unix_sockets /tmp/none.sock; unix_sockets /run/user/<UID>/gone; ", "");
	sockets_are("'s.sock'", false, P "ro-bind /home/alice/p/s.sock; ", "", "");
	/* Only a socket: what else is there would be read, or would be a whole folder of sockets.
	 */
	sockets_are("'/run'", false, P, "unix_sockets /run; ",
		"unix_sockets '/run' is no socket, so it is not shown");
	sockets_are("'/run/user/<UID>'", false, P, "unix_sockets /run/user/<UID>; ",
		"unix_sockets '/run/user/<UID>' is no socket, so it is not shown");
	sockets_are("'/etc/shadow'", false, P, "unix_sockets /etc/shadow; ",
		"unix_sockets '/etc/shadow' is no socket, so it is not shown");
	sockets_are("'pipe'", false, P, "unix_sockets pipe; ",
		"unix_sockets 'pipe' is no socket, so it is not shown");
	r = run_new();
	r->extra = sockets;
	run_bundle(r,
		"name = 'x'\nsummary = 'x'\ncommands = ['x']\n"
		"unix_socket_connects = ['/run/user/<UID>/bus', '/tmp/alias.sock', '/tmp/n']\n");
	run_project(r,
		"sandbox.os.unix_sockets = ['/run/user/<UID>/bus']\nsandbox.os.deny = "
		"['/tmp/alice.sock']\n");
	run_plan(r, "x");
	is_str(run_faults(r), "", "no faults");
	for (i = run = bus = 0; i < r->plan.mounts.n; i++) {
		run = strcmp(r->plan.mounts.v[i].dest, "/run") == 0 ? i : run;
		bus = strcmp(r->plan.mounts.v[i].dest, "/run/user/1000/bus") == 0 ? i : bus;
	}
	ok(run && bus > run, "a bundle's socket, after the tmpfs that would hide it");
	is_str(mount_above(&r->plan.mounts, "/tmp/alias.sock")->dest, "/tmp",
		"one that is denied is not shown, under no name");
	is_str(grants_text(&r->arena, &r->plan.absent), "unix_sockets /tmp/n; ",
		"one that is not there is no error");
	run_free(r);
}

int main(void)
{
	test_sockets();
	return done_testing();
}
