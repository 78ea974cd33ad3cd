#!/bin/sh
# limit: 120
# The lower tier: where the machine refuses namespaces and the user's own configuration says
# strict = false. build/probe/without takes the namespaces away.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

without=$root/build/probe/without
refusing='0&0x10000000=EPERM'
cp "$live/attempt.py" .
lower()
{
	run "$without" "clone:$refusing" "unshare:$refusing" -- "$seal" "$@"
}
lax()
{
	config <<-'END'
		[sandbox.os]
		strict = false
	END
}

# --- Who decides ---------------------------------------------------------------------------------

lower -- touch marker
refused 'user namespaces are refused' "[FM-02] strict: refused"
printf '[sandbox.os]\nstrict = false\n' >seal.toml
"$seal" trust --yes >"$T/trust" 2>&1
lower -- touch marker
refused 'user namespaces are refused' "[FM-15] strict = false of a project is nothing"
lax
printf '[sandbox.os]\nstrict = true\n' >seal.toml
"$seal" trust --yes >"$T/trust" 2>&1
lower -- touch marker
refused 'user namespaces are refused' "[FM-15] strict = true of a project counts"
rm -f seal.toml
lower -- touch marker
starts "[FM-02] the user's strict = false: the lower tier"
like "$err" '^seal-exec: LOWER TIER \(strict = false in .*config.toml\): user namespaces are refused' \
	"[FM-13] it is said"
like "$err" '^seal-exec: lost without it: .*processes.*files everywhere.*git hooks' "[FM-13] ... with what is lost"
lower -q -- true
like "$err" 'LOWER TIER' "[FM-13] ... with -q too"
run "$seal" -v -- true
like "$err" 'layers: user .*view' "[FM-02] where the machine allows the full tier it is made"
unlike "$err" 'LOWER' "[FM-13] ... and nothing said"
run "$without" pivot_root=EPERM -- "$seal" -- touch marker
refused 'bwrap could not make the sandbox' "[FM-02] what fails otherwise is no reason for less"

# --- Never without ---------------------------------------------------------------------------------

never()
{
	name=$1 regex=$2
	shift 2
	run "$without" "clone:$refusing" "unshare:$refusing" "$@" -- "$seal" -- touch marker
	refused "$regex" "$name"
}
never "[FM-04] not without Landlock" 'no Landlock' landlock_create_ruleset=ENOSYS
never "[FM-04] [LL-03] ... nor with an old one" 'too old' landlock_create_ruleset:2=1=+2
never "[LL-06] ... nor with one that does not hold" 'cannot be enforced' landlock_restrict_self=EPERM
never "[FM-05] not without the filter" 'filter cannot be loaded' seccomp=EINVAL
never "not with the caller's descriptors" 'not started; .*5.9' close_range=ENOSYS
never "not without no_new_privs" 'privileges' prctl:0=39=EPERM
run unshare -Urm sh -c 'mount --bind /dev/null /usr/bin/bwrap && exec "$1" -- touch marker' sh "$seal"
refused 'bwrap is no program' "[FM-01] [FM-09] a bwrap that may not be used is no reason for less"

# --- What it holds ---------------------------------------------------------------------------------

lower -- sh -c 'cat "$1/secret"; ls "$1"; cat "$HOME/.ssh/id_ed25519"; ls "$HOME"; ls /' sh "$T/canary"
is "$out" "" "files outside are not read or listed"
lower -- sh -c 'cat "$1"' sh "$T/proj/seal-test-file"
echo here >seal-test-file
lower -- cat seal-test-file
is "$out" here "control: the project is"
lower -- sh -c 'echo x >"$1/new"; echo x >>"$1/secret"; : >"$1/secret"; rm "$1/secret"; ln "$1/secret" link
	mv "$1/secret" .; chmod 777 "$HOME/.bashrc"; echo x >>"$HOME/.bashrc"; touch /tmp/seal-lower-new' sh "$T/canary"
[ "$(cat "$T/canary/secret")" = "secret of $T" ] && [ ! -e "$T/canary/new" ] && [ ! -e link ] &&
	[ ! -e "$T/home/.bashrc" ] && [ ! -e /tmp/seal-lower-new ]
