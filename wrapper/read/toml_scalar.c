/*
 * The values of TOML that are one word: booleans, numbers, dates and times.
 *
 * The word is cut out first, up to what can only come after a value; then it is what its shape
 * says, or an error that quotes it. Numbers are copied without their underscores and converted
 * by the C library, whose laxer grammar (spaces, "infinity", "0x1p3") never sees what ours has
 * not let through. The program must not have set LC_NUMERIC: strtod's point is the locale's.
 */
#include "read/toml_priv.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A piece of the text; not NUL-terminated. */
struct word {
	const char *s;
	size_t len;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool word_is(struct word w, const char *s)
{
	return strlen(s) == w.len && memcmp(w.s, s, w.len) == 0;
}

/*
 * A space may stand for the T between date and time, the only space in any scalar. True if the
 * word at S, which ends at the cursor, is as long as a date and two digits follow the space.
 */
static bool time_follows(const struct toml_text *t, const char *s)
{
	const char *p = t->at;

	return p - s == 10 && s[4] == '-' && s[7] == '-' && t->end - p >= 3 && p[0] == ' ' &&
		is_digit(p[1]) && is_digit(p[2]);
}

/* Not up to the first byte that cannot belong: `1x` is to be told as `1x`, not as 1 and a rest. */
static void skip_word(struct toml_text *t)
{
	while (t->at < t->end && !strchr(" \t\r\n,]}#", *t->at))
		t->at++;
}

static struct word take_word(struct toml_text *t)
{
	struct word w = {t->at, 0};

