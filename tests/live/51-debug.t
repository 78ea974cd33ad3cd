#!/bin/sh
# limit: 120
# debug = true: debuggers work on what the command started, on nothing else, and not without it.
# shellcheck disable=SC2016,SC2086 # scripts for another shell; words
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

cat >program.c <<'END'
#include <pthread.h>
#include <stdio.h>
static int twice(int n) { return 2 * n; }
static void *thread(void *arg) { printf("thread %d\n", twice(*(int *)arg)); return NULL; }
int main(void)
{
	pthread_t t;
	int n = 21;
	pthread_create(&t, NULL, thread, &n);
	pthread_join(t, NULL);
	return 0;
}
END
cc -g -O0 -pthread -o program program.c 2>"$T/err"
ok $? "control: a program to look into"
set -- gdb -q -nx -batch -ex 'break twice' -ex run -ex 'print n' -ex 'set var n = 4' -ex continue ./program
stops='^\$1 = 21$'
tracer='strace -f -e trace=write ./program'
cat >leaky.c <<'END'
#include <stdlib.h>
int main(void)
{
	char *volatile p = malloc(7);
	p = NULL;
	return p != NULL;
}
END
cc -fsanitize=address -o leaky leaky.c 2>"$T/err"
ok $? "control: a program that leaks"

run "$@"
like "$out" "$stops" "control: outside gdb stops a program"
run "$seal" -- "$@"
unlike "$out" "$stops" "[SC-10] without debug it does not"
like "$out$err" 'Operation not permitted' "[SC-10] ... and is told EPERM"
run "$seal" -- $tracer
unlike "$err" 'write\(1, "thread' "[SC-10] nor does strace"
like "$err" 'Operation not permitted' "... which is told the same"
run "$seal" -- sh -c './program; setarch -R true'
like "$out" 'thread 42' "control: the program itself runs"
[ "$status" != 0 ]
ok $? "[SC-17] addresses without randomness are refused"

# --- With the key ------------------------------------------------------------------------------------

printf '[sandbox.os]\ndebug = true\n' >seal.toml
chmod 644 seal.toml
run "$seal" -- touch marker
refused 'seal.toml' "a project's debug = true asks for trust"
"$seal" trust --yes >"$T/trust" 2>&1
like "$(cat "$T/trust")" 'programs may trace each other' "... which says what it means"
run "$seal" explain -- true
like "$out" 'debug +programs may trace each other +\[.*seal.toml:2\]' "explain tells"

run "$seal" -- "$@"
like "$out" "$stops" "[SC-26] gdb stops a program, and reads it"
like "$out" 'thread 8$' "[SC-26] ... and changes it, in a thread"
run "$seal" -- $tracer
like "$err" 'write\(1, "thread' "[SC-26] strace -f follows its threads"
run "$seal" -- sh -c '
	sleep 100 & trap "kill $!" EXIT
	gdb -q -nx -batch -p $! -ex "info registers" -ex detach'
like "$out" '^(rip|pc) ' "[SC-26] gdb attaches to a program that runs"
run "$seal" -- env ASAN_OPTIONS=detect_leaks=1 ./leaky
like "$err" 'detected memory leaks' "[SC-26] LeakSanitizer finds a leak"
run "$seal" -- setarch -R true
exits 0 "[SC-17] addresses without randomness, for gdb"
run setarch -X true
exits 0 "control: outside other personalities too"
run "$seal" -- setarch -X true
[ "$status" != 0 ]
ok $? "[SC-17] memory that executes is still refused"

# Whom a tracer reaches: its own children, not the sandbox's first process, which no filter binds.
cat >reach.py <<'END'
import ctypes, errno, os, time
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
ATTACH, SEIZE, INTERRUPT, DETACH, ANY_KIND = 16, 0x4206, 0x4207, 17, 0x40000000

class Iovec(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]

