#!/bin/bash
# limit: 120
# What the filter is for, as programs meet it: 40-syscalls.t asks it call by call.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2086
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
cp "$root/build/probe/syscall" . || exit 1

# --- Namespaces: the filter is not the only reason ----------------------------------------------------

# What explain prints is the view without the step inside, so without filter and Landlock.
"$seal" explain --bwrap -- unshare -Ur id -u >"$T/view"
run bash "$T/view"
[ "$status" != 0 ]
ok $? "[SC-08] without the filter there is still no user namespace to be had"
like "$err" 'No space left' "[SC-08] ... for there may be none"
grep -v disable-userns "$T/view" >"$T/without"
run bash "$T/without"
is "$out" 0 "control: where it is not forbidden there is one, with all capabilities in it"
"$seal" explain --bwrap -- sh -c 'unshare -n true || unshare -m true || unshare -p true' >"$T/view"
run bash "$T/view"
is "$status/$(printf '%s\n' "$err" | grep -c 'unshare failed: Operation not permitted')" 1/3 \
	"[SC-08] nor any other namespace"
run unshare -Urnmp true
exits 0 "control: outside there is"

# --- Threads, and what glibc does without clone3 ----------------------------------------------------------

run "$seal" -- python3 -c '
import threading, subprocess
done = []
threads = [threading.Thread(target=done.append, args=(n,)) for n in range(100)]
[t.start() for t in threads]; [t.join() for t in threads]
print(len(done), subprocess.run(["true"]).returncode)'
is "$out" "100 0" "[SC-06] threads and processes can be made"
run "$seal" -- ./syscall clone3
is "$out" "-1 ENOSYS" "[SC-06] ... though clone3 is not there"
run ./syscall clone3
is "$out" "-1 EINVAL" "control: outside it is"

cat >threads.py <<'END'
import threading
def state():
    with open("/proc/thread-self/status") as f:
        return " ".join(l.strip().replace(":\t", "=") for l in f
                        if l.startswith(("Seccomp:", "NoNewPrivs:", "CapEff:", "CapBnd:", "CapPrm:", "CapAmb:")))
seen = set()
threads = [threading.Thread(target=lambda: seen.add(state())) for _ in range(20)]
[t.start() for t in threads]; [t.join() for t in threads]
print("\n".join(sorted(seen)))
END
run "$seal" -- python3 threads.py
none=0000000000000000
is "$out" "CapPrm=$none CapEff=$none CapBnd=$none CapAmb=$none NoNewPrivs=1 Seccomp=2" \
	"[SC-24] [SC-23] in each thread: no capability, no new privileges, the filter"
run python3 threads.py
like "$out" 'NoNewPrivs=0' "control: outside it is another state"
run "$seal" -- sh -c 'for p in /proc/[0-9]*; do
	echo "$(tr "\0" " " <$p/cmdline | cut -c1-9) $(sed -n "s/^NoNewPrivs:\t/nnp /p" $p/status)"; done'
unlike "$out" 'nnp 0' "[SC-24] no process inside could gain privileges, the first one included"
like "$out" 'bwrap.* nnp 1' "control: the first one was looked at"

# --- Keys: the host's session keyring is in no namespace --------------------------------------------------------

cat >key.py <<'END'
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
NR = {"x86_64": (248, 250, 249), "aarch64": (217, 219, 218)}[__import__("os").uname().machine]
SESSION, READ, SEARCH, JOIN = -3, 11, 10, 1
buffer = ctypes.create_string_buffer(64)
if sys.argv[1] == "make":
    libc.syscall(NR[1], JOIN, None)
    libc.syscall(NR[0], b"user", b"seal-test-key", b"canary of the keyring", 21, SESSION)
    import subprocess
    sys.exit(subprocess.run(sys.argv[2:]).returncode)
for how in "keyctl", "request_key":
    key = (libc.syscall(NR[1], SEARCH, SESSION, b"user", b"seal-test-key", 0) if how == "keyctl"
           else libc.syscall(NR[2], b"user", b"seal-test-key", None, 0))
    error = ctypes.get_errno()
    n = libc.syscall(NR[1], READ, key, buffer, 64) if key > 0 else -1
    print(how, key > 0, buffer.raw[:n].decode() if n > 0 else error)
