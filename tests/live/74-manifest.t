#!/bin/bash
# limit: 120
# The rows MF of the containment catalogue that 30-manifest.t and 31-trust.t do not show: hostile
# texts, numbers and names in a manifest, lists that are empty, words of the command line, and that
# what explain says is what happens.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2059,SC2086,SC2088,SC2116,SC2005,SC2154
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/contain.sh
. "$live/contain.sh"
c=$T/canary p=$T/proj

# text: standard input, as it is, becomes seal.toml, with the mode that it needs.
text()
{
	rm -rf seal.toml
	(umask 022 && cat >seal.toml)
}

# fault REGEX NAME: the seal.toml that is there is an error to check and to a run, said in lines
# without a control character, and starts nothing.
fault()
{
	run "$seal" check
	[ "$status" = 125 ] && printf '%s\n' "$err" | grep -Eq -e "$1" &&
		[ "$(LC_ALL=C tr -d '\012\040-\176' <"$T/err" | wc -c)" = 0 ]
	good=$?
	run "$seal" -- touch marker
	[ $good = 0 ] && [ "$status" = 125 ] && [ ! -e marker ]
	ok $? "$2"
	rm -f marker
}

# fine NAME: the control: check has nothing against it.
fine()
{
	run "$seal" check
	exits 0 "$1"
}

# --- Whose it is ------------------------------------------------------------------------------------

if [ "$(stat -c %u /etc/passwd)" != "$(id -u)" ]; then
	run "$seal" -m /etc/passwd -- touch marker
	refused 'another user|not yours|belongs' "[MF-02] a manifest of somebody else's, readable as it is"
	run "$seal" -m /dev/null -- touch marker
	refused . "[MF-02] nor a device"
fi
for mode in 1777 777 1757; do
	mkdir -p "$T/shared" && chmod $mode "$T/shared" && printf '[sandbox.os]\n' >"$T/shared/seal.toml"
	chmod 644 "$T/shared/seal.toml"
	run "$seal" -C "$T/shared" -- touch "$p/marker"
	refused 'everybody can write' "[MF-02] a manifest in a folder of mode $mode"
done
chmod 755 "$T/shared"
run "$seal" -C "$T/shared" check
exits 0 "control: of mode 755 it is taken"
rm -rf "$T/shared"

# --- Large and deep ----------------------------------------------------------------------------------

# soon NAME: the manifest is refused within a second; nothing of it may take longer by more than its size.
soon()
{
	begin=$(date +%s%N)
	run "$seal" check
	took=$((($(date +%s%N) - begin) / 1000000))
	[ "$status" = 125 ] && [ $took -lt 1000 ] && [ "$(wc -l <"$T/err")" -lt 200 ]
	ok $? "[MF-07] $1 (status $status, $took ms)"
	[ $took -lt 1000 ] || sed -n 1,3p "$T/err" >&2
	run "$seal" -- touch marker
	refused . "[MF-07] ... which starts nothing"
}
repeat() { python3 -c 'import sys; sys.stdout.write(sys.argv[1] * int(sys.argv[2]))' "$1" "$2"; }
head -c 10000000 /dev/zero | tr '\000' 'a' | text
soon "10 MB in one line"
{ printf '[sandbox.os]\nread = ["'; repeat x 250000; printf '"]\n'; } | text
soon "one string of 250 KB"
repeat '[' 10000 | text
soon "10000 brackets"
{ printf 'a = '; repeat '[' 20000; repeat ']' 20000; echo; } | text
soon "20000 arrays in one another"
{ printf 'a = '; repeat '{a=' 20000; printf 1; repeat '}' 20000; echo; } | text
soon "20000 tables in one another"
{ repeat 'a.' 20000; echo 'a = 1'; } | text
soon "a key of 20000 parts"
{ printf '['; repeat 'a.' 20000; echo 'a]'; } | text
soon "a table of 20000 parts"
python3 -c 'print("\n".join(f"k{i}=1" for i in range(25000)))' | text
soon "25000 keys"
python3 -c 'print("\n".join(f"[t{i}]" for i in range(25000)))' | text
soon "25000 tables"
repeat '[[a]]
' 40000 | text
soon "40000 tables of one name"
{ printf '[sandbox.os]\ndeny = ['; repeat '"a",' 60000; echo ']'; } | text
begin=$(date +%s%N)
run "$seal" check
[ $((($(date +%s%N) - begin) / 1000000)) -lt 2000 ] && [ "$status" != 139 ] && [ "$status" != 124 ]
ok $? "[MF-07] 60000 entries end soon, taken or not (status $status, $((($(date +%s%N) - begin) / 1000000)) ms)"
printf '[sandbox.os]\nread = ["a"]\n' | text
fine "control: a small one is taken"

