/*
 * The step inside, on its own: inner is run here, on the host, without bwrap. So the view is the
 * whole machine's, and what is refused is refused by Landlock alone: a layer that the mounts would
 * otherwise hide. Then what becomes of a command whose Landlock cannot be had: it does not start.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memfd.h"
#include "render/orders.h"
#include "tap.h"

enum { LANDLOCK_CREATE = 444, LANDLOCK_ADD = 445, LANDLOCK_RESTRICT = 446 };

static char place[64]; /* with a project, a home, a canary beside them */

static const char *in_place(const char *name)
{
	static char paths[8][256];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", place, name);
	return path;
}

static bool holds(const char *name, const char *want)
{
	char got[64] = "";
	FILE *f = fopen(in_place(name), "r");

	if (!f)
		return !want;
	if (!fgets(got, sizeof got, f))
		got[0] = '\0';
	fclose(f);
	return want && strcmp(got, want) == 0;
}

static void fill(const char *name, const char *text)
{
	FILE *f = fopen(in_place(name), "w");

	if (f) {
		fputs(text, f);
		fclose(f);
	}
}

static void make_place(void)
{
	static const char *const folders[] = {"", "proj", "proj/sub", "home", "canary"};
	size_t i;

	snprintf(place, sizeof place, "/var/tmp/seal-inner.XXXXXX");
	if (!mkdtemp(place))
		exit(1);
	for (i = 1; i < sizeof folders / sizeof *folders; i++)
		mkdir(in_place(folders[i]), 0755);
	fill("canary/secret", "secret");
	fill("home/.bashrc", "kept");
	fill("proj/file", "mine");
	if (symlink("/usr", in_place("proj/link")) != 0)
		exit(1);
}

/* One run of inner. */
struct run {
	struct landlock_rule rules[16];
	size_t n;
	const struct sock_filter *filter; /* loaded before inner starts, or NULL */
	unsigned short filter_n;
	bool plain; /* sh itself, without inner: the control */
	int status; /* exit code; -1 if it was killed */
	char out[2048];
};

static void rule(struct run *r, enum access_class access, const char *path)
{
	r->rules[r->n++] = (struct landlock_rule){.access = access, .path = path};
}

/* What a usual view has, and the project. */
static void usual_rules(struct run *r)
{
	static const char *const read[] = {"/usr", "/bin", "/lib", "/lib64", "/etc"};
	struct stat st;
	size_t i;

	rule(r, ACCESS_LIST, "/");
	for (i = 0; i < sizeof read / sizeof *read; i++)
		if (lstat(read[i], &st) == 0 && S_ISDIR(st.st_mode))
			rule(r, ACCESS_READ, read[i]);
	rule(r, ACCESS_DEVICE, "/dev");
	rule(r, ACCESS_PROC, "/proc");
	rule(r, ACCESS_WRITE, in_place("proj"));
}

static void load_filter(const struct run *r)
{
	struct sock_fprog program = {r->filter_n, (struct sock_filter *)r->filter};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0)
		_exit(98);
}

/* In the child: becomes sh, by inner or at once. */
static _Noreturn void become(const struct run *r, const char *script, int orders, int sock, int out)
{
	const char *const plain[] = {"sh", "-c", script, NULL};
	char numbers[3][16];

	alarm(20);
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	if (chdir(in_place("proj")) != 0)
		_exit(97);
	if (r->plain) {
		execv("/bin/sh", (char *const *)plain);
		_exit(99);
	}
	snprintf(numbers[0], sizeof numbers[0], "%d", orders);
	snprintf(numbers[1], sizeof numbers[1], "%d", sock);
	snprintf(numbers[2], sizeof numbers[2], "%d", dup(out));
	if (r->filter)
		load_filter(r);
	execl(getenv("SEAL_TEST_INNER"), "inner", numbers[0], numbers[1], numbers[2], (char *)NULL);
	_exit(99);
}

/* The front's part: inner says that it is ready, and is told to go. */
static void give_go(int sock)
{
	struct pollfd p = {.fd = sock, .events = POLLIN};
	struct word word;

	if (poll(&p, 1, 10000) > 0 && recv(sock, &word, sizeof word, 0) == sizeof word) {
		word.what = WORD_GO;
		send(sock, &word, sizeof word, MSG_NOSIGNAL);
	}
}

