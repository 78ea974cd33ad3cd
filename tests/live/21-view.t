#!/bin/bash
# limit: 120
# What a command sees and what it can change. Each refusal has the same act outside, or with the
# grant, as its control, and what must not change is looked at from outside.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"

# --- What is not there ----------------------------------------------------------------------------

# hidden PATH NAME: outside it is readable, inside there is no such name.
hidden()
{
	[ -r "$1" ] && run "$seal" -- ls -d "$1" && [ "$status" != 0 ] &&
		grep -q 'No such file or directory' "$T/err"
	ok $? "$2"
}
hidden ../canary/secret "[FS-01] [FS-02] a file beside the project does not exist"
hidden "$T/canary" "[FS-01] nor does its folder"
hidden ~/.ssh "[FS-01] nor does ~/.ssh"
hidden ~/.ssh/id_ed25519 "[FS-01] nor a key in it"
hidden /etc/machine-id "[FS-37] nor does /etc/machine-id"
hidden /sys/kernel "[FS-19] nor does /sys"
hidden /home "nor does /home"
inside 'cat /etc/shadow /etc/gshadow /etc/sudoers /etc/ssh/ssh_config'
is "$(grep -c 'No such file' "$T/err")" 4 "[FS-37] no shadow, no sudoers, no ssh in /etc"
inside 'ls -A .. ../..'
is "$(echo $out)" "..: home proj ../..: $(basename "$T")" "[FS-01] siblings of the project are not listed"
inside 'ls -A / /run /dev/shm /var /tmp ~'
is "$(printf '%s\n' "$out" | grep -Evx 'lib(32|64|x32)|nix')" "/:
bin
dev
etc
lib
proc
run
sbin
tmp
usr
var

/dev/shm:

/run:

/tmp:
$(basename "$T")

$T/home:

/var:
tmp" "the root is an allowlist; /run, /tmp, /dev/shm and HOME are empty"
inside 'ls -A /dev'
is "$(echo $out)" \
	"core fd full null ptmx pts random shm stderr stdin stdout tty urandom zero" "[FS-20] so is /dev"
inside 'cd /etc && find . -path ./alternatives -prune -o -path ./ssl/certs -prune -o ! -type d -print'
strange=$(printf '%s\n' "$out" | grep -Evx \
	'\./(debian_version|group|hosts|ld\.so\.cache|localtime|nsswitch\.conf|os-release|passwd|protocols|resolv\.conf|services|ssl/openssl\.cnf|pki/.*|static/ssl/.*|ca-certificates/.*)')
is "$strange" "" "[FS-37] so is /etc"
like "$out" '^\./passwd$' "control: it is listed"
is "$(sh -c "'$seal' -- cut -d: -f1 /etc/passwd" | tr '\n' ' ')" "root $(id -un) nobody " \
	"/etc/passwd holds you, root and nobody"
[ "$(wc -l </etc/passwd)" -gt 3 ]
ok $? "control: outside it holds more"

# --- What is private ------------------------------------------------------------------------------

mark=seal-test-$$
for place in /tmp /var/tmp /dev/shm /run ~; do
	inside "echo x >$place/$mark && cat $place/$mark"
	[ "$status/$out" = 0/x ] && [ ! -e "$place/$mark" ]
	ok $? "[FS-22] $place takes a file, which the host does not see"
	inside "ls $place/$mark"
	[ "$status" != 0 ]
	ok $? "[FS-22] ... and the next run neither"
done
echo outside >"/dev/shm/$mark" && echo outside >"/tmp/$mark"
inside "cat /dev/shm/$mark /tmp/$mark"
unlike "$out" outside "[FS-21] [FS-22] files of the host's /tmp and /dev/shm are not there"
rm -f "/dev/shm/$mark" "/tmp/$mark"
inside 'f=$(mktemp) && echo x >"$f" && cat "$f" && echo "$f"'
like "$out" '^/tmp/tmp\.' "TMPDIR works"
inside 'echo made >file && mkdir -p a/b && echo deep >a/b/c && mv file moved'
is "$status/$(cat moved a/b/c)" "0/made
deep" "what is written in the project stays"
inside 'mv .git .g || rm -rf .git'
[ -d .git ]
ok $? "[GX-03] ... and .git, which says where it ends, cannot be moved away"
"$seal" -- cat /proc/self/fd/0/canary/secret <"$T" >"$T/out" 2>"$T/err"
[ $? = 125 ] && [ ! -s "$T/out" ]
ok $? "[FD-01] a directory as standard input is refused"
git init -q .
for path in / /usr /etc /usr/bin /proc /etc/ssl /dev /dev/pts; do
	inside "echo x >$path/$mark; mkdir $path/$mark.d; [ ! -e $path/$mark ] && [ ! -e $path/$mark.d ]"
	exits 0 "$path takes no file"
