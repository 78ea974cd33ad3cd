#include "gen/lib/syscall_profile.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#include "read/toml.h"

const struct syscall_arch syscall_arches[SYSCALL_ARCHES] = {
	{"x86_64", AUDIT_ARCH_X86_64},
	{"aarch64", AUDIT_ARCH_AARCH64},
};

/* Below this number each architecture has its own calls. */
enum { FIRST_SHARED_NUMBER = 424 };

/* The verdicts that a profile can give. */
static const struct verdict {
	const char *name;
	uint32_t ret;
} verdicts[] = {
	{"allow", SECCOMP_RET_ALLOW},
	{"EPERM", SECCOMP_RET_ERRNO | EPERM},
	{"ENOSYS", SECCOMP_RET_ERRNO | ENOSYS},
	{"EAFNOSUPPORT", SECCOMP_RET_ERRNO | EAFNOSUPPORT},
	{"EPROTONOSUPPORT", SECCOMP_RET_ERRNO | EPROTONOSUPPORT},
	{"EACCES", SECCOMP_RET_ERRNO | EACCES},
	{"EOPNOTSUPP", SECCOMP_RET_ERRNO | EOPNOTSUPP},
	{"EISNAM", SECCOMP_RET_ERRNO | EISNAM},
	{"ENOTNAM", SECCOMP_RET_ERRNO | ENOTNAM},
};

/* The keys of a test, as bits of those seen. */
enum test_key {
	KEY_ARG = 1,
	KEY_IS = 2,
	KEY_ANY = 4,
	KEY_MASK = 8,
	KEY_THEN = 16,
	KEY_WHY = 32,
};

/* A reading under way: what belongs to the table that is open. */
struct reading {
	struct syscall_profile *p;
	struct arena *arena;
	struct diags *diags;
	struct place open; /* the [[allow]] or the test that is open */
	unsigned keys;     /* of the open test */
	bool in_test, in_group, debug_group, has_why, has_default, has_else;
};

static const char *last_key(const struct toml_event *ev)
{
	return ev->path[ev->depth - 1].key;
}

static bool find_verdict(const char *name, uint32_t *ret)
{
	size_t i;

	for (i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
		if (strcmp(name, verdicts[i].name) == 0) {
			*ret = verdicts[i].ret;
			return true;
		}
	}
	return false;
}

static const struct profile_call *find_call(
	const struct profile_call *calls, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(calls[i].name, name) == 0)
			return &calls[i];
	}
	return NULL;
}

/* The check that is being read is the last of the list and is no target yet. */
static struct filter_target find_target(struct reading *r, const struct toml_event *ev)
{
	struct filter_target t = {FILTER_VERDICT, SECCOMP_RET_KILL_PROCESS};
	size_t i;

	if (find_verdict(ev->text.s, &t.verdict))
		return t;
	for (i = 0; i + 1 < r->p->checks.n; i++) {
		if (strcmp(ev->text.s, r->p->checks.v[i].name) == 0)
			return (struct filter_target){(int)i, 0};
	}
	diag_add(r->diags, ev->value_at, "\"%s\" is no verdict and no check above this line",
		ev->text.s);
	return t;
}

static struct profile_check *open_check(const struct reading *r)
{
	return &r->p->checks.v[r->p->checks.n - 1];
}

static struct filter_test *open_test(const struct reading *r)
{
	return &open_check(r)->tests.v[open_check(r)->tests.n - 1].is;
}

/* Dotted keys could speak of two checks in turns. */
static bool in_open_check(const struct reading *r, const struct toml_event *ev)
{
	return strcmp(open_check(r)->name, ev->path[1].key) == 0;
}

/* Adds a decision; each call has one. */
static void add_call(
	struct reading *r, const char *name, struct place at, struct filter_target then)
{
	const struct profile_call *c = find_call(r->p->calls.v, r->p->calls.n, name);

	if (c)
		diag_add(r->diags, at, "%s is decided already in line %d", name, c->at.line);
	else
		*vec_push(r->arena, &r->p->calls) = (struct profile_call){name, at, then};
}

/* True if a reason is there and says something. */
static bool check_why(struct reading *r, const struct toml_event *ev)
{
	if (ev->text.len == 0)
		diag_add(r->diags, ev->value_at, "the reason is empty");
	return ev->text.len > 0;
}

