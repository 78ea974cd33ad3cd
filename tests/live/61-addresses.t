#!/bin/bash
# limit: 120
# To which addresses an allowed name may lead: CONTAINMENT.md PX-14 to PX-18. The name server is
# the attacker's, and behind each address somebody listens who must see nobody.
# The helpers set out, err and status, and their arguments may be missing.
# shellcheck disable=SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

hello='200 hello from'
labels=$(python3 -B -c 'import tables; print(*tables.GUARD)')

# --- Addresses of no public use -----------------------------------------------------------------------

manifest <<'TOML'
[sandbox.os.network]
domains = [
	"*.guard.test", "allowed.test", "mixed.test", "many.test", "rebind.test", "cname.test",
	"cname-private.test", "servfail.test", "refused.test", "timeout.test", "dead.test",
	"in-hosts.test", "in-hosts-good.test", "localhost", "foo.localhost", "ip6-localhost",
	"sealhost", "corp.test", "nowhere.test",
]
TOML
mark
py --log-fd 3 3>"$T/log.json" <<'PY'
import tables
for label in tables.GUARD:
    name = label + ".guard.test"
    show(label, quick, 5, each, tls, name, check=False)
    show(label + "-80", quick, 5, http, name)
PY
for label in $labels; do
	unlike "$(said "$label")" '^$|200|hello|timeout|late' "[PX-14] TLS to a name that leads to $label"
	like "$(said "$label-80")" '^(403 \(address-refused\)|\S+ no-name|no-name)' "[PX-14] HTTP: told why"
	grep -q "\"$label\\.guard\\.test\"" "$T/log.json"
	ok $? "[PX-14] ... and so is the log"
done
is "$(arrived " conn ")" "" "[PX-14] [PX-18] none of these addresses was dialled"
like "$(arrived dns)" 'private10\.guard\.test' "control: the names were resolved"
like "$err" 'blocked private10\.guard\.test(:443)? \(it leads to an address that is not public.*10\.0\.0\.1' \
	"[PX-14] told with the address"
unlike "$err" 'domains = \["private10' "... and without a line that would not help"
python3 -c 'import json, sys; [json.loads(line) for line in open(sys.argv[1])]' "$T/log.json"
ok $? "--log-fd N: a JSON object a line"

# The control: each of them is there, and is reached by whoever may.
mark
machine <<'PY'
import tables
for label, address in tables.GUARD.items():
    if label not in tables.NOT_DIALLED:
        show(label, raw, address, 80, get("x"))
PY
is "$(printf '%s\n' "$out" | grep -v "$hello x")" "" "control: outside every one of them answers"
like "$(arrived " conn ")" 'net[0-9]+ conn 169\.254\.169\.254 80' "control: ... the metadata address too"
like "$(arrived " conn ")" 'host[0-9]+ conn 203\.0\.113\.200 80' "control: ... and the machine's own"

# --- Answers of several addresses, errors, the hosts file ----------------------------------------------

mark
py <<'PY'
import threading
late = []
waiting = threading.Thread(target=lambda: late.append(quick(12, http, "timeout.test")))
waiting.start()
show("mixed", each, http, "mixed.test")
show("mixed-tls", tls, "mixed.test")
show("many", http, "many.test")
show("cname", tls, "cname.test", check=False)
show("cname-private", http, "cname-private.test")
show("servfail", quick, 3, http, "servfail.test")
show("refused", quick, 3, http, "refused.test")
show("nowhere", quick, 3, http, "nowhere.test")
show("in-hosts", each, http, "in-hosts.test")
show("in-hosts-tls", tls, "in-hosts.test", check=False)
show("in-hosts-good", http, "in-hosts-good.test")
for name in "localhost", "foo.localhost", "ip6-localhost", "sealhost", "corp.test":
    show(name, http, name)
    show(name + "-tls", tls, name, check=False)
show("own-name", http, socket.gethostname())
waiting.join()
show("timeout", lambda: late[0])
PY
is "$(said mixed)/$(said mixed-tls)" "$hello mixed.test to GET //$hello mixed.test to GET /" \
	"[PX-14] public and private addresses: served by the public one"
is "$(said many)" "$hello many.test to GET /" "60 addresses, an answer that needs TCP: served"
is "$(said cname)" "$hello cname.test to GET /" \
	"[PX-16] a CNAME to a name that is not listed: the name that was asked for counts"
like "$(said cname-private)" '^(403 \(address-refused\)|no-name)' "[PX-16] a CNAME to a private address: refused"
for label in servfail refused nowhere timeout; do
	like "$(said $label)" '^(502 \(cannot-resolve\)|no-name|closed|reset)' "[PX-16] $label: no connection, told in time"
	unlike "$(said $label)" 'late' "[PX-16] ... $label in time"
done
like "$err" 'cannot reach servfail\.test.*\(the host cannot resolve it' "[PX-16] ... and in words"
for label in in-hosts in-hosts-tls localhost localhost-tls foo.localhost foo.localhost-tls ip6-localhost \
	ip6-localhost-tls sealhost sealhost-tls own-name corp.test corp.test-tls; do
	unlike "$(said $label)" '^$|hello from|200|timeout' "[PX-17] $label: refused, though listed"
done
is "$(said in-hosts-good)" "$hello in-hosts-good.test to GET /" \
	"control: a name known from the hosts file alone is served"
