#!/bin/sh
# limit: 120
# A run inside a run: it makes no namespaces, knows by the kernel that it is inside, restricts itself
# further, never less, and refuses what it cannot hold.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# seal-exec and the probe lie in the project: a run sees nothing else of ours.
cp "$seal" ./se
cp "$root/build/probe/syscall" ./syscall
cp "$live/attempt.py" .
mkdir sub "$T/more" "$T/home/granted"
echo "more of $T" >"$T/more/file"

run "$seal" -- ./se -- sh -c 'echo inside; exit 42'
is "$status/$out/$err" 42/inside/ "[NE-01] a run inside a run: its command's output and code, and nothing else"
run "$seal" -- ./se -- ./se -- ./se -- sh -c 'echo deep'
is "$status/$out" 0/deep "[NE-01] four of them"
run "$seal" -- ./se -- sh -c 'kill -TERM $$'
exits 143 "[NE-01] killed by SIGTERM"
run "$seal" -- ./se -- ./missing
exits 127 "[NE-01] a command that is missing"
run "$seal" -- ./se -- ./sub
exits 126 "[NE-01] ... that is none"
is "$(printf 'a b' | timeout 30 "$seal" -- ./se -- cat)" 'a b' "[NE-01] standard streams"
run "$seal" -- ./se -v -- true
like "$err" 'inside a run of the full tier' "[NE-01] -v says that it is inside"
like "$err" '^seal-exec: layers: user pid mnt .*landlock seccomp$' "[NE-01] [FM-13] ... and what is active"
run "$seal" -- ./se -- sh -c 'exec 7<se; ls /proc/self/fd'
exits 0 "[NE-01] [FD-01] descriptors"
run "$seal" -- sh -c 'A_SECRET=x ./se -- env'
unlike "$out" A_SECRET "[NE-01] [EN-01] a variable that nothing grants"
run "$seal" -- sh -c 'A_SECRET=x env'
like "$out" A_SECRET "[NE-01] control: without the run inside it is there"
run "$seal" -- ./se -- sh -c 'grep -h -E "^(Seccomp_filters|NoNewPrivs)" /proc/self/status | tr -s "\t\n" "  "'
is "$out" 'NoNewPrivs: 1 Seccomp_filters: 3 ' "[NE-01] filters on top of those of the run around"
run "$seal" -- sh -c 'grep -h "^Seccomp_filters" /proc/self/status | tr -s "\t\n" "  "'
is "$out" 'Seccomp_filters: 1 ' "[NE-01] control: the run around alone"

# --- Less, not more -------------------------------------------------------------------------------

run "$seal" -- ./se -- sh -c 'cat "$1/secret"; echo x >"$1/new"; ls "$1"' sh "$T/canary"
[ -z "$out" ] && [ ! -e "$T/canary/new" ]
ok $? "[NE-01] what the run around does not show"
run "$seal" -- ./se -- sh -c 'echo mine >made && cat made'
is "$out/$(cat made)" mine/mine "[NE-01] control: the project is written"
run "$seal" -- ./se -- sh -c 'echo t >/tmp/t && cat /tmp/t; echo h >"$HOME/h" && cat "$HOME/h"; mktemp >/dev/null && echo tmp'
like "$out" tmp "[NE-01] temporary files"

# The run around was granted a folder that the one inside was not.
manifest <<END
[sandbox.os]
read = ["$T/more", "~/granted"]
END
echo of-home >"$T/home/granted/file"
printf '[sandbox.os]\n' >sub/seal.toml
run "$seal" -- cat "$T/more/file" "$T/home/granted/file"
exits 0 "[NE-01] control: the run around reads what it was granted"
run "$seal" -- ./se -- cat "$T/more/file"
exits 0 "[NE-01] control: so does one inside with the same manifest"
run "$seal" -- ./se -m sub/seal.toml -- cat "$T/more/file"
[ "$status" -ne 0 ] && ! printf '%s' "$out" | grep -q "more of"
ok $? "[NE-01] one inside without the grant does not (status $status)"
run "$seal" -- ./se -m sub/seal.toml -- cat "$T/home/granted/file"
[ "$status" -ne 0 ] && ! printf '%s' "$out" | grep -q of-home
ok $? "[NE-01] ... nor below a private home (status $status)"
# A manifest inside grants nothing that the run around has not.
cat >wide.toml <<END
[sandbox.os]
profile = "network-allow-all"
read = ["$T/canary"]
write = ["$T/canary"]
END
run "$seal" -- ./se -m wide.toml -- sh -c 'cat "$1/secret"; echo x >"$1/new"' sh "$T/canary"
unlike "$out" "secret of" "[NE-01] a manifest of a guest's opens nothing"
[ ! -e "$T/canary/new" ]
ok $? "[NE-01] ... and nothing is written"
run "$seal" -- ./se -m wide.toml -- true
exits 0 "[NE-01] control: with it the command runs"
printf '[sandbox.os]\nprofile = "off"\n' >off.toml
run "$seal" -- sh -c 'mkdir -p /tmp/conf/seal-exec && cp off.toml /tmp/conf/seal-exec/config.toml &&
	XDG_CONFIG_HOME=/tmp/conf ./se -- grep "^Seccomp_filters" /proc/self/status'
like "$out" 'Seccomp_filters:.*3' "[NE-01] a user's configuration that a guest makes is not asked"
rm -rf seal.toml wide.toml off.toml sub/seal.toml

