#!/bin/sh
# limit: 90
# seal-exec doctor: what it says of this machine is so, and of a machine that lacks something too.
# What is lacking is taken away for one run by build/probe/without, which answers in the kernel's
# place, or in namespaces of the test's own.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

without=$root/build/probe/without
cp "$root/build/probe/without" . 2>/dev/null || exit 1

# json KEY...: the value below these keys in the last run's output, lists by the code of an element.
json()
{
	python3 -c '
import json, sys
at = json.load(open(sys.argv[1]))
for key in sys.argv[2:]:
    at = {e["code"]: e for e in at}[key] if isinstance(at, list) else at[key]
print(json.dumps(at) if isinstance(at, (list, dict, bool)) else at)' "$T/out" "$@" 2>&1
}

# of KIND STATE: the codes of the layers or probes that are in this state.
of()
{
	python3 -c '
import json, sys
kind, state = sys.argv[2:]
print(*(e["code"] for e in json.load(open(sys.argv[1]))[kind] if state in e.values()))' "$T/out" "$1" "$2"
}

remedies()
{
	python3 -c '
import json, sys
print(*(r["code"] for r in json.load(open(sys.argv[1]))["remedies"]))' "$T/out"
}

# there: what lies or runs by a name of doctor's. left: what has come since the script began.
there()
{
	find /tmp -maxdepth 1 -user "$(id -un)" -name '*seal-exec*doctor*'
	find "$XDG_STATE_HOME" -maxdepth 2 -name '*doctor*' 2>/dev/null
	grep -laP '^seal-exec\0doctor\0(wait|inside)\0' /proc/[0-9]*/cmdline 2>/dev/null
}
left()
{
	there | grep -vxFf "$T/there"
}
there >"$T/there"

# --- A machine that has everything ---------------------------------------------------------------

before=$(date +%s%N)
run "$seal" doctor
took=$((($(date +%s%N) - before) / 1000000))
exits 0 "[FM-13] doctor on this machine"
[ $took -lt 3000 ]
ok $? "... within 3 seconds ($took ms)"
like "$out" '^The full tier holds.$' "[FM-13] ... says that the full tier holds"
unlike "$out" 'MISSING|NOT HELD|what to do' "... and nothing else"
like "$out" "^  kernel +$(uname -r | sed 's/[.+]/./g')\$" "the kernel"
like "$out" '^  bwrap +/.*bwrap, version [0-9.]+' "bwrap and its version"
like "$out" '^  memory +(cgroup|rlimit) ' "who would hold a limit"
run "$seal" doctor --json
exits 0 "the same as JSON"
is "$(json full)" true "[FM-13] full"
is "$(of layers missing)$(of layers not-shown)" "" "[FM-13] no layer is missing"
is "$(of probes not-held)" "" "[FM-13] every probe is held"
shown=$(of probes not-shown)
case $shown in '' | int80) true ;; *) false ;; esac
ok $? "... and was shown${shown:+ but $shown}"
is "$(remedies)" "" "no remedy where nothing is missing"
is "$(json version)" 1 "the version of the form"
is "$(python3 -c '
import json, sys
print(*sorted(l["code"] for l in json.load(open(sys.argv[1]))["layers"] if l["state"] == "active"))' \
	"$T/out" | tr ' ' '\n' | grep -cE '^(user|pid|mnt|net|landlock|seccomp)$')" 6 \
	"[FM-13] the layers by their names"

# --- Nothing is left, nothing is changed ---------------------------------------------------------

git add -A
touch secret && git add secret
state=$(find . -path ./.git -prune -o -print | sort)
run "$seal" doctor
is "$(find . -path ./.git -prune -o -print | sort)" "$state" "nothing new in the project"
is "$(left)" "" "nothing is left of it elsewhere"
"$seal" doctor >/dev/null 2>&1 &
pid=$!
seen=
while [ -z "$seen" ] && kill -0 $pid 2>/dev/null; do
	seen=$(left)
done
wait $pid
like "$seen" doctor "control: while it runs something is there"
for ms in 30 60 120 200; do
	"$seal" doctor >/dev/null 2>&1 &
	pid=$!
	sleep "$(printf '0.%03d' $ms)"
	kill -KILL $pid
	wait $pid
done
turns=0
until [ -z "$(left)" ] || [ $turns -gt 100 ]; do
	turns=$((turns + 1))
	sleep 0.05