# --- Bytes that are no text ---------------------------------------------------------------------------

printf '[sandbox.os]\0\nread = ["/"]\n' | text
fault ':1:' "[MF-08] NUL"
printf '[sandbox.os]\nread = ["a\0b"]\n' | text
fault ':2:' "[MF-08] NUL in a string"
printf '[sandbox.os]\nread = ["a\377"]\n' | text
fault ':2:' "[MF-08] a byte that is no UTF-8"
printf '[sandbox.os]\nread = ["\300\257"]\n' | text
fault ':2:' "[MF-08] a slash in two bytes"
printf '[sandbox.os]\nread = ["\355\240\200"]\n' | text
fault ':2:' "[MF-08] half of a surrogate pair"
printf '\376\377\0[\0]' | text
fault ':1:' "[MF-08] UTF-16"
printf '[sandbox.os]\r# comment\rread = ["/"]\r' | text
fault ':1:' "[MF-08] lines that end with CR alone"
printf '[sandbox.os]\n# comment \033]0;x\007\n' | text
fault ':2:' "[MF-08] an escape sequence in a comment"
for code in 0000 0001 001b 007f 009b 202e 2066 200b 200e feff 00ad; do
	printf '[sandbox.os]\nread = ["a\\u%sb"]\n' $code | text
	fault ':2:' "[MF-08] \\u$code in a path"
	printf '[sandbox.os.network]\ndomains = ["a\\u%s.example"]\n' $code | text
	fault ':2:' "[MF-08] ... in a domain"
done
printf '[sandbox.os]\nread = ["\\ud800"]\n' | text
fault ':2:' "[MF-08] an escape that is no character"
printf '\357\273\277[sandbox.os]\r\nread = ["\303\244\\u00e4"]\r\n' | text
run "$seal" check
[ "$status" = 0 ] || like "$err" ':1:1: ' "... or a byte order mark is told as one"
printf '[sandbox.os]\r\nread = ["\303\244\\u00e4"]\r\n' | text
fine "control: letters, and lines that end with CR LF, are taken"

# --- Twice, unknown, wrong ------------------------------------------------------------------------------

while IFS='|' read -r row name content; do
	printf "$content" | text
	fault ":[1-9][0-9]*:[1-9][0-9]*: " "[$row] $name"
