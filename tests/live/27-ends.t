#!/bin/sh
# The end of a run: when seal-exec returns, nothing that it started is alive, however it tried to
# stay; and the terminal is as it was.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2046
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

# --- The terminal -----------------------------------------------------------------------------------

cat >modes.sh <<'END'
before=$(stty -g)
"$@"
code=$?
[ "$before" = "$(stty -g)" ] && echo "same $code." || echo "other $code."
END
cat >spoil.sh <<'END'
exec 3<>/dev/tty
stty raw -echo intr ^P <&3
printf '\033[?1000h\033[?2004h' >&3
[ "$1" = end ] || kill -KILL $$
END
talk 0 "control: outside, a command that is killed leaves the terminal as it was then" \
	sh modes.sh sh spoil.sh <<'END'
expect other 137\.
END
talk 0 "[TT-03] the terminal's settings are what they were when a command is killed" \
	sh modes.sh "$seal" -- sh spoil.sh <<'END'
expect same 137\.
END
talk 0 "[TT-03] ... and when it ends" sh modes.sh "$seal" -- sh spoil.sh end <<'END'
expect same 0\.
END
talk 0 "[TT-03] ... with a terminal that is none of its standard files" \
	sh modes.sh sh -c '"$seal" -- sh spoil.sh </dev/null >/dev/null 2>&1' <<'END'
expect same 137\.
END
cat >keeper.sh <<'END'
"$seal" -q -- sh -c 'sh spoil.sh end; : >ready; sleep 1000' &
wrapper=$!
until [ -e ready ]; do sleep 0.01; done
for pid in $(cat "/proc/$wrapper/task/$wrapper/children"); do
	[ "$(cat "/proc/$pid/comm")" = bwrap ] || kill -KILL "$pid"
done
wait "$wrapper"
END
rm -f ready
talk 0 "[TT-03] ... when the keeper is killed" sh modes.sh sh keeper.sh <<'END'
expect same 125\.
END
talk 0 "a program beside it in the pipeline keeps the settings that it has made" sh -c '
	"$seal" -- sh -c "until [ -e beside ]; do sleep 0.01; done; echo over" |
		{ stty -echo </dev/tty; : >beside; cat; stty -a </dev/tty | grep -o -e "-echo "; }' <<'END'
expect over
expect -echo
END

# What a terminal answers to a command comes as if it were typed: \033[c asks what it is.
cat >ask.sh <<'END'
stty -echo </dev/tty
: >asks
until [ -e answered ]; do sleep 0.01; done
END
for word in "$seal --" ""; do
	rm -f asks answered marker
	talk 0 "${word:+[TT-01] }an answer of the terminal's${word:+, and the shell behind}" \
		bash --norc --noprofile -c "$word sh ask.sh; stty echo; echo now; read -t 1 line; eval \"\$line\"; echo over" <<'END'
file asks
send touch marker\r
touch answered
expect now
expect over
END
	if [ "$word" ]; then
		[ ! -e marker ]
		ok $? "[TT-01] ... does not read it"
	else
		[ -e marker ]
		ok $? "control: outside it does"
	fi
done

# A job in the background leaves the terminal to whoever has it.
cat >later.sh <<'END'
: >ready
until [ -e end ]; do sleep 0.01; done
END
rm -f ready end gone
talk 0 "a run that ends in the background takes nothing from the shell" bash --norc --noprofile -i <<'END'
expect \$
send ("$seal" -- sh later.sh; : >gone)\r
file ready
send \x1a
expect Stopped
expect \$
send bg\r
expect \$
send echo $((40
touch end
file gone
send  + 2)).\r
expect 42\.
send exit 0\r
END

# --- The flags of the standard files ----------------------------------------------------------------

cat >flags.py <<'END'
import fcntl, os, sys
bits = os.O_APPEND | os.O_NONBLOCK
for fd in range(3):
    flags = fcntl.fcntl(fd, fcntl.F_GETFL)
    if sys.argv[1] == "turn":
        fcntl.fcntl(fd, fcntl.F_SETFL, flags ^ bits)
    else:
        with open(sys.argv[1], "a", encoding="ascii") as f:
            f.write(f"{flags & bits} ")
END
cat >flags.sh <<'END'
rm -f flags
python3 flags.py flags
"$@" python3 flags.py turn
python3 flags.py flags
END
touch a b c
run bash -c 'bash flags.sh "$1" -q -- <>a >>b 2<>c' bash "$seal"
set -- $(cat flags)
is "$#/$1 $2 $3" "6/$4 $5 $6" "[FD-06] the flags of the standard files are given back: $*"
bash -c 'bash flags.sh env <>a >>b 2<>c'
set -- $(cat flags)
[ "$1 $2 $3" != "$4 $5 $6" ]
ok $? "control: outside they are not: $*"
talk 0 "[FD-06] ... of a terminal, too" bash -c 'bash flags.sh "$seal" -q --; echo over' <<'END'
expect over
END
set -- $(cat flags)
is "$#/$1 $2 $3" "6/$4 $5 $6" "[FD-06] ... are what they were: $*"

done_testing
