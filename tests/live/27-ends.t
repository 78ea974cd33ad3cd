#!/bin/sh
# The end of a run: when seal-exec returns, nothing that it started is alive, however it tried to
# stay; and the terminal is as it was.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- Processes --------------------------------------------------------------------------------------

# What outlives its command outside: each way that there is.
cat >stay.py <<'END'
import ctypes, os, signal, sys, time
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
prctl = ctypes.CDLL(None).prctl
prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
ready = os.pipe()
for depth in range(3):
    if os.fork():
        os.read(ready[0], 1)
        sys.exit(7)
    os.setsid()
    prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
for number in set(range(1, 65)) - {signal.SIGKILL, signal.SIGSTOP, 32, 33}:
    signal.signal(number, signal.SIG_IGN)
# Each who has ended lets its parent read; the last one stays.
os.write(ready[1], b"xyz")
time.sleep(1000)
END
run python3 "$live/left.py" 0 python3 stay.py
exits 98 "control: outside a process that ignores all signals stays"
run python3 "$live/left.py" 0 "$seal" -- python3 stay.py
exits 7 "[PR-14] inside it is dead when seal-exec returns"

cat >many.sh <<'END'
i=0
while [ $i -lt 20 ]; do
	"$seal" -- sh -c '(setsid nohup sleep 1000 >/dev/null 2>&1 &) ; exit 7'
	[ $? = 7 ] || echo "run $i: not 7"
	[ "$(ps -o pid= --ppid $PPID | wc -l)" = 1 ] || ps -o pid,args --ppid $PPID
	i=$((i + 1))
done
END
export seal
# A process whose parent is gone becomes left.py's child, and is listed there.
run python3 "$live/left.py" 0 sh many.sh
is "$status/$out$err" 0/ "[PR-02] a daemon of two forks, 20 times: dead when seal-exec returns"
cat >control.sh <<'END'
sh -c '(setsid nohup sleep 1000 >/dev/null 2>&1 &) ; exit 7'
ps -o args= --ppid $PPID
END
run python3 "$live/left.py" 0 sh control.sh
like "$status $out" 'sleep 1000' "control: outside it is seen there"

# The keeper of a run without a network goes with it, too.
run python3 "$live/left.py" 0 "$seal" -- true
exits 0 "nothing is left of a run whose command left nothing"
run python3 "$live/left.py" 0 "$seal" -- ./missing
exits 127 "... nor of one whose command is missing"
run python3 "$live/left.py" 0 timeout -s KILL 30 "$seal" -m ./missing.toml -- true
exits 125 "... nor of one that is refused"

done_testing
