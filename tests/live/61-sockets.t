#!/bin/bash
# limit: 120
# Unix sockets of the host: what unix_sockets names can be spoken to inside, and nothing beside it.
# $T is below /tmp, where the sandbox has a folder of its own: all that is seen of the host's there
# has been granted.
# shellcheck disable=SC2046 # words
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
c=$T/canary

# Answers each connection with "host: " and what it was told, and writes that down.
cat >"$c/listen.py" <<'EOF'
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen(16)
log = open(sys.argv[1] + ".log", "w", buffering=1)
open(sys.argv[1] + ".ready", "w").close()
while True:
    peer, _ = s.accept()
    text = peer.recv(100).decode()
    log.write(text + "\n")
    peer.sendall(("host: " + text).encode())
    peer.close()
EOF
# Says "hello" to each socket and prints the answer, or the name of the error.
cat >ask.py <<'EOF'
import errno, socket, sys
for path in sys.argv[1:]:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    try:
        s.connect(path)
        s.sendall(b"hello")
        print(s.recv(100).decode())
    except OSError as e:
        print(errno.errorcode.get(e.errno, e))
EOF

pids=
listen()
{
	python3 "$c/listen.py" "$1" >/dev/null 2>"$T/listen.err" &
	pids="$pids $!"
	holds -e "$1.ready"
}
# shellcheck disable=SC2086 # one word each
trap 'kill $pids 2>/dev/null; chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"' EXIT

user=$(id -un)
listen "$c/one.sock" && listen "$c/two.sock" && listen "$c/$user.sock" && listen "$T/proj/own.sock"
ok $? "listeners on the host"
is "$(python3 ask.py "$c/one.sock" "$c/two.sock" "$c/$user.sock")" "host: hello
host: hello
host: hello" "control: outside they answer"
told() { grep -c hello "$1.log"; }

# --- Without a grant -----------------------------------------------------------------------------------

run "$seal" -- python3 ask.py "$c/one.sock" "$c/two.sock"
is "$status/$out" "0/ENOENT
ENOENT" "without a grant there is nothing to connect to"
is "$(told "$c/one.sock")" 1 "... and nothing reached the host"
inside 'find / -type s 2>/dev/null | grep -v "/own.sock$"'
is "$out" "" "[NT-10] ... nor is there any other socket"

# Where services, agents and desktops have theirs.
export XDG_RUNTIME_DIR="$T/run"
mkdir -p "$T/run/podman" "$T/run/gnupg" "$T/run/systemd" "$T/run/pulse" "$HOME/.gnupg" "$HOME/.docker/run" \
	"$HOME/.config/Code" "$HOME/.emacs.d/server" "/tmp/tmux-seal-$$"
for path in "$T/run/bus" "$T/run/podman/podman.sock" "$T/run/docker.sock" "$T/run/wayland-0" "$T/run/gnupg/S.gpg-agent" \
	"$T/run/systemd/private" "$T/run/pulse/native" "$T/run/vscode-ipc-1.sock" "$T/run/kitty" "$HOME/.gnupg/S.gpg-agent" \
	"$HOME/.docker/run/docker.sock" "$HOME/.emacs.d/server/server" "$HOME/.config/Code/1-main.sock" \
	"/tmp/tmux-seal-$$/default"; do
	python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1])' "$path" || echo "# no $path" >&2
	echo "$path"
done >"$T/service-sockets"
is "$(xargs ls -d <"$T/service-sockets" | wc -l)" 14 "control: sockets of services on the host"
run "$seal" -- sh -c 'find / -type s 2>/dev/null | grep -v "/own.sock$"; ls -d "$@" 2>/dev/null' sh \
	$(cat "$T/service-sockets") /run/docker.sock /var/run/docker.sock /run/containerd/containerd.sock \
	/run/dbus/system_bus_socket /run/systemd/private /tmp/.X11-unix/X0 /nix/var/nix/daemon-socket/socket \
	/run/snapd.socket /run/libvirt/libvirt-sock
is "$out" "" "[NT-10] [DB-01] [DB-09] [DB-10] no socket of a service, a bus, a desktop or an agent is in the view"
run "$seal" -- sh -c 'cat /proc/net/unix | tail -n +2'
is "$out" "" "[NT-10] [DB-01] [DB-09] no abstract one either"
rm -rf "/tmp/tmux-seal-$$" "$HOME/.gnupg" "$HOME/.docker" "$HOME/.emacs.d" "$HOME/.config/Code"
unset XDG_RUNTIME_DIR

# What lies in the project is the project's: SECURITY.md promises nothing there, either way.
run "$seal" -- python3 ask.py own.sock
is "$out" "host: hello" "[NT-11] a host's server in the project can be spoken to: a non-promise"
cat >give.py <<'EOF'
import os, socket
s = socket.socket(socket.AF_UNIX)
s.bind("in.sock")
s.listen(1)
open("in.ready", "w").close()
peer, _ = s.accept()
with open("/tmp/of-the-sandbox", "w") as f:
    f.write("from inside")
socket.send_fds(peer, [b"x"], [os.open("/tmp/of-the-sandbox", os.O_RDONLY)])
EOF
"$seal" -- python3 give.py &
given=$!
holds -e in.ready
is "$(python3 -c 'import os, socket
s = socket.socket(socket.AF_UNIX); s.connect("in.sock")
_, fds, _, _ = socket.recv_fds(s, 10, 4)
print(os.read(fds[0], 100).decode())')" "from inside" \
	"[NT-13] who connects to a command's server in the project gets what it sends: a non-promise"
