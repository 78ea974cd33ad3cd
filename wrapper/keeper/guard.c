#include "keeper/guard.h"

#include <stddef.h>

#include "base/address.h"
#include "base/mutant.h"

const char *guard_address(const struct sockaddr *address, bool listed)
{
	enum address_kind kind = address_kind(address);

	if (WITHOUT(ADDRGUARD) || kind == ADDRESS_PUBLIC || (listed && address_kind_is_host(kind)))
		return NULL;
	return address_kind_name(kind);
}
