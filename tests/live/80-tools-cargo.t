#!/bin/bash
# limit: 180
# cargo under its bundle, without a network: a path dependency, a build script, a git dependency by the
# cache that is shared with the host, and cargo install. The build script tries to read the registry's
# token and a key, and to plant a program and settings.
# The helpers set out, err and status; scripts for another shell stand in single quotes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

command -v cargo >/dev/null || { echo "1..0 # SKIP no cargo here"; exit 0; }
unset CARGO_HOME CARGO_TARGET_DIR CARGO_NET_OFFLINE RUSTFLAGS RUSTC_WRAPPER
export CARGO_TERM_COLOR=never

# job COMMAND...: as `run`, with a minute.
job()
{
	status=0
	timeout -k 2 60 "$@" </dev/null >"$T/out" 2>"$T/err" || status=$?
	err=$(head -c 100000 "$T/err")
}

# tree FOLDER: what is in it, as one word.
tree()
{
	(cd "$1" && find . -type f -exec sha256sum {} + | sort | sha256sum)
}

# entry SETTINGS
entry()
{
	printf '[sandbox.os]\ncommand_tools = [{ tool = "cargo", domains = []%s }]\n' "$1" | manifest
}

# crate FOLDER NAME: a library whose answer is 42.
crate()
{
	mkdir -p "$1/src"
	printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2018"\n' "$2" >"$1/Cargo.toml"
	echo 'pub fn answer() -> u32 { 42 }' >"$1/src/lib.rs"
}

# repository FOLDER NAME: the same as a repository.
repository()
{
	crate "$1" "$2"
	git -C "$1" init -q -b main
	git -C "$1" add .
	git -C "$1" -c user.name=x -c user.email=x@example.org commit -q -m x
}

# --- A build, and what its script tries --------------------------------------------------------------------------

mkdir -p "$HOME/.cargo/bin"
echo '[registry]' >"$HOME/.cargo/credentials.toml"
printf '[term]\nverbose = false\n' >"$HOME/.cargo/config.toml"
settings=$(cat "$HOME/.cargo/config.toml")
crate helper helper
crate . tool
cat >>Cargo.toml <<'END'
[dependencies]
helper = { path = "helper" }
END
echo 'fn main() { println!("{} {}", helper::answer(), env!("MADE")); }' >src/main.rs
cat >build.rs <<END
use std::fs;
fn main() {
    for path in ["$HOME/.ssh/id_ed25519", "$HOME/.cargo/credentials.toml", "$T/canary/secret"].iter() {
        println!("cargo:warning=read {} {}", path, fs::read(path).is_ok());
    }
    for path in ["$HOME/.cargo/bin/planted", "$HOME/.cargo/config.toml", "$HOME/.bashrc"].iter() {
        println!("cargo:warning=write {} {}", path, fs::write(path, "planted").is_ok());
    }
    println!("cargo:rustc-env=MADE=inside");
}
END
entry ""

job cargo build --offline --target-dir "$T/outside"
is "$(printf '%s\n' "$err" | grep -c 'true$')" 6 "control: outside the build script reads and writes all of it"
rm -f "$HOME/.cargo/bin/planted" "$HOME/.bashrc"
printf '%s\n' "$settings" >"$HOME/.cargo/config.toml"

job "$seal" -- cargo build --offline
exits 0 "cargo build, with a path dependency and a build script"
is "$(target/debug/tool)" "42 inside" "... makes a program that runs outside"
is "$(printf '%s\n' "$err" | grep -c 'read .* false$')" 3 "... whose build script saw no key and no token"
is "$(cat "$HOME/.cargo/config.toml")" "$settings" "... wrote no settings on the host"
[ -z "$(ls "$HOME/.cargo/bin")" ] && [ ! -e "$HOME/.bashrc" ]
ok $? "... and no program, nor what a shell runs"
job "$seal" -- cargo test --offline
exits 0 "cargo test"

# --- cargo install -------------------------------------------------------------------------------------------------

sed -i 's|^    for path in .*|    for path in [""; 0].iter() {|' build.rs
job "$seal" -- cargo install --offline --path .
[ "$status" != 0 ] && [ -z "$(ls "$HOME/.cargo/bin")" ]
ok $? "cargo install: refused without install = true (status $status)"
like "$err" 'Read-only file system' "... because ~/.cargo/bin is read-only"
entry ", install = true"
job env PATH="$HOME/.cargo/bin:$PATH" "$seal" -- cargo install --offline --path .
exits 0 "cargo install with install = true, into a folder on PATH"
is "$("$HOME/.cargo/bin/tool")" "42 inside" "... the program runs outside"

# --- The cache -----------------------------------------------------------------------------------------------------

repository "$T/proj/repos/first" first
repository "$T/proj/repos/second" second
entry ", fetch_git = true"
mkdir user
crate user user
printf '[workspace]\n[dependencies]\nfirst = { git = "file://%s/proj/repos/first" }\n' "$T" >>user/Cargo.toml
job "$seal" -- cargo build --manifest-path user/Cargo.toml
exits 0 "cargo build with a git dependency"
[ -d "$HOME/.cargo/git/db" ]
ok $? "... which is in the host's cache"
before=$(tree "$HOME/.cargo/git")
entry ", fetch = false"
rm -rf user/target
job "$seal" -- cargo build --manifest-path user/Cargo.toml
exits 0 "cargo build with fetch = false takes what is in the cache"
entry ""
rm -rf user/target
job "$seal" -- cargo build --manifest-path user/Cargo.toml
exits 0 "... and so it does without fetch_git"
printf 'second = { git = "file://%s/proj/repos/second" }\n' "$T" >>user/Cargo.toml
job "$seal" -- cargo build --manifest-path user/Cargo.toml
[ "$status" != 0 ]
ok $? "... and fails at what is not (status $status)"
like "$err" 'Read-only file system' "... as cargo says"
is "$(tree "$HOME/.cargo/git")" "$before" "... the cache is as it was"

done_testing
