/*
 * dbus: plan -> what xdg-dbus-proxy reads from its --args.
 */
#ifndef SEAL_RENDER_DBUS_H
#define SEAL_RENDER_DBUS_H

#include "base/strbuf.h"
#include "model/bus.h"

/*
 * Appends the arguments of the proxy for BUS, each ended by a NUL: the address, the socket in the
 * proxy's current folder, --filter, the rules. The reader of bundles has checked these
 * (read/bus_rule.h).
 */
void render_dbus(const struct bus *bus, struct strbuf *out);

#endif
