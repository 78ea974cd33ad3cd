#!/bin/bash
# limit: 120
# A command behind `direnv exec`, with the real direnv: which .envrc is loaded, by whose word, inside;
# and that no .envrc reaches that word, or anything else that its command could not.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/contain.sh
. "$live/contain.sh"

command -v direnv >/dev/null || { echo "1..0 # SKIP no direnv here"; exit 0; }
direnv=$(command -v direnv)
case $direnv in /usr/*) ;; *) echo "1..0 # SKIP direnv is not in /usr"; exit 0 ;; esac
unset "${!DIRENV_@}"
export DIRENV_LOG_FORMAT=
store=$HOME/.local/share/direnv

# with MODE [TOOLS [KEYS]]: the manifest has this envrc_mode, and direnv among its tools.
with()
{
	manifest <<-TOML
		[sandbox.os]
		command_tools = [${2:-\"direnv\"}]
		${3:-}
		[command_run]
		envrc_mode = "$1"
	TOML
}
# The variable that the .envrc of this test sets, as the command has it.
color='echo "${COLOR:-none}"'
write_envrc()
{
	rm -f "${1:-.}/.envrc"
	cat >"${1:-.}/.envrc"
}
write_envrc <<<'export COLOR=blue'

# --- By whose word ----------------------------------------------------------------------------------------------

with approved
run "$seal" -- sh -c "$color"
is "$status/$out" 0/none "an .envrc that nobody has allowed is not loaded"
like "$err" "^seal-exec: $PWD/\.envrc is not loaded: direnv has not allowed it as it is; look at it, then: direnv allow" \
	"... and a line says so, and the remedy"
direnv allow || exit 1
before=$(state "$HOME")
run "$seal" -- sh -c "$color"
is "$status/$out/$err" 0/blue/ "control: by direnv's own word it is"
same "$before" "$(state "$HOME")" "... and the home is as it was"
write_envrc <<<'export COLOR=red'
run "$seal" -- sh -c "$color"
is "$status/$out" 0/none "changed after that, it is not"
like "$err" 'has not allowed it as it is' "... and it is said"
direnv allow
run "$seal" -- sh -c "$color"
is "$out" red "allowed again, it is"
mkdir "$T/other"
cp .envrc "$T/other/.envrc"
cp seal.toml "$T/other/"
cd "$T/other" && "$seal" trust --yes >/dev/null 2>&1
run "$seal" -- sh -c "$color"
is "$out" none "the same text in another folder is not"
cd "$T/proj" || exit 1

direnv deny
run "$seal" -- sh -c "$color"
is "$out" none "denied, it is not"
with trust
before=$(state "$HOME")
run "$seal" -- sh -c "$color"
is "$status/$out" 0/red "trust does not ask"
same "$before" "$(state "$HOME")" "... and allows nothing on the host"
mkdir -p "$store/deny"
printf '%s\n' "$PWD/.envrc" >"$store/deny/$(printf '%s\n' "$PWD/.envrc" | sha256sum | cut -d ' ' -f 1)"
run "$seal" -- sh -c "$color"
is "$out" none "but what newer versions of direnv deny stays so"
like "$err" 'is not loaded: direnv denies it' "... and it is said"
rm -r "$store/deny"
with off
direnv allow
run "$seal" -- sh -c "$color"
is "$status/$out/$err" 0/none/ "off: not, and nothing is said"
with approved '"make"'
run "$seal" -- sh -c "$color"
is "$out" none "without the bundle it is not"
like "$err" 'is not loaded: envrc_mode takes the bundle .direnv.; add "direnv" to command_tools' "... and it is said"
with trust
config <<<'command_run.envrc_mode = "off"'
run "$seal" -- sh -c "$color"
is "$out" none "the user's own file is the ceiling"
rm "$XDG_CONFIG_HOME/seal-exec/config.toml"

# --- Where from ---------------------------------------------------------------------------------------------------

with approved
mkdir -p sub/deeper
cd sub/deeper || exit 1
run "$seal" -- sh -c "$color; pwd"
is "$out" "red
$PWD" "from a folder below, where the command stays"
cd ../.. || exit 1
write_envrc sub <<<'source_up
export SHAPE=round'
direnv allow sub
run env -C sub/deeper "$seal" -- sh -c "$color"'; echo "$SHAPE"'
is "$out" "red
round" "source_up leads to the one above, as it does outside"
write_envrc sub <<<'export SHAPE=round'
direnv allow sub
run env -C sub/deeper "$seal" -- sh -c "$color"'; echo "$SHAPE"'
is "$out" "none
round" "the nearest counts, alone"
write_envrc sub <<<'export SHAPE=square'
run env -C sub/deeper "$seal" -- sh -c "$color"'; echo "${SHAPE:-none}"'
is "$out" "none
none" "... also where it is not allowed"
rm -r sub
write_envrc "$T" <<<'export COLOR=above'
direnv allow "$T"
rm .envrc
run "$seal" -- sh -c "$color"
is "$status/$out/$err" 0/none/ "what is above the project is not looked at"
run direnv exec . sh -c "$color"
is "$out" above "control: direnv alone does"
rm "$T/.envrc"
mkdir conf
echo 'export COLOR=linked' >conf/envrc
ln -s conf/envrc .envrc
direnv allow
run "$seal" -- sh -c "$color"
is "$out" linked "a link within the project is followed, as direnv does"
echo 'export COLOR=outside' >"$T/canary/envrc"
ln -sf "$T/canary/envrc" .envrc
direnv allow
run "$seal" -- sh -c "$color"
is "$out" none "one that leads out of it is not"
like "$err" 'is not loaded: it is a symbolic link that leads out of the project' "... and it is said"
rm -r .envrc conf
mkfifo .envrc
run "$seal" -- sh -c "$color"
is "$status/$out" 0/none "a pipe is no .envrc"
rm .envrc
write_envrc <<<'export COLOR=red'
chmod o+w .envrc
direnv allow
run "$seal" -- sh -c "$color"
is "$out" none "nor is what everybody can write"
like "$err" 'it can be written by everybody' "... and it is said"
chmod o-w .envrc
export XDG_DATA_HOME="$T/data"
run "$seal" -- sh -c "$color"
is "$out" none "another XDG_DATA_HOME: another store"
direnv allow
run "$seal" -- sh -c "$color; ls \"\$XDG_DATA_HOME\"/direnv/allow | wc -l"
is "$out" "red
1" "... which is asked, and of which the run has the one file"
XDG_DATA_HOME="$T/proj/data"
direnv allow
run "$seal" -- touch marker
refused "direnv's word on it is in $PWD/data/direnv, which the run may write" "a store that a run may write is no word"
rm -r data
unset XDG_DATA_HOME

# --- How it runs ---------------------------------------------------------------------------------------------------

run "$seal" -- sh -c 'exit 7'
exits 7 "the command's own exit status"
run "$seal" -- sh -c 'kill -TERM $$'
exits 143 "... and its death by a signal"
run bash -c 'echo given | "$1" -- cat' bash "$seal"
is "$out" given "its standard input"
run "$seal" -- printf '%s|' 'a b' '' '$COLOR' '-x' --
is "$out" 'a b||$COLOR|-x|--|' "its arguments, as they are"
run "$seal" -- direnv exec . sh -c "$color"
is "$status/$out" 0/red "a command that calls direnv itself is not wrapped, and may load it"
run "$seal" --dry-run -- make all
like "$out" "command +direnv exec $PWD make all\$" "a dry run shows the wrapping"
like "$out" "loads +$PWD/\.envrc\$" "... and what is loaded"
like "$out" "^  direnv +by $PWD/\.envrc +\[$PWD/seal\.toml:5\]" "... and by which line"
write_envrc <<<'echo "loaded" >>loads; export COLOR=red'
direnv allow
with approved '"direnv"' 'env = ["COLOR"]
'"read = [\"$(dirname "$seal")\"]"
run "$seal" -- "$seal" -q -- sh -c "$color"
is "$out/$(cat loads)" "red/loaded" "a run inside a run does not load it again; env grants what it passes"
rm loads
run env PATH="$T" "$seal" -- /usr/bin/touch marker
refused "the sandbox shows no program 'direnv'" "without direnv the run is refused before it starts"

# The lower tier: nothing can be put in the place of direnv's record, so direnv reads the word itself.
lower()
{
	run "$root/build/probe/without" 'clone:0&0x10000000=EPERM' 'unshare:0&0x10000000=EPERM' -- "$seal" -q "$@"
}
write_envrc <<<'export COLOR=red'
direnv allow
config <<<'sandbox.os.strict = false'
with approved
lower -- sh -c "$color; ls ~/.local/share/direnv/allow"
is "$out" red "in the lower tier: what direnv has allowed, by the one file of its record"
like "$err" 'LOWER TIER' "... which this is"
direnv deny
with trust
lower -- touch marker
refused 'envrc_mode = "trust" takes mounts' "... and trust needs that word there"
rm "$XDG_CONFIG_HOME/seal-exec/config.toml"

# --- The bundles that its entry names -----------------------------------------------------------------------------------

mkdir -p "$HOME/.cargo/registry" && echo crate >"$HOME/.cargo/registry/crate"
write_envrc <<<'export COLOR=$(cat ~/.cargo/registry/crate 2>/dev/null || echo none)'
direnv allow
with approved '"cargo", { tool = "direnv", bundles = ["cargo"] }'
run "$seal" -- sh -c "$color"
is "$status/$out" 0/crate "a bundle of the list applies, to the .envrc too"
is "$(bundles_of sh -c true)" "cargo cc direnv" "... with what it uses"
run "$seal" explain -- true
like "$out" "^  cargo +by direnv\.bundles +\[$PWD/seal\.toml:2\]" "... and explain says where from"
with approved '"cargo", "direnv"'
run "$seal" -- sh -c "$color"
is "$out" none "control: one that is only enabled does not"
with approved '"cargo", { tool = "direnv", bundles = ["cargo"] }'
echo >>.envrc
run "$seal" -- sh -c 'cat ~/.cargo/registry/crate'
[ "$status" != 0 ]
ok $? "nor does the list where nothing is loaded"
printf '[sandbox.os]\ncommand_tools = [{ tool = "direnv", bundles = ["cargo"] }]\n' >seal.toml
"$seal" trust --yes >/dev/null 2>&1
run "$seal" -- touch marker
refused "seal\.toml:2:[0-9]+: direnv\.bundles: the bundle 'cargo' is not enabled; add \"cargo\" to command_tools" \
	"one that is not enabled is an error"

# --- An .envrc that means harm ---------------------------------------------------------------------------------------------

with approved
cat >"$T/evil" <<'SH'
mkdir -p ~/.local/share/direnv/allow ~/.config/direnv
echo x >~/.local/share/direnv/allow/0123
for f in "$PWD/.envrc" "$PWD/sub/.envrc"; do
	mkdir -p sub
	echo 'touch pwned' >"$f"
	direnv allow "$f"
done
ls ~/.local/share/direnv/allow >seen
echo evil >>~/.config/direnv/direnvrc
echo evil >>~/.bashrc
cat ../canary/secret ~/.ssh/id_ed25519 >stolen
echo evil >../canary/more
export COLOR=evil
SH
write_envrc <"$T/evil"
mkdir -p "$HOME/.config/direnv" "$T/elsewhere"
echo 'export FROM_RC=yes' >"$HOME/.config/direnv/direnvrc"
echo '# mine' >"$HOME/.bashrc"
echo 'export A=1' >"$T/elsewhere/.envrc"
direnv allow "$T/elsewhere"
direnv allow
before=$(state "$HOME" "$T/canary" "$T/elsewhere")
envrc=$(cat .envrc)
run "$seal" -- sh -c "$color"'; echo "$FROM_RC"'
is "$status/$out" "0/evil
yes" "an .envrc that tries to do harm is loaded, and so is the user's direnvrc"
same "$before" "$(state "$HOME" "$T/canary" "$T/elsewhere")" "... the store, the home and the canary are as they were"
is "$(cat .envrc)" "$envrc" "... and so is the .envrc"
is "$(wc -c <stolen)" 0 "... it has read no secret"
is "$(grep -c . seen)" 3 "... of the store it has seen what allows itself, beside what it made"
run direnv exec sub sh -c "$color"
[ "$status" != 0 ] && [ ! -e pwned ]
ok $? "what it wrote below, and allowed inside, direnv refuses outside"
run env -C sub "$seal" -- sh -c "$color"
is "$out" none "... and a later run does not load"
run "$seal" -- direnv exec sub sh -c "$color"
[ "$status" != 0 ] && [ -z "$out" ]
ok $? "... nor does direnv inside: the one file is for other bytes"
like "$err" 'sub/\.envrc is blocked' "... it says"
rm -rf sub stolen seen
run env DIRENV_BASH="$T/evil" DIRENV_CONFIG="$T" DIRENV_DIFF=x "$seal" -- sh -c "$color"
is "$status/$out" 0/evil "DIRENV_BASH, _CONFIG and _DIFF of the caller do not pass"
done_testing
