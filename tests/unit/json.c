#include "json.h"

#include <string.h>

#include "base/escape.h"
#include "base/strbuf.h"

static const char *skip_blank(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

static const char *skip_string(const char *p)
{
	unsigned cp;
	size_t n;

	if (*p++ != '"')
		return NULL;
	while (*p != '"') {
		if ((unsigned char)*p < 0x20)
			return NULL;
		if (*p != '\\') {
			if (!(n = utf8_decode(p, strlen(p), &cp)))
				return NULL;
			p += n;
		} else if (p[1] == 'u') {
			if (strspn(p + 2, "0123456789abcdefABCDEF") < 4)
				return NULL;
			p += 6;
		} else if (p[1] && strchr("\"\\/bfnrt", p[1])) {
			p += 2;
		} else {
			return NULL;
		}
	}
	return p + 1;
}

static const char *skip_number(const char *p)
{
	const char *digits = "0123456789";

	p += *p == '-';
	if (!strspn(p, digits) || (*p == '0' && strspn(p, digits) > 1))
		return NULL;
	p += strspn(p, digits);
	if (*p == '.') {
		if (!strspn(++p, digits))
			return NULL;
		p += strspn(p, digits);
	}
	return p;
}

static const char *skip_value(const char *p);

/* Behind "NAME : " of an object's member; P itself in an array. */
static const char *skip_name(const char *p, bool object)
{
	if (!object)
		return p;
	if (!(p = skip_string(p)))
		return NULL;
	p = skip_blank(p);
	return *p == ':' ? skip_blank(p + 1) : NULL;
}

static const char *skip_container(const char *p)
{
	bool object = *p == '{';
	char close = object ? '}' : ']';

	p = skip_blank(p + 1);
	if (*p == close)
		return p + 1;
	for (;;) {
		if (!(p = skip_name(p, object)) || !(p = skip_value(p)))
			return NULL;
		p = skip_blank(p);
		if (*p == close)
			return p + 1;
		if (*p != ',')
			return NULL;
		p = skip_blank(p + 1);
	}
}

/* Behind the value at P; NULL if it is none. Recursion: the texts are our own. */
static const char *skip_value(const char *p)
{
	static const char *const words[] = {"true", "false", "null"};
	size_t i;

	if (*p == '{' || *p == '[')
		return skip_container(p);
	if (*p == '"')
		return skip_string(p);
	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	return skip_number(p);
}

bool json_valid(const char *text)
{
	const char *end = skip_value(skip_blank(text));

	return end && *skip_blank(end) == '\0';
}

/* The value of the member KEY, or (KEY NULL) the element I. */
static const char *find(const char *p, const char *key, size_t i)
{
	if (!p || *p != (key ? '{' : '['))
		return NULL;
	for (p = skip_blank(p + 1); *p && *p != '}' && *p != ']';) {
		const char *value = skip_name(p, key != NULL),
			   *end = value ? skip_value(value) : NULL;

		if (!end || (key ? json_is(p, key) : i-- == 0))
			return end ? value : NULL;
		p = skip_blank(end);
		p = *p == ',' ? skip_blank(p + 1) : p;
	}
	return NULL;
}

const char *json_member(const char *at, const char *key)
{
	return find(at, key, 0);
}

const char *json_element(const char *at, size_t i)
{
	return find(at, NULL, i);
}

bool json_is(const char *at, const char *s)
{
	struct strbuf b = STRBUF_INIT;
	bool same;

	strbuf_add_json(&b, s);
	same = at && strncmp(at, b.s, b.len) == 0;
	strbuf_release(&b);
	return same;
}
