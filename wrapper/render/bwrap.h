/*
 * bwrap: a plan as the argument list of bubblewrap.
 */
#ifndef SEAL_RENDER_BWRAP_H
#define SEAL_RENDER_BWRAP_H

#include "base/strvec.h"
#include "model/plan.h"

/*
 * Appends bwrap's options for PLAN to OUT, up to but without "--" and the command. FDS has, for
 * each mount of the plan, the open source of a bind or the content of a file (-1 where a mount
 * needs none): what was checked is what is bound. FDS NULL makes the list for reading and
 * pasting instead: sources by path.
 */
void render_bwrap(const struct plan *plan, const int *fds, struct arena *arena, struct strvec *out);

/* The list as one command for bash, here-strings for the files included. */
void render_bwrap_text(const struct plan *plan, struct arena *arena, struct strbuf *out);

#endif
