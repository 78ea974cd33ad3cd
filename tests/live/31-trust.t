#!/bin/bash
# limit: 120
# A project's manifest grants nothing until the user has said so, and the user's own file decides
# how far that goes.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
umask 022
store=$XDG_STATE_HOME/seal-exec/trust
p=$T/proj

text='[sandbox.os]
env = ["SEAL_A"]'
echo "$text" >seal.toml

# --- Untrusted --------------------------------------------------------------------------------------

run "$seal" -- touch marker
refused "^seal-exec: $p/seal.toml: you have not trusted this manifest; .* type: seal-exec .*trust\$" \
	"[MF-05] untrusted: refused, with the command to type"
[ ! -e "$store" ]
ok $? "... and nothing is stored"
typed=$(sed -n 's/.* type: seal-exec \(.*\)/\1/p' "$T/err")
for from in "$p" / "$HOME"; do
	(cd "$from" && eval "\"\$seal\" $typed --yes") >"$T/out" 2>&1
	run "$seal" -- touch marker
	starts "... which does it, typed in ${from#"$T"}"
	rm -f "$store"
done
run "$seal" trust
exits 125 "trust without a terminal needs --yes"
[ ! -e "$store" ]
ok $? "... and stores nothing"
run "$seal" trust --yes
exits 0 "trust --yes"
like "$out" 'env SEAL_A' "... shows what is granted"
is "$(stat -c '%a %F %h' "$store")" "600 regular file 1" "[MF-05] the store is the user's alone"
is "$(stat -c %a "$XDG_STATE_HOME/seal-exec")" 700 "... its folder too"
SEAL_A=1 run "$seal" -- sh -c 'echo "$SEAL_A"; touch marker'
starts "trusted: runs"
is "$out" 1 "... with what it grants"

# A port whose daemon does what it is told says so where it is granted.
printf '[sandbox.os]\nnetwork.host_localhost_ports = [2375, { port = 9229, prompt = true }, 5432]\n' >seal.toml
run "$seal" trust --yes
is "$(printf '%s\n' "$out" | sed -n 's/^ *+ //p')" \
	"host_localhost_ports 2375 (docker: full control of this machine)
