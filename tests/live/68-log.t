#!/bin/sh
# --log and --log-fd: what may be a log, what the command could write, and what comes to stand
# there. And options that stand where they have no effect.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
umask 022
p=$T/proj
mkdir "$T/logs" "$T/more" hidden kept

manifest <<END
[sandbox.os]
command_tools = []
additional_directories = ["$T/more"]
deny = ["hidden"]
protect = ["kept"]
END

# --- A file ---------------------------------------------------------------------------------------------

run "$seal" --log "$T/logs/a" -- touch marker
starts "a file outside"
is "$(stat -c '%a %s' "$T/logs/a")" "600 0" "... is made for the user alone"
echo '{}' >>"$T/logs/a"
run "$seal" --log="$T/logs/a" -- touch marker
starts "... again"
is "$(cat "$T/logs/a")" '{}' "... keeps what it holds"
(cd "$T/logs" && "$seal" -C "$p" --log ../logs/c -- true 2>"$T/err")
[ -e "$T/logs/c" ]
ok $? "a relative name counts from the folder of -C"
run "$seal" --log /dev/null -- touch marker
starts "/dev/null"
run "$seal" --log "$HOME/log" -- touch marker
starts "the home, which is another inside"
run "$seal" --log "/tmp/${T##*/}/logs/d" -- touch marker
starts "/tmp, too"
run "$seal" --log hidden/log -- touch marker
starts "a folder that is denied"
run "$seal" --log kept/log -- touch marker
starts "a folder that is protected"
run "$seal" -n --log "$T/logs/none" -- true
[ ! -e "$T/logs/none" ]
ok $? "--dry-run makes none"

out_of_reach='the command can write here, so it could write lines like the log'
mkdir -p sub
ln -s "$T/logs" "$p/link"
ln -s "$p/sub" "$T/in"
for file in log ./log sub/log "$p/log" "$T/more/log" "$T/in/log" link/log; do
	run "$seal" --log "$file" -- touch marker
	refused "$out_of_reach" "within reach: $(printf %s "$file" | sed "s|$T||")"
done
[ ! -e log ] && [ ! -e sub/log ] && [ ! -e "$T/more/log" ] && [ ! -e "$T/logs/log" ]
ok $? "... and nothing is made there"
manifest <<END
[sandbox.os]
profile = "read-only"
command_tools = []
END
run "$seal" --log log -- true
exits 0 "control: a project that the command cannot write"
rm -f log
manifest <<END
[sandbox.os]
command_tools = []
END
touch "$T/logs/one" && ln "$T/logs/one" "$p/two"
run "$seal" --log "$T/logs/one" -- touch marker
refused 'second name' "a file with a second name"
ln -s "$T/logs/a" "$T/logs/symlink"
run "$seal" --log "$T/logs/symlink" -- touch marker
refused 'is a symbolic link; name where it leads' "a symbolic link"
mkfifo "$T/logs/fifo"
run "$seal" --log "$T/logs/fifo" -- touch marker
refused 'nobody reads' "a FIFO without a reader, without waiting"
timeout 20 cat "$T/logs/fifo" >"$T/read" &
reader=$!
run timeout 20 sh -c 'exec 8>"$1"; exec "$2" --log "$1" -- touch marker' sh "$T/logs/fifo" "$seal"
starts "control: with one"
wait $reader
run "$seal" --log "$T/logs" -- touch marker
refused 'cannot be opened for writing: Is a directory' "a folder"
run "$seal" --log "$T/nowhere/log" -- touch marker
refused 'its folder cannot be opened' "a folder that is not there"
run "$seal" --log '' -- touch marker
refused "name a file" "no name"
run "$seal" --log
is "$status" 125 "no word behind it"
: >"$T/logs/same"
# shellcheck disable=SC2094 # that is what is tried
timeout 30 "$seal" --log "$T/logs/same" -- touch marker >"$T/logs/same" 2>"$T/err" </dev/null
status=$? err=$(cat "$T/err")
refused "is the command's descriptor 1 too" "the file that is standard output"

# --- A descriptor ---------------------------------------------------------------------------------------

run sh -c '"$@" 3>>"$0"' "$T/logs/a" "$seal" --log-fd 3 -- touch marker
starts "--log-fd 3"
run bash -c '"$@" 40>>"$0"' "$T/logs/a" "$seal" --log-fd=40 -- touch marker
starts "--log-fd 40"
run sh -c '"$@" 3>>"$0"' "$T/logs/a" "$seal" --log-fd 3 -- sh -c 'echo x >&3; touch marker'
starts "... which the command does not have"
like "$err" 'Bad file descriptor' "... in any way"
is "$(cat "$T/logs/a")" '{}' "... so it writes nothing there"
run sh -c '{ "$@" 3>&1 >&4; } 4>"$0" | cat' "$T/out2" "$seal" --log-fd 3 -- touch marker
starts "a pipe of its own"
for fd in '' x 3x -3 +3 0x3 3.0 99999999999 4294967299 ' 3'; do
	run sh -c '"$@" 3>>"$0"' "$T/logs/a" "$seal" --log-fd "$fd" -- touch marker
	refused "is no number of a descriptor|is not open" "--log-fd '$fd'"
