#ifndef GREET_H
#define GREET_H

/* Greets WHOM on standard output; 0 if it got there. */
int greet(const char *whom);

#endif
