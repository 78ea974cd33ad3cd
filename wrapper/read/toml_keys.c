/*
 * Which keys and tables a TOML text has defined so far.
 *
 * One flat list of nodes, each with its parent's number, and one hash table over (parent, key)
 * for all tables together: a file of any shape costs one growing array. Keys are equal when
 * their bytes are. The file may come from an attacker, so the hash starts from an address that
 * differs from run to run; should he guess it, TOML_MAX_KEYS bounds the chains.
 */
#include "read/toml_priv.h"

#include <string.h>

_Static_assert(TOML_MAX_KEYS < UINT16_MAX, "slots hold numbers of nodes");

enum { FIRST_SLOTS = 128 };

void toml_keys_open(struct toml_keys *k, struct arena *names)
{
	*k = (struct toml_keys){.arena = names, .n_slots = FIRST_SLOTS};
	k->seed = (uint64_t)(uintptr_t)k;
	k->slots = arena_calloc(&k->own, k->n_slots, sizeof *k->slots);
	toml_keys_element(k, TOML_HEADER);
}

void toml_keys_close(struct toml_keys *k)
{
	arena_release(&k->own);
}

/* FNV-1a (its 64-bit prime) from a secret start, folded to 32 bits. */
static uint32_t hash(const struct toml_keys *k, uint32_t parent, const char *key, size_t len)
{
	const uint64_t prime = 0x100000001b3;
	uint64_t h = (k->seed ^ parent) * prime;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (unsigned char)key[i]) * prime;
	return (uint32_t)(h ^ h >> 32);
}

/* Twice the slots when they are half full, so that a free one is always near. */
static void grow(struct toml_keys *k)
{
	size_t i, slot;

	if (k->nodes.n * 2 < k->n_slots)
		return;
	k->n_slots *= 2;
	k->slots = arena_calloc(&k->own, k->n_slots, sizeof *k->slots);
	for (i = 1; i < k->nodes.n; i++) {
		if (!k->nodes.v[i].key)
			continue;
		slot = k->nodes.v[i].hash & (k->n_slots - 1);
		while (k->slots[slot])
			slot = (slot + 1) & (k->n_slots - 1);
		k->slots[slot] = (uint16_t)i;
	}
}

uint32_t toml_keys_element(struct toml_keys *k, enum toml_origin origin)
{
	struct toml_node *node = vec_push(&k->own, &k->nodes);

	node->origin = origin;
	return (uint32_t)k->nodes.n - 1;
}

uint32_t toml_keys_get(struct toml_keys *k, uint32_t parent, const char *key, size_t len)
{
	uint32_t h = hash(k, parent, key, len), number;
	struct toml_node *node;
	size_t slot;

	grow(k);
	slot = h & (k->n_slots - 1);
	for (; (number = k->slots[slot]); slot = (slot + 1) & (k->n_slots - 1)) {
		node = &k->nodes.v[number];
		if (node->hash == h && node->parent == parent && node->len == len &&
			memcmp(node->key, key, len) == 0)
			return number;
	}
	number = toml_keys_element(k, TOML_NEW);
	node = &k->nodes.v[number];
	node->key = arena_strndup(k->arena, key, len);
	node->len = len;
	node->hash = h;
	node->parent = parent;
	k->slots[slot] = (uint16_t)number;
	return number;
}
