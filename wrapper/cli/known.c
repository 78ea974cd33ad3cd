/* A line for each: the project and the repository's folder, as words (cli/state.h). */
#include "cli/known.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/state.h"
#include "host/facts.h"

static const struct state_file file = {"repositories", "the record of repositories"};

/* What state_word() was given. */
static char *from_word(const char *word, size_t len, struct arena *arena)
{
	char *text = arena_alloc(arena, len + 1), *out = text;
	size_t i;

	for (i = 0; i < len; i++) {
		char digits[3] = {0};

		if (word[i] != '%' || i + 2 >= len) {
			*out++ = word[i];
			continue;
		}
		memcpy(digits, word + i + 1, 2);
		*out++ = (char)strtol(digits, NULL, 16);
		i += 2;
	}
	*out = '\0';
	return text;
}

/* Where a folder is, a link is not: nobody's word leads out of the project. */
static bool is_there(struct session *s, const char *root)
{
	const char *real = host_canonical(root, &s->arena);
	struct stat st;

	return real && strcmp(real, root) == 0 && path_under(root, s->facts.project) &&
		lstat(path_join(&s->arena, root, ".git"), &st) == 0;
}

/* Each folder on record for the project; in REST the lines of others, if it is not NULL. */
static void read_record(struct session *s, struct strvec *out, struct strbuf *rest)
{
	const char *line = state_read(&file, &s->facts, &s->arena);
	const char *project = state_word(s->facts.project, &s->arena);
	size_t n = strlen(project), len;

	for (; line && *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (len > n && strncmp(line, project, n) == 0 && line[n] == ' ')
			strvec_push(
				&s->arena, out, from_word(line + n + 1, len - n - 1, &s->arena));
		else if (rest)
			strbuf_addf(rest, "%.*s\n", (int)len, line);
	}
}

void known_read(struct session *s, struct strvec *out)
{
	struct strvec all = {0};
	size_t i;

	read_record(s, &all, NULL);
	for (i = 0; i < all.n; i++)
		if (is_there(s, all.v[i]))
			strvec_push(&s->arena, out, all.v[i]);
}

void known_write(struct session *s)
{
	struct strbuf text = STRBUF_INIT;
	struct strvec known = {0};
	const struct repo *r;
	bool more = false;
	size_t i;
	int lock;

	read_record(s, &known, NULL);
	vec_each (r, &s->facts.repos)
		more |= strcmp(r->root, s->facts.project) != 0 &&
			path_under(r->root, s->facts.project) && !strvec_has(&known, r->root);
	if (!more)
		return;
	lock = state_lock(&file, &s->facts, &s->arena);
	known = (struct strvec){0};
	read_record(s, &known, &text);
	vec_each (r, &s->facts.repos)
		if (strcmp(r->root, s->facts.project) != 0 &&
			path_under(r->root, s->facts.project) && !strvec_has(&known, r->root))
			strvec_push(&s->arena, &known, r->root);
	for (i = 0; i < known.n; i++)
		if (is_there(s, known.v[i]))
			strbuf_addf(&text, "%s %s\n", state_word(s->facts.project, &s->arena),
				state_word(known.v[i], &s->arena));
	state_write(&file, &s->facts, &s->arena, &text);
	close(lock);
}
