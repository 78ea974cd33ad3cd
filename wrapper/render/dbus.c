#include "render/dbus.h"

#include <string.h>

#include "base/mutant.h"

static void put(struct strbuf *out, const char *argument)
{
	strbuf_add(out, argument, strlen(argument) + 1);
}

void render_dbus(const struct bus *bus, struct strbuf *out)
{
	const struct bus_rule *r;

	put(out, bus->address);
	put(out, BUS_SOCKET);
	if (!WITHOUT(BUSFILTER))
		put(out, "--filter");
	vec_each (r, &bus->rules)
		put(out, r->text);
}
