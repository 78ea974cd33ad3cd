/*
 * seal.toml, from text to struct manifest: what each key becomes, what was there and what was
 * not, and the faults that one key alone cannot show.
 */
#include <stdlib.h>

#include "model/names.h"
#include "read/manifest.h"
#include "tap.h"

struct reading {
	struct arena arena;
	struct diags diags;
	struct manifest m;
	struct strbuf errors;
};

static struct reading *reading(const char *text)
{
	struct reading *r = calloc(1, sizeof *r);

	if (!r)
		abort();
	r->diags.arena = &r->arena;
	if (!manifest_read(
		    &r->m, ORIGIN_MANIFEST, "seal.toml", text, strlen(text), &r->arena, &r->diags))
		diag_render(&r->diags, &r->errors);
	return r;
}

static void done(struct reading *r)
{
	strbuf_release(&r->errors);
	arena_release(&r->arena);
	free(r);
}

/* "read /a 2:9; " for each grant. */
static const char *grants_text(struct arena *a, const struct grants *l)
{
	struct strbuf b = STRBUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < l->n; i++)
		strbuf_addf(&b, "%s %s %d:%d%s; ", grant_kind_name(l->v[i].kind), l->v[i].value,
			l->v[i].from.at.line, l->v[i].from.at.col,
			l->v[i].flags & GRANT_PROMPT ? " asked" : "");
	text = arena_strdup(a, b.s ? b.s : "");
	strbuf_release(&b);
	return text;
}

/* TEXT has these grants and no fault. */
static void grants_are(const char *text, const char *want)
{
	struct reading *r = reading(text);

	is_str(r->errors.s, NULL, "no fault in %s", text);
	is_str(grants_text(&r->arena, &r->m.grants), want, "the grants of %s", text);
	done(r);
}

static void refuse(const char *text, const char *want)
{
	struct reading *r = reading(text);

	is_str(r->errors.s, want, "the faults of %s", text);
	done(r);
}

static void test_nothing(void)
{
	struct reading *r = reading("");

	is_str(r->errors.s, NULL, "an empty manifest has no fault");
	is_int(r->m.set, 0, "it sets nothing");
	is_str(run_profile_names[r->m.profile], "workspace", "its profile");
	ok(r->m.strict, "it is strict");
	is_str(envrc_mode_names[r->m.envrc], "off", "its envrc_mode");
	ok(r->m.grants.n == 0 && r->m.tools.n == 0 && r->m.wrappers.n == 0, "it grants nothing");
	ok(r->m.kind == ORIGIN_MANIFEST && strcmp(r->m.file, "seal.toml") == 0, "whose it is");
	done(r);
	r = reading("[sandbox]\n[sandbox.os]\n[sandbox.os.network]\n[command_run]\n");
	is_int(r->m.set, 0, "nor do empty tables");
	done(r);
}

static void test_settings(void)
{
	static const char *const envrc[] = {"off", "approved", "trust"};
	static const char *const profiles[] = {
		"read-only", "workspace", "network-allow-all", "off"};
	struct reading *r;
	char text[100];
	size_t i;

	for (i = 0; i < 4; i++) {
		snprintf(text, sizeof text, "[sandbox.os]\nprofile = '%s'\n", profiles[i]);
		r = reading(text);
		is_str(run_profile_names[r->m.profile], profiles[i], "profile %s", profiles[i]);
		is_int(r->m.set, SET_PROFILE, "and its bit");
		ok(r->m.profile_at.line == 2 && r->m.profile_at.col == 1, "and its place");
		done(r);
	}
	for (i = 0; i < 3; i++) {
		snprintf(text, sizeof text, "\ncommand_run.envrc_mode = '%s'\n", envrc[i]);
		r = reading(text);
		is_str(envrc_mode_names[r->m.envrc], envrc[i], "envrc_mode %s", envrc[i]);
		is_int(r->m.set, SET_ENVRC, "and its bit");
		ok(r->m.envrc_at.line == 2 && r->m.envrc_at.col == 13, "and its place");
		done(r);
	}
	for (i = 0; i < 2; i++) {
		snprintf(text, sizeof text, "sandbox.os.strict = %s\n", i ? "true" : "false");
		r = reading(text);
		is_int(r->m.strict, (long long)i, "strict");
		is_int(r->m.set, SET_STRICT, "and its bit");
		ok(r->m.strict_at.line == 1 && r->m.strict_at.col == 12, "and its place");
		done(r);
	}
	r = reading("[sandbox.os]\nwrappers = ['mise exec --', 'timeout']\n");
	ok(r->m.wrappers.n == 2 && strcmp(r->m.wrappers.v[0], "mise exec --") == 0, "wrappers");
	is_int(r->m.set, SET_WRAPPERS, "and their bit");
	done(r);
}

