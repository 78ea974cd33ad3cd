#!/bin/bash
# limit: 90
# What comes along uninvited, seen from the host: the helpers' own descriptors, variables and command
# lines; then callers with odd folders, masks, names and sizes. 22-env.t looks from inside.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2086
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- The processes of a run, from outside ----------------------------------------------------------------

value=value-of-$$-secret
many=()
for name in AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN GITHUB_TOKEN GH_TOKEN NPM_TOKEN PYPI_TOKEN \
	CARGO_REGISTRY_TOKEN DATABASE_URL PGPASSWORD KUBECONFIG OP_SESSION_x VAULT_TOKEN \
	OPENAI_API_KEY ANTHROPIC_API_KEY STRIPE_SECRET_KEY SLACK_TOKEN AZURE_CLIENT_SECRET REDIS_URL \
	SSH_AUTH_SOCK GPG_AGENT_INFO DBUS_SESSION_BUS_ADDRESS XAUTHORITY DOCKER_AUTH_CONFIG \
	GITLAB_TOKEN CI_JOB_TOKEN TWINE_PASSWORD MYSQL_PWD NODE_AUTH_TOKEN SEAL_TEST_A SEAL_TEST_B; do
	many+=("$name=$value")
done
is "${#many[@]}" 30 "control: thirty secrets"
# below PID: all processes below it.
below()
{
	local p
	for p in $(tr ' ' '\n' 2>/dev/null <"/proc/$1/task/$1/children"); do
		echo "$p"
		below "$p"
	done
}
# look PID: what the same user may read of the process: a line for each kind.
cat >"$T/look.py" <<'END'
import os, sys
pid, word = sys.argv[1], sys.argv[2].encode()
for what in "environ", "cmdline", "mem", "maps":
    try:
        if what == "mem":
            open(f"/proc/{pid}/mem", "rb").close()
            found = "opens"
        else:
            found = "secret" if word in open(f"/proc/{pid}/{what}", "rb").read() else "nothing"
    except OSError as error:
        found = error.strerror
    print(open(f"/proc/{pid}/comm").read().strip(), what, found)
END
manifest <<END
[sandbox.os.network]
host_localhost_ports = [54321]
END
env "${many[@]}" "$seal" -- sh -c ': >ready; exec sleep 60' 8<"$T/canary/secret" 9<"$T/canary" &
wrapper=$!
holds -e ready
below $wrapper >"$T/pids"
while read -r pid; do
	python3 "$T/look.py" $pid "$value"
done <"$T/pids" >"$T/looked" 2>&1
names=$(cut -d' ' -f1 "$T/looked" | sort -u | tr '\n' ' ')
like "$names" 'bwrap .*seal-keeper' "control: bwrap and the keeper were looked at: $names"
unlike "$(cat "$T/looked")" ' secret$' \
	"[EN-02] [EN-03] no helper and no process of the run has a secret, as the host sees them"
like "$(cat "$T/looked")" '^seal-keeper environ Permission denied$' "[EN-02] the keeper is not to be looked at"
like "$(cat "$T/looked")" '^bwrap environ nothing$' "control: bwrap is, and has none"
python3 "$T/look.py" $wrapper "$value" >"$T/looked"
like "$(cat "$T/looked")" ' environ secret$' "control: seal-exec itself was started with them"
# Descriptors of the caller's: the front has them, for it is the caller's program; nobody else.
held=
while read -r pid; do
	held="$held$(find /proc/$pid/fd -lname "$T/canary*" 2>/dev/null)"
done <"$T/pids"
is "$held" "" "[FD-07] [FD-01] no process of the run holds the caller's descriptors"
like "$(ls -l /proc/$wrapper/fd)" "$T/canary/secret" "control: seal-exec itself was given them"
# What is inside sees no helper, and its first process has nothing of the host.
kill $wrapper
wait $wrapper 2>/dev/null
inside 'ls -l /proc/1/fd; readlink /proc/1/exe /proc/1/cwd /proc/1/root; tr "\0" " " </proc/1/cmdline'
unlike "$out" "$T|$root|/home|memfd" "[FD-07] [PR-13] the first process shows nothing of the host, nor does its command line"
like "$out" 'bwrap --args' "control: it is bwrap"
run "$seal" -- python3 -c '
import os, errno
for pid in 1,:
    p = os.pidfd_open(pid)
    import ctypes
    libc = ctypes.CDLL(None, use_errno=True)
    for fd in range(8):
        print(libc.syscall(438, p, fd, 0), errno.errorcode[ctypes.get_errno()])'
is "$(printf '%s\n' "$out" | sort -u)" "-1 EPERM" "[FD-07] no descriptor can be taken out of it"
rm -f seal.toml

