#include "launch/orders.h"

#include <signal.h>

#include "base/die.h"
#include "base/memfd.h"
#include "render/orders.h"

/* The signals that the caller blocks, as bits. */
static unsigned long long blocked_bits(void)
{
	unsigned long long bits = 0;
	sigset_t now;
	int n;

	if (sigprocmask(SIG_BLOCK, NULL, &now) == 0)
		for (n = 1; n < 65; n++)
			if (sigismember(&now, n) == 1)
				bits |= 1ULL << (n - 1);
	return bits;
}

int orders_open(const struct plan *plan, const struct orders_facts *facts)
{
	struct orders_facts all = *facts;
	struct strbuf bytes = STRBUF_INIT;
	int fd;

	all.blocked = blocked_bits();
	render_orders(plan, &all, &bytes);
	fd = memfd_bytes("orders", bytes.s, bytes.len);
	if (fd < 0)
		die_errno("cannot open memory for the orders");
	strbuf_release(&bytes);
	return fd;
}
