#!/bin/bash
# limit: 200
# The session bus: what the rules of a bundle name passes xdg-dbus-proxy, and nothing else does; and
# however a run ends, nothing of its bus is left. With Debian's own bus and keyring, and a service
# that writes down what reaches it.
# $(echo ...) makes lines one line.
# shellcheck disable=SC2046,SC2116,SC2005,SC2086,SC2016,SC2001
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
unset DBUS_SESSION_BUS_ADDRESS
export XDG_RUNTIME_DIR="$T/run" XDG_DATA_HOME="$T/home/.local/share" PYTHONDONTWRITEBYTECODE=1
mkdir -m 700 "$T/run"
bus=$T/run/bus there=unix:path=$T/run/bus
pids=
# shellcheck disable=SC2086
trap 'kill $pids 2>/dev/null; chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"' EXIT
cp "$live/bus.py" .
mkdir -p tools "$XDG_CONFIG_HOME/seal-exec/bundles" "$XDG_DATA_HOME/dbus-1/services"

# tool NAME RULE...: one that speaks D-Bus, and its bundle.
tool()
{
	name=$1
	printf '#!/bin/sh\nexec python3 bus.py "$@"\n' >"tools/$name"
	chmod 755 "tools/$name"
	shift
	{
		printf 'name = "%s"\nsummary = "x"\ncommands = ["%s"]\ndbus = [' "$name" "$name"
		for rule; do printf '{ rule = "%s", why = "a test" },' "$rule"; done
		echo ']'
	} >"$XDG_CONFIG_HOME/seal-exec/bundles/$name.toml"
}
secrets=org.freedesktop.secrets base=/org/freedesktop/secrets secret=org.freedesktop.Secret
tool quiet
tool whole "--talk=$secrets"
tool reader "--broadcast=$secrets=$secret.Prompt.Completed@$base/prompt/*" \
	"--call=$secrets=org.freedesktop.DBus.Properties.Get@$base/*" \
	"--call=$secrets=$secret.Collection.SearchItems@$base/*" \
	"--call=$secrets=$secret.Item.GetSecret@$base/collection/*" \
	"--call=$secrets=$secret.Service.OpenSession@$base" \
	"--call=$secrets=$secret.Service.Unlock@$base" \
	"--call=$secrets=$secret.Session.Close@$base/session/*"
tool one "--call=$secrets=$secret.Item.GetSecret@$base/collection/login/1" \
	"--call=$secrets=$secret.Service.OpenSession@$base"
tool stubbed "--call=$secrets=org.example.Reader.*" "--broadcast=$secrets=org.example.Signals.*"

# --- The host's side --------------------------------------------------------------------------------

# What a call to it would start.
printf '[D-BUS Service]\nName=org.example.Start\nExec=/bin/sh -c "touch %s/started; sleep 5"\n' "$T/canary" \
	>"$XDG_DATA_HOME/dbus-1/services/org.example.Start.service"
dbus-daemon --session --nofork --address="$there" 2>"$T/daemon" &
daemon=$!
pids=$daemon
export DBUS_SESSION_BUS_ADDRESS="$there"
holds -S "$bus"
ok $? "a session bus"
printf 'password' | timeout 150 gnome-keyring-daemon --unlock --components=secrets --foreground >"$T/keyring" 2>&1 &
pids="$pids $!"
python3 bus.py serve "$T/canary/calls" org.freedesktop.systemd1 org.freedesktop.portal.Flatpak \
	org.freedesktop.Flatpak org.freedesktop.portal.Desktop org.gnome.Shell org.kde.klauncher5 ca.desrt.dconf \
	org.gtk.vfs.Daemon org.freedesktop.Notifications org.example.Evil 2>"$T/serve" &
pids="$pids $!"
holds -e "$T/canary/calls.ready"
stored()
{
	printf %s "$1" | timeout 10 secret-tool store --label="$2" service "$2" username me
}
turn=0
until timeout 10 secret-tool search service none 2>/dev/null || [ $turn -ge 200 ]; do
	turn=$((turn + 1))
	sleep 0.05
