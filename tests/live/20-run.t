#!/bin/sh
# limit: 120
# A command in the sandbox is called as it was called outside: its arguments, its standard streams,
# its folder, and how it ends.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- How it ends. Each code is what the same command gives without a sandbox. --------------------

for code in 0 1 42 124 128 255; do
	run "$seal" -- sh -c "exit $code"
	exits $code "[PR-09] exit $code"
done
for signal in KILL TERM HUP INT SEGV; do
	run sh -c "kill -$signal \$\$"
	want=$status
	run "$seal" -- sh -c "kill -$signal \$\$"
	[ "$want" -gt 128 ] && exits "$want" "[PR-09] killed by SIG$signal is $want"
done
# Many ends of a run happen at once; whoever is first must not change the code.
i=0 wrong=0
while [ $i -lt 200 ]; do
	run "$seal" -- sh -c 'exit 42'
	[ "$status" = 42 ] || wrong=$((wrong + 1))
	i=$((i + 1))
done
is $wrong 0 "[PR-09] exit 42, 200 times"
run "$seal" -- sh -c 'exit 125'
exits 125 "[PR-09] a command's own 125"
is "$err" "" "... of which seal-exec says nothing"

mkdir folder
echo 'echo started' >plain
printf '#!/no/such/interpreter\n' >shebang
printf 'echo started\n' >no-format
chmod 644 plain
chmod 755 shebang no-format
run "$seal" -- ./folder
exits 126 "[PR-09] a folder is 126"
run "$seal" -- ./plain
exits 126 "[PR-09] a file without the right to execute is 126"
like "$err" '^seal-exec: ./plain: Permission denied' "... and named"
is "$out" "" "... and not started"
run "$seal" -- sh ./plain
is "$out" started "control: sh runs it"
run "$seal" -- ./no-format
exits 126 "a file of no format is 126: no shell guesses at it"
run "$seal" -- ./missing
exits 127 "[PR-09] a missing path is 127"
run "$seal" -- ./shebang
exits 127 "[PR-09] a missing interpreter is 127"
run "$seal" -- seal-test-no-such-command
exits 127 "[PR-09] a missing name is 127"
like "$err" '^seal-exec: seal-test-no-such-command: not found' "... and named"
run "$seal" -- ''
exits 127 "[MF-15] an empty name is 127"
mkdir -p "$T/tools"
printf '#!/bin/sh\necho hidden\n' >"$T/tools/seal-test-tool"
chmod 755 "$T/tools/seal-test-tool"
PATH=$PATH:$T/tools run "$seal" -- seal-test-tool
exits 127 "a program that the view does not show is 127"
like "$err" "$T/tools/seal-test-tool" "... and its place outside is named"
like "$err" "read = \[\"$T/tools\"\]" "... with the grant that would show it"
run "$T/tools/seal-test-tool"
is "$out" hidden "control: outside it runs"

# --- Arguments ----------------------------------------------------------------------------------

