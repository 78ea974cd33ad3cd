#!/bin/bash
# limit: 120
# seal-exec connect HOST PORT, against a proxy of the test's own on the loopback. What the proxy
# does is in the host that it is asked for; what it was asked and sent is in $T/seen.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

cat >"$T/proxy.py" <<'END'
import hashlib, os, socket, struct, sys, threading, time

def head(s):
    data = b""
    while b"\r\n\r\n" not in data:
        more = s.recv(65536)
        if not more:
            return data
        data += more
    return data

def rest(s, data=b""):
    while more := s.recv(65536):
        data += more
    return data

def seen(what):
    with open(sys.argv[1] + "/seen", "ab") as f:
        f.write(what)

def serve(s):
    request = head(s)
    seen(request)
    host = request.split(b" ")[1].split(b".")[0]
    ok = b"HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n"
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if host == b"echo":  # everything back, while it comes
        s.sendall(ok)
        while more := s.recv(65536):
            s.sendall(more)
    elif host == b"early":  # bytes of the server's in the segment of the answer
        s.sendall(ok + b"early\0bytes\r\n\r\nmore\n")
    elif host == b"banner":
        s.sendall(ok + b"SSH-2.0-seal_test\r\n")
    elif host == b"split":
        for byte in ok + b"bytes\n":
            s.sendall(bytes([byte]))
            time.sleep(0.001)
    elif host == b"plain":  # the shortest answer there is
        s.sendall(b"HTTP/1.0 200 \r\n\r\nbytes\n")
    elif host == b"sum":  # speaks when the client has ended
        s.sendall(ok)
        s.sendall(hashlib.sha256(rest(s)).hexdigest().encode() + b"\n")
    elif host == b"first":  # ends first, and still listens
        s.sendall(ok + b"bye\n")
        s.shutdown(socket.SHUT_WR)
        seen(rest(s))
        os.rename(sys.argv[1] + "/seen", sys.argv[1] + "/seen-all")
    elif host == b"reset":
        s.sendall(ok + b"so far\n")
        s.recv(1)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    elif host == b"refused":
        s.sendall(b"HTTP/1.1 403 Forbidden\r\nX-Proxy-Error: name\r\n\r\n")
        s.sendall(b"not in domains; \033[31mto allow: domains\r\nsecond line\r\n")
    elif host == b"short":
        s.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")
    elif host == b"open":  # refuses and does not close
        s.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        s.recv(1)
    elif host == b"long":
        s.sendall(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70000 + b"\r\n\r\n")
    elif host == b"ssh":
        s.sendall(b"SSH-2.0-server\r\n\r\n")
    elif host in (b"201", b"100", b"2000"):
        s.sendall(b"HTTP/1.1 " + host + b" Well\r\n\r\n")
    elif host == b"version":
        s.sendall(b"HTTP/2.0 200 OK\r\n\r\n")
    s.close()

def listen(family, address, name):
    server = socket.create_server((address, 0), family=family)
    with open(name + ".new", "w") as f:
        f.write("%d\n" % server.getsockname()[1])
    os.rename(name + ".new", name)
    while True:
        threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

six = (socket.AF_INET6, "::1", sys.argv[1] + "/six")
threading.Thread(target=listen, args=six, daemon=True).start()
listen(socket.AF_INET, "127.0.0.1", sys.argv[1] + "/four")
END
timeout 110 python3 "$T/proxy.py" "$T" </dev/null >/dev/null 2>&1 &
proxy=$!
trap 'kill $proxy; rm -rf "$T"' EXIT
holds -e "$T/four" && holds -e "$T/six" || exit 1
read -r four <"$T/four"
read -r six <"$T/six"
unset HTTPS_PROXY https_proxy HTTP_PROXY http_proxy ALL_PROXY all_proxy NO_PROXY no_proxy
export HTTPS_PROXY="http://127.0.0.1:$four"

# feeds TEXT COMMAND...: as run, with the text on standard input.
feeds()
{
	text=$1
	shift
	status=0
	printf '%s' "$text" | timeout -k 2 30 "$@" >"$T/out" 2>"$T/err" || status=$?
	out=$(tr -d '\000' <"$T/out") err=$(cat "$T/err")
}

# --- It carries -----------------------------------------------------------------------------------------

