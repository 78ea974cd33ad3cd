/*
 * Foreign text on its way to a terminal, a log, a shell: whatever the bytes, what comes out is one
 * line of valid UTF-8 without a character that moves, hides or reorders others, cut between
 * characters, and the same when it is made in two ways.
 */
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int truth)
{
	if (!truth)
		abort();
}

/* S is what may be printed. */
static void check_safe(const char *s)
{
	size_t n = strlen(s), used;
	unsigned cp = 0;

	for (; n; s += used, n -= used) {
		used = utf8_decode(s, n, &cp);
		check(used > 0 && !codepoint_hidden(cp));
	}
}

/* In whatever room, the beginning of WHOLE. */
static void check_cut(const char *text, const char *whole, size_t room)
{
	char *out = malloc(room ? room : 1);
	size_t n = escape_line(out, room, text);

	check(n < room || room == 0);
	check(room == 0 || (out[n] == '\0' && strlen(out) == n && strncmp(out, whole, n) == 0));
	check(room == 0 || strlen(whole) == n || strlen(whole) >= room);
	if (room)
		check_safe(out);
	free(out);
}

/* What is plain stays as it is, and nothing becomes shorter. */
static void check_plain(const char *text, const char *whole)
{
	const unsigned char *p = (const unsigned char *)text;

	while (*p >= ' ' && *p < 0x7f)
		p++;
	check(strlen(whole) >= strlen(text));
	check(*p || strcmp(text, whole) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf whole = STRBUF_INIT, other = STRBUF_INIT;
	char *text = malloc(size + 1);

	memcpy(text, data, size);
	text[size] = '\0';
	strbuf_add_escaped(&whole, text);
	check_safe(whole.s);
	check_plain(text, whole.s);
	check_cut(text, whole.s, size ? data[0] : 0);
	check_cut(text, whole.s, strlen(whole.s) + 1);

	strbuf_add_json(&other, text);
	check(other.len >= 2 && other.s[0] == '"' && other.s[other.len - 1] == '"');
	check_safe(other.s);
	strbuf_release(&other);

	strbuf_add_shell(&other, text);
	check(other.len > 0 && !strpbrk(other.s, "\n\r\033"));
	strbuf_release(&other);
	strbuf_release(&whole);
	free(text);
	return 0;
}
