#!/bin/bash
# limit: 150
# Bridges of localhost ports, in both directions: CONTAINMENT.md §1.7. The loopback is a private one
# (net/net.sh), so every port is free. The services are the test's own (net/service.py).
# The helpers set out, err and status, and their arguments may be missing; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

# serve SPEC...: services on the machine's loopback, ready when this returns; $served is their pid.
serve()
{
	rm -f "$T/ready"
	python3 -B "$live/net/service.py" "$T/ready" "$T/served" "$@" >"$T/service" 2>&1 &
	served=$!
	holds -s "$T/ready"
}
stop()
{
	kill -KILL "$served" 2>/dev/null
	wait "$served" 2>/dev/null
}

grants()
{
	manifest <<-MANIFEST
		[sandbox.os.network]
		$1
	MANIFEST
}

# --- The reference's example -----------------------------------------------------------------------------

python3 -c "
import socket
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', 9999))
s.listen(1)
print('listening', flush=True)
c, _ = s.accept()
data = c.recv(64)
print(f'got: {data!r}')
c.sendall(b'HELLO')
c.close()
" >"$T/example" 2>&1 &
example=$!
holds -s "$T/example"
client='import socket; s=socket.socket(); s.connect(("127.0.0.1", 9999)); s.sendall(b"hi from sandbox"); print(s.recv(64))'
run "$seal" -- python3 -c "$client"
like "$err" 'ConnectionRefusedError' "[NT-01] without a grant: refused"
grants 'host_localhost_ports = [9999]'
run "$seal" -- python3 -c "$client"
is "$out" "b'HELLO'" "[BR-01] the reference's example: the client's side"
wait "$example"
is "$(tail -n 1 "$T/example")" "got: b'hi from sandbox'" "[BR-01] ... and the server's"

# --- Addresses of both sides -------------------------------------------------------------------------------

serve echo@127.0.0.1:5001 'echo@[::1]:5002' echo@127.0.0.1:5003 'echo@[::1]:5003' echo@127.0.0.1:5004 \
	banner@127.0.0.1:5005 reset@127.0.0.1:5006 half@127.0.0.1:5007 sink@127.0.0.1:5008 \
	source@127.0.0.1:5009 peer@127.0.0.1:5010 end@127.0.0.1:5013
grants 'host_localhost_ports = [5001, 5002, 5003, 5005, 5006, 5007, 5008, 5009, 5010, 5011, 5012, 5013]
	host_localhost_ports_deny = [5012]'
mark
py <<'PY'
def echo(host, port, data=b"hello"):
    def work():
        with dial(host, port) as sock:
            sock.sendall(data)
            return exactly(sock, len(data)) == data
    return quick(2, outcome, work)
for host in "127.0.0.1", "::1", "::ffff:127.0.0.1", "localhost":
    show(host, each, echo, *((host, port) for port in (5001, 5002, 5003)))
show("ungranted", each, echo, ("127.0.0.1", 5004), ("::1", 5004))
show("other", each, echo, ("127.0.0.2", 5001), ("0.0.0.0", 5001))
show("down", quick, 2, echo, "127.0.0.1", 5011)
show("deny", quick, 2, echo, "127.0.0.1", 5012)
def banner():
    with dial("127.0.0.1", 5005) as sock:
        return sock.recv(100)
