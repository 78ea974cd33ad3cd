#!/bin/bash
# limit: 180
# yarn, pnpm and bun under their bundles, as npm has them: a package is installed and works. Caches are
# written with fetch and only read without, programs are written with install only.
# The project's own install script (packages.sh) tries to read keys and to plant things in the home.
# The helpers set out, err, status and what packages.sh says; scripts for another shell stand in single
# quotes, and lists are words.
# shellcheck disable=SC2016,SC2086,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/packages.sh
. "$live/packages.sh"

if [ "$(npm view --registry "$registry" is-number version 2>"$T/err")" = "" ]; then
	skip "yarn, pnpm and bun" "the registry does not answer here"
	done_testing
fi

mkdir "$T/tools"
npm install --prefix "$T/tools" --registry "$registry" --ignore-scripts --silent yarn@1 pnpm@10 >"$T/out" 2>"$T/err"
tools=$T/tools/node_modules/.bin
[ -x "$tools/yarn" ] && [ -x "$tools/pnpm" ]
ok $? "yarn and pnpm can be had"

# entry TOOL SETTINGS: a manifest with nothing but that, and the folder that the tool is in.
entry()
{
	manifest <<-TOML
		[sandbox.os]
		command_tools = [{ tool = "$1", domains = ["$host"]$2 }, "node"]
		read = ["$T/tools"]
	TOML
}

# --- yarn ---------------------------------------------------------------------------------------------------

project "$registry"
entry yarn ""
job "$seal" -- "$tools/yarn" install
exits 0 "yarn install"
works "... the package works outside"
spied "yarn install"
[ -d "$HOME/.cache/yarn/v6" ]
ok $? "... its packages are in the host's cache"
job "$seal" -- "$tools/yarn" global add semver@7.0.0
[ ! -e "$HOME/.yarn/bin" ] && [ ! -e "$HOME/.config/yarn" ]
ok $? "yarn global add: nothing is on the host without install = true"
entry yarn ", fetch = false"
before=$(tree "$HOME/.cache/yarn")
rm -rf node_modules
job "$seal" -- "$tools/yarn" add is-odd
exits 0 "yarn add with fetch = false, by a cache of the run's own"
like "$err" 'Skipping preferred cache folder .* not writable' "... as yarn says"
is "$(tree "$HOME/.cache/yarn")" "$before" "... and the host's is as it was"
entry yarn ", install = true"
job env PATH="$HOME/.yarn/bin:$PATH" "$seal" -- "$tools/yarn" global add semver@7.0.0
is "$("$HOME/.yarn/bin/semver" 1.2.3)" 1.2.3 "yarn global add with install = true: the program runs outside"
rm -rf "$HOME/.yarn" "$HOME/.config/yarn"

# --- pnpm ---------------------------------------------------------------------------------------------------

store=$HOME/.local/share/pnpm/store
project "$registry"
entry pnpm ""
job "$seal" -- "$tools/pnpm" install
exits 0 "pnpm install"
works "... the package works outside"
spied "pnpm install"
[ -n "$(ls "$store")" ] && [ "$(ls "$HOME/.local/share/pnpm")" = store ]
ok $? "... the host has its store, and nothing else of pnpm"
[ ! -e .pnpm-store ] && [ ! -e node_modules/.pnpm-store ]
ok $? "... and the project has none"
job "$seal" -- "$tools/pnpm" dlx semver@7.0.0 1.2.3
like "$out" '^1\.2\.3$' "pnpm dlx runs a program"
[ ! -e "$HOME/.cache/pnpm" ]
ok $? "... which is not kept for the next one outside"
export PNPM_HOME="$HOME/.local/share/pnpm"
job env PATH="$PNPM_HOME:$PATH" "$seal" -- "$tools/pnpm" add -g semver@7.0.0
[ "$status" != 0 ] && [ "$(ls "$PNPM_HOME")" = store ]
ok $? "pnpm add -g: refused without install = true (status $status)"
entry pnpm ", fetch = false"
before=$(tree "$store")
rm -rf node_modules
job "$seal" -- "$tools/pnpm" install --frozen-lockfile
exits 0 "pnpm install with fetch = false takes what is in the store"
works "... which works"
job "$seal" -- "$tools/pnpm" add --fetch-retries=0 is-odd
[ "$status" != 0 ] && [ ! -e node_modules/is-odd ]
ok $? "pnpm add of what is not in it fails"
is "$(tree "$store")" "$before" "... and the store is as it was"
entry pnpm ", install = true"
job env PATH="$PNPM_HOME:$PATH" "$seal" -- "$tools/pnpm" add -g semver@7.0.0
is "$("$PNPM_HOME/semver" 1.2.3)" 1.2.3 "pnpm add -g with install = true: the program runs outside"

# --- bun -----------------------------------------------------------------------------------------------------------

# Its package is 50 MB, so it is fetched only where SEAL_BUN=1 says so. Elsewhere a script of that name
# does what bun does to the home.
project "$registry"
mkdir "$T/bun"
if [ "${SEAL_BUN:-}" = 1 ]; then
	npm install --prefix "$T/bun" --registry "$registry" --silent bun@1 >"$T/out" 2>"$T/err"
	(cd "$T/bun/node_modules/bun" && node install.js) >>"$T/out" 2>&1
	ln -s node_modules/bun/bin/bun.exe "$T/bun/bun"
else
	cat >"$T/bun/bun" <<-'END'
		#!/bin/sh
		case $1 in
		-g) mkdir -p ~/.bun/install/global && touch ~/.bun/bin/semver ~/.bun/install/global/semver ;;
		*)
			cache=${BUN_INSTALL_CACHE_DIR:-$HOME/.bun/install/cache}
			mkdir -p "$cache" && touch "$cache/$1" && sh spy.sh
			;;
		esac
	END
	chmod +x "$T/bun/bun"
fi

# bun_entry SETTINGS: see entry.
bun_entry()
{
	manifest <<-TOML
		[sandbox.os]
		command_tools = [{ tool = "bun", domains = ["$host"]$1 }, "node"]
		read = ["$T/bun"]
	TOML
}

add()
{
	if [ "${SEAL_BUN:-}" = 1 ]; then
		job "$seal" -- "$T/bun/bun" add "$@"
	else
		job "$seal" -- "$T/bun/bun" "$@"
	fi
}

cache=$HOME/.bun/install/cache
bun_entry ""
add is-number
exits 0 "bun add"
spied "bun add"
[ -n "$(ls node_modules/.bun-cache)" ] && [ ! -e "$HOME/.bun" ]
ok $? "... whose cache is the project's, and the host has nothing of bun"
mkdir -p "$cache"
touch "$cache/before"
before=$(tree "$cache")
add is-even
exits 0 "... nor does it need the host's cache"
is "$(tree "$cache")" "$before" "... which is as it was"
bun_entry ", fetch = true"
add is-odd
exits 0 "bun add with fetch = true"
[ "$(tree "$cache")" != "$before" ] && [ "$(ls "$HOME/.bun")" = install ] && [ "$(ls "$HOME/.bun/install")" = cache ]
ok $? "... the host has its cache, and nothing else of bun"
add -g semver@7.0.0
[ ! -e "$HOME/.bun/bin" ] && [ ! -e "$HOME/.bun/install/global" ]
ok $? "bun add -g: nothing is on the host without install = true"
bun_entry ", install = true"
add -g semver@7.0.0
[ -e "$HOME/.bun/bin/semver" ]
ok $? "bun add -g with install = true"

done_testing
