#!/bin/bash
# limit: 240
# sccache: the modes of the cargo bundle's setting. "on" has a server of the project's own in a sandbox
# (a twin), which other runs adopt and the last one ends; with "manual" it is the host's, and that is the way out that "on" is
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

# keep NAME SCRIPT: a run that lasts, with its server, until `release NAME`, and then does SCRIPT.
keep()
{
	rm -f "ready.$1" "go.$1"
	mkdir -p "k.$1"
	cat >"k.$1/cargo" <<-SH
		#!/bin/sh
		touch ready.$1
		for i in \$(seq 400); do [ -e go.$1 ] && break; sleep 0.05; done
		${2:-}
	SH
	chmod +x "k.$1/cargo"
	timeout 40 "$seal" -- "./k.$1/cargo" >"$T/keep.$1" 2>&1 </dev/null &
	eval "kept_$1=\$!"
	holds -e "ready.$1" || echo "# no ready.$1: $(cat "$T/keep.$1")" >&2
}

release()
{
	touch "go.$1"
	eval "wait \$kept_$1"
}

# dead: nothing that was left writes `tick` any more, nor is it there.
dead()
{
	local before
	before=$(stat -c %s tick) && sleep 0.4 && [ "$(stat -c %s tick)" = "$before" ] &&
		! grep -qs 'stay-of-tes[t]' /proc/[0-9]*/cmdline
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
trap 'for dir in proj again; do cd "$T/$dir" && "$seal" sccache stop; done; chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"' EXIT

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
manifest <<<'sandbox.os.command_tools = ["cargo"]'
printf '[sandbox.os]\ncommand_tools = [{ tool = "cargo", sccache = "on" }]\n' | config
run env PATH="$T/bin" "$seal" -- cargo
refused 'config.toml:2:.*sccache = "on", and PATH has no sccache' "... the place is the user's file, where that says on"
rm "$XDG_CONFIG_HOME/seal-exec/config.toml"
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
is "$(servers)" "" "[CC-03] ... and there is no server when both have ended"
is "$(hits)" 0 "stats: what the last one counted"
run "$seal" -- sccache gcc -c a.c -o two.o
exits 0 "a later run builds"
is "$(hits)" 1 "... from the cache"
keep a
twin=$(servers)
like "$twin" '^[0-9]+$' "[CC-03] while a run lasts there is one server"
like "$(tr '\0' ' ' <"/proc/$twin/cmdline")" 'sccache serve' "... seal-exec's"
before=$(hits)
run "$seal" -- sccache gcc -c a.c -o three.o
exits 0 "a run beside it builds"
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
release a
is "$(timeout 20 sh -c '"$1" -- sccache gcc -c a.c -o four.o 2>&1 | cat; echo end' sh "$seal")" end "the reader of a first run's output sees its end"
keep a
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
is "$(TOKEN=1 cut -d= -f1 "$T/environ" | sort | tr '\n' ' ')" "HOME LOGNAME PATH PWD SCCACHE_DIR SCCACHE_NO_DAEMON SCCACHE_START_SERVER TMPDIR USER " "no variable of a caller's is in it"
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
keep b
run "$seal" -- sccache ./gcc-wide -c a.c -o five.o
is "$(cat wide)" "wide of $T" "control: a server whose project is granted more reads that"
is "$(servers | wc -w)" 2 "[CC-03] ... it is another server"
rm -f wide
with on </dev/null
printf 'int g(void)\n{\n\treturn 1;\n}\n' >g.c
run "$seal" -- sccache ./gcc-wide -c g.c -o five.o
[ ! -e wide ]
ok $? "[CC-03] ... and a run that is granted less does not use it, though it is there"
as_cargo 'sccache gcc -c a.c -o five.o && sccache --show-stats'
like "$out" '^Cache hits +1$' "... with the same cache"
release a
release b
is "$(servers)" "" "... each ends with its last run"

# What is granted later is not for a run that has begun.
keep a 'sccache ./gcc-wide -c g.c -o six.o'
stop
rm -f wide
with on <<<"read = [\"$T/wide\"]"
release a
[ ! -e wide ]
ok $? "[CC-03] a run whose server has ended gets none that is granted more by now"
like "$(cat "$T/keep.a")" 'what this project grants has changed since this run began' "... and is told so"
run "$seal" sccache serve "$T/proj" 0123456789abcdef0123456789abcdef
like "$status $err" '125 .*has changed since this run began' "a server with other grants than a run knows does not start"
with on </dev/null

# Inside a run the port is that of the run around.
with on <<<"read = [\"$root\"]"
as_cargo "exec $seal -- sccache gcc -c g.c -o nested.o"
is "$status $(servers | wc -w)" "0 0" "a run within a run builds with the server of the one around"
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
builds_after 'kill -KILL "$(servers)"; none_left' "its front is killed: the same"
builds_after 'stop' "it is stopped: the same"
is "$(servers)" "" "... and none is left"
export SCCACHE_IDLE_TIMEOUT=1
keep a
like "$(servers)" '^[0-9]+$' "with SCCACHE_IDLE_TIMEOUT=1 it starts"
none_left
is "$(servers)" "" "... and ends when it is idle, though the run lasts"
release a
unset SCCACHE_IDLE_TIMEOUT
for name in SCCACHE_SERVER_PORT=4300 SCCACHE_SERVER_UDS=/tmp/s; do
	run env "$name" "$seal" -- sh -c 'touch marker; sccache gcc'
	refused "has its server on port 4226, and ${name%=*} names another" "[CC-03] ${name%=*} leads no client past it"
done
run env SCCACHE_SERVER_PORT=4226 "$seal" -- sccache gcc -c a.c -o x.o
exits 0 "... the same port may be named"

# --- Nothing is left between runs -----------------------------------------------------------------------------------
#
# What a compiler leaves in there waits for the user to replace a protected file, whose mount in there
# goes with it, or to make a repository, which nothing protects in there.

git config user.email a@b
git config user.name n
cat >stay.sh <<-SH
	# stay-of-test
	for i in \$(seq 400); do
		echo >>tick
		printf '[core]\n\trepositoryformatversion = 0\n\tfsmonitor = touch $T/canary/config; false\n' >.git/config
		for d in */.git; do
			[ -d \$d ] || continue
			printf '#!/bin/sh\ntouch $T/canary/hook\n' >\$d/hooks/post-commit
			chmod +x \$d/hooks/post-commit
		done
		sleep 0.05
	done 2>/dev/null
SH
printf '#!/bin/sh\ncd %s/proj\nsetsid sh ./stay.sh stay-of-test >/dev/null 2>&1 </dev/null &\nexec gcc "$@"\n' "$T" >stay-cc.sh
chmod +x stay-cc.sh
ln -sf stay-cc.sh gcc-stay
n_stay=0

# stays: a build leaves stay.sh in the server, in a run that is then waited for (or `keep`).
stays()
{
	rm -f tick
	n_stay=$((n_stay + 1))
	echo "int h$n_stay;" >h.c
}

# acts NAME: the user does what the left process waits for.
acts()
{
	git config user.name "other$n_stay"
	git init -q newsub && (cd newsub && echo x >f && git add f && sleep 0.3 &&
		git -c user.name=a -c user.email=a@b commit -qm y)
	git status --short >/dev/null
	! grep -q fsmonitor .git/config && [ ! -e newsub/.git/hooks/post-commit ] &&
		[ ! -e "$T/canary/config" ] && [ ! -e "$T/canary/hook" ] && [ -d newsub/.git ]
	ok $? "[CC-03] [CC-07] $1: git config, git init and a commit of the user's are the user's"
	rm -rf newsub
}

stays
as_cargo 'sccache ./gcc-stay -c h.c -o x.o; for i in $(seq 100); do [ -s tick ] && break; sleep 0.05; done'
[ -s tick ]
ok $? "control: a compiler leaves something in there, which writes to the project"
dead
ok $? "[CC-03] [CC-07] when the run has returned it does nothing more"
is "$(servers)" "" "... and there is no server"
is "$(find . -type p)" "" "... nor what stood in the project for names that are protected"
mkdir .vscode && rmdir .vscode
ok $? "... they can be made"
acts "after the run"
[ -z "$(find "$state" -maxdepth 2 -type f ! -name counted)" ]
ok $? "... of records nothing is left"

# A server that does not say what it counted holds nobody up, and its end is not put off by who asks:
# shut down with a connection open it lives on without listening, stopped it does not answer at all.
for how in 'python3 hold.py & sleep 0.3; sccache --stop-server' 'kill -STOP 2'; do
	stays
	cat >hold.py <<-'PY'
		import socket, time
		s = socket.create_connection(("127.0.0.1", 4226))
		time.sleep(60)
	PY
	printf '#!/bin/sh\ncd %s/proj\nsetsid sh ./stay.sh stay-of-test >/dev/null 2>&1 </dev/null &\n(sleep 0.5; %s) >/dev/null 2>&1 </dev/null &\nexec gcc "$@"\n' "$T" "$how" >stay2-cc.sh
	chmod +x stay2-cc.sh
	ln -sf stay2-cc.sh gcc-stay2
	as_cargo 'sccache ./gcc-stay2 -c h.c -o x.o; for i in $(seq 100); do [ -s tick ] && break; sleep 0.05; done; sleep 1.5'
	[ "$status" = 0 ] && [ -s tick ] && dead
	ok $? "[CC-03] [CC-07] $how: nothing outlives the run"
	is "$(servers)/$(find . -type p)" "/" "... nor stands in the project"
	acts "$how"
done

# The front is killed; so is the porter with it, and the server's own ward sees that nobody uses it.
for who in front both; do
	stays
	keep a 'sccache ./gcc-stay -c h.c -o x.o; sleep 20'
	touch go.a
	holds -s tick
	front=$(ps -o pid= --ppid "$kept_a" | tr -d ' ')
	porter=$(ps -o pid=,comm= --ppid "$front" | awk '$2 == "seal-porter" { print $1 }')
	like "$porter" '^[0-9]+$' "control: the porter is there"
	[ $who = front ] || kill -KILL "$porter"
	kill -KILL "$front"
	wait "$kept_a" 2>/dev/null
	none_left
	is "$(servers)" "" "[CC-07] $who killed: no server stays"
	dead
	ok $? "[CC-07] ... nor what was left in it"
	run "$seal" -- sccache gcc -c a.c -o x.o
	acts "$who killed"
done

# While it is awake: a file that was replaced meanwhile is protected in the server that the next run has.
printf '#!/bin/sh\nprintf "\\n# evil\\n" >>%s/proj/.git/config\nexec gcc "$@"\n' "$T" >config-cc.sh
chmod +x config-cc.sh
ln -sf config-cc.sh gcc-config
echo 'int c1;' >c1.c
echo 'int c2;' >c2.c
keep a 'sccache ./gcc-config -c c1.c -o c1.o'
cp .git/config "$T/saved"
git config user.name replaced
run "$seal" -- sccache ./gcc-config -c c2.c -o c2.o
exits 0 "a file was replaced while a run has a server: the next run builds"
unlike "$(cat .git/config)" evil "[CC-03] ... in a server that protects it"
release a
like "$(cat .git/config)" evil "control: the first run, and its server, had lost it"
cp "$T/saved" .git/config

# --- Whose cache it is ----------------------------------------------------------------------------------------------

mkdir "$T/again"
cd "$T/again" || exit 1
again()
{
	with on </dev/null
	echo 'int a;' >a.c
	run "$seal" -- sccache gcc -c a.c -o a.o
	cache=$("$seal" sccache status --json | python3 -c 'import json, sys; print(json.load(sys.stdin)["cache"])')
}
again
again
is "$(hits)" 1 "control: the same project has its cache"
first=$cache
[ -n "$(find "$first" -type f)" ]
ok $? "... with something in it"
cd "$T" && rm -rf again && mkdir again && cd again || exit 1
again
is "$(hits)" 0 "[CC-03] another project at the same path has another cache"
unlike "$cache" "^$first\$" "... by its name"
mkdir -p "$first/a/b/c" && touch "$first/a/b/c/f" && ln -s "$T/canary" "$first/a/link" && chmod 0 "$first/a/b"
keep a
run "$seal" sccache clear
like "$status $err" '125 .*a run uses the cache' "clear waits for no run"
release a
keep a
mv "$T/again" "$T/moved" && mkdir "$T/again" && cd "$T/again" || exit 1
with on </dev/null
run "$seal" sccache clear
like "$status $err" '125 .*a run uses the cache' "... nor for that of a project that was moved away meanwhile"
cd "$T" && rm -r again && mv moved again && cd again || exit 1
release a
run "$seal" sccache clear
exits 0 "clear"
[ ! -e "$first" ] && [ ! -e "$cache" ]
ok $? "... removes its cache, and what was at this path before"
[ -e "$T/canary/secret" ] && [ -n "$(find "$state" -path '*/cache/*' -type f)" ]
ok $? "... and nothing else: links are not followed, another project's cache is there"
printf '#!/bin/sh\nchmod 0 "$SCCACHE_DIR"\nexec gcc "$@"\n' >cc-shut.sh
chmod +x cc-shut.sh
ln -sf cc-shut.sh gcc-shut
run "$seal" -- sccache ./gcc-shut -c a.c -o a.o
run "$seal" -- sccache gcc -c a.c -o a.o
exits 0 "a cache that was closed by a guest is opened again"
run "$seal" sccache clear
cd "$T/proj" || exit 1

# --- An .envrc brings it nothing -----------------------------------------------------------------------------------

if command -v direnv >/dev/null; then
	mkdir -p "$HOME/.aws" sub
	echo "key of $T" >"$HOME/.aws/credentials"
	manifest <<-TOML
		[sandbox.os]
		command_tools = [{ tool = "cargo", sccache = "on" }, { tool = "direnv", bundles = ["aws"] }, "aws"]
		[command_run]
		envrc_mode = "approved"
	TOML
	echo 'export A=1' >.envrc
	echo 'export B=1' >sub/.envrc
	direnv allow . 2>/dev/null
	printf '#!/bin/sh\ncp %s/.aws/credentials %s/proj/seen 2>/dev/null\ntouch %s/proj/ran\nexec gcc "$@"\n' "$HOME" "$T" "$T" >env-cc.sh
	chmod +x env-cc.sh
	ln -sf env-cc.sh gcc-env
	for where in . sub; do
		rm -f seen ran
		echo "int e_$n_stay;" >e.c
		n_stay=$((n_stay + 1))
		as_cargo "cat $HOME/.aws/credentials; cd $T/proj; sccache ./gcc-env -c e.c -o e.o"
		[ $where = . ] || (cd sub && run "$seal" -- ../s/cargo && echo "$out" >"$T/sub.out")
		[ -e ran ] && [ ! -e seen ]
		ok $? "[CC-03] in $where: what an .envrc grants, the server has not"
	done
	as_cargo "cat $HOME/.aws/credentials"
	like "$out" "key of $T" "control: a run whose .envrc is approved has it"
	unlike "$(cat "$T/sub.out")" "key of" "... one whose .envrc is not has not"
	rm -f .envrc sub/.envrc
else
	skip "direnv" "no direnv here"
fi

# --- Nor does another bundle of the same word ------------------------------------------------------------------------

mkdir -p "$XDG_CONFIG_HOME/seal-exec/bundles" "$HOME/own"
echo "own of $T" >"$HOME/own/file"
cat >"$XDG_CONFIG_HOME/seal-exec/bundles/mine.toml" <<-'TOML'
	name = "mine"
	summary = "what cargo alone may read"
	commands = ["cargo"]
	read = ["~/own"]
TOML
manifest <<-TOML
	[sandbox.os]
	command_tools = [{ tool = "cargo", sccache = "on" }, "mine"]
TOML
printf '#!/bin/sh\ncp %s/own/file %s/proj/seen 2>/dev/null\ntouch %s/proj/ran\nexec gcc "$@"\n' "$HOME" "$T" "$T" >own-cc.sh
chmod +x own-cc.sh
ln -sf own-cc.sh gcc-own
rm -f seen ran
run "$seal" -- sccache ./gcc-own -c a.c -o a.o
[ "$status" = 0 ] && [ -e ran ] && [ ! -e seen ]
ok $? "[CC-03] what an overlay grants to the word cargo, the server has not"
as_cargo "cat $HOME/own/file"
is "$out" "own of $T" "control: a command of that word has it"
rm -r "$XDG_CONFIG_HOME/seal-exec/bundles" "$HOME/own"
with on </dev/null
run "$seal" sccache status -C "$T/proj"
like "$status/$out" '^1/.*mode +on' "options may stand behind status"

# --- What starts and does not answer ---------------------------------------------------------------------------------

printf '#!/bin/sh\nexec sleep 100\n' >"$T/bin/sccache"
chmod +x "$T/bin/sccache"
with on <<<"read = [\"$T/bin\"]"
run env PATH="$T/bin:$PATH" "$seal" -- touch marker
starts "control: another tool's command needs no server"
run env PATH="$T/bin:$PATH" "$seal" -- cargo --version
like "$status/$err" '^125/.*does not answer within 3 seconds' "a server that does not answer refuses the run"
is "$(servers)" '' "... and is not left"
with on </dev/null

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
