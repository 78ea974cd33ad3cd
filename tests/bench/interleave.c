/*
 * interleave: measures N commands against each other, on a machine that does other things too.
 *
 *	interleave [-r ROUNDS] [-w WARM-UPS] [-s SERVER] [-m MILLISECONDS] SPEC...
 *	interleave -S
 *
 * A round runs each command once, so that what disturbs the machine disturbs all of them alike;
 * the warm-ups are rounds that do not count. A command's standard input, output and error are
 * /dev/null, and one that fails ends the measurement: its times would be another command's.
 *
 * A SPEC is a file of NUL-terminated words, the arguments of env(1): [-i] [NAME=VALUE...] COMMAND
 * [ARGUMENT...]; a word -CDIR changes the folder. No shell and no env run in between. The file's
 * name is the label of the results. SPEC.fdN, if it exists, is opened as descriptor N of the
 * command (10 to 39).
 *
 * With -s each command runs twice a round: here, as LABEL.out, and as LABEL.in by the server. That
 * is one long run of interleave -S, which whatever SERVER says has started (a sandbox, for us); it
 * takes words and gives back times. What starting the sandbox costs is in neither time.
 *
 * Each result is a line: label, then minimum, median and mean of the wall-clock time and the median
 * of the processor time (the command's and that of the descendants it waited for), all in
 * microseconds, then the median of the rounds' quotients to the first command's wall-clock time
 * (with -s: LABEL.in to LABEL.out). -m stops after so many milliseconds; five rounds always run.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "median.h"

enum { MAX_COMMANDS = 64, MAX_WORDS = 1024, FIRST_FD = 10, END_FD = 40, LEAST_ROUNDS = 5 };

struct command {
	const char *label;
	char *words; /* NUL-terminated each */
	uint32_t size;
	const char *data[END_FD]; /* names of the files for descriptors, or NULL */
};

struct times {
	int64_t wall, cpu; /* nanoseconds */
	int32_t status;    /* as of waitpid(2) */
	int32_t error;     /* errno of a command that could not be started */
};

struct series {
	double *wall, *cpu; /* microseconds, a value a round */
};

/* The words of a command, taken apart. */
struct start {
	char *argv[MAX_WORDS], *envp[MAX_WORDS];
	const char *dir;
};

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int64_t nanoseconds(struct timeval t)
{
	return (int64_t)t.tv_sec * 1000000000 + (int64_t)t.tv_usec * 1000;
}

static bool is_assignment(const char *word)
{
	size_t n = strcspn(word, "=/");

	return n > 0 && word[n] == '=';
}

static void take_apart(struct start *s, char *words, uint32_t size)
{
	char *at = words, *end = words + size, **e;
	size_t n = 0, v = 0;

	s->dir = NULL;
	if (size >= 3 && strcmp(at, "-i") == 0)
		at += strlen(at) + 1;
	else
		for (e = environ; *e && v < MAX_WORDS / 2; e++)
			s->envp[v++] = *e;
	for (; at < end && (strncmp(at, "-C", 2) == 0 || is_assignment(at)); at += strlen(at) + 1) {
		if (*at == '-')
			s->dir = at + 2;
		else if (v < MAX_WORDS - 1)
			s->envp[v++] = at;
	}
	for (; at < end && n < MAX_WORDS - 1; at += strlen(at) + 1)
		s->argv[n++] = at;
	s->argv[n] = s->envp[v] = NULL;
	if (at < end || n == 0)
		errx(1, "a command with too many words, or none");
}

static void add_files(posix_spawn_file_actions_t *actions, const struct command *c)
{
	int fd;

	for (fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(actions, fd, "/dev/null", O_RDWR, 0);
	for (fd = FIRST_FD; fd < END_FD; fd++)
		if (c->data[fd])
			posix_spawn_file_actions_addopen(actions, fd, c->data[fd], O_RDONLY, 0);
}

/* posix_spawn does not copy this process, so its size is in nobody's time. */
static struct times run(const struct command *c)
{
	static struct start s;
	posix_spawn_file_actions_t actions;
	struct times t = {0};
	struct rusage used;
	int64_t before;
	pid_t pid;

	take_apart(&s, c->words, c->size);
	posix_spawn_file_actions_init(&actions);
	if (s.dir)
		posix_spawn_file_actions_addchdir_np(&actions, s.dir);
	add_files(&actions, c);
	before = now();
	t.error = posix_spawnp(&pid, s.argv[0], &actions, NULL, s.argv, s.envp);
	if (t.error == 0)
		while (wait4(pid, &t.status, 0, &used) < 0 && errno == EINTR)
			;
	t.wall = now() - before;
	if (t.error == 0)
		t.cpu = nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime);
	posix_spawn_file_actions_destroy(&actions);
	return t;
}

