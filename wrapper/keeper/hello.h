/*
 * hello: the name in a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3), over however many records
 * and segments it comes.
 *
 * The server behind us reads the same bytes with a reader of its own. What two readers could take
 * for two names is refused: a second server_name, a list of several, another kind of name, empty
 * records, records of another type in between, lengths that do not add up.
 */
#ifndef SEAL_KEEPER_HELLO_H
#define SEAL_KEEPER_HELLO_H

#include <stddef.h>
#include <stdint.h>

#include "keeper/limits.h"

enum { HELLO_MAX = LIMIT_HELLO }; /* bytes, those of the records' headers too */

enum hello {
	HELLO_MORE,     /* so far it is one; more bytes are needed (not beyond HELLO_MAX) */
	HELLO_NAMED,    /* NAME has the server_name, as sent; not judged here */
	HELLO_NAMELESS, /* complete, and no server_name */
	HELLO_HIDDEN,   /* it has the encrypted_client_hello extension (0xfe0d, or 0xffce) */
	HELLO_NOT_TLS,  /* the first bytes are of something else, SSLv2's hello included */
	HELLO_BAD,      /* begins like one and breaks the rules, or is longer than HELLO_MAX */
};

/*
 * Judges the first N bytes of a connection; called again with more after HELLO_MORE. Any other
 * verdict is final: more bytes do not change it. NAME is visible ASCII, "" unless HELLO_NAMED.
 * A call that ends in HELLO_MORE looks at the headers of the records only.
 */
enum hello hello_read(const uint8_t *bytes, size_t n, char name[256]);

#endif
