/*
 * The orders for the step inside: what is rendered is what model/orders.h says, and inner itself,
 * given damaged ones, refuses before it does anything.
 */
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memfd.h"
#include "base/wire.h"
#include "render/orders.h"
#include "tap.h"

static const char *const command[] = {"na\nme", "", "two\nlines", NULL};
static struct env_var variables[] = {{.name = "A", .value = "1"}, {.name = "EMPTY", .value = ""}};
static struct landlock_rule rules[] = {
	{.access = ACCESS_READ, .path = "/usr"}, {.access = ACCESS_LIST, .path = "/"}};

static void render(struct strbuf *out)
{
	const struct orders_facts facts = {.reset = 8, .blocked = 9};
	const struct policy policy = {.debug = true};
	struct plan plan = {
		.policy = &policy,
		.argv = command,
		.env = {.v = variables, .n = 2, .cap = 2},
		.landlock = {.v = rules, .n = 2, .cap = 2},
		.limits.v = {[LIMIT_PROCESSES] = {.set = true, .value = 9},
			[LIMIT_MEMORY] = {.set = true, .value = 5, .holder = HOLDER_CGROUP}},
		.not_found = "look \x1b elsewhere",
		.cwd = "/work",
		.layers = LAYER_BIT(SECCOMP),
	};

	render_orders(&plan, &facts, out);
}

static void test_render(void)
{
	static const char *const strings[] = {"na\\nme", "look \\x1b elsewhere", "/work", "na\nme",
		"", "two\nlines", "A=1", "EMPTY=", "0/usr", "4/"};
	struct strbuf b = STRBUF_INIT;
	struct orders_head head;
	struct wire w;
	size_t i;

	render(&b);
	w = (struct wire){.at = b.s, .end = b.s + b.len};
	wire_get(&w, &head, sizeof head);
	ok(head.facts.reset == 8 && head.facts.blocked == 9, "the facts");
	is_int(head.debug, 1, "debug");
	ok(head.wanted == LAYER_BIT(SECCOMP), "the layers");
	ok(head.args == 3 && head.vars == 2 && head.rules == 2, "the counts");
	ok(head.limits[LIMIT_PROCESSES] == 10, "a limit, and bwrap's own process with it");
	ok(head.limits[LIMIT_MEMORY] == NO_LIMIT, "a cgroup holds it");
	ok(head.limits[LIMIT_CORE] == NO_LIMIT, "none is wished");
	for (i = 0; i < sizeof strings / sizeof *strings; i++)
		is_str(wire_get_str(&w), strings[i], "string %zu", i);
	ok(!w.bad && w.at == w.end, "and nothing behind");
	strbuf_release(&b);
}

/* The exit code of inner with these orders, its messages in SAID; -1 if it was killed. */
static int run_inner(const struct strbuf *orders, char *said, size_t size)
{
	int fd = memfd_bytes("orders", orders->s, orders->len), out[2], status = 0;
	char number[16], error[16];
	ssize_t n;
	pid_t pid;

	if (fd < 0 || pipe2(out, O_CLOEXEC) != 0)
		return -1;
	snprintf(number, sizeof number, "%d", fd);
	fflush(stdout);
	if ((pid = fork()) == 0) {
		alarm(10);
		fcntl(out[1], F_SETFD, 0);
		/* The orders are no socket: whole ones end where inner waits for its go. */
		snprintf(error, sizeof error, "%d", out[1]);
		execl("build/inner/inner", "inner", number, number, error, (char *)NULL);
		_exit(99);
	}
	close(out[1]);
	close(fd);
	n = read(out[0], said, size - 1);
	said[n > 0 ? n : 0] = '\0';
	close(out[0]);
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void test_inner(void)
{
	static const char damaged[] = "seal-exec: the orders of this run are damaged\n";
	struct strbuf b = STRBUF_INIT;
	size_t whole, refused = 0;
	struct orders_head *head;
	char said[256];

	render(&b);
	whole = b.len;
	ok(run_inner(&b, said, sizeof said) == 125 && !strstr(said, "damaged"),
		"whole orders are read");
	strbuf_addc(&b, '\0');
	ok(run_inner(&b, said, sizeof said) == 125 && strcmp(said, damaged) == 0, "one byte more");
	for (b.len = 1; b.len < whole; b.len++)
		refused += run_inner(&b, said, sizeof said) == 125 && strcmp(said, damaged) == 0;
	is_int((long long)refused, (long long)whole - 1, "every truncation is refused");
	b.len = whole;
	head = (struct orders_head *)(void *)b.s;
	head->args = UINT32_MAX;
	ok(run_inner(&b, said, sizeof said) == 125 && strcmp(said, damaged) == 0,
		"more arguments than bytes");
	head->args = 0;
	ok(run_inner(&b, said, sizeof said) == 125 && strcmp(said, damaged) == 0, "no command");
	b.len = 0;
	ok(run_inner(&b, said, sizeof said) == 125 && strstr(said, "missing"), "no orders at all");
	strbuf_release(&b);
}

int main(void)
{
	test_render();
	test_inner();
	return done_testing();
}
