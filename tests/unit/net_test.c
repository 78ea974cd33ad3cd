/*
 * What a run may reach, from the words of manifests to numbers and names; and what follows from
 * it for the view and the environment.
 */
#include "fixture.h"
#include "model/names.h"
#include "plan/view.h"
#include "read/upstream.h"
#include "render/explain.h"
#include "tap.h"

#define NET "[sandbox.os.network]\n"

/* A run of COMMAND with these files, planned. NULL: no such file. */
static struct run *planned(const char *project, const char *config, const char *command)
{
	struct run *r = run_new();

	if (project)
		run_project(r, project);
	if (config)
		run_config(r, config);
	run_plan(r, command);
	return r;
}

/* --- Names and their ports -------------------------------------------------------------------- */

static const char *numbers(struct run *r)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < r->plan.net.ports.n; i++)
		text = arena_printf(
			&r->arena, "%s%s%u", text, i ? " " : "", r->plan.net.ports.v[i]);
	return text;
}

static void ports_are(const char *project, const char *want)
{
	struct run *r = planned(project, NULL, "true");

	is_str(run_faults(r), "", "no faults");
	is_str(numbers(r), want, "ports of %s", project);
	is_int(network_named(&r->plan.net), *want != 0, "... and whether names are served");
	run_free(r);
}

static void test_ports(void)
{
	ports_are("", "");
	ports_are(NET "domains = []\n", "");
	ports_are(NET "host_localhost_ports = [3000]\ndev_server_ports = [3001]\n", "");
	ports_are(NET "domains = ['a.org']\n", "80 443");
	ports_are(NET "domains = ['a.org:9000', 'b.org:22', '*.c.org:22', 'd.org:443', "
		      "'e.org:81']\n",
		"22 80 81 443 9000");
	ports_are(NET "domains = ['10.1.2.3:5432']\n", "80 443 5432");
	ports_are("sandbox.os.profile = 'network-allow-all'\n", "22 80 443 9418");
	ports_are("sandbox.os.profile = 'network-allow-all'\n" NET "domains = ['a.org:8443']\n",
		"22 80 443 8443 9418");
	ports_are(NET "domains = ['a.org:9000']\nproxy = 'explicit'\n", "80 443 9000");
}

static const char *domains_text(struct run *r)
{
	const char *text = "";
	const struct domain *d;

	vec_each (d, &r->plan.net.domains)
		text = arena_printf(&r->arena, "%s%s/%u ", text, d->host, d->port);
	return text;
}

static void test_domains(void)
{
	struct run *r = planned(NET "domains = ['A.Org', 'a.org:443', '*.b.org', '[2001:DB8::1]', "
				    "'[2001:db8::1]:443', '10.1.2.3:5432', 'a.org:443']\n"
				    "[[sandbox.os.command_tools]]\ntool = 'make'\n"
				    "domains = ['a.ORG']\n",
		NULL, "make");

	/* Doubled in one list is a fault of the reader; from two lists it is one domain. */
	ok(strstr(run_faults(r), "stands there already"), "the same twice in one list");
	is_str(domains_text(r),
		"a.org/0 a.org/443 *.b.org/0 2001:db8::1/0 2001:db8::1/443 10.1.2.3/5432 ",
		"each once, in lower case, literals without brackets");
	is_int(r->plan.net.domains.v[0].from.at.line, 2, "with the place of the first");
	run_free(r);
}

/* --- Every public name ------------------------------------------------------------------------ */

static void any_is(const char *project, const char *config, bool want)
{
	struct run *r = planned(project, config, "true");

	is_str(run_faults(r), "", "no faults");
	is_int(r->plan.net.any, want, "every name: (%s) under (%s)", project ? project : "-",
		config ? config : "-");
	is_int(mount_above(&r->plan.mounts, "/etc/ssl/certs") != NULL, want,
		"... and the authorities that sign for them");
	run_free(r);
}

#define ALL "sandbox.os.profile = 'network-allow-all'\n"