done
stored token-of-gh gh:github.com && stored other-secret other
is "$?/$(python3 bus.py lookup gh:github.com me)" 0/token-of-gh "control: outside, the keyring has what was stored"

# --- As gh and secret-tool do -----------------------------------------------------------------------

run "$seal" -- tools/reader lookup gh:github.com me
is "$status/$out/$err" 0/token-of-gh/ "a token is looked up with calls that are named"
run "$seal" -- tools/whole lookup gh:github.com me
is "$status/$out/$err" 0/token-of-gh/ "... and with --talk"
tool secret-tool "--talk=$secrets"
rm -f tools/secret-tool
run "$seal" -- secret-tool lookup service gh:github.com username me
is "$status/$out/$err" 0/token-of-gh/ "... by libsecret as well"
run "$seal" -- tools/quiet lookup gh:github.com me
unlike "$status/$out" '^0|token' "[DB-01] without a rule there is no bus"
inside 'echo "$DBUS_SESSION_BUS_ADDRESS"; ls -d /run/seal-bus'
is "$out" "" "... nor its address"
printf '#!/bin/sh\necho "$DBUS_SESSION_BUS_ADDRESS"; find / -type s 2>/dev/null; tail -n +2 /proc/net/unix
	cd /run/seal-bus && touch x; rm -f bus; mv bus b; chmod 777 bus; ls -A\n' >tools/reader
run "$seal" -- tools/reader
is "$out" "unix:path=/run/seal-bus/bus
/run/seal-bus/bus
bus" "the proxy's socket is the only one inside, and stays as it is"
printf '#!/bin/sh\nexec python3 bus.py "$@"\n' >tools/reader
run "$seal" -- tools/reader names
is "$(echo "$out" | sed "s/ $secrets\$//")" "ListNames org.freedesktop.DBus
ListActivatableNames org.freedesktop.DBus" "[DB-03] names that no rule names are not seen"
like "$(python3 bus.py names)" 'ListNames .*org.freedesktop.systemd1.*' "control: outside they are"

# --- Calls that no rule names -----------------------------------------------------------------------

cat >calls <<'EOF'
org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StartTransientUnit
org.freedesktop.systemd1 /org/freedesktop/systemd1 org.freedesktop.systemd1.Manager StartUnit
org.freedesktop.portal.Flatpak /org/freedesktop/portal/Flatpak org.freedesktop.portal.Flatpak Spawn
org.freedesktop.Flatpak /org/freedesktop/Flatpak/Development org.freedesktop.Flatpak.Development HostCommand
org.freedesktop.portal.Desktop /org/freedesktop/portal/desktop org.freedesktop.portal.OpenURI OpenURI
org.gnome.Shell /org/gnome/Shell org.gnome.Shell Eval
org.kde.klauncher5 /KLauncher org.kde.KLauncher exec_blind
ca.desrt.dconf /ca/desrt/dconf/Writer/user ca.desrt.dconf.Writer Change
org.gtk.vfs.Daemon /org/gtk/vfs/Daemon org.gtk.vfs.Daemon GetConnection
org.freedesktop.Notifications /org/freedesktop/Notifications org.freedesktop.Notifications Notify
EOF
# A server on 127.0.0.1, and its port.
python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    s.accept()[0].close()' >"$T/port" 2>/dev/null &
pids="$pids $!"
listening() { holds -s "$T/port" && cat "$T/port"; }
reached() { wc -l <"$T/canary/calls"; }
before=$(reached)
for tool in reader whole; do
	run "$seal" -- "tools/$tool" try calls
	is "$status/$(echo "$out" | grep -Ec ' org.freedesktop.DBus.Error.(ServiceUnknown|AccessDenied|NameHasNoOwner)$')" 0/10 \
		"[DB-02] nothing is started, opened or set by another service ($tool)"
done
is "$(reached)" "$before" "[DB-02] ... and none of them heard of it"
run python3 bus.py try calls
is "$(echo "$out" | grep -c ' done$')/$(($(reached) - before))" 10/10 "control: outside they do"
for tool in reader whole; do
	run "$seal" -- "tools/$tool" start org.example.Start
	unlike "$out" '^\[' "[DB-03] StartServiceByName of another name is refused ($tool)"
	echo "org.example.Start / org.example.Start Go" >go
	run "$seal" -- "tools/$tool" try go
	like "$out" '^Go org.freedesktop.DBus.Error' "[DB-03] ... and so is a call that would start it ($tool)"
