/*
 * Doctor: what is concluded from what came of the acts, and what each kind of machine is told.
 */
#include <errno.h>

#include "doctor/remedy.h"
#include "host/machine.h"
#include "json.h"
#include "render/doctor.h"
#include "tap.h"

static void test_verdicts(void)
{
	is_int(diagnosis_judge(PROBE_FILE, EACCES, 0), VERDICT_HELD, "refused, and done outside");
	is_int(diagnosis_judge(PROBE_FILE, 0, 0), VERDICT_NOT_HELD, "done");
	is_int(diagnosis_judge(PROBE_FILE, 0, EACCES), VERDICT_NOT_HELD, "done inside alone");
	is_int(diagnosis_judge(PROBE_FILE, EACCES, EACCES), VERDICT_NOT_SHOWN, "no control");
	is_int(diagnosis_judge(PROBE_FILE, EACCES, ACT_NOT_TRIED), VERDICT_NOT_SHOWN,
		"nothing to try it on");
	is_int(diagnosis_judge(PROBE_FILE, ACT_NOT_TRIED, 0), VERDICT_NOT_SHOWN, "not tried");
	is_int(diagnosis_judge(PROBE_FILE, ACT_KILLED, 0), VERDICT_NOT_SHOWN, "it died of it");
	is_int(diagnosis_judge(PROBE_FOREIGN, ACT_KILLED, 0), VERDICT_HELD, "a call may kill");
	is_int(diagnosis_judge(PROBE_FOREIGN, ACT_KILLED, ACT_KILLED), VERDICT_NOT_SHOWN,
		"but not outside too");
}

/* A machine and a run on it where everything holds. */
static struct machine healthy = {
	.kernel = "6.8.0",
	.distribution = "Some Linux 1",
	.landlock = 4,
	.lsm = "lockdown,landlock,yama",
	.bwrap = "/usr/bin/bwrap",
	.bwrap_version = "0.9.0",
	.bus_proxy = "/usr/bin/xdg-dbus-proxy",
	.bus_proxy_version = "0.1.8",
	.userns_clone = NO_SWITCH,
	.max_userns = 10000,
	.apparmor_userns = NO_SWITCH,
	.memfd_noexec = 0,
};

static struct diagnosis whole(const struct machine *m)
{
	struct diagnosis d = {.machine = m, .started = true};
	int i;

	d.layers.wanted = d.layers.active = LAYERS_NAMESPACES | LAYERS_INNER | LAYER_BIT(VIEW);
	for (i = 0; i < PROBES; i++)
		d.findings[i] = (struct finding){EACCES, 0, VERDICT_HELD};
	return d;
}

static void test_full(void)
{
	struct diagnosis d = whole(&healthy);

	ok(diagnosis_full(&d), "everything holds");
	d.started = false;
	ok(!diagnosis_full(&d), "nothing was started");
	d = whole(&healthy);
	d.layers.active &= ~LAYER_BIT(SECCOMP);
	ok(!diagnosis_full(&d), "a layer is missing");
	d = whole(&healthy);
	d.findings[PROBE_FILE].verdict = VERDICT_NOT_HELD;
	ok(!diagnosis_full(&d), "a probe is not held");
	d = whole(&healthy);
	d.findings[PROBE_FILE].verdict = VERDICT_NOT_SHOWN;
	ok(!diagnosis_full(&d), "a probe is not shown");
	d = whole(&healthy);
	d.findings[PROBE_KEYRING] = (struct finding){EPERM, EPERM, VERDICT_NOT_SHOWN};
	ok(diagnosis_full(&d), "a call that is refused outside too harms nothing");
	d.findings[PROBE_KEYRING] = (struct finding){ACT_NOT_TRIED, 0, VERDICT_NOT_SHOWN};
	ok(!diagnosis_full(&d), "but it must have been tried");
	d.findings[PROBE_KEYRING] = (struct finding){0, 0, VERDICT_NOT_HELD};
	ok(!diagnosis_full(&d), "and refused");
}