host_localhost_ports 5432
host_localhost_ports 9229 (asked each time) (Node's inspector: runs code in the program that is debugged)" \
	"a dangerous port is shown as one, another is not"
echo "$text" >seal.toml
"$seal" trust --yes >"$T/trust"

# --- What is a change -------------------------------------------------------------------------------

printf '# a comment\n\n[sandbox.os]\nenv = [ # another\n  "SEAL_A",\n]\n' >seal.toml
run "$seal" -- touch marker
starts "a changed comment is no change"
mv seal.toml x && cat x >seal.toml && rm x
run "$seal" -- touch marker
starts "nor is a new file with the same text"
for change in 'env = ["SEAL_A", "SEAL_B"]' 'env = ["SEAL_*"]' 'env = ["SEAL_A"]
profile = "read-only"' 'env = ["SEAL_A"]
read = ["../canary"]' 'env = ["SEAL_A"]
command_tools = ["git"]' 'env = ["SEAL_A"]
wrappers = ["touch"]' 'env = ["SEAL_A"]
network.domains = ["example.org"]'; do
	printf '[sandbox.os]\n%s\n' "$change" >seal.toml
	run "$seal" -- touch marker
	refused 'its grants have changed since you trusted them' "[MF-05] changed: $(printf %s "$change" | tail -n 1)"
done
printf '[sandbox.os]\nenv = ["SEAL_B"]\n' >seal.toml
run "$seal" trust
like "$out" '^ *\+ env SEAL_B$' "[MF-05] the difference is shown: what came"
like "$out" '^ *- env SEAL_A$' "... and what went"
run "$seal" trust --yes
run "$seal" -- touch marker
starts "trusted again"
echo "$text" >seal.toml
run "$seal" -- touch marker
refused 'have changed' "[MF-05] trust is of the last grants, not of all"
cp -r "$p" "$T/copy"
(cd "$T/copy" && "$seal" trust --yes >/dev/null)
run "$seal" -- touch marker
refused 'have changed' "[MF-05] trust in a copy is not trust in this one"
run "$seal" -C "$T/copy" -- true
exits 0 "... which is trusted beside it"
run "$seal" trust --yes
run "$seal" -- touch marker
starts "control: and this one"
run "$seal" untrust
like "$out" 'no longer trusted' "untrust"
run "$seal" -- touch marker
refused 'you have not trusted' "... takes it back"
run "$seal" -C "$T/copy" -- true
exits 0 "... for this one alone"
run "$seal" untrust
like "$out" 'was not trusted' "... once"
rm -rf "$T/copy"

# --- Asked on a terminal ----------------------------------------------------------------------------

for answer in n no '' x ' y'; do
	talk 125 "asked and answered '$answer'" "$seal" -- touch marker <<END
expect env SEAL_A
expect Trust these grants
send $answer\\r
END
	[ ! -e marker ] && ! grep -qsF " $p/seal.toml" "$store"
	ok $? "... does not run, and stores nothing"
done
talk 125 "end of input is no" "$seal" -- touch marker <<'END'
expect Trust these grants
send \x04
END
[ ! -e marker ]
ok $? "... and does not run"
# What is typed before the question is asked is no answer. The shell in front waits until it is
# there: the terminal's line is full before seal-exec starts.
cat >typed.sh <<'END'
stty -echo
: >waiting
until [ -e typed ]; do sleep 0.01; done
exec "$@"
END
rm -f waiting typed
talk 125 "[TT-05] y typed before the question is no answer" sh typed.sh "$seal" -- touch marker <<'END'
file waiting
send y\r
send y\r
touch typed
expect Trust these grants
send n\r
END
[ ! -e marker ]
ok $? "... and does not run"
talk 0 "y is yes" "$seal" -- touch marker <<'END'
expect Trust these grants
send y\r
END
[ -e marker ]
ok $? "... and runs"
rm -f marker
talk 0 "... and is remembered" "$seal" -- echo ran <<'END'
expect ran
never Trust
END
printf '[sandbox.os]\nenv = ["SEAL_B"]\n' >seal.toml
talk 125 "[MF-05] a change is asked about, with the difference" "$seal" -- touch marker <<'END'
expect changed
expect \+ env SEAL_B
expect - env SEAL_A
expect Trust these grants
send n\r
END
for stream in '<input' '2>errors'; do
	: >input
	talk 125 "half a terminal ($stream) is not asked on" \
		sh -c "\"\$@\" $stream" sh "$seal" -- touch marker <<'END'
never Trust these
END
	[ ! -e marker ]
	ok $? "... and does not run"
done
# The project cannot draw over the question.
printf '[sandbox.os]\nenv = ["SEAL_C"]\n# \033[2J\n' >seal.toml
run "$seal" -- touch marker
refused . "a manifest with an escape sequence in a comment"
is "$(tr -d '\012\040-\176' <"$T/err" | wc -c)" 0 "... prints none"

# --- The store ----------------------------------------------------------------------------------------

echo "$text" >seal.toml
"$seal" trust --yes >/dev/null
for mode in 620 602 666; do
	chmod $mode "$store"
	run "$seal" -- touch marker
	refused "$store: others can change" "[MF-05] a store of mode $mode counts for nothing"
done
chmod 600 "$store"
ln "$store" "$T/second"
run "$seal" -- touch marker
refused "$store" "a store with a second name"
rm "$T/second"
mv "$store" "$T/real" && ln -s "$T/real" "$store"
run "$seal" -- touch marker
refused "$store" "a store that is a symbolic link"
rm "$store" && mkfifo "$store"
run "$seal" -- touch marker
refused "$store" "a store that is a FIFO, without waiting"
rm "$store" && mv "$T/real" "$store"
run "$seal" -- touch marker
starts "control: the store as it was"
mkdir -p "$p/state/seal-exec" "$p/config/seal-exec"
cp -p "$store" "$p/state/seal-exec/trust"
XDG_STATE_HOME=$p/state run "$seal" -- touch marker
refused 'inside the project' "XDG_STATE_HOME inside the project is refused"
ln -s "$p/state" "$T/state-link"
XDG_STATE_HOME=$T/state-link run "$seal" -- touch marker
refused 'inside the project' "... also through a link"
echo '[sandbox.os]
strict = false' >"$p/config/seal-exec/config.toml"
XDG_CONFIG_HOME=$p/config run "$seal" -- touch marker
refused 'inside the project' "XDG_CONFIG_HOME inside the project is refused"
mkdir -p "$p/config/seal-exec/bundles"
rm "$p/config/seal-exec/config.toml"
echo 'name = "own"' >"$p/config/seal-exec/bundles/own.toml"
XDG_CONFIG_HOME=$p/config run "$seal" -- touch marker
refused 'inside the project' "... its bundles too"
cp -r "$p/state" "$T/state"
XDG_STATE_HOME=$T/state run "$seal" -- touch marker
starts "control: a state folder outside"
XDG_STATE_HOME=relative run "$seal" -- touch marker
starts "control: a relative one counts for nothing, as the XDG rules say"
# Two at once lose none.
for i in 1 2 3 4 5 6 7 8; do
	mkdir -p "$T/many/$i" && printf '[sandbox.os]\nenv = ["SEAL_%s"]\n' $i >"$T/many/$i/seal.toml"
	"$seal" -C "$T/many/$i" trust --yes >/dev/null &
done
wait
is "$(for i in 1 2 3 4 5 6 7 8; do "$seal" -C "$T/many/$i" -- true || echo lost; done)" "" \
	"eight at once lose none"
rm -rf "$p/state" "$p/config"

# The environment widens nothing, whatever it is called.
names=$(strings -a "$seal" 2>/dev/null | grep -oE '\bSEAL_[A-Z_]+' | sort -u)
wide=(SEAL_TRUST=1 SEAL_EXEC_TRUST=yes SEAL_PROFILE=off SEAL_EXEC_PROFILE=off SEAL_NO_SANDBOX=1)
for name in $names; do wide+=("$name=1"); done
"$seal" untrust >/dev/null
run env "${wide[@]}" "$seal" -- touch marker
refused 'you have not trusted' "[MF-17] no variable is trust"
"$seal" trust --yes >/dev/null
run env "${wide[@]}" "$seal" -- sh -c 'cat ../canary/secret; touch marker'
is "$out" "" "[MF-17] no variable shows more"
rm -f marker

# --- The user's own file --------------------------------------------------------------------------------

mkdir -p "$T/a/deep" "$T/b"
echo a >"$T/a/deep/file"
echo b >"$T/b/file"
rm -f seal.toml
look="cat '$T/a/deep/file' '$T/b/file'; echo x >>'$T/b/file' && echo written"
config <<END
[sandbox.os]
read = ["$T/a"]
write = []
env = ["SEAL_A"]
END
SEAL_A=1 SEAL_B=2 run "$seal" -- sh -c "$look; env"
is "$(printf '%s\n' "$out" | grep -Ex 'a|b|written|SEAL_.*')" "a
SEAL_A=1" "without a manifest the user's file is the default"
manifest <<END
[sandbox.os]
write = ["$T/b"]
read = ["$T/a/deep/file"]
env = ["SEAL_A", "SEAL_B"]
END
SEAL_A=1 SEAL_B=2 run "$seal" -- sh -c "$look; env"
is "$(printf '%s\n' "$out" | grep -Ex 'a|b|written|SEAL_.*' | tr '\n' ' ')" "a SEAL_A=1 " \
	"[MF-06] with one it is the ceiling"
run "$seal" explain -- true
like "$out" "SEAL_B" "... and explain tells what it held back"
config <<<''
SEAL_A=1 SEAL_B=2 run "$seal" -- sh -c "$look; env"
is "$(printf '%s\n' "$out" | grep -Ex 'a|b|written|SEAL_.*' | tr '\n' ' ')" \
	"a b written $(printf '%s\n' "$out" | grep -E '^SEAL_' | tr '\n' ' ')" \
	"control: without a ceiling the manifest's grants are all there"
config <<<'[sandbox.os]
profile = "read-only"'
run "$seal" -- touch marker
[ "$status" != 0 ] && [ ! -e marker ]
ok $? "[MF-06] the user's read-only holds for every project"
config <<<'[sandbox.os]
deny = ["hidden"]
protect = ["kept"]'
echo hidden >hidden
echo kept >kept
inside 'cat hidden; echo x >>kept'
is "$out/$(cat kept)" /kept "[MF-06] the user's deny and protect hold in every project"
config <<<'[sandbox.os]
profile = "off"'
rm -f seal.toml
run "$seal" -- cat ../canary/secret
like "$out" '^secret of' 'profile = "off" of the user is no sandbox'
like "$err" 'without a sandbox' "... which is said"
config <<<'[sandbox.os]
profle = "off"'
run "$seal" -- touch marker
refused 'config.toml:2:1: unknown key' "a fault of the user's file"
config <<<''
chmod 666 "$XDG_CONFIG_HOME/seal-exec/config.toml"
run "$seal" -- touch marker
refused 'can be written by others' "a user's file that others can write"
rm "$XDG_CONFIG_HOME/seal-exec/config.toml"
run "$seal" -- cat ../canary/secret
is "$out" "" "control: without the file there is a sandbox"

done_testing