static void perform(struct run *r, const char *script)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct env_var path = {.name = "PATH", .value = "/usr/bin:/bin"};
	struct policy policy = {0};
	struct plan plan = {
		.policy = &policy,
		.argv = argv,
		.env = {.v = &path, .n = 1, .cap = 1},
		.landlock = {.v = r->rules, .n = r->n, .cap = r->n},
		.cwd = in_place("proj"),
	};
	const struct orders_facts facts = {0};
	struct strbuf orders = STRBUF_INIT;
	int fd, socks[2], out[2];
	size_t have = 0;
	ssize_t n;
	pid_t pid;

	render_orders(&plan, &facts, &orders);
	fd = memfd_bytes("orders", orders.s, orders.len);
	strbuf_release(&orders);
	if (fd < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, socks) != 0 ||
		pipe2(out, O_CLOEXEC) != 0)
		exit(1);
	fcntl(socks[1], F_SETFD, 0);
	fflush(stdout);
	if ((pid = fork()) == 0)
		become(r, script, fd, socks[1], out[1]);
	close(out[1]);
	close(socks[1]);
	close(fd);
	if (!r->plain)
		give_go(socks[0]);
	while (have < sizeof r->out - 1 &&
		(n = read(out[0], r->out + have, sizeof r->out - 1 - have)) > 0)
		have += (size_t)n;
	r->out[have] = '\0';
	close(out[0]);
	close(socks[0]);
	if (waitpid(pid, &r->status, 0) != pid)
		exit(1);
	r->status = WIFEXITED(r->status) ? WEXITSTATUS(r->status) : -1;
}

/* What a command may try that sees the whole machine; each line of it says when it could. */
static const char attempts[] =
	"cd %s/proj\n"
	"try() { what=$1; shift; \"$@\" >/dev/null 2>&1 && echo \"$what\"; }\n"
	"try read cat ../canary/secret\n"
	"try list ls ../canary\n"
	"try write sh -c 'echo x >>../home/.bashrc'\n"
	"try truncate truncate -s 0 ../home/.bashrc\n"
	"try make sh -c 'echo x >../home/new'\n"
	"try folder mkdir ../home/folder\n"
	"try remove rm -f ../home/other\n"
	"try rename mv ../home/.bashrc ../home/moved\n"
	"try link ln file ../home/linked\n"
	"try across mv file ../home/across\n"
	"try into mv ../home/third sub/third\n"
	"try execute ../home/program\n"
	"try symlink ln -s x ../home/symlink\n"
	"try socket mkfifo ../home/fifo\n"
	"echo control\n"
	"try own-write sh -c 'echo x >new'\n"
	"try own-rename mv new sub/new\n"
	"try own-execute ./program\n";

static void arrange(void)
{
	fill("home/other", "other");
	fill("home/third", "third");
	fill("home/program", "#!/bin/sh\n");
	fill("proj/program", "#!/bin/sh\n");
	chmod(in_place("home/program"), 0755);
	chmod(in_place("proj/program"), 0755);
	fill("home/.bashrc", "kept");
	fill("proj/file", "mine");
}

static void test_alone(void)
{
	struct run r = {0}, control = {.plain = true};
	char script[2048];

	snprintf(script, sizeof script, attempts, place);
	arrange();
	usual_rules(&r);
	perform(&r, script);
	is_str(r.out, "list\ncontrol\nown-write\nown-rename\nown-execute\n",
		"[LL-01] without any mount: of what is beside the project, the names and no more");
	ok(holds("canary/secret", "secret") && holds("home/.bashrc", "kept") &&
			holds("home/other", "other") && holds("home/third", "third") &&
			holds("proj/file", "mine") && holds("home/new", NULL) &&
			holds("home/across", NULL) && holds("home/linked", NULL),
		"[LL-01] ... and all of it is as it was");
	perform(&control, script);
	is_str(control.out,
		"read\nlist\nwrite\ntruncate\nmake\nfolder\nremove\nrename\nlink\nacross\n"
		"into\nexecute\nsymlink\nsocket\ncontrol\nown-write\nown-rename\nown-execute\n",
		"control: a command without inner can do each of these");
}

/* A process and an abstract socket of the host's, whom a command in the same namespaces sees. */
static void test_scopes(void)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int sock = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct run r = {0}, control = {.plain = true};
	char script[1024];
	socklen_t len;
	pid_t other;
	int status;

	len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
		(size_t)snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "seal-inner-%d",
			(int)getpid()));
	if (bind(sock, (struct sockaddr *)&name, len) != 0 || listen(sock, 8) != 0)
		exit(1);
	if ((other = fork()) == 0) {
		alarm(60);
		for (;;)
			pause();
	}
	snprintf(script, sizeof script,
		"kill -0 %d 2>/dev/null && echo signal\n"
		"kill -TERM %d 2>/dev/null && echo ended\n"
		"sleep 100 & kill $! && echo own\n"
		"/usr/bin/python3 -c 'import socket; s = socket.socket(socket.AF_UNIX)\n"
		"s.connect(\"\\0seal-inner-%d\"); print(\"connected\")' 2>&1 | tail -n 1\n",
		(int)other, (int)other, (int)getpid());
	usual_rules(&r);
	perform(&r, script);
	is_str(r.out, "own\nPermissionError: [Errno 1] Operation not permitted\n",
		"[LL-04] without namespaces: no signal to a process outside, no abstract socket");
	ok(waitpid(other, &status, WNOHANG) == 0, "[LL-04] ... the process outside is there");
	perform(&control, script);
	is_str(control.out, "signal\nended\nown\nconnected\n", "control: without inner both");
	ok(waitpid(other, &status, 0) == other && WIFSIGNALED(status), "... and it is not");
	close(sock);
}