wait $given
rm -f in.sock in.ready

# --- With one ------------------------------------------------------------------------------------------

manifest <<EOF
[sandbox.os]
unix_sockets = ["$c/one.sock"]
EOF
run "$seal" -- python3 ask.py "$c/one.sock" "$c/two.sock"
is "$status/$out" "0/host: hello
ENOENT" "a granted socket answers, its neighbour is not there"
is "$(told "$c/one.sock")/$(told "$c/two.sock")" 2/1 "... and the host saw that"
is "$err" "" "... without a word"
inside "ls -A '$c'"
is "$out" one.sock "... alone in its folder"
inside "rm -f '$c/one.sock'; mv '$c/one.sock' '$c/x'; chmod 777 '$c/one.sock'; touch '$c/one.sock'"
[ -S "$c/one.sock" ] && [ "$(python3 ask.py "$c/one.sock")" = "host: hello" ]
ok $? "it cannot be taken away, renamed or changed"
is "$(stat -c %a "$c/one.sock")" "$(stat -c %a "$c/two.sock")" "... nor its mode"

manifest <<EOF
[sandbox.os]
unix_sockets = ["$c/<USER>.sock", "$c/$user.sock", "$c//./one.sock"]
EOF
run "$seal" -- python3 ask.py "$c/$user.sock" "$c/one.sock"
is "$status/$out" "0/host: hello
host: hello" "<USER>, and the same socket by two names"
run "$seal" explain --json -- true
is "$(python3 -c 'import json, sys
print(sum(m["dest"].endswith(sys.argv[1]) for m in json.load(open(sys.argv[2]))["mounts"]))' \
	"/$user.sock" "$T/out")" 1 "... is one mount"

# --- Through a link ------------------------------------------------------------------------------------

ln -s "$c/one.sock" "$HOME/.agent"
ln -s "$c/one.sock" "$c/link.sock"
manifest <<'EOF'
[sandbox.os]
unix_sockets = ["~/.agent"]
EOF
run "$seal" -- python3 ask.py "$HOME/.agent" "$c/one.sock"
is "$status/$out" "0/host: hello
ENOENT" "a link in the home is followed once, on the host"
manifest <<EOF
[sandbox.os]
unix_sockets = ["$c/link.sock"]
EOF
run "$seal" -- touch marker
refused "seal.toml:2:17: unix_sockets of '$c/link.sock' leads to $c/one.sock .*name where" \
	"a link elsewhere may be a guest's"

# --- What is no socket ---------------------------------------------------------------------------------

manifest <<EOF
[sandbox.os]
unix_sockets = ["$c/none.sock"]
EOF
run "$seal" -- touch marker
starts "a socket that is not there is no error"
is "$err" "" "... and not worth a word"
run "$seal" explain -- true
like "$(printf '%s\n' "$out" | sed -n '/^granted, and not on this machine/,/^$/p')" "none.sock" \
	"... but explain says it"
manifest <<EOF
[sandbox.os]
unix_sockets = ["$c/secret", "$c"]
EOF
inside "cat '$c/secret' '$c/listen.py'; ls '$c'"
unlike "$out" 'secret of|import|one.sock' "a file and a folder are not shown under this name"
like "$err" "unix_sockets '$c/secret' is no socket, so it is not shown" "... and that is said"
like "$err" "unix_sockets '$c' is no socket, so it is not shown" "... of both"
run "$seal" -q -- touch marker
is "$err" "" "... but not with -q"
rm -f marker
manifest <<EOF
[sandbox.os]
unix_sockets = ["$c/old.sock"]
EOF
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$c/old.sock"
run "$seal" -- python3 ask.py "$c/old.sock"
is "$status/$out" 0/ECONNREFUSED "a socket that nobody listens on refuses"

# --- Whose grants --------------------------------------------------------------------------------------

manifest <<EOF
[sandbox.os]
unix_sockets = ["$c/one.sock", "$c/two.sock"]
EOF
config <<EOF
[sandbox.os]
unix_sockets = ["$c/two.sock"]
EOF
run "$seal" -- python3 ask.py "$c/one.sock" "$c/two.sock"
is "$status/$out" "0/ENOENT
host: hello" "the user's file is a ceiling"
config <<EOF
[sandbox.os]
deny = ["$c/two.sock"]
EOF
run "$seal" -- python3 ask.py "$c/one.sock" "$c/two.sock"
is "$status/$out" "0/host: hello
ENOENT" "and denies what it denies"
rm -f seal.toml "$XDG_CONFIG_HOME/seal-exec/config.toml"
mkdir -p "$XDG_CONFIG_HOME/seal-exec/bundles" tools
printf 'name = "seal-ask"\nsummary = "x"\ncommands = ["seal-ask"]\nunix_socket_connects = ["%s"]\n' \
	"$c/one.sock" >"$XDG_CONFIG_HOME/seal-exec/bundles/seal-ask.toml"
printf '#!/bin/sh\nexec python3 ask.py "$@"\n' >tools/seal-ask
chmod 755 tools/seal-ask
run "$seal" -- tools/seal-ask "$c/one.sock"
is "$status/$out" "0/host: hello" "a bundle's socket"
run "$seal" -- python3 ask.py "$c/one.sock"
is "$status/$out" 0/ENOENT "... is its own commands' only"

done_testing
