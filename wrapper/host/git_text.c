#include "host/git_text.h"

#include <string.h>
#include <strings.h>

#include "base/pattern.h"

const char *git_pointer(const char *text, size_t len, const char *prefix, struct arena *arena)
{
	size_t n = strlen(prefix);

	while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
		len--;
	if (len <= n || memcmp(text, prefix, n) != 0 || memchr(text, '\0', len))
		return NULL;
	return arena_strndup(arena, text + n, len - n);
}

/* The end of the text; also what ends the last line, when it has no end of its own. */
enum { END = -1 };

/* Longer than any name of ours: what does not fit is none. */
struct name {
	char s[24];
	size_t len;
};

struct reader {
	const char *at, *end;
	struct name section; /* the part before the first dot, in lower case */
	bool subsection;
	char *value; /* room for the longest */
};

/* Every row: the section, whether a subsection may stand there, the key. */
static const struct {
	const char *section, *key;
	bool subsection;
	enum git_key is;
} keys[] = {
	{"core", "hookspath", false, GIT_HOOKS_PATH},
	{"core", "worktree", false, GIT_WORKTREE},
	{"include", "path", false, GIT_INCLUDE},
	{"includeif", "path", true, GIT_INCLUDE},
	{"extensions", "worktreeconfig", false, GIT_WORKTREE_CONFIG},
};

static bool is_space(int c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(int c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

/* CRLF is one line end; a CR elsewhere is a blank. */
static int next(struct reader *r)
{
	if (r->at == r->end)
		return END;
	if (*r->at == '\r' && r->end - r->at > 1 && r->at[1] == '\n')
		r->at++;
	return (unsigned char)*r->at++;
}

static bool ends_line(int c)
{
	return c == '\n' || c == END;
}

static void name_add(struct name *n, int c)
{
	/* One that is too long keeps its last byte wrong, so it equals nothing. */
	if (n->len < sizeof n->s - 1)
		n->s[n->len++] = ascii_lower((char)c);
	else
		n->s[0] = '?';
}

/* Behind [SECTION and a blank: "SUBSECTION"]. */
static bool read_subsection(struct reader *r, int c)
{
	while (is_space(c) && c != '\n')
		c = next(r);
	if (c != '"')
		return false;
	while ((c = next(r)) != '"') {
		if (c == '\\')
			c = next(r);
		if (ends_line(c))
			return false;
	}
	r->subsection = true;
	return next(r) == ']';
}

/* Behind "[". The old form [SECTION.SUBSECTION] is one too. */
static bool read_section(struct reader *r)
{
	int c;

	r->section = (struct name){0};
	r->subsection = false;
	while ((c = next(r)) != ']') {
		if (is_space(c))
			return read_subsection(r, c);
		if (c == '.')
			r->subsection = true;
		else if (!is_word(c))
			return false;
		else if (!r->subsection)
			name_add(&r->section, c);
	}
	return true;
}

/* The byte that stands for "\" C in a value; END if there is none. */
static int unescape(int c)
{
	switch (c) {
	case 't':
		return '\t';
	case 'n':
		return '\n';
	case 'b':
		return '\b';
	case '\\':
	case '"':
		return c;
	default:
		return END;
	}
}

/* Behind "=", to the line's end: *LEN bytes at R->value, without blanks around them. */
static bool read_value(struct reader *r, size_t *len)
{
	size_t n = 0, keep = 0; /* blanks behind keep count if something follows them */
	bool quoted = false, comment = false;
	int c;

	while (!ends_line(c = next(r))) {
		if (comment)
			continue;
		if (!quoted && is_space(c)) {
			if (n > 0)
				r->value[n++] = (char)c;
			continue;
		}
		if (!quoted && (c == ';' || c == '#')) {
			comment = true;
			continue;
		}
		if (c == '"') {
			quoted = !quoted;
			keep = n;
			continue;
		}
		if (c == '\\') {
			c = next(r);
			keep = n;
			if (ends_line(c)) /* the value goes on in the next line */
				continue;
			if ((c = unescape(c)) == END)
				return false;
		}
		r->value[n++] = (char)c;
		keep = n;
	}
	*len = keep;
	return !quoted;
}

/* Keeps the value if the key is one of ours; false if there are too many. */
static bool keep_value(struct reader *r, const struct name *key, const char *text, size_t len,
	struct git_config *out, struct arena *arena)
{
	size_t i;

	for (i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(keys[i].section, r->section.s) == 0 &&
			keys[i].subsection == r->subsection && strcmp(keys[i].key, key->s) == 0)
			break;
	if (i == sizeof keys / sizeof *keys)
		return true;
	if (out->values.n == GIT_VALUES_MAX)
		return false;
	*vec_push(arena, &out->values) = (struct git_value){
		.key = keys[i].is,
		.text = text ? arena_strndup(arena, text, len) : NULL,
	};
	return true;
}

/* A key that begins with C, and its value. */
static bool read_key(struct reader *r, int c, struct git_config *out, struct arena *arena)
{
	struct name key = {0};
	size_t len = 0;

	for (; is_word(c); c = next(r))
		name_add(&key, c);
	while (c == ' ' || c == '\t')
		c = next(r);
	if (ends_line(c))
		return keep_value(r, &key, NULL, 0, out, arena);
	return c == '=' && read_value(r, &len) && keep_value(r, &key, r->value, len, out, arena);
}

bool git_config_read(const char *text, size_t len, struct git_config *out, struct arena *arena)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of UTF-8, as some editors begin a text */
	struct reader r = {.at = text};
	bool comment = false;
	int c;

	if (len == 0)
		return true;
	if (memchr(text, '\0', len))
		return false;
	r.end = text + len;
	r.value = arena_alloc(arena, len + 1);
	if (len >= 3 && memcmp(text, mark, 3) == 0)
		r.at += 3;
	while ((c = next(&r)) != END) {
		if (c == '\n')
			comment = false;
		else if (comment || is_space(c))
			continue;
		else if (c == '#' || c == ';')
			comment = true;
		else if (c == '[' ? !read_section(&r)
				  : !is_letter(c) || !read_key(&r, c, out, arena))
			return false;
	}
	return true;
}

const struct git_value *git_config_last(const struct git_config *config, enum git_key key)
{
	const struct git_value *value, *last = NULL;

	vec_each (value, &config->values)
		if (value->key == key)
			last = value;
	return last;
}

bool git_value_true(const struct git_value *value)
{
	static const char *const falses[] = {"", "false", "no", "off", "0"};
	size_t i;

	if (!value)
		return false;
	for (i = 0; value->text && i < sizeof falses / sizeof *falses; i++)
		if (strcasecmp(value->text, falses[i]) == 0)
			return false;
	return true;
}