/* Moves SIZE bytes whole; false at the end of the file. */
static bool transfer(ssize_t (*move)(int, void *, size_t), int fd, void *bytes, size_t size)
{
	char *at = bytes;
	ssize_t n;

	for (; size; at += n, size -= (size_t)n) {
		n = move(fd, at, size);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return false;
	}
	return true;
}

static ssize_t put(int fd, void *bytes, size_t size)
{
	return write(fd, bytes, size);
}

/* A request is the words' size and the words; the answer is a struct times. */
static int serve(void)
{
	struct command c = {0};
	struct times t;

	while (transfer(read, 0, &c.size, sizeof c.size)) {
		c.words = realloc(c.words, c.size);
		if (!c.words || !transfer(read, 0, c.words, c.size))
			errx(1, "a request was cut off");
		t = run(&c);
		if (!transfer(put, 1, &t, sizeof t))
			err(1, "answer");
	}
	free(c.words);
	return 0;
}

/* The server's own descriptors; -1 while there is none. */
struct server {
	pid_t pid;
	int to, from;
};

static void start_server(struct server *server, const struct command *c)
{
	static struct start s;
	posix_spawn_file_actions_t actions;
	int to[2], from[2], error;

	take_apart(&s, c->words, c->size);
	if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
		err(1, "pipe");
	posix_spawn_file_actions_init(&actions);
	if (s.dir)
		posix_spawn_file_actions_addchdir_np(&actions, s.dir);
	posix_spawn_file_actions_adddup2(&actions, to[0], 0);
	posix_spawn_file_actions_adddup2(&actions, from[1], 1);
	error = posix_spawnp(&server->pid, s.argv[0], &actions, NULL, s.argv, s.envp);
	if (error)
		errx(1, "%s: %s", s.argv[0], strerror(error));
	posix_spawn_file_actions_destroy(&actions);
	close(to[0]);
	close(from[1]);
	server->to = to[1];
	server->from = from[0];
}

static struct times ask(const struct server *server, const struct command *c)
{
	struct times t;
	uint32_t size = c->size;

	if (!transfer(put, server->to, &size, sizeof size) ||
		!transfer(put, server->to, c->words, size) ||
		!transfer(read, server->from, &t, sizeof t))
		errx(1, "%s: the server is gone", c->label);
	return t;
}

static void end_server(const struct server *server)
{
	int status;

	close(server->to);
	if (waitpid(server->pid, &status, 0) != server->pid || status != 0)
		errx(1, "the server ended badly");
}

/* Reads the file NAME whole, and sees which descriptors it wants. */
static void read_spec(struct command *c, const char *name)
{
	const char *slash = strrchr(name, '/');
	struct stat st;
	char *data;
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	c->label = slash ? slash + 1 : name;
	if (fd < 0 || fstat(fd, &st) != 0)
		err(1, "%s", name);
	c->size = (uint32_t)st.st_size;
	c->words = malloc(c->size);
	if (!c->words || c->size == 0 || !transfer(read, fd, c->words, c->size) ||
		c->words[c->size - 1] != '\0')
		errx(1, "%s: not words that end in NUL", name);
	close(fd);
	for (fd = FIRST_FD; fd < END_FD; fd++) {
		if (asprintf(&data, "%s.fd%d", name, fd) < 0)
			err(1, "memory");
		if (access(data, R_OK) == 0)
			c->data[fd] = data;
		else
			free(data);
	}
}

static void keep(struct series *s, size_t round, const struct times *t, const struct command *c)
{
	if (t->error)
		errx(1, "%s: %s", c->label, strerror(t->error));
	if (t->status != 0)
		errx(1, "%s: ended with status %d", c->label,
			WIFEXITED(t->status) ? WEXITSTATUS(t->status) : 128 + WTERMSIG(t->status));
	s->wall[round] = (double)t->wall / 1000;
	s->cpu[round] = (double)t->cpu / 1000;
}