	skip_word(t);
	if (time_follows(t, w.s)) {
		t->at++;
		skip_word(t);
	}
	w.len = (size_t)(t->at - w.s);
	return w;
}

/* --- Numbers --- */

/* The base that the prefix 0x, 0o or 0b says. */
static int base_of(struct word w)
{
	if (w.len < 2 || w.s[0] != '0')
		return 10;
	return w.s[1] == 'x' ? 16 : w.s[1] == 'o' ? 8 : w.s[1] == 'b' ? 2 : 10;
}

static bool is_digit_of(char c, int base)
{
	int value = toml_digit(c);

	return value >= 0 && value < base;
}

/* S ends in NUL: only stripped words come here. */
static size_t count_digits(const char *s, int base)
{
	size_t n = 0;

	while (is_digit_of(s[n], base))
		n++;
	return n;
}

/* The word without underscores; NULL if one is not between two digits. */
static const char *strip_underscores(struct toml_text *t, struct word w, int base)
{
	char *out = arena_alloc(t->arena, w.len + 1), *to = out;
	size_t i;

	for (i = 0; i < w.len; i++) {
		if (w.s[i] != '_')
			*to++ = w.s[i];
		else if (i == 0 || !is_digit_of(w.s[i - 1], base) || i + 1 == w.len ||
			!is_digit_of(w.s[i + 1], base))
			return NULL;
	}
	return out;
}

/* True if S is a float by TOML's grammar: digits, then .digits, an exponent, or both. */
static bool is_float(const char *s)
{
	size_t n;

	s += *s == '+' || *s == '-';
	n = count_digits(s, 10);
	if (n == 0)
		return false;
	s += n;
	if (*s == '.') {
		n = count_digits(s + 1, 10);
		if (n == 0)
			return false;
		s += n + 1;
	}
	if (*s == 'e' || *s == 'E') {
		s++;
		s += *s == '+' || *s == '-';
		n = count_digits(s, 10);
		if (n == 0)
			return false;
		s += n;
	}
	return *s == '\0';
}

static bool fail_number(struct toml_text *t, struct word w)
{
	return toml_fail(t, w.s,
		"%s is not a number; a _ stands alone between digits, a point has digits on both "
		"sides, 0x 0o 0b are in lower case and have no sign",
		toml_quoted(t, w.s, w.len));
}

static bool integer(struct toml_text *t, struct word w, const char *digits, int base, int64_t *out)
{
	errno = 0;
	*out = strtoll(digits, NULL, base);
	return errno != ERANGE ||
		toml_fail(t, w.s, "%s does not fit in 64 bits; write a number from -2^63 to 2^63-1",
			toml_quoted(t, w.s, w.len));
}

static bool number(struct toml_text *t, struct word w, struct toml_event *ev)
{
	int base = base_of(w);
	const char *s = strip_underscores(t, w, base), *digits;
	size_t n;

	if (!s)
		return fail_number(t, w);
	/* A sign before 0x is left standing, and then is no digit. */
	digits = s + (base == 10 ? *s == '+' || *s == '-' : 2);
	n = count_digits(digits, base);
	if (n == 0)
		return fail_number(t, w);
	/* C would read octal there, people decimal: TOML has neither. */
	if (base == 10 && n > 1 && *digits == '0')
		return toml_fail(t, w.s, "%s has zeros in front; drop them, or put 0o before octal",
			toml_quoted(t, w.s, w.len));
	if (digits[n] == '\0') {
		ev->kind = TOML_INTEGER;
		return integer(t, w, base == 10 ? s : digits, base, &ev->integer);
	}
	if (base != 10 || !is_float(s))
		return fail_number(t, w);
	ev->kind = TOML_FLOAT;
	ev->real = strtod(s, NULL);
	return true;
}

/* --- Dates and times: RFC 3339, section 5.6 --- */

/* What is left of the word, and the text in one form. */
struct clock {
	struct toml_text *t;
	struct word word;
	const char *at, *end;
	char out[sizeof "0000-00-00T00:00:00.000000000+00:00"];
	size_t len;
};

static bool fail_clock(struct clock *c)
{
	return toml_fail(c->t, c->at,
		"%s is not a date or time; write 1979-05-27, 07:32:00 or 1979-05-27T07:32:00, the "
		"last also with Z or an offset like +02:00",
		toml_quoted(c->t, c->word.s, c->word.len));
}

/* N digits of a field from LOW to HIGH. */
static bool field(struct clock *c, const char *name, int n, int low, int high, int *value)
{
	const char *start = c->at;
	int v = 0, i;

	for (i = 0; i < n; i++, c->at++) {
		if (c->at >= c->end || !is_digit(*c->at))
			return fail_clock(c);
		v = v * 10 + (*c->at - '0');
		c->out[c->len++] = *c->at;
	}
	*value = v;
	return (v >= low && v <= high) ||
		toml_fail(c->t, start, "the %s is %0*d; it must be from %0*d to %0*d", name, n, v,
			n, low, n, high);
}

static bool separator(struct clock *c, char wanted)
{
	if (c->at >= c->end || *c->at != wanted)
		return fail_clock(c);
	c->at++;
	c->out[c->len++] = wanted;
	return true;
}

/* The Gregorian calendar for all years, also before there was one. */
static int days_in(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month - 1];
}

static bool date(struct clock *c)
{
	int year = 0, month = 1, day; /* set before they are read; analysers cannot tell */

	return field(c, "year", 4, 0, 9999, &year) && separator(c, '-') &&
		field(c, "month", 2, 1, 12, &month) && separator(c, '-') &&
		field(c, "day", 2, 1, days_in(year, month), &day);
}

/* .digits: at least one; nine are kept, in groups of three. */
static bool fraction(struct clock *c)
{
	size_t n = 0;

	c->at++;
	c->out[c->len++] = '.';
	for (; c->at < c->end && is_digit(*c->at); c->at++)
		if (n++ < 9)
			c->out[c->len++] = *c->at;
	if (n == 0)
		return fail_clock(c);
	for (; n < 9 && n % 3; n++)
		c->out[c->len++] = '0';
	return true;
}

