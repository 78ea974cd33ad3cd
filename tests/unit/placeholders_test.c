/*
 * placeholders: what stands for protected names, in folders of the test's own. A live run is one
 * whose record is open; a dead one closed it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/pidfd.h"
#include "launch/placeholders.h"
#include "tap.h"

static struct arena arena;
static char root[] = "/tmp/seal-placeholders.XXXXXX";
static const char *state;

static const char *at(const char *name)
{
	return arena_printf(&arena, "%s/%s", root, name);
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(at(name), "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static bool exists(const char *name)
{
	struct stat st;

	return lstat(at(name), &st) == 0;
}

/* How many names are in a folder, without the register's lock. */
static int entries(const char *name)
{
	DIR *d = opendir(at(name));
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d)))
		n += e->d_name[0] != '.' && strcmp(e->d_name, "lock");
	if (d)
		closedir(d);
	return d ? n : -1;
}

/* A plan with a held mount for each of NAMES: "d:NAME" a folder must stand there, "f:NAME",
 * ".:NAME";
 * "=d:NAME" it existed when the plan was made. */
static struct plan *plan_of(const char *const *names)
{
	struct plan *plan = arena_alloc(&arena, sizeof *plan);

	for (; *names; names++) {
		const char *s = *names + (**names == '=');
		enum stand_in kind = *s == 'd' ? STAND_FOLDER : *s == 'f' ? STAND_FILE : STAND_DOT;
		struct mount *m = vec_push(&arena, &plan->mounts);

		m->kind = MOUNT_BIND_RO;
		m->held = true;
		m->fd = -1;
		m->source = m->dest = at(s + 2);
		if (**names == '=')
			m->if_gone = kind;
		else
			m->stand_in = kind;
	}
	return plan;
}

#define PLAN(...) plan_of((const char *const[]){__VA_ARGS__, NULL})

static const char *try(struct placeholders *p, struct plan *plan)
{
	const char *wrong = placeholders_begin(p, plan, state, &arena);

	return wrong ? wrong : placeholders_make(p);
}

static struct placeholders *begin(struct plan *plan)
{
	struct placeholders *p = arena_alloc(&arena, sizeof *p);
	const char *wrong = try(p, plan);

	if (wrong)
		printf("# %s\n", wrong);
	return wrong ? NULL : p;
}

/* The processes of a run end, and nobody removes anything. */
static void die_suddenly(struct placeholders *p)
{
	close(p->fd);
}

static struct timespec mtime(const char *name)
{
	struct stat st;

	if (stat(at(name), &st) != 0)
		abort();
	return st.st_mtim;
}