# Each argument with its length, and the bytes as they are: nothing can be split or joined unseen.
cat >args.py <<'END'
import hashlib, os, sys
args = [os.fsencode(a) for a in sys.argv[1:]]
print(len(args), hashlib.sha256(b"".join(b"%d:%s," % (len(a), a) for a in args)).hexdigest())
END
same_args()
{
	name=$1
	shift
	run python3 args.py "$@"
	want=$out
	run "$seal" -- python3 args.py "$@"
	is "$out" "$want" "[MF-15] arguments: $name"
}
same_args none
same_args 'blanks and newlines' 'a b' ' ' '
' 'line
line' "$(printf 'tab\there')"
same_args 'empty ones' '' '' x ''
same_args 'a -- of the command' -- --
same_args 'options' -C /nowhere -n --help -q --version
# shellcheck disable=SC1003 # a backslash
same_args 'quotes, dollars, bytes' "'" '"' '$HOME' '`id`' '*' '\' "$(printf '\377\001\033[2J')"
same_args '100 KB in one' "$(head -c 100000 /dev/zero | tr '\000' x)"
# shellcheck disable=SC2046 # words are meant
same_args '3000' $(seq 1 3000)
# shellcheck disable=SC2046
same_args '12000, more than bwrap takes in --args' $(seq 1 12000)
run "$seal" -- "$T/proj/args.py"
exits 126 "control: args.py itself is no program"

# --- The command line of seal-exec ----------------------------------------------------------------

run "$seal" -- printf '%s|' a
is "$out" 'a|' "[MF-15] -- ends the options"
run "$seal" printf '%s|' -n --help
is "$out" '-n|--help|' "[MF-15] options behind the command are the command's"
printf '#!/bin/sh\necho mine "$@"\n' >check
chmod 755 check
PATH=$T/proj:$PATH run "$seal" -- check a
is "$out" 'mine a' "-- check is the command check"
PATH=$T/proj:$PATH run "$seal" check
unlike "$out" mine "check without -- is the subcommand"
run "$seal" --dry-ran -- touch marker
refused "unknown option '--dry-ran'; did you mean '--dry-run'\?" "an unknown option"
run "$seal" -Z -- touch marker
refused "unknown option '-Z'" "an unknown letter"
run "$seal" --dry-run=now -- touch marker
refused 'takes no argument' "an argument for an option that takes none"
run "$seal" -C
refused 'needs its DIR' "an option without its argument"
run "$seal"
refused 'no command' "no command"
run "$seal" -q -- touch marker
starts "control: a known option"

# --- Folders --------------------------------------------------------------------------------------

mkdir -p below/deeper
cd below/deeper || exit 1
run "$seal" -- sh -c 'pwd; /bin/pwd; echo "$PWD"; echo made >made'
is "$out" "$T/proj/below/deeper
$T/proj/below/deeper
$T/proj/below/deeper" "the folder is kept"
is "$(cat made)" made "... and is the host's"
run "$seal" -- cat ../../args.py
exits 0 "... and the project above it is there"
cd "$T" || exit 1
run "$seal" -C "$T/proj/below" -- sh -c 'pwd; cat ../args.py >/dev/null && echo project'
is "$out" "$T/proj/below
project" "-C DIR"
run "$seal" --directory=proj/below -- pwd
is "$out" "$T/proj/below" "--directory=DIR, relative"
run "$seal" -C "$T/nowhere" -- touch marker
refused "cannot change to '$T/nowhere'" "-C to nowhere"
cd "$T/proj" || exit 1

# --- Standard streams -----------------------------------------------------------------------------

head -c 20000000 /dev/urandom >"$T/data"
want=$(cksum <"$T/data")
is "$(timeout 30 "$seal" -- cat <"$T/data" | cksum)" "$want" "20 MB from a file to a pipe"
# shellcheck disable=SC2002 # the pipe is what is tested
is "$(cat "$T/data" | timeout 30 "$seal" -- sh -c 'tee /dev/stderr' 2>"$T/proj/copy" | cksum)" "$want" \
	"20 MB through two pipes"
is "$(cksum <copy)" "$want" "... and to /dev/stderr, a file of the project"
is "$(timeout 30 "$seal" -- sh -c 'cat /dev/stdin >/dev/stderr' <"$T/proj/copy" 2>&1 >"$T/out" | cksum)" \
	"$want" "/dev/stdin and /dev/stderr: a file of the project, a pipe"
# A descriptor for reading is not a way to write: opened anew, the file of another place is refused.
timeout 30 "$seal" -- sh -c 'head -c 7; echo x >>/dev/stdin' <"$T/canary/secret" >"$T/out" 2>"$T/err"
is "$(cat "$T/out")" "secret " "a file of another place as standard input is read"
is "$(cat "$T/canary/secret")" "secret of $T" "... and cannot be opened for writing"
(echo x >>/dev/stdin) <"$T/data"
[ "$(cksum <"$T/data")" != "$want" ]
ok $? "control: outside it can"
is "$(printf 'a\nb\nc\n' | timeout 30 sh -c '"$1" -- head -n 0; cat' sh "$seal")" "a
b
c" "nothing is read ahead from standard input"

# The reader ends early: the writer must be told, which ends it by SIGPIPE.
timeout -k 2 30 sh -c '{ "$1" -- yes; echo $? >"$2"; } | head -n 1' sh "$seal" "$T/yes" >"$T/out"
is "$(cat "$T/out")/$(cat "$T/yes")" y/141 "a closed pipe ends the command by SIGPIPE"
# A daemon that keeps the pipe must not keep the reader waiting once the run is over.
run sh -c '"$1" -- sh -c "sleep 1000 & echo a" | cat' sh "$seal"
is "$status/$out" 0/a "what the command leaves behind does not hold the pipe"

show='for fd in 0 1 2 3 4; do [ -e /proc/self/fd/$fd ] && echo $fd; done >fds'
run "$seal" -- sh -c "$show"
is "$(tr '\n' ' ' <fds)" '0 1 2 ' "control: three descriptors"
for closed in '0<&-' '1>&-' '2>&-' '0<&- 1>&- 2>&-'; do
	rm -f fds
	run sh -c "\"\$1\" -- sh -c '$show; readlink /proc/self/fd/0 >>fds' $closed" sh "$seal"
	is "$status" 0 "[FD-04] starts with $closed"
	case $closed in 0*) like "$(cat fds)" '^/dev/null$' "... and reads nothing" ;; esac
	grep -q '^[3-9]$' fds
	is $? 1 "[FD-04] ... and nothing else lies there"
done

done_testing
