#!/bin/bash
# limit: 120
# What something outside obeys or runs later (profiles/protect.toml) cannot be changed, replaced,
# moved away or brought into being by a run: rows GX of the containment catalogue, and FS-09, FS-15,
# FS-29, FS-30. attack.py tries every way on every path that explain lists, in a project with a
# repository below it, a submodule and worktrees; the host's files are compared afterwards.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005,SC2154,SC2010,SC2012
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/contain.sh
. "$live/contain.sh"
c=$T/canary p=$T/proj
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Seal GIT_AUTHOR_EMAIL=seal@example.org
export GIT_COMMITTER_NAME=Seal GIT_COMMITTER_EMAIL=seal@example.org
cp "$live/attack.py" "$T/attack.py"

# rows PLACE: the rows of the table for that place, a line each: PATH, and "free" if it may appear,
# "other" if it is not protected as a whole, else "held".
rows()
{
	awk -v place="$1" '
		/^[a-z]+ = \[/ { at = $1 }
		at == place && /path = "/ {
			split($0, word, "\"")
			print word[2], /found = "(told|rows)"/ ? "other" : /missing = "free"/ ? "free" : "held"
		}' "$root/profiles/protect.toml"
}

# repository DIR: with a commit, and nothing else.
repository()
{
	mkdir -p "$1" && git init -q "$1" && echo text >"$1/file" && git -C "$1" add file &&
		git -C "$1" commit -q -m first
}

# project: $T/proj anew, with a repository below it, a submodule, and a worktree beside it.
project()
{
	cd "$T" && rm -rf "$p" "$T/wt" "$T/up"
	repository "$T/up"
	repository "$p"
	repository "$p/vendor/n"
	git -C "$p" -c protocol.file.allow=always submodule --quiet add "$T/up" sub 2>/dev/null
	git -C "$p" commit -q -m second
	git -C "$p" worktree add -q "$T/wt" 2>/dev/null
	mkdir "$p/tools"
	printf '#!/bin/sh\n' >"$p/tools/tool" && chmod 755 "$p/tools/tool"
	cd "$p" || exit 1
}

