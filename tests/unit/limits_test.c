/*
 * Limits: how they are written, which of two counts, who holds them on which machine, and where a
 * cgroup may be made. The cgroup's files are ordinary ones here: what is looked for, not what a
 * kernel does with it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/size.h"
#include "fixture.h"
#include "host/cgroup.h"
#include "model/names.h"
#include "tap.h"

static void test_size(void)
{
	static const struct {
		const char *text;
		long long bytes; /* -1: is none */
	} rows[] = {
		{"0", 0},
		{"1", 1},
		{"512", 512},
		{"4K", 4096},
		{"512M", 536870912},
		{"2G", 2147483648},
		{"3T", 3298534883328},
		{"8388607T", 9223370937343148032},
		{"9223372036854775799", 9223372036854775799},
		{"8388608T", -1},
		{"9223372036854775808", -1},
		{"99999999999999999999999", -1},
		{"", -1},
		{"G", -1},
		{"2g", -1},
		{"2GB", -1},
		{"2 G", -1},
		{" 2G", -1},
		{"-1", -1},
		{"+1", -1},
		{"1.5G", -1},
		{"0x10", -1},
		{"2GG", -1},
		{"2P", -1},
		{"1e9", -1},
	};
	struct arena a = ARENA_INIT;
	uint64_t n;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		n = 7;
		if (rows[i].bytes < 0)
			ok(!size_parse(rows[i].text, &n) && n == 7, "'%s' is no size",
				rows[i].text);
		else
			ok(size_parse(rows[i].text, &n) && n == (uint64_t)rows[i].bytes, "'%s'",
				rows[i].text);
	}
	is_str(size_text(0, &a), "0", "0");
	is_str(size_text(1000, &a), "1000", "1000");
	is_str(size_text(2147483648, &a), "2G", "2G");
	is_str(size_text(1536, &a), "1536", "1536 is no whole K");
	is_str(size_text((uint64_t)5 << 50, &a), "5120T", "5120T");
	arena_release(&a);
}

/* "NAME VALUE HOLDER; " for each limit of the plan. */
static const char *limits_text(struct run *r)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	int i;

	strbuf_adds(&b, "");
	for (i = 0; i < LIMITS; i++) {
		const struct limit *l = &r->plan.limits.v[i];

		if (l->set)
			strbuf_addf(&b, "%s %s %s; ", limit_names[i],
				limit_text(l, (enum limit_kind)i, &r->arena),
				limit_holder_names[l->holder]);
	}
	text = arena_strdup(&r->arena, b.s);
	strbuf_release(&b);
	return text;
}

static void plan_is(const struct limit_facts *facts, const char *project, const char *config,
	const char *want, const char *name)
{
	struct run *r = run_new();

	if (facts)
		r->facts.limits = *facts;
	if (project)
		run_project(r, project);
	if (config)
		run_config(r, config);
	run_plan(r, "true");
	is_str(run_faults(r), "", "no faults: %s", name);
	is_str(limits_text(r), want, "%s", name);
	run_free(r);
}

#define L "sandbox.os.limits."

static void test_plan(void)
{
	static const char all[] =
		L "memory = '2G'\n" L "processes = 256\n" L "open_files = 4096\n" L "core = '1M'\n";
	static const struct limit_facts both = {.cgroup = "/cg", .memory = true, .pids = true};
	static const struct limit_facts pids = {.cgroup = "/cg", .pids = true, .why = "no memory"};

	plan_is(NULL, NULL, NULL, "core 0 rlimit; ", "by default no core file");
	plan_is(NULL, all, NULL,
		"memory 2G rlimit; processes 256 rlimit; open_files 4096 rlimit; core 1M rlimit; ",
		"without a cgroup");
	plan_is(&both, all, NULL,
		"memory 2G cgroup; processes 256 cgroup; open_files 4096 rlimit; core 1M rlimit; ",
		"with one");
	plan_is(&pids, all, NULL,
		"memory 2G rlimit; processes 256 cgroup; open_files 4096 rlimit; core 1M rlimit; ",
		"with one that has no memory");
	plan_is(NULL, L "memory = 1048576\n", L "memory = '1G'\n",
		"memory 1M rlimit; core 0 rlimit; ", "a project narrows");
	plan_is(NULL, L "memory = '4G'\n", L "memory = '1G'\n" L "core = '1M'\n",
		"memory 1G rlimit; core 1M rlimit; ", "the user's file is a ceiling and a default");
	plan_is(NULL, L "core = 5\n" L "processes = 9\n", L "core = 0\n" L "open_files = 7\n",
		"processes 9 rlimit; open_files 7 rlimit; core 0 rlimit; ", "each key by itself");
}

