#!/bin/bash
# limit: 150
# sccache: a server that has stopped answering is replaced while the run lasts, although connections
# come all the time. The watch looks every 30 seconds, so this takes as long.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

for tool in sccache gcc; do
	command -v $tool >/dev/null || { skip "sccache" "no $tool here"; done_testing; }
done
for name in $(env | sed -n 's/^\(SCCACHE_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export HOME XDG_STATE_HOME
manifest <<-'TOML'
	[sandbox.os]
	command_tools = [{ tool = "cargo", sccache = "on" }]
TOML

# record WORD: what the record of this project's server says of it.
record()
{
	sed -n "s/^$1 \\([0-9]*\\) .*/\\1/p" "$XDG_STATE_HOME"/seal-exec/sccache/*/"$("$seal" sccache status --json |
		python3 -c 'import json, sys; print(json.load(sys.stdin)["servers"][0]["name"])')"
}

echo 'int f(void) { return 1; }' >a.c
mkdir s
cat >s/cargo <<-'SH'
	#!/bin/sh
	sccache gcc -c a.c -o a.o && touch ready
	while [ ! -e stopped ]; do sleep 0.1; done
	for i in $(seq 60); do
		timeout 2 sccache gcc -c a.c -o b.o && { echo "answered after $i"; exit 0; }
		sleep 0.5
	done
	exit 1
SH
chmod +x s/cargo
timeout 130 "$seal" -- ./s/cargo >"$T/out" 2>&1 </dev/null &
run=$!
holds -e ready
ok $? "a run has a server"
front=$(record front) init=$(record init)
server=$(ps -o pid= --ppid "$init" | tr -d ' \n')
kill -STOP "$server"
is "$(ps -o stat= -p "$server" | cut -c1)" T "it is stopped"
touch stopped
wait $run
is $? 0 "another answers"
like "$(cat "$T/out")" 'answered after ([2-9]|[1-5][0-9])$' "... which the first one did not"
[ ! -e "/proc/$front" ] && [ ! -e "/proc/$server" ]
ok $? "... and has been ended"
[ -s b.o ]
ok $? "what was to be built is there"

done_testing
