/*
 * layers: what a run wants to be made of, and what of it is there.
 *
 * The plan says what is wanted. Each process of a run then adds what it has done or seen itself,
 * and nothing that it was told by what runs inside: the keeper looks at the namespaces and sends
 * what it found with its word, inner adds what comes after, executes the command only if all that
 * is wanted is active, and sends the sum with its "starting". So there is one way to the exec, and
 * what is printed of a run is what let it start.
 *
 * No function of a library: inner, which has none, includes this.
 */
#ifndef SEAL_MODEL_LAYERS_H
#define SEAL_MODEL_LAYERS_H

#include <stdbool.h>
#include <stdint.h>

enum layer {
#define LAYER(id, name, what, lost, remedy) LAYER_##id,
#include "model/layers.def"
#undef LAYER
	LAYERS,
};

struct layer_row {
	const char *name;   /* its code */
	const char *what;   /* what it does */
	const char *lost;   /* without it, in the lower tier; NULL for nothing */
	const char *remedy; /* when it is missing */
};

extern const struct layer_row layer_rows[LAYERS];

/* Bits are 1 << enum layer. */
struct layers {
	uint32_t wanted, active;
	const char *reason[LAYERS]; /* why a wanted one is not active, where somebody knows */
};

#define LAYER_BIT(id) ((uint32_t)1 << LAYER_##id)

/* What inner and the lower tier add, and what the keeper sees of bwrap's work. */
enum {
	LAYERS_NAMESPACES = LAYER_BIT(USER) | LAYER_BIT(PID) | LAYER_BIT(MOUNT) | LAYER_BIT(NET) |
		LAYER_BIT(IPC) | LAYER_BIT(UTS) | LAYER_BIT(CGROUP),
	LAYERS_INNER = LAYER_BIT(DESCRIPTORS) | LAYER_BIT(ENVIRONMENT) | LAYER_BIT(PRIVILEGES) |
		LAYER_BIT(LANDLOCK) | LAYER_BIT(SECCOMP),
};

/* The first layer that is wanted and not active; LAYERS if there is none. */
static inline enum layer layers_missing(uint32_t wanted, uint32_t active)
{
	unsigned i;

	for (i = 0; i < LAYERS; i++)
		if (wanted & ~active & (uint32_t)1 << i)
			break;
	return (enum layer)i;
}

/* What goes over the socket between front, keeper and inner, in either direction. */
struct word {
	uint32_t what;   /* WORD_* */
	uint32_t active; /* what the sender knows to be there */
};

/* inner is ready, go, the command starts */
enum { WORD_READY = 0x6472, WORD_GO = 0x6f67, WORD_STARTING = 0x7473 };

/*
 * Landlock's least ABI. Before 2 (Linux 5.19) nothing can be renamed or linked from one folder to
 * another, and builds break in ways that nobody would understand. Before 3 (Linux 6.2) it knows no
 * truncation. What the view shows is held by the mounts; a file of the host on descriptors 0 to 2
 * is under no mount, so a run that would read from one is refused there, and so is a run without
 * mounts. What later ABIs add is held by others in the full tier: ioctl on devices (5) by the small
 * /dev, signals and abstract sockets (6) by the namespaces.
 */
enum { LANDLOCK_FLOOR = 2, LANDLOCK_TRUNCATES = 3 };

#endif
