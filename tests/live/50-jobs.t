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

# What is shared with builds outside is said by the bundle, and can be had for reading only. The
# caches of the other package managers are written in the same way.
mkdir -p ~/.cargo/registry shared && cd shared && git init -q . || exit 1
printf '#!/bin/sh\necho planted >~/.cargo/registry/planted; cat ~/.cargo/registry/mark\n' >cargo
echo mark >~/.cargo/registry/mark
chmod 755 cargo
job "$seal" -- ./cargo
is "$out/$(cat ~/.cargo/registry/planted)" mark/planted \
	"[CC-05] the cache of crates is shared with builds outside: a non-promise"
run "$seal" bundles show cargo
like "$out" '^  fetch = true or false; true if omitted' "[CC-05] ... of which the bundle tells"
rm -f ~/.cargo/registry/planted
manifest <<'END'
[sandbox.os]
command_tools = [{ tool = "cargo", fetch = false }]
END
job "$seal" -- ./cargo
is "$out" mark "[CC-05] fetch = false shows it"
[ ! -e ~/.cargo/registry/planted ]
ok $? "[CC-05] ... for reading only"
cd "$T/proj" || exit 1

# --- git ------------------------------------------------------------------------------------------------

mkdir -p "$T/proj/repo"
cd "$T/proj/repo" || exit 1
printf '[user]\n\tname = Seal Test\n\temail = test@example.org\n' >~/.gitconfig
printf 'https://user:token@example.org\n' >~/.git-credentials
job "$seal" -- git init -q .
[ "$status" != 0 ] && ! git -C . rev-parse --git-dir 2>/dev/null | grep -qx .git
ok $? "git init is for outside: nobody makes a repository of the project"
git init -q . || exit 1
echo one >file
job "$seal" -- git add file
exits 0 "git add"
job "$seal" -- git commit -q -m 'from inside'
exits 0 "[GX-13] git commit"
is "$(git log --format='%an %ae %s' && git status --porcelain)" "Seal Test test@example.org from inside" \
	"... is there outside, with the user's name"
git fsck --no-progress >/dev/null 2>&1
ok $? "... in order"
job "$seal" -- git -c alias.spy="!$spy" spy
unlike "$out" 'secret|id_ed25519' "an alias sees neither canary nor keys"
job "$seal" -- git -c alias.spy='!cat ~/.git-credentials' spy
is "$out" "" "[GX-18] ... nor stored passwords"
job git -c alias.spy='!cat ~/.git-credentials' spy
like "$out" token "control: outside it does"
job "$seal" -- git config --global user.name Other
is "$(git config --global user.name)" "Seal Test" "[GX-18] the user's settings are not changed"

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

# --- Compilers and machines of other languages: processes, threads, caches, code made at run time ----------

mkdir -p "$T/proj/many"
cd "$T/proj/many" && git init -q . || exit 1
for i in 1 2 3 4 5 6 7 8; do
	printf '#include <pthread.h>\nstatic void *t(void *p) { return p; }\nint f%s(void) { pthread_t p; void *r; pthread_create(&p, 0, t, (void *)%s); pthread_join(p, &r); return (int)(long)r; }\n' \
		$i $i >f$i.c
