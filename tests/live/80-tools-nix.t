#!/bin/bash
# limit: 120
# Nix under its bundle, without a daemon: a store of the user's own in the project, evaluation, a build.
# Nothing of it needs a network. What the user has set is read and not written, profiles are written
# with install only, and Nix's daemon is shown with daemon only.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

command -v nix-build >/dev/null || { echo "1..0 # SKIP no nix here"; exit 0; }
unset NIX_PATH NIX_REMOTE NIX_PROFILES NIX_CONF_DIR NIX_USER_CONF_FILES
nix=$T/proj/nix
export NIX_STORE_DIR="$nix/store" NIX_STATE_DIR="$nix/var" NIX_LOG_DIR="$nix/log" NIX_LOCALSTATE_DIR="$nix/local"
mkdir -p "$NIX_STORE_DIR" "$HOME/.config/nix"
# sandbox: Nix's own needs namespaces, which a command has none of.
printf 'experimental-features = nix-command\nsandbox = false\nsubstitute = false\nbuild-users-group =\n' \
	>"$HOME/.config/nix/nix.conf"

# entry SETTINGS
entry()
{
	manifest <<-TOML
		[sandbox.os]
		command_tools = [{ tool = "nix", domains = []$1 }]
		env = ["NIX_LOCALSTATE_DIR", "NIX_LOG_DIR", "NIX_STATE_DIR", "NIX_STORE_DIR"]
	TOML
}
entry ""

echo hello >file
run "$seal" -- nix-hash --type sha256 --flat file
is "$out" "$(sha256sum file | cut -d' ' -f1)" "nix-hash"
run "$seal" -- nix-store --version
like "$out" '^nix-store' "nix-store --version"
run "$seal" -- nix-instantiate --eval --strict -E 'builtins.length [ 1 2 ] + 1'
is "$out" 3 "nix-instantiate --eval"
run "$seal" -- nix eval --expr '1 + 2'
is "$out" 3 "nix eval, allowed by ~/.config/nix/nix.conf"
run "$seal" -- nix-instantiate --eval --strict -E "builtins.readFile \"$T/canary/secret\""
[ "$status" != 0 ] && [ -z "$out" ]
ok $? "... which does not see the canary"
is "$(nix-instantiate --eval --strict -E "builtins.readFile \"$T/canary/secret\"")" "\"secret of $T\\n\"" \
	"... control: outside it does"

cat >thing.nix <<END
derivation {
  name = "thing";
  system = builtins.currentSystem;
  builder = "/bin/sh";
  args = [ "-c" "echo built; /bin/cat $HOME/.ssh/id_ed25519 $T/canary/secret; echo made > \$out" ];
}
END
run "$seal" -- nix-build thing.nix
exits 0 "nix-build, with a store in the project"
is "$(cat result)" made "... what it built is on the host"
unlike "$out$err" "(secret|key) of $T" "... and its builder saw neither canary nor key"
[ ! -e "$HOME/.local/share/nix" ] && [ ! -e "$HOME/.cache/nix" ] && [ ! -e "$HOME/.nix-profile" ]
ok $? "... nothing of it is in the home"
run "$seal" -- nix-collect-garbage
exits 0 "nix-collect-garbage"

before=$(cat "$HOME/.config/nix/nix.conf")
run "$seal" -- nix-shell --version
exits 0 "nix-shell --version"
run "$seal" -- sh -c 'nix-hash --version; echo evil >~/.config/nix/nix.conf'
like "$err" 'nix\.conf: Read-only file system' "the settings in .config/nix are not written"
is "$(cat "$HOME/.config/nix/nix.conf")" "$before" "... and is as it was"

# Profiles: programs on PATH.
mkdir -p "$HOME/.local/state/nix"
plant='nix-hash --version >/dev/null; mkdir -p ~/.local/state/nix/profiles && echo evil >~/.local/state/nix/profiles/evil'
run "$seal" -- sh -c "$plant"
[ ! -e "$HOME/.local/state/nix/profiles" ]
ok $? "the user's profiles are not written"
entry ", install = true"
run "$seal" -- sh -c "$plant"
[ -e "$HOME/.local/state/nix/profiles/evil" ]
ok $? "... control: with install = true they are"

# What explain says of the daemon; there is none here to speak to.
entry ""
run "$seal" explain -- nix build
unlike "$out" daemon-socket "without daemon = true no socket of Nix's daemon"
entry ", daemon = true"
run "$seal" explain -- nix build
like "$out" 'daemon-socket/socket' "... with it there is"
like "$out" 'an escape' "... and it is called an escape"

done_testing