static bool same(struct timespec a, struct timespec b)
{
	return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static void test_one(void)
{
	struct timespec before = mtime("p");
	struct placeholders *p = begin(PLAN("d:p/.vscode", "f:p/config", ".:p/commondir"));
	struct stat st;
	char text[8] = "";
	FILE *f;

	ok(p, "made");
	ok(stat(at("p/.vscode"), &st) == 0 && S_ISDIR(st.st_mode), "a folder");
	ok(stat(at("p/config"), &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0, "a file");
	f = fopen(at("p/commondir"), "r");
	ok(f && fgets(text, sizeof text, f) && strcmp(text, "./\n") == 0, "a file of a dot");
	if (f)
		fclose(f);
	ok(same(before, mtime("p")), "the folder's time is what it was");
	is_int(entries("state"), 1, "one record");
	ok(fcntl(p->fd, F_GETFD) & FD_CLOEXEC, "which no program inherits");
	placeholders_remove(p);
	is_int(entries("p"), 0, "[FS-08] removed");
	ok(same(before, mtime("p")), "... and the folder's time is what it was");
	is_int(entries("state"), 0, "no record");
	placeholders_remove(p);
	ok(p->fd < 0, "twice is once");

	p = begin(PLAN("=d:p"));
	ok(p && p->fd < 0, "a run that needs none has no record");
	if (p)
		placeholders_remove(p);
}

static void test_kept(void)
{
	struct placeholders *p =
		begin(PLAN("d:p/a", "d:p/b", "d:p/c", "f:p/d", "f:p/e", ".:p/f", ".:p/g", "f:p/h"));

	put("p/a/theirs", "x");
	rmdir(at("p/b"));
	rename(at("p/c"), at("p/moved"));
	mkdir(at("p/c"), 0755);
	put("p/d", "theirs");
	unlink(at("p/e"));
	if (symlink("/etc/passwd", at("p/e")) != 0)
		abort();
	put("p/f", "./\n./\n");
	put("p/g2", "./\n"); /* while the first one exists: inodes are used again */
	rename(at("p/g2"), at("p/g"));
	if (link(at("p/h"), at("p/h2")) != 0)
		abort();
	placeholders_remove(p);
	ok(exists("p/a/theirs"), "a folder that was filled stays");
	ok(!exists("p/b"), "one that is gone stays gone");
	ok(exists("p/c") && exists("p/moved"),
		"another folder of its name stays, and so does it "
		"under another name");
	ok(exists("p/d"), "a file that was written stays");
	ok(exists("p/e"), "a link of its name stays");
	ok(exists("p/f"), "a file of more than a dot stays");
	ok(exists("p/g"), "an equal file that is another stays");
	ok(exists("p/h"), "a file of two names stays");
	is_int(entries("state"), 0, "no record");
	if (system(arena_printf(&arena, "rm -rf '%s'/p && mkdir '%s'/p", root, root)) != 0)
		abort();
}

static void test_two(void)
{
	struct plan *plan = PLAN("d:p/.vscode", "f:p/x");
	/* What the second plan sees is there. */
	struct plan *later = PLAN("=d:p/.vscode", "=f:p/x");
	struct placeholders *a = begin(plan), *b = begin(later), *c;

	ok(a && b, "two runs");
	is_int(entries("state"), 2, "two records");
	placeholders_remove(a);
	ok(exists("p/.vscode") && exists("p/x"), "the first to end leaves what the other needs");
	c = begin(plan); /* planned before the others were there */
	ok(c, "a third one joins");
	placeholders_remove(b);
	ok(exists("p/.vscode"), "... and has it");
	placeholders_remove(c);
	is_int(entries("p"), 0, "the last to end removes it");
	is_int(entries("state"), 0, "no record");

	a = begin(plan);
	placeholders_remove(a);
	b = begin(later);
	ok(b && exists("p/.vscode") && exists("p/x"),
		"what a plan saw of a run that has ended since is made again");
	placeholders_remove(b);
	is_int(entries("p"), 0, "... and removed");
}

/* The first component that is missing is another one for a run that comes later. */
static void test_nested(void)
{
	struct placeholders *a = begin(PLAN("d:p/.config"));
	struct placeholders *b = begin(PLAN("=d:p/.config", "d:p/.config/fish"));
	struct placeholders *c = begin(PLAN("=d:p/.config", "=d:p/.config/fish"));

	ok(a && b && exists("p/.config/fish"), "one in another's");
	placeholders_remove(a);
	ok(exists("p/.config/fish"), "whose run ends first");
	placeholders_remove(b);
	ok(exists("p/.config/fish"), "a third one uses both");
	placeholders_remove(c);
	is_int(entries("p"), 0, "both are removed, the inner one first");

	a = begin(PLAN("d:p/.config"));
	b = begin(PLAN("d:p/.config/fish"));
	placeholders_remove(b);
	ok(exists("p/.config") && !exists("p/.config/fish"), "the inner run ends first");
	placeholders_remove(a);
	is_int(entries("p"), 0, "nothing is left");
}

static void test_dead(void)
{
	struct placeholders *a = begin(PLAN("d:p/.vscode", "d:p/.idea", ".:p/commondir"));
	struct placeholders *b = begin(PLAN("=d:p/.vscode")), *c;

	die_suddenly(a);
	ok(exists("p/.vscode") && exists("p/.idea"), "control: a run that dies leaves them");
	put("p/.idea/theirs", "x");
	c = begin(PLAN("d:p/other"));
	ok(c && exists("p/.vscode"), "the next run leaves what a live one uses");
	ok(!exists("p/commondir"), "[FS-08] and removes the rest");
	ok(exists("p/.idea/theirs"), "but not what was filled");
	is_int(entries("state"), 2, "and the record");
	placeholders_remove(c);
	placeholders_remove(b);
	ok(!exists("p/.vscode"), "the live one removes its own");
	unlink(at("p/.idea/theirs"));
	rmdir(at("p/.idea"));
	is_int(entries("p"), 0, "nothing is left");

	a = begin(PLAN("d:p/.vscode"));
	die_suddenly(a);
	/* Its plan saw what the dead run left. */
	b = begin(PLAN("=d:p/.vscode"));
	ok(b && exists("p/.vscode"), "a run that found one has it");
	placeholders_remove(b);
	is_int(entries("p"), 0, "... and removes it");
}

/* Writes a record of a dead run: TEXT with newlines for NULs. */
static void dead_record(const char *text)
{
	FILE *f = fopen(at("state/run-1.0"), "w");

	for (; f && *text; text++)
		putc(*text == '\n' ? '\0' : *text, f);
	if (!f || fclose(f) != 0)
		abort();
}

static void next_run(void)
{
	struct placeholders *p = begin(PLAN("d:p/next"));

	ok(p, "the next run starts");
	if (p)
		placeholders_remove(p);
}

/* It was killed between the making and the note of what it had made. */
static void test_unfinished(void)
{
	const char *record = arena_printf(&arena,
		"seal-exec placeholders 1\n%lld\nfolder 0 0 %s\nfile 0 0 %s\ndot 0 0 %s\n"
		"folder 0 0 %s\nfolder 0 0 %s\n",
		(long long)time(NULL) - 1, at("p/a"), at("p/b"), at("p/c"), at("p/d"), at("p/e"));

	mkdir(at("p/a"), 0755);
	put("p/b", "");
	put("p/c", ""); /* not yet its dot */
	mkdir(at("p/d"), 0755);
	put("p/d/theirs", "");
	put("p/e", ""); /* not what it would have made */
	dead_record(record);
	next_run();
	ok(!exists("p/a") && !exists("p/b") && !exists("p/c"), "[FM-11] what it had made goes");
	ok(exists("p/d/theirs") && exists("p/e"), "other things stay");
	is_int(entries("state"), 0, "and the record is gone");

	mkdir(at("p/a"), 0755);
	dead_record(arena_printf(&arena, "%scomplete\n", record));
	next_run();
	ok(exists("p/a"), "of one that was finished, what is not listed is another's");
	dead_record(arena_printf(&arena, "seal-exec placeholders 1\n%lld\nfolder 0 0 %s\n",
		(long long)time(NULL) + 100, at("p/a")));
	next_run();
	ok(exists("p/a"), "and so is what is older than the record");
	if (system(arena_printf(&arena, "rm -rf '%s'/p && mkdir '%s'/p", root, root)) != 0)
		abort();
}

static void test_links(void)
{
	struct placeholders *p;

	mkdir(at("real"), 0755);
	if (symlink("../real", at("p/link")) != 0)
		abort();
	p = arena_alloc(&arena, sizeof *p);
	ok(try(p, PLAN("d:p/first", "d:p/link/x")), "a folder that became a link is a fault");
	ok(!exists("real/x") && !exists("p/first"),
		"nothing is made through it, and all is taken "
		"back");
	is_int(entries("state"), 0, "no record");
	unlink(at("p/link"));

	mkdir(at("p/sub"), 0755);
	p = begin(PLAN("d:p/sub/x"));
	rename(at("p/sub"), at("p/sub2"));
	mkdir(at("real/x"), 0755);
	if (symlink("../real", at("p/sub")) != 0)
		abort();
	placeholders_remove(p);
	ok(exists("real/x"), "nothing is removed through a link");
	if (system(arena_printf(
		    &arena, "rm -rf '%s'/p '%s'/real && mkdir '%s'/p", root, root, root)) != 0)
		abort();

	mkdir(at("p/mine"), 0755);
	p = begin(PLAN("d:p/mine", "d:p/x"));
	ok(p, "what has come to be since the plan is no fault");
	placeholders_remove(p);
	ok(exists("p/mine") && !exists("p/x"), "and it is not ours");
	rmdir(at("p/mine"));
}

static void test_faults(void)
{
	const struct rlimit few = {3, 3};
	struct placeholders p;
	struct rlimit was, most;
	const char *wrong;
	int lock;

	wrong = try(&p, PLAN("d:p/a", "d:nowhere/x"));
	ok(wrong && strstr(wrong, at("nowhere/x")) && strstr(wrong, "changed while"),
		"a folder that went away: %s", wrong);
	ok(!exists("p/a"), "... and nothing is left");
	wrong = try(&p, PLAN("d:p/a", "d:/proc/x"));
	ok(wrong, "a place where nothing can be made: %s", wrong);
	ok(!exists("p/a"), "... and nothing is left");
	is_int(entries("state"), 0, "no record");

	if (getrlimit(RLIMIT_NOFILE, &was) != 0)
		abort();
	most = (struct rlimit){few.rlim_cur, was.rlim_max};
	setrlimit(RLIMIT_NOFILE, &most);
	wrong = try(&p, PLAN("d:p/a"));
	setrlimit(RLIMIT_NOFILE, &was);
	ok(wrong && strstr(wrong, "ulimit"), "no descriptor is free: %s", wrong);

	getrlimit(RLIMIT_FSIZE, &was);
	most = (struct rlimit){10, was.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	setrlimit(RLIMIT_FSIZE, &most);
	wrong = try(&p, PLAN("d:p/a"));
	setrlimit(RLIMIT_FSIZE, &was);
	ok(wrong && !exists("p/a"), "a record that cannot be written whole: %s", wrong);
	is_int(entries("state"), 0, "no record");

	chmod(state, 0777);
	wrong = try(&p, PLAN("d:p/a"));
	ok(wrong && !exists("p/a"), "a register that others can write: %s", wrong);
	chmod(state, 0700);

	lock = open(at("state/lock"), O_RDWR | O_CLOEXEC);
	flock(lock, LOCK_EX);
	wrong = try(&p, PLAN("d:p/a"));
	ok(wrong && strstr(wrong, "lock"), "a register that is held for ever: %s", wrong);
	close(lock);
	next_run();
	is_int(entries("p"), 0, "control: it works again");
}

static void test_parse(void)
{
	static const char whole[] = "seal-exec placeholders 1\0"
				    "77\0"
				    "folder 0 0 /a\0"
				    "file 0 0 /b c\n\0"
				    "folder 1 2 /a\0"
				    "dot 3 18446744073709551615 /d";
	static const char *const bad[] = {"", "folder", "folder 1 2", "folder 1 2 ", "folder 1 2 a",
		"folder 1 2 /", "folder 1 2 /a/../b", "folder 1 2 /a//b", "folder 1 2 /a/",
		"folder -1 2 /a", "folder 1 2x /a", "folder 1  2 /a", "free 1 2 /a", "fold 1 2 /a",
		"folder 1 99999999999999999999 /a", NULL};
	struct record r;
	struct strbuf b = STRBUF_INIT;
	size_t i;
	int n;

	ok(register_parse(&r, whole, sizeof whole, &arena), "a record");
	is_int(r.since, 77, "its time");
	is_int((int)r.list.n, 3, "what is listed again with its inode counts once");
	is_str(r.list.v[0].path, "/b c\n", "a path may hold anything");
	ok(r.list.v[2].kind == STAND_DOT && r.list.v[2].ino == (ino_t)-1, "an inode may be large");
	ok(register_parse(&r, whole, sizeof whole - 1, &arena) && r.list.n == 2,
		"what is cut off is not there");
	for (n = 0; n < (int)sizeof whole; n++)
		if (register_parse(&r, whole, (size_t)n, &arena) && r.list.n > 3)
			break;
	is_int(n, (int)sizeof whole, "each beginning of it is read");
	for (i = 0; bad[i]; i++) {
		b.len = 0;
		strbuf_add(&b,
			"seal-exec placeholders 1\0"
			"1",
			27);
		strbuf_add(&b, bad[i], strlen(bad[i]) + 1);
		ok(register_parse(&r, b.s, b.len, &arena) && r.list.n == 0, "no entry: '%s'",
			bad[i]);
	}
	strbuf_release(&b);
	ok(!register_parse(&r, "seal-exec placeholders 2\0001", 27, &arena), "another version");
	ok(!register_parse(&r, "seal-exec placeholders 1\0x", 27, &arena), "no time");
	dead_record("seal-exec placeholders 2\nwhatever\n");
	next_run();
	dead_record("");
	next_run();
	is_int(entries("state"), 0, "records that cannot be read do not stay");
}

/* The front dies while it makes them: the keeper was forked before. */
static void test_keeper(void)
{
	struct placeholders front, keeper;

	ok(!placeholders_begin(&front, PLAN("d:p/a", "f:p/b", "d:p/c"), state, &arena), "begun");
	keeper = front;
	ok(entries("p") == 0 && entries("state") == 1, "it is known before anything is made");
	mkdir(at("p/a"), 0755);
	put("p/b", "");
	mkdir(at("p/c"), 0755);
	put("p/c/theirs", "");
	close(front.lock);
	keeper.sweep.now(&keeper);
	ok(!exists("p/a") && !exists("p/b"), "[FM-11] what was made goes");
	ok(exists("p/c/theirs"), "but what was filled");
	is_int(entries("state"), 0, "no record");
	unlink(at("p/c/theirs"));
	rmdir(at("p/c"));

	ok(!placeholders_begin(&front, PLAN("d:p/a"), state, &arena), "begun");
	keeper = front;
	ok(!placeholders_make(&front) && exists("p/a"), "made");
	keeper.sweep.now(&keeper);
	is_int(entries("p") + entries("state"), 0, "a keeper from before removes it");
}

/* By a process of its own, when the front has died and all inside with it. */
static void test_sweep(void)
{
	struct placeholders *p = begin(PLAN("d:p/.vscode"));
	pid_t front = fork(), init = front ? fork() : 0;
	int front_fd, init_fd, i;

	if (front == 0 || init == 0) {
		pause();
		_exit(0);
	}
	front_fd = pidfd_of(front);
	init_fd = pidfd_of(init);
	if (dup2(open("/dev/null", O_RDWR | O_CLOEXEC), 0) < 0)
		abort();
	is_int(p->sweep.fd, p->fd, "what must stay open");
	ok(p->sweep.later(p, front_fd, init_fd), "who sweeps");
	ok(p->fd < 0 && p->sweep.fd < 0, "and nobody else, from then on");
	kill(front, SIGKILL);
	waitpid(front, NULL, 0);
	for (i = 0; i < 500 && exists("p/.vscode"); i++)
		usleep(10000);
	ok(!exists("p/.vscode"), "[FS-08] removes them once the front has died");
	ok(pidfd_ended(init_fd, 0), "and all inside is dead by then");
	while (waitpid(-1, NULL, 0) > 0)
		;
	is_int(entries("state"), 0, "and is gone");
}

int main(void)
{
	if (!mkdtemp(root))
		abort();
	umask(022);
	state = at("state");
	mkdir(at("p"), 0755);
	test_one();
	test_kept();
	test_two();
	test_nested();
	test_dead();
	test_unfinished();
	test_links();
	test_parse();
	test_keeper();
	test_sweep();
	test_faults();
	if (system(arena_printf(&arena, "rm -rf '%s'", root)) != 0)
		abort();
	arena_release(&arena);
	return done_testing();
}
