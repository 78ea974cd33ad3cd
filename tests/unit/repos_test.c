/*
 * Repositories in real trees, below a folder of the test's own: what git makes, and what a guest
 * could have left there. Each hostile case has its plain one beside it, which is found.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/facts.h"
#include "host/repos.h"
#include "tap.h"

/* Names below are relative to it; with what follows them stripped of it when compared. */
static char top[PATH_MAX];
static struct arena arena = ARENA_INIT;

/* Runs LINE in the test's folder, with a HOME of its own for git. */
static bool sh(const char *line)
{
	char *all = arena_printf(&arena,
		"cd '%s' && export HOME='%s/home' GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_COUNT=3 "
		"GIT_CONFIG_KEY_0=user.name GIT_CONFIG_VALUE_0=t GIT_CONFIG_KEY_1=user.email "
		"GIT_CONFIG_VALUE_1=t@localhost GIT_CONFIG_KEY_2=protocol.file.allow "
		"GIT_CONFIG_VALUE_2=always && { %s\n} >/dev/null",
		top, top, line);
	bool good = system(all) == 0;

	if (!good)
		printf("# failed: %s\n", line);
	return good;
}

/* A repository made by hand in DIR. */
static void hand_made(const char *dir)
{
	ok(sh(arena_printf(&arena,
		   "mkdir -p '%s/.git/objects' '%s/.git/refs' && "
		   "echo 'ref: refs/heads/x' >'%s/.git/HEAD' && echo '[core]' >'%s/.git/config'",
		   dir, dir, dir, dir)),
		"a repository in %s", dir);
}