is "$(arrived 'host[0-9]+ conn')" "" "[PX-17] [PX-18] nothing came to the machine itself"
is "$(arrived 'conn (10\.|fd00|172|127|::1 )')" "" "[PX-14] only the public address of mixed ones was dialled"
like "$(arrived " conn ")" 'conn 192\.0\.2\.16 443' "control: it was"
plain in-hosts corp.test
like "$(said in-hosts)" "$hello in-hosts.test" "control: outside, the hosts file's address answers"
like "$(said corp.test)" "$hello corp.test" "control: outside, the private address answers"

# Rebinding: the answer changes between one look-up and the next; each run asks once, or more often.
mark
: >"$T/rebind"
for turn in 1 2 3 4; do
	py <<-'PY'
		show("rebind", http, "rebind.test")
		show("rebind", tls, "rebind.test", check=False)
	PY
	cat "$T/out" >>"$T/rebind"
done
like "$(cat "$T/rebind")" "$hello rebind.test" "rebinding: while the address is public it is dialled ($turn runs)"
is "$(arrived 'host[0-9]+ conn')" "" "[PX-14] ... but never the loopback address that comes next"

# --- Addresses that are listed ----------------------------------------------------------------------------

manifest <<'TOML'
[sandbox.os.network]
domains = ["192.0.2.20", "[2001:db8::20]", "10.0.0.20", "203.0.113.200", "192.168.77.7", "allowed.test"]
TOML
mark
py <<'PY'
for address in ("192.0.2.20", "2001:db8::20", "10.0.0.20", "192.0.2.21", "203.0.113.200", "192.168.77.7",
                "10.0.0.1", "127.0.0.1"):
    show(address, quick, 2, raw, address, 80, get(f"[{address}]" if ":" in address else address))
show("allowed", http, "allowed.test")
PY
for address in 192.0.2.20 2001:db8::20 10.0.0.20; do
	like "$(said "$address")" "^$hello" "[PX-02] an address that is listed literally is reached: $address"
done
for address in 192.0.2.21 203.0.113.200 192.168.77.7 10.0.0.1 127.0.0.1; do
	unlike "$(said "$address")" '^$|hello|late' "[PX-02] ... not $address"
done
is "$(arrived 'host[0-9]+ conn|10\.0\.0\.1 ')" "" "[PX-18] the machine's own addresses not even when listed"
is "$(said allowed)" "$hello allowed.test to GET /" "control: names beside them"
# A name may lead to a private address that is granted too, and to no other.
manifest <<'TOML'
[sandbox.os.network]
domains = ["corp.test", "corp.test:7777", "10.0.0.1", "*.guard.test", "mixed.test", "192.168.77.7"]
TOML
mark
py <<'PY'
for name in ("corp.test", "private10.guard.test", "mapped-private.guard.test", "mixed.test", "private172.guard.test", "private192.guard.test",
             "shared.guard.test", "loopback4.guard.test", "metadata.guard.test", "host-lan.guard.test", "host4.guard.test"):
    show(name, quick, 2, http, name)
show("port", quick, 2, raw, "corp.test", 7777, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
PY
like "$(said port)" '^(reset|closed)$' "a private address that is granted for other ports is refused on this one"
for name in corp.test private10.guard.test mixed.test; do
	is "$(said $name)" "$hello $name to GET /" "a private address that is granted, by a name that is granted: $name"
done
for name in private172.guard.test private192.guard.test shared.guard.test loopback4.guard.test metadata.guard.test \
	host-lan.guard.test host4.guard.test; do
	like "$(said $name)" '^403 \(address-refused\)' "... and no other: $name"
done
is "$(arrived ' conn ' | cut -d' ' -f3- | grep -vE '^(10\.0\.0\.1|192\.0\.2\.16) 80$')" "" "... none of which was dialled"
for address in 127.0.0.1 0.0.0.0 '[::1]' '[::]' '[::ffff:127.0.0.1]' 169.254.169.254 '[fe80::1]' 224.0.0.1; do
	printf '[sandbox.os.network]\ndomains = ["%s"]\n' "$address" >seal.toml
	run "$seal" check
	[ "$status" != 0 ] && printf '%s\n' "$err" | grep -q 'seal.toml:2:.*never dialled'
	ok $? "[PX-02] an address that is never dialled cannot be listed: $address"
done

# --- A profile that opens every public name -----------------------------------------------------------------

manifest <<'TOML'
[sandbox.os]
profile = "network-allow-all"
TOML
mark
py <<'PY'
show("public", each, http, "evil.test", "v6only.test", "x.y.wild.test")
show("tls", tls, "evil.test")
show("ssh", quick, 2, lambda: dial("evil.test", 22).recv(3))
show("port", quick, 2, raw, "evil.test", 7777, b"x")
for name in "private10.guard.test", "loopback4.guard.test", "metadata.guard.test", "host4.guard.test", "in-hosts.test", "sealhost", "localhost":
    show(name, quick, 2, http, name)
PY
is "$(said public)" "$hello evil.test to GET / $hello v6only.test to GET / $hello x.y.wild.test to GET /" \
	"network-allow-all: any public name"
is "$(said tls)/$(said ssh)/$(said port)" "$hello evil.test to GET //b'SSH'/refused" "... on 443 and 22, not on every port"
for name in private10.guard.test loopback4.guard.test metadata.guard.test host4.guard.test in-hosts.test sealhost localhost; do
	unlike "$(said $name)" '^$|hello|late' "[PX-14] ... and not what leads to no public address: $name"
done
is "$(arrived 'host[0-9]+ conn|conn (10|169|127)\.')" "" "[PX-14] ... none of which was dialled"

done_testing
