/*
 * gen-catalog OUT.c bundles/NAME.toml... profiles/NAME.toml...
 *
 * Embeds the bundles and profiles as bytes, with an index of each bundle's commands, so that a
 * run finds its bundles without reading any. A bundle with an error, one that breaks a rule of the
 * catalogue (read/lint.h), or one whose name is not its file's, is a build error here.
 */
#include <fcntl.h>
#include <sha2.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "base/path.h"
#include "read/bundle.h"
#include "read/lint.h"
#include "read/protect.h"
#include "read/refuse.h"

struct file {
	const char *path;
	const char *name; /* without folder and ".toml" */
	char *text;
	size_t len;
	struct bundle bundle; /* of bundles and of base */
};

static void load(struct file *f, const char *path, struct arena *arena)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *base = path_base(path);
	size_t n = strlen(base);
	ssize_t len;

	if (n < 6 || strcmp(base + n - 5, ".toml") != 0)
		die("%s: not a .toml file", path);
	f->path = path;
	f->name = arena_strndup(arena, base, n - 5);
	f->text = arena_alloc(arena, TOML_MAX_BYTES + 1);
	if (fd < 0 || (len = fd_read_all(fd, f->text, TOML_MAX_BYTES + 1)) < 0)
		die_errno("%s", path);
	f->len = (size_t)len;
}

static void check_bundle(struct file *f, struct arena *arena, struct diags *diags)
{
	if (bundle_read(&f->bundle, ORIGIN_BUNDLE, f->path, f->text, f->len, arena, diags) &&
		strcmp(f->bundle.name, f->name) != 0)
		diag_add(diags, f->bundle.at, "name is '%s', the file says '%s'; make them equal",
			f->bundle.name, f->name);
}

/* All rules for bundles, once every file is read: refuse.toml is one of the last. */
static void lint_all(const struct file *files, size_t n, const struct refusals *refusals,
	struct arena *arena, struct diags *diags)
{
	const struct bundle **all = arena_calloc(arena, n, sizeof(struct bundle *));
	size_t i;

	for (i = 0; i < n; i++) {
		all[i] = &files[i].bundle;
		lint_bundle(all[i], refusals, diags);
	}
	lint_catalog(all, n, diags);
}

static void emit_list(FILE *out, const char *what, size_t i, const struct strvec *list)
{
	size_t k;

	fprintf(out, "static const char *const %s_%zu[] = {", what, i);
	for (k = 0; k < list->n; k++)
		fprintf(out, "\"%s\", ", list->v[k]);
	fprintf(out, "NULL};\n");
}

static void emit_bytes(FILE *out, const char *what, size_t i, const struct file *f)
{
	size_t k;

	fprintf(out, "static const char %s_%zu[] = {", what, i);
	for (k = 0; k < f->len; k++)
		fprintf(out, "%s%d,", k % 24 ? "" : "\n\t", (signed char)f->text[k]);
	fprintf(out, "0};\n");
}

/* Of all texts together, to tell one set of bundles from another. */
static const char *digest(const struct file *files, size_t n)
{
	static char hex[SHA256_DIGEST_STRING_LENGTH];
	SHA2_CTX ctx;
	size_t i;

	SHA256Init(&ctx);
	for (i = 0; i < n; i++)
		SHA256Update(&ctx, (const uint8_t *)files[i].text, files[i].len);
	return SHA256End(&ctx, hex);
}

/* S as a C string literal. */
static void emit_string(FILE *out, const char *s)
{
	fputc('"', out);
	for (; *s; s++)
		fprintf(out, *s == '"' || *s == '\\' ? "\\%c" : "%c", *s);
	fputc('"', out);
}

static void emit_refusal_list(FILE *out, const char *name, const char *file, const struct grants *l)
{
	const struct grant *g;

	fprintf(out, "static const struct grant %s[] = {\n", name);
	vec_each (g, l) {
		fprintf(out, "\t{.kind = GRANT_DENY, .value = ");
		emit_string(out, g->value);
		fprintf(out,
			", .from = {.kind = ORIGIN_PROFILE, .at = {\"%s\", %d, %d}, .why = ", file,
			g->from.at.line, g->from.at.col);
		emit_string(out, g->from.why ? g->from.why : "");
		fprintf(out, "}},\n");
	}
	fprintf(out, "};\n");
}

