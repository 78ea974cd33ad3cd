/*
 * peers: both ends of connections, for tests of what stands between them.
 *
 * Everything is one thread: the loop under test works while a peer waits, round by round, so that
 * a test is a script ("the client says, the server hears") and always goes the same way. What does
 * not come within seconds does not come.
 */
#ifndef SEAL_TESTS_PEERS_H
#define SEAL_TESTS_PEERS_H

#include <stdbool.h>
#include <stddef.h>

#include "keeper/endpoint.h"
#include "keeper/loop.h"

/* A loop that works while peers wait. Ends the test if it cannot be had. */
void peers_open(struct loop *l);
void peers_close(struct loop *l);

/* One round: all that is ready, then timers, then the garbage. */
void peers_round(struct loop *l);

/* Rounds until nothing is ready. False if that never comes: a busy loop. */
bool peers_settle(struct loop *l);

/* Whatever waits in the queue CLASS is due, and the loop settles. */
void peers_age(struct loop *l, enum timer_class class);

/* A listening TCP socket at HOST (a literal) and PORT, 0 for any; its port to *GOT. */
int peers_listen(const char *host, unsigned port, unsigned *got);

/* A connection that a listener has; waits for it. Non-blocking. -1 if none comes. */
int peers_accept(struct loop *l, int listener);

/* A connection to HOST and PORT, non-blocking; -1 if it is refused. */
int peers_connect(const char *host, unsigned port);

/*
 * A listener that stays silent: its queue is full, and the kernel drops what asks for more. Woken,
 * it has room: what asks again (after a second or so) comes through. Gone, it refuses that.
 */
enum { FILLERS = 4 };

struct silent {
	int listener;
	int fillers[FILLERS];
};

void peers_silent(struct silent *s, const char *host, unsigned port);
void peers_wake(struct silent *s);
void peers_gone(struct silent *s);

/* Two ends of one connection over 127.0.0.1, non-blocking. SMALL: with small buffers. */
void peers_pair(int out[2], bool small);

/* Sends all N bytes while the loop works; false if they are not taken. */
bool peers_say(struct loop *l, int fd, const void *bytes, size_t n);

/* What is there after at most N bytes, or at the end of the stream, or when nothing more comes. */
size_t peers_hear(struct loop *l, int fd, void *out, size_t n);

/* Hears exactly the bytes of TEXT. */
bool peers_hears(struct loop *l, int fd, const char *text);

/* How FD stands when everything that it can hear was heard. */
enum standing { STANDS, ENDED, RESET };
enum standing peers_standing(struct loop *l, int fd);

/* True if a reset came, even behind an end, where nothing can be heard of it. */
bool peers_is_reset(int fd);

/* Waits until FD has ended or was reset. What it still says goes to TEXT, as far as ROOM lets, with
 * a NUL behind it; TEXT may be NULL. *HEARD is how much that was. */
enum standing peers_end(struct loop *l, int fd, char *text, size_t room, size_t *heard);

/* The same, as the text that is returned until the next call; how it ended to *HOW. */
const char *peers_hear_all(struct loop *l, int fd, enum standing *how);

/* Carries N bytes of a pattern from FROM to TO, both at once; true if they arrive as they were. */
bool peers_carry(struct loop *l, int from, int to, size_t n);

/* Says as much as is taken while nobody hears it; byte I of it is peers_byte(I). */
size_t peers_stuff(struct loop *l, int fd);

/* The same of what is taken at once; byte I of it is peers_byte(AT + I). */
size_t peers_push(int fd, size_t at);

unsigned char peers_byte(size_t i);

/* Hears N bytes that were stuffed, from number AT on; true if they are these. */
bool peers_unstuff(struct loop *l, int fd, size_t at, size_t n);

/* Closes with a reset. */
void peers_break(int fd);

/* How many descriptors are open. */
unsigned peers_descriptors(void);

#endif
