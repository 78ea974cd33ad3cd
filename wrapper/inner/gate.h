/*
 * gate: the last layers, and the only way to the exec.
 *
 * Landlock comes first, for its own calls must not need the filter's leave, and the filter last,
 * because everything behind it runs under it. What is asked of the kernel afterwards is what
 * counts, not that a call was made.
 */
#ifndef SEAL_INNER_GATE_H
#define SEAL_INNER_GATE_H

#include "inner/orders.h"

/*
 * The layers that can be seen from here, after the descriptors were closed: them, the view, and an
 * own environment ENVP with nothing of the caller's in it.
 */
uint32_t gate_see(const char *const *envp);

/*
 * Restricts this process for good. Returns what is active, ACTIVE included, which is all that is
 * wanted; else says what is missing and ends the process (125).
 */
uint32_t gate_pass(const struct orders *o, uint32_t active);

#endif