# fill DIR PLACE: each row of the table exists in DIR: a file where the name looks like one's.
fill()
{
	rows "$2" | while read -r name kind; do
		if [ -e "$1/$name" ] || [ "$kind" = other ]; then continue; fi
		case $name in
		.git) ;;
		commondir) ;; # it would make a worktree's folder of it
		*.*.* | *.json | *.toml | *.yml | *.yaml | *.lua | *.el | *rc | *config* | *alternates | info/* | *profile | *login | *logout | .emacs)
			mkdir -p "$(dirname "$1/$name")" && : >"$1/$name" ;;
		*) mkdir -p "$1/$name" && echo text >"$1/$name/file" ;;
		esac
	done
}

# listed [STATE...]: what explain calls protected below the current folder, in these states.
listed()
{
	timeout 30 "$seal" explain --json -- true </dev/null 2>"$T/err" | python3 -c '
import json, os, sys
here = os.getcwd() + "/"
for item in json.load(sys.stdin)["protected"]:
    if item["path"].startswith(here) and item["state"] in sys.argv[1:]:
        print(item["path"][len(here):])' "$@"
}

# concerned: of the lines of state's, those about what is listed in $T/targets, what lies in it, and the
# folders on the way. What is beside them is the run's to change, as all of the project is.
concerned()
{
	python3 -c '
import sys
targets = [line.rstrip("\n") for line in open(sys.argv[1])]
ways = {t[:i] for t in targets for i in range(len(t)) if t[i] == "/"}
whole = tuple(t + "/" for t in targets if t not in ways)
for line in sys.stdin:
    path = line.split(chr(39))[1]
    for at in sys.argv[2:]:
        name = path[len(at) + 1:] if path.startswith(at + "/") else None
        if name and (name in targets or name in ways or name.startswith(whole)):
            print(line, end="")
            break' "$T/targets" "$@"
}

# attacked [these]: every attack on each path that is protected below the current folder, or on those
# that $T/targets has already, from a run there;
# $T/done has what was not refused, and $T/diff what is another on the host. The attack comes in by the
# project, where its name is none of the table's.
attacked()
{
	at=$(pwd)
	[ $# != 0 ] || listed read-only 'kept away' >"$T/targets"
	state "$at" | concerned "$at" >"$T/before"
	cp "$T/attack.py" own.py && cp "$T/targets" own.targets
	timeout 60 "$seal" -q -- python3 own.py -l own.targets >"$T/done" 2>"$T/err" </dev/null
	status=$?
	chmod -R u+rwX own.* && rm -rf own.*
	state "$at" | concerned "$at" | diff "$T/before" - | grep '^[<>]' >"$T/diff"
}

# held ROWS REGEX WHAT: of the targets that match something, nothing was done and nothing is changed.
held()
{
	n=$((n + 1))
	if [ "$status" = 0 ] && grep -Eq "$2" "$T/targets" &&
		! cut -d' ' -f2- "$T/done" | grep -Eq "$2" && ! sed "s|^[<>] '$at/||" "$T/diff" | grep -Eq "$2"; then
		echo "ok $n - $1 $3 ($(grep -Ec "$2" "$T/targets") paths)"
		return
	fi
	failed=$((failed + 1))
	echo "not ok $n - $1 $3 (status $status, $(grep -Ec "$2" "$T/targets") paths)"
	{ grep -E " .*($2)" "$T/done" | head -n 15; grep -E "$2" "$T/diff" | head -n 10; tail -n 3 "$T/err"; } |
		sed 's/^/# /' >&2
}

# --- The attacks work -------------------------------------------------------------------------------

mkdir "$T/try" && cd "$T/try" || exit 1
for kind in $(python3 "$T/attack.py" -k list); do
	rm -rf ./* && mkdir -p d/deep && echo x >f && echo x >d/deep/f
	state . >"$T/before"
	python3 "$T/attack.py" -k $kind f d d/deep/f d/missing missing d/deep/missing >"$T/done" 2>"$T/err"
	[ -s "$T/done" ] && [ $kind = chown ] || [ "$(state . | grep -v "^'..own" | diff - "$T/before")" != "" ] ||
		echo $kind
done >"$T/idle"
is "$(cat "$T/idle")" "" "control: outside each of $(python3 "$T/attack.py" -k list | wc -w) kinds of attack changes something"
cd "$p" || exit 1

# --- What the table says is what is protected ----------------------------------------------------------

export PATH="$p/tools:$PATH"
# wanted FREE: all paths that the table means in the project, those that may appear if FREE is so.
wanted()
{
	for place in '' vendor/n/ sub/; do
		rows project | awk -v at=$place -v free=$1 '$2 == free { print at $1 }'
	done
	for place in .git vendor/n/.git .git/modules/sub; do
		rows git | awk -v at=$place/ -v free=$1 '$2 == free { print at $1 }'
	done
	rows worktree | awk -v free=$1 '$2 == free { print ".git/worktrees/wt/" $1 }'
}
project
before=$(state .)
listed read-only 'kept away' | sort >"$T/listed"
is "$(wanted held | sort | comm -23 - "$T/listed")" "" \
	"[GX-15] every row of the table is protected, in the project, a repository below, a submodule, a worktree's folder"
is "$(wanted free | sort | comm -12 - "$T/listed")" "" "... but those that may appear, as long as they do not exist"
like "$(cat "$T/listed")" '^tools$' "[FS-29] so is a folder of the project's on PATH"
same "$before" "$(state .)" "... and telling makes nothing"
[ "$(wc -l <"$T/listed")" -gt 60 ]
ok $? "control: there are $(wc -l <"$T/listed") paths"

# --- Where they do not exist -----------------------------------------------------------------------------

attacked
held '[FS-09] [GX-15]' '^(|vendor/n/|sub/)\.(vscode|envrc|mcp\.json|cargo|claude|idea|mise\.toml)' \
	"what editors, agents and tools obey cannot be made"
held '[FS-09]' 'seal\.toml$' "a manifest cannot be made"
held '[FS-09] [FS-12]' '.' "nothing that is protected and missing can be made, by any attack"
held '[GX-01]' '\.git/(modules/sub/)?hooks' "hooks cannot be written or brought in"
held '[GX-02]' '\.git/(modules/sub/)?config$' "nor the configuration"
held '[GX-05]' '\.git/(modules/sub/)?(config\.worktree|info|objects/info/alternates)$' \
	"nor attributes, alternates, a worktree's configuration"
held '[GX-06]' '\.git/(modules|worktrees/wt)' "nor those of submodules and worktrees"
held '[GX-19]' '\.git/(modules/sub/)?(remotes|branches)$' "nor old forms of remotes"
same "" "$(cat "$T/diff")" "[FS-08] [FS-09] and nothing else is another: not a name, not a mode, not a time"

# --- Where they do ---------------------------------------------------------------------------------------

full()
{
	project
	for place in . vendor/n sub; do
		fill $place project
	done
	for place in .git vendor/n/.git .git/modules/sub; do
		fill $place git
	done
	fill .git/worktrees/wt worktree
	printf '[sandbox.os]\n' >seal.toml
	cp seal.toml vendor/n/seal.toml
	"$seal" trust --yes >/dev/null 2>&1
}
full
is "$({ wanted held; wanted free; } | grep -v 'commondir$' | sort | comm -23 - <(listed read-only | sort))" "" \
	"[GX-15] what exists is read-only, also what may appear"
attacked
held '[GX-15]' '^(|vendor/n/|sub/)\.(vscode|envrc|mcp\.json|cargo|claude|idea|mise\.toml|nvimrc|husky)' \
	"what editors, agents and tools obey cannot be changed"
held '[FS-12]' 'seal\.toml$' "nor seal.toml, here or below"
held '[FS-29]' '^tools$' "nor a program on PATH"
held '[GX-01]' '\.git/(modules/sub/)?hooks' "nor hooks"
held '[GX-02]' '\.git/(modules/sub/)?config$' "nor the configuration"
held '[GX-05]' '\.git/(modules/sub/)?(config\.worktree|info|objects/info/alternates)$' \
	"nor attributes, alternates, a worktree's configuration"
held '[GX-06]' '\.git/(modules|worktrees/wt)' "nor those of submodules and worktrees"
held '[FS-30]' '(vimrc|exrc|dir-locals\.el|envrc)$' "nor what an editor or a shell runs"
held '[GX-15]' '.' "nor anything else"
same "" "$(cat "$T/diff")" "[GX-15] nothing is another: not a name, not a mode, not a time"

# --- Where they are links, or lead on ------------------------------------------------------------------------

project
mkdir conf shared hooks.d more
touch conf/tasks.json conf/envrc conf/mcp.json shared/pre-commit hooks.d/pre-commit more/evil inc inc2
ln -s conf .vscode && ln -s conf/envrc .envrc && ln -s "$p/conf/mcp.json" .mcp.json
rm -rf .git/hooks && ln -s ../shared .git/hooks
git config core.hooksPath hooks.d
git config include.path ../inc
git config --file inc include.path "$p/inc2"
git -C vendor/n config core.hooksPath "$p/more"
printf 'conf/tasks.json conf/envrc conf/mcp.json conf shared/pre-commit shared hooks.d/pre-commit hooks.d more/evil more inc inc2 .vscode .envrc .mcp.json .git/hooks' |
	tr ' ' '\n' >"$T/targets"
attacked these
held '[GX-15]' '^(conf|\.vscode|\.envrc|\.mcp)' "what a protected link leads to is protected, by its own name as well"
held '[GX-01]' '^(shared|hooks\.d|more|\.git/hooks)' "... hooks that are a link, and the folder that core.hooksPath names"
held '[GX-02]' '^(inc|inc2)$' "... and files that the configuration includes"
same "" "$(cat "$T/diff")" "[GX-15] ... nothing is another"

# --- From below, and in a worktree -------------------------------------------------------------------------

project
cd "$T/wt" && attacked
held '[GX-08] [GX-15]' '^(\.vscode|\.envrc|\.mcp\.json)$' "in a worktree the same names are kept away"
same "" "$(cat "$T/diff")" "[GX-08] ... and nothing is another"
hostile='for f in hooks/pre-commit hooks/post-checkout config config.worktree info/attributes info/exclude objects/info/alternates commondir worktrees/wt/gitdir worktrees/wt/commondir worktrees/wt/config.worktree modules/sub/config modules/sub/hooks/x; do
	echo evil >>"$1/$f" && echo "wrote $f"; rm -f "$1/$f" && [ -e "$1/$f" ] && echo "removed $f"; mv own "$1/$f"; done 2>/dev/null
	git config core.fsmonitor evil && echo config; git config --worktree core.hooksPath evil && echo config.worktree
	git -C "$1" config core.pager evil && echo direct; mv "$1" "$1.x" && echo moved; echo done'
echo >own
before=$(state "$p" | grep -v 'worktrees/wt/\(index\|HEAD\|logs\)')
run "$seal" -- sh -c "$hostile" git "$p/.git"
same "$before" "$(state "$p" | grep -v 'worktrees/wt/\(index\|HEAD\|logs\)')" \
	"[GX-06] [GX-08] from a worktree the repository's hooks and configuration are as they were"
like "$out" '^done$' "... whatever was tried ($(echo $out))"
rm -f own
run "$seal" -- git rev-parse --show-toplevel
is "$out" "$T/wt" "control: git knows the worktree"
cd "$p" || exit 1
cd sub && attacked
held '[GX-06] [GX-15]' '^(\.vscode|\.envrc)$' "in a submodule too"
same "" "$(cat "$T/diff")" "[GX-06] ... and nothing is another"
echo >own
before=$(state "$p/.git/config" "$p/.git/hooks" "$p/.git/modules/sub/config" "$p/.git/modules/sub/hooks" "$p/.git/modules/sub/info")
run "$seal" -- sh -c "$hostile" git "$p/.git/modules/sub"
same "$before" \
	"$(state "$p/.git/config" "$p/.git/hooks" "$p/.git/modules/sub/config" "$p/.git/modules/sub/hooks" "$p/.git/modules/sub/info")" "[GX-06] ... nor by its git directory's own path ($(echo $out))"
rm -f own
cd "$p" || exit 1

# --- By git's own commands -----------------------------------------------------------------------------------

cat >"$T/keys" <<END
core.fsmonitor touch $c/marker
core.hooksPath $c
core.sshCommand touch $c/marker
core.pager touch $c/marker
core.editor touch $c/marker
core.askPass touch $c/marker
core.worktree $c
core.attributesFile $c/a
alias.st !touch $c/marker
filter.x.clean touch $c/marker
filter.x.process touch $c/marker
diff.x.textconv touch $c/marker
diff.external touch $c/marker
merge.x.driver touch $c/marker
credential.helper !touch $c/marker
include.path $c/evil
includeIf.gitdir:/.path $c/evil
gpg.program touch
sequence.editor touch $c/marker
url.ext::touch.insteadOf https://
remote.origin.uploadpack touch
submodule.sub.update !touch
uploadpack.packObjectsHook touch $c/marker
extensions.worktreeConfig true
END
set_all='while read -r key value; do
	for where in --local --worktree "--file .git/config" "--file .git/config.worktree" "--file $(pwd)//.git/./config"; do
		git config $where "$key" "$value" && echo "$key $where"; git config --unset-all $where core.bare && echo unset
	done
	git -C sub config "$key" "$value" && echo "sub $key"; git -C vendor/n config "$key" "$value" && echo "n $key"
done <keys; GIT_EDITOR="echo evil >" git config --edit; git config --remove-section core && echo removed; git submodule init >own.out; git submodule sync >own.out; rm -f own.out
git submodule set-url sub "ext::sh -c touch" && echo url; git remote add evil /tmp && echo remote; echo done'
cp "$T/keys" keys
cat .git/config vendor/n/.git/config .git/modules/sub/config >"$T/before"
run "$seal" -- sh -c "$set_all"
is "$(cat .git/config vendor/n/.git/config .git/modules/sub/config | diff - "$T/before"; ls .git/config.worktree 2>/dev/null; printf '%s\n' "$out" | grep -v '^url$\|^Synchronizing')" \
	"done" "[GX-02] git config sets none of $(wc -l <keys) keys, in no file and no repository"
rm -rf "$T/copy" && cp -a "$p" "$T/copy"
(cd "$T/copy" && run sh -c "$set_all") >/dev/null 2>&1
[ "$(grep -c evil "$T/copy/.git/config")" -ge 1 ] && grep -q fsmonitor "$T/copy/vendor/n/.git/config"
ok $? "control: outside it does"
rm -rf "$T/copy" keys
git checkout -q .gitmodules 2>/dev/null

before=$(state .git/hooks .git/config; stat -c %i .git)
run "$seal" -- sh -c 'mv .git .g && echo moved; cp -r .git .g; rm -rf .git; mkdir -p .git/hooks; printf "#!/bin/sh\n" >.git/hooks/pre-commit && echo hook; ln -sfT .g .git && echo link; [ ! -e .git/hooks/pre-commit ] && echo none'
same "none/$before" "$out/$(state .git/hooks .git/config; stat -c %i .git)" "[GX-03] .git cannot be moved away and replaced"
rm -rf .g .git/.g
git reset -q --hard 2>/dev/null
cp -a "$p" "$T/copy" && mv "$T/copy/.git" "$T/copy/.g"
ok $? "control: outside it can"
rm -rf "$T/copy"

project
git config extensions.worktreeConfig true
run "$seal" -- sh -c 'echo "[core] fsmonitor = evil" >.git/config.worktree && echo wrote; git config --worktree core.fsmonitor evil && echo set; git config core.fsmonitor; mkdir .git/config.worktree && echo made; git status --porcelain >/dev/null && echo works'
is "$out/$(ls .git/config.worktree 2>/dev/null)" "works/" "[GX-20] where worktrees' settings count they cannot be written, and git works"
git config --worktree core.fsmonitor false
run "$seal" -- sh -c 'echo x >>.git/config.worktree && echo wrote; git config core.fsmonitor'
is "$out" false "[GX-20] ... nor where they exist"

# --- Where .git is something else ----------------------------------------------------------------------------

for at in inside beside; do
	project
	[ $at = inside ] && to=.real || to=../real
	rm -rf "$T/real" && mv .git $to && ln -s $to .git
	before=$(state $to/hooks $to/config)
	run "$seal" -- sh -c 'touch marker; for d in .git .real ../real; do echo evil >>$d/config; echo evil >$d/hooks/pre-commit; mv $d/hooks $d/hooks2; done; rm .git; mkdir .git'
	[ "$(state $to/hooks $to/config)" = "$before" ] && [ -L .git ]
	ok $? "[GX-09] a .git that is a link to $at the project is protected or refused (status $status)"
	[ "$status" != 125 ] || like "$err" '\.git' "[GX-09] ... with a word about it"
done
rm -rf "$T/real"

cd "$T" && rm -rf "$p" && mkdir "$p" && cd "$p" || exit 1
run "$seal" -- sh -c 'git init -q; mkdir .git; mkdir .git/hooks; echo "gitdir: own" >.git; ln -s own .git; touch ran'
[ -e ran ] && [ ! -e .git ] && [ ! -L .git ]
ok $? "[GX-10] where there is no repository none can be made (status $status)"
ls -A >"$T/names"
is "$(cat "$T/names")" ran "[GX-10] ... and nothing stays of what keeps it away"
rm -f ran
git init -q . && [ -d .git/hooks ]
ok $? "control: outside it can"
repository "$p" && mkdir -p below/deep && cd below/deep || exit 1
run "$seal" -- git rev-parse --show-toplevel
is "$out" "$p" "[GX-10] from a folder below the repository above is found"
printf '[sandbox.os]\n' >seal.toml
"$seal" trust --yes >/dev/null
"$seal" -q -- sh -c 'touch started; until [ -e seen ]; do sleep 0.02; done; git init -q . 2>/dev/null; [ -e .git/HEAD ] && echo made' >"$T/made" &
runner=$!
holds -e started
is "$(git rev-parse --show-toplevel)" "$p" "[GX-10] ... also outside, while a run with a manifest of its own goes on there"
touch seen
wait $runner
is "$(cat "$T/made")$(ls -A | tr '\n' ' ')" "seal.toml seen started " "[GX-10] ... which makes no repository there"
cd "$p" || exit 1

# --- Two runs at once, and killed ones ---------------------------------------------------------------------

project
cp "$T/attack.py" own.py
listed 'kept away' >own.targets
state . | grep -v "/own\.\|/started\|/go'" >"$T/before"
"$seal" -q -- sh -c 'touch started; until [ -e go ]; do sleep 0.02; done; exec python3 own.py -l own.targets' >"$T/done" 2>"$T/err" </dev/null &
runner=$!
holds -e started
"$seal" -q -- true
"$seal" -q -- sh -c 'exit 3'
"$seal" -q -- sleep 1000 &
second=$!
disown $second
sleep 0.2
kill -KILL $second
"$seal" -q -- true
touch go
wait $runner
chmod -R u+rwX own.* && rm -rf own.* started go
is "$(cat "$T/done")" "" "[FS-09] what a run keeps away stays so when others begin and end beside it"
# What the attack removed beside it is gone; what came is counted.
same "" "$(state . | diff "$T/before" - | grep '^>')" "[FS-08] [FS-09] ... and at the end of the last nothing stays"
for which in front all; do
	"$seal" -q -- sh -c 'touch started; exec sleep 1000' &
	front=$!
	disown $front
	holds -e started
	if [ $which = all ]; then
		# shellcheck disable=SC2046
		kill -KILL $front $(cat /proc/$front/task/$front/children)
	else
		kill -KILL $front
	fi
	rm -f started
	"$seal" -q -- true
	same "" "$(state . | diff "$T/before" - | grep '^>')" "[FS-08] nothing stays of a run that was killed ($which), once another has been"
done
# What the user makes outside where something stands in belongs to the user.
"$seal" -q -- sh -c 'touch started; until [ -e go ]; do sleep 0.02; done; ls .vscode/settings.json' >"$T/done" 2>"$T/err" &
runner=$!
holds -e started
rm .vscode && mkdir .vscode && echo mine >.vscode/settings.json
touch go
wait $runner
is "$(cat .vscode/settings.json)" mine "[FS-09] what the user makes meanwhile in such a place is kept, and is the user's"
rm -rf .vscode started go

# --- Names that a file system might fold -------------------------------------------------------------------

printf '[sandbox.os]\n' | manifest
# shellcheck disable=SC1003
inside 'for n in .GIT .Git Seal.TOML SEAL.TOML "seal.toml " "seal.toml." .VSCode .ENVRC "$(printf ".g\342\200\214it")" "$(printf "se\314\201al.toml")" .git::\$INDEX_ALLOCATION GIT~1; do mkdir -p "$n/hooks" && echo x >"$n/hooks/pre-commit"; done; ls -A .git | grep -c hooks; cat .vscode/hooks/pre-commit'
folded=$(ls -A .git/hooks | grep -c '^pre-commit$')
is "$folded/$(cat seal.toml)/$(ls -d .vscode .envrc 2>/dev/null)" "0/[sandbox.os]/" \
	"[FS-15] names that another file system folds to protected ones are not those names here"
run "$seal" -- git -c core.hooksPath= rev-parse --git-dir
is "$out" .git "[FS-15] ... and git takes none of them for its own"
is "$(timeout 30 "$seal" explain --json -- true </dev/null | python3 -c 'import json, sys; print(json.load(sys.stdin)["manifest"])')" \
	"$p/seal.toml" "[FS-15] ... nor seal-exec"

# --- What a run can plant, and what that does to the next -----------------------------------------------------

project
inside 'mkdir -p new/x && cd new/x && git init -q . && git config core.fsmonitor evil && echo made
mkdir -p ../bare && cd ../bare && git init -q --bare . && echo bare'
is "$(echo $out)/$(git -C new/x config core.fsmonitor)" "made bare/evil" \
	"[GX-11] non-promise: a repository in a new folder of the project can be made, with any configuration"
run "$seal" -- sh -c 'echo evil >>new/x/.git/config; echo evil >new/x/.git/hooks/pre-commit; touch marker'
rm -f marker
is "$(ls new/x/.git/hooks/pre-commit 2>/dev/null)$(grep -c '^evil' new/x/.git/config)" 0 "[GX-11] ... and is protected from the next run on"
rm -rf new
inside 'for f in Makefile package.json build.rs pyproject.toml; do echo evil >$f; done; printf "#!/bin/sh\n" >run.sh && chmod 755 run.sh; mkdir -p target && cp /bin/true target/app'
is "$(cat Makefile package.json build.rs | sort -u)/$(ls target)" "evil/app" \
	"[GX-16] non-promise: scripts, makefiles, sources and programs of the project can be written"
rm -rf Makefile package.json build.rs pyproject.toml run.sh target
inside 'mkdir -p .git/rebase-merge .git/sequencer && echo "exec touch x" | tee .git/rebase-merge/git-rebase-todo >.git/sequencer/todo && echo planted; echo x >.git/remotes/origin && echo remote; mkdir -p .git/branches && echo x >.git/branches/x && echo branch'
is "$out/$(ls .git/rebase-merge)" "planted/git-rebase-todo" \
	"[GX-19] non-promise: an interrupted rebase can be planted, which git status then tells; remotes and branches cannot"
like "$(git status)" 'rebas|todo|cherry' "[GX-19] ... and git tells of it"

# Pipes, links and the like wherever seal-exec or git could look, planted from inside.
project
inside 'rm -rf .git/objects/pack .git/HEAD .git/index .git/description; ln -s /tmp/x .git/objects/pack; mkfifo .git/HEAD .git/index .git/FETCH_HEAD .git/description; ln -s /dev/zero .git/ORIG_HEAD
rm -f sub/.git; mkfifo sub/.git; mkdir -p loop a/.git b/.git/modules; ln -s .. loop/up; ln -s ../loop loop/.git; mkfifo a/.git/config a/.git/commondir b/.git/HEAD; ln -s /dev/zero b/.git/config
mkdir -p e && ln -s /proc/self/fd/0 e/.git; mkdir -p f && echo "gitdir: /dev/zero" >f/.git; mkdir -p g && echo "gitdir: ../../../../../../../.." >g/.git; mkdir h && head -c 3000000 /dev/zero >h/.git; mkfifo .gitmodules.x'
[ -p .git/HEAD ] && [ -p a/.git/config ] && [ -L .git/objects/pack ]
ok $? "control: a run plants pipes and links in .git, and repositories that are none"
start=$(date +%s)
timeout 15 "$seal" -- touch marker </dev/null >"$T/out" 2>"$T/err"
status=$?
{ [ $status = 125 ] && [ -s "$T/err" ]; } || { [ $status = 0 ] && [ -e marker ]; }
ok $? "[GX-14] the next run is held up by none (status $status, $(($(date +%s) - start)) s)"
rm -f marker
timeout 15 "$seal" explain -- true >/dev/null 2>&1 </dev/null
[ $? != 124 ]
ok $? "[GX-14] nor is explain"

# --- A run starts nothing of the repository's outside ---------------------------------------------------------

project
cat >"$T/evil" <<END
#!/bin/sh
echo "\$0 \$*" >>"$c/marker"
END
chmod 755 "$T/evil"
while read -r key value; do
	git config "$key" "$(printf %s "$value" | sed "s|touch $c/marker|$T/evil|")"
done <"$T/keys"
git config --unset core.worktree
git config core.hooksPath "$p/hooks.d"
mkdir hooks.d
for hook in post-checkout pre-commit post-index-change reference-transaction fsmonitor-watchman post-merge; do
	cp "$T/evil" hooks.d/$hook && cp "$T/evil" .git/hooks/$hook
done
printf '* filter=x diff=x merge=x\n' >.gitattributes
cp .gitattributes .git/info/attributes
for name in git bwrap sh python3 ls; do
	cp "$T/evil" tools/$name && cp "$T/evil" $name
done
printf 'export BASH_ENV=%s ENV=%s\n' "$T/evil" "$T/evil" >.envrc
rm -f "$c/marker"
git status >/dev/null 2>&1
[ -s "$c/marker" ]
ok $? "control: outside git status in this repository starts what its configuration names"
rm -f "$c/marker"
for dir in . sub vendor/n "$T/wt"; do
	cd "$p/$dir" 2>/dev/null || cd "$dir" || exit 1
	PATH="$p/tools:.:$PATH" run strace -f -qq -e trace=execve,execveat -o "$T/trace" "$seal" -q -- true
	is "$status/$(sed -n 's/^[0-9]* *execve(at)\{0,1\}//; s/^[0-9]* *execve("\([^"]*\)".* = 0$/\1/p' "$T/trace" | sed 's|.*/||; s|^[0-9]*$|inner|' | tr '\n' ' ')" \
		"0/seal-exec bwrap inner true " "[GX-17] [MF-18] a run in $(basename "$dir") starts bwrap, inner and its command"
	like "$(grep bwrap "$T/trace")" 'execve\("/(usr|run|nix)[^"]*/bwrap"' "[GX-17] ... bwrap of the system's, not the project's"
