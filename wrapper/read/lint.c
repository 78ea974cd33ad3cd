#include "read/lint.h"

#include <string.h>

#include "base/path.h"
#include "base/pattern.h"

enum { SUMMARY_MIN = 4, SUMMARY_MAX = 72 };

/* --- Paths ------------------------------------------------------------------------------------ */

/* VALUE without needless slashes and dots; the home is a folder of the root, whatever its name. The
 * schema has refused what climbs. */
static const char *plain_path(const char *value, struct arena *arena)
{
	const char *path = path_absolute(arena, "/", value);

	return path ? path : value;
}

/* The entry of LIST that PATH is, or that lies in PATH; NULL for none. */
static const struct grant *held_by(const char *path, const struct grants *list, struct arena *arena)
{
	const struct grant *g;

	vec_each (g, list)
		if (path_under(plain_path(g->value, arena), path))
			return g;
	return NULL;
}

/* The entry of LIST that PATH lies in. */
static const struct grant *holder_of(
	const char *path, const struct grants *list, struct arena *arena)
{
	const struct grant *g;

	vec_each (g, list)
		if (path_under(path, plain_path(g->value, arena)))
			return g;
	return NULL;
}

/* Why PATH, which is granted for reading or writing, may not be; NULL if it may. */
static const char *path_fault(
	const char *path, const struct refusals *refusals, struct arena *arena)
{
	static const char *const homes[] = {"/home", "/root", "/Users"};
	const struct grant *g = holder_of(path, &refusals->beneath, arena);
	size_t i;

	for (i = 0; i < sizeof homes / sizeof *homes; i++)
		if (path_under(homes[i], path))
			return "people's homes are there";
	if (g || (g = held_by(path, &refusals->roots, arena)) ||
		(g = held_by(path, &refusals->secrets, arena)))
		return g->from.why;
	return NULL;
}

static void check_path(const struct grant *g, const struct refusals *refusals, struct diags *diags)
{
	const char *path = plain_path(g->value, diags->arena), *fault;

	if (g->flags & GRANT_IN_PROJECT || (g->kind != GRANT_READ && g->kind != GRANT_WRITE))
		return;
	fault = path_fault(path, refusals, diags->arena);
	if (fault)
		diag_add(diags, g->from.at, "'%s' is granted by no bundle: %s; name what is needed",
			g->value, fault);
}

/* --- What runs later, outside ----------------------------------------------------------------- */

/* Folders that programs are run from, or that say what to run. */
static const char *const later_names[] = {
	".config",
	"addons",
	"autostart",
	"bin",
	"completions",
	"extensions",
	"functions",
	"hooks",
	"libexec",
	"plugins",
	"profiles",
	"sbin",
	"shims",
	"systemd",
};

/* What files are called that say what to run. */
static const char *const later_endings[] = {
	".bash",
	".cfg",
	".conf",
	".fish",
	".ini",
	".json",
	".jsonc",
	".kdl",
	".lua",
	".sh",
	".toml",
	".yaml",
	".yml",
	".zsh",
	"_profile",
	"config",
	"rc",
};

/* True if the N bytes at S are one of later_names. */
static bool is_later_name(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof later_names / sizeof *later_names; i++)
		if (strlen(later_names[i]) == n && memcmp(later_names[i], s, n) == 0)
			return true;
	return false;
}

static bool has_ending(const char *s, const char *ending)
{
	size_t n = strlen(s), m = strlen(ending);

	return n >= m && strcmp(s + n - m, ending) == 0;
}

/* A guess by the last two parts of PATH: is it programs, or configuration? */
static bool runs_later(const char *path, struct arena *arena)
{
	const char *last = path_base(path);
	const char *above = path_base(path_parent(arena, path));
	size_t i;

	if (is_later_name(last, strlen(last)) || is_later_name(above, strlen(above)))
		return true;
	for (i = 0; i < sizeof later_endings / sizeof *later_endings; i++)
		if (has_ending(last, later_endings[i]))
			return true;
	return false;
}

