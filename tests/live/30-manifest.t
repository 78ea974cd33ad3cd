#!/bin/bash
# limit: 120
# The manifest: where it is looked for, which files are not taken for one, and what it may say. A
# manifest with a fault runs nothing.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# project: what explain says of the project and the manifest, in one line.
project()
{
	timeout 30 "$seal" "$@" explain --json -- true </dev/null 2>"$T/err" | python3 -c '
import json, sys
plan = json.load(sys.stdin)
print(plan["project"], plan["manifest"])'
}

# write FILE: standard input, with the mode that a manifest needs.
write()
{
	(umask 022 && rm -f "$1" && cat >"$1")
}

# --- Where it is looked for -------------------------------------------------------------------------

p=$T/proj
mkdir -p a/b/c
is "$(project)" "$p None" "no manifest: the repository is the project"
write seal.toml </dev/null
is "$(project)" "$p $p/seal.toml" "found in the folder itself"
is "$(project -C a/b/c)" "$p $p/seal.toml" "found from below"
write a/b/seal.toml </dev/null
is "$(project -C a/b/c)" "$p/a/b $p/a/b/seal.toml" "the nearest one counts"
is "$(project -C a)" "$p $p/seal.toml" "control: from between, the upper one"
rm a/b/seal.toml
mkdir a/.git && touch a/.git/HEAD
is "$(project -C a/b)" "$p/a None" "[MF-03] the walk stops at .git"
rm -r a/.git
echo 'gitdir: elsewhere' >a/.git
is "$(project -C a/b)" "$p/a None" "... a file of that name too"
rm a/.git
write "$T/seal.toml" </dev/null
is "$(project -C a)" "$p $p/seal.toml" "control: nothing above is looked at"
rm seal.toml
is "$(project -C a)" "$p None" "... nor if the project has none"
mkdir -p "$T/up/a"
mv "$T/seal.toml" "$T/up/seal.toml"
is "$(project -C "$T/up/a")" "$T/up $T/up/seal.toml" "control: without .git it is"
mkdir -p ~/x/y
write ~/seal.toml </dev/null
is "$(project -C ~/x/y)" "$HOME/x/y None" "[MF-03] the walk stops below HOME"
mkdir -p ~/x/home
e=$T/elsewhere
is "$(HOME=$e XDG_STATE_HOME=$e XDG_CONFIG_HOME=$e project -C ~/x/y)" "$HOME $HOME/seal.toml" \
	"control: in another home it goes on"
rm ~/seal.toml

# /tmp belongs to root, and /dev/shm is another device: the walk from below must not get there.
if [ "$(stat -c %u /tmp)" != "$(id -u)" ] && [ ! -e /tmp/seal.toml ]; then
	write /tmp/seal.toml <<<'[sandbox.os]'
	mv "$T/up/seal.toml" "$T/up/kept"
	is "$(project -C "$T/up/a")" "$T/up/a None" "[MF-03] the walk stops where the owner changes"
	mv "$T/up/kept" "$T/up/seal.toml"
	rm -f /tmp/seal.toml
else
	skip "[MF-03] the walk stops where the owner changes" "/tmp is this user's own"
fi
if unshare -Urm true 2>/dev/null; then
	is "$(export seal; unshare -Urm sh -c 'mount -t tmpfs none "$1/up/a" && mkdir "$1/up/a/b" &&
		"$seal" -C "$1/up/a/b" explain --json -- true' sh "$T" 2>&1 | grep -o '"project":"[^"]*"')" \
		"\"project\":\"$T/up/a/b\"" "[MF-03] the walk stops where the device changes"
	is "$(export seal; unshare -Urm sh -c 'mkdir "$1/up/a/b" &&
		"$seal" -C "$1/up/a/b" explain --json -- true' sh "$T" 2>&1 | grep -o '"project":"[^"]*"')" \
		"\"project\":\"$T/up\"" "control: on the same one it goes on"
else
	skip "[MF-03] the walk stops where the device changes" "no mounts for users here"
fi
run "$seal" -C /usr/share -- sh -c 'pwd; touch /usr/share/seal-test'
is "$out/$(ls /usr/share/seal-test 2>/dev/null)" "/usr/share/" "a project of root's cannot be written"

# --- Which files are not taken ----------------------------------------------------------------------