done
[ ! -e "$T/canary/started" ]
ok $? "[DB-03] ... nothing has started"
python3 bus.py start org.example.Start >"$T/out" 2>&1
holds -e "$T/canary/started"
ok $? "control: outside it does"

# --- The keyring ------------------------------------------------------------------------------------

run "$seal" -- tools/reader lookup other me
is "$status/$out" 0/other-secret "[DB-07] who may look one up may look all up: a non-promise"
run "$seal" explain -- tools/reader
like "$out" 'reads your whole keyring' "[DB-07] ... which explain says"
run "$seal" explain -- tools/whole
like "$out" 'your whole keyring, to read and to change' "[DB-07] ... and what --talk is"
unlike "$("$seal" explain -- tools/one)" 'whole keyring' "... but not of one item"
manifest <<'EOF'
[sandbox.os]
command_tools = ["whole", "reader"]
EOF
like "$(cat "$T/trust")" 'whole: dbus --talk=org.freedesktop.secrets \(your whole keyring, to read and to change\)' \
	"[DB-07] ... and so does trust"
rm -f seal.toml
cat >writes <<EOF
$secrets $base $secret.Service CreateCollection
$secrets $base $secret.Service Lock
$secrets $base $secret.Service SetAlias
$secrets $base/collection/login $secret.Collection CreateItem
$secrets $base/collection/session $secret.Collection Delete
$secrets $base/collection/session/2 $secret.Item Delete
$secrets $base/collection/session/2 $secret.Item SetSecret
$secrets $base/collection/login/2 org.freedesktop.DBus.Properties Set
EOF
run "$seal" -- tools/reader try writes
is "$status/$(echo "$out" | grep -c AccessDenied)" 0/8 "[DB-07] named calls for reading change nothing in it"
run "$seal" -- tools/whole try writes
is "$(echo "$out" | grep -c AccessDenied)" 0 "control: with --talk all of them arrive"
cat >item.py <<EOF
import sys
sys.path.insert(0, ".")
import bus
w = bus.connect()
session = w.call("$secrets", "$base", "$secret.Service", "OpenSession", "sv", ["plain", ("s", "")])[1]
for i in "12":
    try:
        print(bytes(w.call("$secrets", "$base/collection/login/" + i, "$secret.Item", "GetSecret", "o", [session])[0][2]).decode())
    except bus.Failed as e:
        print(e)
EOF
printf '#!/bin/sh\nexec python3 item.py\n' >tools/one
is "$(python3 item.py | sort | tr '\n' ' ')" "other-secret token-of-gh " "control: outside both items are read"
run "$seal" -- tools/one
is "$(echo "$out" | sed 1d)/$(echo "$out" | grep -Ec 'token-of-gh|other-secret')" \
	"org.freedesktop.DBus.Error.AccessDenied/1" "[DB-07] a rule that names an item gives that item"

# --- A bus that lies, and clients that do ----------------------------------------------------------

python3 bus.py stub "$T/run/stub" "$T/canary/stub" 2>"$T/stub.err" &
pids="$pids $!"
holds -e "$T/canary/stub.ready"
export DBUS_SESSION_BUS_ADDRESS="unix:path=$T/run/stub"
# attempts LOG COMMAND...: of the broken beginnings, those whose call has reached who writes LOG.
attempts()
{
	log=$1
	before=$(wc -c <"$log")
	shift
	run "$@" handshake
	python3 bus.py settle
	tail -c +$((before + 1)) "$log" | grep -ao 'Forbidden_[a-z_]*' | sort -u | sed 's/^Forbidden_//' | tr '\n' ' '
}
like "$(attempts "$T/canary/stub" python3 bus.py)" 'in_pieces .*pipelined .*signal .*with_words' "control: without the proxy such calls arrive"
is "$(attempts "$T/canary/stub" "$seal" -- tools/stubbed)/$(cat "$T/out")" /168 \
	"[DB-05] of 168 broken beginnings none has a call reach the bus that no rule allows"
