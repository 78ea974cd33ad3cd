#!/bin/sh
# The count of containment rows can fail: each case gets a table, and tests that said something.
# shellcheck disable=SC2016 # check names, as they are written
set -u
rows=$(cd "$(dirname "$0")/.." && pwd)/rows
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
cd "$tree" || exit 1
mkdir -p build/tap
n=0

table()
{
	printf '%s\n' '# a comment' '' "$@" >table
}

# said TEST LINE...: what TEST printed when it ran.
said()
{
	log=build/tap/$1.out
	shift
	printf '%s\n' "$@" >"$log"
}

# count STATUS REGEX WHAT: how the count of tests/live/a.t and build/unit/b ends, and a line of it.
count()
{
	n=$((n + 1))
	output=$("$rows" table tests/live/a.t build/unit/b 2>&1)
	status=$?
	if [ "$status" = "$1" ] && printf '%s\n' "$output" | grep -Eq -e "$2"; then
		echo "ok $n - $3"
	else
		echo "not ok $n - $3"
		printf '%s\n' "ended with $status" "$output" | sed 's/^/# /' >&2
	fi
}

table 'XA-01 C holds one' 'XA-02 - non-promise two' 'XB-01 H holds three' 'XB-02 H later 5 four' \
	'XC-01 M macos five'
said a.t 'ok 1 - [XA-01] it holds' '# [XA-09] words' 'ok 2 - no row' '1..2'
said b 'ok 1 - [XB-01] [XA-02] a check of two rows' '1..1'
count 0 '^containment: 3 rows, 3 hold, 0 skipped \(1 .* 1 more .* 1 are macOS' "all is shown"

said b 'ok 1 - [XB-01] it holds'
count 1 '^tests/rows: XA-02 has no check' "a row without a check"
count 1 '^containment: 3 rows, 2 hold' "... is not counted"
said a.t 'ok 1 - [XA-01] one' 'not ok 2 - [XA-01] another' 'ok 3 - [XA-02] told'
count 1 '^tests/rows: XA-01: 1 of 2 checks failed' "one failed check among those that held"
said a.t 'ok 1 - [XA-01] one # SKIP no such kernel' 'ok 2 - [XA-02] told'
count 1 '^tests/rows: XA-01: 1 of 1 checks skipped' "a skipped check"
count 1 '^containment: 3 rows, 2 hold, 1 skipped' "... is counted as such"
said a.t 'ok 1 - [XA-01] one' 'not ok 2 - [XA-02] told # TODO later'
count 1 '^tests/rows: XA-02: 1 of 1 checks failed' "a failed one does not pass as TODO"
said a.t 'ok 1 - [XA-01] one' 'ok 2 - [XA-02] told' 'ok 3 - [XA-03] one too many'
count 1 'no row XA-03 in the table' "a row that the table does not know"
said a.t 'ok 1 - [XA-01] one' 'ok 2 - [XA-02] told' 'ok 3 - [XB-02] early'
count 1 'XB-02 has a check, and the table says later' "a row that is said to wait and does not"
said a.t 'ok 1 - [XA-01] one'
said gone.t 'ok 1 - [XA-02] told'
count 1 '^tests/rows: XA-02 has no check' "the log of a test that is no more does not count"
rm build/tap/b.out
count 1 'no log of build/unit/b' "a test that did not run"

said a.t 'ok 1 - [XA-01] one'
said b 'ok 1 - nothing'
for row in 'XA-01 C holds one' 'XA-1 C holds two' 'XA-02 D holds two' 'XA-02 C hopes two' \
	'XA-02 C later soon' 'XA-02 C holds'; do
	table 'XA-01 C holds one' "$row"
	count 1 '^tests/rows: (no row: |XA-01 is in the table twice)' "a fault in the table: $row"
done
table 'XA-01 C holds one'
count 0 '^containment: 1 rows, 1 hold' "control: a table without one"
rm table
count 1 'no table' "no table"

echo "1..$n"