/* The codes of what the machine M is told when LAYERS are missing, "a b ". */
static const char *codes(struct machine m, uint32_t layers, struct arena *arena)
{
	struct diagnosis d = whole(&m);
	const struct remedy *r;
	const char *all = "";

	d.layers.active &= ~layers;
	remedies_find(&d, arena);
	vec_each (r, &d.remedies)
		all = arena_printf(arena, "%s%s ", all, r->code);
	return all;
}

/* What the machine is told first. */
static struct remedy first(struct machine m, uint32_t layers, struct arena *arena)
{
	struct diagnosis d = whole(&m);

	d.layers.active &= ~layers;
	remedies_find(&d, arena);
	return d.remedies.n ? d.remedies.v[0] : (struct remedy){"", "", ""};
}

static struct machine with(void (*change)(struct machine *m))
{
	struct machine m = healthy;

	change(&m);
	return m;
}

static void debian(struct machine *m)
{
	m->userns_clone = 0;
}

static void limited(struct machine *m)
{
	m->max_userns = 0;
}

static void ubuntu(struct machine *m)
{
	m->apparmor_userns = 1;
}

static void docker(struct machine *m)
{
	m->filtered = m->container = true;
}

static void podman(struct machine *m)
{
	m->container = true;
}

static void wsl1(struct machine *m)
{
	m->wsl1 = true;
	m->landlock = -ENOSYS;
}

static void gvisor(struct machine *m)
{
	m->gvisor = true;
	m->landlock = -ENOSYS;
}

static void no_lsm(struct machine *m)
{
	m->landlock = -EOPNOTSUPP;
	m->lsm = "lockdown,yama";
}

static void old_kernel(struct machine *m)
{
	m->landlock = 1;
}

static void old_bwrap(struct machine *m)
{
	m->bwrap_version = "0.4.1";
}

static void noexec(struct machine *m)
{
	m->memfd_noexec = 2;
}

static void same(struct machine *m)
{
	(void)m;
}

static void test_remedies(void)
{
	static const struct {
		void (*change)(struct machine *m);
		uint32_t missing;
		const char *want, *how;
	} rows[] = {
		{debian, LAYER_BIT(USER), "userns-clone ", "kernel.unprivileged_userns_clone=1"},
		{limited, LAYER_BIT(USER), "userns-max ", "user.max_user_namespaces="},
		{ubuntu, LAYER_BIT(USER), "userns-apparmor ", "/etc/apparmor.d/bwrap"},
		{docker, LAYER_BIT(USER), "outer-filter ", "--security-opt seccomp="},
		{podman, LAYER_BIT(VIEW), "container ", "systempaths=unconfined"},
		{wsl1, LAYERS_NAMESPACES, "wsl1 landlock-missing ", "--set-version"},
		{gvisor, LAYER_BIT(LANDLOCK), "gvisor landlock-missing ", "--runtime=runc"},
		{no_lsm, LAYER_BIT(LANDLOCK), "landlock-off ", "lsm=landlock,lockdown,yama"},
		{old_kernel, LAYER_BIT(LANDLOCK), "landlock-old ", "5.19"},
		{old_bwrap, LAYER_BIT(VIEW), "bwrap-old ", "bubblewrap"},
		{noexec, LAYER_BIT(SECCOMP), "memfd-noexec ", "vm.memfd_noexec=1"},
		{same, LAYER_BIT(USER), "user ", "namespaces"},
		{same, LAYER_BIT(SECCOMP), "seccomp ", "CONFIG_SECCOMP_FILTER"},
		{same, 0, "", ""},
		/* Nothing is missing: no switch is blamed. */
		{debian, 0, "", ""},
		{docker, 0, "", ""},
	};
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct machine m = with(rows[i].change);

		is_str(codes(m, rows[i].missing, &a), rows[i].want, "machine %zu", i);
		ok(strstr(first(m, rows[i].missing, &a).how, rows[i].how) != NULL,
			"... and its remedy");
	}
	arena_release(&a);
}