static void close_test(struct reading *r)
{
	unsigned what = r->keys & (KEY_IS | KEY_ANY);
	const struct filter_test *t;

	if (!r->in_test)
		return;
	r->in_test = false;
	t = open_test(r);
	if (!(r->keys & KEY_ARG) || !(r->keys & KEY_THEN) || !(r->keys & KEY_WHY))
		diag_add(r->diags, r->open, "a test needs arg, then and why");
	if (what != KEY_IS && what != KEY_ANY)
		diag_add(r->diags, r->open, "a test needs either is or any");
	if (t->any && (r->keys & KEY_MASK))
		diag_add(r->diags, r->open, "mask goes with is; any has its bits itself");
	if (t->any ? t->value == 0 : (t->value & ~t->mask) != 0)
		diag_add(r->diags, r->open, "this test can never hold");
}

/* What a table must have is known when it ends, that is when something else begins. */
static void close_table(struct reading *r)
{
	close_test(r);
	if (r->in_group && !r->has_why)
		diag_add(r->diags, r->open, "[[allow]] needs a why");
	if (r->p->checks.n && !r->has_else)
		diag_add(r->diags, open_check(r)->at, "a check needs an else");
	r->in_group = false;
	r->has_else = true;
}

static void take_default(struct reading *r, const struct toml_event *ev)
{
	r->has_default = find_verdict(ev->text.s, &r->p->unknown);
	if (!r->has_default)
		diag_add(r->diags, ev->value_at, "\"%s\" is no verdict", ev->text.s);
}

static void take_number(struct reading *r, const struct toml_event *ev)
{
	struct profile_number *n;

	if (ev->integer < FIRST_SHARED_NUMBER || ev->integer > INT16_MAX) {
		diag_add(r->diags, ev->value_at,
			"numbers from %d on are the same everywhere; this one is not",
			FIRST_SHARED_NUMBER);
		return;
	}
	n = vec_push(r->arena, &r->p->numbers);
	*n = (struct profile_number){last_key(ev), ev->at, (uint32_t)ev->integer};
}

static void take_group(struct reading *r, const struct toml_event *ev)
{
	close_table(r);
	r->in_group = true;
	r->debug_group = false;
	r->has_why = false;
	r->open = ev->at;
}

static void take_group_why(struct reading *r, const struct toml_event *ev)
{
	r->has_why = check_why(r, ev);
}

static void take_allowed(struct reading *r, const struct toml_event *ev)
{
	struct filter_target allow = {FILTER_VERDICT, SECCOMP_RET_ALLOW};

	if (r->debug_group)
		*vec_push(r->arena, &r->p->debug_calls) =
			(struct profile_call){ev->text.s, ev->at, allow};
	else
		add_call(r, ev->text.s, ev->at, allow);
}

static void take_group_debug(struct reading *r, const struct toml_event *ev)
{
	r->debug_group = ev->boolean;
}

static void take_errno(struct reading *r, const struct toml_event *ev)
{
	uint32_t ret;

	close_table(r);
	if (!find_verdict(last_key(ev), &ret) || ret == SECCOMP_RET_ALLOW)
		diag_add(r->diags, ev->at, "\"%s\" is no errno that a filter gives", last_key(ev));
}

static void take_denied(struct reading *r, const struct toml_event *ev)
{
	struct filter_target deny = {FILTER_VERDICT, 0};

	if (find_verdict(ev->path[1].key, &deny.verdict) && check_why(r, ev))
		add_call(r, last_key(ev), ev->at, deny);
}

static void take_check(struct reading *r, const struct toml_event *ev)
{
	struct profile_check *c;
	uint32_t unused;

	close_table(r);
	if (find_verdict(last_key(ev), &unused))
		diag_add(r->diags, ev->at, "\"%s\" is a verdict; give the check another name",
			last_key(ev));
	c = vec_push(r->arena, &r->p->checks);
	c->name = last_key(ev);
	c->at = ev->at;
	r->has_else = false;
}

static void take_checked(struct reading *r, const struct toml_event *ev)
{
	struct filter_target check = {(int)r->p->checks.n - 1, 0};

	add_call(r, ev->text.s, ev->at, check);
}

static void take_test(struct reading *r, const struct toml_event *ev)
{
	struct profile_check *c = open_check(r);
	struct filter_test *t;

	close_test(r);
	t = &vec_push(r->arena, &c->tests)->is;
	t->mask = UINT32_MAX;
	r->in_test = true;
	r->keys = 0;
	r->open = ev->at;
}

static void take_test_integer(struct reading *r, const struct toml_event *ev)
{
	struct filter_test *t = open_test(r);
	const char *key = last_key(ev);
	int64_t top = strcmp(key, "arg") == 0 ? 5 : UINT32_MAX;

	if (ev->integer < 0 || ev->integer > top) {
		diag_add(r->diags, ev->value_at, "%s is from 0 to %lld", key, (long long)top);
		return;
	}
	if (strcmp(key, "arg") == 0) {
		t->arg = (unsigned)ev->integer;
		r->keys |= KEY_ARG;
	} else if (strcmp(key, "mask") == 0) {
		t->mask = (uint32_t)ev->integer;
		r->keys |= KEY_MASK;
	} else {
		t->value = (uint32_t)ev->integer;
		t->any = strcmp(key, "any") == 0;
		r->keys |= t->any ? KEY_ANY : KEY_IS;
	}
}

