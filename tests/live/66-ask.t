#!/bin/bash
# limit: 300
# Ports of the host with `prompt`: asked for every run on the terminal, before anything starts.
# What counts is whether the command reaches a server on the host's loopback.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
umask 022
p=$T/proj
store=$XDG_STATE_HOME/seal-exec/ports

# --- The host's servers, and who asks for them inside ---------------------------------------------

cat >"$T/server.py" <<'END'
import os, select, socket, sys
servers = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
with open(sys.argv[1] + ".new", "w") as f:
    f.write(" ".join(str(s.getsockname()[1]) for s in servers) + "\n")
os.rename(sys.argv[1] + ".new", sys.argv[1])
while True:
    for server in select.select(servers, [], [])[0]:
        connection = server.accept()[0]
        connection.sendall(b"hello")
        connection.close()
END
timeout 280 python3 "$T/server.py" "$T/ports" </dev/null >/dev/null 2>&1 &
server=$!
trap 'kill $server; chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"' EXIT
holds -e "$T/ports" || exit 1
read -r port other <"$T/ports"

cat >"$p/reach.py" <<'END'
import socket, sys
for port in sys.argv[1:]:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as s:
            print(port, "open" if s.recv(5) == b"hello" else "silent", flush=True)
    except ConnectionError:
        print(port, "closed", flush=True)
END
cp "$p/reach.py" "$T/reach.py"
reach=("$seal" -- python3 reach.py "$port")

# asks: the manifest asks for the port. grants: it has it without being asked.
asks()
{
	manifest <<END
[sandbox.os]
command_tools = []

[sandbox.os.network]
host_localhost_ports = [{ port = $port, prompt = true }]
END
}

grants()
{
	manifest <<END
[sandbox.os]
command_tools = []

[sandbox.os.network]
host_localhost_ports = [$1]
END
}

run python3 "$T/reach.py" "$port" "$other"
is "$out" "$port open
$other open" "control: both servers are there"
grants "$port"
run "${reach[@]}"
is "$out" "$port open" "control: a port without prompt is not asked for"
asks

# --- The four answers -------------------------------------------------------------------------------

for answer in y yes Y; do
	talk 0 "asked and answered $answer" "${reach[@]}" <<END
expect seal-exec: $p wants the host's localhost port $port for this run \\(seal.toml:5\\)
expect Allow\\? \\[y\\]es once, \\[a\\]lways, \\[n\\]o, ne\\[v\\]er:
send $answer\\r
expect $port open
END
done
[ ! -e "$store" ]
ok $? "... each time: nothing is remembered"
for answer in n no; do
	talk 0 "answered $answer: the command starts, without the port" "${reach[@]}" <<END
expect Allow\\?
send $answer\\r
expect $port closed
END
done
[ ! -e "$store" ]
ok $? "... each time"
unlike "$out" 'stays closed' "... and nobody tells the user what he said"

talk 0 "answered always" "${reach[@]}" <<END
expect Allow\\?
send a\\r
expect $port open
END
talk 0 "... is not asked again" "${reach[@]}" <<END
expect $port open
never Allow
END
run setsid -w "${reach[@]}"
is "$out/$err" "$port open/" "... nor without a terminal"
is "$(stat -c '%a %F %h' "$store")" "600 regular file 1" "the answers are the user's alone"
rm -f "$store"
talk 0 "answered never" "${reach[@]}" <<END
expect Allow\\?
send NEVER\\r
expect $port closed
END
talk 0 "... is not asked again, and said" "${reach[@]}" <<END
expect seal-exec: the host's localhost port $port stays closed: you have answered "never"
expect seal-exec ports forget $port
expect $port closed
never Allow
END
run "$seal" -q -- python3 reach.py "$port"
is "$out/$err" "$port closed/" "... but with -q"
run "$seal" ports forget "$port"
exits 0 "ports forget"
talk 0 "... and it is asked again" "${reach[@]}" <<END
expect Allow\\?
send y\\r
expect $port open
END

# --- What is no answer ------------------------------------------------------------------------------