done
is "$(left)" "" "... nor after SIGKILL"
mkdir -p sub
run "$seal" doctor -C sub
exits 0 "-C"
cd "$HOME" || exit 1
run "$seal" doctor
exits 0 "in the home, which is no project"
like "$out" 'not in this folder: .*cannot be a project' "... it says so"
cd "$T/proj" || exit 1
printf 'broken' >seal.toml
run "$seal" doctor
exits 0 "a manifest's faults are not the machine's"
rm seal.toml

# --- What is missing is named --------------------------------------------------------------------

# lacks NAME CODE REGEX RULE...: without what the RULEs name, doctor ends with 1, gives the remedy
# CODE first, and a line of its text has REGEX.
lacks()
{
	name=$1 code=$2 regex=$3
	shift 3
	run "$without" "$@" -- "$seal" doctor
	exits 1 "[FM-13] $name: exit 1"
	like "$out" "$regex" "[FM-13] ... told"
	like "$out" '^The full tier does not hold.$' "[FM-13] ... and no promise"
	run "$without" "$@" -- "$seal" doctor --json
	is "$(json full)" false "[FM-13] ... in JSON too"
	like "$(remedies)" "(^| )$code( |\$)" "[FM-13] ... with its remedy ($(remedies))"
}

user='0&0x10000000'
lacks "user namespaces refused" outer-filter 'security-opt seccomp=' \
	"clone:$user=EPERM" "unshare:$user=EPERM"
is "$(of layers active)" "" "[FM-13] ... and of a run that did not start no layer is active"
lacks "no Landlock" landlock-missing '^  landlock +missing: Function not implemented' \
	landlock_create_ruleset=ENOSYS
is "$(json layers landlock state)" missing "[FM-13] [FM-04] ... landlock is the layer that is missing"
lacks "Landlock switched off" landlock-off 'command line, and boot again: lsm=landlock' \
	landlock_create_ruleset=EOPNOTSUPP
lacks "an old Landlock" landlock-old 'Landlock is too old: ABI 1' landlock_create_ruleset:2=1=+1
lacks "no seccomp" outer-filter 'the run said: .*filter' seccomp=EINVAL
lacks "no pidfd" 'outer-filter|refused|keeper' 'the run said: ' pidfd_open=ENOSYS

run unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$1" doctor' sh "$seal"
exits 1 "[FM-02] [FM-13] user.max_user_namespaces = 0: exit 1"
like "$out" 'userns-max: user.max_user_namespaces is 0' "[FM-02] [FM-13] ... named"
like "$out" 'sysctl --system' "[FM-02] [FM-13] ... with the remedy"
run "$without" memfd_create=EACCES -- "$seal" doctor
exits 1 "[FM-13] nothing executed from memory, as with vm.memfd_noexec = 2: exit 1"
like "$out" 'the run said: .*vm.memfd_noexec to 0 or 1' "[FM-13] ... with the remedy"

mkdir "$T/up" "$T/work"
run unshare -Urm sh -c 'mount -t overlay overlay -o "lowerdir=/usr/bin,upperdir=$1/up,workdir=$1/work" \
	/usr/bin && rm /usr/bin/bwrap || exit 99
	exec "$2" doctor' sh "$T" "$seal"
exits 1 "[FM-01] [FM-13] no bwrap: exit 1"
like "$out" '^  bwrap +missing: bwrap is not installed' "[FM-01] [FM-13] ... named"
like "$out" 'install.* bubblewrap' "[FM-01] [FM-13] ... with the remedy"
cp /usr/bin/bwrap "$T/bwrap" && chmod 4755 "$T/bwrap"
run unshare -Urm sh -c 'mount --bind "$1" /usr/bin/bwrap || exit 99
	exec "$2" doctor --json' sh "$T/bwrap" "$seal"
exits 1 "[FM-09] [FM-13] a setuid bwrap: exit 1"
is "$(remedies)" bwrap-setuid "[FM-09] [FM-13] ... named"

# --- Whom it is for -------------------------------------------------------------------------------

config <<'END'
sandbox.os.profile = "off"
END
run "$seal" doctor
exits 1 "[FM-13] profile = off: no sandbox, so exit 1"
like "$out" 'the run said: profile = "off" in .*config.toml: runs have no sandbox' "[FM-13] ... told"
rm "$XDG_CONFIG_HOME/seal-exec/config.toml"
run "$seal" doctor now
exits 125 "a word too many"
run "$seal" doctor inside
exits 125 "what is for doctor itself"

done_testing