static void test_grants(void)
{
	grants_are("[sandbox.os]\nread = ['/a', '~/b']\nwrite = ['c']\n",
		"read /a 2:9; read ~/b 2:15; write c 3:10; ");
	grants_are("[sandbox.os]\ndeny = ['x']\nprotect = ['y']\nenv = ['A_*']\n"
		   "unix_sockets = ['/s']\n",
		"deny x 2:9; protect y 3:12; env A_* 4:8; unix_sockets /s 5:17; ");
	grants_are("[sandbox.os]\nadditional_directories = ['../a', {path = '/b'}, "
		   "{write = false, path = '/c'}, {path = '/d', write = true}]\n",
		"write ../a 2:27; write /b 2:35; read /c 2:50; write /d 2:80; ");
	grants_are("[[sandbox.os.additional_directories]]\npath = '/b'\nwrite = false\n"
		   "[[sandbox.os.additional_directories]]\npath = '/c'\n",
		"read /b 1:14; write /c 4:14; ");
	grants_are("[sandbox.os.network]\ndomains = ['A.org', '*.b.org:22']\n",
		"domains A.org 2:12; domains *.b.org:22 2:21; ");
	grants_are("[sandbox.os.network]\nhost_localhost_ports = [3000, {port = 3001}, "
		   "{port = 3002, prompt = true}, {prompt = false, port = 3003}]\n",
		"host_localhost_ports 3000 2:25; host_localhost_ports 3001 2:31; "
		"host_localhost_ports 3002 2:46 asked; host_localhost_ports 3003 2:76; ");
	grants_are("[sandbox.os.network]\nhost_localhost_ports_deny = [22, 0x50]\n"
		   "dev_server_ports = [8_080]\n",
		"host_localhost_ports_deny 22 2:30; host_localhost_ports_deny 80 2:34; "
		"dev_server_ports 8080 3:21; ");
	/* The same path for two purposes is no duplicate. */
	grants_are("[sandbox.os]\nread = ['/a']\nwrite = ['/a']\ndeny = ['/a']\n",
		"read /a 2:9; write /a 3:10; deny /a 4:9; ");
}

static void test_absent_and_empty(void)
{
	static const struct {
		const char *text;
		unsigned set;
	} rows[] = {
		{"sandbox.os.read = []\n", 1u << GRANT_READ},
		{"sandbox.os.write = []\n", 1u << GRANT_WRITE},
		{"sandbox.os.deny = []\n", 1u << GRANT_DENY},
		{"sandbox.os.protect = []\n", 1u << GRANT_PROTECT},
		{"sandbox.os.env = []\n", 1u << GRANT_ENV},
		{"sandbox.os.unix_sockets = []\n", 1u << GRANT_SOCKET},
		{"sandbox.os.additional_directories = []\n", SET_DIRECTORIES},
		{"sandbox.os.additional_directories = [{path = '/a', write = false}]\n",
			SET_DIRECTORIES},
		{"sandbox.os.network.domains = []\n", 1u << GRANT_DOMAIN},
		{"sandbox.os.network.host_localhost_ports = []\n", 1u << GRANT_HOST_PORT},
		{"sandbox.os.network.host_localhost_ports_deny = []\n", 1u << GRANT_HOST_PORT_DENY},
		{"sandbox.os.network.dev_server_ports = []\n", 1u << GRANT_DEV_PORT},
		{"sandbox.os.command_tools = []\n", SET_TOOLS},
		{"sandbox.os.wrappers = []\n", SET_WRAPPERS},
		{"sandbox.os.network.sni = 'match'\n", SET_SNI},
		{"sandbox.os.network.proxy = 'transparent'\n", SET_PROXY},
		{"sandbox.os.network.upstream_proxy = 'http://a:1'\n", 0},
	};
	size_t i;

	for (i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct reading *r = reading(rows[i].text);

		is_str(r->errors.s, NULL, "no fault in %s", rows[i].text);
		is_int(r->m.set, rows[i].set, "%s is there", rows[i].text);
		done(r);
	}
}

