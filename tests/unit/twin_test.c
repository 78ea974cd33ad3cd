/*
 * The records of twins: what their text says, and who holds one.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/process.h"
#include "keeper/twins.h"
#include "tap.h"

static void test_held(void)
{
	static const char name[] = "0123456789abcdef0123456789abcdef0123456789abcdef";
	char folder[] = "/tmp/seal-twins.XXXXXX", path[128];
	struct twin_record r;
	int fd, other, claim, second;

	if (!mkdtemp(folder)) {
		ok(false, "a folder for the test");
		return;
	}
	snprintf(path, sizeof path, "%s/%s", folder, name);
	ok(!twin_look(folder, name, &r), "no record, no twin");
	fd = twin_take(folder, name);
	ok(fd >= 0 && twin_look(folder, name, &r) && r.front == getpid() && r.init == 0,
		"who holds it is its front");
	ok(twin_take(folder, name) < 0 && errno == EAGAIN, "another does not get it");
	dprintf(fd, "init 5 7\n");
	ok(twin_look(folder, name, &r) && r.init == 5 && r.init_started == 7,
		"its sandbox is told");
	ok(!twin_is_used(folder, name), "no run uses it");
	other = twin_use(folder, name);
	ok(other >= 0 && twin_is_used(folder, name), "a run does");
	ok(twin_look(folder, name, &r), "... which is not to hold it");
	ok(twin_claim(folder, name, &claim) == CLAIM_USED, "... so nobody may end it");
	close(other);
	ok(!twin_is_used(folder, name), "... and does no more");
	ok(twin_claim(folder, name, &claim) == CLAIM_MADE, "then one may");
	ok(twin_claim(folder, name, &second) == CLAIM_OTHER, "... and one only");
	ok(twin_use(folder, name) < 0, "... nor does a run use it meanwhile");
	close(claim);
	other = dup(fd);
	close(fd);
	ok(twin_look(folder, name, &r), "held as long as somebody has it open");
	unlink(path);
	fd = twin_take(folder, name);
	ok(fd >= 0, "one that was removed is no longer the twin's");
	close(other);
	close(fd);
	ok(!twin_look(folder, name, &r), "one that nobody holds is of no twin");
	ok(twin_claim(folder, name, &claim) == CLAIM_GONE && twin_use(folder, name) < 0,
		"... which nobody can end or use");
	fd = twin_take(folder, name);
	ok(fd >= 0 && twin_look(folder, name, &r) && r.init == 0, "it is begun anew");
	close(fd);
	unlink(path);
	rmdir(folder);
}

static void test_process(void)
{
	struct process self;
	int fd;

	process_look(getpid(), &self);
	fd = twin_process(getpid(), self.started);
	ok(fd >= 0, "a process by its number and its start");
	close(fd);
	ok(twin_process(getpid(), self.started + 1) < 0, "another start is another process");
	ok(twin_process(0, 0) < 0, "none");
}

int main(void)
{
	struct twin_record r;

	test_held();
	test_process();

	twin_parse(&r, "front 12 345 1700000000\ninit 14 346\n");
	ok(r.front == 12 && r.front_started == 345 && r.since == 1700000000, "a record's front");
	ok(r.init == 14 && r.init_started == 346, "... and its sandbox's first process");
	twin_parse(&r, "front 12 345 1700000000\n");
	ok(r.front == 12 && r.init == 0, "one whose sandbox is not there yet");
	twin_parse(&r, "front 12 345 1700000000\ninit 14 34");
	ok(r.front == 12 && r.init == 0, "a line that is being written counts for nothing");
	twin_parse(&r, "front 0 1 1\ninit -3 9\ninit 5 x\nfront 1\n7\n");
	ok(r.front == 0 && r.init == 0, "what is no process is none");
	twin_parse(&r, "");
	ok(r.front == 0 && r.init == 0, "an empty record");
	twin_parse(&r, "\n\ninit 5 6 7\nfront 99999999999999999999 1 1\n");
	ok(r.front == 0 && r.init == 0, "a line with too much in it counts for nothing");
	ok(twin_is_name("0123456789abcdef0123456789abcdef0123456789abcdef"),
		"a name is a digest's digits");
	ok(!twin_is_name("0123456789abcdef0123456789abcdef0123456789abcde"), "... all of them");
	ok(!twin_is_name("0123456789abcdef0123456789abcdef0123456789abcde/"),
		"... and nothing else");
	ok(!twin_is_name(""), "... nor nothing");
	return done_testing();
}
