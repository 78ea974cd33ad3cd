#!/bin/sh
# What people who tried to get out, or to get in the way, found: each stays mended.
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- Signals and the caller's state --------------------------------------------------------------------

run timeout 10 env --ignore-signal=CHLD "$seal" -- true
is "$status" 0 "a caller that ignores SIGCHLD"
manifest <<END
[sandbox.os]
read = ["/proc/self"]
END
run "$seal" -- touch marker
is "$status" 125 "a grant beneath /proc is refused"
rm -f seal.toml

# --- A guest cannot change what the next run is ----------------------------------------------------------

mkdir sub && echo TOP >sub/secret && echo x >sub/prot
manifest <<END
[sandbox.os]
deny = ["sub/secret"]
protect = ["sub/prot"]
END
run "$seal" -C sub -- sh -c 'cat secret; : >.git'
unlike "$out" TOP "denied in a subfolder"
run "$seal" -C sub -- sh -c 'cat secret; echo pwn >prot'
is "$status" 125 "[MF-03] a planted .git does not hide the trusted manifest above it"
is "$(cat sub/prot)" x "... and nothing was written"
rm -f sub/.git
cp seal.toml "$T/home/other.toml"
run "$seal" -m "$T/home/other.toml" trust --yes
run "$seal" -m "$T/home/other.toml" -- sh -c 'mv seal.toml .x || rm seal.toml'
[ -f seal.toml ]
ok $? "[FS-12] with -m the project's own seal.toml is as fixed as ever"
rm -f seal.toml

mkdir -p "$T/shared/data" && ln -s "$T/home/.ssh" "$T/shared/link"
manifest <<END
[sandbox.os]
read = ["../shared/data"]
END
run "$seal" -- ls ../shared/data
is "$status" 0 "control: a granted folder beside the project"
manifest <<END
[sandbox.os]
read = ["../shared/link"]
END
run "$seal" -- cat ../shared/link/id_ed25519
is "$status" 125 "a grant that is a link is refused"
unlike "$out" "key of" "... and shows no key"
manifest <<END
[sandbox.os]
deny = ["locked/secret"]
END
mkdir locked && echo LOCKED >locked/secret && chmod 000 locked
run "$seal" -- sh -c 'chmod 700 locked; cat locked/secret'
is "$status" 125 "a deny that cannot be looked at is refused"
chmod 700 locked
run "$seal" -- cat locked/secret
unlike "$out" LOCKED "control: one that can be is held"

# --- The environment widens nothing ----------------------------------------------------------------------

mkdir "$T/state" "$T/cfg"
export XDG_STATE_HOME="$T/state"
manifest <<END
[sandbox.os]
write = ["$T/state"]
END
run "$seal" -- touch "$T/state/seal-exec/x"
is "$status" 125 "[MF-17] the folder of the trust store is no grant, wherever it is"
export XDG_STATE_HOME="$T/home/.local/state"
rm -f seal.toml
mkdir -p "$T/home/.config/seal-exec/bundles"
printf 'name = "t"\nsummary = "s"\ncommands = ["tt"]\nread = ["~/.ssh"]\n' >"$T/home/.config/seal-exec/bundles/t.toml"
run "$seal" -- tt
is "$status" 125 "[MF-21] a bundle of the user's own cannot grant a store either"
rm -rf "$T/home/.config/seal-exec"
mkdir -p "$T/dot/config" && rm -rf "$T/home/.config" && ln -s "$T/dot/config" "$T/home/.config"
(cd "$T/dot" && git init -q . && "$seal" -- mkdir -p config/seal-exec) >"$T/out" 2>"$T/err"
is $? 125 "[MF-21] a project that could make the user's configuration is refused"
[ ! -e "$T/dot/config/seal-exec" ]
ok $? "... and did not"

# --- Descriptors ------------------------------------------------------------------------------------------

cat >sock.py <<'END'
import os, socket, sys
s = socket.socket(); os.dup2(s.fileno(), 0)
os.execv(sys.argv[1], sys.argv[1:])
END
run python3 sock.py "$seal" -- touch marker
[ "$status" = 125 ] && [ ! -e marker ]
ok $? "[FD-01] a network socket as standard input is refused"
manifest <<END
[sandbox.os]
additional_directories = ["../a", "../b"]
protect = ["../a/x"]
END
mkdir "$T/a" && echo x >"$T/a/x" && mkdir "$T/b"
run "$seal" -- sh -c 'echo y >../a/x'
is "$(cat "$T/a/x")" x "protect of a path beside the project"

done_testing