static void test_details(void)
{
	static const struct limit_facts both = {.cgroup = "/cg", .memory = true, .pids = true};
	static const struct limit_facts old = {.counts_all = true, .why = "no cgroup"};
	struct run *r = run_new();
	const struct mount *m;
	size_t big = 0, small = 0;

	run_project(r, L "memory = '64M'\n" L "processes = 9\n");
	r->facts.limits = old;
	run_plan(r, "true");
	vec_each (m, &r->plan.mounts)
		if (m->kind == MOUNT_TMPFS && m->size)
			*(m->size > 32 * 1024 * 1024 ? &big : &small) += 1;
	ok(big == 0 && small == 5, "no tmpfs is larger than half of the memory");
	ok(!r->plan.limits.cgroup, "no cgroup");
	ok(strstr(r->plan.limits.v[LIMIT_PROCESSES].means, "5.14") != NULL,
		"an old kernel's count is told");
	is_str(r->plan.limits.v[LIMIT_CORE].from.why, "no core file in the project", "why");
	run_free(r);

	r = run_new();
	run_project(r, L "processes = 9\n");
	r->facts.uid = 0;
	r->facts.limits.why = "/x is not yours to write";
	run_plan(r, "true");
	ok(strstr(run_faults(r),
		   "processes cannot be limited for root without a "
		   "cgroup (/x is not yours to write)") != NULL,
		"root has no such limit");
	run_free(r);

	r = run_new();
	run_project(r, L "processes = 9\n");
	r->facts.uid = 0;
	r->facts.limits = both;
	run_plan(r, "true");
	is_str(run_faults(r), "", "but a cgroup");
	is_str(r->plan.limits.cgroup, "/cg", "which the plan names");
	run_free(r);
}

static void test_faults(void)
{
	static const struct {
		const char *line, *want;
	} rows[] = {
		{L "memory = '2GB'", "1:28: sandbox.os.limits.memory: '2GB' is no number of bytes"},
		{L "memory = -1", "-1 is no number of bytes"},
		{L "memory = 2.5", "is a float; it must be a number of bytes"},
		{L "memory = 2", "less than 1M"},
		{L "memory = '4K'", "less than 1M"},
		{L "processes = 0", "0 is not a positive number"},
		{L "processes = '2K'", "must be a positive number"},
		{L "open_files = 0", "0 is not a positive number"},
		{L "cores = 0", "did you mean 'core'?"},
		{"sandbox.os.limits = 5", "must be a table"},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct run *r = run_new();

		run_project(r, rows[i].line);
		if (!strstr(run_faults(r), rows[i].want))
			printf("# %s", run_faults(r));
		ok(strstr(run_faults(r), rows[i].want) != NULL, "%s", rows[i].line);
		run_free(r);
	}
}

/* --- Where a cgroup may be made --------------------------------------------------------------- */

static void test_texts(void)
{
	static const char hybrid[] =
		"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
		"39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
		"41 31 0:38 / /sys/fs/cgroup/unified rw shared:7 master:1 - cgroup2 cgroup2 rw\n";
	static const char bound[] = "50 40 0:38 /box /run/a\\040b rw - cgroup2 none rw\n";
	struct arena a = ARENA_INIT;
	const char *root = NULL;

	is_str(cgroup_own("9:name=systemd:/\n4:memory:/x\n0::/user.slice/a b\n", &a),
		"/user.slice/a b", "the line of cgroup v2");
	is_str(cgroup_own("0::/\n", &a), "/", "the root");
	ok(!cgroup_own("1:memory:/x\n10::/y\n", &a), "cgroup v1 alone");
	ok(!cgroup_own("", &a) && !cgroup_own("0::", &a), "nothing");

	is_str(cgroup_folder(hybrid, "/a/b", &root, &a), "/sys/fs/cgroup/unified/a/b",
		"beneath the mount");
	is_str(root, "/sys/fs/cgroup/unified", "the mount");
	is_str(cgroup_folder(hybrid, "/", &root, &a), "/sys/fs/cgroup/unified", "the root itself");
	is_str(cgroup_folder(bound, "/box/in", &root, &a), "/run/a b/in", "a part of it mounted");
	is_str(cgroup_folder(bound, "/box", &root, &a), "/run/a b", "that part itself");
	ok(!cgroup_folder(bound, "/boxer", &root, &a), "a part that we are not in");
	ok(!cgroup_folder(hybrid, "/../x", &root, &a), "outside of our cgroup namespace");
	ok(!cgroup_folder("39 31 0:36 / /c rw - cgroup cgroup rw,cgroup2\n", "/", &root, &a),
		"no cgroup v2");
	ok(!cgroup_folder("41 31\n41 31 0:38 / \n\n - cgroup2", "/", &root, &a), "damaged lines");

	ok(release_before("5.10.0-32-amd64", 5, 14) && release_before("4.19", 5, 14), "old");
	ok(!release_before("5.14.0", 5, 14) && !release_before("6.1.0", 5, 14) &&
			!release_before("5.15", 5, 14),
		"new");
	ok(!release_before("", 5, 14) && !release_before("x.y", 5, 14), "unknown");
	arena_release(&a);
}

