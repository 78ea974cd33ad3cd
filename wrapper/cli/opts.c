#include "cli/opts.h"

#include <string.h>

#include "base/diag.h"
#include "base/die.h"
#include "base/strvec.h"

static const struct option {
	unsigned scopes;
	char letter;
	const char *name, *argument, *help;
} options[OPTIONS] = {
#define OPT(id, scopes, letter, name, argument, help) [id] = {scopes, letter, name, argument, help},
#include "cli/opts.def"
#undef OPT
};

static const struct {
	const char *name;
	enum scope scope;
	const char *arguments, *help;
} subcommands[] = {
#define SUBCOMMAND(name, function, scope, arguments, help) {name, scope, arguments, help},
#include "cli/subcommands.def"
#undef SUBCOMMAND
};

static _Noreturn void unknown_option(enum scope scope, const char *word)
{
	struct arena arena = ARENA_INIT;
	struct strvec names = {0};
	const char *near;
	size_t i;

	for (i = 0; i < OPTIONS; i++)
		if (options[i].scopes & scope)
			strvec_push(&arena, &names, options[i].name);
	near = strncmp(word, "--", 2) == 0 ? nearest_name(word + 2, names.v) : NULL;
	if (near)
		die("unknown option '%s'; did you mean '--%s'?", word, near);
	die("unknown option '%s'; seal-exec --help lists them, and a command that starts with '-' "
	    "needs '--' in front",
		word);
}

/* Notes option I; its argument is INLINE (behind "=" or the letter) or the next word. */
static char **take(
	struct options *o, size_t i, const char *spelled, const char *inlined, char **argv)
{
	o->set[i] = true;
	if (!options[i].argument) {
		if (inlined)
			die("%s takes no argument; remove '%s'", spelled, inlined);
		return argv;
	}
	o->value[i] = inlined ? inlined : *++argv;
	if (!o->value[i])
		die("%s needs its %s; add it", spelled, options[i].argument);
	return argv;
}

static char **read_long(struct options *o, enum scope scope, char **argv)
{
	const char *word = *argv + 2;
	size_t n = strcspn(word, "="), i;

	for (i = 0; i < OPTIONS; i++)
		if (options[i].scopes & scope && strlen(options[i].name) == n &&
			memcmp(options[i].name, word, n) == 0)
			return take(o, i, *argv, word[n] ? word + n + 1 : NULL, argv);
	unknown_option(scope, *argv);
}

static const struct option *find_letter(enum scope scope, char letter)
{
	size_t i;

	for (i = 0; i < OPTIONS; i++)
		if (options[i].scopes & scope && options[i].letter == letter)
			return &options[i];
	return NULL;
}

static char **read_letters(struct options *o, enum scope scope, char **argv)
{
	const char *word = *argv, *p;
	const struct option *found;

	for (p = word + 1; *p; p++) {
		found = find_letter(scope, *p);
		if (!found)
			unknown_option(scope, word);
		else if (found->argument)
			return take(o, (size_t)(found - options), word, p[1] ? p + 1 : NULL, argv);
		else
			o->set[found - options] = true;
	}
	return argv;
}

/* An option that would have no effect is refused: who wrote it meant something by it. */
static void refuse_foreign(const struct options *o, enum scope scope)
{
	size_t i;

	for (i = 0; i < OPTIONS; i++)
		if (o->set[i] && !(options[i].scopes & scope))
			die("%s does not take --%s; leave it out, or put -- in front of %s if that "
			    "is the command to run",
				o->rest[0], options[i].name, o->rest[0]);
}

void opts_read(struct options *o, enum scope scope, char **argv)
{
	if (scope != SCOPE_GLOBAL)
		refuse_foreign(o, scope);
	for (; *argv && (*argv)[0] == '-' && (*argv)[1]; argv++) {
		if (strcmp(*argv, "--") == 0) {
			o->separated = true;
			argv++;
			break;
		}
		argv = (*argv)[1] == '-' ? read_long(o, scope, argv) : read_letters(o, scope, argv);
	}
	o->rest = argv;
}

size_t opts_words(struct options *o, enum scope scope, const char **words, size_t most)
{
	char **next = o->rest + 1;
	size_t n = 0;

	for (;;) {
		opts_read(o, scope, next);
		next = o->rest;
		if (!*next || n == most)
			return *next ? most + 1 : n;
		words[n++] = *next++;
	}
}

static void help_options(enum scope scope, struct strbuf *out)
{
	size_t i;

	for (i = 0; i < OPTIONS; i++) {
		const struct option *o = &options[i];
		size_t start = out->len;

		if (!(o->scopes & scope))
			continue;
		strbuf_adds(out, "  ");
		if (o->letter)
			strbuf_addf(out, "-%c, ", o->letter);
		strbuf_addf(out, "--%s%s%s", o->name, o->argument ? " " : "",
			o->argument ? o->argument : "");
		while (out->len - start < 24)
			strbuf_addc(out, ' ');
		strbuf_addf(out, " %s\n", o->help);
	}
}

void opts_help(enum scope scope, struct strbuf *out)
{
	size_t i;

	if (scope == SCOPE_GLOBAL) {
		strbuf_adds(out,
			"usage: seal-exec [OPTIONS] [--] COMMAND [ARG...]\n"
			"       seal-exec [OPTIONS] SUBCOMMAND ...\n\n"
			"Runs COMMAND confined to what the project's seal.toml and the tool's "
			"bundle grant.\nA command that has a subcommand's name needs '--' in "
			"front.\n\n");
		help_options(scope, out);
		strbuf_addc(out, '\n');
	}
	for (i = 0; i < sizeof subcommands / sizeof *subcommands; i++) {
		if (scope == SCOPE_GLOBAL)
			strbuf_addf(out, "  %-21s  %s\n", subcommands[i].name, subcommands[i].help);
		else if (subcommands[i].scope == scope)
			strbuf_addf(out, "usage: seal-exec %s %s\n%s\n", subcommands[i].name,
				subcommands[i].arguments, subcommands[i].help);
	}
	if (scope != SCOPE_GLOBAL)
		help_options(scope, out);
	else
		strbuf_adds(out,
			"\nExit: 125 seal-exec refused or failed, 126 the command cannot be "
			"executed, 127 not found,\n128+n killed by signal n, else the "
			"command's own. See seal-exec(1), seal.toml(5).\n");
}