ok $? "nothing outside is written"
lower -- sh -c 'echo x >made; echo x >"$TMPDIR/t" && mkdir -p "$TMPDIR/a/b" && echo y >"$TMPDIR/a/b/c" &&
	ln -s "$1" "$TMPDIR/a/link" && mkdir -m 0 "$TMPDIR/a/closed" && stat -c %a "$TMPDIR" && echo "$TMPDIR"' sh "$T/canary"
is "$(cat made)" x "control: the project is written"
like "$out" '^700$' "TMPDIR is a folder of its own"
tmp=$(printf '%s\n' "$out" | tail -n 1)
case $tmp in /tmp/seal-exec.*) [ ! -e "$tmp" ] ;; *) false ;; esac
ok $? "... which is gone afterwards"
is "$(cat "$T/canary/secret")" "secret of $T" "... without what links in it lead to"
exec 7<"$T/canary/secret"
lower -- sh -c 'cat <&7; ls /proc/self/fd | tr "\n" " "'
exec 7<&-
is "$out" "0 1 2 3 " "[FD-01] no descriptor of the caller's (3 is ls's own)"
A_SECRET=x lower -- sh -c 'env; cat /proc/$PPID/environ'
unlike "$out" A_SECRET "[EN-01] [EN-02] no variable that nothing grants, its parent's neither"
sleep 300 &
sleeper=$!
lower -- sh -c 'cat "/proc/$1/environ" "/proc/$1/maps"; readlink "/proc/$1/fd/1"; ls "/proc/$1/root/"; echo 1000 >"/proc/$1/oom_score_adj"' sh $sleeper
is "$out$(cat /proc/$sleeper/oom_score_adj)" 0 "another process of the user's: its secrets, its files"
abi=$(python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))')
if [ "$abi" -ge 6 ]; then
	lower -- sh -c 'kill -9 "$1"; kill -9 $PPID; echo alive' sh $sleeper
	kill -0 $sleeper
	is "$?/$out" 0/alive "[LL-04] no signal to other processes, seal-exec neither (Landlock 6)"
else
	skip "[LL-04] no signal to other processes" "Landlock $abi"
