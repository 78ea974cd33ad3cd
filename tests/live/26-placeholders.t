#!/bin/sh
# limit: 300
# What stands on the host for protected names that do not exist: it keeps them away while a run
# lasts, several runs share it, and nothing of it is left, whoever is killed when. SEED=N repeats a
# run's random points.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
seed=${SEED:-$(od -An -N3 -tu4 /dev/urandom | tr -d ' ')}
echo "# SEED=$seed"
register=$XDG_STATE_HOME/seal-exec/placeholders

tree() { find "$T/proj" "$T/home" -path "$register/lock" -prune -o -print | sort; }
# What a build tool would see: names and times, to the nanosecond.
stamps() { find "$T/proj" -path "$T/proj/.git/objects" -prune -o -printf '%p %T@\n' | sort; }

"$seal" -q -- true
tree >"$T/before"
is "$(cat "$register"/run-* 2>/dev/null)" "" "no record is left after a run"

# --- While it lasts, and after ----------------------------------------------------------------------

stamps >"$T/times"
inside 'mkdir .vscode; mkdir -p .vscode/x; rmdir .vscode; mv .vscode y; ln -s x .envrc; echo x >.mcp.json
	for f in .vscode .envrc .mcp.json; do [ ! -p $f ] || echo $f; done'
is "$out" "$(printf '.vscode\n.envrc\n.mcp.json')" "[FS-09] a name that does not exist cannot be made"
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/diff")" "" "[FS-08] nothing is left"
stamps | diff "$T/times" - >"$T/diff"
is "$(cat "$T/diff")" "" "... and no folder's time has changed"
inside 'mkdir other && touch other/x && rmdir other 2>/dev/null; rm -r other'
stamps | diff "$T/times" - >"$T/diff"
like "$(cat "$T/diff")" "proj" "control: what the command changes shows"
run git status --porcelain --untracked-files=all
is "$out" "" "control: git saw nothing before"
: >"$T/proj/mine" && rm "$T/proj/mine"
"$seal" -q -- sh -c ': >ready; until [ -e done ]; do sleep 0.01; done; rm ready done' &
pid=$!
holds -e ready
run git status --porcelain --untracked-files=all
is "$out" "?? ready" "git does not see what stands in the project's root"
[ -p .vscode ] && rm .vscode && mkdir .vscode && echo theirs >.vscode/settings.json
ok $? "control: outside, the user can have the place"
: >"done"
wait "$pid"
is "$?/$(cat .vscode/settings.json)" 0/theirs "what the user has made in its place is his and stays"
rm -r .vscode
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/diff")" "" "... and it alone"

# --- Several runs -----------------------------------------------------------------------------------

# start NAME: a run that says NAME.ready, and lasts until NAME.done.
start()
{
	"$seal" -q -- sh -c ": >$1.ready; until [ -e $1.done ]; do sleep 0.01; done; rm $1.ready $1.done
		mkdir .vscode 2>/dev/null && echo $1 made it; true" >>"$T/made" 2>&1 &
	pid=$!
	holds -e "$1.ready"
}
: >"$T/made"
start a
first=$pid
start b
: >a.done
wait "$first"
[ -p .vscode ]
ok $? "the first to end leaves what the second one needs"
: >b.done
wait "$pid"
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/made" "$T/diff")" "" "the last one removes it, and neither could make it"

cat >"$T/many" <<'END'
i=0
while [ $i -lt 40 ]; do
	"$1" -q -- sh -c '! mkdir .vscode 2>/dev/null && ! echo x 2>/dev/null >.vscode' || echo "run $i: $?"
	i=$((i + 1))
done
END
run sh -c 'for _ in 1 2 3 4; do sh "$1" "$2" & done; wait' sh "$T/many" "$seal"
is "$out$err" "" "160 runs, four at a time, begin and end as they like"
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/diff")" "" "... and leave nothing"

# A folder below, which is no repository: another run's placeholders say nothing about it.
mkdir -p "$T/plain/below"
(cd "$T/plain" && exec "$seal" -q -- sh -c ': >ready; until [ -e done ]; do sleep 0.01; done') &
pid=$!
holds -e "$T/plain/ready"
run sh -c 'cd "$1/plain/below" && "$2" explain --json -- true' sh "$T" "$seal"
like "$out" "\"project\":\"$T/plain/below\"" "another run's placeholder of .git makes no project"
unlike "$err" 'seal.toml' "... and that of seal.toml is no manifest"
: >"$T/plain/done"
wait "$pid"

# --- Whoever is killed ------------------------------------------------------------------------------

# killed NAME WORD...: kills.py leaves nothing in the tree, at once or after the next run.
killed()
{
	name=$1
	shift
	timeout 120 python3 "$live/kills.py" "$@" "$seal" -q -- sh -c 'sleep 1000 & sleep 1000' \
		>"$T/out" 2>"$T/err"
	like "$(cat "$T/out")" ' 0 left' "$name: $(cat "$T/out")"
}
# The control: with nobody left to do it, something stays until the next run.
dirty=0
for _ in 1 2 3 4 5 6; do
	killed "[FM-11] SIGKILL of all at once" --part all 5 "$seed" 60
	tree | cmp -s "$T/before" - || dirty=$((dirty + 1))
	seed=$((seed + 1))
done
[ "$dirty" -gt 0 ]
ok $? "control: when all are killed at once, placeholders stay ($dirty of 6)"
"$seal" -q -- true
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/diff")" "" "[FS-08] ... until the next run, which removes them"

killed "[FM-11] SIGKILL of the wrapper" 40 "$seed" 40
tree | diff "$T/before" - >"$T/diff"
# In the moment in which it has made them and has no keeper yet, they wait for the next run.
[ ! -s "$T/diff" ] || "$seal" -q -- true
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/diff")" "" "[FS-08] ... leaves nothing in the tree"
for part in seal-keeper bwrap; do
	killed "[FM-11] SIGKILL of $part" --part "$part" 30 "$seed" 40
	tree | diff "$T/before" - >"$T/diff"
	[ ! -s "$T/diff" ] || "$seal" -q -- true
	tree | diff "$T/before" - >"$T/diff"
	is "$(cat "$T/diff")" "" "[FS-08] ... leaves nothing in the tree"
done

# A keeper that serves a network has given up the right to remove anything.
manifest <<END
[sandbox.os.network]
domains = ["a.example"]
END
tree >"$T/before"
killed "[FM-11] SIGKILL of the wrapper of a run with a network" 20 "$seed" 80
tree | diff "$T/before" - >"$T/diff"
[ ! -s "$T/diff" ] || "$seal" -q -- true
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/diff")" "" "[FS-08] ... leaves nothing in the tree"
run "$seal" -q -- true
exits 0 "control: it runs"
tree | diff "$T/before" - >"$T/diff"
is "$(cat "$T/diff")" "" "... and leaves nothing by itself"

# --- What cannot be made ----------------------------------------------------------------------------

chmod 777 "$register"
run "$seal" -- touch marker
refused "^seal-exec: $register: cannot open the register of placeholders: .*; make " \
	"a register that others can write"
chmod 700 "$register"
run "$seal" -- touch marker
starts "control: one that they cannot"
chmod 555 "$T/proj"
run "$seal" -- touch marker
refused "^seal-exec: $T/proj/[^ ]*: cannot keep this name away .*; make its folder writable" \
	"a project that the user cannot write"
chmod 755 "$T/proj"

done_testing
