#!/bin/bash
# limit: 150
# What seal-exec prints holds no control character and no character that hides or reorders text,
# whoever chose the text: names of files, arguments, the manifest, the environment. The command's own
# output is its own.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# ESC, BEL, CR, DEL, a C1 control, an override of direction, no UTF-8, a line that looks like ours.
evil=$'\e[31m\a\r\x7f\xc2\x9b2J\xe2\x80\xae\xff\nseal-exec: granted'
cat >"$T/look.py" <<'PY'
import re
import sys

text = b"".join(open(path, "rb").read() for path in sys.argv[2:])
bad = re.search(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]|\xff", text)
spoof = re.search(rb"^seal-exec: granted", text, re.M)
shown = rb"\033" in text or rb"\x1b" in text or rb"\\x1b" in text or rb"\u001b" in text
if bad or spoof:
    sys.exit(f"printed as it is: {text[max(0, (bad or spoof).start() - 40):][:80]!r}")
if sys.argv[1] == "shown" and not shown:
    sys.exit(f"it is not told at all: {text[:300]!r}")
PY

# clean SHOWN NAME: what the last run printed is clean; and the foreign text was in it, if "shown".
clean()
{
	python3 "$T/look.py" "$1" "$T/out" "$T/err" 2>"$T/why" || sed 's/^/# /' "$T/why" >&2
	[ ! -s "$T/why" ]
	ok $? "$2 (status $status)"
}

printf '%s' "$evil" >"$T/out"
: >"$T/err"
python3 "$T/look.py" shown "$T/out" 2>/dev/null
is $? 1 "control: text that is printed as it is is seen"

# --- Arguments --------------------------------------------------------------------------------------

run "$seal" -- "$evil"
clean shown "a command that is not found"
run "$seal" -- "./$evil"
clean shown "... by a path"
run "$seal" "--$evil"
clean shown "an option"
run "$seal" -C "$evil" -- true
clean shown "a folder"
run "$seal" -m "$evil" -- true
clean shown "a manifest's name"
run "$seal" --log "$evil/x" -- true
clean shown "a log's name"
run "$seal" --log-fd "$evil" -- true
clean shown "a log's number"
for words in 'bundles show' 'ports forget' 'connect' 'explain'; do
	# shellcheck disable=SC2086
	run "$seal" $words "$evil"
	clean any "$words"
done
run "$seal" connect "$evil" 22
clean shown "connect to a host"
run "$seal" explain -- "$evil"
clean shown "explain"
run "$seal" explain --json -- "$evil"
clean shown "explain --json"
run "$seal" --dry-run -- cargo "$evil"
clean any "a dry run"
run "$seal" -v -- true "$evil"
clean any "a verbose run"

# --- The environment --------------------------------------------------------------------------------

for name in HOME PATH XDG_CONFIG_HOME XDG_STATE_HOME TERM LANG http_proxy SSH_AUTH_SOCK TMPDIR PWD; do
	run env "$name=/$evil" "$seal" -- /bin/true
	clean any "$name"
	run env "$name=/$evil" "$seal" explain -- /bin/true
	clean any "$name, explained"
done
run env XDG_STATE_HOME="$T/proj/$evil" "$seal" -- true
clean shown "a state folder in the project"

# --- The manifest and the project -------------------------------------------------------------------

for text in "$evil" "[\"$evil\"]" "[sandbox.os]
\"$evil\" = 1" "[sandbox.os]
read = [\"$evil\"]" '[sandbox.os]
read = ["../\u001b[31m\u202e"]' '[sandbox.os]
profile = "\u001b[31m"' '[sandbox.os]
command_tools = ["\u001b[31m"]' '[sandbox.os.network]
domains = ["\u001b[31m.example"]' '[sandbox.os.network]
upstream_proxy = "http://\u001b[31m"'; do
	printf '%s\n' "$text" >seal.toml
	run "$seal" check
	clean any "a manifest's text: check"
	run "$seal" -- true
	clean any "... and a run"
	run "$seal" trust
	clean any "... and trust"
done
printf '[sandbox.os]\nread = ["\\u001b[31m\\u202e"]\nwrite = ["\\u001b[32m"]\n' >seal.toml
touch $'\e[31m\xe2\x80\xae'
run "$seal" trust
clean shown "grants that are shown"
run "$seal" trust --yes
clean any "... and trusted"
run "$seal" explain -- true
clean shown "... and explained"
run "$seal" explain --json -- true
clean shown "... as JSON"
rm -f seal.toml

mkdir "$T/$evil" && cd "$T/$evil" && git init -q . && mkdir "sub$evil" && git init -q "sub$evil" || exit 1
ln -s "/$evil" link
printf '[sandbox.os]\ndeny = ["link", "none"]\nprotect = ["gone"]\n' >seal.toml
run "$seal" check
clean shown "a project's name: check"
run "$seal" trust
clean any "... trust"
run "$seal" -- true
clean shown "... a run that is not trusted"
run "$seal" trust --yes
clean any "... trusted"
run "$seal" -- true
clean any "... a run"
run "$seal" -v -- "./$evil"
clean shown "... a run that fails"
run "$seal" explain -- true
clean shown "... explain"
chmod 555 .
run "$seal" -- true
clean shown "... that cannot be written"
chmod 755 .
mv seal.toml x && mkdir seal.toml && touch seal.toml/x
run "$seal" -- true
clean shown "... with a folder for a manifest"
rm -r seal.toml
chmod 777 "$XDG_STATE_HOME/seal-exec/placeholders" 2>/dev/null
run "$seal" -- true
clean any "... and a register that others can write"
chmod 700 "$XDG_STATE_HOME/seal-exec/placeholders" 2>/dev/null
run "$seal" doctor
clean any "doctor"
run "$seal" doctor --json
clean any "doctor --json"

done_testing