show("banner", banner)
show("reset", lambda: outcome(lambda: exactly(dial("127.0.0.1", 5006), 10)))
def reset_by_client():
    with dial("127.0.0.1", 5013) as sock:
        sock.sendall(b"x")
        exactly(sock, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
show("reset-by-client", reset_by_client)
def half(host):
    with dial(host, 5007) as sock:
        sock.sendall(b"x" * 100000)
        sock.shutdown(socket.SHUT_WR)
        return exactly(sock, 100).decode()
show("half", each, half, "127.0.0.1", "::1")
def half_server():
    # The service sends and ends its side first, then takes what comes.
    with dial("127.0.0.1", 5009) as sock:
        sock.sendall(b"16\n")
        first = exactly(sock, 100)
        time.sleep(0.05)
        sock.sendall(b"still")
        return len(first)
show("half-server", half_server)
show("peer", lambda: exactly(dial("127.0.0.1", 5010), 100).decode())
PY
for host in 127.0.0.1 ::1 ::ffff:127.0.0.1 localhost; do
	is "$(said "$host")" "True True True" "[BR-15] by $host: a service on 127.0.0.1, on ::1, on both"
done
is "$(said ungranted)" "refused refused" "[NT-01] a port that is not granted: refused"
is "$(said down | sed 's/closed/reset/')" reset "[BR-09] nobody listens outside: a quick end"
is "$(said deny)" refused "host_localhost_ports_deny wins"
is "$(said banner)" "b'BANNER\\n'" "the service may speak first"
is "$(said reset)" reset "[BR-09] a service's RST is a RST inside"
for turn in $(seq 500); do
	! grep -q '^end ' "$T/served" || break
	sleep 0.02
done
is "$(grep '^end ' "$T/served")" "end reset" "... and the other way ($turn looks)"
is "$(said half)" "100000 100000" "a client's end of sending reaches the service, whose answer comes back"
is "$(said half-server)" 16 "a service's end of sending leaves the other direction open"
like "$(cat "$T/served")" '^source rest 5$' "... for what comes after it"
like "$(said peer)" '^127\.0\.0\.1$' "[BR-02] the service sees a client of the machine's loopback"
plain 127.0.0.1 ungranted
is "$(said 127.0.0.1)/$(said ungranted)" "True refused True/True refused" "control: what is there outside"

# seen_stalled: the file "stalled" is made when a service says that nobody takes more of it.
seen_stalled()
{
	until grep -qs '^source stalled' "$T/served"; do
		sleep 0.02
	done
	touch stalled
}

# --- Amounts ---------------------------------------------------------------------------------------------------

rm -f stalled
seen_stalled &
pid=$!
py <<'PY'
import threading
SIZE = 64 << 20
block = bytes(range(256)) * 1024
def both():
    # An echo service, 64 MiB in and the same 64 MiB out, at the same time.
    with dial("127.0.0.1", 5001) as sock:
        sent, got = hashlib.sha256(), hashlib.sha256()
        def send():
            for i in range(SIZE // len(block)):
                data = bytes([i & 255]) + block[1:]
                sent.update(data)
                sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        thread = threading.Thread(target=send)
        thread.start()
        n = 0
        while data := sock.recv(1 << 20):
            got.update(data)
            n += len(data)
        thread.join()
        return n, sent.digest() == got.digest()
show("both", both)
def up():
    with dial("127.0.0.1", 5008) as sock:
        for _ in range(SIZE // len(block)):
            sock.sendall(block)
        sock.shutdown(socket.SHUT_WR)
        return exactly(sock, 100).decode()
show("up", up)
show("up-want", lambda: f"{SIZE} {hashlib.sha256(block * (SIZE // len(block))).hexdigest()[:16]}")
def stalled():
    # Nobody reads: the service must come to a stop, not the keeper take it all.
    with dial("127.0.0.1", 5009) as sock:
        sock.sendall(b"1000000000\n")
        until = time.monotonic() + 10
        while not os.path.exists("stalled") and time.monotonic() < until:
            time.sleep(0.02)
        with dial("127.0.0.1", 5001) as other:
            other.sendall(b"x")
            return exactly(other, 1)
show("stalled", stalled)
def short():
    wrong = 0
    for _ in range(100):
        with dial("127.0.0.1", 5009) as sock:
            sock.sendall(b"16000000\n")
            n = 0
            while data := sock.recv(1 << 20):
                n += len(data)
            wrong += n != 16000000
    return wrong
show("short", short)
def short_up():
    wrong = 0
    for _ in range(20):
        with dial("127.0.0.1", 5008) as sock:
            for _ in range(16):
                sock.sendall(bytes(1000000))
    return wrong
show("short-up", short_up)
PY
{ kill -KILL $pid; wait $pid; } 2>/dev/null
is "$(said both)" "(67108864, True)" "64 MiB each way at once, each byte"
is "$(said up)" "$(said up-want)" "64 MiB to a service, each byte"
is "$(said stalled)" "b'x'" "a client that does not read holds nobody else"
blocked=$(sed -n 's/^source stalled at //p' "$T/served" | sort -n | tail -n 1)
[ "${blocked:-0}" -gt 0 ] && [ "${blocked:-0}" -lt 64000000 ]
ok $? "... and the service is held back (${blocked:-it was not} bytes)"
is "$(said short)" 0 "100 transfers of 16 MB with an immediate close: none short"
for turn in $(seq 500); do
	sinks=$(grep -c '^sink' "$T/served")
	[ "$sinks" -lt 21 ] || break
	sleep 0.02
done
is "$(grep -c '^sink 16000000$' "$T/served")" 20 "20 the other way: none short ($turn looks)"

# --- Many connections ----------------------------------------------------------------------------------------------

py <<'PY'
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
def thousand():
    start = time.monotonic()
    socks = [dial("127.0.0.1", 5001) for _ in range(1000)]
    for i, sock in enumerate(socks):
        sock.sendall(b"%04d" % i)
    good = sum(exactly(sock, 4) == b"%04d" % i for i, sock in enumerate(socks))
    for sock in socks:
        sock.close()
    return good, time.monotonic() - start
times = [thousand() for _ in range(3)]
show("thousand", lambda: [good for good, _ in times])
show("quick", lambda: min(seconds for _, seconds in times) < 1)
show("seconds", lambda: [round(seconds, 2) for _, seconds in times])
PY
is "$(said thousand)" "[1000, 1000, 1000]" "[BR-11] 1,000 connections at a time, three times"
is "$(said quick)" True "... in less than a second: $(said seconds)"
cat >burst.py <<'PY'
import socket
socks = [socket.socket() for _ in range(200)]
for s in socks:
    s.setblocking(False)
    s.connect_ex(("127.0.0.1", 5001))
bad = 0
for s in socks:
    s.setblocking(True)
    s.settimeout(10)
    try:
        s.sendall(b"x")
        bad += s.recv(1) != b"x"
    except OSError:
        bad += 1
print(bad)
PY
: >"$T/burst"
for turn in $(seq 20); do
	run "$seal" -- python3 -B burst.py
	echo "$out" >>"$T/burst"
done
is "$(sort "$T/burst" | uniq -c | tr -s ' ')" " 20 0" "200 at once as a command's first act, $turn runs: none refused"

# --- A service that goes and comes ----------------------------------------------------------------------------------

stop
cat >comes.py <<'PY'
from client import *
def echo():
    with dial("127.0.0.1", 5001) as sock:
        sock.sendall(b"hello")
        return exactly(sock, 5) or "closed"
def say(text):
    print(text, flush=True)
    with open("step", "w") as file:
        file.write(str(text))
def until(name):
    while not os.path.exists(name):
        time.sleep(0.01)
say(quick(2, outcome, echo))
until("up")
say(outcome(echo))
with dial("127.0.0.1", 5001) as held:
    held.sendall(b"x")
    exactly(held, 1)
    say("held")
    until("down")
    say(quick(2, outcome, held.recv, 1))
say(quick(2, outcome, echo))
until("up-again")
say(outcome(echo))
PY
rm -f step
timeout -k 2 40 "$seal" -- python3 -B comes.py >"$T/comes" 2>"$T/err" &
pid=$!
holds -s step
serve echo@127.0.0.1:5001
touch up
turns=0
until grep -q held "$T/comes"; do
	turns=$((turns + 1))
	[ $turns -lt 500 ] || break
	sleep 0.02
done
stop
touch down
until [ "$(wc -l <"$T/comes")" -ge 5 ]; do
	turns=$((turns + 1))
	[ $turns -lt 1000 ] || break
	sleep 0.02
done
serve echo@127.0.0.1:5001
touch up-again
wait $pid
is "$(sed "s/closed/reset/; s/^b''$/reset/" "$T/comes" | tr '\n' ' ')" "reset b'hello' held reset reset b'hello' " \
	"[BR-09] a service that is down, comes, dies in mid-stream, comes again"
stop

# --- Prompts without a terminal ---------------------------------------------------------------------------------------

serve echo@127.0.0.1:5001 echo@127.0.0.1:5002
grants 'host_localhost_ports = [5001, { port = 5002, prompt = true }]'
py <<'PY'
show("5001", raw, "127.0.0.1", 5001, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
show("5002", raw, "127.0.0.1", 5002, b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
PY
is "$(said 5001)/$(said 5002)" "200/refused" "prompt = true without a terminal: denied; the port beside it is open"
like "$err" 'seal-exec: .*5002' "... and that is said"

# --- Two runs -----------------------------------------------------------------------------------------------------------

grants 'host_localhost_ports = [5001]
	dev_server_ports = [6001]'
mkdir -p other
(cd other && git init -q . && printf '' >seal.toml && "$seal" trust --yes >/dev/null 2>&1)
rm -f there
timeout -k 2 30 "$seal" -- python3 -B -c '
import socket, time, os
s = socket.create_server(("127.0.0.1", 6001))
t = socket.create_server(("127.0.0.1", 6002))
open("there", "w").close()
while not os.path.exists("gone"): time.sleep(0.01)' >"$T/first" 2>&1 &
pid=$!
holds -e there
cp client.py cert.pem tables.py other/
run "$seal" -C other -- python3 -B -c '
from client import *
show("other", each, raw, ("127.0.0.1", 5001, b"x"), ("127.0.0.1", 6001, b"x"), ("127.0.0.1", 6002, b"x"), ("::1", 6001, b"x"))'
is "$(said other)" "refused refused refused refused" "[PX-27] another run reaches neither the bridges nor the servers of this one"
touch gone
wait $pid
stop

# --- dev_server_ports ---------------------------------------------------------------------------------------------------

grants 'dev_server_ports = [6001, 6002, 6003]'
cat >dev.py <<'PY'
import os, socket, threading, time
def serve(host, port, family):
    s = socket.create_server((host, port), family=family)
    while True:
        c, _ = s.accept()
        threading.Thread(target=answer, args=(c, port), daemon=True).start()
def answer(c, port):
    n = 0
    while data := c.recv(65536):
        n += len(data)
    c.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(b"%d %d\n" % (port, n)) + b"%d %d\n" % (port, n))
    c.close()
for host, port, family in (("127.0.0.1", 6001, socket.AF_INET), ("::1", 6002, socket.AF_INET6)):
    threading.Thread(target=serve, args=(host, port, family), daemon=True).start()
open("serving", "w").close()
while not os.path.exists("enough"):
    time.sleep(0.01)
PY
rm -f serving enough
timeout -k 2 60 "$seal" -- python3 -B dev.py >"$T/dev" 2>&1 &
pid=$!
holds -e serving
machine <<'PY'
def ask(host, port, size=10):
    def work():
        with dial(host, port) as sock:
            sock.sendall(bytes(size))
            sock.shutdown(socket.SHUT_WR)
            return answer(sock)[0]
    return quick(5, outcome, work)
for attempt in range(100):  # the server inside may still be on its way
    if "200" in ask("127.0.0.1", 6001) and "200" in ask("127.0.0.1", 6002):
        break
    time.sleep(0.02)
show("v4", ask, "127.0.0.1", 6001)
show("v6", ask, "127.0.0.1", 6002)
show("nobody", ask, "127.0.0.1", 6003)
show("much", ask, "127.0.0.1", 6001, 32 << 20)
show("outside", each, ask, ("203.0.113.200", 6001), ("192.168.77.7", 6001), ("2001:db8:ffff::200", 6001))
show("many", lambda: sum(ask("127.0.0.1", 6001) == "200 6001 10" for _ in range(200)))
PY
is "$(said v4)/$(said v6)" "200 6001 10/200 6002 10" "[BR-14] the machine reaches servers inside on 127.0.0.1 and on ::1"
like "$(said nobody)" '^(reset|closed)$' "no server inside: a quick end"
is "$(said much)" "200 6001 33554432" "32 MB to a server inside"
is "$(said outside)" "refused refused refused" "[BR-14] other addresses of the machine are not listened on"
is "$(said many)" 200 "200 connections, one after the other"
run "$seal" -- touch marker
starts "a second run beside it"
like "$err" '^seal-exec: port 6001 of this machine leads to another run, and stays there$' "... is told whose the port is"
plain v4
is "$(said v4)" "200 6001 10" "... which is still so when it has ended"
touch enough
wait $pid
rm -f serving
timeout -k 2 30 python3 -B -c '
import os, socket, time
with socket.create_server(("127.0.0.1", 6002)):
    open("serving", "w").close()
    while os.path.exists("serving"): time.sleep(0.01)' &
pid=$!
holds -e serving
run "$seal" -- touch marker
refused 'dev_server_ports: cannot listen on .*127\.0\.0\.1:6002: Address already in use; end who uses it' \
	"[BR-06] somebody else has the port: refused before the start"
rm serving
wait $pid
run "$seal" -- python3 -B -c '
import socket
for port in 6001, 6002:
    socket.create_server(("127.0.0.1", port)).close()
print("bound")'
is "$out" bound "a server inside can have the port"

# The run is over, and its ports are free: the next one starts at once.
refusals=0
for turn in $(seq 50); do
	run "$seal" -- true
	[ "$status$err" = 0 ] || refusals=$((refusals + 1))
done
is "$refusals" 0 "$turn runs in a row: none is refused, none finds the port taken"
# However late its keeper is: here each is held until the next run has ended.
cat >late.py <<'PY'
import os, signal, subprocess, sys
seal, how = sys.argv[1:]
def keepers():
    rows = subprocess.run(["ps", "-e", "-o", "pid=,stat=,comm="], capture_output=True, text=True).stdout
    return [int(row.split()[0]) for row in rows.splitlines() if " Z" not in row and "seal-keeper" in row]
ends, refused = set(), 0
for _ in range(10):
    front = subprocess.Popen([seal, "--", "sh", "-c", "echo up; read line; exit 7"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    front.stdout.readline()
    held = keepers()
    for keeper in held:
        os.kill(keeper, signal.SIGSTOP)
    if how == "end":
        front.stdin.close()
    else:
        front.send_signal(getattr(signal, how))
    ends.add(front.wait(10))
    second = subprocess.run([seal, "--", "true"], stderr=subprocess.PIPE)
    refused += second.returncode != 0 or second.stderr != b""
    for keeper in held:
        os.kill(keeper, signal.SIGCONT)
print(*sorted(ends), "held", len(held) > 0, "refused", refused)
PY
run python3 -B late.py "$seal" end
is "$out" "7 held True refused 0" "... however late the keeper of the last one is, 10 times"
run python3 -B late.py "$seal" SIGINT
like "$out" '^(-2|130) held True refused 0$' "... nor after a SIGINT"
run python3 -B late.py "$seal" SIGTERM
like "$out" '^(-15|143) held True refused 0$' "... nor after a SIGTERM"
for turn in $(seq 10); do
	printf 'expect up\nsend \\x03\nexpect then 0 nothing\n'
done | timeout -k 2 60 python3 -B "$live/terminal.py" bash -c '
	trap : INT
	for turn in $(seq 10); do
		"$0" -- sh -c "trap \"exit 130\" INT; echo up; while :; do sleep 1; done"
		said=$("$0" -- true 2>&1)
		echo "then $? ${said:-nothing}"
	done' "$seal" >"$T/out" 2>"$T/err"
is "$?/$(grep -c 'then 0 nothing' "$T/out")" 0/10 "... nor after a typed Ctrl-C, 10 times"

# A bridged port cannot be taken inside: who listens there is the keeper.
grants 'host_localhost_ports = [5001]'
run "$seal" -- python3 -B -c '
import socket
socket.create_server(("127.0.0.1", 5001))'
like "$err" 'Address already in use' "[BR-06] a bridged port is taken inside"

# --- The end of a run whose far side does not read: nobody waits for it ---------------------------------------------

# What stays open holds the reader of a pipe too.
serve stall@127.0.0.1:5001 late@127.0.0.1:5002
grants 'host_localhost_ports = [5001, 5002]'
cat >last.py <<'PY'
from client import *
dial("127.0.0.1", 5002).sendall(bytes(16000000))
os._exit(0)
PY
for turn in $(seq 20); do
	run "$seal" -- python3 -B last.py
done
for turn in $(seq 500); do
	[ "$(grep -c '^sink' "$T/served")" -lt 20 ] || break
	sleep 0.02
done
is "$(grep '^sink' "$T/served" | sort | uniq -c | tr -s ' ')" " 20 sink 16000000" \
	"what a command has sent as its last act arrives, 20 times"
cat >stuff.py <<'PY'
from client import *
stuff(dial("127.0.0.1", 5001))
leave(7)
PY
waited stuff.py
exits 7 "a service that does not read: the command ends as it did"
[ $ms -lt 500 ]
ok $? "... and the reader of its output at once ($ms ms)"
stop
grants 'dev_server_ports = [6001]'
cat >stuff.py <<'PY'
from client import *
with socket.create_server(("127.0.0.1", 6001)) as server:
    stuff(server.accept()[0], b"first")
leave(7)
PY
rm -f enough
timeout -k 2 60 python3 -B -c '
import os, socket, time
held = []
while not os.path.exists("enough"):
    try:
        sock = socket.create_connection(("127.0.0.1", 6001))
        sock.recv(1, socket.MSG_PEEK) and held.append(sock)
    except OSError:
        pass
    time.sleep(0.01)' &
pid=$!
waited stuff.py
exits 7 "a client on the machine that does not read: the server inside ends as it did"
[ $ms -lt 500 ]
ok $? "... and the reader of its output at once ($ms ms)"
touch enough
wait $pid
grants 'host_localhost_ports = [5001]'

# --- What a granted service may do is granted too, and nothing of a bridge lies on the host --------------------------------

# A proxy of the host's own: connects to whatever port the first line names.
cat >"$T/hop.py" <<'PY'
import socket, sys, threading
server = socket.create_server(("127.0.0.1", 5020))
open(sys.argv[1], "w").write("up")
while True:
    near, _ = server.accept()
    port = int(near.recv(100).split()[0])
    with near, socket.create_connection(("127.0.0.1", port)) as far:
        far.sendall(b"through the hop")
        near.sendall(far.recv(100))
PY
rm -f "$T/up"
python3 -B "$T/hop.py" "$T/up" &
hop=$!
holds -s "$T/up"
stop
serve echo@127.0.0.1:5004
grants 'host_localhost_ports = [5020]'
py <<'PY'
def hop():
    with dial("127.0.0.1", 5020) as sock:
        sock.sendall(b"5004\n")
        return sock.recv(100).decode()
show("direct", lambda: outcome(lambda: dial("127.0.0.1", 5004)))
show("hop", hop)
PY
is "$(said direct)" refused "control: a port that is not granted is not there"
is "$(said hop)" "through the hop" "[BR-13] but who grants a proxy's port grants what it reaches: a non-promise"
kill $hop
wait $hop 2>/dev/null
stop

# Whoever wants to connect to a bridge from outside finds nothing to connect to.
places()
{
	awk '$4 == "00010000" && $8 { print "unix", $8 }' /proc/net/unix
	awk '$4 == "0A" { print "tcp", $2 }' /proc/net/tcp /proc/net/tcp6
	find /run /tmp /var/tmp /dev/shm "$HOME" -user "$(id -u)" \( -type s -o -type p -o -type d \) \
		-not -path "$T/*" -not -path '/tmp/seal-live.*' -not -path '/tmp/seal-world.*' \
		-not -path '/tmp/seal-exec-doctor*' 2>/dev/null | grep -iE 'seal|bwrap|bridge'
}
serve echo@127.0.0.1:5001
grants 'host_localhost_ports = [5001]'
places | sort >"$T/places"
rm -f ready "done"
"$seal" -- sh -c ': >ready; until [ -e done ]; do sleep 0.05; done' &
pid=$!
holds -e ready
is "$(places | sort | diff "$T/places" -)" "" "[BR-03] [BR-04] while a bridge is open, no socket, port or folder of it is on the machine"
: >"done"
wait $pid
like "$(cat "$T/places")" 'tcp 0100007F:1389' "control: what listens is seen"
stop

# --- Descriptors over a bridge, and the keeper's own -----------------------------------------------------------------------

serve echo@127.0.0.1:5001
rm -f inside
SEAL_WORD=of-the-environment timeout -k 2 60 "$seal" -- python3 -B -c '
import os, socket, time
s = socket.create_connection(("127.0.0.1", 5001))
socket.send_fds(s, [b"hello"], [os.open(name, os.O_RDONLY) for name in (".", "seal.toml", "/etc")])
print("came back", s.recv(5), flush=True)
open("inside", "w").close()
while not os.path.exists("end"): time.sleep(0.01)' >"$T/in" 2>&1 8<"$T/canary/secret" 9<"$T/proj" &
pid=$!
holds -e inside
keepers >"$T/keepers"
is "$(wc -l <"$T/keepers")" 1 "control: there is a keeper"
read -r keeper <"$T/keepers"
cat >look.py <<'PY'
import os, sys
for what in "environ", "maps", "mem":
    try:
        open(f"/proc/{sys.argv[1]}/{what}").read(1)
        print(what, "seen")
    except OSError as error:
        print(what, error.strerror)
try:
    print("fd", os.listdir(f"/proc/{sys.argv[1]}/fd") and "seen")
except OSError as error:
    print("fd", error.strerror)
PY
run python3 -B look.py "$keeper"
is "$(printf '%s\n' "$out" | sort -u | tr '\n' ,)" \
	"environ Permission denied,fd Permission denied,maps Permission denied,mem Permission denied," \
	"none of the user's processes can look into the keeper"
run python3 -B look.py $pid
like "$(printf '%s\n' "$out" | sort -u | tr '\n' ,)" "^environ seen,fd seen,maps seen," "control: into another they can"
[ "$(filters "$keeper")" -gt "$(filters $$)" ] && grep -q '^NoNewPrivs:[[:space:]]*1' "/proc/$keeper/status"
ok $? "the keeper confines itself"
SEAL_WORD=of-the-environment sh -c 'touch up; exec sleep 60' 8<"$T/canary/secret" >/dev/null 2>&1 &
control=$!
holds -e up
seen $control of-the-environment >"$T/control"
{ kill -KILL $control && wait $control; } 2>/dev/null
like "$(cat "$T/control")" '^environ .*SEAL_WORD=of-the-environment' "control: root sees the environment of a process"
like "$(cat "$T/control")" "^fd 8 $T/canary/secret\$" "control: ... its open files"
like "$(cat "$T/control")" '^memory [1-9]' "control: ... and what it remembers"
seen "$keeper" of-the-environment >"$T/seen"
is "$(grep '^environ' "$T/seen")" "environ b''" "[EN-02] [EN-10] the keeper has forgotten its environment"
# AddressSanitizer makes a copy of its own before main().
like "$(grep '^memory' "$T/seen")" "^memory ${ASAN_OPTIONS:+[0-9]*}0*\$" "[EN-10] ... all of it"
like "$(cat "$T/seen")" '^fd [0-9]+ socket:' "control: it has sockets"
is "$(grep '^fd' "$T/seen" | grep -vE ' (/dev/null|(socket|pipe|anon_inode):.*)$')" "fd 2 $T/in" \
	"[FD-08] ... and no file or folder but the standard error, for the refusals"
like "$(cat "$T/in")" "^came back b'hello'" "[FD-08] bytes that a command sends with descriptors pass, the descriptors do not"
run "$seal" -- sh -c 'cat /proc/[0-9]*/comm'
unlike "$out" keeper "[BR-08] nothing of the keeper's is inside"
start=$(date +%s%N)
while read -r keeper; do
	kill -KILL "$keeper"
done <"$T/keepers"
wait $pid
status=$?
ms=$((($(date +%s%N) - start) / 1000000))
[ $status != 0 ] && [ $ms -lt 3000 ]
ok $? "[PR-04] the keeper is killed: the run ends, and fails (status $status, $ms ms)"
is "$(left)" "" "... and nothing of it is left"
stop

done_testing
