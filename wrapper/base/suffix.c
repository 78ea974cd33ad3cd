#include "base/suffix.h"

#include <libpsl.h>
#include <stddef.h>
#include <string.h>

#include "base/die.h"
#include "base/pattern.h"

/* libpsl compares bytes, takes "1.2.3.4" for a name, and skips a leading dot: nothing of that gets
 * there. */
static bool ask(const char *name, int kinds)
{
	const psl_ctx_t *list = psl_builtin();
	char lower[256];
	size_t i, len = strlen(name);

	if (!host_is_name(name, len))
		return false;
	if (!list)
		die("this libpsl has no list of public suffixes in it; install one that has");
	for (i = 0; i <= len; i++)
		lower[i] = ascii_lower(name[i]);
	return psl_is_public_suffix2(list, lower, kinds);
}

bool suffix_is_public(const char *name)
{
	return ask(name, PSL_TYPE_ANY);
}

bool suffix_is_registry(const char *name)
{
	return ask(name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
}
