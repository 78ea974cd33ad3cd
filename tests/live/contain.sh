#!/bin/sh
# What the tests of files, git and manifest share (72 to 75); sourced after lib.sh.
#
# A refusal counts by what the host has afterwards: `state` is all of a tree in text, and a check
# compares it before and after.

# shellcheck disable=SC2154 # live and seal are lib.sh's

# state DIR...: each path below, with type, mode, owner, links, content or target; of files also the
# time of change of the content. Folders' times are not there: what is made beside says so itself.
state()
{
	python3 "$live/state.py" "$@"
}

# same BEFORE AFTER NAME: the two texts are one; what differs is shown, and no more.
same()
{
	printf '%s\n' "$1" >"$T/same.before"
	printf '%s\n' "$2" | diff "$T/same.before" - >"$T/same.diff"
	differ=$?
	head -n 12 "$T/same.diff" | sed 's/^/# /' >&2
	ok $differ "$3"
}

# own_world SCRIPT [ARG...]: the sh script in user and mount namespaces of the test's own, where it
# may mount. bwrap of this machine belongs to nobody known there, so a copy of it lies over it.
own_world()
{
	[ -e "$T/bwrap" ] || cp "$(command -v bwrap)" "$T/bwrap" || return 1
	script=$1
	shift
	export seal T
	run unshare -Urmn sh -c "mount --bind '$T/bwrap' '$(command -v bwrap)' || exit 99
$script" sh "$@"
}
