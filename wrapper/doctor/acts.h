/*
 * acts: what doctor tries. The same program does it inside a sandbox and outside.
 *
 * Each act is a process of its own, with a second of time: one that hangs, or that a filter kills,
 * costs no other. An act is done if it reached what it was meant to reach, whatever came of it
 * there: a call with a pointer that is none, answered by the kernel and not by a filter, is done.
 */
#ifndef SEAL_DOCTOR_ACTS_H
#define SEAL_DOCTOR_ACTS_H

/*
 * Reads struct canaries from standard input, tries everything, and writes "CODE RESULT" lines to
 * standard output, the last one "end". Leaves a process behind that holds standard output until
 * the end of standard input, ten seconds at most. The exit code.
 */
int acts_main(void);

/* The canary process: reads struct canaries, waits for the end of standard input, which is that of
 * doctor, and takes the files away. */
int acts_wait(void);

#endif
