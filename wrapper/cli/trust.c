#include "cli/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/path.h"
#include "host/facts.h"
#include "policy/trusted.h"

enum { STORE_MAX = 4 * 1024 * 1024 };

/* One manifest's entry, lines of "KEY VALUE"; the entry ends with an empty line. */
struct entry {
	const char *path, *digest, *text;
	struct strvec lines;
};

struct store {
	const char *folder, *file;
	struct {
		struct entry *v;
		size_t n, cap;
	} entries;
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

/* A path in one word of one line. */
static const char *encode(struct arena *a, const char *path)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;

	for (; *path; path++) {
		if (*path > ' ' && *path != '%' && *path != 0x7f)
			strbuf_addc(&b, *path);
		else
			strbuf_addf(&b, "%%%02x", (unsigned char)*path);
	}
	text = arena_strdup(a, b.s);
	strbuf_release(&b);
	return text;
}

static void parse(struct session *s, struct store *st, char *text)
{
	struct entry *e = NULL;
	char *line;

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

/* Reads the store. One that others could have written counts for nothing and is an error. */
static void open_store(struct session *s, struct store *st)
{
	cleanup_fd int fd = -1;
	struct stat info;
	const char *real;
	char *text;
	ssize_t n;

	*st = (struct store){.file = host_state_path(&s->facts, "trust", &s->arena)};
	st->folder = path_parent(&s->arena, st->file);
	real = host_canonical(st->folder, &s->arena);
	if (path_under(st->file, s->facts.project) || (real && path_under(real, s->facts.project)))
		die("%s: the record of trust lies inside the project, which may write it; set "
		    "XDG_STATE_HOME to a folder outside",
			st->file);
	fd = open(st->file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0 || fstat(fd, &info) != 0)
		die_errno("%s: the record of trust cannot be read", st->file);
	if (!S_ISREG(info.st_mode) || info.st_uid != s->facts.uid || info.st_nlink != 1 ||
		info.st_mode & 077)
		die("%s: others can change the record of trust; chmod 600 it, or remove it and "
		    "trust "
		    "again",
			st->file);
	text = arena_alloc(&s->arena, (size_t)info.st_size + 1);
	n = info.st_size > STORE_MAX ? -1 : fd_read_all(fd, text, (size_t)info.st_size);
	if (n < 0)
		die("%s: the record of trust is too large; remove it and trust again", st->file);
	text[n] = '\0';
	parse(s, st, text);
}

static struct entry *find_path(struct session *s, struct store *st, const char *file)
{
	const char *path = encode(&s->arena, file);
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

static void make_folders(const char *folder)
{
	char part[4096];
	size_t n = 0;

	if (strlen(folder) >= sizeof part)
		die("%s: the name is too long", folder);
	while (folder[n]) {
		n += 1 + strcspn(folder + n + 1, "/");
		memcpy(part, folder, n);
		part[n] = '\0';
		if (mkdir(part, 0700) != 0 && errno != EEXIST)
			die_errno("%s: cannot make the folder for the record of trust", part);
	}
}

/* Writes the store anew beside the old one and renames it: a reader sees one or the other. */
static void write_store(struct store *st)
{
	struct strbuf text = STRBUF_INIT, temporary = STRBUF_INIT;
	cleanup_fd int fd = -1;
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
	strbuf_addf(&temporary, "%s.%ld", st->file, (long)getpid());
	fd = open(temporary.s, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || !fd_write_all(fd, text.s, text.len) || fsync(fd) != 0 ||
		rename(temporary.s, st->file) != 0) {
		int error = errno;

		unlink(temporary.s);
		errno = error;
		die_errno("%s: cannot write the record of trust", st->file);
	}
	strbuf_release(&text);
	strbuf_release(&temporary);
}

/* Two at once must not lose one: the folder is locked from reading to writing. */
static int lock_store(struct session *s)
{
	const char *folder = path_parent(&s->arena, host_state_path(&s->facts, "trust", &s->arena));
	int fd;

	make_folders(folder);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) != 0)
		die_errno("%s: cannot lock the record of trust", folder);
	return fd;
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

	if (!s->manifest_text.path)
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
	int lock = lock_store(s);
	struct store st;
	struct entry *e;

	open_store(s, &st);
	if (!(e = find(s, &st)))
		e = vec_push(&s->arena, &st.entries);
	e->path = encode(&s->arena, s->manifest_text.path);
	e->digest = lines_digest(s, lines);
	e->text = text_digest(s);
	e->lines = *lines;
	write_store(&st);
	close(lock);
}

bool trust_remove(struct session *s)
{
	int lock = lock_store(s);
	struct store st;
	struct entry *e;

	open_store(s, &st);
	e = find(s, &st);
	if (e) {
		e->path = NULL;
		write_store(&st);
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

/* What was typed before the question was asked is no answer to it. */
bool trust_ask(void)
{
	char answer[16] = "";
	FILE *tty = fopen("/dev/tty", "r+e");
	bool yes;

	if (!tty)
		return false;
	tcflush(fileno(tty), TCIFLUSH);
	fputs("Trust these grants? [y/N] ", tty);
	fflush(tty);
	yes = fgets(answer, sizeof answer, tty) && (answer[0] == 'y' || answer[0] == 'Y');
	fclose(tty);
	return yes;
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
