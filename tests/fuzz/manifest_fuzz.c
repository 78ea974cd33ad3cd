/*
 * Manifests and bundles are whatever a project's author wrote. Any bytes must end in a manifest
 * or in diagnostics with a place, and what is read without a fault must be whole: every grant has
 * its value, every tool its name.
 */
#include <stdlib.h>
#include <string.h>

#include "read/bundle.h"
#include "read/catalog.h"
#include "read/lint.h"
#include "read/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

static void check_places(const struct diags *diags)
{
	const struct diag *g;

	vec_each (g, &diags->list)
		check(g->text && *g->text && g->at.file && g->at.line >= 0);
}

/* What the rules let pass names no home, however it is spelled. */
static void check_rules(const struct bundle *b, struct diags *diags)
{
	const struct grant *g;

	lint_safety(b, &catalog_refusals, diags);
	if (!diag_any(diags))
		vec_each (g, &b->grants)
			check((g->kind != GRANT_READ && g->kind != GRANT_WRITE) ||
				strspn(g->value, "~/.") < strlen(g->value) ||
				g->flags & GRANT_IN_PROJECT || strstr(g->value, ".."));
	lint_bundle(b, &catalog_refusals, diags);
	lint_catalog(&b, 1, diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct strbuf text = STRBUF_INIT;
	const struct grant *g;
	const struct tool *t;
	struct manifest m;
	struct bundle b;

	check(manifest_read(&m, ORIGIN_MANIFEST, "seal.toml", (const char *)data, size, &arena,
		      &diags) != diag_any(&diags));
	/* What is right of a text with faults is looked at, too. */
	vec_each (g, &m.grants)
		check(g->value && g->from.at.line > 0);
	vec_each (t, &m.tools)
		check(t->name && *t->name);
	check_places(&diags);
	diags = (struct diags){.arena = &arena};
	if (bundle_read(&b, ORIGIN_BUNDLE, "bundle.toml", (const char *)data, size, &arena, &diags))
		check_rules(&b, &diags);
	check_places(&diags);
	diag_render(&diags, &text);
	strbuf_release(&text);
	arena_release(&arena);
	return 0;
}
