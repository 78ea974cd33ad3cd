#!/bin/sh
# limit: 300
# Whatever happens to the wrapper, and whenever: no process of the run survives it, and nothing is
# left on disk. SEED=N repeats a run's random points.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "# SEED=$seed"

# What a run could leave on the host. The shared folders are others' too, who work at the same time:
# what counts there are names like ours, and more than a few of any name after hundreds of runs.
files()
{
	find "$T/proj" "$T/home" | sort
	find /tmp /var/tmp /dev/shm -maxdepth 1 -user "$(id -u)" -newer "$T/begin" \
		! -name 'seal-live.*' ! -name 'seal-syscalls.*' ! -name 'seal-world.*' \
		! -name 'seal-confine.*' ! -name 'seal-repos.*' ! -name 'seal-placeholders.*' >"$T/shared" 2>/dev/null
	grep -iE 'seal|bwrap|bubble|newroot|oldroot|keeper|sandbox' "$T/shared"
	[ "$(wc -l <"$T/shared")" -lt 20 ] || cat "$T/shared"
}

manifest <<END
[sandbox.os]
read = ["$T/home/missing", "../canary/missing"]
write = ["missing"]
deny = ["hidden", "none"]
protect = ["kept", "none2"]
END
mkdir hidden kept
"$seal" -q -- true # the state folder stays
: >"$T/begin"
files >"$T/before"

# The control: kills.py sees what is left, and what holds on until it is killed.
run python3 "$live/kills.py" 2 1 50 sh -c 'setsid sleep 1000 & wait'
like "$out" '^2 killed, 0 ended before, [12] left' "control: a process that survives is seen"

# Most of what can go wrong is in the first milliseconds: they get a hundred of their own.
timeout 100 python3 "$live/kills.py" 100 "$seed" 20 "$seal" -q -- sleep 1000 >"$T/out" 2>"$T/err"
out=$(cat "$T/out")
like "$out" '^100 killed, 0 ended before, 0 left' "[PR-03] SIGKILL within 20 ms: $out"
status=0
timeout 200 python3 "$live/kills.py" 200 "$seed" 200 "$seal" -q -- \
	sh -c 'setsid sleep 1000 & sleep 1000 & touch /tmp/x; wait' >"$T/out" 2>"$T/err" || status=$?
is "$status/$(sed 's/left.*/left/' "$T/out")" "0/200 killed, 0 ended before, 0 left" \
	"[PR-03] SIGKILL within 200 ms: $(cat "$T/out")"
# The same with commands that end by themselves, about when they are killed.
timeout 100 python3 "$live/kills.py" 100 "$seed" 40 "$seal" -q -- true >"$T/out" 2>"$T/err"
out=$(cat "$T/out")
like "$out" ' 0 left' "SIGKILL about the end: $out"
files >"$T/after"
is "$(diff "$T/before" "$T/after")" "" "[FS-08] no residue in the project, HOME, /tmp, /var/tmp, /dev/shm"
mkdir "/tmp/seal-test-residue.$$"
files >"$T/after"
rmdir "/tmp/seal-test-residue.$$"
[ "$(diff "$T/before" "$T/after")" != "" ]
ok $? "control: residue is seen"

# The same for runs whose keeper serves a network, with who makes its sockets.
cp seal.toml "$T/plain.toml"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
manifest <<END
[sandbox.os.network]
domains = ["a.example", "b.example:8443"]
host_localhost_ports = [54321]
dev_server_ports = [$port]
END
files >"$T/before"
timeout 100 python3 "$live/kills.py" 60 "$seed" 60 "$seal" -q -- sleep 1000 >"$T/out" 2>"$T/err"
out=$(cat "$T/out")
like "$out" '^60 killed, 0 ended before, 0 left' "[PR-03] SIGKILL of runs with a network: $out"
files >"$T/after"
is "$(diff "$T/before" "$T/after")" "" "[FS-08] ... leaves nothing"
manifest <"$T/plain.toml"
files >"$T/before"

# Short runs, two at a time, each with a process that outlives its command.
cat >"$T/runs" <<'END'
i=0
while [ $i -lt 500 ]; do
	"$1" -q -- sh -c 'sleep 1000 & exit 7'
	[ $? = 7 ] || echo "run $i: not 7"
	i=$((i + 1))
done
END
timeout 200 python3 "$live/left.py" 1 sh -c 'sh "$2" "$1" & sh "$2" "$1" & wait' sh "$seal" "$T/runs" \
	>"$T/out" 2>"$T/err"
is "$?/$(head -n 3 "$T/out")" 0/ "[CC-07] 1000 short runs end as they should and leave no process"
files >"$T/after"
is "$(diff "$T/before" "$T/after")" "" "[FS-08] ... and no file"

done_testing
