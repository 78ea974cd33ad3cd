#!/bin/sh
# What the live tests share; each script sources it first. It makes a fresh place and stands in it:
#
#   $T/proj     the project, a git repository and the current folder
#   $T/canary   a folder beside it; no run may see it
#   $T/home     HOME, with the XDG folders in their usual places and a key in .ssh
#   $T/out, $T/err   what the last `run` printed
#
# A script is killed with its folder if it takes too long (tests/one); `run` has a limit of its own,
# so that one command that hangs costs one check and not the script.
set -u
export LC_ALL=C
unset XDG_RUNTIME_DIR XDG_DATA_HOME XDG_CACHE_HOME CDPATH TMPDIR ENV BASH_ENV
unset MAKEFLAGS MFLAGS MAKELEVEL
# shellcheck disable=SC2034 # for those who source this
live=$(cd "$(dirname "$0")" && pwd) root=$(pwd)
seal=${SEAL_EXEC:-./seal-exec}
case $seal in /*) ;; *) seal=$root/$seal ;; esac
n=0 failed=0 status=0

T=$(mktemp -d /tmp/seal-live.XXXXXX) || exit 1
trap 'chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$T/proj" "$T/canary" "$T/home" "$T/home/.ssh" "$T/home/.config" "$T/home/.local" || exit 1
echo "secret of $T" >"$T/canary/secret"
echo "key of $T" >"$T/home/.ssh/id_ed25519"
chmod 700 "$T/home" "$T/home/.ssh"
export HOME="$T/home" XDG_CONFIG_HOME="$T/home/.config" XDG_STATE_HOME="$T/home/.local/state"
cd "$T/proj" || exit 1
git init -q . || exit 1

# ok STATUS NAME: STATUS is 0 if it held. A failure shows what the last run printed.
ok()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
		return 0
	fi
	failed=$((failed + 1))
	echo "not ok $n - $2"
	for stream in out err; do
		[ ! -f "$T/$stream" ] || head -c 2000 "$T/$stream" | sed "s/^/# $stream: /" >&2
	done
}

# is GOT WANT NAME
is()
{
	[ "$1" = "$2" ] || printf '# got:  %s\n# want: %s\n' "$1" "$2" >&2
	[ "$1" = "$2" ]
	ok $? "$3"
}

# like TEXT REGEX NAME, unlike TEXT REGEX NAME: an extended regular expression, line by line.
like()
{
	printf '%s\n' "$1" | grep -Eq -e "$2" || printf '# no match for %s in:\n%s\n' "$2" "$1" >&2
	printf '%s\n' "$1" | grep -Eq -e "$2"
	ok $? "$3"
}

unlike()
{
	! printf '%s\n' "$1" | grep -Eq -e "$2"
	ok $? "$3"
}

# skip NAME WHY: a failure where SEAL_MUST_WORK=1 (tests/one).
skip()
{
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

done_testing()
{
	echo "1..$n"
	exit $((failed > 0))
}

# run COMMAND...: with nothing on standard input and 30 seconds. Sets status, out, err.
run()
{
	status=0
	timeout -k 2 30 "$@" </dev/null >"$T/out" 2>"$T/err" || status=$?
	# shellcheck disable=SC2034
	out=$(head -c 100000 "$T/out" | tr -d '\000') err=$(head -c 100000 "$T/err" | tr -d '\000')
}

# inside SCRIPT: runs the sh script in the sandbox, without a manifest's tools in the way.
inside()
{
	run "$seal" -- sh -c "$1"
}

# talk STATUS NAME COMMAND...: on a terminal of its own, with terminal.py's dialogue on standard input
# and 60 seconds; 98 if something is left 5 seconds after its end. Sets status, out, err.
talk()
{
	want=$1 name=$2
	shift 2
	status=0
	timeout -k 2 60 python3 "$live/left.py" 5 python3 "$live/terminal.py" "$@" \
		>"$T/out" 2>"$T/err" || status=$?
	# shellcheck disable=SC2034
	out=$(tr -d '\000\r' <"$T/out") err=$(cat "$T/err")
	is "$status" "$want" "$name"
}

# exits STATUS NAME: how the last run ended.
exits()
{
	is "$status" "$1" "$2"
}

# refused REGEX NAME: the last run ended with 125, said why, and did not start its command, which
# is `"$seal" ... -- touch marker` (or any other that makes the marker).
refused()
{
	printf '%s\n' "$err" | grep -Eq -e "$1" || printf '# no match for %s\n' "$1" >&2
	[ "$status" = 125 ] && [ ! -e marker ] && printf '%s\n' "$err" | grep -Eq -e "$1"
	ok $? "$2 (status $status)"
	rm -f marker
}

# starts NAME: the control of `refused`: the last run made the marker.
starts()
{
	[ "$status" = 0 ] && [ -e marker ]
	ok $? "$1 (status $status)"
	rm -f marker
}

# manifest: standard input becomes seal.toml, trusted.
manifest()
{
	rm -f seal.toml
	(umask 022 && cat >seal.toml)
	"$seal" trust --yes >"$T/trust" 2>&1 || sed 's/^/# trust: /' "$T/trust" >&2
}

# config: standard input becomes the user's own config.toml.
config()
{
	mkdir -p "$XDG_CONFIG_HOME/seal-exec"
	cat >"$XDG_CONFIG_HOME/seal-exec/config.toml"
	chmod 644 "$XDG_CONFIG_HOME/seal-exec/config.toml"
}

# holds WORD...: the test(1) expression becomes true within 10 seconds. For what another process
# does: nothing is assumed about when.
holds()
{
	turns=0
	until [ "$@" ]; do
		turns=$((turns + 1))
		[ $turns -le 500 ] || return 1
		sleep 0.02
	done
}

# bundles_of COMMAND...: the names of the bundles that explain finds, sorted, in one line.
bundles_of()
{
	timeout 30 "$seal" explain --json -- "$@" </dev/null 2>"$T/err" | python3 -c '
import json, sys
print(" ".join(sorted(b["name"] for b in json.load(sys.stdin)["bundles"])))'
}