done

# --- The mounts -----------------------------------------------------------------------------------

# In mountinfo: number, parent, device, root, place, options, optional fields, "-", type.
run "$seal" -- cat /proc/self/mountinfo
like "$out" " $T/proj rw,nosuid,nodev" "[FS-25] the project is a mount, nosuid and nodev"
is "$(printf '%s\n' "$out" | awk '$6 !~ /nosuid/')" "" "[FS-25] all mounts are nosuid"
is "$(printf '%s\n' "$out" | awk '$6 !~ /nodev/ && $5 !~ /^\/dev\/(null|zero|full|random|urandom|tty|pts)$/')" \
	"" "[FS-25] all but the device nodes are nodev"
is "$(printf '%s\n' "$out" | grep -E ' (shared|master|propagate_from):')" "" "[FS-24] none is shared"
is "$(printf '%s\n' "$out" | awk '$5 ~ /^\/(usr|etc.*|nix.*)?$/ && $6 !~ /^ro,/')" "" \
	"the root, /usr and what is below /etc are read-only"
like "$(cat /proc/self/mountinfo)" '(shared:|master:|/dev rw)' "control: outside it is otherwise"

cp "$(command -v mount)" "$(command -v umount)" "$(command -v unshare)" . || exit 1
mkdir -p point
for call in 'mount -t tmpfs none point' 'mount --bind /usr point' 'mount -o remount,rw /usr' \
	'umount /tmp' 'umount -l "$HOME"' 'unshare -Ur true' 'unshare -m true'; do
	inside "./$call && echo done"
	[ "$status" != 0 ] && [ "$out" = "" ] && [ "$err" != "" ]
	ok $? "[FS-23] $call is refused"
done
if unshare -Urm mount -t tmpfs none point 2>/dev/null; then
	ok 0 "control: outside a user may do it in namespaces of his own"
else
	skip "control: unshare outside" "this machine forbids it by itself"
fi

inside 'ls /proc/1/root/; readlink /proc/1/exe; readlink /proc/1/cwd; cat /proc/1/environ; readlink /proc/1/fd/*; ls /proc/1/map_files'
is "$out" "" "[FS-16] /proc/1/root, exe, cwd, environ and fd tell nothing"
inside 'ls -d /proc/[0-9]*; tr "\000" " " </proc/1/cmdline'
unlike "$out" "proc/$$\$" "the host's processes are not in /proc"
is "$(printf '%s\n' "$out" | grep -c '^/proc/[0-9]*$')" 2 "... but bwrap and the shell alone"
is "$(ls -d "/proc/$$")" "/proc/$$" "control: outside this one is"
inside 'for ns in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$ns; done; hostname'
for ns in cgroup ipc mnt net pid user uts; do
	own=$(readlink "/proc/self/ns/$ns")
	[ -n "$own" ] && ! printf '%s\n' "$out" | grep -qxF "$own" &&
		printf '%s\n' "$out" | grep -q "^$ns:"
	ok $? "the $ns namespace is new"
done
like "$out" '^sandbox$' "the host's name is not told"

# --- seal.toml ------------------------------------------------------------------------------------