done
for fd in 0 1 2; do
	run "$seal" --log-fd $fd -- touch marker
	refused "--log-fd $fd is the command's own too" "--log-fd $fd"
done
run "$seal" --log-fd 3 -- touch marker
refused '--log-fd 3 is not open; open it' "one that is not open"
run "$seal" --log-fd 5 -- touch marker
refused '--log-fd 5 is not open' "... nor opened meanwhile by seal-exec itself"
run sh -c '"$@" 3<"$0"' "$T/logs/a" "$seal" --log-fd 3 -- touch marker
refused 'is open for reading only' "one that is open for reading"
run sh -c '"$@" 3>log' sh "$seal" --log-fd 3 -- touch marker
refused "$out_of_reach" "a file of the project"
run sh -c '"$@" 3>&2' sh "$seal" --log-fd 3 -- touch marker
refused "is the command's descriptor 2 too" "a copy of standard error"
run sh -c '"$@" 3>>"$0"' "$T/logs/a" "$seal" --log-fd 3 --log "$T/logs/a" -- touch marker
refused 'both given' "--log and --log-fd"

# --- What is logged -------------------------------------------------------------------------------------

manifest <<END
[sandbox.os]
command_tools = []
network.domains = ["allowed.example"]
END
cat >ask.py <<'END'
import socket, sys
for name in sys.argv[1:]:
    try:
        socket.getaddrinfo(name, 443)
    except OSError as error:
        print(name, "refused", flush=True)
END
# logged FILE: the hosts of its lines, each of which must be JSON.
logged()
{
	python3 -c '
import json, sys
print(*[r["host"] for r in map(json.loads, open(sys.argv[1])) if r["event"] == "refused"])' "$1"
}
for option in '--log' '-q --log'; do
	rm -f "$T/logs/net"
	# shellcheck disable=SC2086
	run "$seal" $option "$T/logs/net" -- python3 ask.py evil.example worse.example allowed.example
	is "$out" "evil.example refused
worse.example refused" "$option: two names are refused"
	is "$(logged "$T/logs/net")" "evil.example worse.example" "... and logged"
done
is "$err" "" "... and with -q not told"
run "$seal" --log "$T/logs/net" -- python3 ask.py more.example
is "$(logged "$T/logs/net")" "evil.example worse.example more.example" "the next run's come behind"
run sh -c '"$@" 3>"$0"' "$T/logs/fd" "$seal" --log-fd 3 -- python3 ask.py evil.example
is "$(logged "$T/logs/fd")" "evil.example" "--log-fd"
run sh -c '{ "$@" 3>&1 >&4; } 4>"$0" | cat' "$T/out2" "$seal" --log-fd 3 -- python3 ask.py evil.example
printf '%s\n' "$out" >"$T/logs/pipe"
is "$(logged "$T/logs/pipe")" "evil.example" "... a pipe"
run "$seal" --log "$T/logs/quiet" -- python3 ask.py allowed.example
is "$out/$(cat "$T/logs/quiet")" "/" "control: what is allowed is not logged"

# --- Options that have no effect where they stand -------------------------------------------------------

for words in '-n check' '--dry-run trust --yes' '-q explain -- true' '-v bundles' '--log /dev/null check' \
	'--log-fd 3 explain -- true' '-m seal.toml bundles list' '-C . connect a.example 22' '-q ports' '-nq untrust'; do
	# shellcheck disable=SC2086
	run "$seal" $words
	is "$status" 125 "$words is an error"
	like "$err" '^seal-exec: [a-z]+ does not take --[a-z-]+; leave it out, or put -- in front of' "... with a remedy"
done
for words in '-C . check' 'check -C .' '-m seal.toml explain -- true' 'explain -m seal.toml -- true' \
	'-C / bundles list' 'trust -C . --yes' '-C . -m seal.toml ports'; do
	# shellcheck disable=SC2086
	run "$seal" $words
	exits 0 "control: $words"
done
printf '#!/bin/sh\ntouch marker\n' >check && chmod +x check
PATH=$p:$PATH run "$seal" -q -- check
starts "... which works as it says"

done_testing
