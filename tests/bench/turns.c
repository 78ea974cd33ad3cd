/*
 * turns: asks agents in turn, on a machine that does other things too.
 *
 *	turns [-r ROUNDS] [-m MILLISECONDS] -t TEST=COUNT... SPEC...
 *
 * An agent is a program that answers each line "TEST COUNT" of its standard input with a number
 * (netload.c). Each SPEC is a file of NUL-terminated words, the command that starts one. A round
 * makes every test with every agent, in a new order each time, so that what disturbs the machine
 * disturbs all of them alike. Each result is a line: test, the SPEC's file name, minimum, median
 * and mean of the answers, then the median of the rounds' quotients to the first SPEC's answer. -m
 * stops after so many milliseconds; five rounds always run.
 *
 * The test "memory" is made here: how many bytes there are more, for each connection, when the
 * agent holds COUNT of them.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "median.h"

enum {
	MAX_WORDS = 256,
	MAX_AGENTS = 16,
	MAX_TESTS = 16,
	LEAST_ROUNDS = 5,
	PATIENCE = 60000,   /* milliseconds that an answer may take */
	STEADY = 64 * 1024, /* bytes */
};

struct agent {
	const char *label;
	pid_t pid;
	int to, from;
};

struct test {
	const char *name;
	long n;
	double *values[MAX_AGENTS]; /* one a round */
};

struct bench {
	struct agent agents[MAX_AGENTS];
	struct test tests[MAX_TESTS];
	size_t n_agents, n_tests, rounds;
	double limit; /* seconds */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double *new_values(size_t n)
{
	double *v = calloc(n, sizeof *v);

	if (!v)
		err(1, "memory");
	return v;
}

static long number(const char *text)
{
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || *end || n <= 0)
		errx(2, "%s is not a number above 0", text);
	return n;
}

/* ARGV points into what was read, until the next call. */
static void read_words(char **argv, const char *name)
{
	static char words[1 << 16];
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, words, sizeof words);
	size_t n = 0;
	char *at;

	if (size <= 0 || words[size - 1] != '\0')
		errx(1, "%s: cannot be read, or not words that end in NUL", name);
	close(fd);
	for (at = words; at < words + size && n < MAX_WORDS - 1; at += strlen(at) + 1)
		argv[n++] = at;
	argv[n] = NULL;
}

static void start_agent(struct agent *a, const char *spec)
{
	posix_spawn_file_actions_t actions;
	const char *slash = strrchr(spec, '/');
	char *argv[MAX_WORDS];
	int to[2], from[2], error;

	a->label = slash ? slash + 1 : spec;
	read_words(argv, spec);
	if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
		err(1, "pipe");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
	error = posix_spawnp(&a->pid, argv[0], &actions, NULL, argv, environ);
	if (error)
		errx(1, "%s: %s", argv[0], strerror(error));
	posix_spawn_file_actions_destroy(&actions);
	close(to[0]);
	close(from[1]);
	a->to = to[1];
	a->from = from[0];
}

static void end_agent(const struct agent *a)
{
	int status;

	close(a->to);
	if (waitpid(a->pid, &status, 0) != a->pid || status != 0)
		errx(1, "%s: the agent ended badly", a->label);
}

/* A line at once: that is how agents write. */
static double ask(const struct agent *a, const char *test, long n)
{
	struct pollfd answered = {.fd = a->from, .events = POLLIN};
	char line[64], *end;
	double answer;
	ssize_t got;

	if (dprintf(a->to, "%s %ld\n", test, n) < 0 || poll(&answered, 1, PATIENCE) != 1)
		errx(1, "%s: no answer to %s", a->label, test);
	got = read(a->from, line, sizeof line - 1);
	line[got > 0 ? got : 0] = '\0';
	answer = strtod(line, &end);
	if (end == line || *end != '\n')
		errx(1, "%s: no answer to %s", a->label, test);
	return answer;
}

/* Reads FILE, a short one of /proc, as text; false if it is not there, or no more. */
static bool read_text(const char *file, char *text, size_t size)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* The number behind KEY, or 0. */
static double look_up(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtod(at + strlen(key), NULL) : 0;
}