static void test_packages(void)
{
	static const struct {
		const char *id, *want;
	} rows[] = {
		{"debian", "apt install bubblewrap"},
		{"ubuntu", "apt install bubblewrap"},
		{"fedora", "dnf install bubblewrap"},
		{"arch", "pacman -S bubblewrap"},
		{"suse", "zypper install bubblewrap"},
		{"alpine", "apk add bubblewrap"},
		{"something", "install the package bubblewrap"},
	};
	struct arena a = ARENA_INIT;
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct machine m = healthy;
		struct remedy r;

		m.bwrap = NULL;
		m.bwrap_why = "bwrap is not installed; install the package bubblewrap";
		strvec_push(&a, &m.ids, "unknown");
		strvec_push(&a, &m.ids, rows[i].id);
		r = first(m, LAYER_BIT(USER), &a);
		is_str(r.code, "bwrap-missing", "no bwrap on %s", rows[i].id);
		ok(strstr(r.how, rows[i].want) != NULL, "... %s", rows[i].want);
		m.bwrap_why = "/usr/bin/bwrap is setuid, and ...; remove the bit";
		r = first(m, LAYER_BIT(USER), &a);
		is_str(r.code, "bwrap-setuid", "a setuid one");
		ok(strstr(r.what, "remove the bit") != NULL, "... with its reason");
	}
	arena_release(&a);
}

static void test_release(void)
{
	static const char text[] = "PRETTY_NAME=\"Some Linux 1 (name)\"\nNAME='Some'\nID=some\n"
				   "ID_LIKE=\"debian other\"\nEMPTY=\nODD=\"\n";
	struct arena a = ARENA_INIT;

	is_str(os_release(text, "PRETTY_NAME", &a), "Some Linux 1 (name)", "quoted");
	is_str(os_release(text, "NAME", &a), "Some", "quoted otherwise, and no end of another");
	is_str(os_release(text, "ID", &a), "some", "bare");
	is_str(os_release(text, "EMPTY", &a), "", "empty");
	is_str(os_release(text, "ODD", &a), "\"", "half quoted");
	ok(!os_release(text, "VERSION", &a) && !os_release("", "ID", &a), "absent");
	arena_release(&a);
}

static void test_render(void)
{
	struct diagnosis d = whole(&healthy);
	struct strbuf text = STRBUF_INIT, json = STRBUF_INIT;
	struct arena a = ARENA_INIT;

	render_doctor(&d, &text);
	ok(strstr(text.s, "\nThe full tier holds.\n") && !strstr(text.s, "MISSING") &&
			!strstr(text.s, "NOT HELD"),
		"all is well");
	text.len = 0;
	d.layers.active &= ~LAYER_BIT(LANDLOCK);
	d.layers.reason[LAYER_LANDLOCK] = "odd \x1b[2J reason";
	d.findings[PROBE_TMP] = (struct finding){0, 0, VERDICT_NOT_HELD};
	d.findings[PROBE_PTRACE] = (struct finding){EPERM, EPERM, VERDICT_NOT_SHOWN};
	remedies_find(&d, &a);
	render_doctor(&d, &text);
	ok(strstr(text.s, "The full tier does not hold.") != NULL, "a layer is missing");
	ok(strstr(text.s, "landlock        MISSING     odd \\x1b[2J reason\n") != NULL,
		"which one, and why, escaped");
	ok(strstr(text.s, "tmp             NOT HELD ") != NULL, "which probe");
	ok(strstr(text.s, "ptrace is refused: it is refused outside too") != NULL, "not shown");
	ok(strstr(text.s, "seccomp         active ") != NULL, "the rest is there");
	render_doctor_json(&d, &json);
	ok(json_valid(json.s), "JSON");
	is_str(arena_strndup(&a, json_member(json.s, "full"), 5), "false", "full");
	d.started = false;
	d.layers.active = 0;
	d.layers.reason[LAYER_LANDLOCK] = NULL;
	text.len = 0;
	render_doctor(&d, &text);
	ok(!strstr(text.s, "MISSING") && !strstr(text.s, " active "),
		"a run that did not start says nothing of layers");
	strbuf_release(&text);
	strbuf_release(&json);
	arena_release(&a);
}

int main(void)
{
	test_verdicts();
	test_full();
	test_remedies();
	test_packages();
	test_release();
	test_render();
	return done_testing();
}
