#!/bin/bash
# limit: 150
# Processes and the terminal: what a command does to the terminal of its caller, how it is scheduled;
# starts in the middle of a storm; times and languages. 23-signals.t and 24-kill.t have the rest.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2086
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- Nothing is typed into the caller's terminal --------------------------------------------------------------

cat >push.py <<'END'
import ctypes, fcntl, os
libc = ctypes.CDLL(None, use_errno=True)
answers = set()
for path in "/dev/stdin", "/dev/tty", "/proc/self/fd/1":
    fd = os.open(path, os.O_RDWR)
    for request in 0x5412, 0xffffffff00005412, 0x100005412:
        for letter in b"touch marker\n":
            done = libc.ioctl(fd, ctypes.c_ulong(request), ctypes.byref(ctypes.c_char(letter)))
            answers.add("typed" if done == 0 else os.strerror(ctypes.get_errno()))
print("answers", sorted(answers), flush=True)
END
export PS1='<$?> '
talk 0 "[TT-01] [SC-01] a command types nothing: the shell gets no line" bash --norc --noprofile -i <<END
expect <0>
send "$seal" -- python3 push.py\r
expect answers ..Operation not permitted..
expect <0>
send read -t 1 line; echo "line: \$line."\r
expect line: \.
send exit 0\r
END
[ ! -e marker ]
ok $? "[TT-01] ... and no command of it runs"
if [ "$(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1)" = 1 ]; then
	talk 0 "control: outside the shell gets it" bash --norc --noprofile -i <<'END'
expect <0>
send python3 push.py\r
expect answers ..typed
file marker
send exit 0\r
END
	rm -f marker
fi

# --- The terminal after the end ------------------------------------------------------------------------------------

talk 0 "[TT-06] who reads the terminal in the background is gone with the command" bash --norc --noprofile -i <<END
expect <0>
send "$seal" -- sh -c '(trap "" TTIN HUP TERM; cat </dev/tty >stolen; echo over >>stolen) & sleep 0.2'\r
expect <0>
send echo mine > kept; echo "\$((40 + 2))."\r
expect 42\.
send exit 0\r
END
is "$(cat kept)/$(cat stolen)" mine/ "[TT-06] ... and stole nothing"
is "$(pgrep -f 'cat </dev/tty' -u "$(id -u)" | wc -l)" 0 "... and is no more"

# --- With a terminal and without ---------------------------------------------------------------------------------------

cat >policy.sh <<'END'
exec 2>/dev/null
# bwrap shows the terminal as /dev/console too, where there is one.
cut -d' ' -f5,6 /proc/self/mountinfo | grep -v '^/dev/console ' | sort
grep -E '^(Seccomp|NoNewPrivs|Cap.*):' /proc/self/status
ls -1 /dev "$HOME" /run /tmp | grep -vx console; ls "$HOME/.ssh" || echo "no keys"
cat ../canary/secret || echo "no canary"
ls -l /proc/self/fd | wc -l
END
run "$seal" -- sh policy.sh
is "$status/$err" 0/ "[TT-07] without a terminal a run starts, and asks nothing"
like "$out" '^no canary$' "control: the policy was looked at"
printf '%s\n' "$out" | sed '/^$/d' >"$T/without"
talk 0 "[TT-07] ... and on one" "$seal" -- sh policy.sh <<'END'
expect no canary
END
is "$(diff "$T/without" <(tr -d '\r' <"$T/out" | sed '/^$/d'))" "" "[TT-07] the policy is the same"
run bash -c 'ps -o sid= -p $$; exec "$1" -- python3 -c "import os; print(os.getsid(0) != os.getpid())"' bash "$seal"
is "$(printf '%s\n' "$out" | tail -n 1)" True "[TT-07] no session is begun for the command"
is "$(echo word | timeout 20 "$seal" -- cat | cat)" word "[TT-07] pipes are pipes"

# Programs that draw the whole screen: they set the terminal's mode and give it back.
cat >screen.py <<'END'
import curses, sys
def draw(screen):
    screen.addstr(2, 2, "screen of %dx%d" % screen.getmaxyx())
    screen.refresh()
    screen.timeout(100)  # a signal just before a read that waits would be seen at the next key
    while (key := screen.getch()) != ord("q"):
        if key != -1:
            screen.addstr(4, 2, "key %d " % key)
            screen.refresh()
curses.wrapper(draw)
print("left")
END
talk 0 "[TT-08] a full-screen program draws, reads keys, hears of the window's size and leaves" \
	env TERM=xterm "$seal" -- python3 screen.py <<'END'
