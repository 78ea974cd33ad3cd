#!/bin/bash
# limit: 150
# The network as a command meets it when domains are granted: names, transparent connections by any
# client, what is refused and how that is told; CONTAINMENT.md §§1.5 and 1.6. The machine and the
# internet are the test's own (net/net.sh), so what is run is the product as it is.
# Scripts for another shell stand in single quotes; the helpers set out, err and status, and their arguments may be missing.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

hello='200 hello from'
usual='"allowed.test", "second.test", "*.wild.test", "v4only.test", "v6only.test"'

# grants [ENTRIES [LINE]]: a manifest with the usual names, more ENTRIES, and one more LINE.
grants()
{
	manifest <<-MANIFEST
		[sandbox.os.network]
		domains = [$usual${1:+, $1}]
		${2:-}
	MANIFEST
}

# json FILE CODE...: FILE has a JSON object on each line, and each CODE is somewhere in them.
json()
{
	python3 -c '
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
words = {str(value) for row in rows for value in row.values()}
missing = [code for code in sys.argv[2:] if code not in words]
if not rows or missing:
    print("# missing in", sys.argv[1], missing, rows[:5], file=sys.stderr)
    sys.exit(1)' "$@"
}

# --- Without any grant there is nothing ---------------------------------------------------------------

mark
py <<'PY'
def sockets():
    lines = []
    for name in "tcp", "tcp6", "udp", "udp6":
        with open("/proc/net/" + name) as file:
            lines += file.readlines()[1:]
    return len(lines)
show("sockets", sockets)
show("routes", lambda: "198.18" in open("/proc/net/fib_trie").read())
show("resolver", os.path.exists, "/etc/resolv.conf")
show("name", addresses, "allowed.test")
show("dial", each, raw, ("192.0.2.10", 80, b"x"), ("2001:db8::10", 80, b"x"))
PY
is "$(said sockets)/$(said routes)/$(said resolver)" 0/False/False \
	"no grant: no socket of anybody's inside, no route, no name server"
is "$(said name)/$(said dial)" "['no-name']/unreachable unreachable" "... no name, no address"
is "$(arrived)" "" "... and nothing left the machine"
plain name
like "$(said name)" 192.0.2.10 "control: the machine itself can"

# keeper_of: a run whose keeper is $keeper, for as long as the file "there" stands.
keeper_of()
{
	rm -f there
	timeout -k 2 30 "$seal" -- sh -c 'touch there; while [ -e there ]; do sleep 0.02; done' >"$T/out" 2>&1 </dev/null &
	pid=$!
	holds -e there
	keeper=$(keepers)
}

keeper_of
is "$(filters "$keeper")" "$(filters $$)" "... its keeper has no filter: nothing of the network is started"
seen "$keeper" nothing >"$T/seen"
like "$(cat "$T/seen")" '^fd 0 /dev/null$' "control: its descriptors can be seen"
unlike "$(cat "$T/seen")" '^error|socket:|eventpoll' "... there is no socket and no event loop among them"
rm there
wait $pid
manifest <<<'[sandbox.os]
network.domains = ["allowed.test"]'
keeper_of
[ "$(filters "$keeper")" -gt "$(filters $$)" ]
ok $? "control: with a domain it has a filter"
seen "$keeper" nothing >"$T/seen"
is "$(sed -n 's/^fd [0-9]* \(socket:\|anon_inode:.eventpoll\).*/\1/p' "$T/seen" | sort -u | tr '\n' ,)" \
	"anon_inode:[eventpoll,socket:," "control: ... sockets and an event loop"
rm there
wait $pid

# --- Names ----------------------------------------------------------------------------------------------

grants
mark
py <<'PY'
first = addresses("allowed.test")
show("sockets", lambda: len(open("/proc/net/tcp").readlines()) > 3)
show("allowed", lambda: [synthetic(a) for a in first])
show("families", lambda: sorted(":" in a for a in first))
show("second", lambda: not set(addresses("second.test")) & set(first))
show("again", lambda: [addresses(n) == first for n in ("allowed.test", "ALLOWED.Test", "allowed.test.")])
show("wild", lambda: [synthetic(a) for a in addresses("a.b.wild.test")])
show("apex", addresses, "wild.test")
show("udp", lambda: ask_udp(query("allowed.test")) == ask_tcp(query("allowed.test")) == "NOERROR " + first[0])
show("case", lambda: ask_udp(query("aLLoWeD.tEST")) == "NOERROR " + first[0])
for kind in "MX", "TXT", "HTTPS", "SVCB", "SRV", "NS", "SOA", "CNAME":
    show(kind, lambda: [ask_udp(query("allowed.test", kind)), ask_tcp(query("allowed.test", kind))])
show("axfr", lambda: ask_tcp(query("allowed.test", "AXFR")))
show("denied", quick, 1, each, addresses, "denied.test", "www.denied.test", "xallowed.test",
     "allowed.test.evil.test", "x.allowed.test")
for kind in "A", "AAAA", "TXT", "MX", "HTTPS", "ANY":
    show("no-" + kind, lambda: [ask_udp(query("denied.test", kind)), ask_tcp(query("denied.test", kind))])
PY
is "$(said sockets)" True "control: with a grant somebody listens inside"
is "$(said allowed)/$(said families)" '[True, True]/[False, True]' \
	"an allowed name has one synthetic address of each family"
is "$(said second)" True "... another than every other name"
is "$(said again)" "[True, True, True]" "[PX-04] ... stable, whatever its case, with a trailing dot too"
is "$(said wild)/$(said apex)" "[True, True]/['no-name']" "a wildcard holds below its apex, not for it"
is "$(said udp)/$(said case)" True/True "UDP and TCP give the same answer"
for kind in MX TXT HTTPS SVCB SRV NS SOA CNAME; do
	is "$(said $kind)" "['NOERROR', 'NOERROR']" "$kind of an allowed name: empty, not refused"
