#!/bin/bash
# limit: 150
# The explicit proxy (proxy = "explicit"): CONTAINMENT.md §1.6, each row through each way in: CONNECT,
# absolute requests, SOCKS5 with names and with addresses; and the proxy of a company behind it.
# The helpers set out, err and status, and their arguments may be missing; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

hello='200 hello from'

# grants [ENTRIES]: the usual names and more.
grants()
{
	manifest <<-MANIFEST
		[sandbox.os.network]
		proxy = "explicit"
		domains = ["allowed.test", "second.test", "*.wild.test"${1:+, $1}]
	MANIFEST
}

# The ways in, as functions of a host; what they give where it is refused is in three languages.
cat >ways.py <<'PY'
from client import *
def ways(label, host, *more):
    show(label + " connect", quick, 5, via_connect, host)
    show(label + " get", quick, 5, via_get, host)
    show(label + " socks", quick, 5, via_socks, host)
    for atyp in more:
        show(f"{label} socks{atyp}", quick, 5, via_socks, host, atyp=atyp)
PY

# served LABEL NAME: each way gives an answer. denied LABEL NAME: each gives a refusal, of its own kind.
served()
{
	is "$(said "$1 connect" | cut -c1-14)$(said "$1 get" | cut -c1-14)$(said "$1 socks" | cut -c1-14)" \
		"$hello$hello$hello" "$2"
}
denied()
{
	like "$(said "$1 connect") / $(said "$1 get") / $(said "$1 socks")" \
		'^(400|403) \([a-z-]+\).* / (400|403) \([a-z-]+\).* / socks [12458]$' "$2"
}

# --- What a command gets ------------------------------------------------------------------------------------

grants
mark
HTTPS_PROXY=http://u:caller@corp.test:1 no_proxy=allowed.test run "$seal" -- env
for name in HTTP_PROXY HTTPS_PROXY http_proxy https_proxy npm_config_proxy npm_config_https_proxy CARGO_HTTP_PROXY; do
	like "$out" "^$name=http://127\\.0\\.0\\.1:880/?$" "$name is set"
done
for name in ALL_PROXY all_proxy; do
	like "$out" "^$name=socks5h://127\\.0\\.0\\.1:880/?$" "$name is set"
done
like "$out" '^JAVA_TOOL_OPTIONS=.*-Dhttps\.proxyPort=880' "JAVA_TOOL_OPTIONS is set"
like "$out" '^(NO_PROXY|no_proxy)=.*localhost' "NO_PROXY names loopback"
unlike "$out" 'corp|caller|allowed\.test' "[EN-09] nothing of the caller's own proxy is left"
run "$seal" -- curl -sS --max-time 10 --cacert cert.pem https://allowed.test/ http://allowed.test/two
is "$out" "hello from allowed.test to GET /
hello from allowed.test to GET /two" "curl by the variables, https and http"
run "$seal" -- curl -sS --max-time 10 --cacert cert.pem --proxy socks5h://127.0.0.1:880 https://allowed.test/
is "$out" "hello from allowed.test to GET /" "curl by SOCKS5"
run "$seal" -- curl -sS --max-time 10 https://evil.test/
[ "$status" != 0 ] && printf '%s\n' "$err" | grep -q '^seal-exec: blocked evil\.test:443 (not in domains; to allow: .*"evil\.test"'
ok $? "curl to a refused name fails, and why is told"
git init -q --bare "$W/www/repo.git"
git -c user.name=t -c user.email=t@t.test commit -q --allow-empty -m first
git push -q "$W/www/repo.git" HEAD:refs/heads/main
git -C "$W/www/repo.git" update-server-info
run "$seal" -- git -c http.sslCAInfo=cert.pem ls-remote https://allowed.test/www/repo.git
is "$out" "$(git rev-parse HEAD)	refs/heads/main" "git ls-remote over https"
mark
py <<'PY'
show("name", addresses, "allowed.test")
show("evil", addresses, "evil.test")
show("dial", each, raw, ("192.0.2.10", 80, b"x"), ("2001:db8::10", 443, b"x"), ("198.18.0.1", 80, b"x"), ("127.0.0.1", 8080, b"x"))
PY
is "$(said name)$(said evil)" "['no-name']['no-name']" "names do not resolve in this mode"
is "$(said dial)" "unreachable unreachable unreachable refused" "... and nothing but the proxy is there"
is "$(arrived)" "" "... nothing left the machine"

