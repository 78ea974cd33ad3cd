#!/bin/bash
# limit: 180
# Signals, the terminal, and the end: what the caller does to the wrapper happens to the command,
# once, and when one part of a run ends, all of it ends.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- A signal to the wrapper's pid ------------------------------------------------------------------

# Writes what it gets, a line each; ends with 70 + their number when the file "done" is there.
cat >count.sh <<'END'
got=0
for s in TERM HUP INT QUIT USR1 USR2; do
	trap "got=\$((got + 1)); echo $s >>signals" $s
done
: >ready
until [ -e done ]; do sleep 0.01; done
exit $((70 + got))
END

# Job control, so that the shell does not start background commands with SIGINT ignored.
set -m
for signal in TERM HUP INT QUIT USR1 USR2; do
	last=USR2
	[ $signal != USR2 ] || last=USR1
	rm -f ready signals "done"
	"$seal" -- sh count.sh >"$T/out" 2>"$T/err" &
	pid=$!
	# The wrapper passes signals on in their order: a second one of the first kind would have
	# come before the last kind does.
	holds -e ready && kill -$signal "$pid" && holds -s signals && kill -$last "$pid" &&
		until grep -qs $last signals; do sleep 0.01; done
	: >"done"
	wait "$pid"
	is "$?/$(echo $(cat signals))" "72/$signal $last" "[PR-10] SIG$signal reaches the command once"
done

rm -f ready "done"
"$seal" -- sh -c 'trap : TERM; : >ready; while :; do sleep 0.01; [ ! -e done ] || exit 5; done' &
pid=$!
holds -e ready && kill -TERM "$pid" && kill -TERM "$pid" && : >"done"
wait "$pid"
is $? 5 "[PR-10] a command that survives SIGTERM ends as it likes"
rm -f ready "done"
"$seal" -- sh -c ': >ready; exec sleep 1000' &
pid=$!
holds -e ready && kill -TERM "$pid"
wait "$pid"
is $? 143 "[PR-10] one that does not is 143"
# A signal to the whole group (kill %1, timeout) reaches command and wrapper: the command may be gone
# when the wrapper passes it on.
codes=
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	rm -f ready
	"$seal" -- sh -c ': >ready; exec sleep 1000' &
	pid=$!
	holds -e ready && kill -TERM -- "-$pid"
	wait "$pid"
	codes="$codes $?"
done
is "$(printf '%s\n' $codes | sort -u)" 143 "SIGTERM of the whole process group is 143, 20 times"
set +m

# What the caller ignores stays ignored, and nothing else is.
run sh -c "trap '' HUP TERM; exec \"\$1\" -- sh -c 'kill -HUP \$\$; kill -TERM \$\$; echo alive'" \
	sh "$seal"
is "$out" alive "signals that the caller ignores are ignored inside"
run nohup "$seal" -- sh -c 'kill -HUP $$; echo alive'
is "$out" alive "nohup"
run "$seal" -- sh -c 'kill -HUP $$; echo alive'
is "$status/$out" 129/ "control: without it SIGHUP ends the command"
run grep -E '^Sig(Blk|Ign):' /proc/self/status
want=$out
run "$seal" -- grep -E '^Sig(Blk|Ign):' /proc/self/status
is "$out" "$want" "blocked and ignored are what the caller had"

# --- What is left -----------------------------------------------------------------------------------

run python3 "$live/left.py" 1 sh -c 'setsid sleep 1000 & exit 3'
exits 98 "control: a daemon outside is left behind"
run python3 "$live/left.py" 1 "$seal" -- sh -c '
	setsid sleep 1000 & nohup sleep 1001 >/dev/null 2>&1 & (trap "" TERM HUP; sleep 1002) & exit 3'
exits 3 "[PR-02] [CC-07] daemons inside are gone within a second of the command's end"

# A run whose command has said that it is there; then $1 is done, which has the pids of its parts.
cat >parts.sh <<'END'
below() { grep -l "^PPid:[[:space:]]*$1\$" /proc/[0-9]*/status 2>/dev/null | tr -dc '0-9\n'; }
"$seal" -q -- sh -c 'sleep 1000 & sleep 1001 & : >ready; wait' &
wrapper=$!
until [ -e ready ]; do sleep 0.01; done
for pid in $(below "$wrapper"); do
	case $(cat "/proc/$pid/comm") in
	bwrap) bwrap=$pid ;;
	*) keeper=$pid ;;
	esac
done
init=$(below "$bwrap")
command=$(below "$init")
eval "$1"
wait "$wrapper"
echo "status $?"
END
export seal
# parts SCRIPT STATUS NAME: STATUS of the wrapper, and nothing is left within 5 seconds.
parts()
{
	rm -f ready
	run python3 "$live/left.py" 5 sh parts.sh "$1"
	[ "$status" = 0 ] && printf '%s\n' "$out" | grep -Eqx "status ($2)"
	ok $? "$3: $out"
}
parts 'kill -KILL $command' 137 "SIGKILL of the command"
parts 'kill -KILL $wrapper' 137 "SIGKILL of the wrapper ends everything"
parts 'kill -KILL $bwrap' '125|137' "[PR-04] SIGKILL of bwrap"
parts 'kill -KILL $init' '125|137' "[PR-04] SIGKILL of the sandbox's init"
parts 'kill -KILL $keeper' '125|137' "[PR-04] SIGKILL of the keeper"
like "$err" keeper "... of which the wrapper tells"
parts 'kill -KILL $keeper; kill -KILL $wrapper' 137 "SIGKILL of the keeper, then of the wrapper"
parts 'kill -STOP $wrapper; kill -KILL $wrapper' 137 "SIGKILL of a stopped wrapper"
parts 'kill -STOP $bwrap $command; kill -KILL $wrapper' 137 "... of one whose command is stopped"
parts 'kill -TERM $wrapper' 143 "SIGTERM of the wrapper"

