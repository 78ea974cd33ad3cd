/*
 * machine: what a sandbox needs of the system, and the switches by which systems refuse it.
 */
#ifndef SEAL_MODEL_MACHINE_H
#define SEAL_MODEL_MACHINE_H

#include "base/strvec.h"
#include "model/limits.h"

/* A switch that is not there. */
enum { NO_SWITCH = -1 };

struct machine {
	const char *kernel;        /* its release */
	const char *distribution;  /* as os-release(5) names it, "" if it does not */
	struct strvec ids;         /* ID and ID_LIKE of the same */
	int landlock;              /* the ABI, or -errno */
	const char *lsm;           /* the security modules that are on, NULL if it is not said */
	const char *bwrap;         /* its path, NULL if none may be used */
	const char *bwrap_why;     /* then: why */
	const char *bwrap_version; /* "0.8.0", NULL if it does not say */
	const char *bus_proxy;     /* xdg-dbus-proxy, in the same way */
	const char *bus_proxy_why, *bus_proxy_version;
	bool bind_fd; /* this build uses bwrap's binds by descriptor */

	/* Numbers of /proc/sys, NO_SWITCH without. */
	long userns_clone, max_userns, apparmor_userns, memfd_noexec;

	bool wsl1, gvisor;
	bool container; /* some engine's marks are there */
	bool filtered;  /* a filter of system calls is around this process already */
	struct limit_facts limits;
};

#endif