# --- Names (PX-01, PX-02, PX-04, PX-07, PX-08) -------------------------------------------------------------------

mark
cat ways.py - >script.py <<'PY'
ways("control", "allowed.test")
ways("wild", "b.wild.test")
ways("upper", "ALLOWED.test")
ways("dot", "allowed.test.")
for name in "denied.test", "allowed.test.evil.test", "xallowed.test", "wild.test", "www.allowed.test":
    ways(name, name)
literals = ["127.0.0.1", "0", "127.1", "2130706433", "0x7f.1", "0177.1", "017700000001", "0x7f000001",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "[::1]", "[::ffff:7f00:1]", "[fe80::1%lo]", "[64:ff9b::7f00:1]",
    "[::127.0.0.1]", "192.0.2.66", "[2001:db8::66]", "10.0.0.1", "[::]", "0.0.0.0", "169.254.169.254"]
for number, name in enumerate(literals):
    ways(f"literal{number}", name)
for name in "127.0.0.1", "192.0.2.66", "10.0.0.1", "0.0.0.0", "198.18.0.1":
    show("socks1 " + name, via_socks, name, 443, atyp=1)
for name in "::1", "::ffff:127.0.0.1", "::ffff:192.0.2.66", "fe80::1", "64:ff9b::7f00:1", "::127.0.0.1", "2001:db8::66", "fd73:6561:6c00::1":
    show("socks4 " + name, via_socks, name, 443, atyp=4)
odd = ["allowed.test..", ".allowed.test", "", "allowed..test", "аllowed.test", "allowed\u200b.test", "ａllowed.test",
    "allowed.test@evil.test", "evil.test\\@allowed.test", "allowed.test#.evil.test", "allowed.test%00.evil.test",
    "allowed.test\0.evil.test", "allowed.test evil.test", "allowed.test\r\nX: y", "*.wild.test", "a" * 64 + ".wild.test",
    "a." * 123 + "wild.test", "evil.test/allowed.test", "evil.test?allowed.test", "allowed.test:443:443", "xn--llowed-dqf.test"]
for number, name in enumerate(odd):
    ways(f"odd{number}", name)
PY
run "$seal" -- python3 -B script.py
served control "control: an allowed name, each way"
served wild "a name below a wildcard, each way"
served upper "[PX-04] upper case, each way"
served dot "[PX-04] one dot at the end, each way"
for name in denied.test allowed.test.evil.test xallowed.test wild.test www.allowed.test; do
	is "$(said "$name connect" | cut -d' ' -f1-2)/$(said "$name get" | cut -d' ' -f1-2)/$(said "$name socks")" \
		"403 (not-in-domains)/403 (not-in-domains)/socks 2" "[PX-01] $name, each way"
done
for number in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	denied literal$number "[PX-02] address literal $number, each way"
	denied odd$number "[PX-07] [PX-08] odd name $number, each way"
done
is "$(printf '%s\n' "$out" | grep '^socks[14] ' | grep -c ': socks 2$')" 13 "[PX-02] SOCKS5 with addresses: refused"
is "$(arrived dns | cut -d' ' -f2 | tr '[:upper:]' '[:lower:]' | sort -u)" "allowed.test
b.wild.test" "[PX-01] nobody but the allowed was looked up"
is "$(arrived ' conn ' | cut -d' ' -f3 | grep -vE '^(192\.0\.2\.(10|30)|2001:db8::(10|30))$')" "" "... or reached"
printf '%s' "$err" | tr -dc '\0-\011\013-\037\177' >"$T/left"
printf '%s' "$err" | grep -o "$(printf '\342\200\213')" >>"$T/left"
is "$(wc -c <"$T/left" | tr -d ' ')" 0 "[PX-24] what is said of them is printable"

