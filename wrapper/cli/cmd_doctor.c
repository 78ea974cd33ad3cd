/*
 * doctor: does the sandbox hold on this machine?
 *
 * Asked of the thing itself: a run of the current folder, and one of a repository made for it,
 * start this program inside, which tries what must not be possible; outside it tries the same. A
 * layer is active if a run reported it, a probe holds if it failed inside and succeeded outside,
 * and nothing is concluded from what a system is called. Both runs have the user's configuration
 * and no manifest: what a project is granted is explain's to say.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/die.h"
#include "base/folder.h"
#include "base/path.h"
#include "cli/session.h"
#include "doctor/acts.h"
#include "doctor/remedy.h"
#include "doctor/trial.h"
#include "host/bus.h"
#include "host/facts.h"
#include "host/find.h"
#include "host/limits.h"
#include "host/machine.h"
#include "keeper/keeper.h"
#include "launch/launch.h"
#include "model/names.h"
#include "render/doctor.h"

/* Milliseconds for one of the three trials. */
enum { TRIAL_MS = 900 };

/* What the process of a trial is given. */
struct visit {
	struct session *session;
	const char *folder; /* where the run is, NULL for the current folder */
	const char *program;
	char *const *env;
};

/* A run whose command is this program, in its own process. */
static int run_inside(void *user, struct trial_shared *shared)
{
	const struct visit *v = user;
	struct session *s = v->session;
	struct keeping keeping = {
		.porter = -1, .porter_front = -1, .record = -1, .log = -1, .quiet = true};
	struct launch_host host = {
		.keeper = keeper_main,
		.over = keeper_over,
		.keeping = &keeping,
		.active = &shared->active,
	};
	const char *const argv[] = {v->program, "doctor", "inside", NULL};
	struct refusal refusal = {0};
	struct grant *g;
	int code;

	signal(SIGPIPE, SIG_DFL);
	if (v->folder && chdir(v->folder) != 0)
		die_errno("cannot change to '%s'", v->folder);
	s->bare = true;
	session_open(s, v->env);
	g = vec_push(&s->arena, &s->merged.m.grants);
	g->kind = GRANT_READ;
	g->value = v->program;
	g->from = (struct origin){.kind = ORIGIN_BUILTIN, .why = "doctor itself"};
	session_plan(s, argv);
	if (s->policy.profile == PROFILE_OFF)
		die("profile = \"off\" in %s: runs have no sandbox; take the line away",
			s->policy.config);
	shared->wanted = s->plan.layers;
	shared->planned = true;
	host_find_bwrap(&s->facts, &s->arena);
	if (!s->facts.bwrap)
		die("%s", s->facts.bwrap_why);
	keeper_prepare(&keeping, &s->plan, &s->arena);
	host.register_folder = host_state_path(&s->facts, "placeholders", &s->arena);
	code = launch_run(&s->plan, &s->facts, &host, &refusal, &s->arena);
	if (refusal.what) {
		shared->refused = 1 + (int)refusal.layer;
		warn_line("%s (%s); %s", refusal.what, strerror(refusal.error), refusal.remedy);
	}
	return code;
}

/* --- The machine --------------------------------------------------------------------------------
 */

/* "0.8.0" of "bubblewrap 0.8.0". */
static const char *version_of(const char *program, struct arena *arena)
{
	char *const argv[] = {(char *)program, (char *)"--version", NULL};
	const char *p;
	char text[128];

	trial_output(program, argv, text, sizeof text);
	p = strpbrk(text, "0123456789");
	return p ? arena_strndup(arena, p, strspn(p, "0123456789.")) : NULL;
}

/* Who would hold each limit, were it asked for. */
static void find_holders(struct diagnosis *d, const struct limit_facts *f, uid_t uid)
{
	int i;

	for (i = 0; i < LIMITS; i++) {
		struct limit *l = &d->limits.v[i];

		l->holder = limit_holder(f, (enum limit_kind)i);
		if (l->holder == HOLDER_CGROUP)
			d->limits.cgroup = f->cgroup;
		if (i != LIMIT_PROCESSES || l->holder == HOLDER_CGROUP || uid != 0)
			l->means = limit_means((enum limit_kind)i, l->holder);
	}
}

static void look_at_machine(struct session *s, struct machine *m)
{
	struct facts f = {.environ = (const char *const *)environ};

	host_identity(&f, f.environ, &s->arena);
	host_find_bwrap(&f, &s->arena);
	host_find_bus_proxy(&f, &s->arena);
	host_limits(&f, &s->arena);
	host_machine(m, &f, &s->arena);
	if (m->bwrap)
		m->bwrap_version = version_of(m->bwrap, &s->arena);
	if (m->bus_proxy)
		m->bus_proxy_version = version_of(m->bus_proxy, &s->arena);
	s->facts = f;
}

/* --- What came of it ----------------------------------------------------------------------------
 */

/* The worst of two: that it was done, then that it was not tried. */
static int worse(int a, int b)
{
	if (a == ACT_DONE || b == ACT_DONE)
		return ACT_DONE;
	return a == ACT_NOT_TRIED ? b : a;
}