# bad REGEX NAME: the seal.toml that is there runs nothing, and says why.
bad()
{
	run "$seal" -- touch marker
	refused "$1" "$2"
}
text='[sandbox.os]
profile = "workspace"'
good()
{
	rm -rf seal.toml
	write seal.toml <<<"$text"
	"$seal" trust --yes >/dev/null
	run "$seal" -- touch marker
	starts "control: a plain file is taken"
}
good
mv seal.toml real.toml
ln -s real.toml seal.toml
bad "^seal-exec: $p/seal.toml: is a symbolic link" "[FS-13] a symbolic link"
rm seal.toml
ln -s /nowhere seal.toml
bad 'symbolic link' "... that leads nowhere"
good
ln seal.toml second.toml
bad 'hard link' "[FS-14] a hard link"
rm second.toml
for mode in 664 646 666 602; do
	good
	chmod $mode seal.toml
	bad 'can be written by others' "[MF-02] mode $mode"
done
good
chmod 777 .
bad 'everybody can write' "[MF-02] a folder that everybody can write in"
chmod 755 .
rm seal.toml
mkfifo seal.toml
bad 'not a regular file' "a FIFO, without waiting for a writer"
rm seal.toml
mkdir seal.toml
touch seal.toml/x
bad 'not a regular file' "a folder"
rm -r seal.toml
python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("seal.toml")'
bad . "a socket"
rm seal.toml
head -c 10000000 /dev/zero | tr '\000' '#' | write seal.toml
bad 'larger than 256 KiB' "[MF-07] 10 MB"
rm seal.toml
{ printf '#%s' "$(head -c 262000 /dev/zero | tr '\000' x)"; printf '\n[sandbox.os]\n'; } | write seal.toml
"$seal" trust --yes >/dev/null
run "$seal" -- touch marker
starts "control: 256 KiB are taken"
write seal.toml <<<"$text"
chmod 000 seal.toml
bad . "[FM-12] one that cannot be read"
good

write other.toml <<<'[sandbox.os]
env = ["SEAL_OTHER"]'
"$seal" -m other.toml trust --yes >/dev/null
SEAL_OTHER=1 run "$seal" -m other.toml -- env
like "$out" '^SEAL_OTHER=1$' "-m FILE is the manifest"
SEAL_OTHER=1 run "$seal" -- env
unlike "$out" '^SEAL_OTHER' "control: seal.toml is another"
run "$seal" -m missing.toml -- touch marker
refused 'no such manifest' "[FM-12] -m of a missing file"
ln -s other.toml link.toml
run "$seal" -m link.toml -- touch marker
refused 'symbolic link' "-m of a symbolic link"
rm -rf seal.toml link.toml other.toml

# --- What it may say --------------------------------------------------------------------------------

# says REGEX NAME: the manifest on standard input runs nothing and is told so. check says the same.
says()
{
	write seal.toml
	bad "$1" "$2"
	run "$seal" check
	[ "$status" = 125 ] && printf '%s\n' "$err" | grep -Eq -e "$1"
	ok $? "... as check says"
}
write seal.toml <<'END'
[sandbox.os]
profle = "workspace"
strict = "yes"
read = [1]
env = "PATH"

[sandbox.os.network]
host_localhost_ports = [80, 70000]
nothing = 1

[command_run]
envrc_mode = "sometimes"
END
bad "^seal-exec: $p/seal.toml:2:1: unknown key 'profle' in sandbox.os; did you mean 'profile'\?" \
	"[MF-11] an unknown key, with its place and the nearest one"
for place in 2:1 3:10 4:9 5:7 8:25 8:29 9:1 12:14; do
	run "$seal" check
	like "$err" "^seal-exec: $p/seal.toml:$place: .*" "all faults together: $place"
done
like "$err" 'port.*1024' "a port below 1024 is told apart"

# Beside a fault of the text: those of settings, bundles and what nobody is granted.
write seal.toml <<'END'
[sandbox.os]
profle = "workspace"
read = ["~/.ssh", 7]
command_tools = ["carg",
	{ tool = "make", bundles = ["npm"] },
	{ tool = "cargo", fetsh = true },
	{ tool = "git", gh_credentials = true }]
[sandbox.os.network]
domains = ["127.0.0.1", "*.localhost:3000", "*.com"]
END
for command in check 'trust --yes'; do
	# shellcheck disable=SC2086 # words are meant
	run "$seal" $command
	is "$status" 125 "$command ends with 125"
	for fault in 2:1 3:9 3:19 "4:18: there is no bundle 'carg'" '5:[0-9]*: make\.bundles: .*npm' \
		"6:[0-9]*: .* no setting 'fetsh'" '7:[0-9]*: git.gh_credentials needs' \
		'9:12: .127.0.0.1. .*host_localhost_ports' 9:25 9:45; do
		like "$err" "^seal-exec: $p/seal.toml:$fault" "all faults together: $command tells $fault"
	done
	is "$(wc -l <"$T/err")" 10 "... each once"