static void test_tools(void)
{
	struct reading *r =
		reading("[sandbox.os]\n"
			"command_tools = ['make', {tool = 'cargo', fetch = false, "
			"sccache = 'off', domains = ['a.org'], default_domains = true, "
			"wrappers = ['mise exec --']}, {domains = [], tool = 'npm'}]\n");
	const struct tool *t = r->m.tools.v;

	is_str(r->errors.s, NULL, "tools in an inline array");
	if (!ok(r->m.tools.n == 3 && r->m.set == SET_TOOLS, "three tools")) {
		done(r);
		return;
	}
	is_str(t[0].name, "make", "a name alone");
	ok(!t[0].domains_set && !t[0].default_domains && !t[0].settings.n, "says nothing else");
	is_str(t[1].name, "cargo", "a table");
	ok(t[1].at.line == 2 && t[1].at.col == 27, "its place is that of its name");
	ok(t[1].domains_set && t[1].default_domains, "what was set");
	is_str(grants_text(&r->arena, &t[1].domains), "domains a.org 2:86; ", "its domains");
	is_str(t[1].wrappers.v[0], "mise exec --", "its wrappers");
	is_int((long long)t[1].settings.n, 2, "its settings");
	ok(strcmp(t[1].settings.v[0].name, "fetch") == 0 &&
			t[1].settings.v[0].type == SETTING_BOOL && !t[1].settings.v[0].boolean,
		"a boolean one");
	ok(strcmp(t[1].settings.v[1].name, "sccache") == 0 &&
			t[1].settings.v[1].type == SETTING_STRING &&
			strcmp(t[1].settings.v[1].string, "off") == 0,
		"a string one");
	ok(t[1].settings.v[1].at.col == 58 && t[1].settings.v[1].value_at.col == 68, "its places");
	is_str(t[2].name, "npm", "a name behind its settings");
	ok(t[2].domains_set && t[2].domains.n == 0, "no domains are not absent domains");
	ok(r->m.grants.n == 0, "a tool's domains are its own");
	done(r);
}

static void test_tool_tables(void)
{
	struct reading *r = reading("[[sandbox.os.command_tools]]\n"
				    "tool = 'direnv'\n"
				    "bundles = ['git', 'make']\n"
				    "[[sandbox.os.command_tools]]\n"
				    "tool = 'cargo'\n"
				    "bundles = []\n"
				    "[sandbox.os]\n"
				    "read = ['/a']\n");
	const struct tool *t = r->m.tools.v;

	is_str(r->errors.s, NULL, "tools as [[tables]]");
	if (!ok(r->m.tools.n == 2, "two tools")) {
		done(r);
		return;
	}
	ok(strcmp(t[0].name, "direnv") == 0 && strcmp(t[1].name, "cargo") == 0, "their names");
	ok(!t[0].settings.n && t[0].bundles_set && t[0].bundles.n == 2, "a list of bundles");
	is_str(t[0].bundles.v[1], "make", "in order");
	ok(!t[1].settings.n && t[1].bundles_set && !t[1].bundles.n, "an empty list");
	is_str(grants_text(&r->arena, &r->m.grants), "read /a 8:9; ", "what follows is read too");
	done(r);
}

/* What is right of a text with faults can be looked at. */
static void test_rest(void)
{
	struct reading *r =
		reading("[sandbox.os]\ncommand_tools = ['make', {tool = 5}, 'git']\n"
			"additional_directories = [{write = false}, '/a']\nstrict = 1\n");

	ok(r->m.tools.n == 2 && strcmp(r->m.tools.v[1].name, "git") == 0,
		"an entry without its name is none");
	is_str(grants_text(&r->arena, &r->m.grants), "write /a 3:44; ", "nor one without a path");
	done(r);
	r = reading("[sandbox.os]\nread = ['/a']\nstrict = ]\n");
	ok(r->errors.s && !r->m.grants.n && !r->m.set, "half of a text is nothing");
	done(r);
}

