/*
 * bus_rule: one rule of a bundle for the session bus, which is an option of xdg-dbus-proxy's:
 *
 *	--see=NAME  --talk=NAME  --call=NAME=[METHOD][@PATH]  --broadcast=NAME=[METHOD][@PATH]
 *
 * NAME is one whole name of the bus: "org.freedesktop.*" would be the service manager, too, which
 * starts what it is told to. METHOD is "*", an interface, "INTERFACE.*" or "INTERFACE.METHOD"; PATH
 * may end in "/" and "*". Nothing else is an option that a bundle may give.
 */
#ifndef SEAL_READ_BUS_RULE_H
#define SEAL_READ_BUS_RULE_H

/* What is wrong with RULE and the remedy, to follow its text in a message; NULL if nothing is. */
const char *bus_rule_fault(const char *rule);

#endif