done
write seal.toml <<<'[sandbox.os]
read = ["/a", "~/.ssh"]
strict = ]'
run "$seal" check
is "$status $(wc -l <"$T/err")" "125 1" "of what is no TOML nothing else is said"
write seal.toml <<<'command_run.envrc_mode = "approved"'
run "$seal" check
like "$status $out$err" "^0 .*: ok" "envrc_mode without direnv is no fault"
like "$err" "^seal-exec: $p/seal.toml:1:13: envrc_mode takes the bundle 'direnv'.*add \"direnv\"" "... but told"
write seal.toml <<<'[sandbox.os]
command_tools = ["direnv"]
[command_run]
envrc_mode = "approved"'
run "$seal" check
is "$status $err" "0 " "control: with it nothing is"

says ":1:[0-9]*: unknown key 'sandbx'.*did you mean 'sandbox'" "[MF-11] an unknown table" <<<'[sandbx]'
says ':1:' "no TOML" <<<'[sandbox.os'
says ':3:1: ' "[MF-10] a key twice" <<<'[sandbox.os]
strict = true
strict = true'
says 'profile' "[MF-11] an unknown profile" <<<'[sandbox.os]
profile = "writable"'
says 'config.toml only' "profile off in a project" <<<'[sandbox.os]
profile = "off"'
says ":2:18: there is no bundle 'carg'; did you mean 'cargo'\?" "[MF-21] an unknown tool" <<<'[sandbox.os]
command_tools = ["carg"]'
says "'cargo' stands in command_tools already \(line 2\)" "[MF-10] a tool twice" <<<'[sandbox.os]
command_tools = ["cargo", { tool = "cargo", domains = [] }]'
says 'names no tool' "a tool without its name" <<<'[sandbox.os]
command_tools = [{ domains = [] }]'
says "no setting 'fetsh'; did you mean 'fetch'\?" "an unknown setting of a tool" <<<'[sandbox.os]
command_tools = [{ tool = "cargo", fetsh = true }]'
says 'must be true or false' "[MF-11] a setting of the wrong type" <<<'[sandbox.os]
command_tools = [{ tool = "cargo", fetch = "yes" }]'
for value in true false; do
	says 'sccache is one of "off", "manual", "on", not a boolean; false is now "off", true is now "manual" \(.*escape\); "on" is one in a sandbox' \
		"sccache = $value, with the mapping" <<<"[sandbox.os]
command_tools = [{ tool = \"cargo\", sccache = $value }]"
done
says 'port' "[MF-12] a privileged dev_server_port" <<<'[sandbox.os.network]
dev_server_ports = [443]'
says 'port' "[MF-12] a privileged port in a table" <<<'[sandbox.os.network]
host_localhost_ports = [{ port = 22, prompt = true }]'
says 'port' "[MF-12] no port" <<<'[sandbox.os.network]
host_localhost_ports_deny = [0]'
says 'refused' "a store of secrets" <<<'[sandbox.os]
read = ["~/.ssh"]'
says 'refused' "... and what holds one" <<<'[sandbox.os]
additional_directories = ["~"]'
says 'control or invisible' "[MF-08] a control character" <<<'[sandbox.os]
read = ["a\u001b[2Jb"]'
write seal.toml <<<'[sandbox.os]
host_localhost_ports_deny = [22]'
run "$seal" check
exits 125 "control: a key in the wrong table"
write seal.toml <<<'[sandbox.os.network]
host_localhost_ports_deny = [22]'
run "$seal" check
exits 0 "a privileged port may be denied"

printf '[sandbox.os]\n"\033[31mred\\n\\u202e" = 1\n' | write seal.toml
bad . "[MF-08] a key with control characters"
printf '[sandbox.os]\n"\\u001b[31mred\\u000a\\u202e\\u009b2J" = 1\n' | write seal.toml
bad 'unknown key' "... escaped"
is "$(tr -d '\012\040-\176' <"$T/err" | wc -c)" 0 "... is printed without one"
mkdir "$(printf 'bad\033[2J\nname')"
cd "$(printf 'bad\033[2J\nname')" || exit 1
write seal.toml <<<'x'
bad . "a folder with control characters in its name"
is "$(tr -d '\012\040-\176' <"$T/err" | wc -c)/$(wc -l <"$T/err" | tr -d ' ')" 0/1 \
	"... is printed in one line without one"
cd "$p" || exit 1

# --- What is not used says nothing -------------------------------------------------------------------

mkdir -p tools
printf '#!/bin/sh\ntouch "$1"\n' >tools/cargo
chmod 755 tools/cargo
PATH=$p/tools:$PATH
write seal.toml <<<'[sandbox.os]
command_tools = [{ tool = "cargo", sccache = "off" }]'
"$seal" trust --yes >/dev/null
run "$seal" -- cargo marker
starts 'sccache = "off" starts the command'
unlike "$err" 'sccache|domain' "... and says nothing of it: its domains can be reached"

done_testing