feeds 'hello' "$seal" connect echo.example 22
is "$status/$out/$err" "0/hello/" "what is sent comes back"
is "$(cat "$T/seen")" "$(printf 'CONNECT echo.example:22 HTTP/1.1\r\nHost: echo.example:22\r\n\r\n')" \
	"... and the proxy was asked for that host, and for nothing else"
for host in split plain; do
	feeds '' "$seal" connect $host.example 22
	printf '%s' "$status/$out" | grep -qx '0/.*bytes'
	ok $? "an answer of the kind '$host'"
done
run "$seal" connect early.example 22
is "$(od -An -c <"$T/out" | tr -d ' \n')" 'early\0bytes\r\n\r\nmore\n' \
	"bytes behind the answer's head come through as they are"
head -c 33554432 /dev/urandom >"$T/bytes"
sum=$(sha256sum <"$T/bytes")
status=0
timeout 60 "$seal" connect echo.example 22 <"$T/bytes" >"$T/back" 2>"$T/err" || status=$?
is "$status/$(sha256sum <"$T/back")" "0/$sum" "32 MiB both ways at once, exact, from file to file"
status=0
# shellcheck disable=SC2002 # a pipe is what is tried
cat "$T/bytes" | timeout 60 "$seal" connect echo.example 22 2>"$T/err" | cat >"$T/back" || status=$?
is "$status/$(sha256sum <"$T/back")" "0/$sum" "... from pipe to pipe"
rm -f "$T/back"
status=0
timeout 60 python3 - "$seal" "$T/bytes" <<'END' >"$T/out" 2>"$T/err" || status=$?
import hashlib, socket, subprocess, sys, threading
a, b = socket.socketpair()
child = subprocess.Popen([sys.argv[1], "connect", "echo.example", "22"], stdin=b, stdout=b)
b.close()
data = open(sys.argv[2], "rb").read()
def write():
    a.sendall(data)
    a.shutdown(socket.SHUT_WR)
writer = threading.Thread(target=write)
writer.start()
back = hashlib.sha256()
while more := a.recv(65536):
    back.update(more)
writer.join()
sys.exit(child.wait() or back.digest() != hashlib.sha256(data).digest())
END
exits 0 "... through a socket pair"
status=0
timeout 60 "$seal" connect sum.example 22 <"$T/bytes" >"$T/out" 2>"$T/err" || status=$?
is "$status/$(cat "$T/out")" "0/${sum%% *}" "the client's end reaches a server that then speaks"
rm -f "$T/bytes" "$T/seen"
mkfifo "$T/fifo"
timeout 30 "$seal" connect first.example 22 <"$T/fifo" >"$T/out" 2>"$T/err" &
pid=$!
exec 9>"$T/fifo"
holds -s "$T/out"
printf 'after the end' >&9
exec 9>&-
status=0
wait $pid || status=$?
holds -e "$T/seen-all"
is "$status/$(cat "$T/out")/$(tail -n 1 "$T/seen-all")" "0/bye/after the end" \
	"the server's end does not end the client"
feeds 'x' "$seal" connect reset.example 22
is "$status/$out" "1/so far" "a connection that breaks is exit 1"
like "$err" '^seal-exec: reset.example:22: the connection broke$' "... and said"
cat >"$T/gone.py" <<'END'
import subprocess, sys
for default in True, False:  # SIGPIPE: its default, or ignored
    child = subprocess.Popen([sys.argv[1], "connect", "echo.example", "22"], bufsize=0,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, restore_signals=default)
    child.stdin.write(b"x")
    child.stdout.read(1)
    child.stdout.close()
    child.stdin.write(b"y")
    print(child.wait(10))
END
run python3 "$T/gone.py" "$seal"
is "$out" "-13
0" "it ends with its reader, though its input is still open"

# --- The proxy says no ----------------------------------------------------------------------------------

run "$seal" connect refused.example 22
is "$status/$out" "1/" "refused is exit 1"
is "$err" "seal-exec: refused.example:22: the proxy refused: not in domains; \\x1b[31mto allow: domains" \
	"... with the proxy's reason in one line, made safe"
run "$seal" connect short.example 22
is "$status/$err" "1/seal-exec: short.example:22: the proxy refused: HTTP/1.1 502 Bad Gateway" \
	"... or the status line, where there is no more"
