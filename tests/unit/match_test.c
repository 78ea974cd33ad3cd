/*
 * Which bundles a command wants: what stands before it is taken off, and nothing else is.
 *
 * A wrapper that is not taken off costs a run its grants; one that is taken off wrongly gives the
 * grants of a tool to a command that is not that tool. So each row says what is left, word by
 * word, and the rows that must leave the command alone are as many as the others.
 */
#include "policy/match.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* TEXT at its single spaces; "_" stands for a space inside a word. */
static const char **split(struct arena *a, const char *text)
{
	struct strvec words = {0};
	size_t n;
	char *p;

	for (; *text; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		p = arena_strndup(a, text, n);
		strvec_push(a, &words, p);
		for (; *p; p++)
			*p = *p == '_' ? ' ' : *p;
	}
	strvec_push(a, &words, "");
	words.v[--words.n] = NULL;
	return words.v;
}

/* The commands, words joined by " ", commands by " / ". */
static const char *commands_text(struct arena *a, const struct commands *c)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t i, j;

	for (i = 0; i < c->n; i++)
		for (j = 0; j < c->v[i].n; j++)
			strbuf_addf(&b, "%s%s", j ? " " : i ? " / " : "", c->v[i].v[j]);
	text = arena_strdup(a, b.s ? b.s : "");
	strbuf_release(&b);
	return text;
}

static void left_is(const char *command, const char *wrapper, const char *want)
{
	struct arena a = ARENA_INIT;
	struct strvec wrappers = {0};
	struct commands out = {0};

	if (wrapper)
		strvec_push(&a, &wrappers, wrapper);
	match_commands(split(&a, command), &wrappers, &a, &out);
	is_str(commands_text(&a, &out), want, "%s%s%s", command, wrapper ? "  with " : "",
		wrapper ? wrapper : "");
	arena_release(&a);
}

static const char *const known[][2] = {
	{"cargo build", "cargo build"},
	{"/usr/bin/cargo build", "/usr/bin/cargo build"},
	{"env cargo build", "cargo build"},
	{"/usr/bin/env cargo build", "cargo build"},
	{"env A=1 B= cargo build", "cargo build"},
	{"env -i A=1 cargo build", "cargo build"},
	{"env -u X cargo", "cargo"},
	{"env --unset X -C /tmp cargo", "cargo"},
	{"env --unset=X --chdir=/tmp cargo", "cargo"},
	{"env -- cargo", "cargo"},
	{"env -- A=1 cargo", "cargo"},
	{"timeout 30 cargo build", "cargo build"},
	{"timeout -s KILL -k 5 30 cargo", "cargo"},
	{"timeout --signal=KILL --foreground 30s cargo", "cargo"},
	{"timeout -- 30 cargo", "cargo"},
	{"nice cargo", "cargo"},
	{"nice -n 5 cargo", "cargo"},
	{"nice -n5 cargo", "cargo"},
	{"nice -5 cargo", "cargo"},
	{"nice --adjustment 5 cargo", "cargo"},
	{"ionice -c 2 -n 7 cargo", "cargo"},
	{"ionice -c2 cargo", "cargo"},
	{"nohup cargo", "cargo"},
	{"setsid -w cargo", "cargo"},
	{"stdbuf -o L -eL cargo", "cargo"},
	{"stdbuf --output=L cargo", "cargo"},
	{"time -p cargo", "cargo"},
	{"time -o f -f %e cargo", "cargo"},
	{"taskset 0x3 cargo", "cargo"},
	{"taskset -c 0-1 cargo", "cargo"},
	{"chrt -b 0 cargo", "cargo"},
	{"chrt -d -T 1 -P 2 -D 3 0 cargo", "cargo"},
	{"flock /tmp/lock cargo build", "cargo build"},
	{"flock -w 10 /tmp/lock cargo", "cargo"},
	{"command cargo", "cargo"},
	{"exec -a x cargo", "cargo"},
	{"unbuffer cargo", "cargo"},
	{"xargs cargo build", "cargo build"},
	{"xargs -n 1 -P 4 cargo", "cargo"},
	{"xargs -I {} cargo {}", "cargo {}"},
	{"xargs -0 -r cargo", "cargo"},
	{"xargs --max-args 1 --delimiter=, cargo", "cargo"},
	{"env A=1 timeout 30 nice -n 5 cargo build", "cargo build"},
	{"cargo env npm", "cargo env npm"},
};

/* What must stay as it is: the command is not where it seems to be, or there is none. */
static const char *const unchanged[] = {"env", "env A=1", "timeout 30", "timeout", "nice -n 5",
	"env -S cargo_build", "env -S_cargo_build x", "env --split-string=cargo_build x",
	"flock /tmp/lock", "sudo cargo", "envx cargo", "./timeouts 30 cargo", "xargs -n 1", "time",
	"taskset 0x3", "env -u cargo"};

static void test_known_wrappers(void)
{
	size_t i;

	for (i = 0; i < COUNT(known); i++)
		left_is(known[i][0], NULL, known[i][1]);
	for (i = 0; i < COUNT(unchanged); i++) {
		struct arena a = ARENA_INIT;
		struct strbuf want = STRBUF_INIT;
		const char **v;

		for (v = split(&a, unchanged[i]); *v; v++)
			strbuf_addf(&want, "%s%s", want.len ? " " : "", *v);
		left_is(unchanged[i], NULL, want.s);
		strbuf_release(&want);
		arena_release(&a);
	}
}

