#!/bin/bash
# limit: 60
# What seal-exec says about a run without making it, and that it is what the run does.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
p=$T/proj
mkdir -p "$T/data" hide
echo data >"$T/data/file"
echo hidden >hide/file
manifest <<END
[sandbox.os]
read = ["$T/data"]
deny = ["hide"]
env = ["SEAL_A"]
END
export SEAL_A="it's a 'value'
with \$HOME, \"quotes\" and a newline"

# of_json EXPRESSION: of x, what the last run printed as JSON.
of_json()
{
	python3 -c 'import json, sys
x = json.load(open(sys.argv[1]))
print(eval(sys.argv[2]))' "$T/out" "$1"
}

# --- explain ----------------------------------------------------------------------------------------

run "$seal" explain -- touch marker
exits 0 explain
[ ! -e marker ]
ok $? "... starts nothing"
like "$out" "^  ro-bind +$T/data +\[$p/seal.toml:2\]" "a grant with its file and line"
like "$out" "^  mask +$p/hide +\[$p/seal.toml:3\]" "a prohibition too"
like "$out" "^ +SEAL_A +\[$p/seal.toml:4\]" "a variable too"
like "$out" '^  ro-bind +/usr +\[profiles/base.toml:[0-9]+\]  .' "what every run has, with its reason"
like "$out" "^  bind +$p +\[builtin\]  the project" "the project"
like "$out" "^  ro-bind +$p/seal.toml +\[builtin\]  ." "the manifest, read-only"
unlike "$out" "it's a" "no variable's value"
run "$seal" explain -- git status
like "$out" "^  git +matches 'git'" "the bundles"
like "$out" 'github.com +\[bundles/git.toml:[0-9]+\]' "their grants with file and line"
run "$seal" explain -- sh -c 'echo "a b"'
like "$out" "^  command +sh -c 'echo \"a b\"'" "the command, quoted for a shell"
run "$seal" explain
exits 125 "explain without a command"
run "$seal" -n -- touch marker
[ "$status" = 0 ] && [ ! -e marker ]
ok $? "--dry-run starts nothing"
first=$out
run "$seal" explain -- touch marker
is "$first" "$out" "... and says what explain says"
run "$seal" -- touch marker
starts "control: without it the command starts"
run strace -f -qq -e trace=execve,clone,clone3,fork,vfork -o "$T/trace" "$seal" explain -- true
if [ "$status" = 0 ] && [ -s "$T/trace" ]; then
	is "$(grep -c . "$T/trace")" 1 "[GX-17] explain starts no process at all"
	run strace -f -qq -e trace=execve,clone,clone3,fork,vfork -o "$T/trace" "$seal" -n -- true
	is "$(grep -c . "$T/trace")" 1 "[GX-17] --dry-run neither"
else
	skip "[GX-17] explain starts no process at all" "no strace here"
fi

# --- explain --json -----------------------------------------------------------------------------------

"$seal" explain --json -- sh -c 'a
b' >"$T/json" 2>"$T/err"
python3 -m json.tool "$T/json" >/dev/null
ok $? "--json is JSON"
cat >keys.py <<'END'
import json, sys
plan = json.load(open(sys.argv[1], encoding="utf-8"))
schema = json.load(open(sys.argv[2], encoding="utf-8"))

