/*
 * A bundle as it is shown: everything that its file says is there, for people and in JSON, and on a
 * terminal no line is longer than that. And the catalogue's own, all of them.
 */
#include "fixture.h"
#include "json.h"
#include "read/bundle.h"
#include "render/bundle.h"
#include "tap.h"

static const char everything[] =
	"name = 'x'\nsummary = 'a tool'\ncommands = ['x', 'xx']\nprefixes = ['y x']\n"
	"named_only = true\nuses = ['cc', {name = 'gh', when = 'auto'}]\n"
	"psl_exemptions = ['github.io']\n"
	"read = ['~/a', {path = '~/b', why = 'because of b', when = '!fetch', os = 'macos'},\n"
	"	{path = '~/.ssh/config', why = 'hosts'}]\n"
	"write = [{path = '~/c', when = 'fetch', make = true, cache = 'checked', why = "
	"'verified'},\n"
	"	{path = '~/d', cache = 'unchecked', why = 'trusted'},\n"
	"	{path = '~/e', escape = true, why = 'all of it'},\n"
	"	{path = '~/bin', inert = true, when = 'mode=on', why = 'no programs'}]\n"
	"project_write = [{path = '.x', why = 'state'}]\ncopy = ['/etc/x']\n"
	"env = ['X_A', 'X_B', {name = 'X_*', why = 'the rest'}]\n"
	"set = [{name = 'X_SET', value = 'to this', why = 'or else'}]\n"
	"domains = [{name = '*.github.io', why = 'pages'}, 'x.org:22']\n"
	"host_ports = [{port = 4226, when = '!mode=on', why = 'its server'}]\n"
	"unix_socket_connects = [{path = '/run/x', why = 'its agent'}]\n"
	"dbus = [{rule = '--call=a.b=*', why = 'an item'}]\n"
	"credentials = [{name = 'keychain', os = 'macos', escape = true, why = 'a login'}]\n"
	"knobs.fetch = {type = 'bool', default = true, why = 'fetches'}\n"
	"knobs.mode = {type = 'enum', values = ['off', 'on'], default = 'off', why = 'modes'}\n"
	"knobs.auto = {type = 'auto', needs = 'gh', why = 'asks gh'}\n"
	"knobs.more = {type = 'auto', why = 'others'}\n";

/* What an 80-column terminal shows of it, exactly. */
static const char page[] =
	"x: a tool\n"
	"from x.toml\n"
	"Not enabled here: it holds only where command_tools names it.\n"
	"\ncommands\n  x, xx\n  y x\n"
	"\nuses, without their hosts and ports\n  cc\n  gh (with auto)\n"
	"\nreads\n  ~/a\n"
	"  ~/b (only on macOS, without fetch)\n      because of b\n"
	"  ~/.ssh/config\n      hosts\n"
	"\nwrites\n"
	"  ~/c (with fetch, made if missing, a cache that builds outside use, checked\n"
	"  there)\n      verified\n"
	"  ~/d (a cache that builds outside use, unchecked)\n      trusted\n"
	"  ~/e (an escape)\n      all of it\n"
	"  ~/bin (with mode = \"on\")\n      no programs\n"
	"\nwrites in the project, even in a read-only one\n  .x\n      state\n"
	"\nreads a copy of\n  /etc/x\n"
	"\nenvironment: variables of yours that pass\n  X_A, X_B\n  X_*\n      the rest\n"
	"\nenvironment: what is set unless yours passes\n  X_SET=to this\n      or else\n"
	"\nnetwork: hosts, unless the entry in command_tools names others\n"
	"  *.github.io\n      pages\n  x.org:22\n"
	"\nports of this machine's localhost\n  4226 (without mode = \"on\")\n      its server\n"
	"\nUnix sockets that it connects to\n  /run/x\n      its agent\n"
	"\nsession bus: what its proxy lets pass\n  --call=a.b=*\n      an item\n"
	"\nsecret stores\n  keychain (only on macOS, an escape)\n      a login\n"
	"\nsettings, as in command_tools = [{ tool = \"x\", fetch = ... }]\n"
	"  fetch = true or false; true if omitted\n      fetches\n"
	"  mode = \"off\" or \"on\"; off if omitted\n      modes\n"
	"  auto = true or false; omitted: true if gh is enabled by name too\n      asks gh\n"
	"  more = true or false\n      others\n"
	"\nnot there, as for every command\n"
	"  ~/.gnupg, ~/.ssh (but for what is named above)\n";