static void test_manifest_wrappers(void)
{
	static const char *const rows[][3] = {
		/* command, wrapper, what is left */
		{"mise exec -- cargo build", "mise exec --", "cargo build"},
		{"mise exec rust@1.80 -- cargo", "mise exec --", "cargo"},
		{"mise exec -- npm -- cargo", "mise exec --", "npm -- cargo"},
		{"/opt/mise exec -- cargo", "mise exec --", "cargo"},
		{"mise exec cargo", "mise exec --", "mise exec cargo"},
		{"mise exec --", "mise exec --", "mise exec --"},
		{"mise run -- cargo", "mise exec --", "mise run -- cargo"},
		{"mise", "mise exec --", "mise"},
		{"misex exec -- cargo", "mise exec --", "misex exec -- cargo"},
		{"rustup run nightly cargo", "rustup run nightly", "cargo"},
		{"rustup run stable cargo", "rustup run nightly", "rustup run stable cargo"},
		{"ccwrap cargo", "ccwrap", "cargo"},
		{"ccwrap -v --fast cargo -v", "ccwrap", "cargo -v"},
		{"ccwrap", "ccwrap", "ccwrap"},
		{"ccwrap -v", "ccwrap", "ccwrap -v"},
		{"timeout -k 5 30 cargo", "timeout", "cargo"},
		{"timeout 30 ccwrap cargo", "ccwrap", "cargo"},
		{"ccwrap timeout 30 cargo", "ccwrap", "cargo"},
		{"ccwrap ccwrap cargo", "ccwrap", "cargo"},
		{"cargo ccwrap", "ccwrap", "cargo ccwrap"},
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		left_is(rows[i][0], rows[i][1], rows[i][2]);
}

static void test_shells(void)
{
	static const char *const rows[][2] = {
		{"sh -c cargo_build", "cargo build"},
		{"bash -lc cargo_build", "cargo build"},
		{"/bin/dash -ec cargo_build arg0 arg1", "cargo build"},
		{"zsh -c cd_x_&&_cargo_build", "cd x / cargo build"},
		{"bash -o pipefail -c cargo|tee", "cargo / tee"},
		{"bash -eo pipefail -c cargo", "cargo"},
		{"bash --norc -c cargo", "cargo"},
		{"bash -c -- cargo", "cargo"},
		{"bash +e -c cargo", "cargo"},
		{"sh -c sh_-c_cargo", "cargo"},
		{"sh -c \"sh\"_-c_'cargo_build;npm'", "cargo build / npm"},
		{"timeout 5 sh -c nice_cargo", "cargo"},
		{"sh -c exec_cargo_build", "cargo build"},
		{"sh -c A=1_cargo;_B=2", "cargo"},
		/* Not read: the shell itself is what is left. */
		{"sh script.sh", "sh script.sh"},
		{"sh -x script.sh -c cargo", "sh -x script.sh -c cargo"},
		{"sh -c", "sh -c"},
		{"sh", "sh"},
		{"bash -c $(cargo)", "bash -c $(cargo)"},
		{"sh -c eval_cargo", "sh -c eval cargo"},
		{"fish -c cargo", "fish -c cargo"},
		{"python3 -c cargo", "python3 -c cargo"},
		{"sh -c cargo;_sh_-c_'$(x)'", "cargo / sh -c $(x)"},
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		left_is(rows[i][0], NULL, rows[i][1]);
}

/* Commands that are long on purpose end, and what stands beyond the limits is not matched. */
static void test_limits(void)
{
	static const struct strvec none = {0};
	struct arena a = ARENA_INIT;
	struct strvec words = {0};
	struct strbuf text = STRBUF_INIT;
	struct commands out = {0};
	const char *argv[] = {"sh", "-c", NULL, NULL};
	size_t i;

	for (i = 0; i < 20; i++)
		strvec_push(&a, &words, "nohup");
	strvec_push(&a, &words, "cargo");
	match_commands(words.v, &none, &a, &out);
	is_str(commands_text(&a, &out), "cargo", "twenty wrappers");
	for (i = 0; i < 100000; i++)
		strbuf_adds(&text, "nohup;");
	argv[2] = text.s;
	out = (struct commands){0};
	match_commands(argv, &none, &a, &out);
	ok(out.n > 0 && out.n < 1000, "a list of 100000 commands is cut");
	strbuf_release(&text);
	arena_release(&a);
}

static void test_keys(void)
{
	static const char *const commands[] = {"cargo", "rustc", NULL};
	static const char *const prefixes[] = {"python3 -m pip", NULL};
	static const struct bundle_key key = {"x", commands, prefixes, false},
				       empty = {"y", NULL, NULL, false};
	static const char *const rows[][2] = {
		{"cargo", "cargo"},
		{"/opt/x/cargo build", "cargo"},
		{"./rustc", "rustc"},
		{"nice cargo", "cargo"},
		{"python3 -m pip install", "python3 -m pip"},
		{"/usr/bin/python3 -m pip", "python3 -m pip"},
		{"sh -c ls;rustc", "rustc"},
		{"cargo2", NULL},
		{"argo", NULL},
		{"cargo/", NULL},
		{"Cargo", NULL},
		{"python3 -m", NULL},
		{"python3 -m pipx", NULL},
		{"python3 -mpip", NULL},
		{"python3 x -m pip", NULL},
		{"python -m pip", NULL},
		{"echo cargo", NULL},
		{"echo python3 -m pip", NULL},
	};
	static const struct strvec none = {0};
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		struct arena a = ARENA_INIT;
		struct commands out = {0};

		match_commands(split(&a, rows[i][0]), &none, &a, &out);
		is_str(match_key(&key, &out), rows[i][1], "the key for '%s'", rows[i][0]);
		is_str(match_key(&empty, &out), NULL, "an empty key matches nothing");
		arena_release(&a);
	}
}

int main(void)
{
	test_known_wrappers();
	test_manifest_wrappers();
	test_shells();
	test_limits();
	test_keys();
	return done_testing();
}
