/*
 * Manifests and bundles are whatever a project's author wrote. Any bytes must end in a manifest
 * or in diagnostics with a place, and what is read without a fault must be whole: every grant has
 * its value, every tool its name.
 */
#include <stdlib.h>
#include <string.h>

#include "read/bundle.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct strbuf text = STRBUF_INIT;
	const struct grant *g;
	const struct tool *t;
	struct manifest m;
	struct bundle b;

	if (manifest_read(
		    &m, ORIGIN_MANIFEST, "seal.toml", (const char *)data, size, &arena, &diags)) {
		vec_each (g, &m.grants)
			check(g->value && g->from.at.line > 0);
		vec_each (t, &m.tools)
			check(t->name && *t->name);
	} else {
		check(diag_any(&diags));
	}
	bundle_read(&b, ORIGIN_BUNDLE, "bundle.toml", (const char *)data, size, &arena, &diags);
	check_places(&diags);
	diag_render(&diags, &text);
	strbuf_release(&text);
	arena_release(&arena);
	return 0;
}
