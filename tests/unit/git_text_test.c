/*
 * git's pointers and configuration, as text: a table of what counts and what does not, and git
 * itself as the judge of the same texts, where there is one.
 */
#include <stdlib.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "host/git_text.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const char *const key_names[] = {
	[GIT_HOOKS_PATH] = "hooks",
	[GIT_WORKTREE] = "worktree",
	[GIT_INCLUDE] = "include",
	[GIT_WORKTREE_CONFIG] = "worktreeconfig",
};

/* "KEY=VALUE;" for each, "KEY;" for one without, "!" at the end of a malformed text. */
static const char *read_text(const char *text, size_t len, struct arena *arena)
{
	struct git_config config = {0};
	bool whole = git_config_read(text, len, &config, arena);
	const struct git_value *value;
	char *out = arena_strdup(arena, "");

	vec_each (value, &config.values)
		out = arena_printf(arena, "%s%s%s%s;", out, key_names[value->key],
			value->text ? "=" : "", value->text ? value->text : "");
	return whole ? out : arena_printf(arena, "%s!", out);
}

static const struct {
	const char *text, *want;
} texts[] = {
	{"", ""},
	{"\n\n", ""},
	{"[core]\n\thooksPath = /h\n", "hooks=/h;"},
	{"[CORE]\nHOOKSPATH=/h", "hooks=/h;"},
	{"[core] hooksPath = /h # c\n", "hooks=/h;"},
	{"[core]\r\n\thooksPath = /h\r\n\tworktree = ../w\r\n", "hooks=/h;worktree=../w;"},
	{"\xef\xbb\xbf[core]\nhooksPath=/h\n", "hooks=/h;"},
	{"[core]\nhooksPath = a b  c  \t ; x\n", "hooks=a b  c;"},
	{"[core]\nhooksPath = \" a \"  \n", "hooks= a ;"},
	{"[core]\nhooksPath = a\"b;#\"c\n", "hooks=ab;#c;"},
	{"[core]\nhooksPath = a \"\"\n", "hooks=a ;"},
	{"[core]\nhooksPath = a\\\nb\n", "hooks=ab;"},
	{"[core]\nhooksPath = a \\\n", "hooks=a ;"},
	{"[core]\nhooksPath = a\\", "hooks=a;"},
	{"[core]\nhooksPath = a # \\\nworktree = b\n", "hooks=a;worktree=b;"},
	{"[core]\nhooksPath = \"a\\\n b\"\n", "hooks=a b;"},
	{"[core]\nhooksPath = \\\\a\\\"\\tb\n", "hooks=\\a\"\tb;"},
	{"[core]\nhooksPath\n", "hooks;"},
	{"[core]\nhooksPath", "hooks;"},
	{"[core]\nhooksPath =\n", "hooks=;"},
	{"[core]\nhooksPath = a\nhooksPath = b\n", "hooks=a;hooks=b;"},
	{"# [core]\n;x\n[core]# x\nhooksPath = a\n", "hooks=a;"},
	{"[core]hooksPath=a\n[core]hooksPath=b", "hooks=a;hooks=b;"},
	{"[include]\npath = a\n[include \"x\"]\npath = b\n", "include=a;"},
	{"[includeIf \"gitdir:/x\"]\npath = a\n[IncludeIf.y]\nPath = b\n", "include=a;include=b;"},
	{"[includeIf \"a\\\"] \\\\\"]\npath = a\n", "include=a;"},
	{"[includeIf]\npath = a\n", ""},
	{"[core \"x\"]\nhooksPath = a\n[core.x]\nhooksPath = a\n", ""},
	{"[core \"\"]\nhooksPath = a\n", ""},
	{"[corex]\nhooksPath = a\n[cor]\nhooksPath = a\n", ""},
	{"[core]\nhooksPathx = a\nhooks-Path = a\nhooks = a\n", ""},
	{"[core-and-a-very-very-long-name-of-a-section]\nhooksPath = a\n", ""},
	{"[extensions]\nworktreeConfig = true\n", "worktreeconfig=true;"},
	{"hooksPath = a\n", ""},
	/* malformed; what stands before counts */
	{"[core]\nhooksPath = a\n[core\n", "hooks=a;!"},
	{"[core]\nhooksPath = \"a\n", "!"},
	{"[core]\nhooksPath = \"a", "!"},
	{"[core]\nhooksPath = a\\x\n", "!"},
	{"[core]\nhooksPath a\n", "!"},
	{"[core]\nhooksPath # c\n", "!"},
	{"[core]\n1x = a\n", "!"},
	{"[core]\nhooks_path = a\n", "!"},
	{"[core", "!"},
	{"[core \"x", "!"},
	{"[core \"x\ny\"]", "!"},
	{"[core \"x\" ]", "!"},
	{"[core x]", "!"},
	{"[co re]", "!"},
	{"]", "!"},
	{"=", "!"},
};

static void test_config(struct arena *arena)
{
	size_t i;

	for (i = 0; i < COUNT(texts); i++)
		is_str(read_text(texts[i].text, strlen(texts[i].text), arena), texts[i].want,
			"config %s", texts[i].text);
	is_str(read_text("[core]\nhooksPath = a\0b\n", 23, arena), "!", "a NUL");
}

