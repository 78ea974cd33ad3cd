#include "doctor/remedy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct finder {
	struct diagnosis *d;
	const struct machine *m;
	struct arena *arena;
};

static void add(struct finder *f, const char *code, const char *what, const char *how)
{
	*vec_push(f->arena, &f->d->remedies) = (struct remedy){code, what, how};
}

static bool missing(const struct finder *f, uint32_t layers)
{
	return layers & f->d->layers.wanted & ~f->d->layers.active;
}

/* How this distribution installs PACKAGE. */
static const char *install(const struct finder *f, const char *package)
{
	static const struct {
		const char *id, *command;
	} rows[] = {
		{"debian", "apt install"},
		{"ubuntu", "apt install"},
		{"fedora", "dnf install"},
		{"rhel", "dnf install"},
		{"arch", "pacman -S"},
		{"suse", "zypper install"},
		{"opensuse", "zypper install"},
		{"alpine", "apk add"},
		{"gentoo", "emerge"},
		{"void", "xbps-install"},
		{"nixos", "nix-env -iA"},
	};
	size_t i, j;

	for (i = 0; i < f->m->ids.n; i++)
		for (j = 0; j < sizeof rows / sizeof *rows; j++)
			if (strcmp(f->m->ids.v[i], rows[j].id) == 0)
				return arena_printf(
					f->arena, "as root: %s %s", rows[j].command, package);
	return arena_printf(f->arena, "install the package %s", package);
}

static void find_bwrap(struct finder *f)
{
	static const int least[2] = {0, 8};
	const char *version = f->m->bwrap_version;
	char *rest;
	long major;

	if (!f->m->bwrap) {
		const char *why = f->m->bwrap_why ? f->m->bwrap_why : "bwrap is not installed";

		if (strstr(why, "not installed"))
			add(f, "bwrap-missing", "bwrap is not installed", install(f, "bubblewrap"));
		else
			add(f, strstr(why, "setuid") ? "bwrap-setuid" : "bwrap-unusable", why,
				arena_printf(
					f->arena, "or replace it; %s", install(f, "bubblewrap")));
		return;
	}
	major = version ? strtol(version, &rest, 10) : -1;
	if (major == least[0] && *rest == '.' && strtol(rest + 1, NULL, 10) < least[1])
		add(f, "bwrap-old",
			arena_printf(f->arena, "%s is version %s, and 0.8.0 is the least",
				f->m->bwrap, version),
			install(f, "bubblewrap"));
}

/* Systems that are none of Linux, whatever they look like. */
static void find_system(struct finder *f)
{
	if (f->m->wsl1)
		add(f, "wsl1", "this is WSL 1, which has no namespaces",
			"in Windows: wsl --set-version DISTRIBUTION 2 (wsl -l -v names them)");
	if (f->m->gvisor)
		add(f, "gvisor", "this is gVisor, which has no Landlock",
			"start the container with another runtime (docker run --runtime=runc), or "
			"use a virtual machine");
}

static void find_switches(struct finder *f)
{
	if (f->m->userns_clone == 0)
		add(f, "userns-clone", "kernel.unprivileged_userns_clone is 0",
			"as root: echo kernel.unprivileged_userns_clone=1 "
			">/etc/sysctl.d/60-userns.conf && sysctl --system");
	if (f->m->max_userns == 0)
		add(f, "userns-max", "user.max_user_namespaces is 0",
			"as root: echo user.max_user_namespaces=10000 "
			">/etc/sysctl.d/60-userns.conf && sysctl --system");
	if (f->m->apparmor_userns > 0)
		add(f, "userns-apparmor",
			"kernel.apparmor_restrict_unprivileged_userns is 1: AppArmor gives "
			"namespaces only to programs that have a profile for it",
			arena_printf(f->arena,
				"as root, write into /etc/apparmor.d/bwrap: 'abi <abi/4.0>, "
				"include <tunables/global> profile bwrap %s flags=(unconfined) { "
				"userns, }', and: apparmor_parser -r /etc/apparmor.d/bwrap",
				f->m->bwrap ? f->m->bwrap : "/usr/bin/bwrap"));
}

static void find_container(struct finder *f)
{
	static const char docker[] =
		"start the container with --security-opt seccomp=unconfined (or a profile that "
		"allows clone, unshare, mount, umount2, pivot_root, setns and keyctl's refusal to "
		"be ours), and with --security-opt systempaths=unconfined --security-opt "
		"apparmor=unconfined";

	if (!missing(f, LAYERS_NAMESPACES | LAYER_BIT(VIEW) | LAYER_BIT(HELD) | LAYER_BIT(SECCOMP)))
		return;
	if (f->m->filtered)
		add(f, "outer-filter",
			"a filter of system calls is around this process already, as Docker and "
			"podman have it",
			docker);
	else if (f->m->container && !f->d->remedies.n)
		add(f, "container", "this is a container, whose engine may refuse namespaces",
			docker);
}

static void find_landlock(struct finder *f)
{
	int abi = f->m->landlock;

	if (!missing(f, LAYER_BIT(LANDLOCK)) && abi >= LANDLOCK_FLOOR)
		return;
	if (abi == -EOPNOTSUPP)
		add(f, "landlock-off",
			arena_printf(f->arena, "Landlock is built in but not on (lsm=%s)",
				f->m->lsm ? f->m->lsm : "..."),
			arena_printf(f->arena,
				"add to the kernel's command line, and boot again: lsm=landlock,%s",
				f->m->lsm ? f->m->lsm
					  : "... (with what /sys/kernel/security/lsm says)"));
	else if (abi < 0)
		add(f, "landlock-missing", "this kernel has no Landlock",
			"use a kernel of 5.19 or later with CONFIG_SECURITY_LANDLOCK and landlock "
			"in "
			"its lsm= list; in a container, one whose engine lets landlock_* pass");
	else if (abi < LANDLOCK_FLOOR)
		add(f, "landlock-old", arena_printf(f->arena, "Landlock is too old: ABI %d", abi),
			"use a kernel of 5.19 or later");
}

void remedies_find(struct diagnosis *d, struct arena *arena)
{
	struct finder f = {.d = d, .m = d->machine, .arena = arena};
	enum layer first = layers_missing(d->layers.wanted, d->layers.active);

	if (diagnosis_full(d))
		return;
	find_bwrap(&f);
	find_system(&f);
	if (missing(&f, LAYERS_NAMESPACES))
		find_switches(&f);
	find_container(&f);
	find_landlock(&f);
	if (d->machine->memfd_noexec == 2)
		add(&f, "memfd-noexec", "vm.memfd_noexec is 2: nothing is executed from memory",
			"as root: sysctl -w vm.memfd_noexec=1");
	if (!d->remedies.n && !d->started && d->said && *d->said)
		add(&f, "refused", "the run was refused", "see its message above");
	else if (!d->remedies.n && first < LAYERS)
		add(&f, layer_rows[first].name,
			arena_printf(arena, "%s is not active", layer_rows[first].name),
			layer_rows[first].remedy);
	else if (!d->remedies.n)
		add(&f, "not-held", "a probe was not held, or could not be tried",
			"please report it, with the output of seal-exec doctor --json");
}
