/*
 * gen-readme README.md OUT bundles/NAME.toml...
 *
 * Copies the README, with the table of bundles put anew between its two markers. `make readme`
 * writes it back; tests/lint/readme fails where they differ.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/die.h"
#include "gen/lib/table.h"

int main(int argc, char **argv)
{
	static const char begin[] = "<!-- bundles:begin -->\n", end[] = "<!-- bundles:end -->\n";
	struct strbuf text = STRBUF_INIT;
	bool inside = false, found = false;
	char line[4096];
	FILE *in, *out;

	if (argc < 4)
		die("usage: gen-readme README.md OUT BUNDLE.toml...");
	if (!(in = fopen(argv[1], "r")))
		die_errno("%s", argv[1]);
	while (fgets(line, sizeof line, in)) {
		inside = inside && strcmp(line, end) != 0;
		if (!inside)
			strbuf_adds(&text, line);
		if (strcmp(line, begin) == 0) {
			table_markdown(argv + 3, &text);
			inside = found = true;
		}
	}
	fclose(in);
	if (!found || inside)
		die("%s: the markers of the table of bundles are not there", argv[1]);
	if (!(out = fopen(argv[2], "w")) || fputs(text.s, out) < 0 || fclose(out) != 0)
		die_errno("%s", argv[2]);
	strbuf_release(&text);
	return 0;
}
