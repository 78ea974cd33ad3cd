#!/bin/bash
# limit: 120
# git asks gh for its login (gh_credentials): against a server that wants one, under the name of
# github.com in an internet of the test's own, with a stand-in for gh and with the real one. No file
# says so to git: neither the user's nor the repository's changes by a byte.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2119,SC2154
# shellcheck source=tests/live/net/net.sh
. "$(dirname "$0")/net/net.sh"

export GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
git config --global user.name t
git config --global user.email t@t.test
git config --global credential.helper '!f() { echo "$1" >>asked; }; f'
git config --global http.sslCAInfo "$T/proj/cert.pem"
git init -q --bare -b main "$W/www/repo.git"
git commit -q --allow-empty -m first
git push -q "$W/www/repo.git" HEAD:refs/heads/main
git -C "$W/www/repo.git" update-server-info
want="$(git rev-parse HEAD)	refs/heads/main"
ls=(git ls-remote --heads https://github.com/login/repo.git)
before=$(cat "$HOME/.gitconfig" .git/config | sha256sum)

# A stand-in that says what it was called with; the login is the one that the server knows.
mkdir bin
cat >bin/gh <<'SH'
#!/bin/sh
echo "$*" >>called
cat >request
[ "$*" = "auth git-credential get" ] || exit 0
printf 'protocol=https\nhost=github.com\nusername=x-access-token\npassword=token-of-gh\n'
SH
chmod +x bin/gh
system=$PATH
stand_in=$T/proj/bin:$PATH

# with TOOLS [KEYS]: the manifest has these tools.
with()
{
	manifest <<-TOML
		[sandbox.os]
		command_tools = [$1]
		${2:-}
	TOML
}

# --- A stand-in for gh --------------------------------------------------------------------------------------

export PATH=$stand_in
gh='{ tool = "gh", keyring = false }'
with "\"git\", $gh"
run "$seal" -- "${ls[@]}"
is "$status/$out" "0/$want" "git asks gh for the login, and is let in"
is "$(cat called)" "auth git-credential get
auth git-credential store" "... which is asked once, and told that it was right"
is "$(grep -E '^(protocol|host)=' request)" "protocol=https
host=github.com" "... for this host"
[ ! -e asked ]
ok $? "... and the user's own helper is not asked, nor told the token"
rm -f called request
run "$seal" -- git ls-remote --heads https://gist.github.com/login/repo.git
is "$status/$out" "0/$want" "the same for gists"
rm -f called
run "$seal" -- git ls-remote --heads https://github.com/www/repo.git
is "$status/$out/$(ls called 2>&1)" "0/$want/ls: cannot access 'called': No such file or directory" \
	"what is public is had without asking"
run "$seal" -- git clone -q https://github.com/login/repo.git cloned
is "$status/$(git -C cloned rev-parse HEAD)" "0/${want%%	*}" "git clone"
unlike "$(cat cloned/.git/config)" 'credential|token' "... which leaves nothing of it in the clone"
rm -rf cloned called

run env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.own GIT_CONFIG_VALUE_0='!echo own' "$seal" -- git own
[ "$status" != 0 ]
ok $? "the caller's own GIT_CONFIG_* do not pass"
with "\"git\", $gh" 'env = ["GIT_CONFIG_*"]'
run env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=alias.own GIT_CONFIG_VALUE_0='!echo own' \
	"$seal" -- sh -c 'git own && git ls-remote --heads https://github.com/login/repo.git'
is "$status/$out" "0/own
$want" "... unless granted, and then they stand beside"

# --- Without it ---------------------------------------------------------------------------------------------

rm -f called
for tools in '"git"' "{ tool = \"git\", gh_credentials = false }, $gh"; do
	with "$tools"
	run "$seal" -- "${ls[@]}"
	[ "$status" != 0 ] && [ ! -e called ]
	ok $? "control: with $tools nobody is asked, and the server refuses"
	like "$err" 'could not read Username|terminal prompts disabled' "... git says so"
	like "$(cat asked)" get "... after its own helper"
	rm -f asked
done
with "\"git\", \"make\", $gh"
run "$seal" -- make -f /dev/null --eval 'all: ; @env; git ls-remote --heads https://github.com/login/repo.git' all
[ "$status" != 0 ] && [ ! -e called ]
ok $? "a run that does not match git has no part in it"
unlike "$out" 'GIT_CONFIG' "... nor its variables"
rm -f asked
with '{ tool = "git", gh_credentials = true }'
run "$seal" -- git status
like "$err" 'seal-exec: .*seal.toml:[0-9]+:[0-9]+: git\.gh_credentials needs the bundle .gh.' \
	"gh_credentials without gh is refused (status $status)"

# --- No gh ----------------------------------------------------------------------------------------------------

mkdir "$T/nothing"
ln -s "$(command -v git)" "$T/nothing/git"
with "\"git\", $gh"
run /usr/bin/env PATH="$T/nothing" "$seal" -- /usr/bin/git ls-remote --heads https://github.com/www/repo.git
is "$status/$out" "0/$want" "without gh on the machine git works"
is "$(printf '%s\n' "$err" | grep -c "no program 'gh'")" 1 "... and one line says what it goes without"
run /usr/bin/env PATH="$T/nothing" "$seal" -- /usr/bin/git config --get-all credential.https://github.com.helper
is "$status/$out" "1/" "... nothing of git's is changed then"

# --- The real gh ------------------------------------------------------------------------------------------------

export PATH=$system
rm -rf bin
if [ -x /usr/bin/gh ]; then
	export GH_NO_UPDATE_NOTIFIER=1
	with "\"git\", \"make\", $gh"
	GH_TOKEN=token-of-gh run "$seal" -- "${ls[@]}"
	is "$status/$out" "0/$want" "the real gh, with a token in its variable"
	GH_TOKEN=another run "$seal" -- "${ls[@]}"
	[ "$status" != 0 ]
	ok $? "control: with another token the server refuses"
	mkdir -p "$HOME/.config/gh"
	printf 'github.com:\n    user: x-access-token\n    oauth_token: token-of-gh\n    git_protocol: https\n' \
		>"$HOME/.config/gh/hosts.yml"
	run "$seal" -- "${ls[@]}"
	is "$status/$out" "0/$want" "... with one in hosts.yml"
	GH_TOKEN=token-of-gh run "$seal" -- make -f /dev/null --eval 'all: ; @env; cat ~/.config/gh/hosts.yml' all
	unlike "$out" 'token-of-gh' "a run that does not match git sees neither token"
	GH_TOKEN=token-of-gh run "$seal" -- sh -c 'git --version; env; cat ~/.config/gh/hosts.yml'
	is "$(printf '%s\n' "$out" | grep -c 'token-of-gh')" 2 "control: one that does has both"
	rm "$HOME/.config/gh/hosts.yml"
	run "$seal" -- "${ls[@]}"
	[ "$status" != 0 ]
	ok $? "a gh that nobody has logged in gives nothing"
else
	skip "the real gh" "no gh here"
fi

is "$(cat "$HOME/.gitconfig" .git/config | sha256sum)" "$before" \
	"the configuration of the user and that of the repository are what they were, byte by byte"
done_testing
