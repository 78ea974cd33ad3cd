/*
 * arena: memory that lives as long as the run.
 *
 * A run reads a few small files, makes a plan and becomes another program: nothing is worth
 * freeing singly. Everything that the readers, the policy and the plan build comes from one
 * arena; whoever holds the arena owns it all. Running out of memory ends the process with
 * exit 125 before the command starts (fail closed), so no caller checks for NULL.
 */
#ifndef SEAL_BASE_ARENA_H
#define SEAL_BASE_ARENA_H

#include <stddef.h>

struct arena_block;

struct arena {
	struct arena_block *blocks; /* newest first */
	char *at, *end;             /* free room of the newest block */
};

#define ARENA_INIT \
	{          \
		0  \
	}

/* SIZE zeroed bytes, aligned for any type; never NULL. The arena keeps them. */
void *arena_alloc(struct arena *a, size_t size);

/* Like arena_alloc for N elements of SIZE bytes; an overflow of N * SIZE is out of memory. */
void *arena_calloc(struct arena *a, size_t n, size_t size);

/* A NUL-terminated copy of S, or of its first LEN bytes. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t len);

/* A formatted string. */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Gives every block back; the arena is as new. */
void arena_release(struct arena *a);

/*
 * VEC(T): a growing array in an arena. vec_push(a, &list) appends a zeroed element and yields
 * its address, which holds until the next push. Old arrays stay in the arena: growth doubles,
 * so what is wasted is at most the size of the list.
 */
#define VEC(T)                 \
	struct {               \
		T *v;          \
		size_t n, cap; \
	}

#define vec_push(a, vec)                                                              \
	((vec)->v = vec_room((a), (vec)->v, (vec)->n, &(vec)->cap, sizeof *(vec)->v), \
		&(vec)->v[(vec)->n++])

/* For each element of VEC, IT pointing at it. An empty list has no array, and stepping a null
 * pointer, even by zero, is undefined. */
#define vec_each(it, vec) for ((it) = (vec)->v; (it) && (it) < (vec)->v + (vec)->n; (it)++)

void *vec_room(struct arena *a, void *v, size_t n, size_t *cap, size_t size);

#endif
