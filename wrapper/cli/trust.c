#include "cli/trust.h"

#include <sha2.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/mutant.h"
#include "cli/state.h"
#include "cli/terminal.h"
#include "policy/trusted.h"

static const struct state_file record = {"trust", "the record of trust"};

/* One manifest's entry, lines of "KEY VALUE"; the entry ends with an empty line. */
struct entry {
	const char *path, *digest, *text;
	struct strvec lines;
};

struct store {
	VEC(struct entry) entries;
};

static const char *digest(struct arena *a, const void *bytes, size_t len)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];

	SHA256Data(bytes, len, hex);
	return arena_strdup(a, hex);
}

/*
 * The digest of the text together with all built-in bundles: the same, the same grants. With
 * bundles of the user's own that does not follow, and "-" matches nothing.
 */
static const char *text_digest(struct session *s)
{
	struct strbuf all = STRBUF_INIT;
	const char *d;

	if (s->overlays)
		return "-";
	strbuf_adds(&all, catalog_digest);
	strbuf_add(&all, s->manifest_text.text, s->manifest_text.len);
	d = digest(&s->arena, all.s, all.len);
	strbuf_release(&all);
	return d;
}

static const char *lines_digest(struct session *s, const struct strvec *lines)
{
	struct strbuf all = STRBUF_INIT;
	const char *d;
	size_t i;

	for (i = 0; i < lines->n; i++)
		strbuf_addf(&all, "%s\n", lines->v[i]);
	d = digest(&s->arena, all.s ? all.s : "", all.len);
	strbuf_release(&all);
	return d;
}

static void open_store(struct session *s, struct store *st)
{
	char *text = state_read(&record, &s->facts, &s->arena), *line;
	struct entry *e = NULL;

	*st = (struct store){0};
	while ((line = strsep(&text, "\n"))) {
		if (strncmp(line, "manifest ", 9) == 0) {
			e = vec_push(&s->arena, &st->entries);
			e->path = line + 9;
			e->digest = e->text = "";
		} else if (e && strncmp(line, "digest ", 7) == 0) {
			e->digest = line + 7;
		} else if (e && strncmp(line, "text ", 5) == 0) {
			e->text = line + 5;
		} else if (e && strncmp(line, "grant ", 6) == 0) {
			strvec_push(&s->arena, &e->lines, line + 6);
		}
	}
}

static struct entry *find_path(struct session *s, struct store *st, const char *file)
{
	const char *path = state_word(file, &s->arena);
	size_t i;

	for (i = 0; i < st->entries.n; i++)
		if (strcmp(st->entries.v[i].path, path) == 0)
			return &st->entries.v[i];
	return NULL;
}

static struct entry *find(struct session *s, struct store *st)
{
	return find_path(s, st, s->manifest_text.path);
}

static void write_store(struct session *s, struct store *st)
{
	struct strbuf text = STRBUF_INIT;
	size_t i, j;

	strbuf_adds(
		&text, "# Written by seal-exec trust. Remove an entry with seal-exec untrust.\n");
	for (i = 0; i < st->entries.n; i++) {
		const struct entry *e = &st->entries.v[i];

		if (!e->path)
			continue;
		strbuf_addf(
			&text, "\nmanifest %s\ndigest %s\ntext %s\n", e->path, e->digest, e->text);
		for (j = 0; j < e->lines.n; j++)
			strbuf_addf(&text, "grant %s\n", e->lines.v[j]);
	}
	state_write(&record, &s->facts, &s->arena, &text);
}

void trust_lines(struct session *s, struct strvec *out)
{
	struct matches tools = {0};

	session_load_tools(s, &tools);
	policy_trust_lines(&s->project, &tools, &s->arena, out);
}