fi
kill $sleeper
cat >doors.py <<'END'
import ctypes, os, socket, sys
from attempt import attempt
libc = ctypes.CDLL(None, use_errno=True)
def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), "")
for family in ("AF_INET", "AF_INET6", "AF_UNIX", "AF_VSOCK"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        attempt(family, lambda: socket.socket(getattr(socket, family), kind))
attempt("shm", lambda: checked(libc.shmget(0x5ea1, 4096, 0o1600)))
attempt("queue", lambda: checked(libc.msgget(0x5ea1, 0o1600)))
attempt("mq", lambda: checked(libc.syscall(240, b"seal-test", 0o102, 0o600, None)))
attempt("userns", lambda: checked(libc.unshare(0x10000000)))
attempt("ptmx", lambda: os.open("/dev/ptmx", os.O_RDWR))
attempt("shm folder", lambda: os.open("/dev/shm/seal-test", os.O_RDWR | os.O_CREAT))
attempt("null", lambda: os.open("/dev/null", os.O_RDWR))
attempt("pair", lambda: socket.socketpair())
END
lower -- python3 doors.py
is "$(echo "$out" | tr '\n' ' ')" "null pair " "no network, no socket with a name, no queue or memory of the host"
run python3 doors.py
like "$(echo "$out" | tr '\n' ' ')" 'AF_INET .*AF_UNIX .*shm .*null pair' "control: outside there are"
python3 -c 'import ctypes; l = ctypes.CDLL(None); l.shmctl(l.shmget(0x5ea1, 0, 0), 0, None); l.msgctl(l.msgget(0x5ea1, 0), 0, None); l.mq_unlink(b"/seal-test")'
rm -f /dev/shm/seal-test

# --- How it ends ------------------------------------------------------------------------------------

for code in 0 1 42 125; do
	lower -q -- sh -c "exit $code"
	exits $code "exit $code"
done
lower -q -- sh -c 'kill -TERM $$'
exits 143 "killed by SIGTERM"
lower -q -- ./missing
exits 127 "a command that is missing"
lower -- sh -c 'setsid sh -c "echo \$\$ >pid; exec sleep 300" & until [ -s pid ]; do sleep 0.02; done; (setsid sleep 301 &)'
! kill -0 "$(cat pid)" 2>/dev/null
ok $? "[PR-02] what the command left behind is ended"
rm -f pid
"$without" "clone:$refusing" "unshare:$refusing" -- "$seal" -q -- sh -c 'echo "$TMPDIR" >tmpdir; echo $$ >pid; exec sleep 300' 2>/dev/null &
front=$!
holds -s pid
kill -KILL $front
left=$(cat pid)
n_turns=0
while kill -0 "$left" 2>/dev/null && [ $n_turns -lt 100 ]; do
	sleep 0.02
	n_turns=$((n_turns + 1))
done
! kill -0 "$left" 2>/dev/null
ok $? "[PR-03] the command dies with seal-exec"
rmdir "$(cat tmpdir)"

# --- What it cannot hold ----------------------------------------------------------------------------

echo keep >kept
before=$(ls -d /tmp/seal-exec.* 2>/dev/null)
wish()
{
	manifest
	lower -- touch marker
}
wish <<-'END'
	[sandbox.os]
	protect = ["kept"]
END
refused 'seal.toml:2.*kept cannot be read-only without mounts' "a protect below the project"
is "$(ls -d /tmp/seal-exec.* 2>/dev/null)" "$before" "... and leaves nothing"
wish <<-'END'
	[sandbox.os]
	deny = ["kept"]
END
refused 'seal.toml:2.*kept cannot be hidden without mounts' "a deny below the project"
wish <<-END
	[sandbox.os]
	deny = ["$T/canary"]
END
starts "control: a deny of what is not shown anyway"
wish <<-'END'
	[sandbox.os.network]
	domains = ["served.example"]
END
refused 'seal.toml:2.*domains cannot be granted without a network namespace' "hosts"
wish <<-'END'
	[sandbox.os.network]
	dev_server_ports = [18080]
END
refused 'seal.toml:2.*dev_server_ports cannot be granted' "ports of servers inside"

cat >serve.py <<'END'
import socket, sys
for _ in range(2):
    s = socket.create_server(("127.0.0.1", 0))
    print(s.getsockname()[1], flush=True)
    globals().setdefault("kept", []).append(s)
import time
time.sleep(60)
END
python3 serve.py >"$T/ports" &
server=$!
holds -s "$T/ports"
until [ "$(wc -l <"$T/ports")" = 2 ]; do sleep 0.02; done
first=$(sed -n 1p "$T/ports") second=$(sed -n 2p "$T/ports")
cat >dial.py <<'END'
import socket, sys
from attempt import attempt
first, second = (("127.0.0.1", int(p)) for p in sys.argv[1:])
attempt("first", lambda: socket.create_connection(first, 5))
attempt("second", lambda: socket.create_connection(second, 5))
attempt("fastopen", lambda: socket.socket().sendto(b"x", 0x20000000, second))
attempt("listening", lambda: socket.create_server(("127.0.0.1", 0)))
attempt("udp", lambda: socket.socket(type=socket.SOCK_DGRAM))
END
manifest <<-END
	[sandbox.os.network]
	host_localhost_ports = [$first]
END
lower -- python3 dial.py "$first" "$second"
if [ "$abi" -ge 4 ]; then
	is "$(echo "$out" | tr '\n' ' ')" "first " "a granted port, by TCP, and no other"
	like "$err" 'reached at every address' "[FM-13] ... that it is not this machine's alone is said"
else
	skip "a granted port" "Landlock $abi"
fi
rm -f seal.toml
lower -- python3 dial.py "$first" "$second"
is "$out" "" "without the grant none"
run python3 dial.py "$first" "$second"
like "$(echo "$out" | tr '\n' ' ')" '^first second .*listening udp' "control: outside all"
kill $server

# --- A run inside it -------------------------------------------------------------------------------

cp "$seal" ./se
lower -q -- ./se -v -- sh -c 'echo inside; cat "$1/secret"; echo x >"$TMPDIR/t" && echo tmp' sh "$T/canary"
is "$status/$(echo "$out" | tr '\n' ' ')" "0/inside tmp " "[NE-01] a run inside the lower tier"
like "$err" 'inside a run of the lower tier' "[NE-01] ... knows which it is"
git init -q library
lower -q -- true
[ -s "$XDG_STATE_HOME/seal-exec/repositories" ]
ok $? "control: a repository in the project is on record"
lower -q -- ./se -- echo inside
is "$status/$out" 0/inside "[NE-01] ... and a run inside, which cannot read the record, starts"

done_testing