static void test_many(struct arena *arena)
{
	struct git_config config = {0};
	struct strbuf text = STRBUF_INIT;
	int i;

	strbuf_adds(&text, "[include]\n");
	for (i = 0; i < GIT_VALUES_MAX; i++)
		strbuf_adds(&text, "path = a\n");
	ok(git_config_read(text.s, text.len, &config, arena), "as many values as there may be");
	strbuf_adds(&text, "path = a\n");
	config = (struct git_config){0};
	ok(!git_config_read(text.s, text.len, &config, arena), "one more");
	is_int((long long)config.values.n, GIT_VALUES_MAX, "the first are kept");
	strbuf_release(&text);
}

static void test_values(struct arena *arena)
{
	static const char *const falses[] = {"", "false", "No", "off", "0"};
	static const char *const trues[] = {"true", "yes", "on", "1", "00"};
	struct git_config config = {0};
	size_t i;

	for (i = 0; i < COUNT(falses); i++)
		ok(!git_value_true(&(struct git_value){.text = falses[i]}), "false: %s", falses[i]);
	for (i = 0; i < COUNT(trues); i++)
		ok(git_value_true(&(struct git_value){.text = trues[i]}), "true: %s", trues[i]);
	ok(git_value_true(&(struct git_value){.text = NULL}), "true: a key alone");
	ok(!git_value_true(NULL), "false: no key");
	git_config_read("[core]worktree=a\nworktree=b\nhooksPath=c", 39, &config, arena);
	is_str(git_config_last(&config, GIT_WORKTREE)->text, "b", "the last one counts");
	ok(!git_config_last(&config, GIT_INCLUDE), "there is none");
}

static void test_pointer(struct arena *arena)
{
	static const struct {
		const char *text;
		size_t len;
		const char *prefix, *want;
	} rows[] = {
		{"gitdir: /a\n", 11, "gitdir: ", "/a"},
		{"gitdir: /a", 10, "gitdir: ", "/a"},
		{"gitdir: /a\r\n\n", 13, "gitdir: ", "/a"},
		{"gitdir: /a b ", 13, "gitdir: ", "/a b "},
		{"gitdir: ", 8, "gitdir: ", NULL},
		{"gitdir: \n", 9, "gitdir: ", NULL},
		{"gitdir:/a\n", 10, "gitdir: ", NULL},
		{"Gitdir: /a\n", 11, "gitdir: ", NULL},
		{" gitdir: /a", 11, "gitdir: ", NULL},
		{"gitdir: /a\0b", 12, "gitdir: ", NULL},
		{"", 0, "gitdir: ", NULL},
		{"../..\n", 6, "", "../.."},
		{"\n", 1, "", NULL},
		{"", 0, "", NULL},
	};
	size_t i;

	for (i = 0; i < COUNT(rows); i++)
		is_str(git_pointer(rows[i].text, rows[i].len, rows[i].prefix, arena), rows[i].want,
			"pointer %s", rows[i].text);
}

/* What git has for KEY in the file at PATH, one value a ";", or "!" if it refuses the file. */
static const char *ask_git(const char *path, const char *key, struct arena *arena)
{
	char line[512], out[4096];
	FILE *git;
	size_t n;

	snprintf(line, sizeof line,
		"timeout 10 git config -z -f %s --no-includes --get-regexp '^(%s)$' 2>/dev/null | "
		"sed -z 's/^[^\\n]*\\n//' | tr '\\0' ';'; "
		"timeout 10 git config -f %s -l >/dev/null 2>&1 || echo !",
		path, key, path);
	git = popen(line, "r");
	n = git ? fread(out, 1, sizeof out, git) : 0;
	if (git)
		pclose(git);
	return arena_strndup(arena, out, n);
}

/* The same from ours. Of a malformed text git says nothing. */
static const char *ask_us(const char *text, enum git_key key, struct arena *arena)
{
	struct git_config config = {0};
	const struct git_value *value;
	char *out = arena_strdup(arena, "");

	if (!git_config_read(text, strlen(text), &config, arena))
		return "!\n";
	vec_each (value, &config.values)
		if (value->key == key)
			out = arena_printf(arena, "%s%s;", out, value->text ? value->text : "");
	return out;
}

static void test_git(struct arena *arena)
{
	char path[] = "/tmp/seal-git-text.XXXXXX";
	int fd = mkstemp(path);
	size_t i;

	for (i = 0; i < COUNT(texts); i++) {
		const char *text = texts[i].text, *hooks, *git;

		/* A key alone is printed without a blank, so cut would print the key. */
		if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) < 0 ||
			strstr(texts[i].want, "hooks;"))
			continue;
		hooks = ask_us(text, GIT_HOOKS_PATH, arena);
		git = ask_git(path, "core\\.hookspath", arena);
		/* What stands before a fault is not printed by every version. */
		if (strchr(hooks, '!'))
			git = strchr(git, '!') ? "!\n" : git;
		is_str(hooks, git, "git agrees about %s", text);
		if (!strchr(hooks, '!'))
			is_str(ask_us(text, GIT_INCLUDE, arena),
				ask_git(path, "include\\.path|includeif\\..*\\.path", arena),
				"git agrees about what is included by %s", text);
	}
	close(fd);
	unlink(path);
}

int main(void)
{
	struct arena arena = ARENA_INIT;

	test_config(&arena);
	test_many(&arena);
	test_values(&arena);
	test_pointer(&arena);
	if (system("git --version >/dev/null 2>&1") == 0)
		test_git(&arena);
	arena_release(&arena);
	return done_testing();
}
