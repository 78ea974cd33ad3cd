#!/bin/sh
# limit: 300
# What goes wrong at a step of the set-up ends the run, or does no harm: no descriptor, no memory, no
# room, no right, a killed process, a limit of the caller's, a full disk. SEAL_FAULTS=all takes every
# system call and every error (ten minutes), else each line of code gets one (tests/live/faults.py).
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005,SC3045
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

probes=$root/build/probe
cp "$probes/witness" . || exit 1
mkdir hidden kept named sub
echo secret >hidden/secret
echo >sub/seal.toml
git init -q sub/inner && git config core.hooksPath named || exit 1
manifest <<'END'
[sandbox.os]
deny = ["hidden"]
protect = ["kept"]
END
python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
while True:
    s.accept()[0].close()
    open("heard", "w")
' >"$T/port" 2>/dev/null </dev/null &
listener=$!
trap 'kill $listener 2>/dev/null; chmod -R u+rwX "$T"; rm -rf "$T"' EXIT
holds -s "$T/port"
port=$(cat "$T/port")
export SEAL_CANARY=out

confined=$(cd "$live" && python3 -Bc 'import faults; print(faults.CONFINED, end="")')

# A run of the witness.
witness()
{
	run "$seal" -- ./witness marker "$T/canary/secret" "$port" $$
}

# safe NAME: the last run was refused in a line, or its command ran confined and to its end.
safe()
{
	if [ -e marker ]; then
		[ "$status/$(cat marker)" = "7/$confined" ]
	else
		[ "$status" = 125 ] && printf '%s\n' "$err" | grep -q '^seal-exec: .'
	fi
	ok $? "$1 (status $status)"
	rm -f marker
}

# --- The witness --------------------------------------------------------------------------------

run ./witness marker "$T/canary/secret" "$port" $$
like "$(cat marker)" '^canary done' "control: outside, the witness reads the canary"
is "$(grep -cE ' done$|^environment some$' marker)" 14 "... and does the rest"
holds -e heard
ok $? "... and the listener hears it"
rm -rf marker kept/new named/new .git/hooks/new .vscode heard
witness
is "$status/$(cat marker)" "7/$confined" "control: confined, it can do nothing of it"
rm -f marker

# --- Each step ----------------------------------------------------------------------------------

# faults VARIANT HOW NAME
faults()
{
	mkdir "$T/$1.$2"
	timeout -k 5 ${SEAL_FAULTS:+1}000 python3 "$live/faults.py" "$seal" "$probes" "$T/$1.$2" $1 $2 \
		>"$T/out" 2>"$T/err"
	ok $? "$3: $(tail -n 1 "$T/out")"
	chmod -R u+rwX "$T/$1.$2"
	rm -rf "${T:?}/$1.$2"
}

faults plain errors "[FM-06] [LL-06] an error at each step: 125 and a line, or no harm"
faults network errors "[FM-06] ... of a run with a network"
faults bus errors "[FM-06] [FM-07] ... of a run with a session bus"
faults plain kills "[FM-11] [PR-03] [PR-04] [FS-08] SIGKILL at each step, of each process: nothing is left"
faults network kills "[FM-11] [PR-03] [PR-04] ... of a run with a network"
faults bus kills "[FM-11] [PR-03] [PR-04] ... of a run with a session bus"
faults plain interrupts "[FM-11] SIGINT at each step of the front: the run ends, nothing is left"
# Each call of the probe that faults is one of a list; this shows that it can strike.
"$probes/fault" "$T/result" inner landlock_restrict_self 1 12 -- "$seal" -- touch marker 2>"$T/err"
is "$(cat "$T/result" "$T/err")" "front exit 125
hit before
seal-exec: Landlock cannot be enforced, so the command was not started: Cannot allocate memory" "[LL-06] ... one of them, by its words"

# --- Limits of the caller -----------------------------------------------------------------------

# limited WHAT FROM STEP TO: with each value of a limit (prlimit(1)); some are too low, some are not.
limited()
{
	bad='' few=0 enough=0
	for value in $(seq $2 $3 $4); do
		run prlimit "--$1=$value" "$seal" -- \
			./witness marker "$T/canary/secret" "$port" $$
		if [ -e marker ]; then
			enough=$((enough + 1))
			[ "$status/$(cat marker)" = "7/$confined" ] || bad="$bad $value:$status"
		elif [ $status = 125 ] && printf '%s\n' "$err" | grep -q '^seal-exec: .'; then
			few=$((few + 1))
		else
			# What the kernel or the C library cannot even start says nothing.
			run prlimit "--$1=$value" "$seal" --version
			[ $status != 0 ] || bad="$bad $value"
		fi
		rm -f marker
	done
	is "$bad" "" "[FM-11] $1 of $2 to $4: refused, or confined"
	[ $few -gt 0 ] && [ $enough -gt 0 ]
	ok $? "control: $few values are too low, $enough are not"
}

limited nofile 3 1 44
# AddressSanitizer takes terabytes.
if [ -z "${ASAN_OPTIONS:-}" ]; then
	limited as 1000000 500000 9000000
	limited data 100000 100000 1800000
fi
limited fsize 0 8192 131072
others=$(ps -L -u "$(id -u)" --no-headers | wc -l)
limited nproc 1 $((others / 4 + 1)) $((others * 4 + 100))