static void test_page(void)
{
	struct grant stores[] = {{.value = "~/.gnupg"}, {.value = "/etc"}, {.value = "~/.ssh"}};
	const struct grants secrets = {.v = stores, .n = 3};
	struct listed l = {.state = BUNDLE_NAMED};
	struct strbuf out = STRBUF_INIT, json = STRBUF_INIT;
	struct run *r = run_new();
	struct bundle b;

	ok(bundle_read(&b, ORIGIN_BUNDLE, "x.toml", everything, sizeof everything - 1, &r->arena,
		   &r->diags),
		"a bundle with everything");
	l.bundle = &b;
	render_bundle(&l, &secrets, 80, &out);
	is_str(out.s, page, "as 80 columns show it");
	render_bundle_json(&l, &json);
	ok(json_valid(json.s), "as JSON");
	ok(strstr(json.s,
		   "{\"kind\":\"write\",\"value\":\"~/c\",\"text\":null,\"when\":\"fetch\","
		   "\"os\":null,\"make\":true,\"cache\":\"checked\",\"escape\":false,"
		   "\"inert\":false,\"twin\":false,\"own\":false,\"why\":\"verified\",\"line\":"
		   "10}"),
		"a grant");
	ok(strstr(json.s,
		   "{\"name\":\"auto\",\"type\":\"auto\",\"default\":null,\"values\":[],"
		   "\"needs\":\"gh\",\"why\":\"asks gh\"}"),
		"a setting");
	strbuf_release(&out);
	strbuf_release(&json);
	run_free(r);
}

/* Of the lines that could be folded: those of more than one word. */
static size_t longest_line(const char *text)
{
	size_t most = 0, n, blanks;

	for (; *text; text += n + (text[n] == '\n')) {
		n = strcspn(text, "\n");
		blanks = strspn(text, " ");
		if (n > most && blanks + strcspn(text + blanks, " \n") < n)
			most = n;
	}
	return most;
}

/* No grant of the catalogue is left out of what is shown of it. */
static void check_shown(const struct bundle *b)
{
	const struct listed l = {.bundle = b};
	struct strbuf wide = STRBUF_INIT, narrow = STRBUF_INIT, json = STRBUF_INIT;
	const struct grant *g;
	const char *missing = NULL;

	render_bundle(&l, &catalog_refusals.secrets, 0, &wide);
	render_bundle(&l, &catalog_refusals.secrets, 80, &narrow);
	render_bundle_json(&l, &json);
	vec_each (g, &b->grants)
		if (!strstr(wide.s, g->value) || (g->from.why && !strstr(wide.s, g->from.why)))
			missing = g->value;
	ok(!missing, "%s: all is shown (%s)", b->name, missing ? missing : "all");
	ok(longest_line(narrow.s) <= 80, "%s: in 80 columns", b->name);
	ok(json_valid(json.s), "%s: JSON", b->name);
	strbuf_release(&wide);
	strbuf_release(&narrow);
	strbuf_release(&json);
}

static void test_catalogue(void)
{
	struct run *r = run_new();
	size_t n = r->catalog.index.n, i;
	struct listed *all = arena_calloc(&r->arena, n, sizeof *all);
	struct strbuf lines = STRBUF_INIT, json = STRBUF_INIT;

	for (i = 0; i < n; i++) {
		all[i].bundle = catalog_load(&r->catalog, r->catalog.index.v[i].name, &r->diags);
		check_shown(all[i].bundle);
	}
	render_bundles(all, n, 60, &lines);
	is_int((long long)longest_line(lines.s), 60, "lines are cut");
	lines.len = 0;
	render_bundles(all, n, 0, &lines);
	ok(strstr(lines.s, "\ncargo        enabled  Rust: cargo"), "in columns");
	ok(strstr(lines.s, "rustfmt, sccache)\n"), "or whole");
	render_bundles_json(all, n, &json);
	ok(json_valid(json.s), "all as JSON");
	strbuf_release(&lines);
	strbuf_release(&json);
	run_free(r);
}

int main(void)
{
	test_page();
	test_catalogue();
	return done_testing();
}
