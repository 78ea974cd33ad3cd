/*
 * conn: one connection, from its accept to its end.
 *
 *	accept -> what is it for? -> (first bytes judged) -> resolved -> dialled -> relayed
 *
 * A bridged port is dialled at once. A name is judged when it is accepted; on 443 and 80 nothing
 * is dialled before the first bytes have been judged too, on other ports the server may speak
 * first. A refusal is told to the user and answered in the client's own protocol, as far as it is
 * known: an HTTP answer, a TLS alert, a SOCKS code, else a reset.
 */
#ifndef SEAL_KEEPER_CONN_H
#define SEAL_KEEPER_CONN_H

#include "keeper/server.h"

/* Takes over the accepted socket FD. */
void conn_accepted(struct listener *l, int fd);

#endif