static void test_any(void)
{
	any_is("", NULL, false);
	any_is(ALL, NULL, true);
	any_is(NULL, ALL, true);
	any_is("", ALL, true);
	any_is(ALL, "sandbox.os.profile = 'workspace'\n", false);
	any_is("sandbox.os.profile = 'read-only'\n", ALL, false);
	/* The user's list of hosts is narrower than every host, wherever it stands. */
	any_is(ALL, NET "domains = []\n", false);
	any_is(ALL, ALL NET "domains = []\n", true);
	any_is(ALL, "sandbox.os.command_tools = [{tool = 'make', domains = []}]\n", false);
	any_is(ALL, "sandbox.os.command_tools = ['make']\n", true);
}

static void test_any_origin(void)
{
	struct run *r = planned(ALL, "\n" NET "domains = ['a.org']\n", "true");

	is_int(r->policy.profile_from.kind, ORIGIN_CONFIG, "who made the profile narrower");
	is_int(r->policy.profile_from.at.line, 3, "and in which line");
	run_free(r);
}

/* --- Ports of localhost ----------------------------------------------------------------------- */

static const char *bridges(struct run *r)
{
	const char *text = "";
	const struct port *p;

	vec_each (p, &r->plan.net.host_ports)
		text = arena_printf(&r->arena, "%s%u%s ", text, p->number, p->prompt ? "?" : "");
	text = arena_printf(&r->arena, "%s/", text);
	vec_each (p, &r->plan.net.dev_ports)
		text = arena_printf(&r->arena, "%s %u", text, p->number);
	return text;
}

static void bridges_are(const char *project, const char *config, const char *want, const char *note)
{
	struct run *r = planned(project, config, "true");

	is_str(run_faults(r), "", "no faults");
	is_str(bridges(r), want, "bridges of (%s) under (%s)", project ? project : "-",
		config ? config : "-");
	is_str(r->plan.notes.n ? r->plan.notes.v[0] : "", note, "... and what is said");
	run_free(r);
}

static void test_bridges(void)
{
	bridges_are("", NULL, "/", "");
	bridges_are(NET "host_localhost_ports = [5432, {port = 6379, prompt = true}]\n"
			"dev_server_ports = [3000, 3001]\n",
		NULL, "5432 6379? / 3000 3001", "");
	bridges_are(NULL, NET "host_localhost_ports = [5432]\n", "5432 /", "");
	/* Denied by either side. */
	bridges_are(NET "host_localhost_ports = [5432, 6379]\nhost_localhost_ports_deny = [5432]\n",
		NULL, "6379 /",
		"port 5432 of the host's localhost stays closed: host_localhost_ports_deny "
		"(/home/alice/p/seal.toml:3)");
	bridges_are(NET "host_localhost_ports = [5432, 6379]\n",
		"\n" NET "host_localhost_ports_deny = [6379, 80]\n", "5432 /",
		"port 6379 of the host's localhost stays closed: host_localhost_ports_deny "
		"(/home/alice/.config/seal-exec/config.toml:3)");
	bridges_are(NET "host_localhost_ports_deny = [6379]\n",
		NET "host_localhost_ports = [5432, 6379]\n", "5432 /",
		"port 6379 of the host's localhost stays closed: host_localhost_ports_deny "
		"(/home/alice/p/seal.toml:2)");
	/* It is about what is reached there, not about what is served from there. */
	bridges_are(NET "dev_server_ports = [3000]\nhost_localhost_ports_deny = [3000]\n", NULL,
		"/ 3000", "");
}

/* Two entries of one port, which one manifest cannot have but a policy can. */
static void test_prompt(void)
{
	struct run *r = run_new();

	run_project(r, NET "host_localhost_ports = [5432, 6379]\n");
	run_resolve(r, "true");
	*vec_push(&r->arena, &r->policy.grants) =
		(struct grant){.kind = GRANT_HOST_PORT, .value = "5432", .flags = GRANT_PROMPT};
	run_build(r);
	is_str(bridges(r), "5432? 6379 /", "asked for if either says so");
	run_free(r);
}

/* --- What cannot be had together -------------------------------------------------------------- */

static void conflict(const char *project, const char *want)
{
	struct run *r = planned(project, NULL, "true");

	is_str(run_faults(r),
		*want ? arena_printf(&r->arena, "seal-exec: /home/alice/p/seal.toml:%s\n", want)
		      : "",
		"%s", project);
	run_free(r);
}