printf '[sandbox.os]\n# harmless\n' | manifest
before=$(cat seal.toml; stat -c '%i %a %h %Y' seal.toml)
mkdir -p sub
# same NAME SCRIPT: the script must not change the manifest, and must say that it failed.
same()
{
	inside "$2"
	[ "$status" != 0 ] && [ "$(cat seal.toml; stat -c '%i %a %h %Y' seal.toml)" = "$before" ]
	ok $? "[FS-12] seal.toml cannot be $1 (status $status)"
}
same written 'echo "read = [\"/\"]" >>seal.toml'
same truncated ': >seal.toml'
same removed 'rm -f seal.toml'
same renamed 'mv seal.toml other.toml'
same replaced 'echo x >new && mv -f new seal.toml'
same "replaced by a link" 'ln -sf new seal.toml'
same hard-linked 'ln seal.toml linked.toml'
same "made writable" 'chmod 666 seal.toml'
same touched 'touch seal.toml'
same "moved with its folder" "mv '$T/proj' '$T/other'"
same "exchanged by its folder" "cd .. && mv proj old && mkdir proj && echo >proj/seal.toml"
cp seal.toml control.toml
inside 'echo x >>control.toml && chmod 600 control.toml && ln control.toml linked && mv control.toml c'
is "$status/$(cat linked c | grep -cx x)" 0/2 "control: another file can"
mkdir -p lower
cd lower || exit 1
inside 'echo x >>../seal.toml'
[ "$status" != 0 ]
ok $? "nor from a folder below"
cd ..
# A manifest that -m names in a folder below: that folder cannot be moved away under it.
mkdir -p kept
(umask 022 && printf '[sandbox.os]\nprofile = "workspace"\n' >kept/seal.toml)
run "$seal" -m kept/seal.toml trust --yes
run "$seal" -m kept/seal.toml -- sh -c 'echo x >>kept/seal.toml'
[ "$status" != 0 ]
ok $? "-m kept/seal.toml cannot be written"
run "$seal" -m kept/seal.toml -- sh -c 'mv kept gone && mkdir kept && echo "[sandbox.os]" >kept/seal.toml'
is "$(cat kept/seal.toml)" '[sandbox.os]
profile = "workspace"' "-m kept/seal.toml cannot be replaced by moving its folder"

# --- What the manifest grants, denies and protects -------------------------------------------------

mkdir -p "$T/lib/deep" "$T/work" "$T/more" "$T/docs" hide/dir keep/dir
echo lib >"$T/lib/file"
echo deep >"$T/lib/deep/file"
echo work >"$T/work/file"
echo more >"$T/more/file"
echo docs >"$T/docs/file"
echo hidden >hide/file
echo hidden >hide/dir/file
echo hidden >hide/target
ln -s target hide/link
echo kept >keep/file
echo kept >keep/dir/file
grants="cat '$T/lib/file' '$T/work/file' '$T/more/file' '$T/docs/file'"
rm -f seal.toml
inside "$grants"
is "$out" "" "without a manifest nothing beside the project is there"
manifest <<END
[sandbox.os]
read = ["$T/lib", "/seal-test/missing", "~/missing", "missing"]
write = ["../work", "$T/missing-too"]
additional_directories = ["$T/more", { path = "$T/docs", write = false }, "~/none"]
deny = ["hide/file", "hide/dir", "hide/target", "$T/lib/deep", "hide/missing"]
protect = ["keep/file", "keep/dir", "keep/missing"]
END
inside "$grants"
is "$status/$(echo $out)" "0/lib work more docs" "what is granted is, in spite of paths that are missing"
[ ! -e "$T/missing-too" ] && [ ! -e missing ] && [ ! -e ~/none ] && [ ! -e hide/missing ] &&
	[ ! -e keep/missing ]
