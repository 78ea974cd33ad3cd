#include "policy/match.h"

#include <string.h>

#include "base/path.h"

/* No command nests more wrappers than this, and no list of commands is longer. */
enum { UNWRAP_MAX = 32, COMMANDS_MAX = 256 };

/* Programs that run the command behind their own options. */
static const struct wrapper {
	const char *name;
	const char *valued; /* options that take the next word as their value, space-separated */
	int positional;     /* words of its own between options and command */
	bool assigns;       /* NAME=VALUE words may stand before the command */
} wrapper_table[] = {
	{"chrt", "-T -P -D", 1, false},
	{"command", "", 0, false},
	{"env", "-u --unset -C --chdir", 0, true},
	{"exec", "-a", 0, false},
	{"flock", "-w --timeout -E --conflict-exit-code", 1, false},
	{"ionice", "-c --class -n --classdata", 0, false},
	{"nice", "-n --adjustment", 0, false},
	{"nohup", "", 0, false},
	{"setsid", "", 0, false},
	{"stdbuf", "-i --input -o --output -e --error", 0, false},
	{"taskset", "", 1, false},
	{"time", "-f --format -o --output", 0, false},
	{"timeout", "-k --kill-after -s --signal", 1, false},
	{"unbuffer", "", 0, false},
	{"xargs", "-a -d -E -I -L -n -P -s --arg-file --delimiter --max-args --max-procs", 0,
		false},
};

static const struct wrapper *find_wrapper(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof wrapper_table / sizeof *wrapper_table; i++)
		if (strcmp(wrapper_table[i].name, name) == 0)
			return &wrapper_table[i];
	return NULL;
}

static bool is_word_of(const char *list, const char *word)
{
	size_t n = strlen(word), w;

	for (; *list; list += w + (list[w] == ' ')) {
		w = strcspn(list, " ");
		if (w == n && memcmp(list, word, n) == 0)
			return true;
	}
	return false;
}

/* How many words of CMD the wrapper and its options take; 0 if that cannot be told. */
static size_t wrapper_words(const struct wrapper *w, const struct strvec *cmd)
{
	size_t i = 1;

	for (; i < cmd->n && cmd->v[i][0] == '-' && cmd->v[i][1]; i++) {
		if (strcmp(cmd->v[i], "--") == 0) {
			i++;
			break;
		}
		if (strncmp(cmd->v[i], "-S", 2) == 0 || strncmp(cmd->v[i], "--split", 7) == 0)
			return 0; /* env -S: the command is inside a string */
		if (is_word_of(w->valued, cmd->v[i]))
			i++;
	}
	while (w->assigns && i < cmd->n && strchr(cmd->v[i], '='))
		i++;
	i += (size_t)w->positional;
	return i < cmd->n ? i : 0;
}

/* How many words the manifest's wrapper PREFIX takes off CMD; 0 if it does not stand there. */
static size_t prefix_words(const char *prefix, const struct strvec *cmd)
{
	const struct wrapper *known = strchr(prefix, ' ') ? NULL : find_wrapper(prefix);
	size_t i = 0, w;
	const char *p;

	if (known)
		return strcmp(path_base(cmd->v[0]), prefix) == 0 ? wrapper_words(known, cmd) : 0;
	for (p = prefix; *p; p += w + (p[w] == ' ')) {
		const char *have = i < cmd->n ? (i ? cmd->v[i] : path_base(cmd->v[0])) : NULL;

		w = strcspn(p, " ");
		if (p[w] == '\0' && w == 2 && strncmp(p, "--", 2) == 0) {
			while (i < cmd->n && strcmp(cmd->v[i], "--") != 0)
				i++;
			return i + 1 < cmd->n ? i + 1 : 0;
		}
		if (!have || strlen(have) != w || memcmp(have, p, w) != 0)
			return 0;
		i++;
	}
	while (i < cmd->n && cmd->v[i][0] == '-')
		i++;
	return i < cmd->n ? i : 0;
}

static bool is_shell(const char *name)
{
	return is_word_of("sh bash dash zsh ksh mksh ash", name);
}

/* The string behind -c, -lc, ...; NULL if CMD is no such call. */
static const char *shell_string(const struct strvec *cmd)
{
	size_t i;
	bool c = false;

	if (!is_shell(path_base(cmd->v[0])))
		return NULL;
	for (i = 1; i < cmd->n && (cmd->v[i][0] == '-' || cmd->v[i][0] == '+'); i++) {
		const char *opt = cmd->v[i];

		if (strcmp(opt, "--") == 0) {
			i++;
			break;
		}
		if (opt[1] == '-')
			continue;
		if (strchr(opt, 'c'))
			c = true;
		if (strchr(opt, 'o') || strchr(opt, 'O'))
			i++; /* -o NAME */
	}
	return c && i < cmd->n ? cmd->v[i] : NULL;
}

/* Words that CMD's first wrapper takes off, 0 if it is not wrapped. */
static size_t unwrap_once(const struct strvec *cmd, const struct strvec *wrappers)
{
	const struct wrapper *w = find_wrapper(path_base(cmd->v[0]));
	size_t i, n;

	for (i = 0; i < wrappers->n; i++)
		if ((n = prefix_words(wrappers->v[i], cmd)))
			return n;
	return w ? wrapper_words(w, cmd) : 0;
}

void match_commands(const char *const *argv, const struct strvec *wrappers, struct arena *arena,
	struct commands *out)
{
	struct commands todo = {0};
	struct strvec cmd = {0}, rest;
	size_t i, n, rounds;
	const char *text;

	for (; *argv; argv++)
		strvec_push(arena, &cmd, *argv);
	*vec_push(arena, &todo) = cmd;
	/* A queue, not recursion: the strings are the caller's. */
	for (i = 0; i < todo.n && i < COMMANDS_MAX; i++) {
		cmd = todo.v[i];
		for (rounds = 0; rounds < UNWRAP_MAX && (n = unwrap_once(&cmd, wrappers));
			rounds++) {
			rest = (struct strvec){.v = cmd.v + n, .n = cmd.n - n};
			cmd = rest;
		}
		text = shell_string(&cmd);
		if (!text || !shell_commands(text, arena, &todo))
			*vec_push(arena, out) = cmd;
	}
}

static bool has_prefix(const char *prefix, const struct strvec *cmd)
{
	size_t i = 0, w;
	const char *have;

	for (; *prefix; prefix += w + (prefix[w] == ' '), i++) {
		w = strcspn(prefix, " ");
		if (i >= cmd->n)
			return false;
		have = i ? cmd->v[i] : path_base(cmd->v[0]);
		if (strlen(have) != w || memcmp(have, prefix, w) != 0)
			return false;
	}
	return true;
}

const char *match_key(const struct bundle_key *key, const struct commands *commands)
{
	const char *const *word;
	size_t i;

	for (i = 0; i < commands->n; i++) {
		const struct strvec *cmd = &commands->v[i];

		for (word = key->commands; word && *word; word++)
			if (strcmp(*word, path_base(cmd->v[0])) == 0)
				return *word;
		for (word = key->prefixes; word && *word; word++)
			if (has_prefix(*word, cmd))
				return *word;
	}
	return NULL;
}
