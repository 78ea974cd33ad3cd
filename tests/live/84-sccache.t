#!/bin/bash
# limit: 240
# sccache: the modes of the cargo bundle's setting. "on" has a server of the project's own in a sandbox
# (a twin), which later runs adopt; with "manual" it is the host's, and that is the way out that "on" is
# there to close: each attack reaches its canary there. On a loopback of the test's own (net/net.sh).
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

for tool in sccache gcc rustc; do
	command -v $tool >/dev/null || { skip "sccache" "no $tool here"; done_testing; }
done
unset RUSTC_WRAPPER CARGO_HOME RUSTUP_HOME
for name in $(env | sed -n 's/^\(SCCACHE_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done
export HOME XDG_STATE_HOME
state=$XDG_STATE_HOME/seal-exec/sccache

with()
{
	manifest <<-TOML
		[sandbox.os]
		command_tools = [{ tool = "cargo", sccache = "$1" }]
		$(cat)
	TOML
}

# servers: the pids of this project's servers, in one line. sccache_pid: that of sccache in the first.
servers()
{
	"$seal" sccache status --json | python3 -c 'import json, sys; print(*[s["pid"] for s in json.load(sys.stdin)["servers"]])'
}

init_pid()
{
	sed -n 's/^init \([0-9]*\) .*/\1/p' "$state"/*/"$("$seal" sccache status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["servers"][0]["name"])')"
}

sccache_pid()
{
	ps -o pid= --ppid "$(init_pid)" | tr -d ' \n'
}

# as_cargo SCRIPT: runs it in the sandbox under cargo's name, so that no shell has to be looked through.
as_cargo()
{
	mkdir -p s
	printf '#!/bin/sh\n%s\n' "$1" >s/cargo
	chmod +x s/cargo
	run "$seal" -- ./s/cargo
}

# hits: how often this project's cache had it.
hits()
{
	"$seal" sccache stats | sed -n 's/^Cache hits  *\([0-9]*\)$/\1/p'
}

# none_left: waits until there is none.
none_left()
{
	local turns
	for turns in $(seq 200); do
		[ -n "$(servers)" ] || return 0
		sleep 0.05
	done
	return 1
}

stop()
{
	run "$seal" sccache stop
	[ "$status" = 0 ] || echo "# stop: $err" >&2
}
trap 'cd "$T/proj" && "$seal" sccache stop; chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"' EXIT

printf 'int f(void)\n{\n\treturn 1;\n}\n' >a.c
echo 'pub fn f() -> u32 { 1 }' >lib.rs

# --- What is written wrong, and what is missing -----------------------------------------------------------------

for value in true false; do
	printf '[sandbox.os]\ncommand_tools = [{ tool = "cargo", sccache = %s }]\n' $value >seal.toml
	run "$seal" -- touch marker
	refused 'false is now "off", true is now "manual"' "sccache = $value is refused, with the mapping"
	run "$seal" sccache status
	like "$status/$out/$err" '^125//.*sccache is one of ' "... and status says so, too"
done
with on </dev/null
mkdir "$T/bin"
ln -s /bin/true "$T/bin/cargo"
run env PATH="$T/bin" "$seal" -- cargo
refused 'seal.toml:2:.*sccache = "on", and PATH has no sccache; .*"off" or "manual"' "without the program the run fails, and names the values"
run env PATH="$T/bin" "$seal" -- /bin/touch marker
starts "... a command of another tool needs none"
printf '[sandbox.os]\nsccache_adopt_external = true\n' >seal.toml
run "$seal" -- touch marker
refused 'sccache_adopt_external is honoured from your own config.toml only' "a project does not adopt the host's server"

# --- The first run starts it, others adopt it ----------------------------------------------------------------------

with on </dev/null
run "$seal" sccache status
is "$status" 1 "status: no server yet"
like "$out" '^mode    on$' "... and the mode"
(timeout 30 "$seal" -- sccache gcc -c a.c -o one.o; echo $? >"$T/one") >"$T/one.out" 2>&1 </dev/null &
first=$!
run "$seal" -- sccache gcc -c a.c -o two.o
wait $first
is "$status $(cat "$T/one")" "0 0" "two first runs at once both build"
[ -s one.o ] && [ -s two.o ]
ok $? "... the host has both objects"
twin=$(servers)
like "$twin" '^[0-9]+$' "[CC-03] ... and there is one server"
like "$(tr '\0' ' ' <"/proc/$twin/cmdline")" 'sccache serve' "... seal-exec's"
before=$(hits)
run "$seal" -- sccache gcc -c a.c -o three.o
exits 0 "a later run builds"
is "$(hits)" $((before + 1)) "... from the cache"
cmp -s one.o three.o
ok $? "... the same object"
is "$(servers)" "$twin" "... by the same server"
as_cargo 'echo "$RUSTC_WRAPPER $SCCACHE_NO_DAEMON"'
is "$out" "sccache 1" "what a run gets as variables"
run env RUSTC_WRAPPER=mine SCCACHE_NO_DAEMON=0 "$seal" -- ./s/cargo
is "$out" "mine 0" "... unless the caller has others"
before=$(hits)
for i in 1 2; do
	mkdir -p "out$i"
	run "$seal" -- sccache rustc --crate-name lib --crate-type rlib --emit=dep-info,metadata,link --out-dir "out$i" lib.rs
	exits 0 "rustc, build $i"
done
is "$(hits)" $((before + 1)) "... the second from the cache"
if command -v cargo >/dev/null; then
	mkdir -p crate/src
	printf '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2021"\n' >crate/Cargo.toml
	cp lib.rs crate/src/lib.rs
	before=$(hits)
	for i in 1 2; do
		run env CARGO_INCREMENTAL=0 "$seal" -- cargo build --offline --manifest-path crate/Cargo.toml
		exits 0 "cargo, build $i"
		rm -rf crate/target
	done
	like "$(hits)" "^$((before + 1))$" "... the second from the cache, without a word in the manifest but on"
fi
is "$(servers)" "$twin" "... all by the same server"

# Whoever reads what the first run prints sees its end, and it has no terminal, session or group of it.
stop
is "$(servers)" "" "stop ends it"
[ ! -e "/proc/$twin" ]
ok $? "... and its process is gone"
is "$(timeout 20 sh -c '"$1" -- sccache gcc -c a.c -o four.o 2>&1 | cat; echo end' sh "$seal")" end "the reader of a first run's output sees its end"
twin=$(servers)
is "$(ps -o sid= -p "$twin" | tr -d ' ')" "$twin" "it has a session of its own"
is "$(readlink "/proc/$twin/fd/0" "/proc/$twin/fd/1" "/proc/$twin/cwd" | tr '\n' ' ')" "/dev/null /dev/null $T/proj " "... and none of the caller's files"

# --- What it is ----------------------------------------------------------------------------------------------------

init=$(init_pid)
for ns in net pid user mnt ipc; do
	[ "$(readlink "/proc/$init/ns/$ns")" != "$(readlink "/proc/self/ns/$ns")" ]
	ok $? "[CC-03] the server has a $ns namespace of its own"
done
! (exec 3<>/dev/tcp/127.0.0.1/4226) 2>/dev/null
ok $? "[CC-03] nobody listens on the host's port 4226"
cache=$("$seal" sccache status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["cache"])')
is "$(stat -c %a "$cache")" 700 "its cache is the user's alone"
as_cargo "ls '$cache' '$cache/..'; echo x >'$cache/x'"
unlike "$out" . "[CC-03] a run does not see the cache"
[ ! -e "$cache/x" ]
ok $? "... nor writes it"
tr '\0' '\n' <"/proc/$(sccache_pid)/environ" >"$T/environ"
is "$(TOKEN=1 cut -d= -f1 "$T/environ" | sort | tr '\n' ' ')" "HOME LOGNAME PATH PWD SCCACHE_DIR SCCACHE_IDLE_TIMEOUT SCCACHE_NO_DAEMON SCCACHE_START_SERVER TMPDIR USER " "no variable of a caller's is in it"
like "$("$seal" explain -- cargo)" '4226 \(of a server of this project' "explain says what the port leads to"
unlike "$(cat "$T/trust")" 'escape' "trust calls it no escape"

# Another manifest is another server: who is granted less does not get one that has more.
mkdir "$T/wide"
config </dev/null
echo "wide of $T" >"$T/wide/secret"
printf '#!/bin/sh\ncp %s/wide/secret %s/proj/wide\nexec gcc "$@"\n' "$T" "$T" >wide.sh
chmod +x wide.sh
ln -sf wide.sh gcc-wide
with on <<<"read = [\"$T/wide\"]"
run "$seal" -- sccache ./gcc-wide -c a.c -o five.o
is "$(cat wide)" "wide of $T" "control: a server whose project is granted more reads that"
is "$(servers | wc -w)" 2 "[CC-03] ... it is another server"
rm -f wide
with on </dev/null
printf 'int g(void)\n{\n\treturn 1;\n}\n' >g.c
run "$seal" -- sccache ./gcc-wide -c g.c -o five.o
[ ! -e wide ]
ok $? "[CC-03] ... and a run that is granted less does not use it, though it is there"
before=$(hits)
run "$seal" -- sccache gcc -c a.c -o five.o
is "$(hits)" $((before + 1)) "... with the same cache"
stop

# Inside a run the port is that of the run around.
with on <<<"read = [\"$root\"]"
as_cargo "exec $seal -- sccache gcc -c g.c -o nested.o"
is "$status $(servers | wc -w)" "0 1" "a run within a run builds with the server of the one around"
run "$seal" -- "$seal" sccache status
like "$status $err" '125 .*not to be seen from inside' "... and cannot look at servers"
stop

# --- Its ends ------------------------------------------------------------------------------------------------------

# builds_after ACT NAME: during one run ACT is done to the server between two builds.
builds_after()
{
	rm -f ready go
	as_cargo true
	printf 'sccache gcc -c a.c -o x.o && touch ready && for i in $(seq 400); do [ -e go ] && break; sleep 0.05; done; exec sccache gcc -c a.c -o y.o\n' >>s/cargo
	timeout 40 "$seal" -- ./s/cargo >"$T/out" 2>"$T/err" </dev/null &
	local runs=$!
	holds -e ready
	eval "$1"
	touch go
	status=0
	wait $runs || status=$?
	exits 0 "$2"
	[ -s y.o ]
	ok $? "... and the object is there"
	rm -f x.o y.o
}
builds_after 'kill -KILL "$(sccache_pid)"' "the server is killed: the next connection has another"
like "$(servers)" '^[0-9]+$' "... one"
builds_after 'kill -KILL "$(servers)"; none_left' "its front is killed: the same"
builds_after 'stop' "it is stopped: the same"
twin=$(servers)
kill -KILL "$twin"
run "$seal" -- sccache gcc -c a.c -o x.o
exits 0 "killed between two runs: the next run has another"
unlike "$(servers)" "^$twin\$" "... and not the dead one"
stop
export SCCACHE_IDLE_TIMEOUT=1
run "$seal" -- sccache gcc -c a.c -o x.o
twin=$(servers)
like "$twin" '^[0-9]+$' "with SCCACHE_IDLE_TIMEOUT=1 it starts"
none_left
is "$(servers)" "" "... and ends when it is idle"
printf '#!/bin/sh\nsetsid sh -c "while :; do sccache --show-stats; touch %s/proj/alive; sleep 0.2; done" >/dev/null 2>&1 </dev/null &\nexec gcc "$@"\n' "$T" >stay.sh
chmod +x stay.sh
ln -sf stay.sh gcc-stay
echo 'int h;' >h.c
rm -f alive
run "$seal" -- sccache ./gcc-stay -c h.c -o x.o
holds -e alive
ok $? "control: something that was left in there keeps it busy"
none_left
ok $? "[CC-03] [CC-07] ... but not for longer than runs use it"
rm -f alive
sleep 1
[ ! -e alive ]
ok $? "... and what was left is dead"
[ -z "$(find "$state" -maxdepth 2 -type f)" ]
ok $? "... its record goes with it"
unset SCCACHE_IDLE_TIMEOUT
is "$(find . -type p)" "" "... and what stood in the project"
printf '#!/bin/sh\necho "it is broken" >&2\nexit 3\n' >"$T/bin/sccache"
chmod +x "$T/bin/sccache"
with on <<<"read = [\"$T/bin\"]"
run env PATH="$T/bin:$PATH" "$seal" -- touch marker
starts "control: no server is needed, none is started"
run env PATH="$T/bin:$PATH" "$seal" -- sh -c 'touch marker; sccache gcc'
refused 'its server does not start: it is broken; .*"off" or "manual"' "a server that does not start fails the run, with what it said"
printf '#!/bin/sh\nexec sleep 60\n' >"$T/bin/sccache"
run env PATH="$T/bin:$PATH" "$seal" -- sh -c 'touch marker; sccache gcc'
refused 'it does not answer within 3 seconds' "... as one does that does not answer"
stop

# --- Deny wins -----------------------------------------------------------------------------------------------------

with on <<-'TOML'
	[sandbox.os.network]
	host_localhost_ports_deny = [4226]
TOML
as_cargo ':'
like "$err" 'port 4226 .* stays closed: host_localhost_ports_deny' "host_localhost_ports_deny wins"
is "$(servers)" "" "... and no server is started"

# --- The attacks ---------------------------------------------------------------------------------------------------
#
# Each leaves its name in the canary folder and what it read there in the project, where it can.

cat >p.c <<-C
	#include <stdio.h>
	#include <stdlib.h>
	__attribute__((constructor)) static void seen(void)
	{
		char line[99] = "";
		FILE *f = fopen("$T/canary/secret", "r"), *out;

		if (f && fgets(line, sizeof line, f) && (out = fopen("$T/proj/seen", "a")))
			fprintf(out, "%s", line), fclose(out);
		if ((out = fopen("$T/canary/touched", "a")))
			fclose(out);
		if ((out = fopen("$T/proj/ran", "a")))
			fclose(out);
	}
	int plugin_is_GPL_compatible;
	int plugin_init(void *a, void *b) { return 0; }
C
gcc -shared -fPIC -o p.so p.c
cat >cc.sh <<-SH
	#!/bin/sh
	cp $T/canary/secret $T/proj/seen 2>/dev/null
	touch $T/canary/touched 2>/dev/null
	ls $XDG_STATE_HOME/seal-exec $state/* >>$T/proj/state 2>&1
	touch $T/proj/ran
	exec gcc "\$@"
SH
chmod +x cc.sh
ln -sf cc.sh gcc-evil
cat >pm.rs <<-RS
	extern crate proc_macro;
	use std::fs;
	#[proc_macro]
	pub fn m(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
	    if let Ok(s) = fs::read("$T/canary/secret") { let _ = fs::write("$T/proj/seen", s); }
	    let _ = fs::write("$T/canary/touched", "");
	    let _ = fs::write("$T/proj/ran", "");
	    proc_macro::TokenStream::new()
	}
RS
rustc --crate-name pm --crate-type proc-macro pm.rs || echo "# no proc-macro" >&2
n_attack=0

# attack NAME SCRIPT: through the server that the run has. Sets ran, seen.
attack()
{
	rm -rf seen ran out "$T/canary/touched"
	mkdir out
	n_attack=$((n_attack + 1))
	printf 'int n%s(void)\n{\n\treturn 1;\n}\n' $n_attack >b.c
	printf 'extern crate pm;\npm::m!();\npub fn f%s() -> u32 { 1 }\n' $n_attack >u.rs
	as_cargo "$2"
	ran=no seen=no
	[ ! -e ran ] || ran=yes
	[ ! -e seen ] && [ ! -e "$T/canary/touched" ] || seen=yes
}

attacks()
{
	attack plugin 'sccache gcc -fplugin=./p.so -c b.c -o b.o'
	"$1" "a plugin of the compiler"
	attack preload 'LD_PRELOAD=$PWD/p.so sccache gcc -c b.c -o b.o'
	"$1" "a library for the compiler, in the request's variables"
	attack compiler 'sccache ./gcc-evil -c b.c -o b.o'
	"$1" "a script in the compiler's place"
	attack macro 'sccache rustc --crate-name u --crate-type rlib --emit=dep-info,metadata,link --out-dir out --extern pm=libpm.so u.rs'
	"$1" "a macro that the compiler runs"
}

held()
{
	is "$ran $seen" "yes no" "[CC-03] $1 runs, and sees no canary"
}

reached()
{
	is "$seen" yes "control, the host's server: $1 reaches the canary"
}

with on </dev/null
attacks held
unlike "$(cat state)" 'trust|placeholders|[0-9a-f]{32}\.log' "[CC-03] ... nor the records of servers, nor what you trust"
like "$(cat state)" 'cache' "... control: it did look"
stop

# --- manual --------------------------------------------------------------------------------------------------------

mkdir "$T/host"
SCCACHE_DIR="$T/host" SCCACHE_START_SERVER=1 SCCACHE_NO_DAEMON=1 sccache >"$T/host.log" 2>&1 </dev/null &
host=$!
turns=0
until (exec 3<>/dev/tcp/127.0.0.1/4226) 2>/dev/null || [ $turns = 100 ]; do
	turns=$((turns + 1))
	sleep 0.05
done
with manual </dev/null
like "$(cat "$T/trust")" 'host_localhost_ports 4226 \(an escape: .*outside' "trust calls manual an escape"
like "$(cat "$T/trust")" 'write ~/.cache/sccache \(an escape' "... the shared cache too"
like "$("$seal" explain -- cargo)" '^escapes: ' "... explain as well"
attacks reached
run "$seal" sccache status
like "$status $out" '^0 mode    manual' "status says manual"
like "$out" "^cache   $HOME/.cache/sccache \\(" "... the cache that is granted, not the project's own"
like "$out" '^server  yours, on port 4226: it listens$' "... and that the host's server listens"
like "$("$seal" sccache status --json)" '"cache":"[^"]*/\.cache/sccache",.*"host_server":true' "... in JSON too"
run "$seal" sccache stop
like "$status $err" "^0 seal-exec: sccache is manual for .*: there is nothing of seal-exec's to stop" "stop says that it is not seal-exec's"
kill -0 $host
ok $? "the host's server is left alone"

# --- Adopting ------------------------------------------------------------------------------------------------------

with on </dev/null
attack preload 'LD_PRELOAD=$PWD/p.so sccache gcc -c b.c -o b.o'
held "with a server on the host: a library for the compiler"
stop
config <<-'TOML'
	[sandbox.os]
	sccache_adopt_external = true
TOML
like "$("$seal" explain -- cargo)" '4226 .*an escape' "explain says that adopting is an escape"
run "$seal" trust
like "$out" 'sccache_adopt_external.*an escape' "trust as well"
attack preload 'LD_PRELOAD=$PWD/p.so sccache gcc -c b.c -o b.o'
reached "adopted by the user's own word"
like "$err" 'port 4226 leads to the host.s server.*an escape' "... and each run says so"
is "$(servers)" "" "... no other is started"
kill $host
wait $host 2>/dev/null
with manual </dev/null
run "$seal" sccache status
like "$status $out" '^1 mode    manual' "control: without the host's server"
like "$out" '^server  yours, on port 4226: nobody listens$' "... status says that, too"
with off </dev/null
run "$seal" sccache stop
like "$status $err" "^0 seal-exec: sccache is off for .*: there is nothing" "stop in mode off"
with on </dev/null
attack preload 'LD_PRELOAD=$PWD/p.so sccache gcc -c b.c -o b.o'
held "when it has gone, the project's own is started again: a library for the compiler"
stop

done_testing