/* The two ends of a connection, and who stands between them, by the beginnings of their names. */
static bool is_measured(const char *status)
{
	static const char *const names[] = {"net", "seal-", "socat"};
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++)
		if (strncmp(status, "Name:\t", 6) == 0 &&
			strncmp(status + 6, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* KiB that such processes hold for themselves, with their page tables. */
static double processes_memory(void)
{
	DIR *proc = opendir("/proc");
	const struct dirent *e;
	char file[300], text[4096];
	double kib = 0;

	if (!proc)
		err(1, "/proc");
	while ((e = readdir(proc))) {
		snprintf(file, sizeof file, "/proc/%s/status", e->d_name);
		if (*e->d_name >= '1' && *e->d_name <= '9' && read_text(file, text, sizeof text) &&
			is_measured(text))
			kib += look_up(text, "\nRssAnon:") + look_up(text, "\nVmPTE:");
	}
	closedir(proc);
	return kib;
}

/*
 * What connections and those who keep them are made of, in bytes: objects of the kernel (sockets,
 * files, epoll's entries) and its stacks, of the whole machine; bytes under way; processes.
 */
static double all_memory(void)
{
	char text[8192];
	double bytes;

	if (!read_text("/proc/net/sockstat", text, sizeof text))
		err(1, "/proc/net/sockstat");
	bytes = look_up(text, " mem ") * (double)sysconf(_SC_PAGESIZE);
	if (!read_text("/proc/meminfo", text, sizeof text))
		err(1, "/proc/meminfo");
	bytes += (look_up(text, "\nSlab:") + look_up(text, "\nKernelStack:")) * 1024;
	return bytes + processes_memory() * 1024;
}

/* Once it is steady: what was closed just now is freed later. Others may keep it moving. */
static double steady_memory(void)
{
	double bytes = all_memory(), before, begun = now();

	do {
		before = bytes;
		poll(NULL, 0, 100);
		bytes = all_memory();
	} while ((bytes > before + STEADY || bytes < before - STEADY) && now() - begun < 3);
	return bytes;
}

static double one_value(const struct agent *a, const struct test *t)
{
	double before;

	if (strcmp(t->name, "memory") != 0)
		return ask(a, t->name, t->n);
	before = steady_memory();
	ask(a, "hold", t->n);
	before = steady_memory() - before;
	ask(a, "hold", 0);
	return before / (double)t->n;
}

/* Fisher and Yates. */
static void shuffle(size_t *order, size_t n)
{
	size_t i, j, kept;

	for (i = n; i > 1; i--) {
		j = arc4random_uniform((uint32_t)i);
		kept = order[i - 1];
		order[i - 1] = order[j];
		order[j] = kept;
	}
}

static void run_round(struct bench *b, size_t round)
{
	size_t order[MAX_AGENTS], i, k;

	for (i = 0; i < b->n_agents; i++)
		order[i] = i;
	for (k = 0; k < b->n_tests; k++) {
		shuffle(order, b->n_agents);
		for (i = 0; i < b->n_agents; i++)
			b->tests[k].values[order[i]][round] =
				one_value(&b->agents[order[i]], &b->tests[k]);
	}
}

/* The first round is made twice, for caches and for memory that is kept once it was needed. */
static void measure(struct bench *b)
{
	double begun;
	size_t i;

	run_round(b, 0);
	begun = now();
	for (i = 0; i < b->rounds; i++) {
		run_round(b, i);
		if (i + 1 >= LEAST_ROUNDS && now() - begun > b->limit)
			b->rounds = i + 1;
	}
}

static void report(const struct bench *b, const struct test *t)
{
	double *q = new_values(b->rounds), quotient[MAX_AGENTS], sum, middle, *v;
	size_t a, i;

	/* Taking a median sorts; the rounds' quotients need the order. */
	for (a = 0; a < b->n_agents; a++) {
		for (i = 0; i < b->rounds; i++)
			q[i] = t->values[a][i] / t->values[0][i];
		quotient[a] = median(q, b->rounds);
	}
	for (a = 0; a < b->n_agents; a++) {
		v = t->values[a];
		middle = median(v, b->rounds);
		for (sum = 0, i = 0; i < b->rounds; i++)
			sum += v[i];
		printf("%s\t%s\t%.1f\t%.1f\t%.1f\t%.4f\n", t->name, b->agents[a].label, v[0],
			middle, sum / (double)b->rounds, quotient[a]);
	}
	free(q);
}

static void add_test(struct bench *b, char *text)
{
	struct test *t = &b->tests[b->n_tests++];
	char *equals = strchr(text, '=');

	if (!equals || b->n_tests > MAX_TESTS)
		errx(2, "%s: not TEST=COUNT, or too many tests", text);
	*equals = '\0';
	t->name = text;
	t->n = number(equals + 1);
}

int main(int argc, char **argv)
{
	static struct bench b = {.rounds = 20, .limit = 1e12};
	size_t i, k;
	int option;

	while ((option = getopt(argc, argv, "r:m:t:")) != -1)
		if (option == 'r')
			b.rounds = (size_t)number(optarg);
		else if (option == 'm')
			b.limit = (double)number(optarg) / 1e3;
		else if (option == 't')
			add_test(&b, optarg);
		else
			return 2;
	b.n_agents = (size_t)(argc - optind);
	if (b.n_agents == 0 || b.n_agents > MAX_AGENTS || b.n_tests == 0)
		errx(2, "no agents, too many, or no tests");
	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < b.n_agents; i++)
		start_agent(&b.agents[i], argv[optind + (int)i]);
	for (k = 0; k < b.n_tests; k++)
		for (i = 0; i < b.n_agents; i++)
			b.tests[k].values[i] = new_values(b.rounds);
	measure(&b);
	for (k = 0; k < b.n_tests; k++)
		report(&b, &b.tests[k]);
	for (i = 0; i < b.n_agents; i++)
		end_agent(&b.agents[i]);
	return 0;
}
