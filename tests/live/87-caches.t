#!/bin/bash
# limit: 120
# What caches keep that runs outside later: repositories, whose hooks git runs at the next fetch, and
# plugins. No command writes those, whether they are there yet or not; what stands for a missing one is
# gone after the run. Then two real attacks, by go and by cargo, and the tokens that come with `uses`.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- Every protected folder of every bundle -----------------------------------------------------------------------

mkdir stubs
# For each folder: a repository in it with a hook; and the same behind its back, by moving it or what is above it.
cat >stubs/plant <<'END'
#!/bin/sh
for folder; do
	put() { mkdir -p "$folder/x.git/hooks" && echo planted >"$folder/x.git/hooks/reference-transaction"; }
	put
	mv "$folder" "$folder.away" && put
	up=${folder%/*}
	mv "$up" "$up.away" && put
	rmdir "$folder" && put
	rm -rf "$folder" && put
done 2>/dev/null
exit 0
END
chmod +x stubs/plant
"$seal" bundles list --json | python3 -c '
import json, sys
for bundle in json.load(sys.stdin):
    grants = [g for g in bundle["grants"] if g["os"] != "macos"]
    paths = [g["value"] for g in grants if g["kind"] == "protect"]
    lifts = {g["when"] for g in grants if g["kind"] == "write" and g["value"] in paths}
    if paths:
        print(bundle["name"], bundle["commands"][0], *(lifts or ["none"]), *paths)' >"$T/rows"
is "$(grep -cE '^(bundler|cargo|composer|devenv|erlang|go|helm|sbt|uv|yarn) ' "$T/rows")" 10 \
	"the bundles that protect something"

# planted PATH...: what a run has left there
planted()
{
	for at; do
		find "$at" "$at.away" "${at%/*}.away" -name reference-transaction 2>/dev/null
	done
}

while read -r name command lift paths; do
	ln -sf plant "stubs/$command"
	full=()
	for path in $paths; do full+=("$HOME/${path#\~/}"); done
	printf '[sandbox.os]\ncommand_tools = ["%s"]\n' "$name" | manifest
	rm -rf "$HOME/.cache" "$HOME/go" "$HOME/.cargo" "$HOME/.composer" "$HOME/.bundle"
	run "$seal" -- "stubs/$command" "${full[@]}"
	is "$status $(planted "${full[@]}")" "0 " "$name: nothing is planted where nothing was yet"
	left=
	for at in "${full[@]}"; do [ ! -e "$at" ] || left="$left $at"; done
	is "$left" "" "... and nothing stands there after the run"
	mkdir -p "${full[@]}"
	run "$seal" -- "stubs/$command" "${full[@]}"
	is "$status $(planted "${full[@]}")" "0 " "$name: nothing is planted in a folder that is there"
	printf '[sandbox.os]\ncommand_tools = ["%s"]\nwrite = ["~/.cache", "~/.cargo", "~/go"]\n' "$name" | manifest
	mkdir -p "$HOME/.cargo" "$HOME/go" "$HOME/.cache"
	run "$seal" -- "stubs/$command" "${full[@]}"
	is "$status $(planted "${full[@]}")" "0 " "... whatever else grants it"
	[ "$lift" != none ] || continue
	printf '[sandbox.os]\ncommand_tools = [{ tool = "%s", %s = true }]\n' "$name" "$lift" | manifest
	run "$seal" -- "stubs/$command" "${full[@]}"
	like "$(planted "${full[@]}")" reference-transaction "... control: $lift = true, and it is"
done <"$T/rows"

# A home whose folders are links to another disk.
rm -f stubs/go
ln -s plant stubs/go
printf '[sandbox.os]\ncommand_tools = ["go"]\n' | manifest
for disk in there missing; do
	rm -rf "$HOME/go" "$T/disk"
	mkdir "$T/disk"
	[ $disk = missing ] || mkdir -p "$T/disk/pkg/mod/cache/vcs"
	ln -s "$T/disk" "$HOME/go"
	run "$seal" -- stubs/go "$HOME/go/pkg/mod/cache/vcs" "$T/disk/pkg/mod/cache/vcs"
	is "$status $(find "$T/disk" -name reference-transaction)" "0 " "nothing is planted by way of a link ($disk)"
	[ -d "$T/disk/pkg/mod" ]
	ok $? "... where the cache is made"
done
rm -rf "$HOME/go"

# A run within a run, whose home is private: what lies there in a cache is no reason to refuse.
printf '[sandbox.os]\nread = ["%s"]\n' "$root" | manifest
run "$seal" -- sh -c 'mkdir -p ~/go/pkg/mod/cache/vcs && exec "$0" -- stubs/go x' "$seal"
exits 0 "a run within a run"
[ ! -e "$HOME/go" ]
ok $? "... leaves nothing on the host"

# --- go, which keeps repositories in its cache of modules --------------------------------------------------------

export GIT_CONFIG_GLOBAL="$T/gitconfig" GIT_CONFIG_NOSYSTEM=1
printf '[user]\n\tname = x\n\temail = x@example.org\n' >"$T/gitconfig"

# hook: what the stub of a tool puts into each repository of a cache
hook()
{
	cat <<END
#!/bin/sh
for at in $1/*/; do
	printf '#!/bin/sh\necho ran >$T/canary/ran\n' >"\${at}hooks/reference-transaction" &&
		chmod +x "\${at}hooks/reference-transaction"
done 2>/dev/null
exit 0
END
}