run "$seal" connect open.example 22
is "$status/$err" "1/seal-exec: open.example:22: the proxy refused: HTTP/1.1 403 Forbidden" \
	"... also from a proxy that does not close"
for host in 201 100 2000 version ssh; do
	run "$seal" connect $host.example 22
	is "$status/$out" "1/" "an answer of the kind '$host' is no yes"
done
run "$seal" connect long.example 22
is "$status" 125 "an answer without end"
like "$err" 'is no HTTP proxy' "... is told"
run "$seal" connect nothing.example 22
is "$status" 125 "no answer"
like "$err" 'closed the connection without an answer' "... is told"

# --- The proxy's place ----------------------------------------------------------------------------------

for url in "http://127.0.0.1:$four/" "HTTP://127.0.0.1:$four" "http://[::1]:$six"; do
	HTTPS_PROXY=$url run "$seal" connect plain.example 22
	is "$status/$out" "0/bytes" "HTTPS_PROXY=${url%:*}"
done
HTTPS_PROXY='' https_proxy="http://127.0.0.1:$four" run "$seal" connect plain.example 22
is "$status/$out" "0/bytes" "https_proxy"
for url in "127.0.0.1:$four" "https://127.0.0.1:$four" "socks5://127.0.0.1:$four" "http://localhost:$four" \
	"http://127.0.0.1" "http://user@127.0.0.1:$four" "http://127.0.0.1:$four/x" "http://127.1:$four" \
	"http://127.0.0.1:0" "http://127.0.0.1:99999" "http://" "http://$(printf '%0300d' 1)"; do
	HTTPS_PROXY=$url run "$seal" connect plain.example 22
	is "$status/${err%% is*}" "125/seal-exec: HTTPS_PROXY" "HTTPS_PROXY=$(printf %.40s "$url") is an error"
done
HTTPS_PROXY="http://127.0.0.1:1" run "$seal" connect plain.example 22
is "$status" 125 "a proxy that is not there"
like "$err" 'cannot connect to the proxy http://127.0.0.1:1: ' "... is told"
rm -f "$T/seen"
run env -u HTTPS_PROXY "$seal" connect 127.0.0.1 "$four"
is "$status" 125 "without a proxy"
like "$err" 'is for use inside a run with proxy = "explicit"' "... it says where it is for"
[ ! -e "$T/seen" ]
ok $? "... and goes nowhere"

# --- Host and port --------------------------------------------------------------------------------------

rm -f "$T/seen"
for host in PLAIN.Example plain.example. 192.0.2.1 2001:db8::1; do
	run "$seal" connect $host 65535
done
is "$(sed -n 's/^CONNECT \(.*\) HTTP.*/\1/p' "$T/seen" | tr '\n' ' ')" \
	"plain.example:65535 plain.example:65535 192.0.2.1:65535 [2001:db8::1]:65535 " \
	"hosts are asked for in one form"
rm -f "$T/seen"
for host in '' . .. 'a b' 'a..b' '*.example' '*' 127.1 0x7f.1 2130706433 -- a:1 '[::1]' '::g' a/b 'a@b' \
	"$(printf 'a\r\nX: y')" "$(printf 'é.example')" "$(printf '%0300d' 1)x"; do
	run "$seal" connect "$host" 22
	is "$status" 125 "the host '$(printf %.20s "$host" | tr -d '\r\n')' is an error"
done
for words in 'a.example' 'a.example 0' 'a.example 65536' 'a.example 22x' 'a.example +22' 'a.example 022' \
	'a.example 4294967318' 'a.example 22 23' 'a.example -1' 'a.example :22' 'a.example:22'; do
	# shellcheck disable=SC2086
	run "$seal" connect $words
	is "$status" 125 "connect $words is an error"
done
run "$seal" connect a.example ''
is "$status" 125 "an empty port is an error"
[ ! -e "$T/seen" ]
ok $? "... and the proxy has heard of none"

# --- ssh ------------------------------------------------------------------------------------------------

if command -v ssh >/dev/null; then
	run ssh -v -F /dev/null -o BatchMode=yes -o ProxyCommand="'$seal' connect %h %p" banner.example true
	like "$err" 'remote software version seal_test' "ssh speaks with the server through it"
else
	skip "ssh" "no ssh here"
fi

done_testing