static void test_rules(void)
{
	struct run missing = {0}, link = {0}, below = {0}, good = {0};
	const char *through = in_place("proj/link");

	usual_rules(&missing);
	rule(&missing, ACCESS_WRITE, in_place("nowhere"));
	perform(&missing, "mkdir ../nowhere && echo made");
	ok(!strstr(missing.out, "made") && access(in_place("nowhere"), F_OK) != 0,
		"[LL-05] a rule for what is not there grants nothing");
	usual_rules(&link);
	rule(&link, ACCESS_WRITE, through);
	perform(&link, "echo started");
	ok(link.status == 125 && strstr(link.out, "Landlock takes no rule for") &&
			!strstr(link.out, "started"),
		"[LL-05] a path that has become a link is refused");
	usual_rules(&below);
	rule(&below, ACCESS_WRITE, in_place("proj/link/bin"));
	perform(&below, "echo started");
	ok(below.status == 125 && !strstr(below.out, "started"),
		"[LL-05] ... on the way to it too");
	usual_rules(&good);
	rule(&good, ACCESS_WRITE, in_place("proj/sub"));
	perform(&good, "echo started");
	is_str(good.out, "started\n", "control: a folder is not");
}

/* The call number NR answers ERROR; without VERSION, not where it is asked for Landlock's version.
 */
static void test_failure(uint32_t nr, int error, bool version, const char *what)
{
	/* Asking is create_ruleset too, with 1 as its third argument. */
	const struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[2])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, version ? 0xffff : 1, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((uint32_t)error & 0xffff)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct run r = {.filter = filter, .filter_n = sizeof filter / sizeof *filter};

	unlink(in_place("proj/marker"));
	usual_rules(&r);
	perform(&r, ": >marker; echo it runs");
	ok(r.status == 125 && !strstr(r.out, "it runs") && holds("proj/marker", NULL) &&
			strstr(r.out, "Landlock"),
		"[LL-06] %s: %s: exit 125, and the command has not started", what, strerror(error));
}

static void test_failures(void)
{
	static const int errors[] = {ENOSYS, EOPNOTSUPP, E2BIG, ENOMEM, EMFILE, EPERM};
	struct run r = {0};
	size_t i;

	for (i = 0; i < sizeof errors / sizeof *errors; i++) {
		test_failure(LANDLOCK_RESTRICT, errors[i], true, "restrict_self");
		test_failure(LANDLOCK_CREATE, errors[i], false, "create_ruleset");
		test_failure(LANDLOCK_CREATE, errors[i], true, "its version too");
		test_failure(LANDLOCK_ADD, errors[i], true, "add_rule");
	}
	usual_rules(&r);
	perform(&r, ": >marker; echo started");
	ok(r.status == 0 && strcmp(r.out, "started\n") == 0 && holds("proj/marker", ""),
		"control: without such a fault it starts");
}

/* inner is one thread when it restricts itself, and what it starts is restricted in all of its. */
static void test_threads(void)
{
	static const char script[] = "/usr/bin/python3 -c '\n"
				     "import threading\n"
				     "seen = []\n"
				     "def look():\n"
				     "    try:\n"
				     "        open(\"../canary/secret\"); seen.append(\"read\")\n"
				     "    except OSError as e:\n"
				     "        seen.append(e.errno)\n"
				     "t = [threading.Thread(target=look) for _ in range(20)]\n"
				     "[x.start() for x in t]; [x.join() for x in t]\n"
				     "print(len(seen), set(seen))'\n";
	struct run r = {0}, control = {.plain = true};

	usual_rules(&r);
	perform(&r, script);
	is_str(r.out, "20 {13}\n", "[LL-07] in force in every thread of the command");
	perform(&control, script);
	is_str(control.out, "20 {'read'}\n", "control: without inner each thread reads");
}

static void remove_place(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl("/bin/rm", "rm", "-rf", place, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0);
}

int main(void)
{
	char own[4096], inner[4200];

	/* A relative name would be another place after chdir(). */
	if (!getcwd(own, sizeof own))
		return 1;
	snprintf(inner, sizeof inner, "%s/build/inner/inner", own);
	setenv("SEAL_TEST_INNER", inner, 0);
	signal(SIGPIPE, SIG_IGN);
	make_place();
	test_alone();
	test_scopes();
	test_rules();
	test_failures();
	test_threads();
	remove_place();
	return done_testing();
}
