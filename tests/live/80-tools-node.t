#!/bin/bash
# limit: 180
# node, npm and npx under their bundles: a package is installed and runs, from a registry on loopback
# and from the real one where that answers. The cache is written with fetch and only read without,
# programs are written with install only.
# The project's own install script (packages.sh) tries to read keys and to plant things in the home.
# The helpers set out, err, status and what packages.sh says; scripts for another shell stand in single
# quotes, and lists are words.
# shellcheck disable=SC2016,SC2086,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/packages.sh
. "$live/packages.sh"

# --- npm and npx -----------------------------------------------------------------------------------------------

# With a registry of our own: three packages, each of which is a program too.
mkdir "$T/packages"
for name in is-number is-odd semver; do
	mkdir "$T/packages/$name"
	(
		cd "$T/packages/$name" || exit 1
		printf '{ "name": "%s", "version": "7.0.0", "bin": { "%s": "run.js" } }\n' $name $name >package.json
		echo 'module.exports = x => Number.isFinite(Number(x));' >index.js
		printf '#!/usr/bin/env node\nconsole.log(process.argv[2]);\n' >run.js
		npm pack --silent --pack-destination .. >/dev/null
	) || exit 1
done
mkfifo "$T/hold"
node "$root/tests/live/registry.mjs" "$T/packages" <"$T/hold" >"$T/port" 2>"$T/registry.err" &
exec 9>"$T/hold"
holds -s "$T/port" || sed 's/^/# registry: /' "$T/registry.err" >&2
port=$(cat "$T/port")

cache=$HOME/.npm/_cacache
project "http://127.0.0.1:$port/"
manifest <<TOML
[sandbox.os]
command_tools = [{ tool = "npm", domains = [] }, "node"]
network.host_localhost_ports = [$port]
TOML
job "$seal" -- npm install
exits 0 "npm install (from loopback)"
works "... the package works outside"
job "$seal" -- node -p 'require("is-number")("5")'
is "$out" true "... and inside"
spied "npm install"
[ -d "$cache/content-v2" ]
ok $? "... its downloads are in the host's cache"
job "$seal" -- npx --yes semver@7.0.0 1.2.3
is "$out" 1.2.3 "npx runs a program"
[ ! -e "$HOME/.npm/_npx" ]
ok $? "... which is not kept for the next npx outside"

manifest <<TOML
[sandbox.os]
command_tools = [{ tool = "npm", fetch = false, domains = [] }, "node"]
network.host_localhost_ports = [$port]
TOML
before=$(tree "$cache")
rm -rf node_modules
job "$seal" -- npm ci
exits 0 "npm ci with fetch = false takes what is in the cache"
works "... which works"
job "$seal" -- npm install is-odd
[ "$status" != 0 ] && [ ! -e node_modules/is-odd ]
ok $? "npm install of what is not in it fails"
like "$err" EROFS "... because the cache is read-only"
is "$(tree "$cache")" "$before" "... and the cache is as it was"

# With the real one.
npm view --registry "$registry" is-number version >"$T/out" 2>"$T/err"
if [ "$(cat "$T/out")" = "" ]; then
	skip "npm, yarn and pnpm with the real registry" "it does not answer here"
	done_testing
fi
rm -rf "$HOME/.npm"
project "$registry"
manifest <<TOML
[sandbox.os]
command_tools = [{ tool = "npm", domains = ["$host"] }, "node"]
TOML
job "$seal" -- npm install
exits 0 "npm install (from the registry)"
works "... the package works outside"
spied "npm install"

mkdir "$HOME/.npm-global"
job "$seal" -- npm install -g --prefix "$HOME/.npm-global" semver@7.0.0
[ "$status" != 0 ] && [ -z "$(ls "$HOME/.npm-global")" ]
ok $? "npm install -g: nothing is installed without install = true (status $status)"
manifest <<TOML
[sandbox.os]
command_tools = [{ tool = "npm", install = true, domains = ["$host"] }, "node"]
TOML
job "$seal" -- npm install -g --prefix "$HOME/.npm-global" semver@7.0.0
exits 0 "npm install -g with install = true"
is "$("$HOME/.npm-global/bin/semver" 1.2.3)" 1.2.3 "... the program runs outside"

done_testing