static void test_conflicts(void)
{
	conflict(NET "dev_server_ports = [3000, 3001]\nhost_localhost_ports = [3001]\n",
		"2:27: dev_server_ports 3001 is a host_localhost_port too "
		"(/home/alice/p/seal.toml:3), and a server inside cannot have the port that leads "
		"to the host; remove one");
	conflict(NET "dev_server_ports = [3000]\nhost_localhost_ports = [3001]\n", "");
	/* The bridge is closed, so its port is free. */
	conflict(NET "dev_server_ports = [3001]\nhost_localhost_ports = [3001]\n"
		     "host_localhost_ports_deny = [3001]\n",
		"");
	conflict(NET "dev_server_ports = [8443]\ndomains = ['a.org:8443']\n",
		"2:21: dev_server_ports 8443 is the port of a.org (/home/alice/p/seal.toml:3) too, "
		"and a server inside cannot have it; choose another, or proxy = \"explicit\"");
	conflict(NET "dev_server_ports = [8443]\ndomains = ['a.org:8443']\nproxy = 'explicit'\n",
		"");
	conflict("\n" ALL NET "dev_server_ports = [9418]\n",
		"4:21: dev_server_ports 9418 is the port of every name "
		"(/home/alice/p/seal.toml:2) too, and a server inside cannot have it; choose "
		"another, or proxy = \"explicit\"");
	conflict(NET "domains = ['a.org:53']\n",
		"2:12: domains 'a.org:53': port 53 is the sandbox's own name server; remove it, "
		"or write proxy = \"explicit\"");
	conflict(NET "domains = ['a.org:53']\nproxy = 'explicit'\n", "");
	/* Names and a bridge differ in the address. */
	conflict(NET "host_localhost_ports = [5432]\ndomains = ['a.org:5432']\n", "");
}

static void many_ports(unsigned n, const char *more, const char *want)
{
	struct run *r = run_new();
	const char *text = NET "domains = [\n";
	unsigned i;

	for (i = 0; i < n; i++)
		text = arena_printf(&r->arena, "%s'a.org:%u',\n", text, 2000 + i);
	run_project(r, arena_printf(&r->arena, "%s]\n%s", text, more));
	run_plan(r, "true");
	if (*want)
		ok(strstr(run_faults(r), want), "%u ports and two: %s", n, want);
	else
		is_str(run_faults(r), "", "%u ports and two%s", n, *more ? ", explicit" : "");
	run_free(r);
}

static void test_many(void)
{
	many_ports(62, "", "");
	many_ports(63, "",
		"/home/alice/p/seal.toml:65:1: domains name 65 different ports, and each is a "
		"listener; at most 64");
	many_ports(63, "proxy = 'explicit'\n", "");
}

static void many_bridges(const char *key, unsigned n, const char *want)
{
	struct run *r = run_new();
	const char *text = arena_printf(&r->arena, NET "%s = [\n", key);
	unsigned i;

	for (i = 0; i < n; i++)
		text = arena_printf(&r->arena, "%s%u,\n", text, 2000 + i);
	run_project(r, arena_printf(&r->arena, "%s]\n", text));
	run_plan(r, "true");
	is_str(run_faults(r),
		*want ? arena_printf(&r->arena, "seal-exec: /home/alice/p/seal.toml:%s\n", want)
		      : "",
		"%u of %s", n, key);
	run_free(r);
}

static void test_many_bridges(void)
{
	many_bridges("host_localhost_ports", 256, "");
	many_bridges("dev_server_ports", 256, "");
	many_bridges("host_localhost_ports", 257,
		"259:1: host_localhost_ports has 257 ports, and each is a listener; at most 256");
	many_bridges("dev_server_ports", 300,
		"259:1: dev_server_ports has 300 ports, and each is a listener; at most 256");
}

/* --- The upstream proxy ----------------------------------------------------------------------- */

static void upstream_is(const char *url, const char *want)
{
	struct arena a = ARENA_INIT;
	struct upstream u = {0};
	const char *fault = upstream_parse(url, &u, &a);

	is_str(fault ? "refused"
		     : arena_printf(&a, "%s %u %s", u.host, u.port, u.login ? u.login : "-"),
		want, "%s", url);
	arena_release(&a);
}