def trace(request, pid):
    if libc.ptrace(request, pid, 0, 0) != 0:
        return errno.errorcode[ctypes.get_errno()]
    if request == SEIZE:
        libc.ptrace(INTERRUPT, pid, 0, 0)
    os.waitpid(pid, ANY_KIND)
    libc.ptrace(DETACH, pid, 0, 0)
    return "reached"

def peek(pid, where):
    word = ctypes.c_long()
    here, there = Iovec(ctypes.addressof(word), 8), Iovec(where, 8)
    n = libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    return "read" if n == 8 else errno.errorcode[ctypes.get_errno()]

own = ctypes.c_long(42)
child = os.fork()
if child == 0:
    time.sleep(60)
    os._exit(0)
for pid in child, 1:
    print(pid == 1, trace(ATTACH, pid), trace(SEIZE, pid), peek(pid, ctypes.addressof(own)), flush=True)
os.kill(child, 9)
for name in "mem", "environ", "fd":
    try:
        path = f"/proc/1/{name}"
        print(name, "seen", len(os.listdir(path) if name == "fd" else open(path, "rb").read(9)))
    except OSError as error:
        print(name, errno.errorcode[error.errno])
END
run "$seal" -- python3 reach.py
like "$out" '^False reached reached read$' "[SC-10] debug: a child can be traced"
like "$out" '^True EPERM EPERM EPERM$' "[SC-10] debug: the first process cannot"
like "$out" '^mem EACCES$' "[FD-07] ... nor its memory be opened"
run "$seal" -- grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status
is "$(printf '%s\n' "$out" | tr -d '\t' | tr '\n' ' ')" "NoNewPrivs:1 Seccomp:2 " "debug: the filter is there"
cp "$root/build/probe/syscall" .
run "$seal" -- sh -c 'for call in mount keyctl bpf perf_event_open pidfd_getfd kcmp userfaultfd; do
	./syscall $call; done'
is "$(printf '%s\n' "$out" | sort | uniq -c | tr -s ' ')" " 7 -1 EPERM" "... and refuses what it did"

# A tracer that puts another call in place of its child's does not get past the filter.
cat >replace.c <<'END'
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void)
{
	long r = syscall(SYS_getppid, 99);
	printf("answer %ld %d\n", r, r < 0 ? errno : 0);
	return 0;
}
END
cat >replace.py <<'END'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long] * 4
NUMBER = 15 * 8  # orig_rax in struct user
PEEKUSER, POKEUSER, TRACEME, SYSCALL = 3, 6, 0, 24
GETPPID, KEYCTL = 110, 250
child = os.fork()
if child == 0:
    libc.ptrace(TRACEME, 0, 0, 0)
    os.kill(os.getpid(), 19)
    os.execv("./replace", ["./replace"])
os.waitpid(child, 0)
libc.ptrace(SYSCALL, child, 0, 0)
while not os.WIFEXITED(os.waitpid(child, 0)[1]):
    if libc.ptrace(PEEKUSER, child, NUMBER, 0) == GETPPID:
        libc.ptrace(POKEUSER, child, NUMBER, KEYCTL)
    libc.ptrace(SYSCALL, child, 0, 0)
END
if [ "$(uname -m)" = x86_64 ] && cc -o replace replace.c; then
	run python3 replace.py
	like "$out" '^answer -1 95' "control: outside a tracer turns getppid into keyctl"
	run "$seal" -- python3 replace.py
	like "$out" '^answer -1 1$' "[SC-10] debug: a call that a tracer puts in place of another meets the filter"
fi

# --- Who may ask for it ----------------------------------------------------------------------------------

config <<'END'
[sandbox.os]
debug = false
END
run "$seal" -- "$@"
unlike "$out" "$stops" "the user's debug = false wins over a project's"
config <<'END'
[sandbox.os]
debug = true
END
rm -f seal.toml
run "$seal" -- "$@"
like "$out" "$stops" "the user's own debug = true does for all projects"

done_testing
