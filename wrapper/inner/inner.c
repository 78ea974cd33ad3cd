#include "inner/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "inner/landlock.h"
#include "inner/seccomp.h"

const char *const inner_ns_names[INNER_NS] = {"cgroup", "ipc", "mnt", "net", "pid", "user", "uts"};

/* What inner reads back, pointing into the wire's bytes. */
struct orders {
	struct inner_facts facts;
	struct wire rules; /* at the first rule */
	uint32_t n_rules;
	const char **argv, **envp; /* NULL-terminated */
	const char *not_found;
};

static void put_u64(struct strbuf *b, uint64_t n)
{
	wire_put_u32(b, (uint32_t)(n >> 32));
	wire_put_u32(b, (uint32_t)n);
}

static uint64_t get_u64(struct wire *w)
{
	uint64_t high = wire_get_u32(w);

	return high << 32 | wire_get_u32(w);
}

void inner_write(const struct plan *plan, const struct inner_facts *facts, struct strbuf *out)
{
	uint32_t n = 0;
	size_t i;

	for (i = 0; i < INNER_NS; i++)
		put_u64(out, facts->ns[i]);
	put_u64(out, facts->reset);
	put_u64(out, facts->blocked);
	while (plan->argv[n])
		n++;
	wire_put_u32(out, n);
	for (i = 0; i < n; i++)
		wire_put_str(out, plan->argv[i]);
	wire_put_u32(out, (uint32_t)plan->env.n);
	for (i = 0; i < plan->env.n; i++) {
		wire_put_str(out, plan->env.v[i].name);
		wire_put_str(out, plan->env.v[i].value);
	}
	wire_put_str(out, plan->not_found);
	wire_put_u32(out, (uint32_t)plan->landlock.n);
	for (i = 0; i < plan->landlock.n; i++) {
		wire_put_u32(out, (uint32_t)plan->landlock.v[i].access);
		wire_put_str(out, plan->landlock.v[i].path);
	}
}

static const char **read_list(struct wire *w, struct arena *arena, bool pairs)
{
	uint32_t n = wire_get_u32(w), i;
	const char **list, *name;

	if (w->bad || n > (size_t)(w->end - w->at))
		die("the orders of this run are damaged");
	list = arena_calloc(arena, (size_t)n + 1, sizeof *list);
	for (i = 0; i < n && !w->bad; i++) {
		name = wire_get_str(w);
		list[i] =
			pairs && name ? arena_printf(arena, "%s=%s", name, wire_get_str(w)) : name;
	}
	return list;
}

static void read_orders(struct orders *o, int fd, struct arena *arena)
{
	struct wire w = {0};
	struct stat st;
	size_t i;
	void *p;

	if (fstat(fd, &st) != 0 || st.st_size <= 0)
		die("the orders of this run are missing");
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		die_errno("the orders of this run cannot be read");
	w.at = p;
	w.end = w.at + st.st_size;
	for (i = 0; i < INNER_NS; i++)
		o->facts.ns[i] = get_u64(&w);
	o->facts.reset = get_u64(&w);
	o->facts.blocked = get_u64(&w);
	o->argv = read_list(&w, arena, false);
	o->envp = read_list(&w, arena, true);
	o->not_found = wire_get_str(&w);
	o->n_rules = wire_get_u32(&w);
	o->rules = w;
	if (w.bad || !o->argv[0])
		die("the orders of this run are damaged");
}

/* bwrap's --unshare-all only tries for some: what counts is what the kernel says now. */
static void check_namespaces(const struct orders *o, struct arena *arena)
{
	struct stat st;
	size_t i;

	for (i = 0; i < INNER_NS; i++) {
		const char *path = arena_printf(arena, "/proc/self/ns/%s", inner_ns_names[i]);

		if (o->facts.ns[i] == 0)
			continue; /* a kernel without this kind */
		if (stat(path, &st) != 0)
			die_errno(
				"the sandbox's %s namespace cannot be checked", inner_ns_names[i]);
		if (st.st_ino == o->facts.ns[i])
			die("the sandbox shares the host's %s namespace; allow user namespaces "
			    "(see "
			    "seal-exec(1), DIAGNOSTICS)",
				inner_ns_names[i]);
	}
}