# Standard streams that are files: no more rights than they were given with.
echo kept >"$T/kept"
run bash -c '"$1" -- sh -c "echo x >/dev/stdin; echo x >/proc/self/fd/0; : >/dev/fd/0" <"$2"' bash "$seal" "$T/kept"
is "$(cat "$T/kept")" kept "[FD-01] a file that is standard input cannot be opened for writing"
run bash -c '"$1" -- python3 -c "
import os
for path in \"/dev/stdin\", \"/proc/self/fd/0\":
    try: os.truncate(path, 0)
    except OSError: pass
try: os.ftruncate(0, 0)
except OSError: pass" <"$2"' bash "$seal" "$T/kept"
is "$(cat "$T/kept")" kept "[FD-01] ... nor cut short"
echo started >"$T/log"
run bash -c '"$1" -- sh -c "echo more; cat /dev/stdout; echo y >/dev/stdout" >>"$2"' bash "$seal" "$T/log"
like "$(head -n 1 "$T/log")" '^started$' "[FD-01] a file that is appended to cannot be written over by its name"

# Closed ones: what is read is nothing, what is written is lost, and no file of ours is hit.
run bash -c '"$1" -- sh -c "cat; echo lost; echo lost >&2; ls -l /proc/\$\$/fd >fds; :" <&- >&- 2>&-' bash "$seal"
is "$(grep -c ' -> /dev/null$' fds)" 3 "[FD-04] closed standard streams are /dev/null inside"

# --- Odd callers ---------------------------------------------------------------------------------------------

run bash -c 'umask 027; "$1" -- sh -c "umask; echo x >masked"' bash "$seal"
is "$out/$(stat -c %a masked)" "0027/640" "[EN-11] the caller's umask holds inside"
rm -rf "$XDG_STATE_HOME"
printf '[sandbox.os]\nread = ["/opt"]\n' >seal.toml
chmod 644 seal.toml
run bash -c 'umask 0; "$1" trust --yes' bash "$seal"
is "$(find "$XDG_STATE_HOME" -type f -perm /077)" "" "[EN-11] a mask of 0 makes no file of ours others'"
is "$(find "$XDG_STATE_HOME" -type f | wc -l)" 1 "control: there is one"
run bash -c 'umask 777; "$1" -- touch marker' bash "$seal"
[ -e marker ] || [ "$status" = 125 ]
ok $? "[EN-11] a mask of 777 starts, or says why not (status $status)"
rm -f marker seal.toml

mkdir gone
run bash -c 'cd gone && rmdir ../gone && "$1" -- touch ../marker' bash "$seal"
refused '^seal-exec: ' "[EN-11] a folder that is gone"
run env PWD="$T/canary" "$seal" -- sh -c 'pwd; ls; echo "$PWD"'
unlike "$out" "canary|^secret" "[EN-11] a PWD that lies about the folder"
like "$out" "^$T/proj\$" "... is set right"
ln -s "$T/proj" "$T/alias"
run bash -c 'cd "$2" && PWD=$2 "$1" -- pwd -P' bash "$seal" "$T/alias"
is "$out" "$T/proj" "[EN-11] a PWD through a link names the same folder"

big=$(head -c 100000 /dev/zero | tr '\0' x)
run env A1="$big" A2="$big" A3="$big" A4="$big" A5="$big" A6="$big" A7="$big" A8="$big" A9="$big" \
	B1="$big" B2="$big" "$seal" -- sh -c 'env | wc -c'
[ "$status" = 0 ] && [ "$out" -lt 10000 ]
ok $? "[EN-11] an environment of 1 MB that is not passed on (status $status)"
manifest <<'END'
[sandbox.os]
env = ["A*", "B*"]
END
run env A1="$big" A2="$big" A3="$big" A4="$big" A5="$big" A6="$big" A7="$big" A8="$big" A9="$big" \
	B1="$big" B2="$big" "$seal" -- sh -c 'env | wc -c'
[ "$status" = 0 ] && [ "$out" -gt 1100000 ]
ok $? "[EN-11] ... and one that is (status $status)"
rm -f seal.toml
for name in '' - -- --help '../../x' "$(printf 'a\nb\033[31m')" bwrap; do
	run python3 -c '
import ctypes, os, sys
words = [sys.argv[2], "--", "touch", "marker"]
argv = (ctypes.c_char_p * 5)(*[w.encode() for w in words], None)
ctypes.CDLL(None).execv(sys.argv[1].encode(), argv)' "$seal" "$name"
	starts "[EN-11] started under the name '$(printf %s "$name" | tr -cd 'a-z./-')'"
done
run python3 -c '
import ctypes, sys
libc = ctypes.CDLL(None)
libc.execve(sys.argv[1].encode(), (ctypes.c_char_p * 1)(None), (ctypes.c_char_p * 1)(None))' "$seal"
is "$status" 125 "[EN-11] ... and under none, without variables: no command, 125"

done_testing
