/*
 * giveback: the terminal and the flags of the standard files, as the caller had them.
 *
 * A command can leave a terminal that echoes nothing, or have it send an answer (where is the
 * cursor, what are you) that would be typed into the caller's shell; and a file that it shares with
 * the caller in a mode that the caller does not expect. So what a run could use is noted before,
 * and given back when all inside is dead. What was typed while the command ran and not read is
 * thrown away: nobody can tell it from such an answer.
 *
 * Only the foreground's terminal, and only while it is ours at the end: a job that was put into the
 * background leaves it to whoever has it now. Its modes are left alone, too, where another program
 * of our group may have set them (seal-exec -- git log | less).
 */
#ifndef SEAL_LAUNCH_GIVEBACK_H
#define SEAL_LAUNCH_GIVEBACK_H

#include <termios.h>

struct giveback {
	int tty; /* the terminal in whose foreground we were; -1: none */
	struct termios modes;
	int flags[3]; /* of descriptors 0 to 2, -1 where there is none */
};

void giveback_note(struct giveback *g);

/* A foreground group that is gone was inside, so we are in the foreground again; and so on. */
void giveback_all(const struct giveback *g);

#endif
