/*
 * canary: things of this machine that nothing inside may reach, made for as long as doctor looks.
 *
 * They are the user's own, have names that nobody guesses, and hold nothing. Each act of acts.h is
 * tried on them inside a sandbox, and outside, where it must succeed.
 */
#ifndef SEAL_DOCTOR_CANARY_H
#define SEAL_DOCTOR_CANARY_H

#include "base/strvec.h"

enum { TOKEN = 24, PLACE = 512 };

/* What an act is told, over a pipe to the same program; strings end within their room, "" where
 * there is no such canary. */
struct canaries {
	char name[TOKEN];   /* in the names of files: a path may well be seen inside (PWD) */
	char token[TOKEN];  /* what they hold; nothing inside may have it */
	char folder[PLACE]; /* in the user's home; in it a file of this name: */
	char file[PLACE];
	char tmp[PLACE];    /* a file in /tmp */
	char repo[PLACE];   /* a repository with a seal.toml, also beneath /tmp */
	unsigned port;      /* somebody listens on it, on 127.0.0.1 */
	char abstract[108]; /* the name of a socket somebody listens on, without its first byte */
};

/* The descriptors and the process that keep them; all -1 and 0 before. */
struct canary_keep {
	int tcp, abstract;
	int hold;  /* the process ends when this is closed */
	int child; /* its pid */
};

/* Makes what can be made, in FOLDER (which is there) and elsewhere. */
void canaries_make(struct canaries *c, struct canary_keep *keep, const char *folder);

/* The caller's environment with one variable more, which has the token: what a run is called with.
 */
char *const *canaries_environment(const struct canaries *c, struct arena *arena);

/*
 * Starts PROGRAM, which is this one, as a process that has the token among its arguments and ENV,
 * where it is too. It ends with canaries_end() or with doctor, however that ends, and takes the
 * files away then.
 */
void canaries_start(
	const struct canaries *c, struct canary_keep *keep, const char *program, char *const *env);

/* Takes the files away; again is no harm. */
void canaries_remove(const struct canaries *c);

/* Takes all of it away. */
void canaries_end(const struct canaries *c, struct canary_keep *keep);

/* The variable that has the token. */
#define CANARY_VARIABLE "SEAL_EXEC_DOCTOR_CANARY"

#endif
