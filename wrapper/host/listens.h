/*
 * listens: whether a server of this machine's own takes connections.
 */
#ifndef SEAL_HOST_LISTENS_H
#define SEAL_HOST_LISTENS_H

#include <stdbool.h>

/* True if somebody listens on PORT of 127.0.0.1 or ::1. */
bool host_listens(unsigned port);

#endif
