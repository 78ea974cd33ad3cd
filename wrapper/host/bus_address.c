#include <string.h>

#include "base/strbuf.h"
#include "host/bus.h"

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* The value of N bytes at TEXT; false if it is none, or too long for a socket. */
static bool read_value(const char *text, size_t n, struct bus_socket *out)
{
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		char c = text[i];

		if (c == '%') {
			if (i + 2 >= n || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
				return false;
			c = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
			i += 2;
		}
		/* An abstract name has one more byte before it, a path one behind. */
		if (c == '\0' || len + 2 > sizeof out->name)
			return false;
		out->name[len++] = c;
	}
	out->name[len] = '\0';
	return len > 0;
}

/* One address of N bytes: "unix:KEY=VALUE,KEY=VALUE". */
static bool read_one(const char *text, size_t n, struct bus_socket *out)
{
	static const char transport[] = "unix:";
	const char *end = text + n, *pair;
	size_t len;

	if (n < sizeof transport - 1 || strncmp(text, transport, sizeof transport - 1) != 0)
		return false;
	for (pair = text + sizeof transport - 1; pair < end; pair += len + 1) {
		len = strcspn(pair, ",;");
		if (len > (size_t)(end - pair))
			len = (size_t)(end - pair);
		out->abstract = strncmp(pair, "abstract=", 9) == 0;
		if (out->abstract)
			return read_value(pair + 9, len - 9, out);
		if (strncmp(pair, "path=", 5) == 0)
			return read_value(pair + 5, len - 5, out) && out->name[0] == '/';
	}
	return false;
}

bool bus_address_read(const char *address, struct bus_socket *out)
{
	size_t n;

	for (; *address; address += n + (address[n] == ';')) {
		n = strcspn(address, ";");
		if (read_one(address, n, out))
			return true;
	}
	return false;
}

const char *bus_address_text(const struct bus_socket *s, struct arena *arena)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-";
	struct strbuf b = STRBUF_INIT;
	const char *p, *text;

	strbuf_adds(&b, s->abstract ? "unix:abstract=" : "unix:path=");
	for (p = s->name; *p; p++)
		if (strchr(plain, *p))
			strbuf_addc(&b, *p);
		else
			strbuf_addf(&b, "%%%02x", (unsigned)(unsigned char)*p);
	text = arena_strdup(arena, b.s);
	strbuf_release(&b);
	return text;
}
