/*
 * around: a question to the filter of a run, asked by a run inside it.
 *
 * Inside a run no namespace can be made, so a second run there is another thing, and has to know.
 * A variable or a file that says so could be anybody's. So the kernel is asked: with the number of
 * a system call that no kernel has, and an argument that nobody gives. A kernel says ENOSYS, a
 * run's filter says where one is (profiles/syscalls.toml, profiles/no-namespaces.toml). It is
 * loaded last, so that where it answers everything else of the run holds as well.
 *
 * Who can make a filter that answers so is the parent of the run, and would have gained nothing:
 * what starts seal-exec could start the command without it. Inside a run that is no news either:
 * what a run inside does is to restrict itself further.
 */
#ifndef SEAL_MODEL_AROUND_H
#define SEAL_MODEL_AROUND_H

#include <stdbool.h>

#include "base/strvec.h"

enum { AROUND_QUESTION = 0x5ea1ec };

enum around {
	AROUND_NONE,
	AROUND_FULL,  /* EISNAM */
	AROUND_LOWER, /* ENOTNAM */
};

/* A mount as this process sees it. */
struct seen_mount {
	const char *at;
	bool read_only;
};

/* What a run without namespaces of its own must know of its surroundings. */
struct surroundings {
	enum around around;
	int landlock;                  /* its ABI, 0 for none */
	VEC(struct seen_mount) mounts; /* in the order in which they were made */
	struct strvec hidden; /* of the paths that were asked for, those that cannot be read */
	const char *scratch;  /* a folder of its own for temporary files, NULL for none */
};

#endif