done <<'END'
MF-10|a key twice|[sandbox.os]\nread = []\nread = ["/"]\n
MF-10|a key twice, quoted once|[sandbox.os]\nread = []\n"read" = ["/"]\n
MF-10|a key twice, escaped once|[sandbox.os]\nread = []\n"r\\u0065ad" = ["/"]\n
MF-10|a key twice, by a dotted key|sandbox.os.read = []\n[sandbox.os]\nread = ["/"]\n
MF-10|a table twice|[sandbox.os]\n[sandbox.os]\n
MF-10|a table twice, quoted once|[sandbox.os]\n["sandbox".'os']\n
MF-10|a table after a dotted key of it|[sandbox]\nos.read = []\n[sandbox.os]\n
MF-10|an inline table that grows|sandbox = { os = {} }\n[sandbox.os]\nread = ["/"]\n
MF-10|a table that is an array, too|[[sandbox]]\n[sandbox]\n
MF-10|a key that is a table, too|sandbox = 1\n[sandbox.os]\n
MF-11|a key in another case|[sandbox.os]\nRead = ["/"]\n
MF-11|a table in another case|[Sandbox.os]\nread = []\n
MF-11|a key with a letter too many|[sandbox.os]\ndeny_raed = ["a"]\n
MF-11|a key in another table|[sandbox]\nread = ["a"]\n
MF-11|a key of the top|read = ["a"]\n
MF-11|a string for a list|[sandbox.os]\ndeny = "a"\n
MF-11|a number in a list of strings|[sandbox.os]\ndeny = ["a", 1]\n
MF-11|a list for a string|[sandbox.os]\nprofile = ["read-only"]\n
MF-11|a string for a boolean|[sandbox.os]\nstrict = "true"\n
MF-11|a number for a boolean|[sandbox.os]\nstrict = 1\n
MF-11|a date for a string|[sandbox.os]\nprofile = 2024-01-01\n
MF-11|a table for a list|[sandbox.os.deny]\na = 1\n
MF-11|a list for a table|[[sandbox.os]]\nread = []\n
MF-11|an unknown key of an entry|[sandbox.os]\nadditional_directories = [{ path = "a", wirte = true }]\n
MF-11|an entry without its path|[sandbox.os]\nadditional_directories = [{ write = true }]\n
MF-12|port 0|[sandbox.os.network]\nhost_localhost_ports = [0]\n
MF-12|port -1|[sandbox.os.network]\nhost_localhost_ports = [-1]\n
MF-12|port 65536|[sandbox.os.network]\nhost_localhost_ports = [65536]\n
MF-12|port 99999999999|[sandbox.os.network]\nhost_localhost_ports = [99999999999]\n
MF-12|port 9223372036854775808|[sandbox.os.network]\nhost_localhost_ports = [9223372036854775808]\n
MF-12|port 4294968296, 1000 in 32 bits|[sandbox.os.network]\nhost_localhost_ports = [4294972296]\n
MF-12|port 0x50, 80|[sandbox.os.network]\nhost_localhost_ports = [0x50]\n
MF-12|port "8080"|[sandbox.os.network]\nhost_localhost_ports = ["8080"]\n
MF-12|port 8080.0|[sandbox.os.network]\nhost_localhost_ports = [8080.0]\n
MF-12|port 22|[sandbox.os.network]\nhost_localhost_ports = [22]\n
MF-12|port 1023|[sandbox.os.network]\nhost_localhost_ports = [1023]\n
MF-12|port true|[sandbox.os.network]\nhost_localhost_ports = [true]\n
MF-12|a range of ports|[sandbox.os.network]\nhost_localhost_ports = ["1024-65535"]\n
MF-12|port 65536 of a server|[sandbox.os.network]\ndev_server_ports = [65536]\n
MF-12|port 80 of a server|[sandbox.os.network]\ndev_server_ports = [80]\n
MF-12|port 0 of a domain|[sandbox.os.network]\ndomains = ["a.example:0"]\n
MF-12|port 65536 of a domain|[sandbox.os.network]\ndomains = ["a.example:65536"]\n
MF-12|a domain's port with a sign|[sandbox.os.network]\ndomains = ["a.example:+80"]\n
MF-12|a domain's port that is empty|[sandbox.os.network]\ndomains = ["a.example:"]\n
MF-20|*|[sandbox.os.network]\ndomains = ["*"]\n
MF-20|**|[sandbox.os.network]\ndomains = ["**"]\n
MF-20|*.*|[sandbox.os.network]\ndomains = ["*.*"]\n
MF-20|*.com|[sandbox.os.network]\ndomains = ["*.com"]\n
MF-20|a.*|[sandbox.os.network]\ndomains = ["a.*"]\n
MF-20|a star within a label|[sandbox.os.network]\ndomains = ["a*.example.com"]\n
MF-20|two stars|[sandbox.os.network]\ndomains = ["*.*.example.com"]\n
MF-20|**. in front|[sandbox.os.network]\ndomains = ["**.example.com"]\n
MF-20|a class|[sandbox.os.network]\ndomains = ["[ab].example.com"]\n
MF-20|a question mark|[sandbox.os.network]\ndomains = ["a?.example.com"]\n
MF-20|an expression|[sandbox.os.network]\ndomains = ["(a+)+$.example.com"]\n
MF-20|a scheme|[sandbox.os.network]\ndomains = ["https://a.example.com"]\n
MF-20|a path|[sandbox.os.network]\ndomains = ["a.example.com/x"]\n
MF-20|a leading dot|[sandbox.os.network]\ndomains = [".example.com"]\n
MF-21|a bundle by a path|[sandbox.os]\ncommand_tools = ["../cargo"]\n
MF-21|a bundle by an absolute path|[sandbox.os]\ncommand_tools = ["/etc/passwd"]\n
MF-21|a bundle by its file|[sandbox.os]\ncommand_tools = ["cargo.toml"]\n
MF-21|a bundle in another case|[sandbox.os]\ncommand_tools = ["Cargo"]\n
MF-21|a bundle with an empty name|[sandbox.os]\ncommand_tools = [""]\n
MF-21|a bundle with a slash at its end|[sandbox.os]\ncommand_tools = ["cargo/"]\n
END
printf '[sandbox.os]\ncommand_tools = ["cargo"]\nadditional_directories = [{ path = "a", write = true }]\n[sandbox.os.network]\nhost_localhost_ports = [1024, 65535]\ndev_server_ports = [8080]\ndomains = ["*.example.com", "a.example:8443"]\n' | text
fine "control: what is spelled as documented is taken"

