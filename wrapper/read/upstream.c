#include "read/upstream.h"

#include <string.h>

#include "base/pattern.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The N bytes at S with %XX undone; NULL if that is no plain text. */
static char *decode(const char *s, size_t n, struct arena *arena)
{
	char *text = arena_alloc(arena, n + 1), *to = text;
	size_t i;

	for (i = 0; i < n; i++) {
		int high, low;

		*to = s[i];
		if (s[i] == '%') {
			if (n - i < 3 || (high = hex_digit(s[i + 1])) < 0 ||
				(low = hex_digit(s[i + 2])) < 0)
				return NULL;
			*to = (char)(high << 4 | low);
			i += 2;
		}
		if ((unsigned char)*to < 0x20 || *to == 0x7f)
			return NULL;
		to++;
	}
	return text;
}

/* "user:password" of the N bytes at S, which lacks the colon where there is no password. */
static const char *login(const char *s, size_t n, struct arena *arena)
{
	const char *colon = memchr(s, ':', n);
	size_t user = colon ? (size_t)(colon - s) : n;
	const char *name = decode(s, user, arena);
	const char *password = colon ? decode(colon + 1, n - user - 1, arena) : "";

	/* Basic authentication ends the user's name at the first colon (RFC 7617). */
	if (!name || !*name || strchr(name, ':') || !password)
		return NULL;
	return arena_printf(arena, "%s:%s", name, password);
}

const char *upstream_parse(const char *url, struct upstream *out, struct arena *arena)
{
	static const char scheme[] = "http://";
	const char *at, *rest, *fault;
	char host[256];
	size_t n;

	if (strncmp(url, scheme, sizeof scheme - 1) != 0)
		return "is not http://HOST:PORT; a proxy is spoken to in plain HTTP only";
	rest = url + sizeof scheme - 1;
	at = strchr(rest, '@');
	if (at) {
		out->login = login(rest, (size_t)(at - rest), arena);
		if (!out->login)
			return "has no USER:PASSWORD before its '@'; write other characters than "
			       "letters and digits as %XX";
		rest = at + 1;
	}
	n = strlen(rest);
	n -= n > 0 && rest[n - 1] == '/';
	fault = domain_parse(arena_strndup(arena, rest, n), host, &out->port);
	if (fault || *host == '*')
		return "does not name a HOST or HOST:PORT; write http://HOST:PORT";
	out->host = arena_strdup(arena, host);
	if (!out->port)
		out->port = UPSTREAM_PORT;
	return NULL;
}
