#!/bin/bash
# limit: 300
# Real work, as an ordinary user does it: each job gives inside what it gives outside, the canary
# and the keys stay out of sight, and what the job made is there afterwards.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# A job's own limit is larger than that of `run`.
job()
{
	status=0
	timeout -k 2 120 "$@" </dev/null >"$T/out" 2>"$T/err" || status=$?
	out=$(head -c 100000 "$T/out") err=$(head -c 100000 "$T/err")
}

# have COMMAND NAME: false, and a skip, where the machine has no such command.
have()
{
	command -v "$1" >/dev/null || { skip "$2" "no $1 here"; return 1; }
}

spy="cat '$T/canary/secret' ../canary/secret; ls ~/.ssh"

# --- cargo ----------------------------------------------------------------------------------------------

rm -rf .git
cp -r "$root/examples/hello-rust" "$T/proj/rust"
cd rust && rm -rf target && git init -q . || exit 1
if have cargo 'cargo build'; then
	# The build script and a test look where they must not: what they see is in the output.
	cat >>build.rs <<END

#[allow(dead_code)]
fn spy() -> bool { std::fs::read("$T/canary/secret").is_ok() }
END
	sed -i "s|^fn main() {|fn main() {\n    println!(\"cargo:warning=spy {}\", spy());|" build.rs
	mkdir -p tests
	cat >tests/spy.rs <<END
#[test]
fn spy() {
    for path in ["$T/canary/secret", "../../canary/secret", "$HOME/.ssh/id_ed25519"] {
        let error = std::fs::read(path).expect_err(path);
        assert_eq!(error.kind(), std::io::ErrorKind::NotFound, "{path}");
    }
    std::fs::write("target/made-by-a-test", "x").unwrap();
}
END
	job cargo build --target-dir "$T/outside"
	like "$err" 'spy true' "control: outside the build script reads the canary"
	job "$seal" -- cargo build
	exits 0 "[SC-26] cargo build"
	like "$err" 'spy false' "... whose build script does not"
	made=$(find target/debug -maxdepth 1 -type f -perm -u+x | head -n 1)
	like "$("$T/outside/debug/$(basename "$made")")" 'could see ~/.ssh' \
		"control: outside it sees the keys"
	want=$("$made")
	like "$want" 'could not see ~/.ssh' "... makes a program that runs outside"
	job "$seal" -- "$made"
	is "$out" "$want" "... and inside"
	job "$seal" -- cargo build
	like "$err" 'Finished' "... again"
	unlike "$err" 'Compiling' "... with nothing left to do"
	job cargo test --target-dir "$T/outside"
	[ "$status" != 0 ]
	ok $? "control: the spying test fails outside"
	job "$seal" -- cargo test
	exits 0 "cargo test"
	like "$out" 'test spy \.\.\. ok' "... the spying test finds nothing"
	[ -e target/made-by-a-test ]
	ok $? "... and writes in the project"
	job "$seal" -- bash -lc 'cargo build && cargo test -q'
	exits 0 "... through bash -lc"
fi
cd "$T/proj" || exit 1

# --- git ------------------------------------------------------------------------------------------------

mkdir -p "$T/proj/repo"
cd "$T/proj/repo" || exit 1
printf '[user]\n\tname = Seal Test\n\temail = test@example.org\n' >~/.gitconfig
printf 'https://user:token@example.org\n' >~/.git-credentials
job "$seal" -- git init -q .
exits 0 "git init"
echo one >file
job "$seal" -- git add file
exits 0 "git add"
job "$seal" -- git commit -q -m 'from inside'
exits 0 "git commit"
is "$(git log --format='%an %ae %s' && git status --porcelain)" "Seal Test test@example.org from inside" \
	"... is there outside, with the user's name"
git fsck --no-progress >/dev/null 2>&1
ok $? "... in order"
job "$seal" -- git -c alias.spy="!$spy" spy
unlike "$out" 'secret|id_ed25519' "an alias sees neither canary nor keys"
job "$seal" -- git -c alias.spy='!cat ~/.git-credentials' spy
is "$out" "" "... nor stored passwords"
job git -c alias.spy='!cat ~/.git-credentials' spy
like "$out" token "control: outside it does"
job "$seal" -- git config --global user.name Other
is "$(git config --global user.name)" "Seal Test" "the user's settings are not changed"

# --- make -----------------------------------------------------------------------------------------------

cp -r "$root/examples/hello-c" "$T/proj/c"
cd "$T/proj/c" || exit 1
make -s clean >/dev/null 2>&1
git init -q .
job "$seal" -- make -j2
exits 0 "[SC-26] make -j2"
made=$(find . -type f -perm -u+x ! -path './.git/*' | head -n 1)
run "$made"
exits 0 "... makes a program that runs outside"
want=$out
run "$seal" -- "$made"
is "$out" "$want" "... and inside"
job "$seal" -- make -j2
unlike "$out" '(cc|gcc) ' "... with nothing left to do"
printf 'spy:\n\t-@%s\n' "$spy" >Spyfile
job make -s -f Spyfile spy
like "$out" '^secret of' "control: outside a recipe reads the canary"
job "$seal" -- make -s -f Spyfile spy
is "$out" "" "a recipe does not"
is "$(printf '%s\n' "$err" | grep -c 'No such file or directory')" 3 "... it does not exist there"

# --- npm ------------------------------------------------------------------------------------------------

mkdir -p "$T/proj/js"
cd "$T/proj/js" && git init -q . || exit 1
if have npm 'npm run'; then
	cat >package.json <<'END'
{ "name": "seal-test", "version": "1.0.0", "scripts": { "hello": "node hello.js" } }
END
	cat >hello.js <<END
const fs = require("fs");
fs.writeFileSync("made", "by node");
let seen = "nothing";
try { seen = fs.readFileSync("$T/canary/secret", "utf8"); } catch (e) { seen = e.code; }
console.log("seen: " + seen.trim(), process.argv.slice(2).join("|"));
END
	job npm run -s hello
	like "$out" '^seen: secret' "control: outside a script reads the canary"
	rm -f made
	job "$seal" -- npm run -s hello -- 'a b' --c
	exits 0 "[SC-26] npm run"
	is "$out" "seen: ENOENT a b|--c" "... of a script that does not"
	is "$(cat made)" "by node" "... and writes in the project"
fi

# --- python ---------------------------------------------------------------------------------------------

mkdir -p "$T/proj/py"
cd "$T/proj/py" && git init -q . || exit 1
if /usr/bin/python3 -c 'import venv, ensurepip' 2>"$T/err"; then
	job "$seal" -- /usr/bin/python3 -m venv env
	exits 0 "python3 -m venv"
	job "$seal" -- env/bin/python -c 'import sys, json; print(sys.prefix)'
	is "$out" "$T/proj/py/env" "... is used inside"
	is "$(env/bin/python -c 'import sys; print(sys.prefix)')" "$T/proj/py/env" "... and outside"
	job "$seal" -- env/bin/pip --version
	like "$out" '^pip ' "... with its pip"
	job "$seal" -- env/bin/python -c 'import multiprocessing as m; print(sum(m.Pool(2).map(abs, [-1, -2])))'
	is "$out" 3 "[SC-26] ... processes and semaphores work"
	job "$seal" -- env/bin/python -c "open('$T/canary/secret')"
	like "$err" FileNotFoundError "... and the canary is not there"
else
	skip "python3 -m venv" "no venv for /usr/bin/python3 here"
fi

done_testing
