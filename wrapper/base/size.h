/*
 * size: amounts of bytes as people write them, "512M".
 */
#ifndef SEAL_BASE_SIZE_H
#define SEAL_BASE_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

/* Digits, then K, M, G or T (1024 each time) or nothing. False if S is anything else, or more than
 * 2^63 - 1 bytes. */
bool size_parse(const char *s, uint64_t *out);

/* The shortest such text that is exactly N. */
const char *size_text(uint64_t n, struct arena *arena);

#endif