static void judge(struct diagnosis *d, const struct trial *here, const struct trial *repo,
	const struct trial *outside)
{
	int i;

	for (i = 0; i < PROBES; i++) {
		struct finding *f = &d->findings[i];

		f->inside = worse(here->results[i], repo->results[i]);
		f->outside = outside->results[i];
		f->verdict = diagnosis_judge((enum probe)i, f->inside, f->outside);
	}
}

/* Why a layer is missing, where the machine itself says it. */
static void find_reasons(struct diagnosis *d, int refused, struct arena *arena)
{
	const struct machine *m = d->machine;

	if (!(d->layers.active & LAYER_BIT(LANDLOCK)) && m->landlock < LANDLOCK_FLOOR)
		d->layers.reason[LAYER_LANDLOCK] = m->landlock < 0
			? arena_printf(arena, "%s", strerror(-m->landlock))
			: arena_printf(arena, "ABI %d, and %d is the least", m->landlock,
				  LANDLOCK_FLOOR);
	if (!m->bwrap)
		d->layers.reason[LAYER_VIEW] = m->bwrap_why;
	if (refused)
		d->layers.reason[refused - 1] = d->said;
}

static void diagnose(
	struct session *s, struct diagnosis *d, const struct canaries *c, char *const *env)
{
	struct trial here, repo, outside;
	struct canaries bare = *c;
	struct visit visit = {.session = s, .program = s->facts.program, .env = env};
	const struct trial *told = &here;

	bare.repo[0] = '\0';
	trial_run(&here, run_inside, &visit, &bare, TRIAL_MS, &s->arena);
	visit.folder = c->repo;
	trial_run(&repo, run_inside, &visit, c, TRIAL_MS, &s->arena);
	trial_run(
		&outside, trial_outside, (void *)(uintptr_t)visit.program, c, TRIAL_MS, &s->arena);
	/* A folder that can be no project says nothing of the machine. */
	if (!here.shared.planned && repo.shared.planned) {
		d->here = here.said;
		told = &repo;
	}
	d->started = told->whole && repo.whole;
	d->said = here.whole || d->here ? repo.said : here.said;
	d->layers.wanted = told->shared.wanted | repo.shared.wanted;
	d->layers.active = told->shared.active;
	/* What only one of them wanted it has alone; what both did, both must have. */
	d->layers.active = (told->shared.active | ~told->shared.wanted) &
		(repo.shared.active | ~repo.shared.wanted) & d->layers.wanted;
	judge(d, d->here ? &repo : &here, &repo, &outside);
	find_reasons(d, told->shared.refused, &s->arena);
}

/* The user's own folder for state, where the canary in the home is. */
static const char *state_folder(struct session *s)
{
	const char *folder = path_parent(&s->arena, host_state_path(&s->facts, "trust", &s->arena));

	folder_make(folder, 0700);
	return folder;
}

static void examine(struct session *s, struct diagnosis *d)
{
	struct canary_keep keep = {.tcp = -1, .abstract = -1, .hold = -1};
	struct canaries c;
	char *const *env;
	sigset_t all, before;

	/* Whoever ends doctor gets that when its things are away; it is a matter of seconds. */
	sigemptyset(&all);
	sigaddset(&all, SIGINT);
	sigaddset(&all, SIGTERM);
	sigaddset(&all, SIGHUP);
	sigprocmask(SIG_BLOCK, &all, &before);
	signal(SIGPIPE, SIG_IGN);
	canaries_make(&c, &keep, state_folder(s));
	env = canaries_environment(&c, &s->arena);
	canaries_start(&c, &keep, s->facts.program, env);
	diagnose(s, d, &c, env);
	canaries_end(&c, &keep);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void read_options(struct session *s)
{
	struct strbuf text = STRBUF_INIT;
	const char *dir;

	opts_read(&s->options, SCOPE_DOCTOR, s->options.rest + 1);
	if (s->options.set[OPT_HELP]) {
		opts_help(SCOPE_DOCTOR, &text);
		session_print(&text);
		exit(0);
	}
	dir = s->options.value[OPT_DIRECTORY];
	if (dir && chdir(dir) != 0)
		die_errno("cannot change to '%s'", dir);
	s->options.value[OPT_DIRECTORY] = NULL;
}

int cmd_doctor(struct session *s)
{
	struct machine machine;
	struct diagnosis d = {.machine = &machine};
	struct strbuf text = STRBUF_INIT;
	const char *word;

	read_options(s);
	word = s->options.rest[0];
	if (word && strcmp(word, "inside") == 0)
		return acts_main();
	if (word && strcmp(word, "wait") == 0)
		return acts_wait();
	if (word)
		die("'%s' is one word too many; doctor takes none", word);
	look_at_machine(s, &machine);
	if (!s->facts.program)
		die("seal-exec cannot find its own file, which doctor starts; look whether /proc "
		    "is "
		    "there");
	find_holders(&d, &machine.limits, s->facts.uid);
	examine(s, &d);
	remedies_find(&d, &s->arena);
	if (s->options.set[OPT_JSON])
		render_doctor_json(&d, &text);
	else
		render_doctor(&d, &text);
	session_print(&text);
	return diagnosis_full(&d) ? 0 : 1;
}
