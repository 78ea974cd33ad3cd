#include "policy/shell.h"

#include <string.h>

#include "base/strbuf.h"

struct lexer {
	const char *p;
	struct arena *arena;
	struct strbuf word;
	bool in_word;    /* a word has begun, maybe an empty quoted one */
	bool quoted;     /* part of it was quoted: no reserved word */
	size_t plain;    /* how many bytes of it stand before the first quote */
	bool expands;    /* it holds $NAME or a glob: not literal */
	bool redirected; /* the word is the target of a redirection */
	struct strvec now;
	struct commands *out;
};

/* Words that open or close what this reader does not follow. */
static bool is_reserved(const char *w)
{
	static const char *const words[] = {"if", "then", "else", "elif", "fi", "for", "while",
		"until", "do", "done", "case", "esac", "in", "function", "select", "{", "}", "!",
		"[[", "coproc", "eval", "source", ".", "trap", "alias", NULL};
	size_t i;

	for (i = 0; words[i]; i++)
		if (strcmp(words[i], w) == 0)
			return true;
	return false;
}

/* NAME=VALUE, of which NAME= must stand unquoted in the first PLAIN bytes. */
static bool is_assignment(const char *w, size_t plain)
{
	size_t n = strspn(w, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n < plain && (*w < '0' || *w > '9') && w[n] == '=';
}

/* Ends the word, if one has begun; false if it makes the string unreadable. */
static bool end_word(struct lexer *l)
{
	const char *w = l->word.s ? l->word.s : "";

	if (!l->in_word)
		return true;
	if (l->redirected) {
		l->redirected = false;
	} else if (l->now.n > 0 || !is_assignment(w, l->quoted ? l->plain : l->word.len)) {
		/* "[" alone is a command, not a glob. */
		if (strcmp(w, "[") == 0)
			l->expands = false;
		if (l->now.n == 0 && (l->expands || (!l->quoted && is_reserved(w))))
			return false;
		strvec_push(l->arena, &l->now, arena_strdup(l->arena, w));
	}
	l->word.len = 0;
	if (l->word.s)
		l->word.s[0] = '\0';
	l->in_word = l->quoted = l->expands = false;
	return true;
}

static bool end_command(struct lexer *l)
{
	if (!end_word(l) || l->redirected)
		return false;
	if (l->now.n > 0)
		*vec_push(l->arena, l->out) = l->now;
	l->now = (struct strvec){0};
	return true;
}

static void begin_quote(struct lexer *l)
{
	if (!l->quoted)
		l->plain = l->word.len;
	l->in_word = l->quoted = true;
}

static void add_byte(struct lexer *l, char c)
{
	strbuf_addc(&l->word, c);
	l->in_word = true;
}

/* At '$': a plain parameter is a word of unknown text; everything that can run is refused. */
static bool on_dollar(struct lexer *l)
{
	if (l->p[1] == '(' || l->p[1] == '{' || l->p[1] == '\'' || l->p[1] == '"' || l->p[1] == '[')
		return false;
	l->expands = true;
	add_byte(l, '$');
	l->p++;
	return true;
}

static bool on_double_quote(struct lexer *l)
{
	begin_quote(l);
	for (l->p++; *l->p && *l->p != '"';) {
		if (*l->p == '`')
			return false;
		if (*l->p == '$') {
			if (!on_dollar(l))
				return false;
			continue;
		}
		if (*l->p == '\\' && l->p[1] == '\n') {
			l->p += 2; /* the line goes on */
			continue;
		}
		if (*l->p == '\\' && l->p[1] && strchr("$`\"\\", l->p[1]))
			l->p++;
		add_byte(l, *l->p++);
	}
	return *l->p++ == '"';
}

static bool on_single_quote(struct lexer *l)
{
	begin_quote(l);
	for (l->p++; *l->p && *l->p != '\''; l->p++)
		add_byte(l, *l->p);
	return *l->p++ == '\'';
}

/* At < or >, maybe behind the digits of a file descriptor: the next word is a target. */
static bool on_redirection(struct lexer *l)
{
	if (l->word.len && strspn(l->word.s, "0123456789") == l->word.len && !l->quoted) {
		l->word.len = 0;
		l->in_word = false;
	}
	if (!end_word(l) || l->redirected || l->p[1] == '(' || (l->p[0] == '<' && l->p[1] == '<'))
		return false;
	l->p++;
	l->p += strspn(l->p, ">&|");
	l->redirected = true;
	return true;
}

static bool step(struct lexer *l)
{
	switch (*l->p) {
	case '\n':
	case ';':
	case '|':
		if (l->p[0] == ';' && l->p[1] == ';')
			return false;
		l->p += l->p[0] == '|' && (l->p[1] == '|' || l->p[1] == '&') ? 2 : 1;
		return end_command(l);
	case '&':
		if (l->p[1] == '>')
			return l->p++, on_redirection(l);
		l->p += l->p[1] == '&' ? 2 : 1;
		return end_command(l);
	case ' ':
	case '\t':
		l->p++;
		return end_word(l);
	case '#':
		if (l->in_word)
			break;
		l->p += strcspn(l->p, "\n");
		return true;
	case '<':
	case '>':
		return on_redirection(l);
	case '\'':
		return on_single_quote(l);
	case '"':
		return on_double_quote(l);
	case '$':
		return on_dollar(l);
	case '`':
	case '(':
	case ')':
		return false;
	case '*':
	case '?':
	case '[':
	case '~':
		l->expands = true;
		break;
	case '\\':
		if (*++l->p == '\n')
			return l->p++, true; /* the line goes on */
		if (!*l->p)
			return false;
		begin_quote(l);
		break;
	default:
		break;
	}
	add_byte(l, *l->p++);
	return true;
}

bool shell_commands(const char *text, struct arena *arena, struct commands *out)
{
	size_t before = out->n;
	struct lexer l = {.p = text, .arena = arena, .out = out};
	bool ok = true;

	while (ok && *l.p)
		ok = step(&l);
	ok = ok && end_command(&l);
	strbuf_release(&l.word);
	if (!ok)
		out->n = before;
	return ok;
}