static void test_upstream(void)
{
	static const char *const refused[] = {"", "http://", "http:///", "proxy:3128",
		"https://p:1", "socks5://p:1", "HTTP://p:1", "http://p:0", "http://p:65536",
		"http://p:", "http://p:1/x", "http://p:1//", "http://p:1?x", "http://p:1#x",
		"http://p x:1", "http://@p:1", "http://:w@p:1", "http://a@b@p:1",
		"http://u:%zz@p:1", "http://u:%4@p:1", "http://u:%00@p:1", "http://u:%0d%0a@p:1",
		"http://u%3Av:w@p:1", "http://*.a.org:1", "http://127.1:1", "http://2001:db8::1:1",
		"http://[2001:db8::1:1", "http://\xc3\xa4.org:1", " http://p:1", "http://p:1 "};
	size_t i;

	upstream_is("http://proxy", "proxy 1080 -");
	upstream_is("http://proxy:3128", "proxy 3128 -");
	upstream_is("http://Proxy.Example.com:8080/", "proxy.example.com 8080 -");
	upstream_is("http://127.0.0.1:3128", "127.0.0.1 3128 -");
	upstream_is("http://[2001:DB8::1]:3128", "2001:db8::1 3128 -");
	upstream_is("http://me:secret@proxy:1", "proxy 1 me:secret");
	upstream_is("http://me@proxy:1", "proxy 1 me:");
	upstream_is("http://a%40b:p%3Aq%25:r@proxy:1", "proxy 1 a@b:p:q%:r");
	for (i = 0; i < sizeof refused / sizeof *refused; i++)
		upstream_is(refused[i], "refused");
}

static void test_whose_upstream(void)
{
	static const char config[] = NET "upstream_proxy = 'http://me:hush@proxy:3128'\n";
	struct strbuf text = STRBUF_INIT;
	struct run *r = planned(NET "domains = ['a.org']\n", config, "true");

	is_str(r->plan.net.upstream.host, "proxy", "the user's own proxy");
	is_str(r->plan.net.upstream.login, "me:hush", "with its password");
	is_int(r->plan.net.upstream.from.kind, ORIGIN_CONFIG, "from the user's own file");
	render_explain(&r->plan, &text);
	ok(strstr(text.s, "proxy port 3128 (with a password)"), "explain says so");
	render_json(&r->plan, &text);
	ok(strstr(text.s, "\"upstream_proxy\":{\"host\":\"proxy\",\"port\":3128,\"login\":true,"),
		"JSON too");
	ok(!strstr(text.s, "hush") && !strstr(text.s, "me:"), "neither says the password");
	strbuf_release(&text);
	run_free(r);
	r = planned(NULL, config, "true");
	is_str(r->plan.net.upstream.host, "proxy", "without a manifest too");
	run_free(r);
	r = planned(config, NULL, "true");
	is_str(run_faults(r),
		"seal-exec: /home/alice/p/seal.toml:2:1: upstream_proxy is honoured from your own "
		"config.toml only; remove it here\n",
		"a project has none");
	run_free(r);
	r = planned("", NET "upstream_proxy = 'https://me:hush@proxy'\n", "true");
	is_str(run_faults(r),
		"seal-exec: /home/alice/.config/seal-exec/config.toml:2:18: upstream_proxy is not "
		"http://HOST:PORT; a proxy is spoken to in plain HTTP only\n",
		"a fault does not say the password");
	run_free(r);
}

/* --- The view --------------------------------------------------------------------------------- */

static const char *data_at(struct run *r, const char *path)
{
	const struct mount *m = mount_above(&r->plan.mounts, path);

	return m && strcmp(m->dest, path) == 0 ? m->data : NULL;
}

static void test_view(void)
{
	static const char resolv[] = "/etc/resolv.conf", certs[] = "/etc/ssl/certs";
	struct run *r = planned(NET "domains = ['a.org']\n", NULL, "true");
	const char *hosts = data_at(r, "/etc/hosts"), *services = data_at(r, "/etc/nsswitch.conf");

	is_str(data_at(r, resolv), "nameserver 127.0.0.1\noptions timeout:2 attempts:5\n",
		"names are asked of the run's own server");
	ok(hosts && strstr(hosts, "127.0.0.1 localhost") && strstr(hosts, "::1 localhost"),
		"localhost needs no server");
	ok(services && strstr(services, "\nhosts: files dns\n"), "and nothing else is asked");
	ok(mount_above(&r->plan.mounts, certs), "certificates are there");
	run_free(r);
	r = planned(NET "domains = ['a.org']\nproxy = 'explicit'\n", NULL, "true");
	is_str(data_at(r, resolv), NULL, "explicit: no name server, so a look-up fails at once");
	ok(mount_above(&r->plan.mounts, certs), "certificates are there");
	run_free(r);
	r = planned(NET "host_localhost_ports = [3000]\ndev_server_ports = [3001]\n", NULL, "true");
	is_str(data_at(r, resolv), NULL, "bridges need no names");
	is_str(data_at(r, "/etc/hosts"), hosts, "and change nothing in /etc");
	ok(!mount_above(&r->plan.mounts, certs), "nor do they need certificates");
	run_free(r);
}

