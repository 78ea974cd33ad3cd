#include "read/bus_rule.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The D-Bus specification, Valid Names. */
enum { NAME_MAX_BYTES = 255 };

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
#define DIGITS  "0123456789"

/* True if the N bytes at S are elements of PLAIN characters, LEAST or more of them, with dots
 * between; none begins with a digit. */
static bool is_dotted(const char *s, size_t n, const char *plain, unsigned least)
{
	unsigned elements = 0;
	size_t i, len;

	if (n == 0 || n > NAME_MAX_BYTES)
		return false;
	for (i = 0; i <= n; i += len + 1) {
		for (len = 0; i + len < n && strchr(plain, s[i + len]); len++)
			;
		if (len == 0 || strchr(DIGITS, s[i]) || (i + len < n && s[i + len] != '.'))
			return false;
		elements++;
	}
	return elements >= least;
}

/* "*", or an interface with or without a method or ".*". */
static bool is_method(const char *s, size_t n)
{
	if (n == 0 || (n == 1 && *s == '*'))
		return true;
	if (n > 2 && strncmp(s + n - 2, ".*", 2) == 0)
		n -= 2;
	return is_dotted(s, n, LETTERS DIGITS, 2);
}

/* "/", or elements behind a slash each, or such a path with "/" and "*" behind it. */
static bool is_path(const char *s)
{
	size_t n = strlen(s), i, len;

	if (n >= 2 && strcmp(s + n - 2, "/*") == 0)
		n -= 2;
	else if (n == 1)
		return *s == '/';
	for (i = 0; i < n; i += len) {
		if (s[i++] != '/')
			return false;
		len = strspn(s + i, LETTERS DIGITS);
		if (len == 0)
			return false;
	}
	return *s == '/';
}

const char *bus_rule_fault(const char *rule)
{
	static const struct {
		const char *option;
		bool detail; /* has =RULE behind the name */
	} options[] = {
		{"--see=", false}, {"--talk=", false}, {"--call=", true}, {"--broadcast=", true}};
	const char *name = NULL, *detail, *path;
	size_t i;

	if (strncmp(rule, "--own=", 6) == 0)
		return "would serve this name to the host's programs, which no tool needs; remove "
		       "it";
	for (i = 0; i < sizeof options / sizeof *options && !name; i++)
		if (strncmp(rule, options[i].option, strlen(options[i].option)) == 0)
			name = rule + strlen(options[i].option);
	if (!name)
		return "is no rule; write --call=NAME=METHOD@PATH, --broadcast=NAME=SIGNAL@PATH, "
		       "--see=NAME or --talk=NAME";
	detail = strchr(name, '=');
	if (!is_dotted(
		    name, detail ? (size_t)(detail - name) : strlen(name), LETTERS DIGITS "-", 2))
		return "names no service of the bus; write one whole name, such as "
		       "org.freedesktop.secrets";
	if (!detail != !options[i - 1].detail)
		return detail ? "has a rule behind its name, which is for --call and --broadcast; "
				"remove it"
			      : "lacks =METHOD@PATH behind its name; add it, or write --talk=NAME";
	if (!detail)
		return NULL;
	path = strchr(++detail, '@');
	if (!*detail || !is_method(detail, path ? (size_t)(path - detail) : strlen(detail)))
		return "names no method; write INTERFACE.METHOD, INTERFACE.* or *";
	return path && !is_path(path + 1) ? "names no object; write /A/PATH, or /A/PATH/*" : NULL;
}
