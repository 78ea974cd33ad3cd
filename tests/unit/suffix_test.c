/*
 * Public suffixes, and what they keep out of a list of domains: in manifests, whoever wrote them,
 * and in bundles. Each refusal has a neighbour that passes.
 */
#include <stdlib.h>

#include "base/suffix.h"
#include "read/bundle.h"
#include "read/domain.h"
#include "read/manifest.h"
#include "tap.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void test_suffixes(void)
{
	static const struct {
		const char *name;
		bool is_public, is_registry;
	} rows[] = {
		{"com", true, true},
		{"COM", true, true},
		{"uk", true, true},
		{"co.uk", true, true},
		{"Co.Uk", true, true},
		{"github.io", true, false},
		{"GitHub.IO", true, false},
		{"s3.amazonaws.com", true, false},
		{"xn--p1ai", true, true},
		{"anything.ck", true, true}, /* *.ck */
		{"www.ck", false, false},    /* !www.ck */
		{"test", true, false},       /* on no list */
		{"localhost", true, false},
		{"wild.test", false, false},
		{"example.com", false, false},
		{"example.co.uk", false, false},
		{"user.github.io", false, false},
		{"github.com", false, false},
		{"a.b.c.d.example.com", false, false},
		/* libpsl alone would say yes to some of these */
		{"", false, false},
		{".", false, false},
		{".com", false, false},
		{"com.", false, false},
		{"co..uk", false, false},
		{"*.com", false, false},
		{"1.2.3.4", false, false},
		{"127.1", false, false},
		{"0", false, false},
		{"::1", false, false},
		{"[::1]", false, false},
		{"com\n", false, false},
		{"c\303\266m", false, false},
	};
	char longest[400];
	size_t i;

	for (i = 0; i < COUNT(rows); i++) {
		is_int(suffix_is_public(rows[i].name), rows[i].is_public, "public: '%s'",
			rows[i].name);
		is_int(suffix_is_registry(rows[i].name), rows[i].is_registry, "registry: '%s'",
			rows[i].name);
	}
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	ok(!suffix_is_public(longest), "what is too long for a name is none");
}

#define SUFFIX(host)                                                                             \
	"would open every name of a public suffix (" host "), where anybody can have one; name " \
	"the hosts"
#define NO_HOST     "is a public suffix and no host; name the hosts"
#define LOOPBACK    "is loopback, which is never dialled; use host_localhost_ports"
#define NEVER(kind) "is never dialled, for the address is " kind "; remove it"

static const struct {
	const char *entry, *fault;
} entries[] = {
	{"*.github.io", SUFFIX("github.io")},
	{"*.GitHub.io:443", SUFFIX("github.io")},
	{"*.co.uk", SUFFIX("co.uk")},
	{"*.pages.dev", SUFFIX("pages.dev")},
	{"*.kawasaki.jp", SUFFIX("kawasaki.jp")},
	{"*.user.github.io", NULL},
	{"*.example.co.uk", NULL},
	{"*.wild.test", NULL},
	{"com", NO_HOST},
	{"co.uk:8443", NO_HOST},
	{"CO.UK", NO_HOST},
	{"github.io", NULL},
	{"localhost", NULL},
	{"localhost:3000", NULL},
	{"app.localhost", NULL},
	{"*.app.localhost", NULL},
	{"notlocalhost", NULL},
	{"buildhost", NULL},
	{"example.com", NULL},
	{"127.0.0.1", LOOPBACK},
	{"127.255.255.254:8080", LOOPBACK},
	{"[::1]", LOOPBACK},
	{"[::ffff:127.0.0.1]:443", LOOPBACK},
	{"[64:ff9b::7f00:1]", LOOPBACK},
	{"0.0.0.0", NEVER("unspecified")},
	{"[::]:80", NEVER("unspecified")},
	{"169.254.169.254", NEVER("link-local")},
	{"[fe80::1]", NEVER("link-local")},
	{"224.0.0.1", NEVER("multicast")},
	{"[ff02::1]", NEVER("multicast")},
	{"255.255.255.255", NEVER("broadcast")},
	{"198.18.0.1", NEVER("reserved")},
	{"10.0.0.1", NULL},
	{"192.168.1.1:8443", NULL},
	{"100.64.0.1", NULL},
	{"[fd00::1]:443", NULL},
	{"192.0.2.1", NULL},
	{"[2001:db8::1]", NULL},
};

