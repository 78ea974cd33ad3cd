#include "inner/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include "base/mutant.h"
#include "inner/landlock.h"
#include "inner/say.h"
#include "inner/seccomp.h"
#include "inner/sys.h"
#include "model/landlock_abi.h"
#include "model/layers.h"

static void add_rule(int ruleset, int abi, const char *rule)
{
	int error = landlock_add(ruleset, abi, (enum access_class)(rule[0] - '0'), rule + 1);
	char path[1024];

	if (error)
		REFUSE(-error, "Landlock takes no rule for ",
			printable(path, sizeof path, rule + 1));
}

/* True if one of the standard descriptors reads from a file that it may not write. */
static bool reads_file(void)
{
	int fd;

	for (fd = 0; fd < 3; fd++) {
		struct statx st = {0};
		long flags = SYS2(SYS_fcntl, fd, F_GETFL);

		if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY &&
			SYS5(SYS_statx, fd, "", AT_EMPTY_PATH, STATX_TYPE, &st) == 0 &&
			S_ISREG(st.stx_mode))
			return true;
	}
	return false;
}

/* LANDLOCK_FLOOR at least, and more where only Landlock holds, or the run ends. */
static int ask_landlock(const struct orders *o)
{
	const char *remedy = layer_rows[LAYER_LANDLOCK].remedy;
	int abi = landlock_abi();

	if (abi == -EOPNOTSUPP)
		REFUSE(0,
			"Landlock is switched off here, so the command was not started; add "
			"landlock to the kernel's lsm= list");
	if (abi <= 0)
		REFUSE(0, "this kernel has no Landlock, so the command was not started; ", remedy);
	if (abi < LANDLOCK_FLOOR ||
		(abi < LANDLOCK_TRUNCATES && o->head.flags & ORDERS_NO_NAMESPACES))
		REFUSE(0, "this kernel's Landlock is too old (ABI ",
			(const char[]){(char)('0' + abi), '\0'},
			"), so the command was not started; ", remedy);
	if (abi < LANDLOCK_TRUNCATES && reads_file())
		REFUSE(0,
			"this kernel's Landlock cannot keep the command from emptying the file "
			"that "
			"it reads as standard input, so it was not started; give it through a pipe "
			"(cat FILE | ...), or use a kernel of 6.2 or later");
	return abi;
}

/* The ports behind the rules, one after the other. */
static void add_ports(const struct orders *o, int ruleset, struct wire *w)
{
	const char *p;
	uint64_t port;
	uint32_t i;
	int error;

	for (i = 0; i < o->head.ports; i++) {
		port = 0;
		for (p = wire_get_str(w); p && *p; p++)
			port = port * 10 + (uint64_t)(*p - '0');
		error = landlock_add_port(ruleset, port);
		if (error)
			REFUSE(-error, "Landlock takes no rule for a port");
	}
}

static uint64_t net_rights(uint32_t flags)
{
	return (flags & ORDERS_PORTS ? NET_CONNECT_TCP : 0) |
		(flags & ORDERS_NO_BIND ? NET_BIND_TCP : 0);
}

static void apply_landlock(const struct orders *o)
{
	struct wire rules = o->rules;
	int abi, ruleset, error;
	const char *rule;
	uint32_t i;

	if (WITHOUT(LANDLOCK))
		return;
	abi = ask_landlock(o);
	ruleset = landlock_begin(abi, net_rights(o->head.flags));
	if (ruleset < 0)
		REFUSE(-ruleset, "Landlock takes no ruleset, so the command was not started");
	for (i = 0; i < o->head.rules; i++) {
		rule = wire_get_str(&rules);
		if (rule)
			add_rule(ruleset, abi, rule);
		else
			REFUSE(0, "the orders of this run are damaged");
	}
	add_ports(o, ruleset, &rules);
	landlock_add_stdio(ruleset, abi);
	error = landlock_enforce(ruleset);
	if (error == -E2BIG)
		REFUSE(0,
			"runs are nested too deep: the kernel takes 16 layers of Landlock, so "
			"the command was not started; start it further out");
	if (error)
		REFUSE(-error, "Landlock cannot be enforced, so the command was not started");
	SYS1(SYS_close, ruleset);
}

/*
 * What this process has done or sees itself. Of the view, that its root is what bwrap seals last:
 * a root of memory that cannot be written. A host's root is neither.
 */
uint32_t gate_see(const char *const *envp)
{
	const unsigned long read_only = 1, memory = 0x01021994; /* ST_RDONLY, TMPFS_MAGIC */
	uint32_t seen = LAYER_BIT(DESCRIPTORS) | (WITHOUT(VIEW) ? LAYER_BIT(VIEW) : 0);
	struct statfs st = {0};

	if (SYS2(SYS_statfs, "/", &st) == 0 && (unsigned long)st.f_type == memory &&
		(unsigned long)st.f_flags & read_only)
		seen |= LAYER_BIT(VIEW);
	/* bwrap is started with none, and says itself where it stands. */
	for (; *envp; envp++) {
		const char *e = *envp;

		if (e[0] != 'P' || e[1] != 'W' || e[2] != 'D' || e[3] != '=')
			return seen;
	}
	return seen | LAYER_BIT(ENVIRONMENT);
}

static void load_filter(const struct orders *o)
{
	int error = WITHOUT(SECCOMP) ? 0 : seccomp_apply(o->head.debug, o->head.flags);

	if (error)
		REFUSE(-error,
			"the system call filter cannot be loaded, so the command was not "
			"started; ",
			layer_rows[LAYER_SECCOMP].remedy);
}

static uint32_t pass(const struct orders *o, uint32_t active)
{
	enum layer missing;

	if (SYS5(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		active |= LAYER_BIT(PRIVILEGES);
	if (SYS5(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0, 0) == 2 || WITHOUT(SECCOMP))
		active |= LAYER_BIT(SECCOMP);
	missing = layers_missing(o->head.wanted, active);
	if (missing != LAYERS && !WITHOUT(GATE))
		REFUSE(0, "the layer \"", layer_rows[missing].name,
			"\" is not active, so the command was not started; ",
			layer_rows[missing].remedy);
	return active;
}

static void say_layers(uint32_t active)
{
	const char *parts[2 * LAYERS + 2] = {"layers:"}, **p = parts + 1;
	unsigned i;

	for (i = 0; i < LAYERS; i++)
		if (active & (uint32_t)1 << i) {
			*p++ = " ";
			*p++ = layer_rows[i].name;
		}
	say(0, parts);
}

uint32_t gate_pass(const struct orders *o, uint32_t active)
{
	apply_landlock(o);
	active |= LAYER_BIT(LANDLOCK);
	load_filter(o);
	active = pass(o, active);
	if (o->head.facts.verbose)
		say_layers(active);
	return active;
}
