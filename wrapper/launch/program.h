/*
 * program: the step inside the sandbox (wrapper/inner), a whole program in this one's memory.
 */
#ifndef SEAL_LAUNCH_PROGRAM_H
#define SEAL_LAUNCH_PROGRAM_H

/*
 * The program as a sealed memory file, which bwrap executes by its descriptor: there is nothing to
 * find by name inside. Survives exec. Ends the process (125) if the kernel gives none.
 */
int program_open(void);

#endif