static void take_then(struct reading *r, const struct toml_event *ev)
{
	open_test(r)->then = find_target(r, ev);
	r->keys |= KEY_THEN;
}

static void take_test_debug(struct reading *r, const struct toml_event *ev)
{
	struct profile_check *c = open_check(r);

	c->tests.v[c->tests.n - 1].debug = ev->boolean;
}

static void take_test_why(struct reading *r, const struct toml_event *ev)
{
	if (check_why(r, ev))
		r->keys |= KEY_WHY;
}

static void take_else(struct reading *r, const struct toml_event *ev)
{
	close_test(r);
	open_check(r)->otherwise = find_target(r, ev);
	r->has_else = true;
}

/* The whole form of a profile: "*" is any key, "[]" an element. */
static const struct form {
	const char *shape;
	enum toml_kind kind;
	void (*take)(struct reading *r, const struct toml_event *ev);
} forms[] = {
	{"default", TOML_STRING, take_default},
	{"numbers", TOML_TABLE, NULL},
	{"numbers.*", TOML_INTEGER, take_number},
	{"allow", TOML_ARRAY, NULL},
	{"allow[]", TOML_TABLE, take_group},
	{"allow[].why", TOML_STRING, take_group_why},
	{"allow[].debug", TOML_BOOL, take_group_debug},
	{"allow[].calls", TOML_ARRAY, NULL},
	{"allow[].calls[]", TOML_STRING, take_allowed},
	{"deny", TOML_TABLE, NULL},
	{"deny.*", TOML_TABLE, take_errno},
	{"deny.*.*", TOML_STRING, take_denied},
	{"check", TOML_TABLE, NULL},
	{"check.*", TOML_TABLE, take_check},
	{"check.*.calls", TOML_ARRAY, NULL},
	{"check.*.calls[]", TOML_STRING, take_checked},
	{"check.*.tests", TOML_ARRAY, NULL},
	{"check.*.tests[]", TOML_TABLE, take_test},
	{"check.*.tests[].arg", TOML_INTEGER, take_test_integer},
	{"check.*.tests[].is", TOML_INTEGER, take_test_integer},
	{"check.*.tests[].any", TOML_INTEGER, take_test_integer},
	{"check.*.tests[].mask", TOML_INTEGER, take_test_integer},
	{"check.*.tests[].then", TOML_STRING, take_then},
	{"check.*.tests[].why", TOML_STRING, take_test_why},
	{"check.*.tests[].debug", TOML_BOOL, take_test_debug},
	{"check.*.else", TOML_STRING, take_else},
};

/* True if the path of EV has SHAPE. */
static bool has_shape(const struct toml_event *ev, const char *shape)
{
	size_t i, len;

	for (i = 0; i < ev->depth; i++) {
		const struct toml_step *step = &ev->path[i];

		if (!step->key) {
			if (strncmp(shape, "[]", 2) != 0)
				return false;
			shape += 2;
			continue;
		}
		if (i > 0 && *shape++ != '.')
			return false;
		len = strcspn(shape, ".[");
		if (!(len == 1 && *shape == '*') &&
			!(len == step->len && memcmp(shape, step->key, len) == 0))
			return false;
		shape += len;
	}
	return *shape == '\0';
}

static void take(void *user, const struct toml_event *ev)
{
	struct reading *r = user;
	const struct form *f;

	for (f = forms; f < forms + sizeof forms / sizeof *forms; f++) {
		if (!has_shape(ev, f->shape))
			continue;
		if (f->shape[0] == 'c' && ev->depth > 2 && !in_open_check(r, ev))
			diag_add(r->diags, ev->at, "what belongs to one check stands together");
		else if (ev->kind != f->kind)
			diag_add(r->diags, ev->value_at, "%s is %s here, not %s", f->shape,
				toml_kind_name(f->kind), toml_kind_name(ev->kind));
		else if (f->take)
			f->take(r, ev);
		return;
	}
	diag_add(r->diags, ev->at, "\"%s\" is no key of a system call profile",
		last_key(ev) ? last_key(ev) : "[]");
}

static const struct profile_number *find_number(const struct syscall_profile *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->numbers.n; i++) {
		if (strcmp(p->numbers.v[i].name, name) == 0)
			return &p->numbers.v[i];
	}
	return NULL;
}

