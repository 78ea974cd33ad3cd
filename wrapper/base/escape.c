#include "base/escape.h"

#include <stdio.h>
#include <string.h>

#include "base/mutant.h"

size_t utf8_decode(const char *s, size_t len, unsigned *cp)
{
	static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *p = (const unsigned char *)s;
	size_t need, i;
	unsigned c;

	if (len == 0)
		return 0;
	if (p[0] < 0x80) {
		*cp = p[0];
		return 1;
	}
	if ((p[0] & 0xe0) == 0xc0)
		need = 2, c = p[0] & 0x1f;
	else if ((p[0] & 0xf0) == 0xe0)
		need = 3, c = p[0] & 0x0f;
	else if ((p[0] & 0xf8) == 0xf0)
		need = 4, c = p[0] & 0x07;
	else
		return 0;
	if (need > len)
		return 0;
	for (i = 1; i < need; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[need] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return need;
}

bool codepoint_hidden(unsigned cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) ||    /* C0, DEL, C1 */
		cp == 0xad || cp == 0x61c || cp == 0xfeff || /* soft hyphen, ALM, BOM */
		(cp >= 0x200b && cp <= 0x200f) ||            /* zero width, LRM, RLM */
		(cp >= 0x2028 && cp <= 0x202e) ||            /* separators, bidi overrides */
		(cp >= 0x2060 && cp <= 0x206f) ||            /* invisible operators, isolates */
		(cp >= 0xfff9 && cp <= 0xfffb) ||            /* interlinear marks */
		(cp >= 0xe0000 && cp <= 0xe0fff);            /* tags, variation selectors */
}

/* The visible form of one unit of S (LEN bytes left) in FORM; sets *USED. */
static size_t escape_one(char form[16], const char *s, size_t len, size_t *used)
{
	unsigned cp = 0;

	*used = utf8_decode(s, len, &cp);
	if (WITHOUT(SANITIZE)) {
		*used = 1;
		form[0] = s[0];
		return 1;
	}
	if (*used == 0) {
		*used = 1;
		return (size_t)snprintf(form, 16, "\\x%02x", (unsigned char)s[0]);
	}
	if (cp == '\n')
		return (size_t)snprintf(form, 16, "\\n");
	if (cp == '\t')
		return (size_t)snprintf(form, 16, "\\t");
	if (cp < 0x20 || cp == 0x7f)
		return (size_t)snprintf(form, 16, "\\x%02x", cp);
	if (codepoint_hidden(cp))
		return (size_t)snprintf(form, 16, "\\u{%x}", cp);
	memcpy(form, s, *used);
	return *used;
}

size_t escape_line(char *out, size_t size, const char *s)
{
	size_t len = strlen(s), n = 0, used, i, w;
	char form[16];

	if (size == 0)
		return 0;
	for (i = 0; i < len; i += used) {
		w = escape_one(form, s + i, len - i, &used);
		if (n + w >= size)
			break;
		memcpy(out + n, form, w);
		n += w;
	}
	out[n] = '\0';
	return n;
}
