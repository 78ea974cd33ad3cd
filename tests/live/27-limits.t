#!/bin/sh
# limit: 110
# [sandbox.os.limits]: what a run may take of the machine. Each limit has a control: the same
# command takes more without it. Wherever a cgroup is delegated it holds memory and processes;
# where not, resource limits do; what is asserted here is the same for both.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005,SC3045
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

cp "$root/build/probe/greedy" ./greedy || exit 1
EAGAIN=11 ENOMEM=12 EMFILE=24

holder()
{
	timeout 30 "$seal" explain --json -- true </dev/null 2>"$T/err" | python3 -c '
import json, sys
print([l["holder"] for l in json.load(sys.stdin)["limits"] if l["name"] == sys.argv[1]][0])' "$1"
}

# --- Processes ----------------------------------------------------------------------------------

run "$seal" -- ./greedy processes 400
is "$out" "400 0" "control: without a limit 400 processes start"
manifest <<'END'
sandbox.os.limits.processes = 256
END
run "$seal" -- ./greedy processes 400
is "$out" "255 $EAGAIN" "[PR-06] with processes = 256 the command and 255 more, then EAGAIN"
run "$seal" -- ./greedy threads 400
is "$out" "255 $EAGAIN" "[PR-06] threads count like processes"
run "$seal" -- sh -c './greedy processes 400; ./greedy processes 400'
is "$out" "254 $EAGAIN
254 $EAGAIN" "[PR-06] what has ended does not count"

# A bomb that stays full until it is told to end: outside, meanwhile, everything goes on.
# Its 1,110 processes are what a build without limits can bear.
cat >bomb.py <<'END'
import errno, os, time
def bomb(depth):
    left = 10
    while left and depth < 3:
        try:
            if os.fork() == 0:
                bomb(depth + 1)
            left -= 1
        except OSError:
            time.sleep(0.01)
    time.sleep(60)
if os.fork() == 0:
    bomb(0)
deadline, said = time.monotonic() + 20, "never"
while said == "never" and time.monotonic() < deadline:
    try:
        if os.fork() == 0:
            os._exit(0)
        os.wait()
    except OSError as e:
        said = errno.errorcode[e.errno]
with open("full", "w") as full:
    print(said, file=full)
open("go").read()
END
mkfifo full go
timeout 60 "$seal" -- python3 bomb.py >"$T/bomb" 2>&1 &
bomb=$!
is "$(timeout 40 cat full)" EAGAIN "[PR-06] a fork bomb is full"
run ./greedy processes 300
is "$out" "300 0" "[PR-06] ... and the host can still fork"
run "$seal" -- ./greedy processes 100
is "$out" "100 0" "[PR-06] ... and so can another run"
timeout 10 sh -c 'echo >go'
wait "$bomb"
is $? 0 "[PR-06] ... and the run with the bomb ends"
rm -f full go

# --- Memory -------------------------------------------------------------------------------------

rm seal.toml
run "$seal" -- ./greedy memory 700
is "$out" "700 0" "control: without a limit 700 MiB are had"
manifest <<'END'
sandbox.os.limits.memory = "512M"
END
run "$seal" -- ./greedy memory 2048
if [ "$(holder memory)" = cgroup ]; then
	is "$status$out" 137 "[PR-07] 2 GiB with memory = 512M: killed"
else
	like "$out" "^(4[89][0-9]|50[0-9]|51[01]) $ENOMEM\$" \
		"[PR-07] 2 GiB with memory = 512M: ENOMEM before 512 MiB"
fi
run "$seal" -- ./greedy memory 400
is "$out" "400 0" "[PR-07] 400 MiB are had"
run "$seal" -- python3 -c 'b = bytearray(2 << 30); print(len(b))'
unlike "$out" 2147483648 "[PR-07] nor does python get 2 GiB"

# --- Private folders are memory too -------------------------------------------------------------

manifest <<'END'
sandbox.os.limits.memory = "64M"
END
for folder in /tmp /var/tmp /dev/shm "$HOME" /run; do
	run "$seal" -- sh -c 'head -c 48M /dev/zero >"$1/x"; wc -c <"$1/x"' sh "$folder"
	like "$err" 'No space left on device' "[FS-38] $folder is full before 48 MiB"
	[ "${out:-99999999}" -le $((32 * 1024 * 1024)) ] 2>/dev/null
	ok $? "[FS-38] ... and holds 32 MiB at most ($out)"
done
manifest <<'END'
sandbox.os.limits.memory = "512M"
END
run "$seal" -- sh -c 'head -c 48M /dev/zero >/tmp/x; wc -c </tmp/x'
is "$out" 50331648 "control: with more memory 48 MiB fit"
run "$seal" -- sh -c 'df -k --output=size /tmp /var/tmp /dev/shm "$HOME" | tail -n +2 | sort -u'
is "$(echo $out)" 262144 "[FS-38] each of them ends at half of the memory"
rm seal.toml
run "$seal" -- sh -c 'df -k --output=size /tmp /var/tmp /dev/shm "$HOME" | tail -n +2 | sort -u'
is "$(echo $out)" 1048576 "[FS-38] and without a limit at 1 GiB"

