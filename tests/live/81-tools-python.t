#!/bin/bash
# limit: 90
# Python's package managers that are in distributions, under their bundles, as an ordinary user:
# pip from an index on the loopback, pipx. Nothing is built, so nothing else is needed.
# The helpers set out, err and status.
# shellcheck disable=SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

python=/usr/bin/python3
$python -c 'import venv, ensurepip' 2>/dev/null || { echo "1..0 # SKIP no venv here"; exit 0; }
for name in $(env | sed -n 's/^\(PIP_[A-Z_]*\)=.*/\1/p'); do
	unset "$name"
done
export PIP_DISABLE_PIP_VERSION_CHECK=1

mkdir -p index/sealhello
$python "$live/wheel.py" index/sealhello "$T/canary/secret" || exit 1
# An index that says for how long its answers hold, as real ones do, and is trusted: else pip keeps
# nothing.
cat >"$T/index.py" <<'END'
import http.server
class Index(http.server.SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Cache-Control", "max-age=600")
        super().end_headers()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
print(server.server_port, flush=True)
server.serve_forever()
END
(cd index && exec $python "$T/index.py") >"$T/port" 2>"$T/index.log" &
server=$!
trap 'kill $server 2>/dev/null; chmod -R u+rwX "$T"; rm -rf "$T"' EXIT
holds -s "$T/port"
port=$(cat "$T/port")
index="--index-url http://127.0.0.1:$port --trusted-host 127.0.0.1 --no-deps"

# grants TOML [PORT]: the manifest, with that port of the host.
grants()
{
	printf '[sandbox.os]\ncommand_tools = [%s]\n[sandbox.os.network]\nhost_localhost_ports = [%s]\n' \
		"$1" "${2:-}" | manifest
}

# --- pip --------------------------------------------------------------------------------------------

grants '"pip", "python"'
run "$seal" -- $python -m venv env
exits 0 "python3 -m venv"
# shellcheck disable=SC2086 # options, as words
run "$seal" -- env/bin/pip install --retries 0 $index sealhello
[ "$status" != 0 ] && [ ! -e env/bin/sealhello ]
ok $? "pip reaches no index that is not granted (status $status)"

grants '"pip", "python"' "$port"
# shellcheck disable=SC2086
run "$seal" -- env/bin/pip install $index sealhello
exits 0 "pip install, from an index"
is "$(env/bin/sealhello)" "canary True" "... of a program that runs outside"
run "$seal" -- env/bin/sealhello
is "$out" "canary False" "... and inside, where it sees less"
[ -n "$(find ~/.cache/pip -type f)" ]
ok $? "[CC-05] ... which is in the shared cache: a non-promise"
run "$seal" -- env/bin/python -c 'import sealhello; sealhello.main()'
is "$out" "canary False" "python takes it from the environment"

grants '{ tool = "pip", fetch = false }, "python"' "$port"
rm -rf ~/.cache/pip/*
# shellcheck disable=SC2086
run "$seal" -- env/bin/pip install --force-reinstall $index sealhello
exits 0 "[CC-05] pip with fetch = false installs"
is "$(find ~/.cache/pip -type f)" "" "[CC-05] ... and leaves nothing in the cache"

# For the user: what is in ~/.local runs outside. pip asks the environment where that is.
mkdir -p ~/.local/lib ~/.local/bin
run "$seal" -- env/bin/python -m pip install --no-index --find-links index/sealhello --target ~/.local/lib/x sealhello
[ "$status" != 0 ] && [ -z "$(ls ~/.local/lib)" ]
ok $? "pip does not install into ~/.local (status $status)"
grants '{ tool = "pip", install = true }, "python"'
run "$seal" -- env/bin/python -m pip install --no-index --find-links index/sealhello --target ~/.local/lib/x sealhello
[ "$status" = 0 ] && [ -e ~/.local/lib/x/sealhello.py ]
ok $? "... with install it does"
rm -rf ~/.local/lib ~/.local/bin

# --- pipx -------------------------------------------------------------------------------------------

if command -v pipx >/dev/null; then
	# Where this version keeps its environments; older ones keep them where none is made.
	home=$(pipx environment 2>/dev/null | sed -n 's/^PIPX_HOME=//p' | tail -n 1)
	rm -rf "${home:?}"
	mkdir -p ~/.local/bin "$home"
	export PIP_NO_INDEX=1 PIP_FIND_LINKS=$T/proj/index/sealhello
	grants '"pipx"'
	run "$seal" -- pipx install sealhello
	[ "$status" != 0 ] && [ -z "$(find ~/.local/bin "$home" -mindepth 1)" ]
	ok $? "pipx install is refused (status $status)"
	grants '{ tool = "pipx", install = true }'
	run "$seal" -- pipx install sealhello
	exits 0 "... with install it is not"
	is "$(~/.local/bin/sealhello)" "canary True" "... and the program is there outside"
	grants '"pipx"'
	run "$seal" -- pipx uninstall sealhello
	[ -x ~/.local/bin/sealhello ]
	ok $? "pipx uninstall is refused without install (status $status)"
else
	skip "pipx" "no pipx here"
fi

done_testing
