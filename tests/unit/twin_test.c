#include "model/twin.h"

#include "tap.h"

int main(void)
{
	struct twin_record r;

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
	ok(twin_is_name("0123456789abcdef0123456789abcdef"), "a name is a digest's digits");
	ok(!twin_is_name("0123456789abcdef0123456789abcde"), "... all of them");
	ok(!twin_is_name("0123456789abcdef0123456789abcde/"), "... and nothing else");
	ok(!twin_is_name(""), "... nor nothing");
	return done_testing();
}