static void write_text(const char *name, const char *text, size_t len)
{
	int fd = open(arena_printf(&arena, "%s/%s", top, name),
		O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ok(fd >= 0 && write(fd, text, len) == (ssize_t)len, "written: %s", name);
	close(fd);
}

static void write_line(const char *name, const char *text)
{
	write_text(name, text, strlen(text));
}

/* PATH without the test's folder; "-" for NULL. */
static const char *below(const char *path)
{
	size_t n = strlen(top);

	if (!path)
		return "-";
	return strncmp(path, top, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

/* What is found in the folders of ROOTS, split at blanks; the first one is the project. */
static struct facts look(const char *roots)
{
	struct facts f = {0};
	struct strvec list = {0};
	size_t n;

	f.home = f.account_home = arena_printf(&arena, "%s/home", top);
	f.user = "alice";
	for (; *roots; roots += n + strspn(roots + n, " ")) {
		n = strcspn(roots, " ");
		strvec_push(&arena, &list, arena_printf(&arena, "%s/%.*s", top, (int)n, roots));
	}
	f.project = list.v[0];
	host_find_repos(&f, &list, &arena);
	return f;
}

/* "ROOT KIND GIT COMMON[ proven][ unread]; " for each. */
static const char *found(const char *roots)
{
	static const char *const kinds[] = {"missing", "file", "dir", "symlink", "socket", "other"};
	struct facts f = look(roots);
	char *out = arena_strdup(&arena, "");
	const struct repo *r;

	vec_each (r, &f.repos)
		out = arena_printf(&arena, "%s%s %s %s %s%s%s; ", out, below(r->root),
			kinds[r->link], below(r->git), below(r->common), r->proven ? " proven" : "",
			r->unread ? " unread" : "");
	return f.repos_cut ? arena_printf(&arena, "%scut", out) : out;
}

/* "WORD " for each. */
static const char *words(const struct strvec *l)
{
	char *out = arena_strdup(&arena, "");
	size_t i;

	for (i = 0; i < l->n; i++)
		out = arena_printf(&arena, "%s%s ", out, below(l->v[i]));
	return out;
}

static const char *manifests(const char *roots)
{
	struct facts f = look(roots);

	return words(&f.manifests);
}

/* One of the lists of the one repository at ROOT. */
#define ONE(root, list) words(&only(root)->list)

static const struct repo *only(const char *root)
{
	static const struct repo none;
	static struct facts f;

	f = look(root);
	return f.repos.n == 1 ? f.repos.v : &none;
}

static void test_plain(void)
{
	hand_made("plain");
	is_str(found("plain"), "plain dir plain/.git plain/.git proven; ", "at the root");
	ok(sh("mkdir -p bare/x/objects bare/x/refs && echo x >bare/x/HEAD"), "a bare one");
	is_str(found("bare"), "", "a bare one is none");
	ok(sh("mkdir -p empty/.git"), "an empty .git");
	is_str(found("empty"), "empty dir empty/.git empty/.git proven; ",
		"a folder .git is one, whatever is in it");
	is_str(found("missing"), "", "a root that is not there");
}

static void test_below(void)
{
	ok(sh("mkdir -p many/a/b/c many/node_modules/x many/target/x many/.git/x many/.venv/x "
	      "many/venv/x many/a/__pycache__/x many/.tox/x many/.github/x many/targets"),
		"folders");
	ok(sh("cd many && for d in a/b/c node_modules/x target/x .git/x .venv/x venv/x "
	      "a/__pycache__/x .tox/x .github/x targets; do mkdir $d/.git; done"),
		"repositories in them");
	is_str(found("many"),
		"many dir many/.git many/.git proven; "
		"many/.github/x dir many/.github/x/.git many/.github/x/.git proven; "
		"many/a/b/c dir many/a/b/c/.git many/a/b/c/.git proven; "
		"many/targets dir many/targets/.git many/targets/.git proven; ",
		"below, but not in what tools make");
	is_str(found("many/a many many/target"),
		"many dir many/.git many/.git proven; "
		"many/.github/x dir many/.github/x/.git many/.github/x/.git proven; "
		"many/a/b/c dir many/a/b/c/.git many/a/b/c/.git proven; "
		"many/target/x dir many/target/x/.git many/target/x/.git proven; "
		"many/targets dir many/targets/.git many/targets/.git proven; ",
		"roots in each other: each once");
	ok(sh("mkdir -p link/a && ln -s ../many link/b && ln -s ../../many link/a/c"), "symlinks");
	is_str(found("link"), "", "no symlink is followed");
}

static void test_manifests(void)
{
	ok(sh("mkdir -p man/a/b man/c man/target man/d/seal.toml && "
	      "touch man/seal.toml man/a/b/seal.toml man/c/seal.toml man/target/seal.toml "
	      "man/a/Xseal.toml man/a/seal.tom && ln -s c/seal.toml man/a/seal.toml"),
		"manifests");
	is_str(manifests("man"), "man/a/b/seal.toml man/c/seal.toml ",
		"manifests below, without the project's own");
	is_str(manifests("plain man man/c"), "man/a/b/seal.toml man/c/seal.toml man/seal.toml ",
		"those of other roots too, each once");
}

/* The names that a folder in which case does not count would take for .git: asked, not believed. */
static void test_odd(void)
{
	ok(sh("mkdir -p odd/a/.GIT odd/b/.git odd/b/.Git odd/c \"odd/d/.g$(printf "
	      "'\\342\\200\\214')it\""),
		"odd names");
	ok(sh("touch odd/c/Seal.TOML odd/c/sealed"), "an odd manifest");
	is_str(found("odd"), "odd/b dir odd/b/.git odd/b/.git proven; ", "other spellings");
	is_str(manifests("odd"), "", "no manifest");
}

static void test_real(void)
{
	ok(sh("git init -q main && cd main && git commit -q --allow-empty -m x && "
	      "git worktree add -q ../wt && git worktree add -q inside"),
		"worktrees by git");
	is_str(found("wt"), "wt file main/.git/worktrees/wt main/.git proven; ", "a worktree");
	is_str(found("main"),
		"main dir main/.git main/.git proven; "
		"main/inside file main/.git/worktrees/inside main/.git proven; ",
		"a repository with a worktree in it");
	is_str(ONE("wt", pointers), "main/.git/worktrees/inside main/.git/worktrees/wt ",
		"all worktrees are known");
	ok(sh("git init -q lib && git -C lib commit -q --allow-empty -m x && git init -q mid && "
	      "git -C mid submodule --quiet add ../lib sub/lib && git -C mid commit -q -m x && "
	      "git init -q super && git -C super submodule --quiet add ../mid a/mid && "
	      "git -C super commit -q -m x && "
	      "git -C super submodule --quiet update --init --recursive"),
		"submodules by git");
	is_str(found("super"),
		"super dir super/.git super/.git proven; "
		"super/a/mid file super/.git/modules/a/mid super/.git/modules/a/mid proven; "
		"super/a/mid/sub/lib file super/.git/modules/a/mid/modules/sub/lib "
		"super/.git/modules/a/mid/modules/sub/lib proven; ",
		"submodules");
	is_str(words(&look("super").repos.v[0].modules),
		"super/.git/modules/a/mid super/.git/modules/a/mid/modules/sub/lib ",
		"git directories of submodules, nested ones too");
	ok(sh("git -C super worktree add -q ../superwt && cd superwt && "
	      "git submodule --quiet update --init && git -C a/mid worktree add -q ../../midwt"),
		"submodules of a worktree, and a worktree of theirs");
	is_str(found("superwt"),
		"superwt file super/.git/worktrees/superwt super/.git proven; "
		"superwt/a/mid file super/.git/worktrees/superwt/modules/a/mid "
		"super/.git/worktrees/superwt/modules/a/mid proven; "
		"superwt/midwt file super/.git/worktrees/superwt/modules/a/mid/worktrees/midwt "
		"super/.git/worktrees/superwt/modules/a/mid proven; ",
		"all are found");
	is_str(words(&look("superwt").repos.v[0].modules),
		"super/.git/modules/a/mid super/.git/modules/a/mid/modules/sub/lib "
		"super/.git/worktrees/superwt/modules/a/mid ",
		"the worktree's own submodules are among them");
	is_str(words(&look("superwt").repos.v[0].pointers),
		"super/.git/worktrees/superwt "
		"super/.git/worktrees/superwt/modules/a/mid/worktrees/midwt ",
		"and the worktrees of submodules");
	ok(sh("cd superwt/a/mid && git config extensions.worktreeConfig true && "
	      "git config --worktree core.worktree "
	      "\"$(git config core.worktree)\" && git config --file \"$(git rev-parse "
	      "--git-dir)/config\" "
	      "--unset core.worktree"),
		"core.worktree in config.worktree");
	is_str(found("superwt/a"),
		"superwt/a/mid file super/.git/worktrees/superwt/modules/a/mid "
		"super/.git/worktrees/superwt/modules/a/mid proven; ",
		"it proves as well");
}

/* VICTIM is somebody else's repository with a worktree and a submodule; MINE is what a guest had.
 */
static void test_foreign(void)
{
	hand_made("victim");
	ok(sh("mkdir -p mine/in victim/.git/worktrees/w victim/.git/modules/m"), "a foreign one");
	write_line("victim/.git/worktrees/w/commondir", "../..\n");
	write_line(
		"victim/.git/worktrees/w/gitdir", arena_printf(&arena, "%s/elsewhere/.git\n", top));
	write_line("victim/.git/modules/m/config", "[core]\nworktree = ../../../m\n");
	write_line("mine/.git", "gitdir: ../victim/.git\n");
	is_str(found("mine"), "mine file victim/.git victim/.git; ", "a repository of others");
	write_line("mine/.git", "gitdir: ../victim/.git/worktrees/w\n");
	is_str(found("mine"), "mine file victim/.git/worktrees/w victim/.git; ",
		"a worktree of others");
	write_line("mine/.git", "gitdir: ../victim/.git/modules/m\n");
	is_str(found("mine"), "mine file victim/.git/modules/m victim/.git/modules/m; ",
		"a submodule of others");

	/* The same with the way back is proven. */
	write_line("victim/.git/worktrees/w/gitdir", arena_printf(&arena, "%s/mine/.git\n", top));
	write_line("mine/.git", "gitdir: ../victim/.git/worktrees/w\n");
	is_str(found("mine"), "mine file victim/.git/worktrees/w victim/.git proven; ",
		"control: it points back");
	write_line("victim/.git/worktrees/w/gitdir", "../../../../mine/.git");
	is_str(found("mine"), "mine file victim/.git/worktrees/w victim/.git proven; ",
		"control: it points back, relative");

	/* What a guest makes for itself must not lead further. */
	ok(sh("mkdir -p mine/in/worktrees/x"), "a git directory of the guest's");
	write_line("mine/in/worktrees/x/gitdir", arena_printf(&arena, "%s/mine/.git\n", top));
	write_line("mine/in/worktrees/x/commondir", "../../../../victim/.git\n");
	write_line("mine/.git", "gitdir: in/worktrees/x\n");
	is_str(found("mine"), "mine file mine/in/worktrees/x victim/.git; ",
		"its commondir leads to others");
	write_line("victim/.git/worktrees/w/gitdir",
		arena_printf(&arena, "%s/mine/in/../.git\n", top));
	write_line("mine/.git", "gitdir: ../victim/.git/worktrees/w\n");
	is_str(found("mine"), "mine file victim/.git/worktrees/w victim/.git; ",
		"a way back that is not plain");
	ok(sh("ln -s mine also"), "a symlink to it");
	write_line("victim/.git/worktrees/w/gitdir", arena_printf(&arena, "%s/also/.git\n", top));
	is_str(found("mine"), "mine file victim/.git/worktrees/w victim/.git; ",
		"a way back through a symlink");
}

static void test_common(void)
{
	static const char *const bad[] = {"/etc\n", "../nowhere\n", "\n", "", "..\0x"};
	size_t i;

	hand_made("cd");
	hand_made("cdother");
	for (i = 0; i < sizeof bad / sizeof *bad; i++) {
		write_text("cd/.git/commondir", bad[i], i == 4 ? 4 : strlen(bad[i]));
		is_str(found("cd"), "cd dir cd/.git cd/.git; ", "a commondir with %s", bad[i]);
	}
	write_line("cd/.git/commondir", "../../cdother/.git\n");
	is_str(found("cd"), "cd dir cd/.git cdother/.git; ", "a commondir to another repository");
	ok(sh("mkdir -p cdhalf/objects cdless/refs cd/.git/modules/m && touch "
	      "cd/.git/modules/m/config"),
		"halves of a repository");
	write_line("cd/.git/commondir", "../../cdhalf\n");
	is_str(found("cd"), "cd dir cd/.git cd/.git; ", "a commondir without refs");
	write_line("cd/.git/commondir", "../../cdless\n");
	is_str(found("cd"), "cd dir cd/.git cd/.git; ", "a commondir without objects");
	write_line("cd/.git/commondir", "../../cdother/.git\n");
	is_str(ONE("cd", modules), "cd/.git/modules/m ",
		"its own submodules are known all the same");
	write_line("cd/.git/commondir", ".");
	is_str(found("cd"), "cd dir cd/.git cd/.git proven; ", "a commondir to itself");
	hand_made("cdup/worktrees");
	ok(sh("mkdir cdup/objects cdup/refs"), "what looks like a worktree's folder");
	write_line("cdup/worktrees/.git/commondir", "../..");
	is_str(found("cdup/worktrees"), "cdup/worktrees dir cdup/worktrees/.git cdup; ",
		"a commondir above");
	ok(sh("cd cd/.git && mv commondir text && ln -s text commondir"), "a symlink commondir");
	is_str(found("cd"), "cd dir cd/.git cd/.git; ", "a symlink commondir");
	ok(sh("rm cd/.git/commondir && mkfifo cd/.git/commondir"), "a FIFO commondir");
	is_str(found("cd"), "cd dir cd/.git cd/.git; ", "a FIFO commondir");
	ok(sh("rm cd/.git/commondir && mkdir cd/.git/commondir"), "a folder commondir");
	is_str(found("cd"), "cd dir cd/.git cd/.git; ", "a folder commondir");
}

static void test_pointers(void)
{
	char *large = arena_alloc(&arena, 5000);

	ok(sh("mkdir p && mkfifo p/.git"), "a FIFO .git");
	is_str(found("p"), "p other - -; ", "a FIFO .git");
	ok(sh("rm p/.git && ln -s ../plain/.git p/.git"), "a symlink .git");
	is_str(found("p"), "p symlink plain/.git plain/.git; ", "a symlink to a git directory");
	ok(sh("rm p/.git && ln -s ../pointer p/.git"), "a symlink to a pointer");
	write_line("pointer", "gitdir: ../plain/.git");
	is_str(found("p"), "p symlink plain/.git plain/.git; ", "a symlink to a pointer");
	ok(sh("rm p/.git && ln -s .git p/.git"), "a symlink to itself");
	is_str(found("p"), "p symlink - -; ", "a symlink to itself");
	ok(sh("rm p/.git && ln -s /dev/zero p/.git"), "a symlink to a device");
	is_str(found("p"), "p symlink - -; ", "a symlink to a device");
	ok(sh("rm p/.git && ln -s real p/.git && mkdir -p p/real"), "a symlink within");
	write_line("p/real/config", "[core]\nworktree = ..\n");
	is_str(found("p"), "p symlink p/real p/real proven; ", "a symlink with a way back");
	ok(sh("rm p/.git"), "no .git");
	write_line("p/.git", "gitdir: ../nowhere\n");
	is_str(found("p"), "p file - -; ", "a pointer to nowhere");
	write_line("p/.git", "gitdir: ../plain/.git/config\n");
	is_str(found("p"), "p file - -; ", "a pointer to a file");
	write_line("p/.git", "gitdir: ../plain/.git\r\n");
	is_str(found("p"), "p file plain/.git plain/.git; ", "a pointer with CRLF");
	write_line("p/.git", "../plain/.git\n");
	is_str(found("p"), "p file - -; ", "no pointer");
	write_text("p/.git", "gitdir: ../plain/.git\0\n", 23);
	is_str(found("p"), "p file - -; ", "a pointer with a NUL");
	memset(large, '/', 5000);
	memcpy(large, "gitdir: ", 8);
	write_text("p/.git", large, 4096);
	is_str(found("p"), "p file / /; ", "a pointer of 4096 bytes"); /* all slashes: the root */
	write_text("p/.git", large, 4097);
	is_str(found("p"), "p file - -; ", "a longer one");
}

static void test_runs(void)
{
	hand_made("r");
	write_line("r/.git/config",
		"[core]\nhooksPath = .husky/_\n[include]\npath = ../.gitconfig\npath = ~/inc\n"
		"[includeIf \"gitdir:~/x\"]\npath = /abs/./file\n");
	write_line("r/.gitconfig",
		"[include]\npath = more\npath = .gitconfig\n[core]\nhooksPath = ../up\n");
	write_line("r/more", "[core]\nhooksPath=~alice/h\n[include]\npath=.gitconfig\n");
	is_str(ONE("r", runs), "r/.husky/_ r/.gitconfig home/inc /abs/file r/more up home/h ",
		"hooks and includes, and theirs");
	ok(!only("r")->unread, "all of it");
	write_line("r/.git/config.worktree", "[core]\nhooksPath = w\n");
	write_line("r/.git/config", "[core]\nhooksPath = a\n");
	is_str(ONE("r", runs), "r/a ", "config.worktree counts for nothing");
	write_line("r/.git/config", "[core]\nhooksPath = a\n[extensions]\nworktreeConfig\n");
	is_str(ONE("r", runs), "r/a r/w ", "but with the extension");
	write_line("r/.git/config", "[core]\nhooksPath = more/../b\nhooksPath\nhooksPath =\n");
	is_str(ONE("r", runs), "", "behind a file there is nothing above");
	ok(only("r")->unread, "which is said");
	write_line("r/.git/config", "[core]\nhooksPath = .git/../b\n");
	is_str(ONE("r", runs), "", "nothing is there");
	ok(sh("mkdir r/b"), "now it is");
	is_str(ONE("r", runs), "r/b ", "what is there, by its own name");
	write_line("r/.git/config", "[core]\nhooksPath = ~bob/x\n");
	ok(only("r")->unread, "the home of another is not known");
	write_line("r/.git/config", "[core]\nhooksPath = a\nhooksPath = \"b\n");
	is_str(ONE("r", runs), "r/a ", "malformed: what stands before");
	ok(only("r")->unread, "malformed, which is said");
	ok(sh("mkdir -p r/.git/modules/m"), "a submodule");
	write_line("r/.git/config", "");
	write_line("r/.git/modules/m/config", "[core]\nworktree=../../../sub\nhooksPath=h\n");
	is_str(ONE("r", runs), "r/sub/h ", "hooks of a submodule are in its working tree");
	write_line("r/.git/modules/m/config", "[core]\nhooksPath=h\n");
	is_str(ONE("r", runs), "r/.git/modules/m/h ", "or, without one, in its git directory");
	is_str(ONE("r", modules), "r/.git/modules/m ", "it is known");
}

/* A submodule that a guest hides: by taking its HEAD away, and by a file beside it. */
static void test_hidden(void)
{
	hand_made("h");
	ok(sh("cd h/.git && mkdir -p modules/a/b modules/a/c/modules/d modules/e/objects/x "
	      "modules/a/worktrees/w/modules/x && "
	      "touch modules/a/b/config modules/a/c/HEAD modules/a/c/modules/d/config "
	      "modules/e/config modules/e/objects/x/config modules/a/worktrees/w/gitdir "
	      "modules/a/worktrees/w/HEAD modules/a/worktrees/w/modules/x/config"),
		"submodules");
	is_str(ONE("h", modules),
		"h/.git/modules/a/b h/.git/modules/a/c h/.git/modules/a/c/modules/d "
		"h/.git/modules/a/worktrees/w/modules/x h/.git/modules/e ",
		"as they are");
	is_str(ONE("h", pointers), "h/.git/modules/a/worktrees/w ", "the pointer");
	ok(sh("touch h/.git/modules/config h/.git/modules/a/config && "
	      "touch h/.git/modules/a/worktrees/w/config && rm h/.git/modules/a/c/modules/d/config "
	      "&& touch h/.git/modules/a/c/modules/d/HEAD"),
		"files beside them");
	is_str(ONE("h", modules),
		"h/.git/modules h/.git/modules/a h/.git/modules/a/b h/.git/modules/a/c "
		"h/.git/modules/a/c/modules/d h/.git/modules/a/worktrees/w "
		"h/.git/modules/a/worktrees/w/modules/x h/.git/modules/e ",
		"none is hidden");
	is_str(ONE("h", pointers), "h/.git/modules/a/worktrees/w ", "nor the pointer");
}

static void test_config_files(void)
{
	static const char plain[] = "h dir h/.git h/.git proven; ";
	static const char unread[] = "h dir h/.git h/.git proven unread; ";
	char *text = arena_alloc(&arena, 1024 * 1024 + 1);

	is_str(found("h"), plain, "control");
	ok(sh("cd h/.git && rm config && mkfifo config"), "a FIFO config");
	is_str(found("h"), unread, "a FIFO config");
	ok(sh("cd h/.git && rm config && mkdir config"), "a folder config");
	is_str(found("h"), unread, "a folder config");
	ok(sh("cd h/.git && rmdir config && ln -s /dev/zero config"), "a device config");
	is_str(found("h"), unread, "a device config");
	ok(sh("cd h/.git && rm config"), "no config");
	is_str(found("h"), plain, "no config");
	memset(text, '\n', 1024 * 1024 + 1);
	write_text("h/.git/config", text, 1024 * 1024);
	is_str(found("h"), plain, "a large config");
	write_text("h/.git/config", text, 1024 * 1024 + 1);
	is_str(found("h"), unread, "a larger one");
	write_text("h/.git/config", "\0", 1);
	is_str(found("h"), unread, "a NUL");
	ok(sh("cd h/.git && rm config && { echo '[include]'; for i in $(seq 300); do "
	      "echo path = f$i; done; } >config"),
		"300 includes");
	is_str(found("h"), unread, "too many includes");
	is_int((long long)only("h")->runs.n, 256, "the first are known");
}

static void test_limits(void)
{
	const char *want;

	ok(sh("mkdir -p big/d0000/.git && cd big && seq -f d%04g/x 4094 | xargs mkdir -p"),
		"4096 folders with folders in them");
	is_str(found("big"), "big/d0000 dir big/d0000/.git big/d0000/.git proven; ",
		"as many as are looked at");
	ok(sh("seq -f big/e%04g/x 1000 | xargs mkdir -p && mkdir big/.git"), "5096 of them");
	want = "big dir big/.git big/.git proven; plain dir plain/.git plain/.git proven; cut";
	if (strstr(found("big plain"), "big/d0000"))
		want = "big dir big/.git big/.git proven; "
		       "big/d0000 dir big/d0000/.git big/d0000/.git proven; "
		       "plain dir plain/.git plain/.git proven; cut";
	is_str(found("big plain"), want, "more: the roots first, and it is said");
	ok(sh("mkdir wide && cd wide && seq -f d%05g 9000 | xargs mkdir && "
	      "echo gitdir: ../../plain/.git >d00007/.git && touch d00008/seal.toml && mkdir "
	      "d08999/.git"),
		"9000 folders without");
	is_str(found("wide"),
		"wide/d00007 file plain/.git plain/.git; "
		"wide/d08999 dir wide/d08999/.git wide/d08999/.git proven; ",
		"of which more are looked at");
	is_str(manifests("wide"), "wide/d00008/seal.toml ", "their manifests too");
	ok(sh("mkdir -p deep/.git && cd deep && p=d && for i in $(seq 7); do p=$p/$p; done && "
	      "mkdir -p $p && for i in $(seq 20); do mkdir -p x/$p && mv d x/$p/ && mv x/d d; "
	      "done; "
	      "mkdir -p z"),
		"a deep chain");
	is_str(found("deep"), "deep dir deep/.git deep/.git proven; cut",
		"deeper than a name can be: said");
}

static void test_closed(void)
{
	if (geteuid() == 0) {
		ok(true, "root reads everything; an ordinary user tests the rest");
		return;
	}
	ok(sh("mkdir -p closed/a/b closed/c && chmod 300 closed/a"),
		"a folder that cannot be read");
	is_str(found("closed"), "cut", "it is said");
	ok(sh("chmod 700 closed/a && chmod 0 closed/c"), "one without anything in it");
	is_str(found("closed"), "cut", "it is said");
	ok(sh("chmod 700 closed/c"), "open again");
	is_str(found("closed"), "", "control");
}

int main(void)
{
	char dir[] = "/tmp/seal-repos.XXXXXX";

	alarm(120);
	if (!mkdtemp(dir) || !realpath(dir, top))
		return 1;
	sh("mkdir home");
	test_plain();
	test_below();
	test_manifests();
	test_odd();
	if (sh("git --version"))
		test_real();
	test_foreign();
	test_common();
	test_pointers();
	test_runs();
	test_hidden();
	test_config_files();
	test_limits();
	test_closed();
	sh(arena_printf(&arena, "cd / && chmod -R u+rwx '%s' && rm -rf '%s'", top, top));
	arena_release(&arena);
	return done_testing();
}
