/* A line for each: the project and the repository's folder, as words (cli/state.h). */
#include "cli/known.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/state.h"
#include "host/facts.h"

static const struct state_file file = {"repositories", "the record of repositories"};

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
			strvec_push(&s->arena, out,
				state_from_word(line + n + 1, len - n - 1, &s->arena));
		else if (rest)
			strbuf_addf(rest, "%.*s\n", (int)len, line);
	}
}

void known_read(struct session *s)
{
	if (s->around == AROUND_NONE)
		read_record(s, &s->known, NULL);
}

void known_roots(struct session *s, struct strvec *out)
{
	size_t i;

	for (i = 0; i < s->known.n; i++)
		if (is_there(s, s->known.v[i]))
			strvec_push(&s->arena, out, s->known.v[i]);
}

static bool is_new(const struct session *s, const struct repo *r, const struct strvec *known)
{
	return strcmp(r->root, s->facts.project) != 0 && path_under(r->root, s->facts.project) &&
		!strvec_has(known, r->root);
}

static bool any_new(const struct session *s)
{
	const struct repo *r;

	vec_each (r, &s->facts.repos)
		if (is_new(s, r, &s->known))
			return true;
	return false;
}

void known_write(struct session *s)
{
	struct strbuf text = STRBUF_INIT;
	struct strvec known = {0};
	const struct repo *r;
	size_t i;
	int lock;

	if (!any_new(s))
		return;
	lock = state_lock(&file, &s->facts, &s->arena);
	/* Again, under the lock: another run may have written since. */
	read_record(s, &known, &text);
	vec_each (r, &s->facts.repos)
		if (is_new(s, r, &known))
			strvec_push(&s->arena, &known, r->root);
	for (i = 0; i < known.n; i++)
		if (is_there(s, known.v[i]))
			strbuf_addf(&text, "%s %s\n", state_word(s->facts.project, &s->arena),
				state_word(known.v[i], &s->arena));
	state_write(&file, &s->facts, &s->arena, &text);
	close(lock);
}