done
cd "$p" || exit 1
[ ! -e "$c/marker" ]
ok $? "[GX-17] nothing that the repository's configuration names was started outside"
for sub in 'explain -- git status' 'check' 'trust --yes' '-n -- git status' 'bundles'; do
	PATH="$p/tools:.:$PATH" run "$seal" $sub
done
[ ! -e "$c/marker" ]
ok $? "[GX-17] [MF-18] ... nor by explain, check, trust, bundles"

# --- The user's own settings --------------------------------------------------------------------------------

project
printf '[user]\n\tname = Mine\n[credential]\n\thelper = store\n' >~/.gitconfig
printf 'https://user:token@example.org\n' >~/.git-credentials
mkdir -p ~/.config/git && printf 'https://user:token@example.org\n' >~/.config/git/credentials
ask='printf "protocol=https\nhost=example.org\n\n" | GIT_TERMINAL_PROMPT=0 git credential fill; GIT_CONFIG_GLOBAL=; cat ~/.git-credentials ~/.config/git/credentials'
run sh -c "$ask"
like "$out" 'password=token' "control: outside git gives stored passwords"
printf '[sandbox.os]\ncommand_tools = ["git"]\n' | manifest
before=$(state ~)
GIT_CONFIG_GLOBAL=$c/evil run "$seal" -- sh -c "$ask; echo global \$GIT_CONFIG_GLOBAL; git config --global user.name Other; git config --global core.pager evil; echo x >>~/.gitconfig; mv ~/.gitconfig ~/x; rm -f ~/.gitconfig"
same "global/$before" "$out/$(state ~)" "[GX-18] inside it gives none, and the user's settings stay as they are"
run "$seal" -- git config user.name
is "$out" Mine "control: they are read"
rm -rf ~/.gitconfig ~/.git-credentials ~/.config/git seal.toml