expect screen of 24x80
mode keys
send a
expect key 97
size 30 90
expect key 410
send q
expect left
END
seq 1000 >program.txt
talk 0 "[TT-08] less turns pages" env TERM=xterm LESS= "$seal" -- less program.txt <<'END'
expect 20
mode keys
send G
expect 1000
send q
END

# --- How it is scheduled ----------------------------------------------------------------------------------------------------

cat >sched.py <<'END'
import ctypes, errno, os, resource
def told(what, *args):
    try:
        return str(what(*args))
    except OSError as e:
        return errno.errorcode[e.errno]
p = os.sched_param(99)
print("fifo", told(os.sched_setscheduler, 0, os.SCHED_FIFO, p))
print("rr", told(os.sched_setscheduler, 0, os.SCHED_RR, p))
libc = ctypes.CDLL(None, use_errno=True)
attr = (ctypes.c_uint64 * 6)(48 | 6 << 32, 0, 0, 10000000, 20000000, 20000000)
nr = 314 if os.uname().machine == "x86_64" else 274
print("deadline", errno.errorcode.get(ctypes.get_errno()) if libc.syscall(nr, 0, attr, 0) else 0)
now = os.getpriority(os.PRIO_PROCESS, 0)
print("nice", told(os.setpriority, os.PRIO_PROCESS, 0, now - 5))
io = 251 if os.uname().machine == "x86_64" else 30
print("ionice", errno.errorcode.get(ctypes.get_errno()) if libc.syscall(io, 1, 0, 1 << 13) else 0)
for name in "RTPRIO", "NICE", "MEMLOCK":
    kind = getattr(resource, "RLIMIT_" + name)
    soft, hard = resource.getrlimit(kind)
    try:
        resource.setrlimit(kind, (hard + 1, hard + 1))
        print("limit", name, "raised")
    except (OSError, ValueError, OverflowError):
        print("limit", name, "kept")
os.setpriority(os.PRIO_PROCESS, 0, now + 3)
print("nicer", os.getpriority(os.PRIO_PROCESS, 0) - now, len(os.sched_getaffinity(0)) > 0)
END
run "$seal" -- python3 sched.py
is "$(printf '%s\n' "$out" | head -n 3 | cut -d' ' -f2 | sort -u)" EPERM "[PR-15] no real-time classes"
like "$out" '^nice (EPERM|EACCES)$' "[PR-15] no better priority"
like "$out" '^ionice EPERM$' "[PR-15] nor for disks"
unlike "$out" raised "[PR-15] no limit above the user's"
like "$out" '^nicer 3 True$' "control: a worse priority, and asking"

# --- A storm in the tree while runs start ------------------------------------------------------------------------------------

mkdir -p tree/sub tree/deep/er held
echo LOCKED >tree/sub/file
echo kept >held/file
manifest <<END
[sandbox.os]
read = ["$T/proj/tree/sub"]
deny = ["tree/deep/er"]
protect = ["held"]
END
cat >"$T/storm.py" <<'END'
import ctypes, os, sys, threading
libc = ctypes.CDLL(None)
proj, canary, end = sys.argv[1:4]
tree = os.open(proj + "/tree", os.O_RDONLY)
AT, EXCHANGE = -100, 2
os.symlink(canary, proj + "/tree/away")
def swap():
    a, b = (proj + "/tree/sub").encode(), (proj + "/tree/away").encode()
    while not os.path.exists(end):
        libc.syscall(316 if os.uname().machine == "x86_64" else 276, AT, a, AT, b, EXCHANGE)
def churn():
    while not os.path.exists(end):
        for n in range(20):
            try:
                os.mkdir(f"{proj}/tree/d{n}"); os.rename(f"{proj}/tree/d{n}", f"{proj}/tree/e{n}")
                os.rmdir(f"{proj}/tree/e{n}")
            except OSError:
                pass
def move():
    while not os.path.exists(end):
        for a, b in ("deep", "shallow"), ("shallow", "deep"):
            try:
                os.rename(f"{proj}/tree/{a}", f"{proj}/tree/{b}")
            except OSError:
                pass
threads = [threading.Thread(target=f) for f in (swap, churn, move)]
[t.start() for t in threads]
open(end + ".begun", "w").close()
[t.join() for t in threads]
END
find "$T/canary" | sort >"$T/canary-before"
python3 "$T/storm.py" "$T/proj" "$T/canary" "$T/calm" &
storm=$!
holds -e "$T/calm.begun"
started=0 refusals=0 odd=
for _ in $(seq 40); do
	rm -f marker
	run "$seal" -q -- sh -c 'touch marker; cat tree/sub/secret tree/away/secret; echo x >held/file; echo x >seal.toml
		echo x >tree/sub/new; echo x >tree/away/new'
	case $status in
	125)
		refusals=$((refusals + 1))
		[ ! -e marker ] && [ -n "$err" ] || odd="$odd marker"
		;;
	*)
		started=$((started + 1))
		[ -e marker ] || odd="$odd no-marker($status)"
		;;
	esac
	case $out in *"secret of"*) odd="$odd secret" ;; esac
