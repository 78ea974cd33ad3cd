#include "model/twin.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 3 };

/* The COUNT numbers of a line "KEY N N...\n", none 0; false if it is no such line. */
static bool read_line(const char *line, const char *key, unsigned long long *out, int count)
{
	const char *p = line + strlen(key);
	char *end;
	int i;

	if (strncmp(line, key, strlen(key)) != 0)
		return false;
	for (i = 0; i < count; i++) {
		if (p[0] != ' ' || p[1] < '1' || p[1] > '9')
			return false;
		out[i] = strtoull(p, &end, 10);
		p = end;
	}
	return *p == '\n' && out[0] <= INT_MAX;
}

void twin_parse(struct twin_record *r, const char *text)
{
	unsigned long long n[WORDS];
	const char *end;

	*r = (struct twin_record){0};
	for (; (end = strchr(text, '\n')); text = end + 1) {
		if (read_line(text, "front", n, 3)) {
			r->front = (pid_t)n[0];
			r->front_started = n[1];
			r->since = (long long)(n[2] & INT64_MAX);
		} else if (read_line(text, "init", n, 2)) {
			r->init = (pid_t)n[0];
			r->init_started = n[1];
		}
	}
}

bool twin_is_name(const char *name)
{
	return strlen(name) == TWIN_NAME_SIZE - 1 &&
		strspn(name, "0123456789abcdef") == TWIN_NAME_SIZE - 1;
}
