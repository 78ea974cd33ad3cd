/*
 * origin: who said so. Every grant, mount, variable and rule carries one, so that `explain` is a
 * print loop and no element of a plan is without a file, a line and a reason.
 */
#ifndef SEAL_MODEL_ORIGIN_H
#define SEAL_MODEL_ORIGIN_H

#include "base/diag.h"

enum origin_kind {
	ORIGIN_PROFILE,  /* profiles/base.toml: what every run shares */
	ORIGIN_BUNDLE,   /* a tool bundle */
	ORIGIN_MANIFEST, /* the project's seal.toml */
	ORIGIN_CONFIG,   /* the user's own config.toml */
	ORIGIN_BUILTIN,  /* the program itself: no text says so */
};

struct origin {
	enum origin_kind kind;
	const char *bundle; /* ORIGIN_BUNDLE: its name, else NULL */
	struct place at;    /* file and line; file is NULL for ORIGIN_BUILTIN */
	const char *why;    /* one line, or NULL where the key says it all */
};

#endif