static void apply_landlock(struct orders *o)
{
	int abi = landlock_abi(), ruleset;
	uint32_t i;

	if (abi == 0)
		die_errno("Landlock is missing, and this run must have it; use a kernel of 5.13 or "
			  "later with landlock in its lsm= list");
	ruleset = landlock_begin(abi);
	if (ruleset < 0)
		die_errno("Landlock takes no ruleset");
	for (i = 0; i < o->n_rules; i++) {
		enum access_class access = (enum access_class)wire_get_u32(&o->rules);
		const char *path = wire_get_str(&o->rules);

		if (!path)
			die("the orders of this run are damaged");
		if (!landlock_add(ruleset, abi, access, path))
			die_errno("Landlock takes no rule for %s", path);
	}
	if (!landlock_enforce(ruleset))
		die_errno("Landlock cannot be enforced");
	close(ruleset);
}

/* Signals are as the caller had them: bwrap ran with some ignored and none blocked. */
static void restore_signals(const struct inner_facts *facts)
{
	sigset_t blocked;
	int n;

	sigemptyset(&blocked);
	for (n = 1; n < 65; n++) {
		uint64_t bit = (uint64_t)1 << (n - 1);

		if (facts->reset & bit)
			signal(n, SIG_DFL);
		if (facts->blocked & bit)
			sigaddset(&blocked, n);
	}
	sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static _Noreturn void cannot_run(const char *command, int error, const char *hint)
{
	warn_line("%s: %s%s%s", command,
		error == ENOENT ? "not found in the sandbox" : strerror(error), hint ? "; " : "",
		hint ? hint : "");
	_exit(error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC);
}

/*
 * execvp(3) with the command's own PATH, without its fallback to a shell for files that have no
 * format: what the user named is what runs, or it is an error.
 */
static _Noreturn void run_command(const struct orders *o)
{
	char *const *argv = (char *const *)o->argv, *const *envp = (char *const *)o->envp;
	const char *command = o->argv[0], *path = "/usr/local/bin:/usr/bin:/bin", *const * e;
	int error = ENOENT;
	char full[PATH_MAX];
	size_t n;

	if (strchr(command, '/') || !*command) {
		execve(command, argv, envp);
		cannot_run(command, errno, errno == ENOENT ? o->not_found : NULL);
	}
	for (e = o->envp; *e; e++)
		if (strncmp(*e, "PATH=", 5) == 0)
			path = *e + 5;
	for (; *path; path += n + (path[n] == ':')) {
		n = strcspn(path, ":");
		if ((size_t)snprintf(full, sizeof full, "%.*s/%s", (int)n, path, command) >=
			sizeof full)
			continue;
		execve(full, argv, envp);
		/* Keep looking, but remember that there was one that may not be run. */
		if (errno != ENOENT && errno != ENOTDIR)
			error = errno;
	}
	cannot_run(command, error, error == ENOENT ? o->not_found : NULL);
}

/* One byte each way: go from the front, starting to it. EOF is the front's death. */
static void await_go(int sock)
{
	char byte = 0;
	ssize_t n;

	do
		n = recv(sock, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n != 1 || byte != 'G')
		_exit(EXIT_REFUSED); /* who would read a message has died */
}

void inner_main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct orders o = {0};
	int orders_fd = argc == 4 ? (int)strtol(argv[2], NULL, 10) : 0;
	int sock = argc == 4 ? (int)strtol(argv[3], NULL, 10) : 0;

	if (orders_fd < 3 || sock < 3)
		die("%s is for seal-exec itself", INNER_WORD);
	read_orders(&o, orders_fd, &arena);
	/* Two descriptors stay until the exec: the socket, in place of the orders, and none else.
	 */
	if (dup3(sock, 3, O_CLOEXEC) != 3 && sock != 3)
		die_errno("cannot keep the socket");
	if (close_range(4, ~0U, 0) != 0)
		die_errno("cannot close inherited descriptors");
	sock = 3;
	fd_set_cloexec(sock, true);
	check_namespaces(&o, &arena);
	await_go(sock);
	apply_landlock(&o);
	restore_signals(&o.facts);
	if (!seccomp_apply())
		die_errno("the system call filter cannot be loaded");
	if (send(sock, "S", 1, MSG_NOSIGNAL) != 1)
		_exit(EXIT_REFUSED);
	run_command(&o);
}
