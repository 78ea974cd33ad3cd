#!/bin/bash
# limit: 180
# Tools of the reference that cannot be had here: a stand-in of that name has what the tool would have,
# by each grant of its bundle, and nothing that no bundle grants (stand-in.sh).
# The helpers set out, err and status; scripts for another shell stand in single quotes; lists are words.
# shellcheck disable=SC2016,SC2046,SC2086,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# shellcheck source=tests/live/stand-in.sh
. "$live/stand-in.sh"

git=".gitconfig .config/git/config .config/git/ignore"
tool jj '' ".config/jj/config.toml .jjconfig.toml $git" '' \
	'.config/jj/planted.toml .gitconfig-planted' 'JJ_EDITOR JJ_EMAIL JJ_USER GIT_AUTHOR_NAME'
tool gt '' ".config/graphite/user_config $git" '.local/share/graphite/debug/log' '.config/graphite/aliases' ''
tool gt ', install = true' '.config/graphite/user_config' \
	'.config/graphite/aliases .local/share/graphite/debug/log' '' ''
tool linear '' '.config/linear-cli/config.json' '' '.config/linear-cli/planted' 'LINEAR_API_KEY'
tool bk ', keyring = false' '.config/bk.yaml' '' '.config/planted' 'BUILDKITE_API_TOKEN'
for name in coderabbit cr; do
	tool $name ', keyring = false' '' '' '.coderabbit/planted' \
		'CODERABBIT_API_KEY CODERABBIT_X GITHUB_PERSONAL_ACCESS_TOKEN' coderabbit
done
tool greptile '' '.greptile/config.json' '' '.greptile/reviews.json' 'GITHUB_PERSONAL_ACCESS_TOKEN GREPTILE_API_KEY'
tool greptile ', install = true' '.greptile/config.json' '.greptile/reviews.json' '' ''
nix='.config/nix/nix.conf .config/nixpkgs/config.nix .nix-channels .local/state/nix/profiles/one'
mkdir -p "$HOME/.local/share/devenv"
tool devenv '' "$nix .local/share/devenv/trusted" \
	'.cache/nix/one .cache/wasmtime/one .local/share/devenv/gc/one' \
	'.local/share/devenv/planted .local/state/nix/profiles/planted' \
	'DEVENV_ROOT HOME_MANAGER_CONFIG NIXPKGS_ALLOW_UNFREE NIX_PATH'
tool devenv ', fetch = false' '.cache/nix/one' '' '.cache/nix/two .cache/wasmtime/one' ''
programs='.proto/bin/planted .proto/plugins/planted .proto/shims/planted .proto/tools/planted'
tool proto '' '.proto/tools/node/bin/node' '.proto/cache/one .proto/temp/one' "$programs" 'PROTO_LOG'
tool proto ', fetch = false' '.proto/cache/one' '' ".proto/cache/two $programs" ''
tool proto ', install = true' '.proto/tools/node/bin/node' ".proto/cache/one $programs" '' ''
tool skhd '' '.config/skhd/skhdrc' '' '.config/skhd/planted' ''
tool yabai '' '.config/yabai/yabairc' '' '.config/yabai/planted' ''

# --- Sockets ----------------------------------------------------------------------------------------------------

# Of the reference's bundles only yabai's is granted sockets on Linux, unless a setting asks for them.
sockets=
for name in git gh jj gt linear bk cargo node npm bun yarn pnpm nix coderabbit greptile devenv proto yabai skhd; do
	run "$seal" bundles --json show $name
	[ "$status" = 0 ] || sockets="$sockets no $name;"
	sockets="$sockets$(printf '%s\n' "$out" | python3 -c '
import json, sys
bundle = json.load(sys.stdin)
for grant in bundle["grants"]:
    if grant["kind"] == "unix_socket_connects":
        print(bundle["name"], grant["value"], grant["when"] or "always", grant["os"] or "both", end=";")')"
done
is "$sockets" "nix /nix/var/nix/daemon-socket/socket daemon linux;nix /nix/var/nix/daemon-socket/socket always macos;yabai /tmp/yabai-sa_<USER>.socket always both;yabai /tmp/yabai_<USER>.socket always both;" \
	"which bundles come with sockets"

USER=$(id -un)
export USER
socket=/tmp/yabai_$USER.socket
if [ -e "$socket" ]; then
	skip "yabai's socket" "there is one here"
	done_testing
fi
python3 -c '
import os, socket, sys
listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen()
print("ready", flush=True)
while True:
    peer = listener.accept()[0]
    peer.sendall(b"windows\n")
    peer.close()' "$socket" >"$T/ready" 2>"$T/yabai.err" &
server=$!
trap 'kill $server; rm -rf "$socket" "$T"' EXIT
holds -s "$T/ready"
printf '#!/bin/sh\nexec python3 -c "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\nprint(s.recv(99).decode(), end=str())" %s\n' "$socket" \
	>"$T/bin/ask"
chmod +x "$T/bin/ask"
is "$("$T/bin/ask")" windows "control: yabai's socket answers outside"
for name in yabai skhd; do
	ln -sf ask "$T/bin/$name"
	manifest <<-TOML
		[sandbox.os]
		command_tools = ["$name"]
		read = ["$T/bin"]
	TOML
	run "$seal" -- "$T/bin/$name"
	is "$out" "$([ $name = skhd ] || echo windows)" "$name: $([ $name = skhd ] && echo 'does not reach' || echo reaches) yabai's socket"
done

done_testing