done
like "$(said axfr)" '^(NOERROR|REFUSED|NOTIMP)$' "no zone transfer"
is "$(said denied)" "['no-name'] ['no-name'] ['no-name'] ['no-name'] ['no-name']" \
	"[PX-01] denied names have no address, and that is said at once"
for kind in A AAAA TXT MX HTTPS ANY; do
	is "$(said "no-$kind")" "['NXDOMAIN', 'NXDOMAIN']" "[PX-01] $kind of a denied name: there is no such name"
done
unlike "$(arrived dns)" 'denied|evil|x\.|xallowed|^dns wild' \
	"[NT-03] no query for a denied name left the machine"
like "$err" '^seal-exec: blocked denied\.test \(not in domains; to allow: \[sandbox\.os\.network\] domains = \["denied\.test"\]\)$' \
	"the refusal names the host and the line that would allow it"
is "$(printf '%s\n' "$err" | grep -c 'blocked denied\.test')" 1 \
	"... once, however often it was asked for"
mark
plain denied
like "$(arrived dns)" 'denied\.test' "control: on the machine itself the query leaves"

# What no resolver sends.
mark
py <<'PY'
good = query("allowed.test")
cases = {
    "bytes": query([b"a\x1b]0;x\x07\r\nALLOW b", b"test"]),
    "high": query([b"\xff\xfe", b"test"]),
    "dot": query([b"evil.test", b"allowed", b"test"]),
    "dot-whole": query([b"allowed.test"]),
    "nul": query([b"allowed\0", b"test"]),
    "nul-end": query([b"allowed", b"test\0", b"evil"]),
    "blank": query([b"allowed ", b"test"]),
    "cyrillic": query(["\u0430llowed".encode(), b"test"]),
    "star": query([b"*", b"wild", b"test"]),
    "root": query([]),
    "long": query([b"a" * 63] * 4 + [b"wild", b"test"]),
    "chaos": query("allowed.test", qclass=3),
    "empty": good[:12],
    "cut": good[:-3],
    "none": good[:4] + b"\0\0" + good[6:12],
    "two": good[:4] + b"\0\2" + good[6:] + good[12:],
    "pointer": good[:12] + b"\xc0\x0c" + good[-4:],
    "loop": good[:12] + b"\x01a\xc0\x0c" + good[-4:],
    "opcode": good[:2] + b"\x29\x00" + good[4:],
    "short": b"\0\1\1",
    "reply": good[:2] + b"\x81\x80" + good[4:],
    "label63": query([b"a" * 63, b"wild", b"test"]),
    "trailing": good + b"rest of the datagram",
    "edns": good[:10] + b"\0\1" + good[12:] + b"\0\0\x29\x04\xd0\0\0\0\0\0\0",
}
for label, message in cases.items():
    show(label, ask_udp, message, seconds=0.3)
show("bytewise", lambda: ask_tcp(good, query("second.test"), bytewise=True).count("NOERROR"))
show("many", lambda: ask_tcp(*(query(f"x{i}.wild.test") for i in range(50))).count("NOERROR"))
def beside():
    with dial(nameserver(), 53) as half, dial(nameserver(), 53) as zero:
        half.sendall(b"\0")
        zero.sendall(b"\0\0")
        return ask_tcp(good)[:7]
show("beside", beside)
def crowd():
    ask_udp(good)  # who was there before is gone
    held = [dial(nameserver(), 53) for _ in range(100)]
    outcome(held[35].recv, 1)
    for sock in held:
        sock.setblocking(False)
    gone = [outcome(sock.recv, 1) in (b"", "reset") for sock in held]
    return gone.index(False), gone.count(False), ask_udp(good)[:7], ask_tcp(good)[:7]
show("crowd", crowd)
show("alive", lambda: [ask_udp(good)[:7], ask_tcp(good)[:7]])
PY
for label in bytes high dot dot-whole nul nul-end blank cyrillic star root; do
	is "$(said $label)" NXDOMAIN "an odd question: $label"
done
is "$(said chaos)" REFUSED "an odd question: chaos"
for label in long empty cut none two pointer loop; do
	is "$(said $label)" FORMERR "an odd message: $label"
done
is "$(said opcode)" NOTIMP "an odd message: opcode"
is "$(said short)/$(said reply)" timeout/timeout "what is no question gets no answer"
for label in label63 edns; do
	like "$(said $label)" '^NOERROR 198\.1[89]\.' "a rare question: $label"
done
is "$(said bytewise)/$(said many)" 2/50 "DNS over TCP: byte by byte, many in one connection"
is "$(said beside)" NOERROR "... clients that say nothing hold nobody"
is "$(said crowd)" "(36, 64, 'NOERROR', 'NOERROR')" "... 64 of them at a time: who has been silent longest makes room"
is "$(said alive)" "['NOERROR', 'NOERROR']" "the name server is as it was"
unlike "$(arrived dns)" 'evil|ALLOW|fe|0430|b\.test| nul' "none of it left the machine"
printf '%s' "$err" | tr -dc '\0-\011\013-\037\177-\377' >"$T/odd"
is "$(wc -c <"$T/odd" | tr -d ' ')" 0 "[PX-24] what is said of them is printable"
unlike "$err" '^ALLOW' "[PX-24] ... and stays on its line"
like "$err" '^seal-exec: blocked .*ALLOW' "[PX-24] ... and it is said"

# --- Connections ------------------------------------------------------------------------------------------