def check(value, rule, at):
    """The part of JSON Schema that our schemas use."""
    while "$ref" in rule:
        node = schema
        for step in rule["$ref"].lstrip("#/").split("/"):
            node = node[step]
        rule = node
    known = {"$schema", "$id", "$defs", "$comment", "title", "description", "type", "properties", "required",
             "additionalProperties", "items", "enum", "const", "minimum", "maximum", "default", "examples",
             "pattern", "minItems", "anyOf", "oneOf"}
    if set(rule) - known:
        sys.exit(f"{at}: the schema uses {set(rule) - known}")
    for key in ("anyOf", "oneOf"):
        if key in rule:
            faults = []
            for option in rule[key]:
                try:
                    check(value, option, at)
                    break
                except ValueError as fault:
                    faults.append(fault)
            else:
                raise ValueError(f"{at}: {faults}")
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None), "integer": int}
    wanted = rule.get("type")
    wanted = [wanted] if isinstance(wanted, str) else wanted
    if wanted and not any(type(value) is types[t] for t in wanted):
        raise ValueError(f"{at}: {value!r} is not {wanted}")
    if "enum" in rule and value not in rule["enum"]:
        raise ValueError(f"{at}: {value!r} is not in {rule['enum']}")
    if "const" in rule and value != rule["const"]:
        raise ValueError(f"{at}: {value!r} is not {rule['const']!r}")
    if isinstance(value, dict):
        for key in rule.get("required", []):
            if key not in value:
                raise ValueError(f"{at}: {key} is missing")
        for key, item in value.items():
            if key in rule.get("properties", {}):
                check(item, rule["properties"][key], f"{at}.{key}")
            elif rule.get("additionalProperties") is False:
                raise ValueError(f"{at}: {key} is not in the schema")
    if isinstance(value, list) and "items" in rule:
        for i, item in enumerate(value):
            check(item, rule["items"], f"{at}[{i}]")

try:
    check(plan, schema, "plan")
    print("valid")
except ValueError as fault:
    print(fault)
END
is "$(python3 keys.py "$T/json" "$root/profiles/explain.schema.json")" valid "... valid by its schema"
cp seal.toml "$T/seal.toml"
cat >>seal.toml <<END
[sandbox.os.network]
domains = ["a.example", "b.example:22"]
host_localhost_ports = [5432, { port = 2375, prompt = true }]
dev_server_ports = [3000]
sni = "off"
END
config <<'END'
[sandbox.os.network]
upstream_proxy = "http://me:hush@proxy.example:3128"
END
"$seal" explain --json -- true >"$T/net.json" 2>"$T/err"
is "$(python3 keys.py "$T/net.json" "$root/profiles/explain.schema.json")" valid "... and with a network"
run "$seal" explain -- true
like "$out" "^  host port 2375 \(asked at each run\) \(docker: .*\)  \[$p/seal.toml:7\]" \
	"a port where a daemon does what it is told is marked"
like "$out" "^  udp +unreachable but for" "what is out of reach is said"
like "$out" "^  upstream +proxy.example port 3128 \(with a password\)" "the user's own proxy"
is "$(printf '%s\n' "$out" | cat - "$T/net.json" | grep -c hush)" 0 "... without the password"
run "$seal" check
exits 0 "check has nothing against it"
cp "$T/seal.toml" seal.toml
rm "$XDG_CONFIG_HOME/seal-exec/config.toml"
sed 's/"project":/"projects":/' "$T/json" >"$T/broken"
unlike "$(python3 keys.py "$T/broken" "$root/profiles/explain.schema.json")" '^valid$' \
	"control: without a key it is not"
cat >same.py <<'END'
import json, sys
plan = json.load(open(sys.argv[1], encoding="utf-8"))
print(plan["command"] == ["sh", "-c", "a\nb"], plan["project"], plan["manifest"], plan["profile"],
      [m["origin"]["line"] for m in plan["mounts"] if m["dest"].endswith("/data")],
      sorted({m["kind"] for m in plan["mounts"] if m["dest"].endswith("/hide")}))
END
is "$(python3 same.py "$T/json")" "True $p $p/seal.toml workspace [2] ['mask']" "... with what explain says"

# --- explain --bwrap ----------------------------------------------------------------------------------

look='pwd; cat file "$1/data/file"; ls hide; cat ../canary/secret; cat /etc/passwd /etc/hosts; printf "%s|" "$SEAL_A" "$HOME" "$@"'
echo mine >file
run "$seal" explain --bwrap -- sh -c "$look" sh "$T" '' "a'b \$x
c"
exits 0 "--bwrap"
cp "$T/out" "$T/line"
like "$(head -n 1 "$T/line")" '^env -i .*' "... begins with an empty environment"
run "$seal" -- sh -c "$look" sh "$T" '' "a'b \$x
c"
want=$out
# Pasted into another shell, elsewhere, with other variables.
run env -i "PATH=$PATH" bash -c 'cd /; . "$1"' bash "$T/line"
is "$out" "$want" "[MF-19] ... pasted into bash makes the same view"
like "$out" "a'b \\\$x" "control: the arguments are there"
unlike "$out" '^secret' "... and the canary is not"