done
echo 'int printf(const char *, ...);' >main.c
for i in 1 2 3 4 5 6 7 8; do echo "int f$i(void);"; done >>main.c
printf "%s\n" 'int main(void) { printf("%d\n", f1() + f2() + f3() + f4() + f5() + f6() + f7() + f8()); return 0; }' >>main.c
for cc in gcc clang; do
	have $cc "[SC-26] $cc" || continue
	{
		printf 'rule cc\n  command = %s -O2 -g -flto -pthread -c $in -o $out\n' $cc
		printf 'rule link\n  command = %s -flto -pthread $in -o $out\n' $cc
		for i in main f1 f2 f3 f4 f5 f6 f7 f8; do echo "build $i.o: cc $i.c"; done
		echo 'build sum: link main.o f1.o f2.o f3.o f4.o f5.o f6.o f7.o f8.o'
	} >build.ninja
	rm -f ./*.o sum .ninja_*
	job "$seal" -- ninja -j4
	exits 0 "[SC-26] ninja -j4 with $cc, optimised when linked"
	is "$(./sum)" 36 "... makes a program with threads that runs outside"
	job "$seal" -- ./sum
	is "$out" 36 "[SC-26] ... and inside"
done
if have rustc '[SC-26] rustc'; then
	cat >threads.rs <<'END'
use std::{process::Command, thread};
fn main() {
    let sum: u32 = (1..9).map(|n| thread::spawn(move || n)).map(|t| t.join().unwrap()).sum();
    println!("{} {}", sum, Command::new("true").status().unwrap().success());
}
END
	job "$seal" -- rustc -O -C codegen-units=8 threads.rs
	exits 0 "[SC-26] rustc, its back end in threads"
	job "$seal" -- ./threads
	is "$out" "36 true" "[SC-26] ... threads and processes of Rust"
fi
if have go '[SC-26] go'; then
	mkdir -p gosum
	printf 'module sum\n\ngo 1.15\n' >gosum/go.mod
	cat >gosum/main.go <<'END'
package main

import (
	"fmt"
	"os/exec"
	"sync"
)

func main() {
	var wg sync.WaitGroup
	var mu sync.Mutex
	sum := 0
	for n := 1; n < 9; n++ {
		wg.Add(1)
		go func(n int) { mu.Lock(); sum += n; mu.Unlock(); wg.Done() }(n)
	}
	wg.Wait()
	fmt.Println(sum, exec.Command("true").Run())
}
END
	job "$seal" -- sh -c 'cd gosum && GOFLAGS=-mod=mod CGO_ENABLED=0 go build -p 4 -o ../gosum.out .'
	exits 0 "[SC-26] go build"
	job "$seal" -- ./gosum.out
	is "$out" "36 <nil>" "[SC-26] ... goroutines and processes of Go"
fi
if have node '[SC-26] node'; then
	cat >workers.js <<'END'
const { Worker, isMainThread, parentPort, workerData } = require("worker_threads");
if (!isMainThread) parentPort.postMessage(workerData * 1);
else {
	let sum = 0, left = 8;
	for (let n = 1; n < 9; n++)
		new Worker(__filename, { workerData: n }).on("message", m => {
			sum += m;
			if (--left === 0)
				require("child_process").exec("true", e => console.log(sum, e));
		});
}
END
	job "$seal" -- node workers.js
	is "$out" "36 null" "[SC-26] node: its compiler, workers and processes"
fi
job "$seal" -- python3 -c '
import multiprocessing as m
for how in "fork", "spawn":
    with m.get_context(how).Pool(4) as pool:
        print(sum(pool.map(abs, range(-8, 0))))'
is "$(echo $out)" "36 36" "[SC-26] python: multiprocessing, forked and started anew"
if have javac '[SC-26] a JVM'; then
	cat >Sum.java <<'END'
import java.util.stream.IntStream;

public class Sum {
	public static void main(String[] a) throws Exception {
		int[] sum = {0};
		Thread[] threads = IntStream.range(1, 9).mapToObj(n -> new Thread(() -> { synchronized (sum) { sum[0] += n; } })).toArray(Thread[]::new);
		for (Thread t : threads) t.start();
		for (Thread t : threads) t.join();
		long hot = 0;
		for (int i = 0; i < 20000000; i++) hot += i % 7;
		System.out.println(sum[0] + " " + (hot > 0) + " " + new ProcessBuilder("true").start().waitFor());
	}
}
END
	job "$seal" -- javac Sum.java
	exits 0 "[SC-26] javac"
	job "$seal" -- java -cp . Sum
	is "$out" "36 true 0" "[SC-26] a JVM: its compiler, collector, threads and processes"
fi

done_testing
