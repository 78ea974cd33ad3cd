/*
 * spawn: starts bwrap, stays with it, and ends what it began.
 *
 * The front stays as the parent and does not become bwrap, because only a process of ours can
 * (a) tell a sandbox that could not be made from a command that failed, (b) pass a signal on to
 * the command instead of dying of it, (c) clean up. bwrap itself ignores what a terminal or a
 * caller may send, so it lives as long as the command does.
 */
#ifndef SEAL_LAUNCH_SPAWN_H
#define SEAL_LAUNCH_SPAWN_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "launch/giveback.h"

#include "launch/cgroup.h"

struct spawn {
	pid_t bwrap;
	pid_t keeper;
	struct cgroup group;
	int sock;         /* our end of the socket to inner; it carries pids (SO_PASSCRED) */
	ino_t inner_sock; /* inner's end, by its inode number */
	int report;      /* the keeper sends a pidfd of the sandbox's pid 1 here, before the word */
	int typed;       /* the last signal of the terminal, 0 if none */
	int ended_by;    /* the signal that ended the run before it started, 0 if none */
	bool started;    /* inner said that it starts the command */
	bool refused;    /* bwrap has failed, and nobody has told why */
	int said[2];     /* a pipe: bwrap's standard error, the reading end first */
	uint32_t active; /* layers, as inner found them; once started */
	int target;      /* pidfd of the command, -1 until then */
	struct giveback caller;
	bool stuck;      /* something inside is killed and not yet dead */
	bool direct;     /* no bwrap: the child becomes the command itself */
	bool drains;     /* the keeper outlives the run: it passes on what was sent before */
	sigset_t caught; /* signals that the front waits for, blocked since before the fork */
	sigset_t before; /* what was blocked before that */
};

/*
 * The signals, bit n-1 for signal n, that spawn_start() will make bwrap ignore and that the
 * caller did not ignore: inner gives them their default back. What the caller ignores (nohup)
 * stays ignored by inheritance.
 */
unsigned long long spawn_reset_bits(void);

/*
 * Forks and executes BWRAP with ARGV and an empty environment. The descriptor numbers in ARGV
 * must be open without close-on-exec. Its standard error is a pipe: what it says is told in a line
 * of ours, with a remedy, and only if the run fails of it.
 */
void spawn_start(struct spawn *s, const char *bwrap, char *const *argv);

/*
 * Waits for the end of bwrap or of the keeper and returns the exit code. Nothing inside is alive
 * then: what the command left behind is killed and waited for.
 */
int spawn_wait(struct spawn *s);

/* Ends the keeper of a run that cannot begin; bwrap has been ended. */
void spawn_abandon(struct spawn *s);

/* The last act: ends the keeper, and then CODE, or the death by the signal that the user typed and
 * the command died of. */
int spawn_end(struct spawn *s, int code);

/* Signals are as before spawn_start(): after a run that has not started, another one may. */
void spawn_forget(const struct spawn *s);

#endif