static void print(
	const char *label, const char *suffix, const struct series *s, double quotient, size_t n)
{
	double sum = 0, middle = median(s->wall, n), cpu = median(s->cpu, n);
	size_t i;

	for (i = 0; i < n; i++)
		sum += s->wall[i];
	printf("%s%s\t%.1f\t%.1f\t%.1f\t%.1f\t%.4f\n", label, suffix, s->wall[0], middle,
		sum / (double)n, cpu, quotient);
}

static double quotients(const struct series *s, const struct series *base, size_t n)
{
	double *q = calloc(n, sizeof *q), middle;
	size_t i;

	if (!q)
		err(1, "memory");
	for (i = 0; i < n; i++)
		q[i] = s->wall[i] / base->wall[i];
	middle = median(q, n);
	free(q);
	return middle;
}

static size_t number(const char *text)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end)
		errx(2, "%s is not a number", text);
	return n;
}

/* A measurement: what it runs, how often, and what came of it. */
struct bench {
	struct command commands[MAX_COMMANDS], server_command;
	struct series times[MAX_COMMANDS][2]; /* here, and by the server */
	struct server server;
	size_t n, rounds, warm_ups;
	int64_t limit; /* nanoseconds */
};

static void report(const struct bench *b)
{
	bool served = b->server.to >= 0;
	double q[MAX_COMMANDS];
	size_t i;

	/* Printing sorts; the rounds' quotients need the order. */
	for (i = 0; i < b->n; i++)
		q[i] = served ? quotients(&b->times[i][1], &b->times[i][0], b->rounds)
			      : quotients(&b->times[i][0], &b->times[0][0], b->rounds);
	for (i = 0; i < b->n; i++) {
		print(b->commands[i].label, served ? ".out" : "", &b->times[i][0],
			served ? 1 : q[i], b->rounds);
		if (served)
			print(b->commands[i].label, ".in", &b->times[i][1], q[i], b->rounds);
	}
}

static void run_round(struct bench *b, size_t slot)
{
	struct times t;
	size_t i;

	for (i = 0; i < b->n; i++) {
		t = run(&b->commands[i]);
		keep(&b->times[i][0], slot, &t, &b->commands[i]);
		if (b->server.to < 0)
			continue;
		t = ask(&b->server, &b->commands[i]);
		keep(&b->times[i][1], slot, &t, &b->commands[i]);
	}
}

/* The slot of a warm-up is written again by the first round that counts. */
static void measure(struct bench *b)
{
	int64_t begin;
	size_t i;

	if (b->server_command.size)
		start_server(&b->server, &b->server_command);
	for (i = 0; i < b->warm_ups; i++)
		run_round(b, 0);
	begin = now();
	for (i = 0; i < b->rounds; i++) {
		run_round(b, i);
		if (i + 1 >= LEAST_ROUNDS && now() - begin > b->limit)
			b->rounds = i + 1;
	}
	if (b->server.to >= 0)
		end_server(&b->server);
}

static struct series new_series(size_t rounds)
{
	struct series s = {calloc(rounds, sizeof(double)), calloc(rounds, sizeof(double))};

	if (!s.wall || !s.cpu)
		err(1, "memory");
	return s;
}

int main(int argc, char **argv)
{
	static struct bench b = {.server.to = -1, .rounds = 20, .warm_ups = 2, .limit = INT64_MAX};
	size_t i;
	int option;

	while ((option = getopt(argc, argv, "r:w:s:m:S")) != -1)
		if (option == 'r')
			b.rounds = number(optarg);
		else if (option == 'w')
			b.warm_ups = number(optarg);
		else if (option == 'm')
			b.limit = (int64_t)number(optarg) * 1000000;
		else if (option == 's')
			read_spec(&b.server_command, optarg);
		else if (option == 'S')
			return serve();
		else
			return 2;
	b.n = (size_t)(argc - optind);
	if (b.n == 0 || b.n > MAX_COMMANDS || b.rounds == 0)
		errx(2, "no commands, too many, or no rounds");
	for (i = 0; i < b.n; i++) {
		read_spec(&b.commands[i], argv[optind + (int)i]);
		b.times[i][0] = new_series(b.rounds);
		b.times[i][1] = new_series(b.rounds);
	}
	measure(&b);
	report(&b);
	return 0;
}
