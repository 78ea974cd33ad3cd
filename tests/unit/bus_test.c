/*
 * The session bus: which rules a bundle may give, what the proxy is told, where the caller's bus is
 * by its address, and which address the command gets.
 */
#include <stdlib.h>

#include "fixture.h"
#include "host/bus.h"
#include "read/bus_rule.h"
#include "render/dbus.h"
#include "tap.h"

/* --- Rules ------------------------------------------------------------------------------------ */

static const char *const good_rules[] = {
	"--see=org.example.A",
	"--talk=org.freedesktop.secrets",
	"--talk=a.b",
	"--talk=_a.b-c.D9",
	"--call=a.b=*",
	"--call=a.b=@/x",
	"--call=a.b=c.d.E@/",
	"--call=a.b=c.d.*@/x/Y_9/*",
	"--broadcast=a.b=c.d.E@/x",
	"--call=a.b=c.d@/*",
};
static const char *const bad_rules[] = {
	"",
	"--own=org.example.A",
	"--filter",
	"--log",
	"--sloppy-names",
	"--args=3",
	"--fd=3",
	"unix:path=/run/user/1000/bus",
	"talk=a.b",
	"--talk",
	"--talk=",
	"--talk=*",
	"--talk=a",
	"--talk=a.*",
	"--talk=org.freedesktop.*",
	"--talk=:1.5",
	"--talk=.a.b",
	"--talk=a..b",
	"--talk=a.b.",
	"--talk=a.9b",
	"--talk=a.b c",
	"--talk=a.b\n--own=a.b",
	"--talk=a.b=c.d",
	"--talk=a.b=",
	"--call=a.b",
	"--call=a.b=",
	"--call=a.b.*=c.d",
	"--call==c.d",
	"--call=a.b=c",
	"--call=a.b=c.d-e",
	"--call=a.b=**",
	"--call=a.b=.*",
	"--call=a.b=c.*",
	"--call=a.b=c.d@",
	"--call=a.b=c.d@x",
	"--call=a.b=c.d@/x/",
	"--call=a.b=c.d@//",
	"--call=a.b=c.d@/x-y",
	"--call=a.b=c.d@/x*",
	"--call=a.b=c.d@/x@/y",
	"--call=a.b=c.d@/x --own=a.b",
	"--broadcast=a.b",
};

static void test_rules(void)
{
	static const char name[] = "--talk=a.b";
	char text[300];
	size_t i;

	for (i = 0; i < sizeof good_rules / sizeof *good_rules; i++)
		is_str(bus_rule_fault(good_rules[i]) ? bus_rule_fault(good_rules[i]) : "", "", "%s",
			good_rules[i]);
	for (i = 0; i < sizeof bad_rules / sizeof *bad_rules; i++)
		ok(bus_rule_fault(bad_rules[i]), "not '%s'", bad_rules[i]);
	memset(text, 'x', sizeof text);
	memcpy(text, name, sizeof name - 1);
	text[7 + 255] = '\0';
	ok(!bus_rule_fault(text), "a name of 255 bytes");
	text[7 + 255] = 'x';
	text[7 + 256] = '\0';
	ok(bus_rule_fault(text), "and not of 256");
}

static void risk_is(const char *rule, const char *want)
{
	is_str(bus_risk(rule) ? bus_risk(rule) : "", want, "the risk of %s", rule);
}

