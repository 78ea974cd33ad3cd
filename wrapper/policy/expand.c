#include "policy/expand.h"

#include <string.h>

#include "base/path.h"
#include "base/strbuf.h"

/* VALUE with <USER> and <UID> replaced; NULL if there is no <USER>. */
static const char *expand_words(const char *value, const struct facts *f, struct arena *arena)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;

	if (!strchr(value, '<'))
		return value;
	while (*value) {
		if (strncmp(value, "<USER>", 6) == 0) {
			if (f->nameless) {
				strbuf_release(&b);
				return NULL;
			}
			strbuf_adds(&b, f->user);
			value += 6;
		} else if (strncmp(value, "<UID>", 5) == 0) {
			strbuf_addf(&b, "%u", (unsigned)f->uid);
			value += 5;
		} else {
			strbuf_addc(&b, *value++);
		}
	}
	text = arena_strdup(arena, b.s ? b.s : "");
	strbuf_release(&b);
	return text;
}

const char *expand_path(const char *value, const struct facts *f, struct arena *arena)
{
	value = expand_words(value, f, arena);
	if (!value)
		return NULL;
	if (*value == '~') {
		value += 1 + strspn(value + 1, "/");
		return path_absolute(arena, f->home, value);
	}
	return path_absolute(arena, f->project, value);
}
