#include "base/mutant.h"

#include <stddef.h>

#include "base/strbuf.h"

static const char *const names[] = {
#define MUTANT(name, what) #name,
#include "base/mutant.def"
#undef MUTANT
};

void mutant_lacks(struct strbuf *out)
{
	size_t i, n = out->len;

	for (i = 0; i < MUTANTS; i++)
		if (SEAL_WITHOUT & 1ULL << i)
			strbuf_addf(out, "%s%s", out->len > n ? ", " : "without ", names[i]);
	if (out->len > n)
		strbuf_adds(out, ": a test build, not a sandbox");
}
