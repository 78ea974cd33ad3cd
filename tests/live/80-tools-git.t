#!/bin/bash
# limit: 120
# git and gh under their bundles: a clone, a commit and a push to a repository in the project, with the
# user's name from his own configuration; what gh does without a network, by the settings and the token
# of ~/.config/gh. Neither sees git's store of passwords, and neither writes what is obeyed outside later.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

manifest <<'TOML'
[sandbox.os]
command_tools = [{ tool = "git", domains = [] }, { tool = "gh", domains = [], keyring = false }]
TOML
unset GH_TOKEN GITHUB_TOKEN GH_CONFIG_DIR GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL

# --- git -------------------------------------------------------------------------------------------------------

mkdir -p "$HOME/.config/git"
printf '[user]\n\tname = A. Tester\n\temail = tester@example.org\n[core]\n\tattributesFile = ~/.config/git/attributes\n' \
	>"$HOME/.gitconfig"
printf '[alias]\n\tstate = status --short\n' >"$HOME/.config/git/config"
echo '*.log' >"$HOME/.config/git/ignore"
echo 'https://somebody:a-password@example.org' >"$HOME/.config/git/credentials"
echo 'https://somebody:a-password@example.org' >"$HOME/.git-credentials"

git init -q --bare -b main origin.git
run "$seal" -- git clone -q origin.git work
exits 0 "git clone of a repository in the project"
echo one >work/file
echo x >work/build.log
run "$seal" -- git -C work state
is "$out" "?? file" "git reads ~/.config/git: an alias, and what is ignored"
run "$seal" -- sh -c 'cd work && git checkout -q -b main; git add file && git commit -q -m first && git push -q origin main'
exits 0 "git commit and push"
is "$(git -C origin.git log -1 --format='%an <%ae> %s' main)" "A. Tester <tester@example.org> first" \
	"... arrive, with the name of ~/.gitconfig"
run env GIT_AUTHOR_NAME=Other "$seal" -- git -C work commit -q --allow-empty -m second
is "$(git -C work log -1 --format=%an)" Other "GIT_AUTHOR_* pass"
run "$seal" -- git -C work -c user.name=x commit -q --allow-empty -m third
is "$(git -C work log -1 --format=%an)" x "... and what the command says wins"

is "$(cat ~/.git-credentials ~/.config/git/credentials | wc -l)" 2 "control: outside the stores of passwords are read"
run "$seal" -- git -c alias.spy='!cat ~/.git-credentials ~/.config/git/credentials' spy
like "$err" 'git-credentials: No such file' "git's program sees no ~/.git-credentials"
like "$err" 'git/credentials: No such file' "... and no ~/.config/git/credentials"
is "$out" "" "... nothing of them"

before=$(cat "$HOME/.gitconfig")
run "$seal" -- git config --global core.pager ./evil
[ "$status" != 0 ]
ok $? "git config --global: refused (status $status)"
is "$(cat "$HOME/.gitconfig")" "$before" "... ~/.gitconfig is as it was"
run "$seal" -- git -C work config core.hooksPath ./evil
[ "$status" != 0 ] && [ "$(git -C work config core.hooksPath)" = "" ]
ok $? "git config in the project: refused (status $status)"
git -C work config core.hooksPath ./control && [ "$(git -C work config core.hooksPath)" = ./control ]
ok $? "... control: outside it is written"
git -C work config --unset core.hooksPath

# --- gh --------------------------------------------------------------------------------------------------------

if ! command -v gh >/dev/null; then
	skip "gh" "no gh here"
	done_testing
fi
mkdir -p "$HOME/.config/gh" "$HOME/.local/share/gh/extensions/gh-hello"
printf 'version: 1\ngit_protocol: https\nprompt: disabled\naliases:\n    shown: pr view\n' >"$HOME/.config/gh/config.yml"
printf 'github.com:\n    user: somebody\n    oauth_token: gho_of_the_file\n    git_protocol: ssh\n' \
	>"$HOME/.config/gh/hosts.yml"
printf '#!/bin/sh\necho hello from an extension\n' >"$HOME/.local/share/gh/extensions/gh-hello/gh-hello"
chmod 600 "$HOME/.config/gh/"*
chmod +x "$HOME/.local/share/gh/extensions/gh-hello/gh-hello"

run "$seal" -- gh --version
like "$out" '^gh version' "gh --version"
run "$seal" -- gh config get prompt
is "$out" disabled "gh config: from ~/.config/gh"
run "$seal" -- gh config list
like "$out" '^prompt=disabled' "gh config list"
run "$seal" -- gh alias list
like "$out" 'shown.*pr view' "gh alias list"
run "$seal" -- gh auth token
is "$out" gho_of_the_file "gh auth token: of hosts.yml"
run env GH_TOKEN=of_the_variable "$seal" -- gh auth token
is "$out" of_the_variable "... and of GH_TOKEN, which wins"
run env GITHUB_TOKEN=of_the_other "$seal" -- gh auth token
is "$out" of_the_other "... and of GITHUB_TOKEN"
run env GH_TOKEN=of_the_variable "$seal" -- gh auth status
like "$out$err" 'GH_TOKEN' "gh auth status names the variable that it takes the token from"
run "$seal" -- gh hello
is "$out" "hello from an extension" "gh runs an extension"

before=$(cat "$HOME/.config/gh/config.yml" "$HOME/.config/gh/hosts.yml")
run "$seal" -- gh config set pager ./evil
[ "$status" != 0 ]
ok $? "gh config set: refused (status $status)"
run "$seal" -- gh auth logout --hostname github.com
is "$(cat "$HOME/.config/gh/config.yml" "$HOME/.config/gh/hosts.yml")" "$before" "... ~/.config/gh is as it was"
printf '[sandbox.os]\ncommand_tools = ["git"]\n' | manifest
run "$seal" -- sh -c 'gh auth token'
unlike "$out" gho_of_the_file "a manifest without gh: no token for it"
run gh config set pager less
is "$(gh config get pager)" less "control: outside gh config set is written"

done_testing
