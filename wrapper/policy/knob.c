#include "policy/knob.h"

#include <string.h>

const struct setting *knob_setting(const struct knob *k, const struct tool *t)
{
	size_t i;

	for (i = 0; t && i < t->settings.n; i++)
		if (strcmp(t->settings.v[i].name, k->name) == 0)
			return &t->settings.v[i];
	return NULL;
}

static const char *setting_text(const struct setting *s)
{
	if (!s)
		return NULL;
	if (s->type == SETTING_BOOL)
		return s->boolean ? "true" : "false";
	return s->type == SETTING_STRING ? s->string : NULL;
}

/* The place of VALUE from narrow to wide. */
static size_t rank(const struct knob *k, const char *value)
{
	size_t i;

	if (k->type != KNOB_ENUM)
		return strcmp(value, "true") == 0;
	for (i = 0; i < k->values.n; i++)
		if (strcmp(k->values.v[i], value) == 0)
			return i;
	return 0;
}

const char *knob_value(const struct knob *k, const struct tool *t, const struct tool *ceiling)
{
	const char *wish = setting_text(knob_setting(k, t));
	const char *top = setting_text(knob_setting(k, ceiling));

	if (wish && top)
		return rank(k, top) < rank(k, wish) ? top : wish;
	if (wish)
		return wish;
	return top ? top : k->initial;
}

bool knob_selects(const struct grant *g, const struct bundle *b, const struct tool *t,
	const struct tool *ceiling)
{
	const char *name = g->when, *want, *value;
	bool negate;
	size_t i, n;

	if (!name)
		return true;
	negate = *name == '!';
	name += negate;
	n = strcspn(name, "=");
	want = name[n] ? name + n + 1 : "true";
	for (i = 0; i < b->knobs.n; i++) {
		const struct knob *k = &b->knobs.v[i];

		if (strlen(k->name) != n || memcmp(k->name, name, n) != 0)
			continue;
		value = knob_value(k, t, ceiling);
		return (value && strcmp(value, want) == 0) != negate;
	}
	return false; /* bundle_read refused it already */
}
