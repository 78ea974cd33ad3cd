#!/bin/bash
# limit: 60
# Which bundles a command gets: those of the commands that it runs, read through wrappers and shell
# strings, and no other. A guess would be a grant.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# gives BUNDLES COMMAND...: the bundles by name. cc comes with what compiles, node with npm.
gives()
{
	want=$1
	shift
	is "$(bundles_of "$@")" "$want" "[$want] for: $(printf '%q ' "$@" | head -c 100)"
}

gives git git status
gives '' true
gives git /usr/bin/git status
gives '' /bin/echo git
gives '' gitk
gives 'cargo cc' env A=1 timeout 30 cargo build

for wrapper in env nohup setsid command exec time nice 'nice -n 5' 'ionice -c 3' 'env -i A=1 B=2' \
	'env -u A' 'env -- A=1' 'timeout 5' 'timeout -k 1 -s KILL 5' 'timeout --foreground 5' 'stdbuf -oL' \
	'stdbuf -o L' 'xargs -n 1' 'flock lock' 'taskset 1' '/usr/bin/env A=1' 'nohup nice timeout 5'; do
	# shellcheck disable=SC2086 # words are meant
	gives git $wrapper git status
done
# What make starts gets a bundle if the entry says so, and nobody else does.
cat >seal.toml <<'END'
[sandbox.os]
command_tools = [{ tool = "make", bundles = ["npm", "git"] }, "npm", "git", "cargo"]
END
gives 'cc git make node npm' make
gives git git status
gives 'cargo cc' cargo build
run "$seal" explain -- make
like "$out" '^ *npm +matches .make\.bundles' "... explain says why"
like "$out" 'npmjs\.org' "... with its hosts"
cat >seal.toml <<'END'
[sandbox.os]
command_tools = [{ tool = "make", bundles = ["npm", "git"] }, "npm"]
END
for command in "check" "explain -- make" "explain -- npm"; do
	# shellcheck disable=SC2086 # words are meant
	run "$seal" $command
	like "$status $err" "^125 .*:2:45: make\.bundles: the bundle 'git' is not enabled; add \"git\" to command_tools" \
		"bundles names what is not enabled: $command tells it"
done
run "$seal" bundles show carg
like "$status $err" "^125 .*no bundle 'carg'; did you mean 'cargo'\?" "bundles show has the nearest name"
rm seal.toml
gives '' env
gives '' timeout 5
gives '' timeout 5 true git
gives '' env -S 'git status'
gives '' env GIT=git true
gives '' env git=1
gives '' xargs -I git true

# --- Strings of a shell -------------------------------------------------------------------------------

for shell in 'sh -c' 'bash -c' 'bash -lc' 'bash -l -c' 'dash -ec' '/bin/sh -c' 'env A=1 bash -c' \
	'bash -o pipefail -c' 'bash --norc -c' 'timeout 5 sh -c'; do
	# shellcheck disable=SC2086
	gives git $shell 'git status'
done
gives 'git python' sh -c 'git add . && python3 x.py'
gives 'git python' sh -c 'git log | python3 x.py; true'
gives 'git python' sh -c 'A=1 git status
B=2 env C=3 timeout 5 python3 x.py'
gives git sh -c "'git' status >out 2>&1 </dev/null"
gives git sh -c 'cd sub; "git" "$1" &'
gives git sh -c "bash -c 'sh -c \"git status\"'"
gives git sh -c 'echo python3; git status # python3'
gives '' sh -c 'echo git; echo "; git"; echo \; git'
gives '' sh -c '# git status'
gives '' sh script git
gives '' sh git
gives '' sh -c 'true' git status
# What cannot be read gives nothing, not a part.
for text in 'git status; if true; then python3; fi' 'git status; $(git)' 'git status; `git`' \
	'git status; $X' 'git status; eval git' 'git status; (git status)' 'git status; { git; }' \
	"git status; 'git" 'git status; f() { git; }' 'git status; for i in a; do git; done' \
	'git status; git <<x' 'git status; diff <(git) x' 'git status; . ./git' "git status; \$'git'" \
	'git status; alias x=git' 'git status; trap git EXIT' 'git status; echo ${X:-$(git)}' \
	'git status; case x in x) git;; esac' 'git status; g*t'; do
	gives '' bash -c "$text"
done

# --- Wrappers of the manifest ---------------------------------------------------------------------------

gives mise mise exec -- git status
manifest <<'END'
[sandbox.os]
wrappers = ["mise exec --", "run-with"]
END
gives git mise exec -- git status
gives git mise exec node@20 -- git status
gives git run-with git status
gives git run-with --fast timeout 5 git status
gives git sh -c 'mise exec -- git status'
gives mise mise run git
gives '' other exec -- git status
manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "git", wrappers = ["run-with"] }, "cargo"]
END
gives git run-with git status
gives '' run-with cargo build
gives 'cargo cc' cargo build
gives '' python3 x.py
gives git sh -c 'git status; python3 x.py'

# --- And nothing of one command's bundle reaches another run ----------------------------------------------

rm -f seal.toml
mkdir -p ~/.cargo/registry
echo crate >~/.cargo/registry/crate
printf '[user]\n\tname = Seal Test\n' >~/.gitconfig
look='cat ~/.cargo/registry/crate; cat ~/.gitconfig; echo "$RUSTFLAGS"'
export RUSTFLAGS=-g
run "$seal" -- sh -c "true; $look"
is "$(echo $out)" "" "a shell alone sees neither cargo's files nor git's"
run "$seal" -- sh -c "cargo --version >/dev/null 2>&1; $look"
is "$(echo $out)" "crate -g" "a shell that runs cargo sees cargo's"
run "$seal" -- sh -c "git --version >/dev/null 2>&1; $look"
is "$(echo $out)" "[user] name = Seal Test" "one that runs git sees git's"
run "$seal" -- sh -c "git --version >/dev/null; eval true; $look"
is "$(echo $out)" "" "one that cannot be read sees nothing"

# --- What has a bundle and runs without it --------------------------------------------------------------

mkdir -p tools
printf '#!/bin/sh\necho ran\n' >tools/docker && cp tools/docker tools/make && chmod 755 tools/*
line="docker has a bundle that applies only where command_tools names it; seal-exec bundles show docker says what it grants"
run "$seal" -- tools/docker ps
is "$status $out $err" "0 ran seal-exec: $line" "a bundle that must be named: a line before the run"
run "$seal" -q -- tools/docker ps
is "$status $out $err" "0 ran " "... none with -q"
run "$seal" explain -- docker
like "$out" "^ *$line" "... a note of explain"
printf '[sandbox.os]\ncommand_tools = ["git"]\n' >seal.toml
"$seal" trust --yes >/dev/null
line="make has a bundle that command_tools does not name; seal-exec bundles show make says what it grants"
run "$seal" -- tools/make
is "$status $out $err" "0 ran " "what a manifest does not name: no line"
run "$seal" -v -- tools/make
like "$err" "^seal-exec: $line" "... one with -v"
run "$seal" explain --json -- make
like "$out" "\"notes\":\[.*$line" "... and a note of explain"
rm -r tools seal.toml

# A command of the project that has a tool's name gets the tool's grants, by design; a name alone, as an
# argument, does not.
run "$seal" -- sh -c 'cat ~/.gitconfig' git
is "$out" "" "a name as an argument grants nothing"

done_testing