# In a path nothing expands, and what looks as if it would is an error.
for path in 'st*r/f' '*' 'a?' '../x/**'; do
	printf '[sandbox.os]\ndeny = ["%s"]\n' "$path" | text
	fault "patterns do not expand" "[MF-20] '$path' in a path"
done
printf '[sandbox.os]\ndeny = ["[a]", "{a,b}", "`a`"]\n' | text
fine "control: letters that mean nothing are letters"
# And names of variables take linear time.
{ printf '[sandbox.os]\nenv = ['; for i in 1 2 3 4 5 6 7 8; do printf '"%s*", ' "$(repeat A 60)$i"; done; printf ']\n'; } | manifest
begin=$(date +%s%N)
run env "$(repeat A 100000)=x" "$(repeat '*A' 1000)=y" "$seal" -- sh -c 'env | grep -c AAAA; true'
[ $((($(date +%s%N) - begin) / 1000000)) -lt 2000 ]
ok $? "[MF-20] long names and patterns take no long time (status $status)"

# --- Empty and absent -------------------------------------------------------------------------------------

# granted: the domains, ports, and paths of the manifest and its bundles in the plan, counted.
granted()
{
	timeout 30 "$seal" explain --json -- "$@" </dev/null 2>"$T/err" | python3 -c '
import json, sys
p = json.load(sys.stdin)
own = [m for m in p["mounts"] if m["origin"]["kind"] in ("manifest", "config") and m["kind"].endswith("bind")]
print(len(p["domains"]), len(p["host_localhost_ports"]), len(p["dev_server_ports"]), len(own), p["every_public_name"])'
}
rm -f seal.toml
is "$(granted true)" "0 0 0 0 False" "[MF-13] without a manifest there is no domain, port or path"
printf '[sandbox.os]\n' | manifest
is "$(granted true)" "0 0 0 0 False" "[MF-13] nor with absent lists"
printf '[sandbox.os]\nread = []\nwrite = []\nadditional_directories = []\nunix_sockets = []\nenv = []\n[sandbox.os.network]\ndomains = []\nhost_localhost_ports = []\ndev_server_ports = []\n' | manifest
is "$(granted true)" "0 0 0 0 False" "[MF-13] nor with empty ones"
mkdir -p tools && printf '#!/bin/sh\n' >tools/cargo && chmod 755 tools/cargo
printf '[sandbox.os]\ncommand_tools = [{ tool = "cargo", domains = [] }]\n' | manifest
is "$(granted tools/cargo | cut -d' ' -f1)" 0 "[MF-13] a tool with an empty list of domains has none"
printf '[sandbox.os]\ncommand_tools = ["cargo"]\n' | manifest
[ "$(granted tools/cargo | cut -d' ' -f1)" -gt 0 ]
ok $? "control: with an absent one it has its own"
printf '[sandbox.os]\ncommand_tools = []\n' | manifest
is "$(granted tools/cargo | cut -d' ' -f1)" 0 "[MF-13] an empty list of tools is no tool"
mkdir -p "$T/lib"
config <<<'[sandbox.os]
read = []
[sandbox.os.network]
domains = []
host_localhost_ports = []'
printf '[sandbox.os]\nread = ["../lib"]\n[sandbox.os.network]\ndomains = ["a.example"]\nhost_localhost_ports = [8080]\n' | manifest
is "$(granted true)" "0 0 0 0 False" "[MF-13] [MF-06] an empty list of the user's is a ceiling over everything"
config <<<'[sandbox.os]
strict = true'
is "$(granted true)" "1 1 0 1 False" "control: an absent one is none"
printf '[sandbox.os]\nstrict = false\n' | text
config <<<'[sandbox.os]
strict = true'
"$seal" trust --yes >/dev/null 2>&1
run "$seal" explain --json -- true
is "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["strict"])' "$T/out" 2>/dev/null || echo refused)" \
	"$([ "$status" = 0 ] && echo True || echo refused)" "[MF-06] what the user says is strict a project cannot relax (status $status)"