grants '"v4only.test:22", "allowed.test:7777", "allowed.test:9", "second.test:8443", "second.test:8080", "v6dead.test", "v4dead.test"'
mark
py <<'PY'
show("http", http, "allowed.test")
show("https", tls, "allowed.test")
show("http4", http, "allowed.test", family=socket.AF_INET)
show("http6", http, "allowed.test", family=socket.AF_INET6)
show("v4only", http, "v4only.test", family=socket.AF_INET6)
show("v6only", http, "v6only.test", family=socket.AF_INET)
show("wild", tls, "deep.below.wild.test", check=False)
show("v6dead", quick, 1, http, "v6dead.test")
show("v4dead", quick, 1, tls, "v4dead.test")
def ssh():
    with dial("v4only.test", 22) as sock:
        first = sock.recv(100)
        sock.sendall(b"SSH-2.0-client\r\n")
        return first + sock.recv(100)
show("ssh", ssh)
def echo():
    with dial("allowed.test", 7777) as sock:
        sock.sendall(b"first")
        first = sock.recv(100)
        sock.shutdown(socket.SHUT_WR)
        return first, sock.recv(100)
show("echo", echo)
def talk(first):
    def work():
        with dial("allowed.test", 7777) as sock:
            sock.sendall(first)
            return exactly(sock, len(first)) == first
    return quick(1, lambda: outcome(work))
for label, first in {
    "one byte": b"x", "a word": b"first", "SMTP": b"EHLO client.test\r\n", "IMAP": b"a1 LOGIN u p\r\n",
    "FTP": b"USER x\r\n", "RESP": b"*1\r\n$4\r\nPING\r\n", "inline": b"PING\r\n", "IRC": b"USER a b c :d\r\n",
    "startup": b"\0\0\0\x08\x04\xd2\x16/", "git": b"0033git-upload-pack /p.git\0host=allowed.test\0",
    "SSH": b"SSH-2.0-x\r\n",
}.items():
    show("talk " + label, talk, first)
def silent():
    with dial("v4only.test", 7777) as sock:
        return outcome(sock.recv, 1)
