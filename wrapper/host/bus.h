/*
 * bus: where the caller's session bus is, and who can stand before it.
 */
#ifndef SEAL_HOST_BUS_H
#define SEAL_HOST_BUS_H

#include "model/facts.h"

/* A socket that an address of D-Bus names. */
struct bus_socket {
	bool abstract;
	char name[108]; /* sun_path holds no more; without the NUL that begins an abstract one */
};

/*
 * The first socket in ADDRESS (the D-Bus specification, Server Addresses) that can be connected to
 * as it is: "unix:path=..." or "unix:abstract=...". False if there is none.
 */
bool bus_address_read(const char *address, struct bus_socket *out);

/* What is not a plain character of an address is written as %XX: *S as a value of one. */
const char *bus_address_text(const struct bus_socket *s, struct arena *arena);

/*
 * Fills F->bus: a bus of the caller's that answers to a connect(2), by the environment or in the
 * runtime folder, and xdg-dbus-proxy at one of its fixed places. INSIDE a run: the address that
 * this one has given, and nothing else.
 */
void host_find_bus(struct facts *f, bool inside, struct arena *arena);

/* The second half of it: fills F->bus.proxy, or why. */
void host_find_bus_proxy(struct facts *f, struct arena *arena);

#endif