static void test_whole(void)
{
	refuse("[sandbox.os]\nread = ['/a', '/b', '/a']\n",
		"seal-exec: seal.toml:2:21: read '/a' stands there already (line 2); remove one\n");
	refuse("[sandbox.os]\nwrite = ['/a']\nadditional_directories = ['/a']\n",
		"seal-exec: seal.toml:3:27: write '/a' stands there already (line 2); remove "
		"one\n");
	refuse("[sandbox.os.network]\nhost_localhost_ports = [3000, {port = 3000}]\n",
		"seal-exec: seal.toml:2:31: host_localhost_ports '3000' stands there already (line "
		"2); remove one\n");
	refuse("[sandbox.os]\ncommand_tools = ['cargo', 'make', {tool = 'cargo'}]\n",
		"seal-exec: seal.toml:2:36: tool 'cargo' stands in command_tools already (line 2); "
		"keep one entry\n");
	refuse("[[sandbox.os.command_tools]]\nfetch = true\n",
		"seal-exec: seal.toml:1:14: this entry of command_tools names no tool; add tool = "
		"\"NAME\"\n");
	refuse("[sandbox.os]\nadditional_directories = [{write = false}]\n",
		"seal-exec: seal.toml:2:27: this table lacks its path; add it\n");
	refuse("[sandbox.os.network]\nhost_localhost_ports = [{prompt = true}]\n",
		"seal-exec: seal.toml:2:25: this table lacks its port; add it\n");
}

static void test_faults(void)
{
	refuse("[sandbox.os]\nprofil = 'off'\n",
		"seal-exec: seal.toml:2:1: unknown key 'profil' in sandbox.os; did you mean "
		"'profile'?\n");
	refuse("[sandbox]\nprofile = 'off'\n",
		"seal-exec: seal.toml:2:1: unknown key 'profile' in sandbox; known keys: os\n");
	refuse("[sandbox.os]\nwrite = '/a'\nstrict = 'no'\n",
		"seal-exec: seal.toml:2:9: sandbox.os.write is a string; it must be an array, each "
		"element a path\n"
		"seal-exec: seal.toml:3:10: sandbox.os.strict is a string; it must be true or "
		"false\n");
	refuse("[sandbox.os.network]\ndev_server_ports = [80]\nhost_localhost_ports = [1023]\n"
	       "host_localhost_ports_deny = [80, 0]\n",
		"seal-exec: seal.toml:2:21: sandbox.os.network.dev_server_ports[0]: 80 is a "
		"privileged port; only 1024 to 65535 can be granted\n"
		"seal-exec: seal.toml:3:25: sandbox.os.network.host_localhost_ports[0]: 1023 is a "
		"privileged port; only 1024 to 65535 can be granted\n"
		"seal-exec: seal.toml:4:34: sandbox.os.network.host_localhost_ports_deny[1]: 0 is "
		"not a port (1 to 65535)\n");
	refuse("[sandbox.os.network]\nsni = 'on'\nproxy = true\nsnl = 'off'\n",
		"seal-exec: seal.toml:2:7: sandbox.os.network.sni: 'on' is not one of \"match\", "
		"\"off\"\n"
		"seal-exec: seal.toml:3:9: sandbox.os.network.proxy is a boolean; it must be one "
		"of "
		"\"transparent\", \"explicit\"\n"
		"seal-exec: seal.toml:4:1: unknown key 'snl' in sandbox.os.network; did you mean "
		"'sni'?\n");
	refuse("[sandbox.os]\nread = [{path = '/a'}]\n",
		"seal-exec: seal.toml:2:9: sandbox.os.read[0] is a table; it must be a path\n");
	refuse("[sandbox.os]\nstrict = true\nstrict = false\n",
		"seal-exec: seal.toml:3:1: `strict` has a value already on line 2; keep one of "
		"the two\n");
	/* A table whose value is wrong has one fault, not a second one for what it lacks. */
	refuse("[sandbox.os]\nadditional_directories = [{path = 3}]\n",
		"seal-exec: seal.toml:2:35: sandbox.os.additional_directories[0].path is an "
		"integer; it must be a path\n");
	refuse("[sandbox.os]\ncommand_tools = [{tool = 'a b'}]\n",
		"seal-exec: seal.toml:2:26: sandbox.os.command_tools[0].tool: 'a b' is not a name "
		"(letters, digits, . _ + - @)\n");
	refuse("[sandbox.os]\ncommand_tools = [{tool = 'x', bundles = [1]}]\n",
		"seal-exec: seal.toml:2:42: sandbox.os.command_tools[0].bundles[0] is an integer; "
		"it must be a name\n");
	refuse("[sandbox.os]\ncommand_tools = [{tool = 'x', k = ['on']}]\n",
		"seal-exec: seal.toml:2:35: sandbox.os.command_tools[0].k is an array; it must be "
		"true, false or a string\n");
}

int main(void)
{
	test_nothing();
	test_settings();
	test_grants();
	test_absent_and_empty();
	test_tools();
	test_tool_tables();
	test_whole();
	test_rest();
	test_faults();
	return done_testing();
}