/* ENTRY, the only one of a manifest's list after PREFIX, has FAULT. */
static void manifest_says(const char *prefix, const char *entry, const char *suffix,
	enum origin_kind kind, const char *fault)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct strbuf got = STRBUF_INIT;
	struct manifest m;
	const char *want, *text = arena_printf(&arena, "\n%s'%s'%s\n", prefix, entry, suffix);
	bool good = manifest_read(&m, kind, "seal.toml", text, strlen(text), &arena, &diags);

	want = fault ? arena_printf(&arena, "seal-exec: seal.toml:2:%zu: '%s' %s\n",
			       strlen(prefix) + 1, entry, fault)
		     : "";
	strbuf_adds(&got, "");
	diag_render(&diags, &got);
	is_str(got.s, want, "%s'%s'%s", prefix, entry, suffix);
	is_int(good, !fault, "and the answer");
	strbuf_release(&got);
	arena_release(&arena);
}

static void bundle_says(const char *rest, const char *want)
{
	struct arena arena = ARENA_INIT;
	struct diags diags = {.arena = &arena};
	struct strbuf got = STRBUF_INIT;
	struct bundle b;
	const char *text = arena_printf(&arena, "name = 'x'\nsummary = 's'\n%s", rest);
	bool good = bundle_read(&b, ORIGIN_BUNDLE, "x.toml", text, strlen(text), &arena, &diags);

	strbuf_adds(&got, "");
	diag_render(&diags, &got);
	is_str(got.s, want, "the faults of %s", rest);
	is_int(good, !*want, "and the answer");
	strbuf_release(&got);
	arena_release(&arena);
}

static void test_entries(void)
{
	struct arena arena = ARENA_INIT;
	size_t i;

	for (i = 0; i < COUNT(entries); i++) {
		const char *e = entries[i].entry, *fault = entries[i].fault;

		is_str(domain_fault(e, NULL, &arena), fault, "domain_fault('%s')", e);
		manifest_says("sandbox.os.network.domains = [", e, "]", ORIGIN_MANIFEST, fault);
		manifest_says("sandbox.os.command_tools = [{tool = 'x', domains = [", e, "]}]",
			ORIGIN_MANIFEST, fault);
		manifest_says("sandbox.os.network.domains = [", e, "]", ORIGIN_CONFIG, fault);
		bundle_says(arena_printf(&arena, "domains = [{name = '%s'}]\n", e),
			fault ? arena_printf(&arena, "seal-exec: x.toml:3:12: '%s' %s\n", e, fault)
			      : "");
	}
	/* What has not even the form is told once, by the form's own check. */
	is_str(domain_fault("*.com", NULL, &arena), NULL, "*.com has another fault");
	manifest_says("sandbox.os.network.domains = ['a.org', ", "*.github.io", ", 'b.org']",
		ORIGIN_MANIFEST, SUFFIX("github.io"));
	arena_release(&arena);
}

static void test_exemptions(void)
{
#define IO "seal-exec: x.toml:3:12: '*.github.io' " SUFFIX("github.io") "\n"
	bundle_says("domains = ['*.github.io']\npsl_exemptions = ['github.io']\n", "");
	bundle_says("psl_exemptions = ['github.io']\ndomains = ['*.github.io:443']\n", "");
	bundle_says("domains = ['*.github.io']\n", IO);
	bundle_says("domains = ['*.github.io']\npsl_exemptions = ['pages.dev']\n",
		IO "seal-exec: x.toml:4:19: psl_exemptions: no entry of domains is *.pages.dev; "
		   "remove it\n");
	bundle_says("domains = ['github.io']\npsl_exemptions = ['github.io']\n",
		"seal-exec: x.toml:4:19: psl_exemptions: no entry of domains is *.github.io; "
		"remove it\n");
	bundle_says("domains = ['*.example.org']\npsl_exemptions = ['example.org']\n",
		"seal-exec: x.toml:4:19: psl_exemptions: 'example.org' is no public suffix; "
		"remove it\n");
	/* The exact suffix of a registry is no host, whatever is exempted. */
	bundle_says("domains = ['*.co.uk', 'co.uk']\npsl_exemptions = ['co.uk']\n",
		"seal-exec: x.toml:3:23: 'co.uk' " NO_HOST "\n");
}

int main(void)
{
	test_suffixes();
	test_entries();
	test_exemptions();
	return done_testing();
}
