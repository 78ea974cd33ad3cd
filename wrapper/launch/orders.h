/*
 * orders: what inner must do, as a file that it inherits (model/orders.h).
 */
#ifndef SEAL_LAUNCH_ORDERS_H
#define SEAL_LAUNCH_ORDERS_H

#include "model/orders.h"
#include "model/plan.h"

/*
 * The orders for PLAN in a sealed memory file that survives exec. Of FACTS the signals that the
 * caller blocks are filled in here. Ends the process (125) if there is no memory.
 */
int orders_open(const struct plan *plan, const struct orders_facts *facts);

#endif
