/*
 * gen-manual PAGE.in PAGE PROTECT.toml BUNDLE.toml...
 *
 * Copies a man page and puts the tables in: a line `.\" @KEYS@` becomes the keys of seal.toml (or,
 * in seal-bundle.5, of a bundle), `.\" @OPTIONS@` the options, `.\" @SUBCOMMANDS@` the
 * subcommands, `.\" @PROTECTED@` what PROTECT.toml says, `.\" @BUNDLES@` the catalogue. The rows
 * are those that the program itself is made of, so a page cannot forget one.
 */
#include <stdio.h>
#include <string.h>

#include "base/die.h"
#include "base/path.h"
#include "gen/lib/table.h"
#include "read/bundle.h"
#include "read/manifest.h"
#include "read/protect.h"

enum { PROTECT_MAX = 64 * 1024 };

static const struct {
	char letter;
	const char *name, *argument, *help;
} options[] = {
#define OPT(id, scopes, letter, name, argument, help) {letter, name, argument, help},
#include "cli/opts.def"
#undef OPT
};

static const struct {
	const char *name, *arguments, *help;
} subcommands[] = {
#define SUBCOMMAND(name, function, scope, arguments, help) {name, arguments, help},
#include "cli/subcommands.def"
#undef SUBCOMMAND
};

static void put_options(struct strbuf *out)
{
	size_t i;

	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (i = 0; i < sizeof options / sizeof *options; i++) {
		strbuf_adds(out, ".It ");
		if (options[i].letter)
			strbuf_addf(out, "Fl %c , ", options[i].letter);
		strbuf_addf(out, "Fl Fl %s", options[i].name);
		if (options[i].argument)
			strbuf_addf(out, " Ar %s", options[i].argument);
		strbuf_addf(out, "\n%s\n", options[i].help);
	}
	strbuf_adds(out, ".El\n");
}

static void put_subcommands(struct strbuf *out)
{
	size_t i;

	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (i = 0; i < sizeof subcommands / sizeof *subcommands; i++)
		strbuf_addf(out, ".It Cm %s Li %s\n%s\n", subcommands[i].name,
			*subcommands[i].arguments ? subcommands[i].arguments : "\\&",
			subcommands[i].help);
	strbuf_adds(out, ".El\n");
}

static void read_protected(struct protect_table *table, const char *file, struct arena *arena)
{
	struct diags diags = {.arena = arena};
	char *text = arena_alloc(arena, PROTECT_MAX);
	FILE *in = fopen(file, "r");
	size_t n = in ? fread(text, 1, PROTECT_MAX, in) : 0;

	if (n == 0 || n == PROTECT_MAX)
		die("cannot read %s", file);
	fclose(in);
	if (!protect_read(table, file, text, n, arena, &diags))
		die("%s has faults", file);
}

/* The paths of one reason in one item; rows of one reason stand together. */
static void put_protected(const char *file, struct strbuf *out)
{
	static const char *const headings[PROTECT_PLACES] = {
		[PROTECT_PROJECT] = "In the root of the project, and of a repository below it",
		[PROTECT_GIT] = "In a git directory",
		[PROTECT_WORKTREE] = "In a worktree's folder in the git directory",
		[PROTECT_HOME] = "In the home folder",
	};
	struct arena arena = ARENA_INIT;
	struct protect_table table = {0};
	const struct protect_row *row;
	int place, rows;

	read_protected(&table, file, &arena);
	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for (place = 0; place < PROTECT_PLACES; place++) {
		strbuf_addf(out, ".It \\&%s\n", headings[place]);
		rows = 0;
		vec_each (row, &table) {
			if ((int)row->place != place)
				continue;
			strbuf_adds(out, rows++ ? " ,\n" : "");
			strbuf_addf(out, ".Pa %s", row->path);
			strbuf_adds(out,
				row->found == FOUND_TOLD             ? " (told only)"
					: row->missing == STAND_NONE ? " (if it exists)"
								     : "");
		}
		strbuf_adds(out, "\n");
	}
	strbuf_adds(out, ".El\n");
	arena_release(&arena);
}

int main(int argc, char **argv)
{
	struct strbuf text = STRBUF_INIT;
	const struct schema *keys;
	char line[4096];
	FILE *in, *out;

	if (argc < 5)
		die("usage: gen-manual PAGE.in PAGE PROTECT.toml BUNDLE.toml...");
	if (!(in = fopen(argv[1], "r")))
		die_errno("%s", argv[1]);
	keys = strncmp(path_base(argv[1]), "seal-bundle", 11) == 0 ? &bundle_schema
								   : &manifest_schema;
	while (fgets(line, sizeof line, in)) {
		if (strcmp(line, ".\\\" @KEYS@\n") == 0)
			schema_render_mdoc(keys, &text);
		else if (strcmp(line, ".\\\" @OPTIONS@\n") == 0)
			put_options(&text);
		else if (strcmp(line, ".\\\" @SUBCOMMANDS@\n") == 0)
			put_subcommands(&text);
		else if (strcmp(line, ".\\\" @PROTECTED@\n") == 0)
			put_protected(argv[3], &text);
		else if (strcmp(line, ".\\\" @BUNDLES@\n") == 0)
			table_mdoc(argv + 4, &text);
		else
			strbuf_adds(&text, line);
	}
	fclose(in);
	if (!(out = fopen(argv[2], "w")) || !text.s || fputs(text.s, out) < 0 || fclose(out) != 0)
		die_errno("%s", argv[2]);
	return 0;
}