done
: >"$T/calm"
wait $storm
is "$odd" "" "[NE-04] each of 40 starts in a storm is right or refused ($started started, $refusals refused)"
is "$(find "$T/canary" | sort | diff - "$T/canary-before")" "" "[NE-04] ... nothing came to be outside"
is "$(cat held/file)/$(grep -c sandbox seal.toml)/$(cat "$T/canary/secret")" "kept/1/secret of $T" \
	"[NE-04] ... and what is protected is as it was"
[ $started -gt 0 ]
ok $? "control: some start"
rm -rf tree held
rm -f seal.toml

# --- Times and languages ---------------------------------------------------------------------------------------------------------

for words in LC_ALL=tr_TR.UTF-8 LC_ALL=C LANG=ja_JP.SJIS LC_ALL="../../canary/secret" TZ=:"$T/canary/secret" \
	TZ=UTC+167 TZ="$(head -c 3000 /dev/zero | tr '\0' A)"; do
	run env "$words" "$seal" -- sh -c 'echo "$HOME"; touch marker'
	is "$status/$out" "0/$HOME" "[NE-05] a run under $(printf %.30s "$words")"
done
# A name is lower-cased as ASCII, whatever the language says of I: a rule and a request alike.
manifest <<'END'
[sandbox.os.network]
domains = ["GITHUB.IO.EXAMPLE", "*.INSTITUTE.EXAMPLE"]
END
for words in LC_ALL=C LC_ALL=tr_TR.UTF-8 LC_ALL=az_AZ.UTF-8 LANG=tr_TR; do
	run env "$words" "$seal" explain --json -- true
	printf '%s\n' "$out" | python3 -c 'import json, sys
print(sorted(d["host"] for d in json.load(sys.stdin)["domains"]))'
done >"$T/hosts"
is "$(sort -u "$T/hosts")" "['*.institute.example', 'github.io.example']" \
	"[NE-05] names are folded as ASCII in every language"
is "$(wc -l <"$T/hosts")" 4 "control: four languages"
rm -f seal.toml
touch -d '1970-01-01 00:00:01' "$T/home" && touch -d '2107-01-01' "$T/proj"
run "$seal" -- touch marker
starts "[NE-05] folders of 1970 and 2107"

# --- Processes are held by descriptor -----------------------------------------------------------------------------------------------

cat >"$T/term.sh" <<'END'
"$1" -- sh -c 'trap "exit 7" TERM; : >ready; while :; do sleep 0.05; done' &
pid=$!
until [ -e ready ]; do sleep 0.02; done
kill -TERM $pid
wait $pid
END
rm -f ready
run strace -f -qq -o "$T/trace" -e trace=kill,tkill,tgkill,pidfd_open,pidfd_send_signal,process,wait4,waitid \
	"$seal" -- true
exits 0 "control: a run under strace"
like "$(cat "$T/trace")" 'pidfd_open\(|CLONE_PIDFD|waitid\(P_PIDFD' "[NE-06] processes are held by pidfd"
# A number is another process's once it has been waited for: who signals one has made that process,
# and has not waited for it yet.
is "$(awk '
	/ (clone|vfork|clone3|fork)/ && $NF ~ /^[0-9]+$/ { child[$1 " " $NF] = 1 }
	/wait4.* = [0-9]+$/ { delete child[$1 " " $NF] }
	/(^| )(kill|tkill|tgkill)\([1-9]/ {
		match($0, /\([0-9]+/)
		if (!(($1 " " substr($0, RSTART + 1, RLENGTH - 1)) in child))
			print
	}' "$T/trace")" "" "[NE-06] no number is signalled that could be another's"
run sh "$T/term.sh" "$seal"
is "$status" 7 "control: a signal is passed on"
# What the source says: a number is signalled only where the process is not reaped yet.
is "$(grep -rnE '[^a-z_>.]kill\(' "$root/wrapper" --include='*.c' | grep -vE 'not reaped yet|kill\([^)]*, 0\)' |
	grep -cvE '(launch_linux|spawn_linux)\.c')" 0 "[NE-06] only the parent of a process signals it by its number"

done_testing
