#!/bin/bash
# limit: 120
# Deno under its bundle, as an ordinary user. Few distributions have it, so it comes from npm's
# registry first, and so do the packages that it then loads; without that registry nothing can be
# shown.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

command -v npm >/dev/null || { echo "1..0 # SKIP no npm here"; exit 0; }
registry=$(npm config get registry)
host=$(printf '%s\n' "$registry" | sed 's|^[a-z]*://||; s|[:/].*||')
cafile=$(npm config get cafile)
case $cafile in /*) export DENO_CERT="$cafile" ;; *) cafile=/etc/ssl/certs ;; esac
export NPM_CONFIG_REGISTRY="$registry" NO_COLOR=1
mkdir "$T/npm"
(cd "$T/npm" && timeout -k 2 60 npm install --no-audit --no-fund --silent deno) >"$T/out" 2>"$T/err"
deno=$(find "$T/npm/node_modules/@deno" -name deno -type f 2>/dev/null | head -n 1)
if [ -z "$deno" ]; then
	skip "deno" "it cannot be had from npm's registry here"
	done_testing
fi
mkdir bin
ln "$deno" bin/deno

# grants TOML: what the tool's entry has beside its name.
grants()
{
	manifest <<END
[sandbox.os]
command_tools = [{ tool = "deno", domains = ["$host"]$1 }]
read = ["$cafile"]
END
}

cat >spy.ts <<END
const seen: boolean[] = ["$T/canary/secret", "$HOME/.ssh/id_ed25519"].map((path) => {
	try {
		return Deno.statSync(path).isFile;
	} catch {
		return false;
	}
});
Deno.writeTextFileSync("made", "x");
console.log(seen.join(" "));
END
cat >package.ts <<'END'
import isNumber from "npm:is-number@7.0.0";
console.log(isNumber("5"));
END
grants ''
run bin/deno run -A spy.ts
is "$out" "true true" "control: outside a script with every permission sees canary and key"
rm -f made
run "$seal" -- bin/deno run -A spy.ts
is "$out" "false false" "deno run: inside it sees neither"
[ -e made ]
ok $? "... and writes in the project"
unlike "$err" '^seal-exec: blocked' "... and asks for no host of its own accord"
run "$seal" -- bin/deno run package.ts
is "$out" true "deno run, with a package from the registry"
[ -d ~/.cache/deno/npm ] && [ -d ~/.cache/deno/gen ]
ok $? "[CC-05] ... and what was compiled, in the shared cache: a non-promise"

mkdir -p ~/.deno/bin
install='install --global --allow-all --name spy spy.ts'
# shellcheck disable=SC2086 # options, as words
run "$seal" -- bin/deno $install
[ "$status" != 0 ] && [ -z "$(ls -A ~/.deno/bin)" ]
ok $? "deno install is refused (status $status)"
grants ', install = true'
# shellcheck disable=SC2086
run "$seal" -- bin/deno $install
is "$status:$(PATH="$T/proj/bin:$PATH" ~/.deno/bin/spy)" "0:true true" "... with install the program is there outside"

grants ', fetch = false'
before=$(find ~/.cache/deno -type f -exec cksum {} + | sort)
run "$seal" -- bin/deno run package.ts
is "$out" true "[CC-05] fetch = false: a package that is there is used"
echo 'import "npm:is-odd@3.0.1";' >package.ts
run "$seal" -- bin/deno run package.ts
[ "$status" != 0 ]
ok $? "[CC-05] ... none can be added (status $status)"
is "$(find ~/.cache/deno -type f -exec cksum {} + | sort)" "$before" "[CC-05] ... and the cache has not changed"
grants ''
run "$seal" -- bin/deno run package.ts
exits 0 "... control: with fetch it can"

done_testing
