"""What the private internet of the live tests is made of: names, addresses, listeners. Plain data,
used by the stub that serves it (stub.py), by who builds it (world.py) and by the tests.

Public addresses are those of documentation (RFC 5737, RFC 3849): they lead nowhere, and the address
guard lets them pass."""

# The machine under test, and the router behind which everything else is.
HOST = ["203.0.113.200", "2001:db8:ffff::200"]
HOST_LAN = "192.168.77.7"
ROUTER = ["203.0.113.1", "2001:db8:ffff::1"]
HOST_NAME = "sealhost"

RESOLVER = "192.0.2.53"
PROXY, PROXY_PORT, PROXY_LOGIN = "10.0.0.3", 3128, "user:pa:ss"

# What /login/ wants to be told, as git tells it.
GIT_LOGIN = "x-access-token:token-of-gh"

# No address of these may be dialled, whatever name leads to it: PX-14. The label is the name's.
GUARD = {
    "loopback4": "127.0.0.1",
    "loopback4-high": "127.255.255.254",
    "loopback6": "::1",
    "mapped-loopback": "::ffff:127.0.0.1",
    "mapped-private": "::ffff:10.0.0.1",
    "compatible": "::10.0.0.1",
    "unspecified4": "0.0.0.0",
    "unspecified6": "::",
    "this-network": "0.1.2.3",
    "private10": "10.0.0.1",
    "private172": "172.16.0.1",
    "private192": "192.168.0.1",
    "shared": "100.64.0.1",
    "shared-high": "100.127.255.254",
    "link-local4": "169.254.1.1",
    "metadata": "169.254.169.254",
    "protocol": "192.0.0.1",
    "metadata-oracle": "192.0.0.192",
    "benchmark": "198.18.0.1",
    "multicast4": "224.0.0.1",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "unique-local": "fd00::1",
    "unique-local-fc": "fc00::1",
    "metadata6": "fd00:ec2::254",
    "link-local6": "fe80::1",
    "multicast6": "ff02::1",
    "nat64-loopback": "64:ff9b::7f00:1",
    "nat64-private": "64:ff9b::a00:1",
    "nat64-local": "64:ff9b:1::a00:1",
    "6to4-loopback": "2002:7f00:1::1",
    "6to4-private": "2002:a00:1::1",
    "site-local": "fec0::1",
    "discard-only": "100::1",
    "host4": HOST[0],
    "host6": HOST[1],
    "host-lan": HOST_LAN,
}

# No client can open a connection to these (or they are the client's own): no control is possible.
NOT_DIALLED = {
    "this-network", "multicast4", "reserved", "broadcast", "link-local6", "multicast6",
}

# Name to addresses; None: no answer at all; an int: that DNS error; a str: CNAME to it.
NAMES = {
    "allowed.test": ["192.0.2.10", "2001:db8::10"],
    "second.test": ["192.0.2.11"],
    "evil.test": ["192.0.2.66", "2001:db8::66"],
    "denied.test": ["192.0.2.66"],
    "v4only.test": ["192.0.2.12"],
    "v6only.test": ["2001:db8::13"],
    "v6dead.test": ["2001:db8:dead::1", "192.0.2.14"],
    "v4dead.test": ["198.51.100.99", "2001:db8::15"],
    "dead.test": ["198.51.100.98"],
    "mixed.test": ["10.0.0.1", "192.0.2.16", "127.0.0.1", "fd00::1"],
    "many.test": [f"198.51.100.{i}" for i in range(1, 61)],
    "cname.test": "evil.test",
    "cname-private.test": "inner.private.test",
    "inner.private.test": ["10.0.0.1"],
    "servfail.test": 2,
    "refused.test": 5,
    "timeout.test": None,
    "rebind.test": [["192.0.2.17"], ["127.0.0.1"]],  # by turns
    "github.com": ["192.0.2.19"],
    "gist.github.com": ["192.0.2.19"],
    "in-hosts.test": ["192.0.2.18"],  # but /etc/hosts of the machine says 127.0.0.1
    "in-hosts-good.test": [],  # known from /etc/hosts alone
    "corp.test": ["10.0.0.1"],
    "proxy.corp.test": [PROXY],
    "localhost": ["192.0.2.66"],
    "foo.localhost": ["192.0.2.66"],
    HOST_NAME: ["192.0.2.66"],
    "*.wild.test": ["192.0.2.30", "2001:db8::30"],
    **{f"{label}.guard.test": [address] for label, address in GUARD.items()},
}

HOSTS_FILE = f"""127.0.0.1 localhost
::1 localhost ip6-localhost ip6-loopback
127.0.1.1 {HOST_NAME}
127.0.0.1 in-hosts.test
192.0.2.18 in-hosts-good.test
"""

# Assigned to nobody: packets to them are lost without a word.
DEAD = {"2001:db8:dead::1", "198.51.100.98", "198.51.100.99"}

# What the far side holds beside the above.
LITERALS = ["192.0.2.20", "192.0.2.21", "2001:db8::20", "10.0.0.20", RESOLVER, PROXY]

# Port to what is spoken there; on the far side, and on the machine itself, where nobody may come.
LISTENERS = {
    22: "banner",
    80: "http",
    443: "tls",
    853: "tls",
    7777: "echo",
    8080: "http",
    8443: "tls",
}
FENCE = 4444


def dialled():
    """Every address that some name leads to."""
    found = set()
    for value in NAMES.values():
        if isinstance(value, list):
            for item in value:
                found.update(item if isinstance(item, list) else [item])
    return found


def far_side():
    """The addresses that the far side answers for: all but the machine's own and the unusable."""
    no = DEAD | set(HOST) | {HOST_LAN} | {GUARD[label] for label in NOT_DIALLED}
    own = ("127.", "::ffff:", "fe80:")
    return sorted(
        address
        for address in dialled() | set(LITERALS)
        if address not in no | {"0.0.0.0", "::", "::1"} and not address.startswith(own)
    )


def certificate_names():
    return sorted(
        name for name in NAMES if "." in name and not name.endswith("localhost")
    ) + ["*.guard.test"]