grep -aq '^call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus Hello$' "$T/canary/stub"
ok $? "control: what is allowed does"
export DBUS_SESSION_BUS_ADDRESS="$there"
like "$(attempts "$T/canary/calls" python3 bus.py)" 'in_pieces .*pipelined .*signal .*with_words' "control: ... and on a true bus they arrive"
is "$(attempts "$T/canary/calls" "$seal" -- tools/stubbed)/$(cat "$T/out")" /168 "[DB-05] ... nor there"
export DBUS_SESSION_BUS_ADDRESS="unix:path=$T/run/stub"
run timeout 10 "$seal" -- tools/stubbed poke
like "$out" '^alive' "... and the proxy of another run lives"
run python3 bus.py forge
is "$(echo $out)" "return 4711 error 4712 return 3 From66 return 4711 error 4712 return 3 From9 Last" \
	"control: without the proxy all arrives"
run "$seal" -- tools/stubbed forge
is "$(echo $out)" "From9 Last" "[DB-06] answers that nobody asked for, and signals of who is not granted, are dropped"
export DBUS_SESSION_BUS_ADDRESS="$there"

# --- No bus, no proxy -------------------------------------------------------------------------------

none() { like "$err" "^seal-exec: no session bus in this run, which reader asks for: $1" "$2"; }
printf '#!/bin/sh\necho "$DBUS_SESSION_BUS_ADDRESS"; touch marker\n' >tools/reader
DBUS_SESSION_BUS_ADDRESS=unix:path=$T/run/nobody run "$seal" -- tools/reader
is "$status/$out" 0/disabled: "a bus that is not there: the run goes on, and says disabled:"
none "your session bus unix:path=$T/run/nobody does not answer: No such file" "... in one line"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/run/dead"
DBUS_SESSION_BUS_ADDRESS=unix:path=$T/run/dead run "$seal" -- tools/reader
is "$status/$out" 0/disabled: "a bus that has died"
none "your session bus unix:path=$T/run/dead does not answer: Connection refused" "... in one line"
DBUS_SESSION_BUS_ADDRESS=tcp:host=localhost,port=1 run "$seal" -- tools/reader
is "$status/$out" 0/disabled: "a bus that has no socket"
DBUS_SESSION_BUS_ADDRESS=unix:path=$T/run/nobody run "$seal" -q -- tools/reader
is "$status/$out/$err" 0/disabled:/ "... silent with -q"
(unset DBUS_SESSION_BUS_ADDRESS && XDG_RUNTIME_DIR=$T/nowhere "$seal" -- tools/reader) >"$T/out" 2>"$T/err"
is "$(cat "$T/out")/$(cat "$T/err")" disabled:/ "where there is no bus at all, nothing is said"
(unset DBUS_SESSION_BUS_ADDRESS && XDG_RUNTIME_DIR=$T/nowhere "$seal" -v -- tools/reader) >"$T/out" 2>"$T/err"
like "$(cat "$T/err")" "^seal-exec: no session bus in this run, which reader asks for: there is no session bus" "... but with -v"
(unset DBUS_SESSION_BUS_ADDRESS && "$seal" -- tools/reader) >"$T/out" 2>"$T/err"
is "$(cat "$T/out")" unix:path=/run/seal-bus/bus "without the variable, the bus of the runtime folder"
DBUS_SESSION_BUS_ADDRESS="unix:tmpdir=/x;unix:path=$(echo "$bus" | sed 's/b/%62/'),guid=0123" run "$seal" -- tools/reader
is "$status/$out/$err" 0/unix:path=/run/seal-bus/bus/ "a list of addresses, escaped"
dbus-daemon --session --nofork --address="unix:abstract=seal-test-$$" 2>"$T/daemon2" &
pids="$pids $!"
turn=0
until DBUS_SESSION_BUS_ADDRESS=unix:abstract=seal-test-$$ python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).connect("\0seal-test-" + sys.argv[1])' $$ 2>/dev/null || [ $turn -ge 200 ]; do
	turn=$((turn + 1))
	sleep 0.05