# --- The home folder -------------------------------------------------------------------------------------------

fill ~ home
rows home | while read -r name _; do
	[ -e ~/"$name" ] || echo "$name"
done >"$T/names"
is "$(cat "$T/names")" "" "control: every row of the home folder exists"
before=$(state ~)
rows home | cut -d' ' -f1 >own.targets
cp "$T/attack.py" own.py
inside 'cd ~ && python3 "$OLDPWD/own.py" -l "$OLDPWD/own.targets" >/dev/null; touch .bashrc && echo wrote'
same "wrote/$before" "$out/$(state ~)" "[FS-30] by default a run has a home of its own; no start file of $(wc -l <own.targets) is another (control: it writes there)"
for dir in .cargo .gradle .m2; do
	for twice in full empty; do
		[ $twice = full ] || { rm -rf ~/$dir && mkdir -p ~/$dir; }
		printf '[sandbox.os]\nwrite = ["~/%s"]\n' $dir | manifest
		before=$(state ~/$dir)
		timeout 30 "$seal" explain --json -- true 2>"$T/err" </dev/null | python3 -c '
import json, sys
for item in json.load(sys.stdin)["protected"]:
    if item["path"].startswith(sys.argv[1]) and item["state"] in ("read-only", "kept away"):
        print(item["path"][len(sys.argv[1]):])' ~/$dir/ >own.targets
		want=$(rows home | sed -n "s|^$dir/\([^ ]*\) held|\1|p" | sort)
		is "$(sort own.targets)" "$want" "[FS-29] a grant of ~/$dir for writing leaves the table's rows in it out ($twice)"
		run "$seal" -- sh -c "cp own.py own.targets ~/$dir && cd ~/$dir && python3 own.py -l own.targets; chmod -R u+rwX own.* && rm -rf own.*; touch new"
		same "/$before" "$out/$(state ~/$dir | grep -v "/new'")" "[FS-29] [FS-30] ... and none of them can be changed or made by any attack"
		[ -e ~/$dir/new ]
		ok $? "control: a file beside them can"
		rm -f ~/$dir/new
	done
