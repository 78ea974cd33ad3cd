#!/bin/bash
# limit: 60
# The bundles that build what is there, without a network: make, CMake, Meson, Ninja and the
# autotools with the compilers of C. Each does a small job as an ordinary user, in a project whose
# manifest names it; what the job looks for outside is not there.
# The helpers set out, err and status; what make expands stands in single quotes.
# shellcheck disable=SC2016,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

for tool in autoconf cc cmake make meson ninja; do
	command -v $tool >/dev/null || { echo "1..0 # SKIP no $tool here"; exit 0; }
done
manifest <<'END'
[sandbox.os]
command_tools = ["autotools", "cc", "cmake", "make", "meson", "ninja"]
END

# The program tells whether it sees the canary, and leaves a file.
cat >spy.c <<END
#include <stdio.h>

int main(void)
{
	FILE *made = fopen("made", "w");

	printf("canary %s\n", fopen("$T/canary/secret", "r") ? "seen" : "hidden");
	return made == NULL;
}
END

# builds NAME PROGRAM: the last run made it; it shows the canary outside only.
builds()
{
	exits 0 "$1"
	is "$("$2")" "canary seen" "... makes a program that runs outside"
	rm -f made
	run "$seal" -- "$2"
	is "$out" "canary hidden" "... and inside, where it sees less"
	[ -e made ]
	ok $? "... and writes in the project"
}

run "$seal" -- cc -O2 -Wall spy.c -o by-cc
builds cc ./by-cc

printf 'by-make: spy.c\n\t$(CC) $(CFLAGS) -o $@ spy.c\n\t@printf "canary " && ! cat %s 2>/dev/null && echo hidden\n' \
	"$T/canary/secret" >Makefile
CFLAGS=-DFROM_OUTSIDE run "$seal" -- make
builds make ./by-make
rm -f by-make
CFLAGS=-DFROM_OUTSIDE run "$seal" -- make
like "$out" 'cc -DFROM_OUTSIDE .*by-make' "... CFLAGS of the caller pass"
like "$out" '^canary hidden' "... a recipe does not see the canary"
rm -f by-make
run make
like "$out" '^canary secret of' "... control: outside it does"

cat >CMakeLists.txt <<'END'
cmake_minimum_required(VERSION 3.10)
project(spy C)
enable_testing()
add_executable(by-cmake spy.c)
add_test(NAME spy COMMAND by-cmake)
END
run "$seal" -- cmake -G Ninja -B build-cmake
exits 0 "cmake, for ninja"
run "$seal" -- cmake --build build-cmake
builds "cmake --build" build-cmake/by-cmake
run "$seal" -- ctest --test-dir build-cmake -V
like "$out" 'canary hidden' "ctest"
run "$seal" -- ninja -C build-cmake
like "$out" 'no work to do' "ninja, with nothing left to do"

# Meson takes a compiler cache if it finds one; its server would outlive the command.
printf "project('spy', 'c')\ntest('spy', executable('by-meson', 'spy.c'))\n" >meson.build
CC=cc run "$seal" -- meson setup build-meson
exits 0 "meson setup"
run "$seal" -- meson compile -C build-meson
builds "meson compile" build-meson/by-meson
run "$seal" -- meson test -C build-meson
like "$out" 'Ok: +1' "meson test"

printf 'AC_INIT([spy], [1])\nAC_PROG_CC\nAC_CONFIG_FILES([made-of])\nAC_OUTPUT\n' >configure.ac
echo '@CC@' >made-of.in
run "$seal" -- autoconf
exits 0 autoconf
run "$seal" -- ./configure
exits 0 "... makes a configure that runs"
is "$(cat made-of)" gcc "... and finds the compiler"

# None of them reaches anything: not even a server on this machine that answers outside.
python3 -u -m http.server --bind 127.0.0.1 0 >"$T/port" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; chmod -R u+rwX "$T"; rm -rf "$T"' EXIT
holds -s "$T/port"
port=$(sed -n 's/.* port \([0-9]*\).*/\1/p' "$T/port")
cat >fetch.cmake <<END
file(DOWNLOAD "http://127.0.0.1:$port/spy.c" fetched STATUS status)
message("\${status}")
END
run cmake -P fetch.cmake
like "$err" '^0;' "control: outside cmake downloads from this machine"
run "$seal" -- cmake -P fetch.cmake
unlike "$err" '^0;' "inside it does not"
for tool in autoconf cc cmake make meson ninja; do
	run "$seal" explain -- $tool
	unlike "$out" '^ +domain ' "$tool has no hosts of its own"
done
printf '[sandbox.os.network]\ndomains = ["a.example"]\n' | manifest
run "$seal" explain -- cmake
like "$out" '^ +domain +a\.example' "... control: those of the manifest are told"

done_testing