# A project that may only be read.
cat >ro.toml <<'END'
[sandbox.os]
profile = "read-only"
END
run "$seal" -- ./se -m ro.toml -- sh -c 'echo x >written; mkdir dir; rm made'
[ ! -e written ] && [ ! -e dir ] && [ -e made ]
ok $? "[NE-01] read-only inside"
run "$seal" -- ./se -m ro.toml -- cat made
is "$out" mine "[NE-01] control: it is read"
run "$seal" -- ./se -- sh -c 'echo x >written'
[ -e written ]
ok $? "[NE-01] control: without it is written"
rm -f written

# --- What cannot be held ----------------------------------------------------------------------------

echo keep >kept
echo hide >hidden
cat >guards.toml <<'END'
[sandbox.os]
protect = ["kept"]
END
run "$seal" -- ./se -m guards.toml -- touch marker
refused 'guards.toml:2.* is not read-only by the run around' "[NE-01] a protect that the run around does not hold"
cat >guards.toml <<'END'
[sandbox.os]
deny = ["hidden"]
END
run "$seal" -- ./se -m guards.toml -- touch marker
refused 'guards.toml:2.* is not hidden by the run around' "[NE-01] a deny that the run around does not hold"
manifest <<'END'
[sandbox.os]
protect = ["kept"]
deny = ["hidden"]
END
run "$seal" -- ./se -- sh -c 'touch marker; echo x >kept; cat hidden; rm -f hidden; true'
starts "[NE-01] control: both, held by the run around"
is "$(cat kept)/$(cat hidden)/$out" keep/hide/ "[NE-01] ... hold"
rm -f seal.toml guards.toml ro.toml

# --- Network ----------------------------------------------------------------------------------------

cat >sockets.py <<'END'
import socket, sys
for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        try:
            socket.socket(family, kind).close()
            print(family.name, kind.name)
        except OSError:
            pass
END
run "$seal" -- ./se -- python3 sockets.py
is "$out" "AF_UNIX SOCK_STREAM
AF_UNIX SOCK_DGRAM" "[NE-01] a run inside that is granted no network has no sockets of it"
run "$seal" -- python3 sockets.py
is "$(printf '%s\n' "$out" | wc -l)" 6 "[NE-01] control: the run around has its own loopback"
cat >listen.py <<'END'
import os, socket, subprocess, sys
servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
ports = [s.getsockname()[1] for s in servers]
with open("port.toml", "w") as f:
    f.write("[sandbox.os.network]\nhost_localhost_ports = [%d]\n" % ports[0])
sys.exit(subprocess.call(["./se", "-m", "port.toml", "--", "python3", "dial.py"] + [str(p) for p in ports]))
END
cat >dial.py <<'END'
import socket, sys
from attempt import attempt
for p in sys.argv[1:]:
    attempt("connected", lambda: socket.create_connection(("127.0.0.1", int(p)), 5).close())
attempt("fastopen", lambda: socket.socket().sendto(b"x", 0x20000000, ("127.0.0.1", int(sys.argv[2]))))
attempt("udp", lambda: socket.socket(type=socket.SOCK_DGRAM))
END
run "$seal" -- python3 listen.py
is "$out" connected "[NE-01] of two ports the one that is granted, by no other way"
sed 's/"-m".*$/x/; s/subprocess.call.*/subprocess.call(["python3", "dial.py"] + [str(p) for p in ports]))/' \
	listen.py >both.py
run "$seal" -- python3 both.py
like "$(echo "$out" | tr '\n' ' ')" '^connected connected' "[NE-01] control: without the run inside both"

# --- How it is known -----------------------------------------------------------------------------

case $(uname -m) in x86_64) prctl=157 ;; *) prctl=167 ;; esac
run "$seal" -- ./syscall nr:$prctl 0x5ea1ec
like "$out" '^-1 (EISNAM|120)$' "[NE-01] the filter's answer"
run ./syscall nr:$prctl 0x5ea1ec
is "$out" '-1 EINVAL' "[NE-01] control: the kernel's"
run "$seal" -- ./syscall nr:$prctl 0x5ea1ed
is "$out" '-1 EINVAL' "[NE-01] another question"
for variable in SEAL_EXEC=1 SEAL_EXEC_INSIDE=1 container=bwrap FLATPAK_ID=x; do
	run env "$variable" "$seal" -v -- true
	unlike "$err" 'inside a run' "[NE-01] $variable says nothing"
done
mkdir "$T/fake" && touch .sealed .flatpak-info
run "$seal" -v -- true
unlike "$err" 'inside a run' "[NE-01] nor do files"
# A filter that answers so and is not ours: the run is one of the full tier.
run "$root/build/probe/without" prctl:0=0x5ea1ec=EISNAM -- "$seal" -v -- true
unlike "$err" 'inside a run' "[NE-01] nor does another's filter where the view is not a run's"
like "$err" 'layers: user .* view ' "[NE-01] ... but a whole one is made"

# --- Too deep ------------------------------------------------------------------------------------

deep='' depth=1
while [ $depth -lt 16 ]; do
	deep="$deep ./se -q --"
	depth=$((depth + 1))
done
# shellcheck disable=SC2086 # words
run "$seal" -- $deep touch marker
starts "[SC-28] [NE-01] control: 16 runs in one another"
# shellcheck disable=SC2086
run "$seal" -- $deep ./se -q -- touch marker
refused 'nested too deep: the kernel takes 16' "[SC-28] [NE-01] a seventeenth"

done_testing
