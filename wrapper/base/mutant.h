/*
 * mutant: builds that lack a layer, to see that its tests notice.
 *
 * A test of a sandbox that passes shows that something held, not what. So `make check-mutants`
 * builds the program once without each layer (`make MUTANT=SECCOMP`), and the tests that are
 * there for the layer must fail. Where a layer is applied, the code asks WITHOUT(LAYER): a
 * constant, 0 in the product, so that nothing of this is in it. A build that lacks something says
 * so whenever it is run. In .c files only: the Makefile compiles those anew that ask.
 */
#ifndef SEAL_BASE_MUTANT_H
#define SEAL_BASE_MUTANT_H

struct strbuf;

#ifndef SEAL_WITHOUT
#define SEAL_WITHOUT 0
#endif

enum mutant_bit {
#define MUTANT(name, what) MUTANT_##name,
#include "base/mutant.def"
#undef MUTANT
	MUTANTS,
};
_Static_assert(MUTANTS <= 64, "a layer is a bit of a long long");

/* SEAL_WITHOUT is 1ULL << MUTANT_NAME, or several with | between, in parentheses. */
#define WITHOUT(layer) ((SEAL_WITHOUT & 1ULL << MUTANT_##layer) != 0)

/* Appends what this build lacks, "without A, B: a test build, not a sandbox"; nothing if it is
 * whole. */
void mutant_lacks(struct strbuf *out);

#endif
