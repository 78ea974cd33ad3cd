#!/bin/bash
# limit: 90
# Go under its bundle, as an ordinary user: a module from a folder of the project that plays the
# proxy, a build, tests, and what of it stays on the host.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

command -v go >/dev/null || { echo "1..0 # SKIP no go here"; exit 0; }
# Modules are made read-only by go.
trap 'chmod -R u+rwX "$T"; rm -rf "$T"' EXIT

# serve VERSION: example.org/hello of that version, as a module proxy serves it.
serve()
{
	at=$T/proj/proxy/example.org/hello/@v
	mkdir -p "$at"
	printf 'module example.org/hello\n\ngo 1.15\n' >"$at/$1.mod"
	printf '{"Version":"%s"}' "$1" >"$at/$1.info"
	echo "$1" >>"$at/list"
	python3 - "$at" "$1" <<'END'
import sys, zipfile
at, version = sys.argv[1:]
with zipfile.ZipFile(f"{at}/{version}.zip", "w") as z:
    root = f"example.org/hello@{version}/"
    z.write(f"{at}/{version}.mod", root + "go.mod")
    z.writestr(root + "hello.go", f'package hello\n\nconst Text = "hello from {version}"\n')
END
}

serve v1.0.0
mkdir app && cd app || exit 1
printf 'module app\n\ngo 1.15\n' >go.mod
cat >main.go <<END
package main

import (
	"fmt"
	"os"

	"example.org/hello"
)

func main() {
	_, err := os.Stat("$T/canary/secret")
	fmt.Println(hello.Text, err == nil)
}
END
cat >main_test.go <<END
package main

import (
	"os"
	"testing"
)

func TestSpy(t *testing.T) {
	if _, err := os.Stat("$T/canary/secret"); err == nil {
		t.Fatal("the canary is there")
	}
}
END
# Where go writes the revision into the program there must be one.
git -c user.name=x -c user.email=x@example.org commit -q --allow-empty -m x
export GOPROXY="file://$T/proj/proxy" GOSUMDB=off GOTOOLCHAIN=local GOTELEMETRY=off

# grants TOML: the manifest of the project, while standing in app.
grants()
{
	cd ..
	printf '[sandbox.os]\ncommand_tools = [%s]\n' "$1" | manifest
	cd app || exit 1
}

# --- Daily work -------------------------------------------------------------------------------------

grants '"go"'
run "$seal" -- go get example.org/hello@v1.0.0
exits 0 "go get"
is "$(tail -n 1 ~/go/pkg/mod/example.org/hello@v1.0.0/hello.go)" \
	'const Text = "hello from v1.0.0"' "... puts the module into the shared cache"
run "$seal" -- go build -o app
exits 0 "go build"
[ -n "$(find ~/.cache/go-build -name '*-d' | head -n 1)" ]
ok $? "[CC-05] ... fills the shared build cache: a non-promise"
is "$(./app)" "hello from v1.0.0 true" "... makes a program that runs outside"
run "$seal" -- ./app
is "$out" "hello from v1.0.0 false" "... and inside, where it sees less"
run go version -m app
unlike "$out" 'vcs.revision' "... without the repository's revision"
GOFLAGS=-buildvcs=true run "$seal" -- go build -o stamped
exits 0 "GOFLAGS=-buildvcs=true go build"
run go version -m stamped
like "$out" "vcs.revision=$(git rev-parse HEAD)" "... writes it"
run "$seal" -- go vet
exits 0 "go vet"
run "$seal" -- go test
like "$out" '^ok' "go test: the canary is not there"
run go test
like "$out" 'the canary is there' "... control: outside it is"
run "$seal" -- gofmt -l .
is "$status:$out" 0: "gofmt"

# --- Without a repository ---------------------------------------------------------------------------

mkdir "$T/none" && cd "$T/none" || exit 1
printf 'module none\n\ngo 1.15\n' >go.mod
printf 'package main\n\nfunc main() {}\n' >main.go
run "$seal" -- sh -c '[ -p .git ] && go build -o none'
exits 0 "go build in a folder without .git"
GOFLAGS='' run "$seal" -- go build -o none
like "$err" 'error obtaining VCS status' "... control: without the flag it asks git"
cd "$T/proj/app" || exit 1

# --- What stays outside -----------------------------------------------------------------------------

mkdir ~/go/bin
run "$seal" -- go install
[ "$status" != 0 ] && [ -z "$(ls ~/go/bin)" ]
ok $? "go install is refused (status $status)"
like "$err" 'read-only file system' "... for ~/go/bin is read-only"
grants '{ tool = "go", install = true }'
run "$seal" -- go install
is "$status:$(~/go/bin/app)" "0:hello from v1.0.0 true" "... with install the program is there outside"
run "$seal" -- go env -w GOFLAGS=-mod=mod
[ ! -e ~/.config/go ]
ok $? "go's settings outside stay as they are, also with install"

# --- Without the shared caches ----------------------------------------------------------------------

grants '{ tool = "go", fetch = false }'
before=$(find ~/.cache/go-build ~/go/pkg | sort)
rm -f app
run "$seal" -- go build -o app
is "$status:$(./app)" "0:hello from v1.0.0 true" "[CC-05] fetch = false: go build takes the modules that are there"
serve v1.1.0
run "$seal" -- go get example.org/hello@v1.1.0
[ "$status" != 0 ]
ok $? "[CC-05] ... another one cannot be added (status $status)"
is "$(find ~/.cache/go-build ~/go/pkg | sort)" "$before" "[CC-05] ... and neither cache has changed"
run go get example.org/hello@v1.1.0
exits 0 "... control: outside it can"

done_testing