print("names", "seal-test-key" in open("/proc/keys").read())
END
run python3 key.py make python3 key.py look
is "$out" "keyctl True canary of the keyring
request_key True canary of the keyring
names True" "control: outside a key of the session is read"
run python3 key.py make "$seal" -- python3 key.py look
is "$(printf '%s\n' "$out" | head -n 2)" "keyctl False 1
request_key False 1" "[SC-12] the session's keys cannot be read inside"
is "$(printf '%s\n' "$out" | tail -n 1)" "names True" "... their names can, in /proc/keys: a non-promise"

# --- Privileges ------------------------------------------------------------------------------------------------------

# A setuid program would run as its owner: of the user's own here, but the kernel says whether the
# bit counted by AT_SECURE.
for tool in su sudo mount newuidmap fusermount3 ping passwd chsh; do
	path=$(PATH=$PATH:/usr/sbin:/sbin command -v $tool) || continue
	[ -u "$path" ] && setuid=$path && break
done
cat >secure.sh <<'END'
LD_SHOW_AUXV=1 "$@" </dev/null 2>&1 | sed -n 's/^AT_SECURE: *//p;s/^AT_EUID: *//p'
END
if [ -n "${setuid:-}" ]; then
	run sh -c 'LD_SHOW_AUXV=1 /bin/true | grep -c AT_SECURE'
	is "$out" 1 "control: the loader tells"
	run sh secure.sh "$setuid" --version
	is "$out" "" "control: outside $setuid is privileged: the loader does as it is not told"
	run "$seal" -- sh secure.sh "$setuid" --version
	is "$(printf '%s\n' "$out" | sort -n | tr '\n' ' ')" "0 $(id -u) " \
		"[SC-23] inside it has the user's own rights: not secure, the user's number"
else
	skip "[SC-23] setuid programs" "none here"
fi
run "$seal" -- sh -c 'cat /proc/self/uid_map; grep -E "^(Uid|Gid|Groups):" /proc/self/status'
unlike "$out" '^ *0 ' "[SC-23] there is no root inside"
cat >nnp.py <<'END'
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
SET, GET = 38, 39
print(libc.prctl(SET, 0, 0, 0, 0), errno.errorcode.get(ctypes.get_errno()), libc.prctl(GET, 0, 0, 0, 0))
END
run "$seal" -- python3 nnp.py
is "$out" "-1 EINVAL 1" "[SC-22] no_new_privs cannot be taken back"

# --- Filters and rulesets on top ---------------------------------------------------------------------------------------

cat >more.py <<'END'
import ctypes, errno, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
x86 = os.uname().machine == "x86_64"
SECCOMP, GETPPID = (317, 110) if x86 else (277, 173)

def code(answer):
    return errno.errorcode[ctypes.get_errno()] if answer < 0 else "done"

def filtered(flags):
    """Loads a filter that answers getppid with ENOTTY."""
    rows = [(0x20, 0, 0, 0), (0x15, 0, 1, GETPPID), (0x06, 0, 0, 0x50000 | 25), (0x06, 0, 0, 0x7fff0000)]
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxQ", len(rows), ctypes.addressof(text)))
    return libc.syscall(SECCOMP, 1, flags, program)

def landlocked():
    """Handles making folders, grants nothing."""
    attr = struct.pack("Q", 1 << 7)
    ruleset = libc.syscall(444, attr, 8, 0)
    return libc.syscall(446, ruleset, 0) if ruleset >= 0 else -1

what = sys.argv[1]
if what == "filter":
    libc.prctl(38, 1, 0, 0, 0)
    print(code(filtered(0)), code(libc.syscall(GETPPID)))
elif what == "listener":
    libc.prctl(38, 1, 0, 0, 0)
    print(code(filtered(8)))
elif what == "landlock":
    libc.prctl(38, 1, 0, 0, 0)
    first = code(landlocked())
    try:
        os.mkdir("made")
        print(first, "made")
    except OSError as error:
        print(first, errno.errorcode[error.errno])
else:
    libc.prctl(38, 1, 0, 0, 0)
    n = 0
    while landlocked() == 0:
        n += 1
    print(0 < n < 17, code(-1))
