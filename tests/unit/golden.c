#include "golden.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"

enum { MOST = 256 * 1024 };

const char *golden_read(const char *path, struct arena *arena)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text;

	if (fd < 0)
		return NULL;
	text = arena_alloc(arena, MOST + 1);
	return fd_read_all(fd, text, MOST) < 0 ? NULL : text;
}

void golden_write(const char *path, const struct strbuf *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

	if (fd < 0 || !fd_write_all(fd, text->s, text->len)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
}

void golden_note(const char *got, const char *want)
{
	size_t start = 0, i;

	for (i = 0; got[i] && got[i] == want[i]; i++)
		if (got[i] == '\n')
			start = i + 1;
	printf("#   make accept writes it anew; read the difference\n");
	printf("#   got:    %.*s\n", (int)strcspn(got + start, "\n"), got + start);
	printf("#   wanted: %.*s\n", (int)strcspn(want + start, "\n"), want + start);
}