# --- Open files ---------------------------------------------------------------------------------

most=$(ulimit -Hn)
run "$seal" -- ./greedy limits
like "$out" "^nofile [0-9]+ $most\$" "control: without a limit it is the caller's ($most)"
manifest <<'END'
sandbox.os.limits.open_files = 64
END
run "$seal" -- ./greedy files 100000
is "$out" "61 $EMFILE" "[PR-07] 100,000 files with open_files = 64: EMFILE at 64"
(ulimit -n 50 && "$seal" -- ./greedy files 100000) >"$T/out" 2>&1
is "$(cat "$T/out")" "47 $EMFILE" "what the caller has is never raised"
manifest <<'END'
sandbox.os.limits.open_files = 100000000
END
run "$seal" -- ./greedy limits
like "$out" "^nofile [0-9]+ $most\$" "... neither the hard limit"

# --- What the kernel counts by user: no promise (SECURITY.md), but an end -------------------------

rm seal.toml
cat >watch.py <<'END'
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
n = 0
while n < 100000 and libc.inotify_init1(0) >= 0:
    n += 1
print(n, errno.errorcode[ctypes.get_errno()])
END
most=$(cat /proc/sys/fs/inotify/max_user_instances)
run "$seal" -- python3 watch.py
count=${out% *}
[ "${out#* }" = EMFILE ] && [ "$count" -le "$most" ]
ok $? "[PR-07] watchers of files end at the user's own number ($out, $most)"
run python3 watch.py
[ "${out% *}" -gt 0 ]
ok $? "[PR-07] ... and are there again when the run has ended ($out)"

# --- Core files ---------------------------------------------------------------------------------

rm seal.toml
pattern=$(cat /proc/sys/kernel/core_pattern)
cores() { find . -name '*core*' ! -path './.git/*' | wc -l; }
ulimit -S -c unlimited 2>/dev/null || ulimit -S -c "$(ulimit -H -c)"
if [ "$(ulimit -S -c)" != 0 ] && [ "${pattern#[/|]}" = "$pattern" ]; then
	(exec ./greedy crash) >/dev/null 2>&1
	is "$(cores)" 1 "control: outside a crash leaves a core file"
	find . -name '*core*' ! -path './.git/*' -delete
fi
run "$seal" -- ./greedy crash
is "$status" 134 "the command crashes"
is "$(cores)" 0 "[PR-08] and leaves no core file in the project"
run "$seal" -- ./greedy limits
like "$out" '^core 0 0$' "[PR-08] RLIMIT_CORE is 0, soft and hard"
run "$seal" -- sh -c 'ulimit -c unlimited'
[ "$status" != 0 ]
ok $? "[PR-08] and cannot be raised inside"

# --- For good -----------------------------------------------------------------------------------

manifest <<'END'
[sandbox.os.limits]
memory = "512M"
processes = 100
open_files = 200
END
run "$seal" -- ./greedy limits
like "$out" '^nofile 200 200$' "soft and hard limit"
run "$seal" -- ./greedy raise
is "$(echo "$out" | wc -l)" 4 "four are tried"
unlike "$out" ' 0$' "[PR-07] no hard limit can be raised again"
run ./greedy limits
like "$out" '^data -1 -1$' "control: outside nothing is limited"

# --- Who says so, and who holds it --------------------------------------------------------------

config <<'END'
sandbox.os.limits.processes = 20
END
run "$seal" -- ./greedy processes 400
is "$out" "19 $EAGAIN" "the user's file is a ceiling"
rm seal.toml
run "$seal" -- ./greedy processes 400
is "$out" "19 $EAGAIN" "... and the default"
manifest <<'END'
sandbox.os.limits.processes = 10
END
run "$seal" -- ./greedy processes 400
is "$out" "9 $EAGAIN" "a project narrows it"
run "$seal" explain -- true
like "$out" '^  processes +10 by (cgroup|rlimit) +\[.*/seal.toml:1\]' "explain: who says so, and who holds it"
like "$out" '^ +processes and threads of the run together' "... and how it is counted"
run "$seal" -v -- true
like "$err" '^seal-exec: limit processes = 10 by (cgroup|rlimit): ' "-v says it too"
run "$seal" trust
unlike "$out" 'processes|limit' "a limit grants nothing: trust is not asked for it"

manifest <<'END'
sandbox.os.limits.memory = "2 GB"
END
run "$seal" -- touch marker
refused "seal.toml:1:28: sandbox.os.limits.memory: '2 GB' is no number of bytes" "a size that is none"
manifest <<'END'
sandbox.os.limits.processes = 0
END
run "$seal" -- touch marker
refused 'seal.toml:1:31: .*processes: 0 is not a positive number' "no process at all"

done_testing