static const struct knob *find_knob(const struct bundle *b, const char *name)
{
	const struct knob *k;

	vec_each (k, &b->knobs)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

/* True if G holds only with `install`, a setting that is off by itself. */
static bool is_install(const struct bundle *b, const struct grant *g)
{
	const struct knob *k = find_knob(b, "install");

	return k && k->type == KNOB_BOOL && k->initial && strcmp(k->initial, "false") == 0 &&
		g->when && strcmp(g->when, "install") == 0;
}

static void check_later(const struct bundle *b, const struct grant *g, struct diags *diags)
{
	const char *path = plain_path(g->value, diags->arena);
	bool later = runs_later(path, diags->arena);

	if (g->kind != GRANT_WRITE || g->flags & GRANT_IN_PROJECT)
		return;
	if (g->flags & GRANT_INERT && !later)
		diag_add(diags, g->from.at,
			"inert: '%s' does not look like programs or configuration; remove it",
			g->value);
	else if (later && !(g->flags & (GRANT_INERT | GRANT_ESCAPE)) && !is_install(b, g))
		diag_add(diags, g->from.at,
			"'%s' looks like programs or configuration, which run later outside; add "
			"when = \"install\" (a setting that is false by itself), or escape = true, "
			"or inert = true if it is neither",
			g->value);
}

void lint_safety(const struct bundle *b, const struct refusals *refusals, struct diags *diags)
{
	const struct grant *g;

	vec_each (g, &b->grants) {
		if (!g->value)
			continue; /* told already */
		if (grant_is_path(g->kind))
			check_path(g, refusals, diags);
		check_later(b, g, diags);
	}
}

/* --- Reasons ---------------------------------------------------------------------------------- */

/* What about the variable GLOB needs a reason; NULL if nothing does. */
static const char *variable_needs_why(const char *glob)
{
	static const char *const words[] = {"CREDENTIAL", "KEY", "PASS", "SECRET", "TOKEN",
		"credential", "key", "pass", "secret", "token"};
	size_t i;

	if (strchr(glob, '*'))
		return "a glob, which may pass a secret,";
	for (i = 0; i < sizeof words / sizeof *words; i++)
		if (strstr(glob, words[i]))
			return "a variable that carries a secret";
	return NULL;
}

/* What about G needs a reason, as the beginning of a sentence; NULL if nothing does. */
static const char *needs_why(
	const struct grant *g, const struct refusals *refusals, struct arena *arena)
{
	const struct grant *store;

	switch (g->kind) {
	case GRANT_READ:
		store = holder_of(plain_path(g->value, arena), &refusals->secrets, arena);
		return store && *store->value == '~' ? "what lies in a secret store" : NULL;
	case GRANT_COPY:
		return NULL;
	case GRANT_ENV:
		return variable_needs_why(g->value);
	case GRANT_DOMAIN:
		return *g->value == '*' ? "a wildcard" : NULL;
	case GRANT_WRITE:
		return "a grant to write";
	default:
		return "this";
	}
}

static void check_why(const struct grant *g, const struct refusals *refusals, struct diags *diags)
{
	const char *what = needs_why(g, refusals, diags->arena);

	if (what && !g->from.why)
		diag_add(diags, g->from.at, "'%s': %s needs a reason; add why", g->value, what);
}

/* --- Marks ------------------------------------------------------------------------------------ */

/* True if "cache" is anywhere in VALUE, in whatever case. */
static bool says_cache(const char *value)
{
	size_t i;

	for (; *value; value++) {
		for (i = 0; i < 5 && ascii_lower(value[i]) == "cache"[i]; i++)
			;
		if (i == 5)
			return true;
	}
	return false;
}

static bool is_cache(const struct grant *g)
{
	return g->flags & (GRANT_CHECKED | GRANT_UNCHECKED);
}

static void check_cache(const struct bundle *b, const struct grant *g, struct diags *diags)
{
	if (g->kind != GRANT_WRITE || g->flags & GRANT_IN_PROJECT)
		return;
	if (says_cache(g->value) && !is_cache(g) && !is_install(b, g))
		diag_add(diags, g->from.at,
			"'%s' is a cache; add cache = \"checked\" or \"unchecked\", and say in why "
			"what its users verify",
			g->value);
	if (is_cache(g) && find_knob(b, "fetch") && !g->when)
		diag_add(diags, g->from.at,
			"'%s' stays writable with fetch = false; add when = \"fetch\"", g->value);
}

/* What is protected lies in what is written: elsewhere nobody could write it. */
static void check_protect(const struct bundle *b, const struct grant *p, struct diags *diags)
{
	const char *path = plain_path(p->value, diags->arena), *writable;
	const struct grant *g;

	if (p->kind != GRANT_PROTECT)
		return;
	vec_each (g, &b->grants) {
		if (g->kind != GRANT_WRITE || g->flags & GRANT_IN_PROJECT || !g->value)
			continue;
		writable = plain_path(g->value, diags->arena);
		if (strcmp(path, writable) != 0 && path_under(path, writable))
			return;
	}
	diag_add(diags, p->from.at,
		"'%s' is protected, and no entry of write is around it; remove it", p->value);
}

/* A rule that opens all of a service or of the keyring, and a store as a whole, say that they do.
 */
static void check_whole(const struct grant *g, struct diags *diags)
{
	bool whole = g->kind == GRANT_CREDENTIAL ||
		(g->kind == GRANT_DBUS &&
			(strncmp(g->value, "--talk=", 7) == 0 ||
				strncmp(g->value, "--own=", 6) == 0 ||
				strstr(g->value, ".GetSecret")));

	if (whole && !(g->flags & GRANT_ESCAPE))
		diag_add(diags, g->from.at,
			"'%s' opens all of it; add escape = true, or name what is called",
			g->value);
}

/* Variables that load or start a program of somebody's choice, and what the run itself sets. */
static void check_variable(const struct grant *g, struct diags *diags)
{
	static const char *const never[] = {
		"BASH_ENV",
		"DBUS_SESSION_BUS_ADDRESS",
		"DYLD_INSERT_LIBRARIES",
		"DYLD_LIBRARY_PATH",
		"ENV",
		"GIT_ASKPASS",
		"GIT_CONFIG_COUNT",
		"GIT_EDITOR",
		"GIT_PAGER",
		"GIT_SSH_COMMAND",
		"HOME",
		"LD_AUDIT",
		"LD_LIBRARY_PATH",
		"LD_PRELOAD",
		"PYTHONSTARTUP",
		"SSH_ASKPASS",
		"SSH_AUTH_SOCK",
	};
	size_t i;

	if (g->kind != GRANT_ENV && g->kind != GRANT_SET)
		return;
	for (i = 0; i < sizeof never / sizeof *never; i++)
		if (glob_match(g->value, never[i]))
			diag_add(diags, g->from.at, "'%s' would pass %s, which no bundle does; %s",
				g->value, never[i],
				strchr(g->value, '*') ? "name the variables" : "remove it");
}

/* --- Order ------------------------------------------------------------------------------------ */

static bool is_same_list(const struct grant *a, const struct grant *b)
{
	return a->kind == b->kind && (a->flags & GRANT_IN_PROJECT) == (b->flags & GRANT_IN_PROJECT);
}

/* Entries of one value are twins unless setting or system tells them apart; a key of git's may have
 * several values, whose order counts. */
static bool are_twins(const struct grant *a, const struct grant *b)
{
	if (a->kind == GRANT_GIT_CONFIG && a->text && b->text && strcmp(a->text, b->text) != 0)
		return false;
	if (a->when && b->when && strcmp(a->when, b->when) != 0)
		return false;
	return !a->os || !b->os || a->os == b->os;
}

static int order(const struct grant *a, const struct grant *b)
{
	size_t n = strlen(a->value), m = strlen(b->value);

	if (a->kind == GRANT_HOST_PORT && n != m)
		return n < m ? -1 : 1;
	return strcmp(a->value, b->value);
}

static void check_order(const struct bundle *b, struct diags *diags)
{
	const struct grant *g, *before = NULL;
	int way;

	vec_each (g, &b->grants) {
		if (!g->value)
			continue;
		way = before && is_same_list(before, g) ? order(before, g) : -1;
		if (way > 0)
			diag_add(diags, g->from.at,
				"'%s' stands behind '%s'; sort the list by value", g->value,
				before->value);
		else if (way == 0 && are_twins(before, g))
			diag_add(
				diags, g->from.at, "'%s' stands there twice; remove one", g->value);
		before = g;
	}
}

static void check_words(
	const struct bundle *b, const char *what, const struct strvec *words, struct diags *diags)
{
	size_t i;

	for (i = 1; i < words->n; i++)
		if (strcmp(words->v[i - 1], words->v[i]) >= 0)
			diag_add(diags, b->at,
				"%s: '%s' stands behind '%s'; sort the list by value", what,
				words->v[i], words->v[i - 1]);
}

static void check_uses(const struct bundle *b, struct diags *diags)
{
	const struct use *u;

	vec_each (u, &b->uses)
		if (u > b->uses.v && u->name && u[-1].name && strcmp(u[-1].name, u->name) >= 0)
			diag_add(diags, u->at, "'%s' stands behind '%s'; sort the list by name",
				u->name, u[-1].name);
}

static void check_head(const struct bundle *b, struct diags *diags)
{
	size_t n = b->summary ? strlen(b->summary) : SUMMARY_MIN;
	const struct knob *k;

	if (n < SUMMARY_MIN || n > SUMMARY_MAX)
		diag_add(diags, b->at, "the summary has %zu bytes; write %d to %d", n, SUMMARY_MIN,
			SUMMARY_MAX);
	if (!b->commands.n && !b->prefixes.n)
		diag_add(diags, b->at, "no command is recognised by it; add commands");
	vec_each (k, &b->knobs)
		if (!k->from.why)
			diag_add(diags, k->from.at, "knob '%s' says not what it does; add why",
				k->name);
}

void lint_bundle(const struct bundle *b, const struct refusals *refusals, struct diags *diags)
{
	const struct grant *g;

	check_head(b, diags);
	check_words(b, "commands", &b->commands, diags);
	check_words(b, "prefixes", &b->prefixes, diags);
	check_words(b, "psl_exemptions", &b->psl_exemptions, diags);
	check_uses(b, diags);
	check_order(b, diags);
	lint_safety(b, refusals, diags);
	vec_each (g, &b->grants) {
		if (!g->value)
			continue;
		check_why(g, refusals, diags);
		check_cache(b, g, diags);
		check_protect(b, g, diags);
		check_whole(g, diags);
		check_variable(g, diags);
	}
}