# A relay inside is no other client than the rest: the verdict is about where, not about who asks.
cat ways.py - >script.py <<'PY'
import client, threading
def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        a.close(), b.close()
def relay(listener, to):
    while True:
        near, _ = listener.accept()
        far = socket.create_connection(to)
        for ends in (near, far), (far, near):
            threading.Thread(target=pump, args=ends, daemon=True).start()
names = ["allowed.test", "b.wild.test", "ALLOWED.test.", "evil.test", "wild.test", "127.0.0.1", "0x7f.1", "[::1]",
    "allowed.test@evil.test", "allowed.test..", "169.254.169.254"]
listener = socket.create_server(("127.0.0.1", 8881))
threading.Thread(target=relay, args=(listener, client.VIA), daemon=True).start()
for label, via in ("direct", client.VIA), ("relayed", ("127.0.0.1", 8881)):
    client.VIA = via
    for name in names:
        ways(f"{label} {name}", name)
PY
run "$seal" -- python3 -B script.py
is "$(said 'direct allowed.test connect' | cut -c1-14)/$(said 'direct evil.test socks')" "$hello/socks 2" \
	"control: without a relay one is served, another refused"
is "$(printf '%s\n' "$out" | sed -n 's/^relayed //p')" "$(printf '%s\n' "$out" | sed -n 's/^direct //p')" \
	"[PX-25] through a relay inside: the same answers, each way"
is "$(printf '%s\n' "$out" | grep -c '^relayed ')" 33 "control: there are 33"

# A manifest may list addresses literally.
grants '"192.0.2.20", "[2001:db8::20]", "10.0.0.20:8080"'
cat ways.py - >script.py <<'PY'
show("v4", via_get, "192.0.2.20")
show("v4 socks", via_socks, "192.0.2.20", 80, atyp=1, then="http")
show("v6", via_get, "[2001:db8::20]")
show("v6 socks", via_socks, "2001:db8::20", 80, atyp=4, then="http")
show("port", via_get, "10.0.0.20", 8080)
show("other", via_get, "192.0.2.21")
show("other port", via_get, "10.0.0.20")
PY
run "$seal" -- python3 -B script.py
is "$(printf '%s\n' "$out" | grep -c "$hello")" 5 "[PX-02] listed addresses are reached, each way"
is "$(said other | cut -d' ' -f1-2)/$(said "other port" | cut -d' ' -f1-2)" \
	"403 (address-not-listed)/403 (port-not-granted)" "... and only on their ports"

# Rules that are too wide are no rules.
for rule in '*' '*.com' '*.co.uk' '*.github.io' '*.test' com; do
	rm -f seal.toml
	printf '[sandbox.os.network]\ndomains = ["%s"]\n' "$rule" >seal.toml
	run "$seal" check
	[ "$status" != 0 ] && printf '%s\n' "$err" | grep -q 'seal.toml:2:'
	ok $? "[PX-06] '$rule' is refused when it is read"
done
printf '[sandbox.os.network]\ndomains = ["*.wild.test"]\n' >seal.toml
run "$seal" check
exits 0 "control: '*.wild.test' is not"
printf '[sandbox.os.network]\ndomains = ["münchen.test"]\n' >seal.toml
run "$seal" check
like "$err" 'xn--' "[PX-07] a rule that is not ASCII is refused, with the form to write"

# --- Requests (PX-10, PX-12, PX-13, PX-21, PX-22) ----------------------------------------------------------------

grants
mark
cat ways.py - >script.py <<'PY'
def ask(label, *requests):
    show(label, quick, 5, via_raw, *requests)
def line(target, method="GET", host="allowed.test", more=b"", version="1.1"):
    return f"{method} {target} HTTP/{version}\r\nHost: {host}\r\n".encode() + more + b"\r\n"