show("silent", quick, 1, silent)
show("8443", tls, "second.test", port=8443)
show("8080", raw, "second.test", 8080, get("second.test:8080"))
show("down", quick, 2, raw, "allowed.test", 9, b"x")
show("big", lambda: hashlib.sha256(fetch("allowed.test", "/bytes/20000000")).hexdigest())
post = b"POST /sum HTTP/1.1\r\nHost: allowed.test\r\n"
show("up", raw, "allowed.test", 80, post + b"Content-Length: 5000000\r\n\r\n" + b"x" * 5000000)
show("chunks-up", raw, "allowed.test", 80,
     post + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n006\r\n world\r\n0\r\n\r\n")
show("chunks-down", lambda: http("allowed.test", "/chunked")[:9])
show("until-close", lambda: len(fetch("allowed.test", "/until-close")))
show("keep-alive", raw, "allowed.test", 80, get("allowed.test"), get("allowed.test:80", "/two"), get("ALLOWED.TEST.", "/three"))
show("head", raw, "allowed.test", 80, b"HEAD / HTTP/1.1\r\nHost: allowed.test\r\n\r\n", get("allowed.test", "/after"))
show("http10", raw, "allowed.test", 80, b"GET / HTTP/1.0\r\nHost: allowed.test\r\n\r\n")
show("continue", raw, "allowed.test", 80, post + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", b"ok")
upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: eA==\r\n"
def websocket():
    with dial("allowed.test", 80) as sock:
        sock.sendall(get("allowed.test", "/", upgrade))
        said = answer(sock)[0]
        sock.sendall(b"\x81\x00 not HTTP any more")
        return said, sock.recv(100)[2:]
show("websocket", websocket)
PY
is "$(said http)" "$hello allowed.test to GET /" "http to an allowed name"
is "$(said https)" "$hello allowed.test to GET /" "https to an allowed name, with its own certificate"
is "$(said http4)/$(said http6)" "$hello allowed.test to GET //$hello allowed.test to GET /" \
	"... by IPv4 and by IPv6"
is "$(said v4only)" "$hello v4only.test to GET /" "a client's IPv6 reaches a server that has only IPv4"
is "$(said v6only)" "$hello v6only.test to GET /" "a client's IPv4 reaches a server that has only IPv6"
is "$(said wild)" "$hello deep.below.wild.test to GET /" "https below a wildcard"
is "$(said v6dead)" "$hello v6dead.test to GET /" "a dead IPv6 address does not hold the living IPv4 one"
is "$(said v4dead)" "$hello v4dead.test to GET /" "... nor the other way round"
is "$(said ssh)" "b'SSH-2.0-stub\\r\\nSSH-2.0-client\\r\\n'" "host:port: the server may speak first"
is "$(said echo)" "(b'first', b'')" "host:port: bytes, and the end of each direction"
for label in "one byte" "a word" SMTP IMAP FTP RESP inline IRC startup git SSH; do
	is "$(said "talk $label")" True "host:port: any protocol: $label"
done
like "$(said silent)" '^(reset|b..)$' "a port that the name is not granted: a silent client is told at once"
is "$(said 8080)" "$hello second.test:8080 to GET /" "host:port: HTTP on another port"
is "$(said 8443)" "$hello second.test to GET /" "host:port: TLS on another port"
like "$(said down)" '^(reset|closed|refused)$' "nobody listens on the other side: a quick end"
is "$(said big)" "$(python3 -c '
import hashlib
print(hashlib.sha256((bytes(range(251)) * 1024 * 78)[:20000000]).hexdigest())')" "20 MB down, each byte"
is "$(said up)" "200 5000000 $(head -c 5000000 /dev/zero | tr '\0' x | sha256sum | cut -d' ' -f1)" \
	"5 MB up, each byte"
is "$(said chunks-up)" "200 11 $(printf 'hello world' | sha256sum | cut -d' ' -f1)" "a chunked request, whole"
is "$(said chunks-down)/$(said until-close)" "200 chunk/257024" "answers in chunks, and until the close"
is "$(said keep-alive)" "$hello allowed.test to GET /; $hello allowed.test to GET /two; $hello allowed.test to GET /three" \
	"several requests in one connection; the Host's case, dot and port 80 do not matter"
is "$(said head)" "200; $hello allowed.test to GET /after" "HEAD, and a request behind it"
like "$(said http10)" '^200 hello from allowed' "HTTP/1.0"
is "$(said continue)" "100; 200 2 $(printf ok | sha256sum | cut -d' ' -f1)" "Expect: 100-continue"
is "$(said websocket)" "('101', b' not HTTP any more')" "a websocket: from then on bytes"
is "$(arrived 'conn .* 22$' | cut -d' ' -f2-)" "conn 192.0.2.12 22" "control: port 22 of that name was reached"
is "$(arrived 'host[0-9]* conn')" "" "nothing came to the machine itself"

# --- Ports and addresses that are not granted ---------------------------------------------------------------

mark
py <<'PY'
show("no-listener", quick, 1, raw, "allowed.test", 8081, get("allowed.test"))
show("port", quick, 1, raw, "allowed.test", 22, b"SSH-2.0-x\r\n")
show("port-2", quick, 1, raw, "v4only.test", 7777, b"x")
show("usual", http, "second.test")
for address in ("192.0.2.66", "2001:db8::66", "203.0.113.200", "192.168.77.7", "10.0.0.1",
                "192.0.2.10", "169.254.169.254"):
    show(address, quick, 1, raw, address, 80, get("x"))
    show(address + "-443", quick, 1, raw, address, 443, b"x")
for address in "198.18.77.77", "198.19.255.254", "fd73:6561:6c00::7777", "::ffff:198.18.77.77":
    show("nobody-" + address, quick, 2, each, raw, (address, 443, b"\x16\x03\x01\0\1x"), (address, 80, get("evil.test")))
mapped = "::ffff:" + addresses("allowed.test")[0]
show("mapped", raw, mapped, 80, get("allowed.test"))
PY
is "$(said no-listener)" refused "a port that nobody is granted: refused"
like "$(said port)" '^(reset|closed)$' "a port that another name is granted: closed"
like "$(said port-2)" '^(reset|closed)$' "... both ways"
like "$err" 'blocked allowed\.test:22 \(this port is not granted for it; to allow: .*"allowed\.test:22"' \
	"... and the line to add has the port"
is "$(said usual)" "$hello second.test to GET /" "a name without port has 80 and 443 beside its own 8443"
for address in 192.0.2.66 2001:db8::66 203.0.113.200 192.168.77.7 10.0.0.1 192.0.2.10 169.254.169.254; do
	is "$(said "$address")/$(said "$address-443")" "unreachable/unreachable" "[NT-02] $address directly: no route"
done
for address in 198.18.77.77 198.19.255.254 fd73:6561:6c00::7777 ::ffff:198.18.77.77; do
	unlike "$(said "nobody-$address")" '^$|200|late|timeout' "an address that stands for no name: $address"
done
is "$(said mapped)" "$hello allowed.test to GET /" "the v4-mapped form of a name's address is the name"
is "$(arrived 'net[0-9]* conn' | grep -vE 'conn (192\.0\.2\.1[01]|2001:db8::10) 80$')" "" "nothing else was reached"
mark
plain 192.0.2.66 2001:db8::66 10.0.0.1 169.254.169.254
is "$(arrived ' conn ' | grep -c ' 80$')" 4 "control: the machine itself reaches them"

# --- TLS: the name must be the one that was asked for (PX-11) -------------------------------------------------

cat >sni.py <<'PY'
from client import *
both = lambda data: [x for r in records(40)(data) for x in segments(7)(r)]
show("match", tls, "allowed.test")
show("case", tls, "allowed.test", sni="ALLOWED.test", check=False)
show("records", tls, "allowed.test", bend=records(1))
show("segments", tls, "allowed.test", bend=segments(1))
show("both", tls, "allowed.test", bend=both)
show("mismatch", tls, "allowed.test", sni="evil.test", check=False)
show("mismatch-allowed", tls, "allowed.test", sni="second.test", check=False)
show("mismatch-records", tls, "allowed.test", sni="evil.test", bend=records(1), check=False)
show("mismatch-segments", tls, "allowed.test", sni="evil.test", bend=segments(1), check=False)
show("none", tls, "allowed.test", sni=None)
show("ech", tls, "allowed.test", bend=with_extension(0xfe0d, bytes(64)), check=False)
show("ech-old", tls, "allowed.test", bend=with_extension(0xffce, bytes(64)), check=False)
show("two", tls, "allowed.test", bend=with_extension(0, b"\0\x0c\0\0\x09evil.test"), check=False)
show("bytes", pushed, "allowed.test", 443, b"SSH-2.0-client\r\n")
show("http", pushed, "allowed.test", 443, get("allowed.test"))
show("ssl2", pushed, "allowed.test", 443, bytes.fromhex("802e0100020015000000100100800200800300800400800500800600400700c0") + bytes(16))
show("alerts", pushed, "allowed.test", 443, b"\x15\3\1\0\2\1\0" * 3)
show("huge", pushed, "allowed.test", 443, b"\x16\3\1\x40\0\1\xff\xff\xff" + bytes(70000))
show("tls-80", tls, "allowed.test", port=80, sni="evil.test", check=False)
show("tls-8443", tls, "second.test", port=8443, sni="evil.test", check=False)
show("http-8080", raw, "second.test", 8080, get("evil.test:8080"))
show("bytes-80", pushed, "allowed.test", 80, b"\0\1\2\3 not http at all\r\n\r\n")
PY
grants '"second.test:8443", "second.test:8080"'
mark
run "$seal" --log "$T/log.json" -- python3 -B sni.py
for label in match case records segments both; do
	is "$(said $label)" "$hello allowed.test to GET /" "[PX-11] TLS with the name: $label"
done
for label in mismatch mismatch-allowed mismatch-records mismatch-segments none ech ech-old two tls-80 tls-8443; do
	like "$(said $label)" '^(alert|closed|reset)$' "[PX-11] TLS: $label is closed"
done
for label in bytes http ssl2 alerts huge bytes-80 http-8080; do
	unlike "$(said $label)" '^$|hello|timeout|SSH' "[PX-11] the wrong language: $label is not served"
done
is "$(arrived sni | cut -d' ' -f2- | sort -u | tr '\n' ,)" "sni ALLOWED.test,sni allowed.test," "[PX-11] no other name came to the server"
is "$(arrived ' error')" "" "[PX-11] ... and no broken first bytes"
like "$err" 'blocked allowed\.test:443 \(TLS asks for another name.*evil\.test' "SNI mismatch: told, with the name"
like "$err" 'blocked allowed\.test:443 \(TLS names no host' "no SNI: told"
like "$err" 'blocked allowed\.test:443 \(TLS hides the name' "ECH: told"
like "$err" 'blocked allowed\.test:443 \(neither TLS nor HTTP' "neither TLS nor HTTP: told"
like "$err" 'sni = "off"' "... with the key that would allow it"
json "$T/log.json" sni-mismatch sni-missing sni-hidden not-tls-or-http allowed.test 443
ok $? "--log FILE: a JSON object for each, with its code"
mark
run python3 -B sni.py mismatch none
is "$(said none)/$(said mismatch)" "$hello allowed.test to GET //$hello allowed.test to GET /" \
	"control: outside the same clients are served"
like "$(arrived sni)" 'sni evil\.test' "control: ... and the server sees another name"
grants '' 'sni = "off"'
mark
run "$seal" -- python3 -B sni.py match mismatch none
is "$(said none)/$(said mismatch)" "$hello allowed.test to GET //$hello allowed.test to GET /" \
	"control: sni = \"off\" lets them pass"
like "$(arrived sni)" 'sni evil\.test' "control: ... to the server"

# --- HTTP: each request's Host (PX-10, PX-12, PX-13, PX-22) ------------------------------------------------------

grants
mark
py <<'PY'
def ask(label, *requests):
    show(label, quick, 5, raw, "allowed.test", 80, *requests)
ask("host", get("evil.test"))
ask("second", get("allowed.test"), get("evil.test"))
ask("allowed-other", get("second.test"))
ask("other-port", get("allowed.test:8080"))
ask("two-hosts", get("allowed.test", "/", "Host: evil.test\r\n"))
ask("no-host", b"GET / HTTP/1.1\r\n\r\n")
ask("absolute", b"GET http://evil.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n")
ask("absolute-same", b"GET http://evil.test/ HTTP/1.1\r\nHost: evil.test\r\n\r\n")
ask("userinfo", b"GET http://allowed.test@evil.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n")
head = b"POST / HTTP/1.1\r\nHost: allowed.test\r\n"
smuggled = b"GET /smuggled HTTP/1.1\r\nHost: evil.test\r\n\r\n"
ask("cl-te", head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled)
ask("te-cl", head + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled)
ask("te-identity", head + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + smuggled)
ask("te-odd", head + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + smuggled)
ask("cl-cl", head + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + smuggled)
ask("cl-odd", head + b"Content-Length: +0\r\n\r\n" + smuggled)
ask("folded", b"GET / HTTP/1.1\r\nHost: allowed.test\r\nX: a\r\n Host: evil.test\r\n\r\n")
ask("lf", b"GET / HTTP/1.1\nHost: allowed.test\n\n")
ask("space-colon", b"GET / HTTP/1.1\r\nHost: allowed.test\r\nContent-Length : 44\r\n\r\n" + smuggled)
ask("trace", b"TRACE / HTTP/1.1\r\nHost: allowed.test\r\n\r\n")
ask("connect", b"CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test:443\r\n\r\n")
ask("chunk-ext", head + b"Transfer-Encoding: chunked\r\n\r\n1;" + b"x" * 65536 + b"\r\na\r\n0\r\n\r\n")
ask("chunk-lf", head + b"Transfer-Encoding: chunked\r\n\r\n1\na\r\n0\r\n\r\n")
ask("chunk-size", head + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\na\r\n0\r\n\r\n")
ask("http09", b"GET /\r\n")
ask("http2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
ask("h2c", get("allowed.test", "/", "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAA\r\n"))
ask("large", get("allowed.test", "/", "X: " + "a" * 1000000 + "\r\n"))
ask("many", get("allowed.test", "/", "X: a\r\n" * 10000))
ask("hop", get("allowed.test", "/hop", "Proxy-Authorization: Basic c2VjcmV0\r\nConnection: X-Secret\r\nX-Secret: 1\r\nX-Kept: 2\r\n"))
show("pipelined", pushed, "allowed.test", 80, get("allowed.test") + get("evil.test"))
ask("after", get("allowed.test", "/after"))
PY
for label in host allowed-other other-port absolute-same; do
	like "$(said $label)" '^(403 \(host-mismatch\)|400 \(bad-request\))' "[PX-10] $label: refused with X-Proxy-Error"
done
like "$(said second)" "^$hello allowed.test to GET /; 403 \(host-mismatch\)" \
	"[PX-12] the first request of a connection is served, the second, to another host, is refused"
for label in two-hosts no-host absolute userinfo cl-te te-cl te-identity te-odd cl-cl cl-odd folded lf \
	space-colon trace connect; do
	like "$(said $label)" '^(400 \(bad-request\)|403 \(host-mismatch\))' "[PX-12] $label: refused"
done
like "$(said pipelined)" 'X-Proxy-Error: host-mismatch' "[PX-12] pipelined to another host: refused"
for label in chunk-ext chunk-lf chunk-size http09 http2; do
	unlike "$(said $label)" '^$|^200|late|timeout' "[PX-12] $label: not served"
done
is "$(said h2c)" "$hello allowed.test to GET /" "[PX-12] an upgrade to HTTP/2 is not offered on"
like "$(said large)/$(said many)" '^431 \(head-too-large\).*/431 \(head-too-large\)' "[PX-13] 1 MB of fields, 10,000 fields: 431"
is "$(said after)" "$hello allowed.test to GET /after" "the next client is served"
like "$(arrived 'http .*GET /hop')" 'X-Kept: 2' "[PX-22] end-to-end fields arrive"
unlike "$(arrived 'http .*GET /hop')" 'c2VjcmV0|X-Secret: 1' "[PX-22] ... those of the connection do not"
unlike "$(arrived 'http')" 'smuggled|evil|Upgrade|HTTP2' "[PX-12] no server saw a hidden request, another Host, an upgrade"
like "$err" "^seal-exec: blocked allowed\.test:80 \(the request's Host is another one: evil\.test\)\$" "a wrong Host is told, with the name"
mark
plain cl-te
like "$(arrived http)" 'smuggled' "control: outside the hidden request arrives"

# --- Loopback, sockets, what does not pass a name (NT-01 to NT-17) ---------------------------------------------

mark
py <<'PY'
loopback = "127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::", "127.1", "127.255.255.254"
for where in loopback:
    show(where, each, raw, *((where, port, b"x\r\n\r\n") for port in (22, 7777, 8080)))
def udp(where, port):
    def work():
        with socket.socket(socket.AF_INET6 if ":" in where else socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(0.5)
            sock.connect((where, port))
            sock.send(b"x")
            return sock.recv(100)
    return outcome(work)
show("quic", lambda: [udp(a, 443) for a in addresses("allowed.test")])
show("udp", each, udp, ("192.0.2.10", 443), ("2001:db8::10", 443), ("203.0.113.200", 53), ("192.168.77.7", 5353))
show("dns", lambda: ask_udp(query("unique.evil.test"), server="192.0.2.53"))
show("dns-tcp", each, raw, ("192.0.2.53", 53, b"x"), ("192.0.2.53", 853, b"x"))
show("dot", raw, "allowed.test", 853, b"x")
def sock(*args):
    def work():
        socket.socket(*args).close()
        return "made"
    return outcome(work)
INET, INET6, RAW, DGRAM = socket.AF_INET, socket.AF_INET6, socket.SOCK_RAW, socket.SOCK_DGRAM
show("raw", each, sock, (INET, RAW, 1), (INET6, RAW, 58), (INET, RAW, 255), (socket.AF_PACKET, RAW, 3))
show("ping", each, sock, (INET, DGRAM, 1), (INET6, DGRAM, 58))
show("families", lambda: [f for f in range(46) if f not in (1, 2, 10) and "made" in each(sock, (f, 1), (f, 2), (f, 3), (f, 5))])
show("tun", lambda: outcome(os.open, "/dev/net/tun", os.O_RDWR))
PY
for where in 127.0.0.1 ::1 ::ffff:127.0.0.1 0.0.0.0 :: 127.1 127.255.255.254; do
	is "$(said "$where")" "refused refused refused" "[NT-01] $where: nobody there"
done
is "$(said quic)" "['refused', 'refused']" "UDP to a name (QUIC): refused at once, so that clients use TCP"
is "$(said udp)" "unreachable unreachable unreachable unreachable" "[NT-02] UDP elsewhere: no route"
is "$(said dns)/$(said dns-tcp)" "unreachable/unreachable unreachable" "[NT-03] another name server: no route"
is "$(said dot)" refused "[NT-03] DNS over TLS to an allowed name: no listener"
unlike "$(said raw)$(said ping)" '^$|made' "[NT-05] no raw, packet and ping sockets"
like "$(said families)" '^\[(16)?\]$' "[NT-06] no other families"
like "$(said tun)" 'No such file|denied' "[NT-15] no tunnel device"
is "$(arrived " conn ")" "" "... nothing arrived"
unlike "$(arrived dns)" unique "... no query either"
plain 127.0.0.1 dns
is "$(said dns)" NXDOMAIN "control: outside the name server answers"
unlike "$(said 127.0.0.1)" refused "control: outside somebody is there"

timeout -k 2 20 "$seal" -- python3 -B -c '
import socket
s = socket.create_server(("", 7979), family=socket.AF_INET6, dualstack_ipv6=True)
open("listening", "w").close()
s.settimeout(15)
s.accept()' >"$T/listen" 2>&1 &
pid=$!
holds -e listening
machine <<'PY'
show("in", each, raw, *((where, 7979, b"x") for where in ("127.0.0.1", "::1", "203.0.113.200")))
PY
is "$(said in)" "refused refused refused" "[NT-17] a server inside is not reachable from the machine"
kill -TERM $pid
wait $pid 2>/dev/null

# --- Real clients ------------------------------------------------------------------------------------------------

mark
run "$seal" -- curl -sS --max-time 10 --cacert cert.pem https://allowed.test/ http://allowed.test/two
is "$out" "hello from allowed.test to GET /
hello from allowed.test to GET /two" "curl, https and http"
run "$seal" -- curl -sS --max-time 10 --cacert cert.pem https://evil.test/
blocked='^seal-exec: blocked evil\.test (:443 )?\(not in domains; to allow: \[sandbox\.os\.network\] domains = \["evil\.test"\]\)$'
curl=$status
[ "$curl" != 0 ] && printf '%s\n' "$err" | grep -qE "$blocked"
ok $? "curl to a refused name fails, and why is on standard error"
run "$seal" -q -- curl -s --max-time 10 https://evil.test/
is "$status/$err" "$curl/" "-q: the same, and nothing is said"
run "$seal" -q --log "$T/log2.json" -- curl -s --max-time 10 https://evil.test/
json "$T/log2.json" evil.test not-in-domains
ok $? "... but in the log"
is "$err" "" "... still nothing on standard error"
run "$seal" -- sh -c 'env | grep -i proxy'
is "$out" "" "no proxy variable is set"
if command -v node >/dev/null; then
	cat >fetch.mjs <<'JS'
for (const url of process.argv.slice(2))
	await fetch(url).then(async r => console.log(r.status, (await r.text()).trim()),
		e => console.log("failed", e.cause && e.cause.code));
JS
	fetch='NODE_EXTRA_CA_CERTS=cert.pem node fetch.mjs https://allowed.test/node http://v6only.test/ https://evil.test/'
	run "$seal" -- sh -c "$fetch"
	is "$out" "200 hello from allowed.test to GET /node
200 hello from v6only.test to GET /
failed ENOTFOUND" "Node's fetch"
	like "$err" "$blocked" "... and the refusal is told"
	run sh -c "$fetch"
	like "$out" '200 hello from evil\.test' "control: outside it is served"
else
	skip "Node's fetch" "no node here"
fi
git init -q --bare "$W/www/repo.git"
git -c user.name=t -c user.email=t@t.test commit -q --allow-empty -m first
git push -q "$W/www/repo.git" HEAD:refs/heads/main
git -C "$W/www/repo.git" update-server-info
want=$(git rev-parse HEAD)
run "$seal" -- git -c http.sslCAInfo=cert.pem ls-remote https://allowed.test/www/repo.git
is "$out" "$want	refs/heads/main" "git ls-remote over https"
run "$seal" -- git -c http.sslCAInfo=cert.pem ls-remote https://evil.test/www/repo.git
[ "$status" != 0 ] && printf '%s\n' "$err" | grep -qE "$blocked"
ok $? "... from a refused name: fails, and why is told"
is "$(arrived 'conn (192\.0\.2\.66|2001:db8::66)' | wc -l)" "$([ -e fetch.mjs ] && echo 1 || echo 0)" \
	"the refused server saw nobody but the control"
run git -c http.sslCAInfo=cert.pem ls-remote https://evil.test/www/repo.git
is "$out" "$want	refs/heads/main" "control: outside it is served"

# --- What is told, and how much ------------------------------------------------------------------------------------

mark
{ echo 'from client import *'; cat; } >script.py <<'PY'
asked = 356
for i in range(256):
    ask_udp(query(f"n{i}.evil.test"))
time.sleep(1 - time.monotonic() % 1)  # the log counts by seconds of this clock
start = int(time.monotonic())
for i in range(100):
    ask_udp(query(f"more{i}.evil.test"))
show("seconds", lambda: int(time.monotonic()) - start + 1)
for i in range(20):
    ask_udp(query("more99.evil.test"))
print("told", file=sys.stderr, flush=True)
until = time.monotonic() + 20
while not os.path.exists("logged") and time.monotonic() < until:
    ask_udp(query(f"later{asked}.evil.test"))
    asked += 1
    time.sleep(0.1)  # slower than the log's limit
show("asked", lambda: asked)
PY
rm -f logged
timeout -k 2 40 "$seal" --log "$T/log3.json" -- python3 -B script.py >"$T/out" 2>"$T/err" </dev/null &
pid=$!
turns=0
until grep -qs '"later' "$T/log3.json"; do
	turns=$((turns + 1))
	[ $turns -lt 1000 ] || break
	sleep 0.02
done
touch logged
wait $pid
out=$(cat "$T/out") err=$(cat "$T/err")
is "$(printf '%s\n' "$err" | grep -c '^seal-exec: blocked n[0-9]*\.evil\.test ')" 50 "356 refusals: 50 are told"
is "$(printf '%s\n' "$err" | tail -n +51 | cut -d'(' -f1 | tr '\n' ,)" \
	"seal-exec: more was blocked, and is not told here ,told," "... and once that there are more"
is "$(arrived dns)" "" "... and no query left"
cat >count.py <<'PY'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
logged = [row["host"] for row in rows if row["event"] == "refused"]
lost = sum(row["count"] for row in rows if row["event"] == "lost")
print("sum", len(logged) + lost)
print("lost", lost > 0)
print("at-once", sum(name.startswith("n") for name in logged))
print("more", sum(name.startswith("more") for name in logged))
print("later", any(name.startswith("later") for name in logged))
print("first", logged[0])
PY
want=$(said asked)
python3 -B count.py "$T/log3.json" >"$T/count"
counted() { sed -n "s/^$1 //p" "$T/count"; }
is "$(counted later)" True "whoever asks for many names hides none that comes later: the log goes on"
is "$(counted sum)" "$want" "... and what it left out is counted: with what it has, it is all that was asked for"
is "$(counted lost)/$(counted first)" True/n0.evil.test "control: something was left out, behind the first"
is "$(counted at-once)" 256 "... the log has the first 256, however fast they come"
is "$(counted more)" $((20 * $(said seconds))) "... and of the others 20 in a second"
py <<'PY'
addresses("evil.test")
time.sleep(0.3)
print("after", file=sys.stderr, flush=True)
PY
is "$(printf '%s\n' "$err" | tail -n 1)" after "a refusal is told when it happens, not at the end"
run "$seal" --log "$T/nowhere/log" -- touch marker
refused 'nowhere/log' "a log that cannot be written: refused before the start"
run "$seal" --log-fd 77 -- touch marker
refused '77|log-fd' "a log descriptor that is not open: refused before the start"
run "$seal" --log "$T/log4" -- touch marker
starts "control: one that can"

# The cap of names: those that have an address keep it, the others get none.
py <<'PY'
first = ask_udp(query("n0.wild.test"))
got = [ask_udp(query(f"n{i}.wild.test")) for i in range(1300)]
good = [g for g in got if g.startswith("NOERROR 198")]
show("capped", lambda: (len(good), len(set(good))))
show("stable", lambda: ask_udp(query("n0.wild.test")) == first)
show("beyond", ask_udp, query("n1299.wild.test"))
show("serves", http, "n1.wild.test")
PY
is "$(said capped)" "(1024, 1024)" "there are 1,024 names, and each has its own address"
is "$(said stable)/$(said serves)" "True/$hello n1.wild.test to GET /" "... those within the cap keep working"
is "$(said beyond)" REFUSED "... those beyond it get no address"
like "$err" 'too many names' "... and that is said"

# Noise: messages with a few bytes changed, connections that are broken off. The keeper lives.
grants '"allowed.test:7777"'
mark
py <<'PY'
import threading
random.seed(60)
def changed(message):
    data = bytearray(message)
    for _ in range(random.randrange(5)):
        data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data[: random.randrange(1, len(data) + 1)] if random.random() < 0.2 else data)
first = addresses("allowed.test")[0]
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.connect((nameserver(), 53))
    for i in range(2000):
        sock.send(changed(query(random.choice(["allowed.test", "a.b.wild.test", "evil.test"]))))
chunked = b"POST /x HTTP/1.1\r\nHost: allowed.test\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
def noise():
    for i in range(150):
        with socket.socket() as sock:
            sock.settimeout(0.01)
            try:
                sock.connect((first, random.choice([80, 443, 7777])))
                sock.sendall(changed(random.choice([chunked, hello("allowed.test"), get("allowed.test")])))
                sock.recv(10)
                if i % 3 == 0:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
threads = [threading.Thread(target=noise) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
show("after", each, http, "allowed.test", "second.test")
show("after-tls", tls, "allowed.test")
PY
is "$(said after)/$(said after-tls)" "$hello allowed.test to GET / $hello second.test to GET //$hello allowed.test to GET /" \
	"2,000 questions and 600 connections of noise: the next is served"
is "$(arrived ' sni ' | cut -d' ' -f3 | tr '[:upper:]' '[:lower:]' | sort -u)" allowed.test "... no other name came to a server"
unlike "$(arrived '^dns')" 'evil' "... no question about another name left the machine"

# Requests that do not end: they are held within a bound, and nobody else waits for them.
grants
cat >script.py <<'PY'
from client import *
import resource
most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
first = addresses("allowed.test")[0]
begun = b"GET / HTTP/1.1\r\nHost: allowed.test\r\nX: " + b"x" * 60000
held = []
for _ in range(min(2500, (most - 64) // 3 - 100)):
    sock = socket.socket()
    sock.connect((first, 80))
    sock.setblocking(False)
    try:
        sock.send(begun)
    except OSError:
        pass
    held.append(sock)
show("held", lambda: len(held))
show("others", quick, 2, each, http, "second.test", "second.test")
show("others-tls", quick, 2, tls, "second.test")
with open("held", "w") as file:
    pass
until = time.monotonic() + 20
while not os.path.exists("measured") and time.monotonic() < until:
    time.sleep(0.01)
PY
rm -f held measured
timeout -k 2 40 "$seal" -- python3 -B script.py >"$T/out" 2>"$T/err" </dev/null &
pid=$!
holds -e held
kept=$(sed -n 's/^VmRSS:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/$(keepers)/status")
touch measured
wait $pid
out=$(cat "$T/out")
# AddressSanitizer keeps what was freed.
[ "$(said held)" -ge 1000 ] && [ "${kept:-999999}" -lt "${ASAN_OPTIONS:+3}80000" ]
ok $? "$(said held) connections with 60 KB of a request each: the keeper holds ${kept:-?} kB"
is "$(said others)/$(said others-tls)" "$hello second.test to GET / $hello second.test to GET //$hello second.test to GET /" \
	"... and others are served"

# --- The end of a run ------------------------------------------------------------------------------------------------

cat >script.py <<'PY'
from client import *
held = [dial("allowed.test", 80) for _ in range(20)] + [dial("allowed.test", 443) for _ in range(5)]
for sock in held[:20]:
    sock.sendall(get("allowed.test", "/hang"))
    sock.recv(10)
leave(7)
PY
waited script.py
exits 7 "a command that ends with open connections ends as it did"
[ $ms -lt 500 ]
ok $? "... and nobody waits for them ($ms ms)"
cat >script.py <<'PY'
from client import *
stuff(dial("allowed.test", 80), b"POST /stall HTTP/1.1\r\nHost: allowed.test\r\nContent-Length: 1000000000\r\n\r\n")
leave(7)
PY
waited script.py
exits 7 "... with a server that does not read"
[ $ms -lt 500 ]
ok $? "... nor for what it has not read ($ms ms)"
fence 2>"$T/fence"
is "$(cat "$T/fence")" "" "... the servers see their ends"
is "$(left)" "" "no keeper is left"

done_testing
