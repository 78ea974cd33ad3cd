/*
 * orders: what inner is told (model/orders.h), read.
 */
#ifndef SEAL_INNER_ORDERS_H
#define SEAL_INNER_ORDERS_H

#include "base/wire.h"
#include "model/orders.h"

/* Pointing into the orders' bytes, which stay mapped until the exec. */
struct orders {
	struct orders_head head;
	const char *name, *hint;               /* safe to print; no hint is "" */
	const char *cwd;                       /* where the command starts */
	const char *const *argv, *const *envp; /* NULL-terminated */
	struct wire rules;                     /* at the first rule; behind the last, the ports */
};

/* Reads the orders from the memory file FD. Damaged ones end the process (125). */
void orders_read(struct orders *o, int fd);

#endif