static void test_risks(void)
{
	static const char all[] = "reads your whole keyring", one[] = "one item of your keyring";

	risk_is("--talk=org.freedesktop.secrets", "your whole keyring, to read and to change");
	risk_is("--talk=org.freedesktop.secretsx", "");
	risk_is("--talk=org.example.A", "");
	risk_is("--see=org.freedesktop.secrets", "");
	risk_is("--call=org.freedesktop.secrets=*", all);
	risk_is("--call=org.freedesktop.secrets=@/org/freedesktop/secrets", all);
	risk_is("--call=org.freedesktop.secrets=org.freedesktop.Secret.Item.GetSecret", all);
	risk_is("--call=org.freedesktop.secrets=org.freedesktop.Secret.Item.GetSecret@/org/"
		"freedesktop/secrets/collection/*",
		all);
	risk_is("--call=org.freedesktop.secrets=org.freedesktop.Secret.Item.GetSecret@/org/"
		"freedesktop/secrets/collection/login/*",
		all);
	risk_is("--call=org.freedesktop.secrets=org.freedesktop.Secret.Item.*@/org/freedesktop/"
		"secrets/collection/login/1",
		one);
	risk_is("--call=org.freedesktop.secrets=org.freedesktop.Secret.Service.OpenSession", "");
	risk_is("--broadcast=org.freedesktop.secrets=*", "");
}

/* --- Addresses -------------------------------------------------------------------------------- */

static void address_is(const char *address, const char *want)
{
	struct arena a = ARENA_INIT;
	struct bus_socket s;
	bool found = bus_address_read(address, &s);

	is_str(found ? bus_address_text(&s, &a) : "", want, "the socket of %s", address);
	arena_release(&a);
}

static void test_addresses(void)
{
	char text[300];

	address_is("unix:path=/run/user/1000/bus", "unix:path=/run/user/1000/bus");
	address_is("unix:path=/a,guid=0123", "unix:path=/a");
	address_is("unix:guid=0123,path=/a", "unix:path=/a");
	address_is("unix:abstract=/tmp/dbus-x,guid=1", "unix:abstract=/tmp/dbus-x");
	address_is("tcp:host=h,port=1;unix:path=/a;unix:path=/b", "unix:path=/a");
	address_is("unix:path=/a%20b%2Cc%2cd;", "unix:path=/a%20b%2cc%2cd");
	address_is("unix:path=/a b", "unix:path=/a%20b");
	address_is("unix:path=/a\n--own=x.y", "unix:path=/a%0a--own%3dx.y");
	address_is("", "");
	address_is(";;", "");
	address_is("unix:", "");
	address_is("unix:path=", "");
	address_is("unix:path=a", "");
	address_is("unix:path=/a%", "");
	address_is("unix:path=/a%2", "");
	address_is("unix:path=/a%2;unix:path=/b", "unix:path=/b");
	address_is("unix:path=/a%00b", "");
	address_is("unix:path=/a%zz", "");
	address_is("unix:tmpdir=/tmp", "");
	address_is("unixexec:path=/bin/sh", "");
	address_is("disabled:", "");
	address_is("autolaunch:", "");
	strcpy(text, "unix:path=/"); /* NOLINT */
	memset(text + 11, 'x', 107);
	text[11 + 106] = '\0';
	address_is(text, text);
	text[11 + 106] = 'x';
	text[11 + 107] = '\0';
	address_is(text, "");
}

/* --- The plan --------------------------------------------------------------------------------- */

static const char bundle[] = "name = 'keys'\nsummary = 's'\ncommands = ['keys']\n"
			     "dbus = ['--talk=a.b', { rule = '--call=c.d=e.f@/g', why = 'w' }]\n";

static const char asking[] = "name = 'asks'\nsummary = 's'\ncommands = ['asks']\n"
			     "dbus = [{ rule = '--talk=a.b', when = 'keyring', why = 'w' }]\n"
			     "[knobs.keyring]\ntype = 'bool'\ndefault = true\nwhy = 'w'\n";

static const char *inside(const struct run *r)
{
	const struct env_var *v;

	vec_each (v, &r->plan.env)
		if (strcmp(v->name, BUS_VARIABLE) == 0)
			return v->value;
	return "none";
}

static bool has_folder(const struct run *r)
{
	const struct mount *m;

	vec_each (m, &r->plan.mounts)
		if (strcmp(m->dest, BUS_FOLDER) == 0)
			return m->kind == MOUNT_DIR;
	return false;
}