/* --- What is shown ---------------------------------------------------------------------------- */

static void test_risk(void)
{
	struct run *r = planned(NET "host_localhost_ports = [6379, {port = 2375, prompt = true}]\n"
				    "dev_server_ports = [9229]\n",
		NULL, "true");
	struct strbuf text = STRBUF_INIT, json = STRBUF_INIT;
	static const char *const marked[] = {"docker", "sccache", "adb", "inspector", "kubernetes"};
	static const unsigned ports[] = {2375, 4226, 5037, 9229, 6443};
	size_t i;

	for (i = 0; i < sizeof ports / sizeof *ports; i++)
		ok(strstr(port_risk(ports[i]), marked[i]), "[BR-12]%s %u is %s",
			ports[i] == 4226 ? " [CC-02]" : "", ports[i], marked[i]);
	is_str(port_risk(5432), NULL, "data is no such thing");
	render_explain(&r->plan, &text);
	ok(strstr(text.s, "\n  host port 6379  "), "a plain port");
	ok(strstr(text.s,
		   "\n  host port 2375 (asked at each run) (docker: full control of this "
		   "machine)  ["),
		"one with what it means");
	ok(strstr(text.s, "\n  dev port  9229  "), "a server inside is confined, whatever it does");
	ok(strstr(text.s, "\n  udp       unreachable\n"), "what is not there is said");
	render_json(&r->plan, &json);
	ok(strstr(json.s, "\"port\":2375,\"prompt\":true,\"risk\":\"docker: full control"), "JSON");
	ok(strstr(json.s, "\"port\":6379,\"prompt\":false,\"risk\":null,"), "JSON, a plain port");
	ok(strstr(json.s, "\"port\":9229,\"prompt\":false,\"risk\":null,"), "JSON, a dev port");
	strbuf_release(&text);
	strbuf_release(&json);
	run_free(r);
}

static void test_shown(void)
{
	struct run *r = planned(NET "domains = ['a.org', 'b.org:22', '[2001:db8::1]:22']\n"
				    "sni = 'off'\n",
		NULL, "true");
	struct strbuf text = STRBUF_INIT;

	render_explain(&r->plan, &text);
	ok(strstr(text.s, "\n  domain    b.org:22  "), "a domain with its port");
	ok(strstr(text.s, "\n  domain    2001:db8::1 port 22  "), "an address too");
	ok(strstr(text.s, "\n  ports     22, 80, 443\n"), "the ports of names");
	ok(strstr(text.s, "\n  sni       off "), "sni");
	ok(strstr(text.s, "/home/alice/p/seal.toml:3]\n"), "and who said so");
	ok(strstr(text.s, "\n  proxy     transparent "), "proxy");
	ok(strstr(text.s, "\n  udp       unreachable but for the sandbox's own name server\n"),
		"UDP");
	ok(!strstr(text.s, "upstream"), "no upstream proxy");
	strbuf_release(&text);
	run_free(r);
	r = planned(ALL, NULL, "true");
	render_explain(&r->plan, &text);
	ok(strstr(text.s, "\n  domain    every public name "), "every public name");
	strbuf_release(&text);
	run_free(r);
	r = planned("", NULL, "true");
	render_explain(&r->plan, &text);
	ok(!strstr(text.s, "\nnetwork\n"), "without a grant there is nothing to say");
	strbuf_release(&text);
	run_free(r);
}

int main(void)
{
	test_ports();
	test_domains();
	test_any();
	test_any_origin();
	test_bridges();
	test_prompt();
	test_conflicts();
	test_many();
	test_many_bridges();
	test_upstream();
	test_whose_upstream();
	test_view();
	test_risk();
	test_shown();
	return done_testing();
}