static void put_file(const char *folder, const char *name, const char *text, mode_t mode)
{
	char path[256];
	int fd;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || !fd_write_all(fd, text, strlen(text)) || fchmod(fd, mode) != 0)
		ok(false, "%s can be made", path);
	close(fd);
}

static struct limit_facts look(const char *root, const char *own, struct arena *a)
{
	struct limit_facts f = {0};

	cgroup_look(&f, root, arena_printf(a, "%s%s", root, own), a);
	return f;
}

static void test_tree(void)
{
	char root[] = "/tmp/seal-cgroup.XXXXXX", slice[64], scope[96];
	struct arena a = ARENA_INIT;
	struct limit_facts f;

	if (!mkdtemp(root)) {
		ok(false, "a folder");
		return;
	}
	snprintf(slice, sizeof slice, "%s/app.slice", root);
	snprintf(scope, sizeof scope, "%s/shell.scope", slice);
	mkdir(slice, 0755);
	mkdir(scope, 0755);
	put_file(slice, "cgroup.procs", "", 0644);
	put_file(slice, "cgroup.subtree_control", "cpu memory pids\n", 0644);
	f = look(root, "/app.slice/shell.scope", &a);
	is_str(f.cgroup, slice, "delegated: the parent of our own");
	ok(f.memory && f.pids && !f.why, "with both controllers");

	put_file(slice, "cgroup.subtree_control", "pids hugetlb-memory\n", 0644);
	f = look(root, "/app.slice/shell.scope", &a);
	ok(f.cgroup && f.pids && !f.memory && strstr(f.why, "has no memory"), "only pids");
	put_file(slice, "cgroup.subtree_control", "\n", 0644);
	f = look(root, "/app.slice/shell.scope", &a);
	ok(!f.cgroup && strstr(f.why, "has no memory and no pids"), "no controllers");

	/* These two say nothing of root, who may write whatever the mode. */
	put_file(slice, "cgroup.subtree_control", "memory pids\n", 0644);
	put_file(slice, "cgroup.procs", "", 0444);
	f = look(root, "/app.slice/shell.scope", &a);
	ok(geteuid() == 0 || (!f.cgroup && strstr(f.why, "not yours to write")), "procs not ours");
	put_file(slice, "cgroup.procs", "", 0644);
	chmod(slice, 0555);
	f = look(root, "/app.slice/shell.scope", &a);
	ok(geteuid() == 0 || (!f.cgroup && strstr(f.why, "not yours to write")), "folder not ours");
	chmod(slice, 0755);

	put_file(root, "cgroup.procs", "", 0644);
	put_file(root, "cgroup.subtree_control", "memory pids\n", 0644);
	f = look(root, "", &a);
	is_str(f.cgroup, root, "at the root of all: that itself");
	f = look(root, "/gone/away", &a);
	ok(!f.cgroup && f.why, "a group that is gone");
	unlinkat(AT_FDCWD, arena_printf(&a, "%s/cgroup.procs", root), 0);
	unlinkat(AT_FDCWD, arena_printf(&a, "%s/cgroup.subtree_control", root), 0);
	unlinkat(AT_FDCWD, arena_printf(&a, "%s/cgroup.procs", slice), 0);
	unlinkat(AT_FDCWD, arena_printf(&a, "%s/cgroup.subtree_control", slice), 0);
	rmdir(scope);
	rmdir(slice);
	rmdir(root);
	arena_release(&a);
}

int main(void)
{
	test_size();
	test_plan();
	test_details();
	test_faults();
	test_texts();
	test_tree();
	return done_testing();
}