rm -f "$XDG_CONFIG_HOME/seal-exec/config.toml" seal.toml

# --- The command line is the command's ---------------------------------------------------------------------

cat >show.sh <<'END'
#!/bin/sh
echo "$# $0"
for word; do printf '<%s>\n' "$word"; done
END
chmod 755 show.sh
for first in --version --help --bind --dev-bind --ro-bind-data --args --seccomp --block-fd -C --no-such-option -- '' '
' '@file' '--=' -; do
	run "$seal" -- ./show.sh "$first" / / "$c" -- --bind / /
	is "$out" "8 ./show.sh
<$first>
</>
</>
<$c>
<-->
<--bind>
</>
</>" "[MF-15] '$(echo "$first" | tr '\n' '?')' and what follows are the command's words"
done
for name in --version --bind --help -c '--ro-bind=/'; do
	run "$seal" -- "$name" / /mnt
	exits 127 "[MF-15] '$name' as a command is looked for, and not an option"
	like "$err" "^seal-exec: $name: not found" "[MF-15] ... by seal-exec itself"
done
cp show.sh ./--version && chmod 755 ./--version
PATH=$p:$PATH run "$seal" -- --version /
is "$out" "1 $p/--version
</>" "control: a program of that name is started"
rm -f ./--version
run python3 -c 'import os, sys; os.execv(sys.argv[1], [])' "$seal"
[ "$status" = 125 ] || [ "$status" = 1 ]
ok $? "[MF-15] no word at all, not even its own name, starts nothing (status $status)"

# --- Options and variables -------------------------------------------------------------------------------------

names=$(strings -a "$seal" 2>/dev/null | grep -oE '\b(SEAL|SANDBOX|BWRAP)_[A-Z_]+' | sort -u)
printf '[sandbox.os]\n' | manifest
timeout 30 "$seal" explain --json -- true >"$T/plain" 2>&1 </dev/null
set --
for name in $names SEAL_EXEC_NO_SANDBOX SEAL_EXEC_STRICT SEAL_EXEC_DISABLE SEAL_EXEC_ALLOW SEAL_NET SEAL_RW \
	SEAL_EXEC_UNSAFE_ALLOW_NO_SANDBOX SEAL_EXEC_CONFIG SEAL_MANIFEST BWRAP SEAL_EXEC_BWRAP LANDLOCK SECCOMP; do
	set -- "$@" "$name=1"
done
run env "$@" "$seal" explain --json -- true
is "$out" "$(cat "$T/plain")" "[MF-17] with $# variables of such names the plan is the same"
for value in 0 off no false none /; do
	for name in SEAL_EXEC_STRICT SEAL_EXEC_SANDBOX SEAL_EXEC_PROFILE SEAL_EXEC_CONFIG; do
		set -- "$@" "$name=$value"
	done
done
run env "$@" "$seal" -- sh -c "cat '$c/secret' ../canary/secret; env | grep -c SEAL_; touch marker"
is "$(echo $out)" 0 "[MF-17] ... and the run, which sees none of them"
[ -e marker ]
ok $? "control: it ran"
rm -f marker
"$seal" --help >"$T/help"
is "$(grep -cE -- '--(net|rw|ro|bind|allow|share|no-|unsafe|disable|write|read|env)' "$T/help")" 0 \
	"[MF-17] there is no option that grants anything, so none has to be recorded"