talk 0 "what is no answer is asked again" "${reach[@]}" <<END
expect Allow\\?
send ye\\r
expect Allow\\?
send \\r
expect Allow\\?
send y\\r
expect $port open
END
talk 0 "... three times, then it is no" "${reach[@]}" <<END
expect Allow\\?
send maybe\\r
expect Allow\\?
send y y\\r
expect Allow\\?
send yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\\r
expect stays closed: the question was not answered
expect $port closed
END
talk 0 "what was pasted behind a wrong answer does not answer the next question" "${reach[@]}" <<END
expect Allow\\?
send x\\ry\\r
expect Allow\\?
send n\\r
expect $port closed
END
talk 0 "the end of input is no" "${reach[@]}" <<END
expect Allow\\?
send \\x04
expect stays closed: the question was not answered
expect $port closed
END
talk 130 "Ctrl-C ends it all" "$seal" -- touch marker <<'END'
expect Allow\?
send \x03
END
[ ! -e marker ]
ok $? "... before the command has started"
talk 0 "control: the same with y" "$seal" -- touch marker <<'END'
expect Allow\?
send y\r
END
starts "... starts it"
# As in 31-trust.t: the terminal's line is full before seal-exec starts.
cat >typed.sh <<'END'
stty -echo
: >waiting
until [ -e typed ]; do sleep 0.01; done
exec "$@"
END
rm -f waiting typed
talk 0 "[TT-05] y typed before the question is no answer" sh typed.sh "${reach[@]}" <<END
file waiting
send y\\r
send a\\r
touch typed
expect Allow\\?
send n\\r
expect $port closed
END
rm -f waiting typed
run "$seal" ports
is "$out" "" "... nor one to remember"

# --- Where it is asked ------------------------------------------------------------------------------

run setsid -w "${reach[@]}"
is "$status/$out" "0/$port closed" "[TT-07] without a terminal: no"
like "$err" "^seal-exec: the host's localhost port $port stays closed: there is no terminal to ask on; answer \"always\" on a terminal, or remove prompt in seal.toml:5\$" \
	"... said in one line, with what to do"
run setsid -w "$seal" -q -- python3 reach.py "$port"
is "$out/$err" "$port closed/" "... but with -q"
talk 0 "-q does not silence the question" "$seal" -q -- python3 reach.py "$port" <<END
expect Allow\\?
send y\\r
expect $port open
END
talk 0 "asked on the terminal, wherever the command's streams lead" \
	sh -c '"$@" </dev/null 2>errors | tee printed' sh "${reach[@]}" <<END
expect Allow\\?
send y\\r
expect $port open
END
is "$(cat printed errors)" "$port open" "... and nowhere else"
talk 0 "a job in the background does not ask" \
	bash -c 'set -m; "$@" & wait $!' bash "${reach[@]}" <<END
expect stays closed: a job in the background cannot ask
expect $port closed
never Allow
END
talk 0 "control: in the foreground it does" bash -c 'set -m; "$@"' bash "${reach[@]}" <<END
expect Allow\\?
send y\\r
expect $port open
END
for way in '-n --' 'explain --' 'explain --json --'; do
	# shellcheck disable=SC2086
	talk 0 "seal-exec $way does not ask" "$seal" $way true <<END
expect $port
never Allow
END
done
sed -i 's/prompt = true }/prompt = true }, 4000/' seal.toml
talk 125 "a manifest that is not trusted asks for no port" "${reach[@]}" <<'END'
expect Trust these grants
send n\r
never Allow
END

manifest <<'END'
[sandbox.os]
command_tools = []
[sandbox.os.network]
host_localhost_ports = [{ port = 9229, prompt = true }]
END
talk 0 "the question says what a port of a daemon that runs code means" "$seal" -- true <<'END'
expect localhost port 9229 \(.*runs code.*\) for this run \(seal.toml:4\)\. Allow\?
send n\r
END

# The compiler cache's is such a one. It is the user who opens it, by a word that says what it is.
manifest <<'END'
[sandbox.os]
command_tools = []
[sandbox.os.network]
host_localhost_ports = [4226]
END
like "$(cat "$T/trust")" '4226 \(sccache: runs compilers, .* outside the sandbox\)' \
	"[CC-02] [BR-12] trust says what the compiler cache's port means"
run "$seal" explain -- true
like "$out" '4226 \(sccache: runs compilers' "[CC-02] ... explain too"
sed -i s/4226/2375/ seal.toml
run "$seal" -- touch marker
refused 'trust' "[CC-02] [BR-12] and no other such port is open without having been shown"

# --- More than one ------------------------------------------------------------------------------------

manifest <<END
[sandbox.os]
command_tools = []
[sandbox.os.network]
host_localhost_ports = [
	{ port = $port, prompt = true },
	{ port = $other, prompt = true },
]
END
talk 0 "each port has its question" "$seal" -- python3 reach.py "$port" "$other" <<END
expect port $port for this run \\(seal.toml:5\\)
send y\\r
expect port $other for this run \\(seal.toml:6\\)
send n\\r
expect $port open
expect $other closed
END
talk 0 "... and its answer" "$seal" -- python3 reach.py "$port" "$other" <<END
expect port $port for
send v\\r
expect port $other for
send a\\r
expect $port closed
expect $other open
END
run setsid -w "$seal" -- python3 reach.py "$port" "$other"
is "$out" "$port closed
$other open" "... that is remembered"
run "$seal" ports
is "$status/$out" "0/$port never
$other always" "ports lists the answers"