# --- check, bundles, and the rest -----------------------------------------------------------------------

run "$seal" check
is "$status/$out" "0/$p/seal.toml: ok" check
run "$seal" check seal.toml
exits 0 "check FILE"
echo 'x = 1' >bad.toml
run "$seal" check bad.toml
exits 125 "check of a file with a fault"
like "$err" 'bad.toml:1:1: unknown key' "... says where"
run "$seal" check --schema
python3 -m json.tool "$T/out" >/dev/null
ok $? "check --schema is JSON"
for key in profile command_tools additional_directories unix_sockets host_localhost_ports envrc_mode; do
	like "$out" "\"$key\"" "... with $key"
done
run "$seal" bundles list
for name in cargo git make npm python; do
	like "$out" "^$name +enabled +.*[(]" "bundles list: $name"
done
first=$out
run "$seal" bundles
is "$out" "$first" "bundles alone lists"
run "$seal" bundles show cargo
like "$out" '^  ~/.cargo/registry [(]with fetch' "bundles show: a grant and its setting"
like "$out" '^from bundles/cargo.toml' "... and its file"
run "$seal" bundles show carg
exits 125 "bundles show of what is none"
for words in 'show --json cargo' '--json show cargo' 'show cargo --json'; do
	run "$seal" bundles $words
	is "$(of_json 'x["name"], x["enabled"], x["commands"][0]')" "('cargo', True, 'cargo')" "bundles $words"
done
run "$seal" bundles show cargo npm
exits 125 "bundles show of two"
manifest <<'END'
[sandbox.os]
command_tools = ["git"]
END
run "$seal" bundles list
like "$out" '^git +enabled ' "what the manifest enables"
like "$out" '^cargo +off ' "and what it does not"
run "$seal" bundles list --json
is "$(of_json '[b["name"] for b in x if b["enabled"]]')" "['git']" "... as JSON"
rm seal.toml
mkdir -p "$XDG_CONFIG_HOME/seal-exec/bundles"
overlay=$XDG_CONFIG_HOME/seal-exec/bundles/own.toml
printf 'name = "own"\nsummary = "mine"\nnamed_only = true\ncommands = ["own"]\n' >"$overlay"
run "$seal" bundles
like "$out" '^own +by name +mine [(]own[)]$' "what must be named"
printf 'name = "own"\nsummary = "mine"\ncommands = ["touch"]\nread = ["~"]\n' >"$overlay"
run "$seal" -- touch marker
refused 'bundles/own.toml:4:9: .~. is granted by no bundle: ' "a bundle of the user's that grants the home"
printf 'name = "own"\nsummary = "mine"\ncommands = ["touch"]\nuses = ["own2"]\n' >"$overlay"
run "$seal" -- touch marker
refused 'bundles/own.toml:4:9: .own. uses .own2., which is no bundle' "one that uses what is not there"
printf 'name = "own"\nsummary = "mine"\ncommands = ["touch"]\nread = ["~/x"]\n' >"$overlay"
run "$seal" -- touch marker
starts "one that keeps the rules"
rm "$overlay"
run "$seal" --version
like "$out" '^seal-exec [0-9]+\.[0-9]+' --version
run "$seal" --help
exits 0 --help
for word in '--directory DIR' '--dry-run' explain trust bundles check untrust 125; do
	like "$out" "$word" "... says $word"
done
for sub in explain check bundles trust untrust; do
	run "$seal" $sub --help
	[ "$status" = 0 ] && printf '%s\n' "$out" | grep -q "^usage: seal-exec $sub"
	ok $? "$sub --help"
done
run sh -c '"$1" --help >/dev/full; "$1" explain -- true >/dev/full' sh "$seal"
exits 125 "what cannot be printed is an error"

done_testing
