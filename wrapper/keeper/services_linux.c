/*
 * c-ares can also look up services by name and by port, and refers to the C library for that even
 * if nobody asks it to. There the two would bring in the name service switch, which opens shared
 * libraries: what a static program must not do (the linker warns of it), and what the keeper may
 * not do once it is confined. Nobody asks, so the answer is that there are no services.
 */
#include <errno.h>
#include <netdb.h>
#include <stddef.h>

struct servent *getservbyname(const char *name, const char *protocol)
{
	(void)name;
	(void)protocol;
	return NULL;
}

int getservbyport_r(int port, const char *protocol, struct servent *entry, char *buf, size_t size,
	struct servent **result)
{
	(void)port;
	(void)protocol;
	(void)entry;
	(void)buf;
	(void)size;
	*result = NULL;
	return ENOENT;
}