done
rm -f own.*
touch ~/.bashrc
printf '[sandbox.os]\nwrite = ["~/.bashrc"]\n' | manifest
inside 'echo mine >>~/.bashrc'
is "$(cat ~/.bashrc)" mine "control: a grant in a trusted manifest that names one lifts its row"

# --- What attackers found --------------------------------------------------------------------------

# The search for repositories ends somewhere; one that was found once is not forgotten.
mkdir -p "$T/flood/a/b/c" && cd "$T/flood" && git init -q . && git init -q a/b/c/lib
run "$seal" -q -- true
run "$seal" -q -- python3 -c 'import os
for i in range(70):
    for j in range(70):
        os.makedirs("f/%d/%d/x" % (i, j))'
run "$seal" -q -- sh -c 'echo evil >a/b/c/lib/.git/hooks/pre-commit; echo x >f/plain'
[ -e f/plain ] && [ ! -e a/b/c/lib/.git/hooks/pre-commit ]
ok $? "[GX-01] a tree that was made too large to search: a repository that is known stays protected"
git config --global core.hooksPath .githooks
run "$seal" -q -- sh -c 'mkdir .githooks && echo evil >.githooks/pre-commit'
[ ! -e .githooks ]
ok $? "[GX-01] [GX-02] a folder of hooks that the user's own configuration names"
git config --global --unset core.hooksPath
run "$seal" -q -- sh -c 'mkdir .githooks && echo plain >.githooks/pre-commit'
[ -e .githooks/pre-commit ]
ok $? "control: without that it is a folder like others"
cd "$T/proj" || exit 1

