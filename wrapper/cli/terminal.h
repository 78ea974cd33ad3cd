/*
 * terminal: a question to whoever sits at the terminal, and the answer; and its width.
 *
 * Not on standard input and error: these are the command's, and may be anything. What was typed
 * before a question was asked is no answer to it, whether it was typed in a hurry or put there.
 */
#ifndef SEAL_CLI_TERMINAL_H
#define SEAL_CLI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* The controlling terminal, if it can be asked on now; else -1, and in *WHY a clause that says
 * why. Asking from the background would only stop the job. */
int terminal_open(const char **why);

/* Prints QUESTION (made safe by the caller) and reads one line into ANSWER, without its end, cut to
 * SIZE. False at the end of input. Ctrl-C ends the process, as it does anywhere. */
bool terminal_ask(int tty, const char *question, char *answer, size_t size);

/* How many columns lines have that are printed to FD; 0 if it is no terminal. */
unsigned terminal_columns(int fd);

#endif
