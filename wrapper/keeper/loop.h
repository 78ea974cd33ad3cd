/*
 * loop: one thread waits for everything that the keeper waits for: level-triggered readiness and
 * a few queues of timers.
 *
 * Level-triggered, because edge-triggered readiness with "a short read means drained" loses the
 * end of a stream. A watch that is interested in nothing is not registered at all: epoll reports
 * hang-ups without being asked, and a stalled connection would keep the loop busy with its own.
 * Who wants to hear of them and of nothing else says LOOP_BROKEN.
 */
#ifndef SEAL_KEEPER_LOOP_H
#define SEAL_KEEPER_LOOP_H

#include <stdbool.h>
#include <stddef.h>

#include "keeper/limits.h"

struct loop;

enum { LOOP_IN = 1, LOOP_OUT = 2, LOOP_BROKEN = 4 };

/* One descriptor. The owner holds the struct until loop_forget(), and the round's end. */
struct watch {
	int fd;                                          /* -1: nothing to watch */
	unsigned interest;                               /* of LOOP_IN and so on */
	bool added;                                      /* the loop's own */
	void (*ready)(struct watch *w, unsigned events); /* an error counts as all of them */
};

struct timer {
	struct timer *next, *prev; /* NULL: not running */
	long long at;              /* ms of CLOCK_MONOTONIC */
	void (*fired)(struct timer *t);
};

/* What is freed when no event of the round can point to it any more. */
struct garbage {
	struct garbage *next;
	void (*release)(struct garbage *g);
};

struct loop {
	int epoll;
	bool over;       /* set it, and loop_run() returns */
	long long until; /* so it does at that time of CLOCK_MONOTONIC, ms; 0: at none */
	int lines[2];    /* and when one of these is readable; -1: none */
	long long now;
	struct timer queues[TIMERS]; /* heads of rings */
	struct garbage *garbage;
	size_t kept;  /* bytes of memory that stalled connections hold */
	char *buffer; /* LIMIT_BUFFER bytes, for whoever is being called */
	bool lent;    /* somebody down the stack still reads the buffer */
};

/* False with errno. */
bool loop_open(struct loop *l);

/* Watches W for INTEREST from now on; 0: for nothing. */
void loop_watch(struct loop *l, struct watch *w, unsigned interest);

/* Ends that and closes the descriptor. */
void loop_forget(struct loop *l, struct watch *w);

/* Starts T in the queue of CLASS; one that runs starts anew. */
void timer_start(struct loop *l, struct timer *t, enum timer_class class);
void timer_stop(struct timer *t);

/* Has G released at the end of this round. */
void loop_drop(struct loop *l, struct garbage *g);

/* What is ready now, or when something is (WAIT), once. False if the kernel waits for nothing. */
bool loop_round(struct loop *l, bool wait);

/* From now on the end of one of these two processes (pidfds) ends the loop; -1 twice: nothing does.
 * False with errno if the loop cannot be woken by them. */
bool loop_lines(struct loop *l, int a, int b);

/*
 * Until l->over, l->until, or the end of one of l->lines. These are looked at every few
 * milliseconds, in the middle of a round too: hostile work can be late, the end of a run cannot.
 * False if the kernel waits for nothing.
 */
bool loop_run(struct loop *l);

/* The struct of type T whose MEMBER is at P. */
#define container(p, T, member) ((T *)(void *)((char *)(p)-offsetof(T, member)))

#endif