# --- Per project --------------------------------------------------------------------------------------

cp -r "$p" "$T/second"
(cd "$T/second" && "$seal" trust --yes >/dev/null)
run "$seal" -C "$T/second" ports list
is "$out" "" "a copy has none of them"
talk 0 "... and is asked" "$seal" -C "$T/second" -- python3 reach.py "$other" <<END
expect $T/second wants the host's localhost port $port for this run
send n\\r
expect $T/second wants the host's localhost port $other for this run
send a\\r
expect $other open
END
run "$seal" ports forget all
exits 0 "ports forget all"
run "$seal" ports
is "$out" "" "... forgets them"
run "$seal" ports -C "$T/second"
is "$out" "$other always" "... of this project alone"
rm -rf "$T/second"
odd=$T/$(printf 'a b%%\033[31m')
cp -r "$p" "$odd"
cd "$odd" || exit 1
asks
talk 0 "a folder's odd name is shown with its escapes visible" "${reach[@]}" <<END
expect a b%\\\\x1b\\[31m wants the host
send a\\r
expect $port open
END
unlike "$out" "$(printf '\033')" "... and draws nothing"
run "$seal" ports
is "$out" "$port always" "... and is remembered"
cd "$p" || exit 1
rm -rf "$odd"

# --- What an answer cannot do --------------------------------------------------------------------------

asks
talk 0 "always" "${reach[@]}" <<END
expect Allow\\?
send a\\r
expect $port open
END
grants "$other"
run "${reach[@]}"
is "$out" "$port closed" "an answer for a port that the manifest no longer lists is none"
asks
run setsid -w "${reach[@]}"
is "$out" "$port open" "control: listed again it is one"
config <<END
[sandbox.os.network]
host_localhost_ports_deny = [$port]
END
talk 0 "host_localhost_ports_deny of the user wins over always" "${reach[@]}" <<END
expect $port closed
never Allow
END
config <<<''
manifest <<END
[sandbox.os]
command_tools = []
[sandbox.os.network]
host_localhost_ports = [{ port = $port, prompt = true }]
host_localhost_ports_deny = [$port]
END
talk 0 "... the project's too" "${reach[@]}" <<END
expect $port closed
never Allow
END
rm -f "$store"
config <<END
[sandbox.os.network]
host_localhost_ports = [{ port = $port, prompt = true }]
END
grants "$port"
talk 0 "a port that the user's file marks stays so" "${reach[@]}" <<END
expect Allow\\?
send n\\r
expect $port closed
END
rm "$XDG_CONFIG_HOME/seal-exec/config.toml"
run "${reach[@]}"
is "$out" "$port open" "control: without the mark it is open"

# --- The store ------------------------------------------------------------------------------------------

# answers LINE...: is what the file holds.
answers()
{
	rm -f "$store"
	printf '%s\n' "$@" >"$store"
	chmod 600 "$store"
}
asks
answers "always $port $p" "never $port $p" "always $port $p"
run setsid -w "${reach[@]}"
is "$out" "$port closed" "where both are written, never holds"
answers "always $other $p" "always 0$port $p" "always $port" "yes $port $p" maybe "" always
run setsid -w "${reach[@]}"
is "$out" "$port closed" "a line that is no answer counts for nothing"
answers "always $port $p"
run setsid -w "${reach[@]}"
is "$out" "$port open" "control: one that is, does"
for mode in 620 602 644; do
	chmod $mode "$store"
	run "$seal" -- touch marker
	refused "$store: others can change the record of answers" "a store of mode $mode"
done
chmod 600 "$store"
mv "$store" "$T/real" && ln -s "$T/real" "$store"
run "$seal" -- touch marker
refused "$store: the record of answers cannot be read" "a store that is a symbolic link"
rm "$store" && mkfifo "$store"
run "$seal" -- touch marker
refused "$store" "a store that is a FIFO, without waiting"
answers "always 5001 $p" "always 5002 $p" "always 5003 $p" "always 5004 $p"
run "$seal" ports
is "$(printf '%s\n' "$out" | grep -c '^500[1-4] always$')" 4 "control: four answers"
for i in 1 2 3 4; do
	"$seal" ports forget 500$i &
	jobs[i]=$!
done
wait "${jobs[@]}"
run "$seal" ports
is "$out" "" "four are forgotten at once, and none comes back"
run "$seal" ports forget "$port"
is "$status" 125 "what was not answered cannot be forgotten"
like "$err" "there is no answer about port $port for $p" "... and is said"
for words in 'forget' 'forget 0' 'forget 65536' 'forget 1x' 'forget 1 2' 'lst' 'list x'; do
	# shellcheck disable=SC2086
	run "$seal" ports $words
	is "$status/${err%%:*}" "125/seal-exec" "ports $words"
done

done_testing
