#include "cli/trust.h"

#include <sha2.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/mutant.h"
#include "cli/record.h"
#include "cli/state.h"
#include "cli/terminal.h"
#include "policy/trusted.h"

static const struct state_file file = {"trust", "the record of trust"};

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

static void open_record(struct session *s, struct record *r)
{
	record_parse(r, state_read(&file, &s->facts, &s->arena), &s->arena);
}

static struct record_entry *find_path(struct session *s, struct record *r, const char *path)
{
	return record_find(r, state_word(path, &s->arena));
}

static struct record_entry *find(struct session *s, struct record *r)
{
	return find_path(s, r, s->manifest_text.path);
}

static void write_record(struct session *s, const struct record *r)
{
	struct strbuf text = STRBUF_INIT;

	record_render(r, &text);
	state_write(&file, &s->facts, &s->arena, &text);
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
	struct record r;
	struct record_entry *e;

	if (WITHOUT(TRUST) || !s->manifest_text.path)
		return true;
	open_record(s, &r);
	if (!(e = find(s, &r)))
		return false;
	if (!s->overlays && strcmp(e->text, text_digest(s)) == 0)
		return true;
	trust_lines(s, &lines);
	return strcmp(e->digest, lines_digest(s, &lines)) == 0;
}

bool trust_knows(struct session *s, const char *path)
{
	struct record r;

	open_record(s, &r);
	return find_path(s, &r, path);
}

void trust_stored(struct session *s, struct strvec *out)
{
	struct record r;
	struct record_entry *e;

	open_record(s, &r);
	if ((e = find(s, &r)))
		*out = e->lines;
}

void trust_store(struct session *s, const struct strvec *lines)
{
	int lock = state_lock(&file, &s->facts, &s->arena);
	struct record r;
	struct record_entry *e;

	open_record(s, &r);
	if (!(e = find(s, &r)))
		e = vec_push(&s->arena, &r);
	e->path = state_word(s->manifest_text.path, &s->arena);
	e->digest = lines_digest(s, lines);
	e->text = text_digest(s);
	e->lines = *lines;
	write_record(s, &r);
	close(lock);
}

bool trust_remove(struct session *s)
{
	int lock = state_lock(&file, &s->facts, &s->arena);
	struct record r;
	struct record_entry *e;

	open_record(s, &r);
	e = find(s, &r);
	if (e) {
		e->path = NULL;
		write_record(s, &r);
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