/* Every run asks this list, so it is embedded as read. */
static void emit_refusals(FILE *out, const char *file, const struct refusals *r)
{
	emit_refusal_list(out, "secrets", file, &r->secrets);
	emit_refusal_list(out, "roots", file, &r->roots);
	emit_refusal_list(out, "beneath", file, &r->beneath);
	fprintf(out,
		"\nconst struct refusals catalog_refusals = {\n"
		"\t.secrets = {(struct grant *)secrets, %zu, %zu},\n"
		"\t.roots = {(struct grant *)roots, %zu, %zu},\n"
		"\t.beneath = {(struct grant *)beneath, %zu, %zu},\n};\n\n",
		r->secrets.n, r->secrets.n, r->roots.n, r->roots.n, r->beneath.n, r->beneath.n);
}

/* The same. */
static void emit_protect(FILE *out, const char *file, const struct protect_table *t)
{
	const struct protect_row *row;

	fprintf(out, "static const struct protect_row protect[] = {\n");
	vec_each (row, t) {
		fprintf(out, "\t{%d, ", (int)row->place);
		emit_string(out, row->path);
		fprintf(out, ", %d, %d, {\"%s\", %d, %d}, ", (int)row->missing, (int)row->found,
			file, row->at.line, row->at.col);
		emit_string(out, row->why);
		fprintf(out, "},\n");
	}
	fprintf(out,
		"};\n\nconst struct protect_table catalog_protect = {\n"
		"\t(struct protect_row *)protect, %zu, %zu};\n\n",
		t->n, t->n);
}

static void emit(FILE *out, const struct file *files, size_t bundles, size_t all)
{
	size_t i;

	fprintf(out, "/* Generated by gen/catalog. */\n#include \"read/catalog.h\"\n\n");
	for (i = 0; i < all; i++) {
		emit_bytes(out, "text", i, &files[i]);
		emit_list(out, "commands", i, &files[i].bundle.commands);
		emit_list(out, "prefixes", i, &files[i].bundle.prefixes);
	}
	for (i = 0; i <= all; i++) {
		if (i == 0 || i == bundles)
			fprintf(out, "%sconst struct catalog_text catalog_%s[] = {\n",
				i ? "\t{.name = NULL},\n};\n" : "", i ? "profiles" : "bundles");
		if (i < all)
			fprintf(out,
				"\t{\"%s\", \"%s\", text_%zu, sizeof text_%zu - 1, commands_%zu, "
				"prefixes_%zu, %s},\n",
				files[i].name, files[i].path, i, i, i, i,
				files[i].bundle.named_only ? "true" : "false");
	}
	fprintf(out, "\t{.name = NULL},\n};\n");
	fprintf(out, "\nconst char catalog_digest[] = \"%s\";\n", digest(files, all));
}

int main(int argc, char **argv)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct refusals refusals = {0};
	struct protect_table protect = {0};
	struct file *files = arena_calloc(&arena, (size_t)argc, sizeof *files);
	struct strbuf text = STRBUF_INIT;
	size_t bundles = 0, n = 0;
	bool profile = false;
	FILE *out;
	int i;

	for (i = 2; i < argc; i++) {
		load(&files[n], argv[i], &arena);
		if (!profile && strncmp(argv[i], "profiles/", 9) == 0) {
			profile = true;
			bundles = n;
		}
		if (profile && strcmp(files[n].name, "refuse") == 0)
			refuse_read(&refusals, files[n].path, files[n].text, files[n].len, &arena,
				&diags);
		else if (profile && strcmp(files[n].name, "protect") == 0)
			protect_read(&protect, files[n].path, files[n].text, files[n].len, &arena,
				&diags);
		else
			check_bundle(&files[n], &arena, &diags);
		n++;
	}
	if (!profile || bundles == 0)
		die("usage: gen-catalog OUT.c bundles/NAME.toml... profiles/NAME.toml...");
	lint_all(files, bundles, &refusals, &arena, &diags);
	if (diag_any(&diags)) {
		diag_render(&diags, &text);
		fd_write_all(STDERR_FILENO, text.s, text.len);
		return EXIT_REFUSED;
	}
	if (!(out = fopen(argv[1], "w")))
		die_errno("%s", argv[1]);
	emit(out, files, bundles, n);
	emit_refusals(out, "profiles/refuse.toml", &refusals);
	emit_protect(out, "profiles/protect.toml", &protect);
	if (fclose(out) != 0)
		die_errno("%s", argv[1]);
	return 0;
}