# A descriptor on what stands in for a name, kept by one run, leads nowhere in another.
mkdir "$T/other" "$T/holder" && git -C "$T/other" init -q . && git -C "$T/holder" init -q .
cd "$T/holder" || exit 1
cat >hold.py <<'END'
import os, time
os.makedirs("late/.git/objects"), os.mkdir("late/.git/refs"), open("late/.git/HEAD", "w").write("ref: refs/heads/m\n")
open("ready", "w")
fds, seen = [], 0
while not os.path.exists("go"):
    for name in ("commondir", "config", "config.worktree"):
        try: fds.append(os.open("late/.git/" + name, os.O_RDWR))
        except OSError: pass
    for name in (".git/hooks", ".git/modules", ".vscode"):
        try: fds.append(os.open("late/" + name, os.O_RDONLY | os.O_DIRECTORY))
        except OSError: pass
    for fd in fds[:-200]:
        os.close(fd)
    fds = fds[-200:]
    time.sleep(0.001)
open("held.new", "w").write(str(len(fds))), os.rename("held.new", "held")
while not os.path.exists("end"):
    for fd in fds:
        try: os.pwrite(fd, b"/evil\n", 0)
        except OSError: pass
        try: os.close(os.open("pre-commit", os.O_CREAT | os.O_WRONLY, 0o755, dir_fd=fd))
        except OSError: pass
    time.sleep(0.01)
END
timeout 60 "$seal" -q -- python3 hold.py >"$T/hold.out" 2>&1 &
runner=$!
holds -e ready
run "$seal" -q -- sleep 0.3
touch go
holds -e held
find "$T/other" | sort >"$T/other.before"
(cd "$T/other" && timeout 30 "$seal" -q -- sleep 0.3)
find "$T/other" | sort >"$T/other.after"
touch end
wait $runner
[ "$(cat held)" -gt 0 ]
ok $? "control: descriptors were held ($(cat held "$T/hold.out"))"
is "$(diff "$T/other.before" "$T/other.after")" "" "[GX-01] [FS-07] what one run holds open comes to nothing in another project"

done_testing
