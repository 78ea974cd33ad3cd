#!/bin/bash
# What the tests of package managers of Node.js share, sourced behind lib.sh: the registry that npm is
# configured for, and a project whose install script tries to read keys and to plant programs and
# settings in the home.
# shellcheck disable=SC2034,SC2086 # for those who source this; lists of words

for tool in npm node; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy NODE_OPTIONS PNPM_HOME
registry=$(npm config get registry)
host=$(printf '%s\n' "$registry" | sed 's|^[a-z]*://||; s|[:/].*||')
cafile=$(npm config get cafile)
case $cafile in /*) ;; *) cafile= ;; esac
export npm_config_update_notifier=false npm_config_audit=false npm_config_fund=false
export YARN_REGISTRY="$registry" npm_config_fetch_retries=0 npm_config_fetch_timeout=20000
[ -z "$cafile" ] || export npm_config_cafile="$cafile"

# job COMMAND...: as `run`, with a minute.
job()
{
	status=0
	timeout -k 2 60 "$@" </dev/null >"$T/out" 2>"$T/err" || status=$?
	out=$(head -c 100000 "$T/out") err=$(head -c 100000 "$T/err")
}

# tree FOLDER: what is in it, as one word.
tree()
{
	(cd "$1" && find . -type f -exec sha256sum {} + | sort | sha256sum)
}

# --- A project whose install script tries its luck -------------------------------------------------------------

files="$HOME/.bashrc $HOME/.npmrc $HOME/.yarnrc $HOME/.bunfig.toml $HOME/.config/pnpm/rc
	$HOME/.npm/_npx/planted $HOME/.npm-global/bin/planted $HOME/.yarn/bin/planted
	$HOME/.config/yarn/global/planted $HOME/.local/share/pnpm/planted $HOME/.local/share/pnpm/bin/planted
	$HOME/.bun/bin/planted $HOME/.bun/install/global/planted $HOME/bin/planted"

cat >spy.sh <<END
cd "\$(dirname "\$0")" && : >spied
for file in "$T/canary/secret" "$HOME/.ssh/id_ed25519"; do
	if cat "\$file" >/dev/null 2>&1; then echo "read \$file" >>spied; fi
done
for file in $(printf "%s " $files); do
	mkdir -p "\$(dirname "\$file")" 2>/dev/null && (echo planted >"\$file") 2>/dev/null
done
echo done >>spied
END

# planted: those of the files that are on the host.
planted()
{
	for file in $files; do
		[ ! -e "$file" ] || echo "$file"
	done
}

# project: a fresh one; its package.json runs the spy when it is installed.
project()
{
	rm -rf node_modules package-lock.json yarn.lock pnpm-lock.yaml bun.lock .npmrc .yarnrc spied
	cat >package.json <<-'JSON'
		{
			"name": "seal-test", "version": "1.0.0", "license": "MIT",
			"dependencies": { "is-number": "7.0.0" },
			"scripts": { "postinstall": "sh spy.sh" }
		}
	JSON
	echo "registry=$1" >.npmrc
	echo "registry \"$1\"" >.yarnrc
}

sh spy.sh
is "$(grep -c '^read' spied)" 2 "control: outside the script reads the canary and a key"
is "$(planted | wc -l)" "$(echo "$files" | wc -w)" "... and plants each file"
planted | while read -r file; do rm -f "$file"; done
rm -rf "$HOME/.npm" "$HOME/.npm-global" "$HOME/.yarn" "$HOME/.bun" "$HOME/.config/yarn" "$HOME/.local/share"

# spied NAME: the script ran inside, and came away with nothing.
spied()
{
	is "$(cat spied 2>&1)" "done" "$1: its script sees neither the canary nor a key"
	is "$(planted)" "" "... and has planted nothing on the host"
}

# works NAME: the package is there and gives what it should.
works()
{
	is "$(node -p 'require("is-number")("5")')" true "$1"
}
