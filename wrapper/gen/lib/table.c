#include "gen/lib/table.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/die.h"
#include "base/fd.h"
#include "read/bundle.h"

/* More commands than these are counted. */
enum { COMMANDS_NAMED = 5 };

typedef void row(const struct bundle *b, struct strbuf *out);

static void for_each(char *const *files, row *put, struct strbuf *out)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct bundle b;
	char *text;
	ssize_t len;
	int fd;

	for (; *files; files++) {
		text = arena_alloc(&arena, TOML_MAX_BYTES + 1);
		fd = open(*files, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || (len = fd_read_all(fd, text, TOML_MAX_BYTES + 1)) < 0)
			die_errno("%s", *files);
		close(fd);
		if (!bundle_read(&b, ORIGIN_BUNDLE, *files, text, (size_t)len, &arena, &diags))
			die("%s has faults", *files);
		put(&b, out);
	}
	arena_release(&arena);
}

static bool has_network(const struct bundle *b)
{
	const struct grant *g;

	vec_each (g, &b->grants)
		if (g->kind == GRANT_DOMAIN)
			return true;
	return false;
}

/* The first commands, each between BEGIN and END; prefixes where there are no others. */
static void put_commands(
	const struct bundle *b, const char *begin, const char *end, struct strbuf *out)
{
	const struct strvec *words = b->commands.n ? &b->commands : &b->prefixes;
	size_t n = words->n > COMMANDS_NAMED + 1 ? COMMANDS_NAMED : words->n, i;

	for (i = 0; i < n; i++)
		strbuf_addf(out, "%s%s%s%s", i ? ", " : "", begin, words->v[i], end);
	if (n < words->n)
		strbuf_addf(out, " and %zu more", words->n - n);
}

static void put_knobs(
	const struct bundle *b, const char *begin, const char *end, struct strbuf *out)
{
	const struct knob *k;

	vec_each (k, &b->knobs)
		strbuf_addf(out, "%s%s%s%s", k == b->knobs.v ? "" : ", ", begin, k->name, end);
}

static void mdoc_row(const struct bundle *b, struct strbuf *out)
{
	strbuf_addf(out, ".It Sy \\&%s\n\\&%s.\n", b->name, b->summary);
	if (b->named_only)
		strbuf_adds(out, "Only where\n.Ic command_tools\nnames it.\n");
	strbuf_adds(out, "Commands: ");
	put_commands(b, "\\&", "", out);
	strbuf_addf(out, ".\n%s.\n", has_network(b) ? "Hosts" : "No hosts");
	if (b->knobs.n) {
		strbuf_adds(out, "Settings: ");
		put_knobs(b, "\\&", "", out);
		strbuf_adds(out, ".\n");
	}
}

void table_mdoc(char *const *files, struct strbuf *out)
{
	strbuf_adds(out, ".Bl -tag -width Ds\n");
	for_each(files, mdoc_row, out);
	strbuf_adds(out, ".El\n");
}

static void markdown_row(const struct bundle *b, struct strbuf *out)
{
	strbuf_addf(out, "| %s | ", b->name);
	put_commands(b, "", "", out);
	strbuf_addf(out, " | %s | %s | ", b->summary, has_network(b) ? "yes" : "no");
	put_knobs(b, "`", "`", out);
	strbuf_adds(out, " |\n");
}

void table_markdown(char *const *files, struct strbuf *out)
{
	strbuf_adds(out,
		"| bundle | commands | what it is | hosts | settings |\n"
		"|---|---|---|---|---|\n");
	for_each(files, markdown_row, out);
}