url = "http://allowed.test/"
ask("control", line(url))
ask("control-post", line("http://allowed.test/sum", "POST", more=b"Content-Length: 2\r\n") + b"ok")
ask("control-options", line("http://allowed.test", "OPTIONS"))
ask("mismatch", line(url, host="denied.test"))
ask("mismatch-2", line("http://denied.test/", host="allowed.test"))
ask("two-hosts", line(url, more=b"Host: denied.test\r\n"))
ask("no-host", b"GET http://allowed.test/ HTTP/1.1\r\n\r\n")
ask("port", line("http://allowed.test:8080/", host="allowed.test:8080"))
ask("port-443", line("http://allowed.test:443/", host="allowed.test:443"))
ask("keep-alive", line(url), line("http://denied.test/", host="denied.test"))
ask("keep-alive-2", line(url), line(url))
ask("pipelined", line(url) + line("http://denied.test/smuggled", host="denied.test"))
smuggled = line("http://denied.test/smuggled", host="denied.test")
ask("cl-te", line(url, "POST", more=b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + b"0\r\n\r\n" + smuggled)
ask("te-identity", line(url, "POST", more=b"Transfer-Encoding: chunked, identity\r\n") + b"0\r\n\r\n" + smuggled)
ask("cl-cl", line(url, "POST", more=b"Content-Length: 0\r\nContent-Length: 5\r\n") + smuggled)
ask("folded", line(url, more=b"X: a\r\n Host: denied.test\r\n"))
ask("lf", b"GET http://allowed.test/ HTTP/1.1\nHost: allowed.test\n\n")
ask("chunk-ext", line(url, "POST", more=b"Transfer-Encoding: chunked\r\n") + b"1;" + b"x" * 65536 + b"\r\na\r\n0\r\n\r\n")
ask("behind-connect", connect_head("allowed.test", 443) + hello("allowed.test"))
ask("connect-body", connect_head("allowed.test", 443, "Content-Length: 5\r\n") + b"hello")
ask("trace", line(url, "TRACE"))
ask("connect-path", b"CONNECT / HTTP/1.1\r\nHost: allowed.test\r\n\r\n")
ask("connect-url", b"CONNECT http://allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n")
ask("connect-no-port", b"CONNECT allowed.test HTTP/1.1\r\nHost: allowed.test\r\n\r\n")
ask("connect-port-0", connect_head("allowed.test", 0))
ask("connect-port-big", connect_head("allowed.test", 65979))
ask("connect-port-text", connect_head("allowed.test", "443x"))
ask("origin", line("/"))
for scheme in "file", "ftp", "https", "gopher", "HTTP+UNIX":
    ask(scheme, line(f"{scheme}://allowed.test/"))
ask("file3", line("file:///etc/passwd"))
ask("http2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
ask("http11x", line(url, version="1.10"))
ask("large", line(url, more=b"X: " + b"a" * 1000000 + b"\r\n"))
ask("many", line(url, more=b"X: a\r\n" * 10000))
ask("hop", line("http://allowed.test/hop", more=b"Proxy-Authorization: Basic c2VjcmV0\r\nProxy-Connection: keep-alive\r\nConnection: X-Secret\r\nX-Secret: 1\r\nX-Kept: 2\r\n"))
ask("websocket", line("http://allowed.test/", more=b"Upgrade: h2c\r\nConnection: Upgrade\r\n"))
ask("nothing", b"\0\1\2\3\4\r\n\r\n")
ask("tls", hello("allowed.test"))
show("tunnel-host", lambda: via_connect("allowed.test", 80, then="http"))
def tunnel_other():
    with dial(*VIA) as sock:
        sock.sendall(connect_head("allowed.test", 80))
        connect_answer(sock)
        return exchange(sock, get("denied.test"))
show("tunnel-other", tunnel_other)
for label, options in {"match": {}, "mismatch": {"sni": "denied.test"}, "none": {"sni": None},
        "ech": {"bend": with_extension(0xfe0d, bytes(64))}, "records": {"bend": records(1)}}.items():
    def handshake(way, sni="allowed.test", bend=None):
        with dial(*VIA) as sock:
            if way == "connect":
                sock.sendall(connect_head("allowed.test", 443))
                if connect_answer(sock)[0] != "200":
                    return "no tunnel"
            elif socks_open(sock, socks_request("allowed.test", 443)) != 0:
                return "no tunnel"
            return outcome(lambda: exchange(Tls(sock, sni, bend, False), get("allowed.test")))
    for way in "connect", "socks":
        show(f"sni-{label} {way}", handshake, way, **options)
def not_tls():
    with dial(*VIA) as sock:
        sock.sendall(connect_head("allowed.test", 443))
        connect_answer(sock)
        sock.sendall(b"SSH-2.0-x\r\n")
        return outcome(sock.recv, 100)
show("not-tls", not_tls)
ask("after", line(url))
PY
run "$seal" -- python3 -B script.py
is "$(said control)/$(said after)" "$hello allowed.test to GET //$hello allowed.test to GET /" "control: a plain request, before and after"
like "$(said control-post)/$(said control-options)" '^200 2 .*/200 hello' "control: POST with a body, OPTIONS"
for label in mismatch mismatch-2 two-hosts no-host; do
	like "$(said $label)" '^40[03] \(' "[PX-10] $label: refused"
done
is "$(said port | cut -d' ' -f1-2)" "403 (port-not-granted)" "another port is refused"
unlike "$(said port-443)" 'hello' "plain HTTP to port 443 is not served"
is "$(said keep-alive | sed 's/;.*//')/$(said pipelined | sed 's/;.*//')" "$hello allowed.test to GET //$hello allowed.test to GET /" \
	"[PX-12] the first of several requests is served"
unlike "$(said keep-alive)" 'hello.*hello|hello from denied' "[PX-12] ... the second, to another host, is not"
for label in cl-te te-identity cl-cl folded lf trace origin file file3 ftp https gopher HTTP+UNIX connect-path connect-url \
	connect-no-port connect-port-0 connect-port-big connect-port-text http11x; do
	like "$(said $label)" '^(400|403|501) \([a-z-]+\)' "[PX-12] [PX-21] $label: refused"
done
for label in chunk-ext http2 nothing tls connect-body; do
	unlike "$(said $label)" '^$|^200|hello|late|timeout' "[PX-12] $label: not served"
done
like "$(said behind-connect)" '^400 \(bad-request\)' "[PX-12] bytes behind CONNECT before its answer: refused"
like "$(said large)/$(said many)" '^431 \(head-too-large\).*/431 \(head-too-large\)' "[PX-13] 1 MB of fields, 10,000 fields: 431"
like "$(arrived 'http .*/hop')" 'X-Kept: 2' "[PX-22] end-to-end fields arrive"
unlike "$(arrived 'http .*/hop')" 'c2VjcmV0|X-Secret: 1|Proxy-' "[PX-22] ... those of the connection do not"
unlike "$(arrived http)" 'smuggled|denied|h2c|http://' "[PX-12] no server saw a hidden request, another Host, an absolute one"
is "$(said tunnel-host)" "$hello allowed.test to GET /" "CONNECT to port 80: HTTP inside"
like "$(said tunnel-other)" '^403 \(host-mismatch\)' "[PX-10] ... its Host is judged too"
is "$(said 'sni-match connect')/$(said 'sni-records socks')" "$hello allowed.test to GET //$hello allowed.test to GET /" \
	"[PX-11] TLS with the name, in one record and in many"
for label in mismatch none ech; do
	like "$(said "sni-$label connect")/$(said "sni-$label socks")" '^(alert|closed|reset)/(alert|closed|reset)$' \
		"[PX-11] TLS through CONNECT and SOCKS: $label is closed"
done
unlike "$(said not-tls)" 'SSH|timeout' "[PX-11] not TLS through CONNECT: closed"
unlike "$(arrived sni)" 'denied| -$' "[PX-11] ... and no server saw it"

# --- SOCKS (PX-20) ---------------------------------------------------------------------------------------------------

mark
cat ways.py - >script.py <<'PY'
def socks(label, *parts, n=100, pause=0):
    def work():
        with dial(*VIA) as sock:
            sock.settimeout(5)
            got = b""
            for part in parts:
                sock.sendall(part)
                time.sleep(pause)
            while len(got) < n and (more := sock.recv(n - len(got))):
                got += more
            return got.hex() or "closed"
    show(label, quick, 4, lambda: outcome(work))
name = b"\3\x0callowed.test\1\xbb"
socks("ok", b"\5\1\0", b"\5\1\0" + name, n=12)
socks("ok-bytes", *(bytes([b]) for b in b"\5\1\0\5\1\0" + name), n=12, pause=0.001)
socks("ok-methods", b"\5\3\2\1\0\5\1\0" + name, n=12)
socks("bind", b"\5\1\0\5\2\0" + name)
socks("udp", b"\5\1\0\5\3\0" + name)
socks("command", b"\5\1\0\5\x99\0" + name)
socks("reserved", b"\5\1\0\5\1\7" + name)
socks("atyp", b"\5\1\0\5\1\0\5" + name[1:])
socks("no-methods", b"\5\0")
socks("password", b"\5\1\2")
socks("empty", b"\5\1\0\5\1\0\3\0\1\xbb")
socks("long", b"\5\1\0\5\1\0\3\xff" + b"a" * 255 + b"\1\xbb")
socks("nul", b"\5\1\0\5\1\0\3\x0callowed\0test\1\xbb")
socks("port0", b"\5\1\0\5\1\0\3\x0callowed.test\0\0")
socks("v4", b"\4\1\1\xbb\x7f\0\0\1user\0")
socks("v4a", b"\4\1\1\xbb\0\0\0\1user\0allowed.test\0")
socks("version", b"\5\1\0\4\1\0" + name)
socks("early", b"\5\1\0\5\1\0" + name + hello("allowed.test"))
socks("garbage", b"\5" + bytes(range(255)) * 4)
show("after", via_socks, "allowed.test")
PY
run "$seal" -- python3 -B script.py
for label in ok ok-bytes ok-methods; do
	is "$(said $label)" "050005000001000000000000" "SOCKS5: $label"
done
is "$(said bind | cut -c1-8)$(said udp | cut -c1-8)$(said command | cut -c1-8)" "050005070500050705000507" "[PX-20] BIND, UDP ASSOCIATE, unknown: 7"
is "$(said atyp | cut -c1-8)" 05000508 "[PX-20] an unknown address type: 8"
is "$(said no-methods)$(said password)" "05ff05ff" "[PX-20] no method that is spoken: ff"
for label in reserved empty long nul port0 version early; do
	unlike "$(said $label)" '^$|^05000500|late|timeout' "[PX-20] $label: refused"
done
for label in v4 v4a garbage; do
	unlike "$(said $label)" '^$|^005a|^05000500|late|timeout' "[PX-20] $label: refused"
done
is "$(said after)" "$hello allowed.test to GET /" "control: the next client is served"

# --- The address guard and the resolver (PX-14, PX-16, PX-17, PX-18), slow clients and many (PX-13, PX-23) ---------------

grants '"*.guard.test", "servfail.test", "refused.test", "timeout.test", "cname.test", "in-hosts.test", "localhost", "sealhost", "mixed.test"'
mark
cat ways.py - >script.py <<'PY'
import resource
import select
import threading
import tables
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
slow = []
def in_background(label, work, *args):
    def timed():
        start = time.monotonic()
        result = outcome(work, *args)
        slow.append((label, f"{result} {'late' if time.monotonic() - start > 13 else 'in time'}"))
    thread = threading.Thread(target=timed)
    thread.start()
    return thread
def drip(first, byte):
    with dial(*VIA) as sock:
        sock.settimeout(15)
        sock.sendall(first)
        while True:
            if select.select([sock], [], [], 0.7)[0]:
                return answer(sock)[0]
            sock.sendall(byte)
def silent():
    with dial(*VIA) as sock:
        sock.settimeout(15)
        return sock.recv(10)
threads = [
    in_background("drip", drip, b"GET http://allowed.test/ HTTP/1.1\r\nX: ", b"a"),
    in_background("drip-connect", drip, b"CONNECT allowed.test:443 HTTP/1.1\r\n", b"X"),
    in_background("silent", silent),
    in_background("no-answer", via_get, "timeout.test"),
]
for label in tables.GUARD:
    ways(label, label + ".guard.test")
ways("servfail", "servfail.test")
ways("refused", "refused.test")
ways("in-hosts", "in-hosts.test")
ways("localhost", "localhost")
ways("sealhost", "sealhost")
ways("cname", "cname.test")
ways("mixed", "mixed.test")
show("itself", each, via_connect, ("localhost", 880), ("127.0.0.1", 880), ("sealhost", 880))
# 1,000 that say nothing and 200 that ask at the same time.
idle = [dial(*VIA) for _ in range(1000)]
answers = []
def ask():
    answers.append(via_get("allowed.test"))
def stuck():
    sock = dial(*VIA)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.sendall(b"GET http://allowed.test/bytes/50000000 HTTP/1.1\r\nHost: allowed.test\r\n\r\n")
    return sock
unread = [stuck() for _ in range(8)]
asking = [threading.Thread(target=ask) for _ in range(200)]
start = time.monotonic()
for thread in asking:
    thread.start()
for thread in asking:
    thread.join()
show("active", lambda: sum(a.startswith("200 hello") for a in answers))
show("active-time", lambda: time.monotonic() - start < 5)
for sock in unread[:4]:
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
for sock in idle + unread:
    sock.close()
show("after", via_get, "allowed.test")
for thread in threads:
    thread.join()
for label, said in slow:
    show(label, lambda: said)
PY
run "$seal" -- python3 -B script.py
for label in $(python3 -B -c 'import tables; print(*tables.GUARD)'); do
	denied "$label" "[PX-14] a name that leads to $label, each way"
done
denied in-hosts "[PX-17] the machine's hosts file says 127.0.0.1, each way"
denied localhost "[PX-17] localhost, though listed, each way"
denied sealhost "[PX-17] the machine's name, though listed, each way"
unlike "$(said itself)" 200 "[PX-18] the proxy itself"
for label in servfail refused; do
	like "$(said "$label connect") / $(said "$label get") / $(said "$label socks")" \
		'^502 \(cannot-resolve\).* / 502 \(cannot-resolve\).* / socks [1-5]$' "[PX-16] $label, each way"
done
served mixed "[PX-14] public and private addresses: served by the public one"
like "$(said 'cname get')" "$hello" "[PX-16] a CNAME to a name that is not listed is its own business"
is "$(arrived 'host[0-9]+ conn')$(arrived 'conn (10\.|fd|172|169|127|::1 )')" "" "[PX-14] [PX-18] no such address was dialled"
like "$(said no-answer)" '^502 .*in time$' "[PX-16] a name server that does not answer: 502"
like "$(said drip)/$(said drip-connect)" '^(408 .*|closed |reset )in time/(408 .*|closed |reset )in time$' "[PX-13] a head byte by byte: 408, within its time"
like "$(said silent)" "^(b''|reset) in time$" "[PX-13] a client that says nothing is closed"
is "$(said active)/$(said active-time)" 200/True "[PX-23] 200 of 200 are served beside 1,000 that say nothing and 8 that do not read"
is "$(said after)" "$hello allowed.test to GET /" "[PX-23] ... and the next one, when they are gone"

# --- A company's proxy -------------------------------------------------------------------------------------------------------

for mode in explicit transparent; do
	config <<-'TOML'
		[sandbox.os.network]
		upstream_proxy = "http://user:pa%3Ass@10.0.0.3:3128"
	TOML
	manifest <<-MANIFEST
		[sandbox.os.network]
		proxy = "$mode"
		domains = ["allowed.test", "corp.test", "allowed.test:22", "rebind.test"]
	MANIFEST
	mark
	run "$seal" -- curl -sS --max-time 10 --cacert cert.pem https://allowed.test/ http://allowed.test/two
	is "$out" "hello from allowed.test to GET /
hello from allowed.test to GET /two" "[PX-26] $mode: https and http through the company's proxy"
	like "$(arrived ' proxy ')" '"CONNECT allowed\.test:443 HTTP/1\.1' "[PX-26] $mode: ... which sees CONNECT"
	like "$(arrived ' proxy ')" '"GET http://allowed\.test/two HTTP/1\.1|"CONNECT allowed\.test:80 HTTP/1\.1' "[PX-26] $mode: ... and the request"
	is "$(arrived ' conn ' | cut -d' ' -f3- | sort -u | head -n 1)" "10.0.0.3 3128" "[PX-26] $mode: ... and nobody else is dialled by the machine"
	is "$(arrived dns)" "" "[PX-26] $mode: ... which looks up nothing itself"
	run "$seal" -- curl -sS --max-time 10 https://evil.test/
	[ "$status" != 0 ] && printf '%s\n' "$err" | grep -q '^seal-exec: blocked evil\.test'
	ok $? "[PX-26] $mode: a denied name is refused"
	unlike "$(arrived ' proxy ')" evil "[PX-26] $mode: ... and never named to the company's proxy"
	run "$seal" -- sh -c 'env; cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr "\0" "\n"'
	unlike "$out" 'pa:ss|pa%3Ass|10\.0\.0\.3' "[EN-09] $mode: its address and login are not visible inside"
	config <<-'TOML'
		[sandbox.os.network]
		upstream_proxy = "http://user:wrong@10.0.0.3:3128"
	TOML
	run "$seal" -- curl -sS --max-time 10 --cacert cert.pem https://allowed.test/
	[ "$status" != 0 ] && printf '%s\n' "$err" | grep -q '^seal-exec: cannot reach allowed\.test:443 .*407'
	ok $? "$mode: a login that the company's proxy refuses is told as such"
	config </dev/null
done
for at in proxy.corp.test 127.0.0.1 localhost; do
	config <<-TOML
		[sandbox.os.network]
		upstream_proxy = "http://user:pa%3Ass@$at:3128"
	TOML
	run "$seal" -- curl -sS --max-time 10 --cacert cert.pem https://allowed.test/
	is "$out" "hello from allowed.test to GET /" "a company's proxy at $at: the user's own word, whatever its address"
done
py <<'PY'
with dial("allowed.test", 22) as sock:
    print(sock.recv(100))
PY
is "$out" "b'SSH-2.0-stub\\r\\n'" "... other ports go through it too"
config <<'TOML'
[sandbox.os.network]
upstream_proxy = "http://10.0.0.3:3129"
TOML
run "$seal" -- curl -sS --max-time 10 https://allowed.test/
[ "$status" != 0 ] && printf '%s\n' "$err" | grep -q '^seal-exec: cannot reach '
ok $? "... one that is down: told"
config </dev/null
manifest <<'TOML'
[sandbox.os.network]
domains = ["allowed.test"]
upstream_proxy = "http://evil.test:3128"
TOML
run "$seal" -- touch marker
refused 'upstream_proxy' "a project cannot name the company's proxy"

# --- seal-exec connect -----------------------------------------------------------------------------------------------------------

manifest <<'TOML'
[sandbox.os.network]
proxy = "explicit"
domains = ["allowed.test:22", "allowed.test:7777", "allowed.test:9"]
TOML
cp "$seal" ./seal-exec
run "$seal" -- sh -c 'printf "SSH-2.0-client\r\n" | ./seal-exec connect allowed.test 22'
is "$out" "$(printf 'SSH-2.0-stub\r\nSSH-2.0-client\r')" "seal-exec connect: bytes both ways, until both ends"
head -c 3000000 /dev/urandom >big
run "$seal" -- sh -c './seal-exec connect allowed.test 7777 <big >back'
cmp -s big back
ok $? "seal-exec connect: 3 MB there and back"
run "$seal" -- ./seal-exec connect evil.test 22
[ "$status" != 0 ] && printf '%s\n' "$err" | grep -q 'evil\.test'
ok $? "seal-exec connect to a refused name fails, and names it"
run "$seal" -- ./seal-exec connect allowed.test 9
[ "$status" != 0 ]
ok $? "seal-exec connect to a closed port fails"

done_testing
