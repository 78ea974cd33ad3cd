/*
 * orders: a plan as what the step inside the sandbox must do (model/orders.h).
 */
#ifndef SEAL_RENDER_ORDERS_H
#define SEAL_RENDER_ORDERS_H

#include "base/strbuf.h"
#include "model/orders.h"
#include "model/plan.h"

/* Appends the orders for PLAN, which has a command. */
void render_orders(const struct plan *plan, const struct orders_facts *facts, struct strbuf *out);

#endif