# --- Standard streams ---------------------------------------------------------------------------

"$seal" -- ./witness marker "$T/canary/secret" "$port" $$ </dev/null 2>/dev/full
status=$? err='seal-exec: lost'
safe "standard error is full: a run is what it was"
"$seal" --nonsense -- touch marker </dev/null 2>/dev/full
is "$?/$(ls marker 2>/dev/null)" 125/ "... a refusal too"
"$seal" -- ./witness marker "$T/canary/secret" "$port" $$ </dev/null >/dev/full
status=$? err='seal-exec: lost'
safe "standard output is full: a run is what it was"
for what in --version --help 'explain -- true' 'explain --json -- true' '--dry-run -- true' \
	bundles check; do
	run sh -c 'exec "$@" >/dev/full' sh "$seal" $what
	is "$status/$err" "125/seal-exec: cannot write to standard output: No space left on device" \
		"... $what says so"
done

# Inside, what was closed is /dev/null; nothing of ours lands there.
for closed in '<&-' '>&-' '2>&-' '<&- >&-' '<&- 2>&-' '>&- 2>&-' '<&- >&- 2>&-'; do
	rm -f seen
	status=0
	sh -c "exec \"\$@\" $closed" sh "$seal" -- sh -c \
		'for fd in 0 1 2; do readlink /proc/self/fd/$fd; done >seen 3>&-; ls /proc/self/fd >fds' \
		</dev/null >"$T/out" 2>"$T/err" || status=$?
	is "$status $(wc -l <seen) $(grep -c '^/dev/null$' seen)" \
		"0 3 $(case $closed in *2*) echo 2 ;; *) echo 1 ;; esac)" "[FD-04] $closed: the command has three, of /dev/null"
	sh -c "exec \"\$@\" $closed" sh "$seal" -- \
		./witness marker "$T/canary/secret" "$port" $$ </dev/null >"$T/out" 2>"$T/err"
	status=$? err='seal-exec: lost'
	safe "[FD-04] ... and runs confined"
	sh -c "exec \"\$@\" $closed" sh "$seal" --nonsense -- touch marker \
		</dev/null >"$T/out" 2>"$T/err"
	is "$?/$(ls marker 2>/dev/null)" 125/ "[FD-04] ... a refusal is one"
done

# --- Where records are kept -----------------------------------------------------------------------

# A disk of one page, in a user namespace of the test's own: the record of trust does not fit.
mkdir "$T/full"
cat >"$T/fill" <<'END'
mount -t tmpfs -o size=4k,nr_inodes=20 none "$T/full" || exit 9
mkdir -m 700 "$T/full/seal-exec"
cp "$HOME/.local/state/seal-exec/trust" "$T/full/seal-exec/trust"
cp "$T/full/seal-exec/trust" "$T/trust.before"
head -c 4096 /dev/zero >"$T/full/filler" 2>/dev/null
df --output=avail "$T/full" | tail -n 1
XDG_STATE_HOME=$T/full timeout 20 "$1" trust --yes >/dev/null 2>"$T/err"
echo "$? $(ls "$T/full/seal-exec")"
cmp "$T/full/seal-exec/trust" "$T/trust.before" && echo same
END
echo 'read = ["/usr/share"]' >>seal.toml
run env "T=$T" unshare -Urm sh "$T/fill" "$seal"
is "$(echo $out)" "0 125 trust same" "[FM-11] a full disk: no new trust, and the old record is whole"
like "$(cat "$T/err")" '^seal-exec: .*cannot write the record of trust: No space left' "... and it is said"

# No HOME, one that cannot be written: the register of placeholders and the record of trust need a
# place, elsewhere or new.
mkdir "$T/read-only" "$T/elsewhere" "$T/state"
chmod 555 "$T/read-only"
cd "$T/elsewhere" || exit 1
set -- env -u XDG_CONFIG_HOME -u XDG_STATE_HOME
run "$@" "HOME=$T/read-only" "$seal" -- touch marker
refused "^seal-exec: $T/read-only/.*Permission denied; make its folder writable" \
	"[FM-11] HOME cannot be written: nothing starts"
run "$@" "HOME=$T/read-only" "XDG_STATE_HOME=$T/state" "$seal" -- touch marker
starts "... but with a state folder elsewhere"
is "$(ls -A "$T/read-only")" "" "... and makes nothing there"
run "$@" "HOME=$T/none" "$seal" -- touch marker
starts "no HOME: a run starts"
echo 'sandbox.os.read = ["/usr/share"]' >seal.toml
run env -u XDG_CONFIG_HOME -u XDG_STATE_HOME "HOME=$T/read-only" "$seal" trust --yes
is "$status/$err" \
	"125/seal-exec: $T/read-only/.local: cannot make the folder for the record of trust: Permission denied" \
	"... trust that cannot be written is not given"
run env -u XDG_CONFIG_HOME -u XDG_STATE_HOME "HOME=$T/read-only" "$seal" -- touch marker
refused 'you have not trusted this manifest' "... to no run either"
run env -u XDG_CONFIG_HOME -u XDG_STATE_HOME "HOME=$T/none" "$seal" trust --yes
is "$status" 0 "... where a folder can be made it is"
run env -u XDG_CONFIG_HOME -u XDG_STATE_HOME "HOME=$T/none" "$seal" -- touch marker
starts "... and the run starts"

done_testing