# --- Where the command is found --------------------------------------------------------------------------------

mkdir -p bin && printf '#!/bin/sh\necho "$0" >>%s/marker; echo shim\n' "$c" >bin/seal-shim && chmod 755 bin/seal-shim
cp bin/seal-shim seal-shim
for word in bwrap sh env git; do
	cp bin/seal-shim $word
done
PATH=.:bin::$PATH run "$seal" -- seal-shim
exits 127 "[MF-18] a command is not found by relative folders or empty ones of PATH"
PATH=.:bin:$PATH run "$seal" -- sh -c 'echo "$PATH"; type sh'
unlike "$out" '(^|:)(\.|bin)?(:|$)|is ./sh' "[MF-18] ... which PATH inside has not"
PATH=$p:$PATH run strace -f -qq -e trace=execve -o "$T/trace" "$seal" -- seal-shim
is "$out" shim "control: by its absolute folder it is, and runs inside"
[ ! -e "$c/marker" ]
ok $? "[MF-18] ... not outside: what it would write is not there"
if [ -s "$T/trace" ]; then
	is "$(grep -c "execve(\"$p/bwrap\|execve(\"$p/sh\|execve(\"\\./" "$T/trace")" 0 \
		"[MF-18] and no program of the project's was started outside"
fi
run ./seal-shim
[ -s "$c/marker" ]
ok $? "control: outside it writes"
rm -rf bin seal-shim bwrap sh env git "$c/marker"

# --- What explain says is what happens -----------------------------------------------------------------------

mkdir -p "$T/x/ro/deep" "$T/x/rw/sub" "$T/x/none" hide keep/below
for f in "$T/x/ro/deep" "$T/x/ro" "$T/x/rw" "$T/x/rw/sub" "$T/x/none" hide keep keep/below .; do
	echo x >"$f/file"
done
manifest <<END
[sandbox.os]
read = ["../x/ro"]
write = ["../x/rw"]
deny = ["hide", "../x/ro/deep/file"]
protect = ["keep", "../x/rw/sub"]
END
cat >verdicts.py <<'END'
"""verdicts.py PLAN PATH...: what the plan says of each path; without a plan, what is so."""
import json, os, stat, sys
def said(plan, path):
    # The nearest mount above decides; symlinks of the root are as good as what they lead to.
    for m in plan["mounts"]:
        if m["kind"] == "symlink" and (path + "/").startswith(m["dest"] + "/"):
            return said(plan, os.path.join("/", m["source"]) + path[len(m["dest"]):])
    above = [m for m in plan["mounts"] if (path + "/").startswith(m["dest"].rstrip("/") + "/") and m["kind"] != "seal"]
    if not above:
        return "absent"
    m = max(above, key=lambda m: len(m["dest"]))
    if m["kind"] == "mask":
        return "absent" if m["dest"] != path else "hidden"
    if m["kind"] in ("bind", "ro-bind"):
        return "write" if m["kind"] == "bind" else "read"
    return "present" if m["kind"] in ("data", "copy") else "absent"
def found(path):
    try:
        with open(path, "rb") as f:
            if stat.S_ISCHR(os.fstat(f.fileno()).st_mode):
                return "hidden"  # the null device lies over it
    except OSError as e:
        return "hidden" if isinstance(e, PermissionError) else "absent"
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_APPEND))
        return "write"
    except OSError:
        return "read"
plan = json.load(open(sys.argv[1])) if sys.argv[1] != "-" else None
for path in sys.argv[2:]:
    print(path, said(plan, path) if plan else found(path))