done
DBUS_SESSION_BUS_ADDRESS=unix:abstract=seal-test-$$ run "$seal" -- tools/whole names
like "$status/$out" "^0/ListNames org.freedesktop.DBus" "a bus with an abstract name"

# hide COMMAND...: with another file at the proxy's place, in a mount namespace of the test's own. bwrap
# must be the caller's there, for root is nobody.
hide()
{
	run unshare -Urm sh -c 'mount --bind "$1/bwrap" /usr/bin/bwrap &&
		mount --bind "$1/xdg-dbus-proxy" /usr/bin/xdg-dbus-proxy || exit 99
	shift; exec "$@"' sh "$T/fake" "$@"
}
mkdir "$T/fake"
cp /usr/bin/bwrap "$T/fake/bwrap"
: >"$T/fake/xdg-dbus-proxy"
chmod 644 "$T/fake/xdg-dbus-proxy"
printf '#!/bin/sh\ncp /proc/self/environ %s/hijacked\n' "$T/canary" >tools/xdg-dbus-proxy
chmod 755 tools/xdg-dbus-proxy
PATH=$T/proj/tools:$PATH hide "$seal" -- tools/reader
is "$status/$out" 0/disabled: "[FM-07] no proxy: the run goes on without a bus"
none "/usr/bin/xdg-dbus-proxy is no program that you can run; install" "[FM-07] ... and says so"
[ ! -e "$T/canary/hijacked" ]
ok $? "[FM-07] PATH is not asked for another"
printf '#!/bin/sh\nexit 0\n' >"$T/fake/xdg-dbus-proxy"
chmod 755 "$T/fake/xdg-dbus-proxy"
hide "$seal" -- tools/reader
is "$status/$out" 0/unix:path=/run/seal-bus/bus "[FM-07] a proxy that does not start: the run goes on"
like "$err" '^seal-exec: /usr/bin/xdg-dbus-proxy did not start, so this run has no session bus$' "[FM-07] ... and says so"
# Another program at its place, which says that it is ready if nothing of the host is in its reach.
cat >"$T/fake/xdg-dbus-proxy" <<EOF
#!/usr/bin/python3 -SE
import os, select, socket, sys
def attempt(name, act):
    try:
        act()
        done.append(name)
    except OSError:
        pass
done = []
attempt("read", lambda: open("$T/canary/secret").close())
attempt("list", lambda: os.listdir("$T/home"))
attempt("write", lambda: open("$T/canary/new", "w").close())
attempt("make", lambda: open("new", "w").close())
attempt("dial", lambda: socket.create_connection(("127.0.0.1", $(listening)), 5).close())
attempt("signal", lambda: os.kill(os.getppid(), 0))
attempt("memory", lambda: open("/proc/%d/mem" % os.getppid(), "rb").close())
attempt("abstract", lambda: socket.socket(socket.AF_UNIX).connect("\0seal-test-$$"))
done += [v for v in os.environ if v not in ("LC_CTYPE", "PWD")]
if len(sys.argv) == 1 or done:
    sys.exit(" ".join(done))
fd = int(sys.argv[1].split("=")[1])
os.write(fd, b"x")
select.select([], [], [], 300) # and does not look at its line
EOF
run python3 "$T/fake/xdg-dbus-proxy"
like "$err" '^read list write make dial signal memory abstract .*HOME' "control: outside such a program can do all of it"
rm -f "$T/canary/new" new
hide python3 "$live/left.py" 1 "$seal" -- tools/reader
is "$status/$err" 0/ "[SC-24] [PR-04] the proxy goes with the run, and has no file, port, process, variable or abstract socket of the host's"
printf '#!/bin/sh\nexit 0\n' >"$T/fake/xdg-dbus-proxy"
printf '#!/bin/sh\nexec python3 bus.py "$@"\n' >tools/reader
hide "$seal" -- tools/reader lookup gh:github.com me
unlike "$status/$out" '^0|token' "[FM-07] ... and nothing leads to the bus"
chmod 777 "$T/fake/xdg-dbus-proxy"
hide "$seal" -- tools/reader lookup gh:github.com me
like "$err" 'xdg-dbus-proxy can be replaced by others' "[FM-07] a proxy that others can write is not started"
rm -f marker

