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

const struct tool *find_tool(const struct manifest *m, const char *name)
{
	size_t i;

	for (i = 0; m && i < m->tools.n; i++)
		if (strcmp(m->tools.v[i].name, name) == 0)
			return &m->tools.v[i];
	return NULL;
}

struct choice knob_choice(const struct manifest *m, const struct manifest *config, const char *name)
{
	return (struct choice){
		.tool = find_tool(m, name),
		.ceiling = find_tool(config, name),
		.enabled = m,
	};
}

const char *knob_value(const struct knob *k, const struct choice *c)
{
	const char *wish = setting_text(knob_setting(k, c->tool));
	const char *top = setting_text(knob_setting(k, c->ceiling));

	if (k->needs && !find_tool(c->enabled, k->needs))
		return "false";
	if (!wish && k->needs)
		wish = "true";

	if (wish && top)
		return rank(k, top) < rank(k, wish) ? top : wish;
	if (wish)
		return wish;
	return top ? top : k->initial;
}

bool knob_selects(const char *when, const struct bundle *b, const struct choice *c)
{
	const char *name = when, *want, *value;
	const struct knob *k;
	bool negate;
	size_t n;

	if (!when)
		return true;
	negate = *name == '!';
	name += negate;
	n = strcspn(name, "=");
	want = name[n] ? name + n + 1 : "true";
	vec_each (k, &b->knobs) {
		if (strlen(k->name) != n || memcmp(k->name, name, n) != 0)
			continue;
		value = knob_value(k, c);
		return (value && strcmp(value, want) == 0) != negate;
	}
	return false; /* bundle_read refused it already */
}