int32_t syscall_number(
	const struct syscall_profile *p, const struct syscall_arch *arch, const char *name)
{
	const struct profile_number *own = find_number(p, name);
	int nr = seccomp_syscall_resolve_name_arch(arch->audit, name);

	if (nr >= 0)
		return nr;
	return own ? (int32_t)own->nr : -1;
}

/* The call at INDEX has a number somewhere, and it is no other call's. */
static void check_call(const struct syscall_profile *p, size_t index, struct diags *diags)
{
	const struct profile_call *c = &p->calls.v[index];
	const struct syscall_arch *arch;
	bool somewhere = false;
	int32_t nr;
	size_t i;

	for (arch = syscall_arches; arch < syscall_arches + SYSCALL_ARCHES; arch++) {
		nr = syscall_number(p, arch, c->name);
		somewhere |= nr >= 0;
		for (i = 0; nr >= 0 && i < index; i++) {
			if (syscall_number(p, arch, p->calls.v[i].name) == nr)
				diag_add(diags, c->at, "%s and %s are one call on %s", c->name,
					p->calls.v[i].name, arch->name);
		}
	}
	if (!somewhere)
		diag_add(diags, c->at,
			"no architecture has the call %s; a new one needs its number in [numbers]",
			c->name);
}

/* A number that libseccomp knows is the one that it knows. */
static void check_number(
	const struct syscall_profile *p, const struct profile_number *n, struct diags *diags)
{
	const struct syscall_arch *arch;
	int32_t nr;

	for (arch = syscall_arches; arch < syscall_arches + SYSCALL_ARCHES; arch++) {
		nr = syscall_number(p, arch, n->name);
		if (nr != (int32_t)n->nr)
			diag_add(diags, n->at, "%s is %d on %s", n->name, (int)nr, arch->name);
	}
}

/* A call is allowed to debuggers that is otherwise refused: what is not decided was misspelt. */
static void check_debug_calls(const struct syscall_profile *p, struct diags *diags)
{
	const struct profile_call *c;

	vec_each (c, &p->debug_calls)
		if (!find_call(p->calls.v, p->calls.n, c->name))
			diag_add(diags, c->at, "%s is not refused, and so need not be allowed",
				c->name);
}

bool syscall_profile_read(const char *file, const char *text, size_t len, struct arena *arena,
	struct diags *diags, struct syscall_profile *out)
{
	struct reading r = {.p = out, .arena = arena, .diags = diags, .has_else = true};
	struct place whole = {file, 0, 0};
	size_t i;

	memset(out, 0, sizeof *out);
	out->file = file;
	if (!toml_read(file, text, len, arena, diags, take, &r))
		return false;
	close_table(&r);
	if (!r.has_default)
		diag_add(diags, whole, "no default; say what becomes of calls that are not listed");
	for (i = 0; i < out->calls.n; i++)
		check_call(out, i, diags);
	for (i = 0; i < out->numbers.n; i++)
		check_number(out, &out->numbers.v[i], diags);
	check_debug_calls(out, diags);
	return !diag_any(diags);
}

bool syscall_profile_debugs(const struct syscall_profile *p)
{
	return p->debug_calls.n > 0;
}

/* The tests of C that are asked. */
static struct filter_check check_spec(
	const struct profile_check *c, bool debug, struct arena *arena)
{
	struct filter_test *tests = arena_calloc(arena, c->tests.n + 1, sizeof *tests);
	size_t i, n = 0;

	for (i = 0; i < c->tests.n; i++)
		if (debug || !c->tests.v[i].debug)
			tests[n++] = c->tests.v[i].is;
	return (struct filter_check){tests, n, c->otherwise};
}

struct filter_spec syscall_profile_spec(const struct syscall_profile *p,
	const struct syscall_arch *arch, bool debug, struct arena *arena)
{
	struct filter_check *checks = arena_calloc(arena, p->checks.n + 1, sizeof *checks);
	struct filter_rule *rules = arena_calloc(arena, p->calls.n + 1, sizeof *rules);
	size_t i, n = 0;
	int32_t nr;

	for (i = 0; i < p->checks.n; i++)
		checks[i] = check_spec(&p->checks.v[i], debug, arena);
	for (i = 0; i < p->calls.n; i++) {
		const struct profile_call *c = &p->calls.v[i], *other = NULL;

		nr = syscall_number(p, arch, c->name);
		if (debug)
			other = find_call(p->debug_calls.v, p->debug_calls.n, c->name);
		if (nr >= 0)
			rules[n++] = (struct filter_rule){(uint32_t)nr, (other ? other : c)->then};
	}
	return (struct filter_spec){arch->audit, rules, n, checks, p->checks.n, p->unknown};
}
