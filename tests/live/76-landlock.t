#!/bin/sh
# The second layer. What is tried here the namespaces prevent by themselves; tests/mutate runs it
# against builds without them (tests/mutants), where Landlock alone must hold, and against builds
# without it too, where all of this goes through. So nothing here asks for an errno: the host is
# looked at.
# Scripts for another shell stand in single quotes.
# shellcheck disable=SC2016
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

echo 'echo mine' >"$HOME/.bashrc"
mkdir -p "$T/lib" && echo granted >../lib/file && echo inside >file
manifest <<END
[sandbox.os]
read = ["$T/lib"]
END

inside 'cat ../canary/secret ~/.ssh/id_ed25519; cat "$HOME/.bashrc"'
unlike "$out" 'secret of|key of|mine' "[LL-01] what is outside of the view cannot be read"
inside 'ls ../canary ~/.ssh; echo ../canary/* ~/.ssh/*'
unlike "$out" '^secret$|/secret$|id_ed25519$' "[FS-01] ... nor listed, which the namespaces alone see to"
inside 'echo x >>../canary/secret; echo x >>~/.bashrc; echo x >../canary/new; mkdir ../canary/d
	: >../lib/file; truncate -s 0 ../lib/file ../canary/secret; rm -f ../canary/secret'
is "$(cat ../canary/secret ~/.bashrc; ls ../canary; cat ../lib/file)" "secret of $T
echo mine
secret
granted" "[LL-01] ... nor written, made, emptied or removed"
inside 'mv file ../canary/file; ln file ../canary/linked; ln ../canary/secret here; mv ../canary/secret there
	ln -s ../canary/secret link; cat link here there'
unlike "$out" 'secret of' "[LL-01] nor moved or linked into the project"
is "$(ls ../canary)" secret "[LL-01] ... or out of it"
inside 'cat file ../lib/file && echo y >>file && printf "#!/bin/sh\necho ran\n" >p && chmod 755 p && ./p'
is "$status/$(echo "$out" | tr '\n' ' ')" "0/inside granted ran " \
	"[LL-01] control: what is granted can be read, written and run"
cat ../canary/secret ~/.ssh/id_ed25519 >"$T/out" && echo x >../canary/new && rm ../canary/new
ok $? "control: outside all of it can be done"

# A process and a listener of the host's; both end by themselves.
timeout 60 sleep 60 &
victim=$!
cat >"$T/listen.py" <<'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind("\0" + sys.argv[1])
s.listen(5)
s.settimeout(60)
open(sys.argv[2] + "/ready", "w").close()
while True:
    s.accept()
    open(sys.argv[2] + "/heard", "w").close()
END
cat >connect.py <<'END'
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(5)
s.connect("\0" + sys.argv[1])
END
timeout 60 python3 "$T/listen.py" "seal-$T" "$T" &
listener=$!
trap 'kill $victim $listener 2>/dev/null; chmod -R u+rwX "$T" 2>/dev/null; rm -rf "$T"' EXIT
holds -e "$T/ready"
ok $? "control: a listener outside"
run "$seal" -- python3 connect.py "seal-$T"
[ "$status" != 0 ] && [ ! -e "$T/heard" ]
ok $? "[LL-04] an abstract socket of the host cannot be connected to"
python3 connect.py "seal-$T" && holds -e "$T/heard"
ok $? "control: outside it can"
inside "kill -TERM $victim; kill -KILL $victim"
[ "$status" != 0 ] && kill -0 $victim
ok $? "[LL-04] a process of the host cannot be signalled"
inside 'sleep 20 & kill $! && wait $!; [ $? = 143 ]'
is "$status" 0 "[LL-04] control: one's own can"
kill $victim 2>/dev/null
ok $? "control: outside that one can too"

done_testing