run "$seal" doctor
like "$out" '^  bus proxy +/usr/bin/xdg-dbus-proxy, version [0-9.]+' "[DB-08] doctor names the proxy and its version"
chmod 755 "$T/fake/xdg-dbus-proxy"
printf '#!/bin/sh\necho xdg-dbus-proxy 0.1.%s\n' 7 >"$T/fake/xdg-dbus-proxy"
hide "$seal" doctor
like "$out" '^  bus proxy .*version 0.1.7; 0.1.8 mends faults' "[DB-08] ... and says that it is old"
printf '#!/bin/sh\necho xdg-dbus-proxy 0.1.%s\n' 8 >"$T/fake/xdg-dbus-proxy"
hide "$seal" doctor
like "$out" '^  bus proxy .*version 0.1.8$' "control: ... but not of one that is not"
chmod 644 "$T/fake/xdg-dbus-proxy"
hide "$seal" doctor --json
like "$out" '"reason": ?"/usr/bin/xdg-dbus-proxy is no program that you can run' "[FM-07] ... and why there is none"

# --- A proxy that dies ------------------------------------------------------------------------------

# poked COMMAND...: starts it, and kills the proxy when the command has spoken to it.
# shellcheck disable=SC2317
poked()
{
	python3 - "$@" <<'EOF'
import subprocess, sys
sys.path.insert(0, sys.argv.pop(1))
import left
left.adopt_orphans()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline().strip())
proxy = [p for p in left.descendants(child.pid) if p[1] == "xdg-dbus-proxy"]
print(len(proxy))
left.end(proxy)
print(child.wait(20), child.stdout.read().strip())
print(left.left_after(5))
EOF
}
export DBUS_SESSION_BUS_ADDRESS="unix:path=$T/run/stub"
poked "$live" "$seal" -- tools/stubbed poke >"$T/out" 2>"$T/err"
is "$(sed 's/gone//' "$T/out" | tr '\n' ' ')" "alive 1 125  [] " "[DB-08] [PR-04] the proxy killed: the run ends with it"
is "$(cat "$T/err")" "seal-exec: the session bus of this run died (xdg-dbus-proxy), so the run was ended" \
	"[DB-08] ... and says why"
manifest <<EOF
[sandbox.os.network]
host_localhost_ports = [54321]
EOF
poked "$live" "$seal" -- tools/stubbed poke >"$T/out" 2>"$T/err"
is "$(sed 's/gone//' "$T/out" | tr '\n' ' ')" "alive 1 125  [] " "[DB-08] [PR-04] ... with a network too"
rm -f seal.toml

# --- Nothing is left --------------------------------------------------------------------------------

files()
{
	find "$T/run" "$T/home" "$T/proj" | sort
	find /tmp -maxdepth 1 -user "$(id -u)" '(' -name 'seal-exec*' -o -name 'seal-bus*' ')'
}
"$seal" -q -- tools/stubbed names >/dev/null 2>&1
files >"$T/before"
for part in front seal-keeper xdg-dbus-proxy bwrap all; do
	set -- --part "$part"
	[ $part != front ] || set --
	# A proxy that dies before it listens is one that did not start: such a run goes on.
	[ $part = xdg-dbus-proxy ] && end=0.5 || end=1000
	printf '#!/bin/sh\nsleep %s\n' $end >tools/stubbed
	timeout 60 python3 "$live/kills.py" "$@" 12 7 60 "$seal" -q -- tools/stubbed >"$T/out" 2>"$T/err"
	like "$(cat "$T/out")" ' 0 left' "[PR-03] [PR-04] SIGKILL of $part: $(cat "$T/out")"
done
printf '#!/bin/sh\nexit 3\n' >tools/stubbed
run python3 "$live/left.py" 1 "$seal" -- tools/stubbed
is "$status/$err" 3/ "a run that ends leaves no proxy"
files >"$T/after"
is "$(diff "$T/before" "$T/after" 2>&1)" "" "[PR-03] [DB-08] ... and no socket or folder on the host"

done_testing
