#include "model/bus.h"

#include <string.h>

#define KEYRING "=org.freedesktop.secrets"

/* An item's path is /org/freedesktop/secrets/collection/NAME/NUMBER: what names less is many. */
static bool names_item(const char *rule)
{
	static const char in[] = "@/org/freedesktop/secrets/collection/";
	const char *path = strstr(rule, in), *item;

	item = path ? strchr(path + sizeof in - 1, '/') : NULL;
	return item && item[1] && item[1] != '*';
}

/* True if the calls of RULE hand out secrets. */
static bool reads(const char *rule)
{
	static const char *const methods[] = {"*", "org.freedesktop.Secret.Item",
		"org.freedesktop.Secret.Item.*", "org.freedesktop.Secret.Item.GetSecret",
		"org.freedesktop.Secret.Service", "org.freedesktop.Secret.Service.*",
		"org.freedesktop.Secret.Service.GetSecrets", "org.freedesktop.Secret.*",
		"org.freedesktop.*", ""};
	const char *method = strchr(rule + strlen("--call="), '=');
	size_t n, i;

	if (!method)
		return true; /* no rule at all: every call */
	n = strcspn(++method, "@");
	for (i = 0; i < sizeof methods / sizeof *methods; i++)
		if (strlen(methods[i]) == n && strncmp(methods[i], method, n) == 0)
			return true;
	return false;
}

const char *bus_risk(const char *rule)
{
	const char *name = strstr(rule, KEYRING);
	char after = name ? name[sizeof KEYRING - 1] : 'x';

	if (after != '\0' && after != '=')
		return NULL;
	if (strncmp(rule, "--talk=", 7) == 0)
		return "your whole keyring, to read and to change";
	if (strncmp(rule, "--call=", 7) != 0 || !reads(rule))
		return NULL;
	return names_item(rule) ? "one item of your keyring" : "reads your whole keyring";
}