bool trust_holds(struct session *s)
{
	struct strvec lines = {0};
	struct store st;
	struct entry *e;

	if (WITHOUT(TRUST) || !s->manifest_text.path)
		return true;
	open_store(s, &st);
	if (!(e = find(s, &st)))
		return false;
	if (!s->overlays && strcmp(e->text, text_digest(s)) == 0)
		return true;
	trust_lines(s, &lines);
	return strcmp(e->digest, lines_digest(s, &lines)) == 0;
}

bool trust_knows(struct session *s, const char *path)
{
	struct store st;

	open_store(s, &st);
	return find_path(s, &st, path);
}

void trust_stored(struct session *s, struct strvec *out)
{
	struct store st;
	struct entry *e;

	open_store(s, &st);
	if ((e = find(s, &st)))
		*out = e->lines;
}

void trust_store(struct session *s, const struct strvec *lines)
{
	int lock = state_lock(&record, &s->facts, &s->arena);
	struct store st;
	struct entry *e;

	open_store(s, &st);
	if (!(e = find(s, &st)))
		e = vec_push(&s->arena, &st.entries);
	e->path = state_word(s->manifest_text.path, &s->arena);
	e->digest = lines_digest(s, lines);
	e->text = text_digest(s);
	e->lines = *lines;
	write_store(s, &st);
	close(lock);
}

bool trust_remove(struct session *s)
{
	int lock = state_lock(&record, &s->facts, &s->arena);
	struct store st;
	struct entry *e;

	open_store(s, &st);
	e = find(s, &st);
	if (e) {
		e->path = NULL;
		write_store(s, &st);
	}
	close(lock);
	return e;
}

void trust_render(const struct strvec *lines, const struct strvec *old, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < lines->n; i++)
		if (!old->n || !strvec_has(old, lines->v[i])) {
			strbuf_adds(out, "  + ");
			strbuf_add_escaped(out, lines->v[i]);
			strbuf_addc(out, '\n');
		}
	for (i = 0; i < old->n; i++)
		if (!strvec_has(lines, old->v[i])) {
			strbuf_adds(out, "  - ");
			strbuf_add_escaped(out, old->v[i]);
			strbuf_addc(out, '\n');
		}
}

bool trust_ask(void)
{
	const char *why;
	char answer[16];
	cleanup_fd int tty = terminal_open(&why);

	return tty >= 0 && terminal_ask(tty, "Trust these grants? [y/N] ", answer, sizeof answer) &&
		(answer[0] == 'y' || answer[0] == 'Y');
}

void trust_require(struct session *s)
{
	struct strvec lines = {0}, old = {0};
	struct strbuf text = STRBUF_INIT;

	/* A .git can be planted by a guest, to take a folder out of the manifest above it. */
	if (!s->manifest_text.path && s->facts.above && trust_knows(s, s->facts.above))
		die("%s/.git hides %s, which you trust; name one with -m, or put a seal.toml here",
			s->facts.project, s->facts.above);
	if (trust_holds(s))
		return;
	trust_lines(s, &lines);
	trust_stored(s, &old);
	if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO)) {
		strbuf_adds(&text, "seal-exec -C ");
		strbuf_add_shell(&text, s->facts.project);
		if (s->options.value[OPT_MANIFEST]) {
			strbuf_adds(&text, " -m ");
			strbuf_add_shell(&text, s->manifest_text.path);
		}
		die("%s: %s; look at it and type: %s trust", s->manifest_text.path,
			old.n ? "its grants have changed since you trusted them"
			      : "you have not trusted this manifest",
			text.s);
	}
	strbuf_adds(&text, "seal-exec: ");
	strbuf_add_escaped(&text, s->manifest_text.path);
	strbuf_adds(&text, old.n ? " has changed what it grants:\n" : " grants:\n");
	trust_render(&lines, &old, &text);
	fd_write_all(STDERR_FILENO, text.s, text.len);
	strbuf_release(&text);
	if (!trust_ask())
		die("not trusted, so the command was not started");
	trust_store(s, &lines);
}