# --- The terminal -----------------------------------------------------------------------------------

talk 97 "control: a dialogue that does not hold fails" echo said <<'END'
never said
expect said
never said
END
talk 0 "the terminal is a terminal inside" "$seal" -- sh -c \
	'test -t 0 && test -t 1 && test -t 2 && echo tty >/dev/tty && stty size </dev/tty' <<'END'
expect tty
expect 24 80
END
talk 0 "... and can be opened as /dev/stderr" "$seal" -- sh -c 'echo opened >/dev/stderr' <<'END'
expect opened
END

# Ctrl-C goes to the whole foreground: the command has it from the terminal, and must not have it
# from the wrapper once more.
sed 's/^until.*/until grep -qs USR1 signals; do sleep 0.01; done/' count.sh >until-usr1.sh
for key in 'INT x03' 'QUIT x1c'; do
	rm -f ready signals
	talk 72 "[PR-10] ${key% *} of the keyboard reaches the command" "$seal" -- sh until-usr1.sh <<END
file ready
send \\${key#* }
line ${key% *} signals
signal USR1
END
	is "$(echo $(cat signals))" "${key% *} USR1" "... once"
done
rm -f ready
talk 130 "[PR-10] Ctrl-C ends a command that takes no care, with 130" "$seal" -- sh -c ': >ready; exec sleep 1000' <<'END'
file ready
send \x03
END

cat >winch.sh <<'END'
trap 'stty size </dev/tty' WINCH
: >ready
until [ -e done ]; do sleep 0.01; done
END
rm -f ready "done"
talk 143 "[PR-11] a new window size reaches the command" "$seal" -- sh winch.sh <<'END'
file ready
size 50 132
expect 50 132
size 40 100
expect 40 100
signal TERM
END

# An interactive bash is the user's shell here. Its prompt is "<N>", N the last exit code.
export PS1='<$?> '
rm -f ready
cat >stop.sh <<'END'
: >ready
trap 'echo continued' CONT
i=0
while [ ! -e done ]; do sleep 0.01; done
exit 7
END
talk 0 "[PR-11] [TT-08] Ctrl-Z stops a run, fg continues it, and its code is its own" bash --norc --noprofile -i <<'END'
expect <0>
send "$seal" -- sh stop.sh\r
file ready
send \x1a
expect Stopped
expect <148>
send jobs\r
expect Stopped
expect <0>
send fg\r
expect continued
send \x1a
expect Stopped
expect <148>
send bg; : >done; fg\r
expect <7>
send exit 0\r
END
# A stopped command is waited for, not typed at: Ctrl-Z flushes what was typed and not read. It is
# no shell: where dash makes a process it uses vfork, and a child that is stopped before its exec
# holds a parent that then does not stop.
cat >job.py <<'END'
import signal, time
signal.signal(signal.SIGINT, signal.SIG_DFL)
signal.signal(signal.SIGCONT, lambda *_: open("again", "w"))
open("ready", "w")
while True:
    time.sleep(0.05)
END
rm -f ready again
talk 9 "[TT-08] an interactive bash inside has job control" "$seal" -- bash --norc --noprofile -i <<'END'
expect bash-[0-9.]+.
mode keys
send python3 job.py\r
file ready
send \x1a
expect Stopped
expect bash-[0-9.]+.
mode keys
send fg\r
file again
send \x03
expect bash-[0-9.]+.
mode keys
send echo last $?.\r
expect last 130\.
send sleep 1001 & kill %1; wait; echo waited\r
expect ^waited
never (no job control|cannot set terminal)
send exit 9\r
END
# dash ends with 2: it gives the terminal back to the group that it found, which has no number in
# the sandbox's process namespace.
talk 0 "[TT-08] sh -i too" "$seal" -- sh -c 'sh -i; echo over' <<'END'
expect .
send echo $((20 + 3)).\r
expect ^23\.
never (no job control|turned off)
send exit\r
expect ^over
END
talk 0 "[TT-08] the terminal is the caller's again after an interactive shell" \
	sh -c '"$seal" -- bash --norc --noprofile -i; echo now; read -r line && echo "got $line."' <<'END'
expect bash-[0-9.]+.
mode keys
send exit\r
expect exit
expect now
mode lines
send word\r
expect got word\.
END
talk 0 "control: outside it is" \
	sh -c 'bash --norc --noprofile -i; read -r line && echo "got $line."' <<'END'
expect .
mode keys
send exit\r
expect exit
mode lines
send word\r
expect got word\.
END
rm -f ready
talk 129 "control: a terminal that hangs up ends a command" sh -c ': >ready; exec sleep 1000' <<'END'
file ready
hangup
END
rm -f ready
talk 129 "a terminal that hangs up ends the run" "$seal" -- sh -c ': >ready; exec sleep 1000' <<'END'
file ready
hangup
END

done_testing