END
set -- "$T/x/ro/file" "$T/x/ro/deep/file" "$T/x/rw/file" "$T/x/rw/sub/file" "$T/x/none/file" "$c/secret" \
	"$p/file" "$p/hide/file" "$p/keep/file" "$p/keep/below/file" "$p/seal.toml" "$HOME/.ssh/id_ed25519" \
	/usr/bin/env /bin/sh /lib/os-release /etc/shadow /etc/machine-id /etc/passwd /etc/hosts /etc/nsswitch.conf \
	/etc/ld.so.cache /etc/fstab /etc/hostname /etc/resolv.conf /etc/profile /usr/share/doc /usr/lib/os-release \
	/var/log/dpkg.log /var/lib/dpkg/status /home /opt /srv /boot /run/utmp /sys/kernel/uevent_seqnum \
	"$T/x/ro" "$T/x/none" "$p/.git/config" "$p/.git/HEAD" "$p/show.sh" "$p/verdicts.py" "$root/HACKING.md" \
	"$T/out" "$T/err" /etc/group /usr/bin/git /usr/bin/python3 /sbin/ldconfig /lib64/ld-linux-x86-64.so.2 /usr/include/stdio.h
timeout 30 "$seal" explain --json -- true >plan.json 2>"$T/err" </dev/null
# Folders cannot be opened as files, and what the plan holds but this machine has not is absent.
for path; do
	if [ ! -e "$path" ] || [ -d "$path" ]; then continue; fi
	echo "$path"
done >paths
tried=$(wc -l <paths)
python3 verdicts.py plan.json $(cat paths) >"$T/said"
run "$seal" -- sh -c 'python3 verdicts.py - $(cat paths)'
# What is hidden is as good as absent; what is made for the run is for reading.
sed -e 's/ present$/ read/' -e 's/ hidden$/ absent/' "$T/said" | sort >"$T/said.sorted"
printf '%s\n' "$out" | sed 's/ hidden$/ absent/' | sort >"$T/found"
is "$(diff "$T/said.sorted" "$T/found")" "" "[MF-19] of $tried paths explain says what is so: absent, for reading, for writing"
[ "$tried" -ge 30 ] && [ "$(cut -d' ' -f2 "$T/found" | sort -u | tr '\n' ' ')" = "absent read write " ]
ok $? "control: of each kind there are some"
like "$(cat "$T/found")" "^$T/x/rw/file write$" "control: a grant to write is one"

# --- Bundles -----------------------------------------------------------------------------------------------------

b=$XDG_CONFIG_HOME/seal-exec/bundles
mkdir -p "$b" bundles .config/seal-exec/bundles
for dir in bundles .config/seal-exec/bundles .; do
	printf 'name = "planted"\nsummary = "s"\ncommands = ["planted"]\nread = ["%s"]\n' "$c" >"$dir/planted.toml"
done
printf '[sandbox.os]\ncommand_tools = ["planted"]\n' | text
fault 'no bundle' "[MF-21] a bundle in the project's own folders is none"
printf 'name = "mine"\nsummary = "s"\ncommands = ["mine"]\nread = ["%s"]\n' "$T/x/none" >"$b/mine.toml"
printf '[sandbox.os]\ncommand_tools = ["mine"]\n' | text
run "$seal" check
exits 0 "control: one in the user's folder is"
rm -f seal.toml
before=$(state "$XDG_CONFIG_HOME")
inside "cat '$b/mine.toml'; echo 'name = \"evil\"' >'$b/evil.toml'; rm -rf '$b'; mkdir -p '$b'; echo x >'$b/mine.toml'; true"
is "$(printf '%s' "$out")/$(state "$XDG_CONFIG_HOME")" "/$before" "[MF-21] that folder cannot be seen or written by a run"
for grant in "$XDG_CONFIG_HOME" "$XDG_CONFIG_HOME/seal-exec" "$b" "$b/mine.toml" '~/.config' '~/.config/seal-exec/bundles/new.toml'; do
	for key in read write additional_directories; do
		printf '[sandbox.os]\n%s = ["%s"]\n' $key "$grant" | text
		"$seal" trust --yes >/dev/null 2>&1
		run "$seal" -- sh -c "touch marker; echo x >'$b/evil.toml'; echo x >>'$b/mine.toml'"
		[ "$(state "$XDG_CONFIG_HOME")" = "$before" ] && [ "$status" = 125 ] || echo "$key $grant $status"
	done
done >"$T/wrong"
is "$(cat "$T/wrong")" "" "[MF-21] ... and no grant reaches it"
chmod 666 "$b/mine.toml"
run "$seal" -- mine
refused 'written by others' "[MF-21] a bundle that others can write"
chmod 644 "$b/mine.toml"

done_testing
