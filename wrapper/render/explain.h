/*
 * explain: a plan for people, and for programs. A print loop: every element has its origin.
 */
#ifndef SEAL_RENDER_EXPLAIN_H
#define SEAL_RENDER_EXPLAIN_H

#include "base/strbuf.h"
#include "model/plan.h"

/* Every element of PLAN as lines: what, then [FILE:LINE] and the reason. Escaped. */
void render_explain(const struct plan *plan, struct strbuf *out);

/* The same as one JSON object; its form is profiles/explain.schema.json. */
void render_json(const struct plan *plan, struct strbuf *out);

/* " [FILE:LINE] REASON" of an origin; nothing where there is neither. */
void render_origin(const struct origin *from, struct strbuf *out);

#endif