ok $? "paths that are missing are not made"
inside "echo x >>'$T/lib/file'; echo x >>'$T/docs/file'; echo x >'$T/lib/new'; rm -f '$T/docs/file'"
is "$(cat "$T/lib/file" "$T/docs/file" && ls "$T/lib")" "lib
docs
deep
file" "read and write = false are for reading only"
inside "echo y >>'$T/work/file' && echo y >>'$T/more/file' && mkdir '$T/work/new'"
is "$status/$(echo $(cat "$T/work/file" "$T/more/file") && ls -d "$T/work/new")" "0/work y more y
$T/work/new" "write and additional_directories are for writing"
inside 'cat hide/file hide/dir/file hide/link hide/target; ls -A hide/dir'
is "$out" "" "deny hides a file, a folder, and what a link leads to"
inside "cat '$T/lib/deep/file'"
[ "$status" != 0 ] && [ "$out" = "" ]
ok $? "... and what lies in a granted folder"
inside 'rm -rf hide/file hide/dir; mv hide/file away; echo new >hide/file; chmod 777 hide/dir'
is "$(cat hide/file hide/dir/file)" "hidden
hidden" "... which cannot be replaced"
inside 'echo x >>keep/file; rm -rf keep/file keep/dir; mv keep/dir away; echo x >keep/dir/new; chmod 777 keep/file'
is "$(cat keep/file keep/dir/file; ls keep/dir; stat -c %a keep/file)" "kept
kept
file
644" "protect keeps a file and a folder"
inside 'cat keep/file keep/dir/file'
is "$(echo $out)" "kept kept" "... which can be read"
inside 'mv keep kept-away && mkdir keep && echo mine >keep/file'
is "$(cat keep/file)" kept "... and not replaced by moving the folder above"
rm -rf keep kept-away
inside 'mv hide shown'
inside 'cat shown/file shown/dir/file hide/file'
is "$out" "" "what deny hides does not come back by moving the folder above"
rm -rf hide shown
echo hidden >file
rm -f seal.toml
inside 'echo x >file && cat file'
is "$out" x "control: without deny and protect it can be read and written"

# A grant that leads through a symbolic link below what a run can write is the run's own word.
inside 'ln -s /etc planted && ln -s ../canary planted2'
for link in planted planted2; do
	printf '[sandbox.os]\nread = ["%s"]\n' $link | manifest
	run "$seal" -- touch marker
	refused "symbolic link" "[FS-06] a grant through $link, a link in the project, is refused"
done
rm -f planted2
mkdir planted2
printf '[sandbox.os]\nread = ["planted2"]\n' | manifest
run "$seal" -- touch marker
starts "control: a folder of that name is granted"
rm -rf planted planted2

# Nor is a prohibition weakened by one: it would hide what the link says now.
ln -s elsewhere planted
for key in deny protect; do
	printf '[sandbox.os]\n%s = ["planted"]\n' $key | manifest
	ln -sfn file planted
	run "$seal" -- touch marker
	refused "symbolic link" "[FS-06] $key of a link in the project is refused"
done
rm -f planted
touch planted
run "$seal" -- touch marker
starts "control: of a file of that name is not"

printf '[sandbox.os]\nprofile = "read-only"\n' | manifest
echo old >file
inside 'cat file; echo new >file; echo new >file2; rm file; mkdir d; mkdir /tmp/d && echo tmp'
is "$(echo $out)/$(cat file)/$(ls -d file2 d 2>/dev/null)" "old tmp/old/" \
	"profile read-only: the project cannot be written"
rm -f seal.toml
inside 'echo new >file'
is "$(cat file)" new "control: workspace can"

# --- Where a project cannot be ----------------------------------------------------------------------

for place in / /tmp /var/tmp /dev/shm /proc /sys /etc "$HOME" "$T" "$HOME/.ssh"; do
	run "$seal" -C "$place" -- touch "$T/proj/marker"
	refused 'cannot be a project' "[FS-32] no project: ${place#"$T"}"
done
HOME=$T/proj/sub/.. run "$seal" -- touch marker
refused 'cannot be a project' "[FS-32] no project: HOME under another name"
ln -s "$T/proj" "$T/link-home"
HOME=$T/link-home run "$seal" -- touch marker
refused 'cannot be a project' "[FS-32] no project: HOME through a link"
run "$seal" -- touch marker
starts "control: the project is one"
mkdir -p ~/code/app
cd ~/code/app || exit 1
run "$seal" -- sh -c 'touch marker; ls -A ~ ~/code'
starts "a project in HOME"
is "$(echo $out)" "$HOME: code $HOME/code: app" "... of which HOME shows nothing else"
other=$(mktemp -d /var/tmp/seal-live.XXXXXX) && cd "$other" || exit 1
run "$seal" -- sh -c 'touch marker; pwd; /bin/pwd'
starts "a project in /var/tmp"
is "$(echo $out)" "$other $other" "... at its own path"
cd "$T/proj" && rm -rf "$other"

done_testing
