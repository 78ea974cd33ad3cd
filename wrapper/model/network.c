#include "model/network.h"

const unsigned network_any_ports[ANY_PORTS] = {22, 80, 443, 9418};