static bool time_of_day(struct clock *c)
{
	int unused;

	/* A second 60 is a leap second; which minutes have one is not known in advance. */
	if (!field(c, "hour", 2, 0, 23, &unused) || !separator(c, ':') ||
		!field(c, "minute", 2, 0, 59, &unused) || !separator(c, ':') ||
		!field(c, "second", 2, 0, 60, &unused))
		return false;
	return c->at >= c->end || *c->at != '.' || fraction(c);
}

/* Z or +hh:mm; a time of day without a date has none. */
static bool offset(struct clock *c)
{
	int unused;

	if (*c->at == 'Z' || *c->at == 'z') {
		c->at++;
		c->out[c->len++] = 'Z';
		return true;
	}
	return separator(c, *c->at == '-' ? '-' : '+') &&
		field(c, "hour of the offset", 2, 0, 23, &unused) && separator(c, ':') &&
		field(c, "minute of the offset", 2, 0, 59, &unused);
}

static bool date_and_time(struct clock *c, struct toml_event *ev)
{
	ev->kind = TOML_LOCAL_DATE;
	if (!date(c))
		return false;
	if (c->at == c->end)
		return true;
	if (*c->at != 'T' && *c->at != 't' && *c->at != ' ')
		return fail_clock(c);
	c->at++;
	c->out[c->len++] = 'T';
	ev->kind = TOML_LOCAL_DATETIME;
	if (!time_of_day(c))
		return false;
	if (c->at == c->end)
		return true;
	ev->kind = TOML_DATETIME;
	return offset(c);
}

/*
 * Which of the four kinds it is shows as the word goes on. TIME_FIRST: what comes first in the
 * word is a colon, not a dash.
 */
static bool clock(struct toml_text *t, struct word w, bool time_first, struct toml_event *ev)
{
	struct clock c = {.t = t, .word = w, .at = w.s, .end = w.s + w.len};

	if (time_first)
		ev->kind = TOML_LOCAL_TIME;
	if (!(time_first ? time_of_day(&c) : date_and_time(&c, ev)))
		return false;
	if (c.at != c.end)
		return fail_clock(&c);
	ev->text.s = arena_strndup(t->arena, c.out, c.len);
	ev->text.len = c.len;
	return true;
}

/* The first colon, or dash between digits, of a word that is a date or a time; else NULL. */
static const char *clock_mark(struct word w)
{
	size_t i;

	if (!is_digit(w.s[0]))
		return NULL;
	for (i = 1; i < w.len; i++)
		if (w.s[i] == ':' || (w.s[i] == '-' && is_digit(w.s[i - 1])))
			return w.s + i;
	return NULL;
}

/* --- */

static bool infinite_or_nan(struct word w, double *out)
{
	bool sign = *w.s == '+' || *w.s == '-';
	struct word name = {w.s + sign, w.len - sign};

	if (!word_is(name, "inf") && !word_is(name, "nan"))
		return false;
	*out = copysign(name.s[0] == 'i' ? INFINITY : NAN, *w.s == '-' ? -1 : 1);
	return true;
}

bool toml_scalar(struct toml_text *t, struct toml_event *ev)
{
	struct word w = take_word(t);
	const char *mark;

	if (w.len == 0)
		return toml_fail(t, w.s,
			"expected a value, found %s; write a \"string\", a number, "
			"true, false, a date, [ or {",
			toml_found(t, w.s));
	if (word_is(w, "true") || word_is(w, "false")) {
		ev->kind = TOML_BOOL;
		ev->boolean = w.s[0] == 't';
		return true;
	}
	if (infinite_or_nan(w, &ev->real)) {
		ev->kind = TOML_FLOAT;
		return true;
	}
	mark = clock_mark(w);
	if (mark)
		return clock(t, w, *mark == ':', ev);
	if (is_digit(*w.s) || *w.s == '+' || *w.s == '-')
		return number(t, w, ev);
	return toml_fail(t, w.s,
		"%s is not a value; text needs \"quotes\", and true, false, inf and "
		"nan are lower case",
		toml_quoted(t, w.s, w.len));
}
