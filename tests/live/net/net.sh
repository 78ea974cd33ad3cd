#!/bin/bash
# A machine and an internet of a test's own (world.py): the script that sources this first, before
# lib.sh, is started again in there, as the user that it was, and runs as if the machine were its own.
# No privilege is needed, nothing of the real machine's network is touched, and nothing stays.
#
#   $W/cert.pem   the certificate of every name, which is its own authority
#   $W/log        what arrived at the stubs (stub.py)
#   $W/www        what they serve under /www
set -u

if [ -z "${SEAL_WORLD:-}" ]; then
	for tool in unshare python3 openssl; do
		command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
	done
	PATH=$PATH:/usr/sbin:/sbin command -v ip >/dev/null || { echo "1..0 # SKIP no ip here"; exit 0; }
	unshare -Urn true 2>/dev/null ||
		{ echo "1..0 # SKIP users cannot make namespaces with unshare here"; exit 0; }
	SEAL_WORLD=$(mktemp -d /tmp/seal-world.XXXXXX) || exit 1
	export SEAL_WORLD
	mkdir "$SEAL_WORLD/www"
	world=
	# Ended early, the script inside cannot clean up any more.
	# shellcheck disable=SC2317 # called by the trap
	clean()
	{
		if [ -n "$world" ]; then
			kill -KILL "$world"
			wait "$world"
			read -r folder <"$SEAL_WORLD/folder" && chmod -R u+rwX "$folder" && rm -rf "$folder"
		fi 2>/dev/null
		rm -rf "$SEAL_WORLD"
	}
	trap clean EXIT
	trap 'exit 1' HUP INT TERM
	unshare --user --map-root-user --net --mount --uts --pid --fork --kill-child --mount-proc \
		python3 -B "$(dirname "$0")/net/world.py" "$SEAL_WORLD" "$(id -u)" "$(id -g)" "$0" "$@" &
	world=$! code=0
	wait "$world" || code=$?
	world=
	exit $code
fi
W=$SEAL_WORLD
unset SEAL_WORLD

# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
echo "$T" >"$W/folder"

# The clients of client.py, and the certificate, are in the project, where a run sees them.
cp "$live/net/client.py" "$live/net/tables.py" "$W/cert.pem" "$T/proj/" || exit 1

# fence: waits until everything that arrived at the stubs is in the log.
fence()
{
	local live_there
	for stub in 192.0.2.53 127.0.0.1; do
		exec {fence_fd}<>"/dev/tcp/$stub/4444" || return 1
		read -r -t 10 live_there <&"$fence_fd"
		exec {fence_fd}<&-
		[ "$live_there" = 0 ] || echo "# $stub: $live_there connections are still open" >&2
	done
}

# mark: what arrives from here on is what `arrived` prints.
marked=0
mark()
{
	fence
	marked=$(wc -l <"$W/log")
}

# arrived [REGEX]: the lines of the log since the mark that match.
arrived()
{
	fence
	tail -n "+$((marked + 1))" "$W/log" | grep -E -e "${1:-.}"
}

# py [OPTION...]: runs the python script on standard input in the sandbox, with these options of
# seal-exec. plain [LABEL...]: the last script (what it shows under these labels) on the machine
# itself; machine [LABEL...]: the script on standard input, there.
py()
{
	{ echo 'from client import *'; cat; } >script.py
	run "$seal" "$@" -- python3 -B script.py
}
plain()
{
	run python3 -B script.py "$@"
}
machine()
{
	{ echo 'from client import *'; cat; } >script.py
	plain "$@"
}

# said LABEL: what the last script showed under this label.
said()
{
	printf '%s\n' "$out" | sed -n "s/^$1: //p"
}

# keepers: the pids of the keepers of the runs that are there.
keepers()
{
	ps -e -o pid=,comm=,stat= | awk '$2 ~ /^seal-keeper/ && $3 !~ /^Z/ { print $1 }'
}

# left: what there is of any run, if it does not go within 5 seconds.
left()
{
	for turn in $(seq 250); do
		rows=$(ps -e -o comm=,stat= | awk '$1 ~ /^(seal|bwrap)/ && $2 !~ /^Z/')
		[ -n "$rows" ] || return
		sleep 0.02
	done
	printf '%s\n' "$rows"
}

# seen PID WORD: what only root sees of a process (net/keyhole.py).
seen()
{
	timeout 15 python3 -B "$live/net/keyhole.py" "$W" "$@"
}

# filters PID: how many seccomp filters hold the process.
filters()
{
	sed -n 's/^Seccomp_filters:[[:space:]]*//p' "/proc/$1/status"
}

# waited SCRIPT: runs the python script in the sandbox, which ends with leave(), its output and errors
# in a pipe. Sets $status, and $ms to the milliseconds until that pipe had no writer any more: the
# best of three, for a loaded machine is late once, and who waits for something waits each time.
waited()
{
	ms=999999
	for turn in 1 2 3; do
		{ timeout -k 2 30 "$seal" -- python3 -B "$1" </dev/null; echo $? >"$T/code"; } 2>&1 | cat >"$T/out"
		turn=$((($(date +%s%N) - $(cat left)) / 1000000))
		[ $turn -gt $ms ] || ms=$turn
		rm -f left
	done
	# shellcheck disable=SC2034 # for who calls this
	read -r status <"$T/code"
}
