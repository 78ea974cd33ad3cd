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
#include <sys/types.h>

struct spawn {
	pid_t bwrap;
	pid_t keeper;
	int init;        /* pidfd of the sandbox's pid 1, -1 until known */
	int sock;        /* our end of the socket to inner; it carries pids (SO_PASSCRED) */
	int target;      /* pidfd of the command, -1 until asked for */
	bool started;    /* inner said that it starts the command */
	sigset_t caught; /* signals that the front waits for, blocked since before the fork */
};

/*
 * The signals, bit n-1 for signal n, that spawn_start() will make bwrap ignore and that the
 * caller did not ignore: inner gives them their default back. What the caller ignores (nohup)
 * stays ignored by inheritance.
 */
unsigned long long spawn_reset_bits(void);

/*
 * Forks and executes BWRAP with ARGV and an empty environment. INFO becomes the reading end of
 * its --info-fd pipe; the descriptor numbers in ARGV must be open without close-on-exec.
 */
void spawn_start(struct spawn *s, const char *bwrap, char *const *argv);

/* The pid of the sandbox's init as bwrap wrote it to INFO_FD; 0 if bwrap failed first. */
pid_t spawn_read_init(int info_fd);

/* Waits for the end and returns the exit code; every process of the run is ended. */
int spawn_wait(struct spawn *s);

/* Ends the sandbox now. */
void spawn_kill(struct spawn *s);

#endif
