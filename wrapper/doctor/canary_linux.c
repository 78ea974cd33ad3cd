#include "doctor/canary.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"

/* Of the repository, the folders first. */
static const struct {
	const char *name;
	const char *text; /* NULL: a folder */
} repository[] = {
	{".git", NULL},
	{".git/hooks", NULL},
	{".git/objects", NULL},
	{".git/refs", NULL},
	{".git/HEAD", "ref: refs/heads/main\n"},
	{".git/config", "[core]\n\trepositoryformatversion = 0\n\tbare = false\n"},
	{"seal.toml", "# of seal-exec doctor\n"},
};
enum { ITEMS = sizeof repository / sizeof *repository };

static void make_token(char *token)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[(TOKEN - 1) / 2];
	size_t i;

	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		die_errno("no random bytes for doctor");
	for (i = 0; i < sizeof bytes; i++) {
		token[2 * i] = digits[bytes[i] >> 4];
		token[2 * i + 1] = digits[bytes[i] & 15];
	}
}

/* A new file with the token; PATH becomes "" if it cannot be made. */
static void make_file(char *path, const char *token)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || !fd_write_all(fd, token, strlen(token)))
		path[0] = '\0';
}

/* The path of an item, cut if it is too long: nothing has such a name then. */
static void item(char *out, const struct canaries *c, const char *name)
{
	snprintf(out, PLACE + 64, "%s/%s", c->repo, name);
}

static void make_repository(struct canaries *c)
{
	char path[PLACE + 64];
	size_t i;

	snprintf(c->repo, sizeof c->repo, "/tmp/seal-exec-doctor-%s", c->name);
	if (mkdir(c->repo, 0700) != 0) {
		c->repo[0] = '\0';
		return;
	}
	for (i = 0; i < ITEMS; i++) {
		item(path, c, repository[i].name);
		if (!repository[i].text) {
			mkdir(path, 0755);
			continue;
		}
		cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);

		if (fd >= 0)
			fd_write_all(fd, repository[i].text, strlen(repository[i].text));
	}
}

static int listen_tcp(unsigned *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0 ||
		listen(fd, 16) != 0 || getsockname(fd, (struct sockaddr *)&at, &length) != 0)
		return fd; /* a port of 0 says that there is none */
	*port = ntohs(at.sin_port);
	return fd;
}

static int listen_abstract(char *name, size_t size, const char *token)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), n;

	n = snprintf(name, size - 1, "seal-exec/doctor/%s", token);
	memcpy(at.sun_path + 1, name, (size_t)n);
	if (fd < 0 ||
		bind(fd, (const struct sockaddr *)&at,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) != 0 ||
		listen(fd, 16) != 0)
		name[0] = '\0';
	return fd;
}

void canaries_make(struct canaries *c, struct canary_keep *keep, const char *folder)
{
	*c = (struct canaries){.port = 0};
	make_token(c->name);
	make_token(c->token);
	snprintf(c->folder, sizeof c->folder, "%s", folder);
	snprintf(c->file, sizeof c->file, "%s/doctor-%s", folder, c->name);
	make_file(c->file, c->token);
	snprintf(c->tmp, sizeof c->tmp, "/tmp/seal-exec-doctor-%s.file", c->name);
	make_file(c->tmp, c->token);
	make_repository(c);
	keep->tcp = listen_tcp(&c->port);
	keep->abstract = listen_abstract(c->abstract, sizeof c->abstract, c->token);
}

char *const *canaries_environment(const struct canaries *c, struct arena *arena)
{
	struct strvec all = {0};
	char **e;

	for (e = environ; *e; e++)
		strvec_push(arena, &all, *e);
	strvec_push(arena, &all, arena_printf(arena, CANARY_VARIABLE "=%s", c->token));
	return (char *const *)(uintptr_t)all.v;
}

void canaries_start(
	const struct canaries *c, struct canary_keep *keep, const char *program, char *const *env)
{
	char *const argv[] = {
		(char *)"seal-exec", (char *)"doctor", (char *)"wait", (char *)c->token, NULL};
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return;
	keep->hold = ends[1];
	keep->child = fork();
	if (keep->child == 0) {
		if (dup2(ends[0], STDIN_FILENO) == STDIN_FILENO)
			execve(program, argv, env);
		_exit(EXIT_FAILURE);
	}
	close(ends[0]);
	fd_write_all(keep->hold, c, sizeof *c); /* if it has ended, there is no control */
}

void canaries_remove(const struct canaries *c)
{
	char path[PLACE + 64];
	size_t i;

	if (c->file[0])
		unlink(c->file);
	if (c->tmp[0])
		unlink(c->tmp);
	if (!c->repo[0])
		return;
	item(path, c, ".git/hooks/doctor"); /* of the act */
	unlink(path);
	for (i = ITEMS; i-- > 0;) {
		item(path, c, repository[i].name);
		repository[i].text ? unlink(path) : rmdir(path);
	}
	rmdir(c->repo);
}

void canaries_end(const struct canaries *c, struct canary_keep *keep)
{
	if (keep->hold >= 0)
		close(keep->hold);
	if (keep->child > 0)
		waitpid(keep->child, NULL, 0);
	if (keep->tcp >= 0)
		close(keep->tcp);
	if (keep->abstract >= 0)
		close(keep->abstract);
	canaries_remove(c);
}