static struct run *planned(const char *line, struct bus_facts bus)
{
	struct run *r = run_new();

	run_bundle(r, bundle);
	run_bundle(r, asking);
	r->facts.bus = bus;
	run_plan(r, line);
	is_str(run_faults(r), "", "no fault");
	return r;
}

static void test_plan(void)
{
	static const char want[] =
		"unix:path=/run/user/1000/bus\0bus\0--filter\0--talk=a.b\0--call=c.d=e.f@/g";
	const struct bus_facts good = {.address = "unix:path=/run/user/1000/bus", .proxy = "/p"};
	struct strbuf out = STRBUF_INIT;
	struct run *r = planned("keys get", good);

	is_str(inside(r), "unix:path=/run/seal-bus/bus", "the command has the proxy's bus");
	ok(has_folder(r), "... and a place for it");
	ok(!r->plan.notes.n, "... without a word");
	render_dbus(&r->plan.bus, &out);
	ok(out.len == sizeof want && memcmp(out.s, want, sizeof want) == 0,
		"what the proxy is told");
	strbuf_release(&out);
	run_free(r);

	r = planned("true", good);
	ok(strcmp(inside(r), "none") == 0 && !has_folder(r) && !r->plan.bus.proxy,
		"without a rule there is nothing");
	run_free(r);

	r = planned("keys", (struct bus_facts){.address = "unix:path=/b", .why = "no proxy"});
	ok(strcmp(inside(r), "disabled:") == 0 && !has_folder(r) && !r->plan.bus.proxy,
		"without a proxy there is no bus");
	is_str(r->plan.notes.n ? r->plan.notes.v[0] : "",
		"no session bus in this run, which keys asks for: no proxy", "... which is said");
	ok(!r->plan.remarks.n, "... and not a second time");
	run_free(r);
	r = planned("asks", (struct bus_facts){.address = "unix:path=/b", .why = "no proxy"});
	is_str(r->plan.notes.n ? r->plan.notes.v[0] : "",
		"no session bus in this run, which asks asks for: no proxy, or write { tool = "
		"\"asks\", keyring = false }",
		"... with the setting by which it is not missed");
	run_free(r);
	r = planned("keys", (struct bus_facts){.none = true, .why = "no bus"});
	ok(strcmp(inside(r), "disabled:") == 0 && !r->plan.notes.n,
		"where no bus is, nothing is said by itself");
	is_str(r->plan.remarks.n ? r->plan.remarks.v[0] : "",
		"no session bus in this run, which keys asks for: no bus", "... but to who asks");
	run_free(r);

	r = planned("keys", (struct bus_facts){.inside = true, .address = "unix:path=/x"});
	ok(strcmp(inside(r), "unix:path=/x") == 0 && !has_folder(r) && !r->plan.bus.proxy,
		"inside a run its bus is passed on");
	run_free(r);
	r = planned("keys", (struct bus_facts){.inside = true});
	ok(strcmp(inside(r), "disabled:") == 0 && !r->plan.notes.n, "... if there is one");
	run_free(r);
}

static void test_variable(void)
{
	const char *const env[] = {"PATH=/usr/bin", BUS_VARIABLE "=unix:path=/host", NULL};
	const struct bus_facts good = {.address = "unix:path=/host", .proxy = "/p"};
	struct run *r = run_new();

	run_project(r, "sandbox.os.env = ['" BUS_VARIABLE "']\n");
	run_bundle(r, bundle);
	r->facts.environ = env;
	r->facts.bus = good;
	run_plan(r, "keys");
	is_str(inside(r), BUS_ADDRESS, "a bus behind the proxy is the only one, whoever passes it");
	run_free(r);
}

int main(void)
{
	test_rules();
	test_risks();
	test_addresses();
	test_plan();
	test_variable();
	return done_testing();
}
