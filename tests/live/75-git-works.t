#!/bin/bash
# limit: 120
# Real git at work under protection: what it does every day gives inside what it gives outside, in a
# plain repository, a worktree, a submodule, and with configuration by worktree; afterwards the
# repository is clean and in order outside. Rows GX-08 and GX-13 of the containment catalogue.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/contain.sh
. "$live/contain.sh"
export GIT_CONFIG_NOSYSTEM=1 GIT_AUTHOR_NAME=Seal GIT_AUTHOR_EMAIL=seal@example.org
export GIT_COMMITTER_NAME=Seal GIT_COMMITTER_EMAIL=seal@example.org
who='export GIT_AUTHOR_NAME=Seal GIT_AUTHOR_EMAIL=seal@example.org GIT_COMMITTER_NAME=Seal GIT_COMMITTER_EMAIL=seal@example.org;'
rm -rf "$T/proj/.git"

# A day's work, from a repository with two commits on main and a file each. Each step is one command
# of git's, by its own exit status; the shell ends at the first that fails, and says which.
cat >"$T/day" <<'END'
set -e
step=begin
trap 'echo "failed: $step"' EXIT
git() { step="git $*"; command git "$@"; }
export GIT_AUTHOR_NAME=Seal GIT_AUTHOR_EMAIL=seal@example.org GIT_COMMITTER_NAME=Seal GIT_COMMITTER_EMAIL=seal@example.org
here=$(git symbolic-ref --short HEAD)
echo one >one && git add one && git commit -q -m one
echo two >>one && git commit -q -a -m two
git switch -q -c topic-$1 && echo topic >topic && git add -A && git commit -q -m topic
git switch -q "$here" && echo three >three && git add three && git commit -q -m three
git merge -q --no-edit topic-$1
git tag v1-$1 && git tag -a -m 'a tag' v2-$1
echo dirty >>one && echo new >new && git stash -q -u && test ! -e new && git stash pop -q && test -e new
git stash -q -u && git stash drop -q
git switch -q -c again-$1 HEAD~1 && echo four >four && git add four && git commit -q -m four
git rebase -q "$here"
echo five >four && git commit -q -a -m five && echo six >four && git commit -q -a -m six
GIT_SEQUENCE_EDITOR="sed -i -e '2s/^pick/fixup/'" git rebase -q -i HEAD~2
test "$(git log --format=%s -1)" = five
GIT_EDITOR=true git commit -q --amend
git switch -q "$here" && git cherry-pick again-$1~1 again-$1 >/dev/null
git revert --no-edit HEAD >/dev/null
git branch -q -D again-$1
git mv three four-$1 && git rm -q topic && git commit -q -m moved
git reset -q --hard HEAD~1 && git reset -q --soft HEAD~1 && git commit -q -m soft
git restore --source=HEAD~1 one && git restore one
git clean -q -f -d
git bisect start -q HEAD HEAD~4 >/dev/null && git bisect run sh -c 'test ! -e nothing' >/dev/null && git bisect reset -q >/dev/null
git log --oneline --graph --all >/dev/null && git diff HEAD~1 >/dev/null && git blame one >/dev/null && git grep -q two
git show-ref >/dev/null && git reflog >/dev/null && git describe --tags >/dev/null
git format-patch -q -1 -o patches && git reset -q --hard HEAD~1 && git am -q patches/*.patch && rm -rf patches
git notes add -m note && git update-ref refs/own/ref-$1 HEAD && git pack-refs --all
git archive HEAD >/dev/null && git count-objects -v >/dev/null
git repack -q -a -d && git prune && git fsck --no-progress && git gc -q && git gc -q --aggressive --prune=now
git fsck --no-progress --full
step=done
trap - EXIT
echo worked
END
# And with a remote: its folder is in the project, or granted.
cat >"$T/remote" <<'END'
set -e
step=begin
trap 'echo "failed: $step"' EXIT
git() { step="git $*"; command git "$@"; }
export GIT_AUTHOR_NAME=Seal GIT_AUTHOR_EMAIL=seal@example.org GIT_COMMITTER_NAME=Seal GIT_COMMITTER_EMAIL=seal@example.org
git fetch -q "$1" main && git rev-parse -q --verify FETCH_HEAD >/dev/null
git fetch -q "$1" main:refs/remotes/up/main && git merge -q --no-edit --allow-unrelated-histories up/main
git pull -q --no-rebase --no-edit "$1" main
git push -q "$1" HEAD:refs/heads/pushed && git ls-remote "$1" pushed | grep -q pushed
git worktree add -q own-wt -b wt-$2 && (cd own-wt && echo w >w && git add w && git commit -q -m w && git status --porcelain)
git worktree list | grep -q own-wt && git worktree remove own-wt && git worktree prune && git branch -q -D wt-$2
step=done
trap - EXIT
echo worked
END

# repository DIR: two commits on main.
repository()
{
	mkdir -p "$1" && git init -q -b main "$1" && echo text >"$1/file" && git -C "$1" add file &&
		git -C "$1" commit -q -m first && echo more >"$1/more" && git -C "$1" add more && git -C "$1" commit -q -m second
}

# day WHERE NAME: a day's work in DIR, from a run there and, in a copy of all, outside: the same
# commits, and everything in order.
day()
{
	dir=$1 name=$2
	rm -rf "$T/twin" && cp -a "$T/world" "$T/twin"
	find "$T/twin" \( -path '*/worktrees/*/gitdir' -o -type f -name .git \) -exec sed -i "s|$T/world|$T/twin|" {} +
	cd "$T/twin/$dir" || exit 1
	run sh "$T/day" x
	is "$status/$out" "0/worked" "control: outside a day's work succeeds ($name)"
	want=$(git log --branches --tags --format='%T %s' | sort)
	cd "$T/world/$dir" || exit 1
	cp "$T/day" ../day.sh 2>/dev/null
	# The script is the command's own text: nothing else of the test is in the view.
	run "$seal" -q -- sh -c "$(cat "$T/day")" sh x
	is "$status/$out" "0/worked" "[$3] $name: add, commit, switch, merge, tag, stash, rebase, rebase -i, cherry-pick, revert, bisect, am, gc, fsck"
	is "$(git log --branches --tags --format='%T %s' | sort)" "$want" "[$3] ... gives the same commits as outside"
	is "$(git status --porcelain)" "" "[$3] ... git status outside is clean"
	git fsck --no-progress --no-dangling --full >"$T/out" 2>&1
	ok $? "[$3] ... and git fsck finds nothing"
	is "$(cat "$T/out")" "" "... at all"
	rm -f ../day.sh
	like "$(git log --oneline)" . "control: there is a log"
}

# clean WHAT DIR...: nothing of the run's own is left in the folders: no placeholder, no lock.
clean()
{
	name=$1
	shift
	is "$(find "$@" \( -name '*.lock' -o -empty \( -name .vscode -o -name .envrc -o -name .cargo -o -name .mcp.json -o -name config.worktree -o -name alternates -o -name commondir \) -o -name commondir ! -path '*/worktrees/*' \) -print)" \
		"" "$name: nothing of the runs is left"
}

world()
{
	cd "$T" && rm -rf "$T/world" && mkdir "$T/world"
	repository "$T/world/up"
	git init -q --bare -b main "$T/world/bare"
	git -C "$T/world/up" push -q "$T/world/bare" main
	repository "$T/world/main"
	cd "$T/world" || exit 1
}

# --- A plain repository -------------------------------------------------------------------------------

world
day main 'a plain repository' GX-13
cp -a "$T/world/bare" "$T/world/main/bare" && echo /bare/ >>.git/info/exclude
run "$seal" -q -- sh -c "$(cat "$T/remote")" sh "$T/world/main/bare" y
is "$status/$out" "0/worked" "[GX-13] fetch, pull, push with a folder of the project; worktree add and remove"
printf '[sandbox.os]\nwrite = ["../bare"]\n' >seal.toml
echo /seal.toml >>.git/info/exclude
"$seal" trust --yes >/dev/null
run "$seal" -q -- sh -c "$(cat "$T/remote")" sh "$T/world/bare" z
is "$status/$out" "0/worked" "[GX-13] ... with one beside it that is granted"
git --git-dir="$T/world/bare" rev-parse -q --verify pushed >/dev/null
ok $? "... which got what was pushed"
rm -rf bare seal.toml
git fsck --no-progress >/dev/null 2>&1
ok $? "[GX-13] ... and git fsck finds nothing"
is "$(git status --porcelain)" "" "[GX-13] ... git status outside is clean"
# Work goes on outside, and inside again.
echo outside >outside && git add outside && git commit -q -m outside && git gc -q
run "$seal" -q -- git log --format=%s -1
is "$out" outside "control: work outside is seen inside"
clean 'a plain repository' "$T/world/main"

# What git makes beside what it changes: locks, and files that come and go.
run "$seal" -q -- sh -c "$who"'git commit -q --allow-empty -m "$(printf "a\nlong one")" && git update-index --refresh && git read-tree HEAD && git write-tree >/dev/null && git symbolic-ref HEAD refs/heads/main &&
	touch .git/MERGE_HEAD.x .git/index.lock && rm .git/index.lock .git/MERGE_HEAD.x && git rerere gc && echo worked'
is "$status/$out" 0/worked "[GX-13] plumbing, and lock files beside what they lock"

# --- With configuration by worktree --------------------------------------------------------------------

world
git -C main config extensions.worktreeConfig true
git -C main config --worktree core.abbrev 12
day main 'extensions.worktreeConfig' GX-13
is "$(git config core.abbrev)" 12 "... whose configuration is as it was"
clean 'extensions.worktreeConfig' "$T/world/main"
world
git -C main config extensions.worktreeConfig true
day main 'extensions.worktreeConfig without a file' GX-13
clean 'extensions.worktreeConfig' "$T/world/main"

# --- Inside a worktree -----------------------------------------------------------------------------------

world
git -C main worktree add -q "$T/world/wt" -b side
day wt 'a worktree' GX-08
is "$(git -C "$T/world/main" status --porcelain; git -C "$T/world/main" fsck --no-progress --no-dangling 2>&1)" "" \
	"[GX-08] ... and its repository is in order"
cd "$T/world/main" || exit 1
run "$seal" -q -- sh -c 'git worktree list | wc -l; git log --all --format=%s | grep -cx topic; git status --porcelain'
is "$(echo $out)" "2 1" "[GX-08] from the repository the worktree's work is seen"
clean 'a worktree' "$T/world/main" "$T/world/wt"
# A worktree that lies in the project of its repository.
world
git -C main worktree add -q "$T/world/main/wt" -b side
echo /wt/ >>main/.git/info/exclude
day main/wt 'a worktree in the project' GX-08
cd "$T/world/main" || exit 1
run "$seal" -q -- sh -c "$who"'cd wt && echo w >w && git add w && git commit -q -m w && git status --porcelain && cd .. && git log --all --format=%s -1; git worktree remove wt 2>/dev/null || echo stays'
is "$status/$(echo $out)" "0/w stays" "[GX-08] ... worked in from the project; a repository that was there before is not removed by a run"
git worktree remove --force wt 2>/dev/null || { rm -rf wt && git worktree prune; }
is "$(git worktree list | wc -l)/$(git fsck --no-progress --no-dangling 2>&1)" 1/ "[GX-08] ... but outside"
clean 'a worktree in the project' "$T/world/main"

# --- Inside a submodule -----------------------------------------------------------------------------------

world
git -C main -c protocol.file.allow=always submodule --quiet add "$T/world/up" sub 2>/dev/null
git -C main commit -q -m 'a submodule'
git -C main/sub switch -q -C side
day main/sub 'a submodule' GX-13
cd "$T/world/main" || exit 1
run "$seal" -q -- sh -c "$who"'git add sub && git commit -q -m "submodule moved" && git submodule status | wc -l && cd sub && echo s >s && git add s && git commit -q -m s && git log --format=%s -1'
is "$status/$(echo $out)" "0/1 s" "[GX-13] from the project above: a commit of the submodule and one in it"
git add sub && git commit -q -m again
is "$(git status --porcelain)" "" "... and all is clean"
clean 'a submodule' "$T/world/main"

# --- A clone, and what protection forbids -----------------------------------------------------------------

world
cd main || exit 1
run "$seal" -q -- sh -c "$who"'git clone -q . copy && cd copy && echo c >c && git add c && git commit -q -m c && git log --format=%s -1'
is "$status/$out" 0/c "[GX-13] a clone into the project"
rm -rf copy
run "$seal" -q -- sh -c 'git config user.name Other; git remote add evil .; git branch -q --track t main; git switch -q t && echo switched'
like "$out" '^switched$' "[GX-13] what would write the configuration is refused, and the rest of the command goes on"
is "$(git config user.name; git remote)" "" "... and wrote nothing"

done_testing