if command -v go >/dev/null; then
	rm -rf "$HOME/go" "$T/canary/ran"
	git init -q -b main "$T/up"
	printf 'module example.org/up.git\n' >"$T/up/go.mod"
	echo 'package up' >"$T/up/up.go"
	git -C "$T/up" add . && git -C "$T/up" commit -qm 1 && git -C "$T/up" tag v1.0.0
	printf '[url "file://%s/up"]\n\tinsteadOf = https://example.org/up\n' "$T" >>"$T/gitconfig"
	export GOFLAGS=-mod=mod GOPROXY=direct GOSUMDB=off
	mkdir "$T/honest"
	printf 'module honest\n' >"$T/honest/go.mod"
	get()
	{
		(cd "$T/honest" && timeout 30 go get "example.org/up.git@$1") >"$T/out" 2>"$T/err"
	}
	rm -f stubs/go
	hook "$HOME/go/pkg/mod/cache/vcs" >stubs/go
	chmod +x stubs/go
	get v1.0.0
	[ -d "$HOME/go/pkg/mod/cache/vcs" ]
	ok $? "an honest project has filled go's cache"
	printf '[sandbox.os]\ncommand_tools = ["go"]\n' | manifest
	run "$seal" -- stubs/go build
	git -C "$T/up" commit -q --allow-empty -m 2 && git -C "$T/up" tag v1.1.0
	get v1.1.0
	is "$? $(ls "$T/canary")" "0 secret" "go: its next fetch outside runs nothing of a run's"
	printf '[sandbox.os]\ncommand_tools = [{ tool = "go", fetch_git = true }]\n' | manifest
	run "$seal" -- stubs/go build
	git -C "$T/up" commit -q --allow-empty -m 3 && git -C "$T/up" tag v1.2.0
	get v1.2.0
	[ -e "$T/canary/ran" ]
	ok $? "... control: with fetch_git it does"
	run "$seal" explain -- go build
	like "$out" 'cache/vcs \(an escape\)' "... and explain says that it is an escape"
	unset GOFLAGS GOPROXY GOSUMDB
else
	skip "go" "no go here"
fi

# --- cargo, whose git dependencies git may fetch -----------------------------------------------------------------

if command -v cargo >/dev/null; then
	unset CARGO_HOME CARGO_TARGET_DIR CARGO_NET_OFFLINE
	export CARGO_NET_GIT_FETCH_WITH_CLI=true CARGO_TERM_COLOR=never
	rm -rf "$HOME/.cargo" "$T/canary/ran"
	for crate in "$T/dep" "$T/user"; do
		mkdir -p "$crate/src"
		printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2018"\n' "${crate##*/}" >"$crate/Cargo.toml"
		echo 'pub fn f() {}' >"$crate/src/lib.rs"
	done
	git init -q -b main "$T/dep"
	git -C "$T/dep" add . && git -C "$T/dep" commit -qm 1
	printf '[dependencies]\ndep = { git = "file://%s/dep" }\n' "$T" >>"$T/user/Cargo.toml"
	update()
	{
		(cd "$T/user" && timeout 30 cargo "$1") >"$T/out" 2>"$T/err"
	}
	rm -f stubs/cargo
	hook "$HOME/.cargo/git/db" >stubs/cargo
	chmod +x stubs/cargo
	update fetch
	[ -d "$HOME/.cargo/git/db" ]
	ok $? "an honest project has filled cargo's cache"
	printf '[sandbox.os]\ncommand_tools = ["cargo"]\n' | manifest
	run "$seal" -- stubs/cargo build
	git -C "$T/dep" commit -q --allow-empty -m 2
	update update
	is "$? $(ls "$T/canary")" "0 secret" "cargo: its next fetch outside runs nothing of a run's"
	cp -r "$T/user" here
	run "$seal" -- cargo build --manifest-path here/Cargo.toml
	exits 0 "... while a build takes git dependencies from there"
	printf '[sandbox.os]\ncommand_tools = [{ tool = "cargo", fetch_git = true }]\n' | manifest
	run "$seal" -- stubs/cargo build
	git -C "$T/dep" commit -q --allow-empty -m 3
	update update
	[ -e "$T/canary/ran" ]
	ok $? "... control: with fetch_git it does"
else
	skip "cargo" "no cargo here"
fi

# --- Tokens ------------------------------------------------------------------------------------------------------

printf '#!/bin/sh\necho "token=$GITHUB_TOKEN"\n' >stubs/token
chmod +x stubs/token
rm -f seal.toml
for tool in uv go gradle mvn meson gem mix poetry nix composer sbt rebar3 git gh; do
	ln -sf token "stubs/$tool"
	run env GITHUB_TOKEN=secret "$seal" -q -- "stubs/$tool"
	case $tool in
	git | gh) is "$out" "token=secret" "$tool has GITHUB_TOKEN" ;;
	*) is "$out" "token=" "$tool, which uses git, has not" ;;
	esac
done

done_testing
