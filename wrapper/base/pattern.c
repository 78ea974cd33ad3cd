#include "base/pattern.h"

#include <arpa/inet.h>
#include <string.h>

char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool glob_match(const char *glob, const char *name)
{
	const char *star = NULL, *mark = NULL;

	while (*name) {
		if (*glob == '*') {
			star = glob++;
			mark = name;
		} else if (*glob == *name) {
			glob++;
			name++;
		} else if (star) {
			glob = star + 1;
			name = ++mark;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

static bool is_host_byte(unsigned char c)
{
	/* Not isalnum(): it follows the locale. */
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '_';
}

/* A last label that an address parser could take for a number. */
static bool label_is_numeric(const char *s, size_t len)
{
	size_t i;

	if (len >= 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X'))
		return true;
	for (i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

bool host_is_name(const char *s, size_t len)
{
	size_t i, start = 0;

	if (len == 0 || len > 253)
		return false;
	for (i = 0; i <= len; i++) {
		if (i == len || s[i] == '.') {
			if (i == start || i - start > 63)
				return false;
			if (i < len)
				start = i + 1;
		} else if (!is_host_byte((unsigned char)s[i])) {
			return false;
		}
	}
	return !label_is_numeric(s + start, len - start);
}

bool host_is_literal(const char *s, size_t len)
{
	unsigned char bytes[16];
	char text[64];

	if (len >= sizeof text)
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	return strlen(text) == len &&
		(inet_pton(AF_INET, text, bytes) == 1 || inet_pton(AF_INET6, text, bytes) == 1);
}

unsigned port_parse(const char *s)
{
	unsigned n = 0;

	if (*s == '0' || !*s)
		return 0;
	for (; *s; s++) {
		if (*s < '0' || *s > '9' || (n = n * 10 + (unsigned)(*s - '0')) > 65535)
			return 0;
	}
	return n;
}

const char *domain_parse(const char *entry, char host[256], unsigned *port)
{
	const char *end = entry + strlen(entry), *colon, *name = entry;
	bool bracket = *entry == '[';
	size_t len, i;

	*port = 0;
	if (strchr(entry, '/'))
		return "is not a host name; write one host or address, without scheme, path or "
		       "mask";
	if (bracket) {
		end = strchr(entry, ']');
		if (!end || (end[1] != ':' && end[1] != '\0'))
			return "is not [address] or [address]:port";
		colon = end[1] ? end + 1 : NULL;
		name = entry + 1;
	} else {
		colon = strchr(entry, ':');
		if (colon && strchr(colon + 1, ':'))
			return "is not a host name; write an IPv6 address in brackets";
		end = colon ? colon : end;
	}
	if (colon && !(*port = port_parse(colon + 1)))
		return "has no port between 1 and 65535 behind the colon";
	len = (size_t)(end - name);
	if (len > 253)
		return "is longer than a host name may be";
	for (i = 0; i < len; i++)
		host[i] = ascii_lower(name[i]);
	host[len] = '\0';
	if (bracket)
		return host_is_literal(host, len) && strchr(host, ':') ? NULL
								       : "is not an IPv6 address";
	if (host_is_literal(host, len))
		return NULL;
	for (i = 0; i < len; i++)
		if ((unsigned char)host[i] >= 0x80)
			return "is not ASCII; write the name in its xn-- form";
	if (strncmp(host, "*.", 2) == 0) {
		if (!strchr(host + 2, '.'))
			return "would open a whole top-level domain; name the hosts";
		return host_is_name(host + 2, len - 2) ? NULL : "is not *.HOST";
	}
	if (strcmp(host, "*") == 0)
		return "would open every host; that is profile = \"network-allow-all\"";
	if (strchr(host, '*'))
		return "has a * elsewhere than in front as \"*.\"";
	return host_is_name(host, len) ? NULL : "is not a host name";
}