END
run "$seal" -- python3 more.py filter
is "$out" "done ENOTTY" "[SC-22] a program may filter itself further"
run "$seal" -- python3 more.py listener
is "$out" EPERM "[SC-22] but not answer calls in the kernel's place"
run python3 more.py listener
is "$out" "done" "control: outside it may"
run "$seal" -- python3 more.py landlock
is "$out" "done EACCES" "[SC-28] a program may restrict itself by Landlock further"
run "$seal" -- mkdir made
exits 0 "control: which else may make a folder"
run "$seal" -- python3 more.py layers
is "$out" "True E2BIG" "[SC-28] up to the kernel's own limit, which is an error and no more"

# --- Files without a name, setuid bits ---------------------------------------------------------------------------------------

cat >memory.py <<'END'
import ctypes, os
fd = os.memfd_create("program")
with open("/bin/echo", "rb") as f:
    os.write(fd, f.read())
os.execve(fd, ["echo", "ran"], {})
END
run "$seal" -- python3 memory.py
is "$out" ran "[SC-18] a file without a name can be run, as toolchains do"
run "$seal" -- ./syscall memfd_secret
is "$out" "-1 EPERM" "[SC-18] secret memory cannot be had"

# Not refused, by no call, for openat2 and others could not be: SECURITY.md says so.
cat >setuid.py <<'END'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for name in "chmod", "fchmod", "fchmodat", "fchmodat2", "open", "openat2", "mknod":
    path = "s-" + name
    if name not in ("open", "openat2", "mknod"):
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o755))
    at = -100
    if name == "chmod":
        os.chmod(path, 0o4755)
    elif name == "fchmod":
        fd = os.open(path, os.O_RDONLY); os.fchmod(fd, 0o4755)
    elif name == "fchmodat":
        d = os.open(".", os.O_RDONLY); os.chmod(path, 0o4755, dir_fd=d)
    elif name == "fchmodat2":
        if libc.syscall(452, at, path.encode(), 0o4755, 0) != 0:
            os.chmod(path, 0o4755)
    elif name == "open":
        os.umask(0); os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o4755))
    elif name == "openat2":
        how = (ctypes.c_uint64 * 3)(os.O_CREAT | os.O_WRONLY, 0o4755, 0)
        libc.syscall(437, at, path.encode(), how, 24)
    else:
        os.mknod(path, 0o104755)
    print(oct(os.stat(path).st_mode & 0o7777), end=" ")
END
run "$seal" -- python3 setuid.py
is "$out" "0o4755 0o4755 0o4755 0o4755 0o4755 0o4755 0o4755 " \
	"[SC-27] [FS-35] each call that sets a setuid bit does, on the user's own files: a non-promise"
is "$(stat -c '%u' s-* | sort -u)" "$(id -u)" "[SC-27] ... which give the user's own rights, to others"

# --- A name that the library does not know -------------------------------------------------------------------------------------

cp "$root/profiles/syscalls.toml" "$T/known.toml"
sed 's/^mseal = .*//' "$T/known.toml" >"$T/unknown.toml"
sed 's/"mseal"/"no_such_call_ever"/' "$T/known.toml" >"$T/invented.toml"
run "$root/build/gen/syscalls" "$T/known.toml" syscall_filters "$T/made.c"
exits 0 "control: the profile makes a filter"
cmp -s "$T/made.c" <(sed "s|profiles/syscalls.toml|$T/known.toml|" "$root/build/gen/syscall_filters.c")
ok $? "control: ... the one that is built in"
run "$root/build/gen/syscalls" "$T/invented.toml" syscall_filters "$T/invented.c"
[ "$status" != 0 ] && [ ! -e "$T/invented.c" ]
ok $? "[SC-25] a call that nobody knows ends the build"
like "$err" 'no_such_call_ever' "... and is named"
run "$root/build/gen/syscalls" "$T/unknown.toml" syscall_filters "$T/unknown.c"
[ "$status" != 0 ] || cmp -s <(grep -v '^/\*' "$T/unknown.c") <(grep -v '^/\*' "$T/made.c")
ok $? "[SC-25] ... so does one that the library does not know, unless its number is given"

done_testing
