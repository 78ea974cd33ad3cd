#!/bin/bash
# limit: 120
# The rows FS of the containment catalogue that 21-view.t does not show: what an attacker in the
# sandbox tries with the host's files, in this run or prepared for the next. The brackets name the
# row. Also the daemons of rows CC that would start programs for whoever asks.
# Scripts for another shell stand in single quotes, and $(echo ...) makes lines one line.
# shellcheck disable=SC2016,SC2046,SC2086,SC2116,SC2005,SC2154,SC2012,SC2089,SC2090
# shellcheck source=tests/live/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/live/contain.sh
. "$live/contain.sh"
c=$T/canary p=$T/proj

# untouched NAME SCRIPT: neither the canary folder nor HOME is another after the script ran inside;
# the same script outside then does change them, or the check proves nothing.
untouched()
{
	before=$(state "$c" ~)
	inside "$2"
	[ "$(state "$c" ~)" = "$before" ] || { ok 1 "$1"; return; }
	timeout 10 sh -c "$2" >/dev/null 2>&1 </dev/null
	[ "$(state "$c" ~)" != "$before" ]
	ok $? "$1 (control: outside it changes)"
	rm -rf "$c/new"* l
	echo "secret of $T" >"$c/secret"
}

# --- Outside the view -------------------------------------------------------------------------------

cat >reach.py <<'END'
import os, sys
secret = sys.argv[1] + "/canary/secret"
def tell(name, act):
    try:
        print(name, act())
    except OSError as e:
        print(name, os.strerror(e.errno))
fd = os.open(".", os.O_PATH)
ways = {
    "plain": secret,
    "parent": "../canary/secret",
    "slashes": "..//./canary/secret",
    "cwd": "/proc/self/cwd/../canary/secret",
    "root": "/proc/self/root" + secret,
    "thread": "/proc/thread-self/root" + secret,
    "fd": f"/proc/self/fd/{fd}/../canary/secret",
    "dev": f"/dev/fd/{fd}/../canary/secret",
    "old root": "/oldroot" + secret,
    "new root": "/newroot" + secret,
}
for name, path in ways.items():
    tell(name, lambda: open(path).read().strip())
tell("stat", lambda: os.stat(secret).st_size > 0)
tell("openat", lambda: os.open("../canary/secret", os.O_RDONLY, dir_fd=fd) > 0)
tell("chdir", lambda: os.chdir(sys.argv[1] + "/canary"))
for path in ("/proc/1/root" + secret, "/proc/1/cwd/../canary/secret", "/proc/1/fd/3/secret"):
    tell("first", lambda: open(path).read())
END
run python3 reach.py "$T"
is "$(printf '%s\n' "$out" | grep -cE ' (secret of .*|True|None)$')" 11 \
	"control: outside eleven ways lead to a file beside the project"
run "$seal" -- python3 reach.py "$T"
is "$(printf '%s\n' "$out" | grep -v '^first' | sed 's/.* No such/No such/' | sort | uniq -c | tr -s ' ')" \
	" 13 No such file or directory" \
	"[FS-01] [FS-02] [FS-16] inside there is no such file by any of them, not even a refusal"
is "$(printf '%s\n' "$out" | grep '^first' | grep -cE '(Permission denied|No such file or directory)$')" 3 \
	"[FS-16] ... nor through the first process"

untouched "[FS-04] a dangling link to beside the project makes nothing there" \
	"ln -sf '$c/new' l; echo x >l; echo x >>'$c/secret'"
untouched "[FS-04] ... nor does one that is relative" \
	"ln -sf ../canary/new2 l; echo x >l; cp /bin/true l; echo x >>../canary/secret"

# --- What one run plants, the next one must not follow -----------------------------------------------

mkdir -p d
echo x >d/f
echo x >x
inside "rm -rf d x; ln -s '$c' d; ln -s ../canary/new x; ln -s '/oldroot$c' old; ln -s '/newroot$c' other"
[ -L d ] && [ -L x ] && [ -L old ] && [ -L other ]
ok $? "control: a run plants links to beside the project"
before=$(state "$c")
look='touch marker; cat d/* x/* x other/* old/* 2>/dev/null'
# A manifest that names the path is refused, or its run sees and makes nothing there.
wrong=
for key in deny protect write read additional_directories; do
	for path in d d/f d/new x x/new old/secret other/secret other/new; do
		printf '[sandbox.os]\n%s = ["%s"]\n' $key $path | manifest 2>/dev/null
		run "$seal" -- sh -c "$look"
		{ [ "$status" = 125 ] || [ "$out" = "" ]; } && [ "$(state "$c")" = "$before" ] ||
			wrong="$wrong $key=$path($status)"
	done
done
is "$wrong" "" "[FS-06] [FM-08] the next run, whose manifest names what is beneath them, follows none and makes nothing"
manifest <<'END'
[sandbox.os]
deny = ["d/f", "x", "other/secret"]
protect = ["old/tasks.json", "d/new3", "x/new4"]
write = ["d/new5", "other/new6"]
END
run "$seal" -- sh -c "$look"
[ "$status" = 125 ] || [ "$out" = "" ]
ok $? "[FS-06] ... nor with all of them at once (status $status)"
is "$(state "$c")" "$before" "[FS-06] ... and makes nothing there"
is "$(cat d/secret)" "secret of $T" "control: outside the link leads there"
rm -rf d x other old marker seal.toml

# A folder that is swapped for a link, again and again, while runs begin that bind and mask in it.
# What a run makes in the place of a folder that is away for a moment goes with the run, or is a ghost.
cat >swap.py <<'END'
import os, sys, time
ends = time.monotonic() + float(sys.argv[2])
turns = ghosts = 0
open("swapping", "w").close()
while time.monotonic() < ends:
    os.rename("sub", "real")
    try:
        os.symlink(sys.argv[1], "sub")
        os.unlink("sub")
    except FileExistsError:
        pass
    tries = 0
    while os.path.exists("real"):
        try:
            os.rename("real", "sub")
        except OSError:
            tries += 1
            time.sleep(0.01)
            if tries > 200:
                ghosts += 1
                os.rename("sub", f"ghost{ghosts}")
    turns += 1
print(turns, ghosts)
END
mkdir sub
echo mine >sub/secret
echo mine >sub/f
before=$(state "$c")
for key in 'write = ["sub"]' 'read = ["sub"]' 'deny = ["sub/f"]
protect = ["sub/none", "sub/secret"]'; do
	printf '[sandbox.os]\n%s\n' "$key" | manifest
	rm -f swapping swaps seen
	timeout 10 python3 swap.py "$c" 0.8 >swaps 2>"$T/err" &
	swapper=$!
	holds -e swapping
	runs=0
	while kill -0 $swapper 2>/dev/null && [ $runs -lt 60 ]; do
		timeout 10 "$seal" -q -- sh -c "cat sub/secret '$c/secret'; echo x >>sub/secret; echo >sub/new" \
			>>seen 2>/dev/null </dev/null
		runs=$((runs + 1))
	done
	wait $swapper
	read -r turns ghosts <swaps
	[ $runs -ge 2 ] && [ "$turns" -gt 20 ] && ! grep -q '^secret of' seen && [ "$(state "$c")" = "$before" ]
	ok $? "[FS-07] $runs runs while a folder is swapped $turns times follow no link ($(echo $key))"
	is "$ghosts" 0 "[FS-07] ... and leave nothing in its place"
done
rm -rf sub real swaps swapping seen seal.toml ghost*
ln -s "$c" sub
is "$(cat sub/secret)" "secret of $T" "control: the link leads there"
rm sub

# --- Nothing is left in the tree ----------------------------------------------------------------------

manifest <<'END'
[sandbox.os]
deny = ["missing", "none/deep", ".mcp.json"]
protect = ["absent", ".vscode/tasks.json"]
read = ["nothing"]
END
state . >"$T/before"
inside true
is "$(state . | diff "$T/before" -)" "" "[FS-08] a run leaves nothing in the project"
"$seal" -q -- sh -c 'touch started; exec sleep 1000' &
front=$!
disown $front
holds -e started
kill -KILL $front
rm -f started
inside true
is "$(state . | diff "$T/before" -)" "" "[FS-08] nor a run that was killed, once the next one has been"
touch new
[ "$(state . | diff "$T/before" -)" != "" ]
ok $? "control: a new file would be seen"
rm -f seal.toml new

# --- The project as a whole --------------------------------------------------------------------------

# What a run does to the contents is its right: in a project of its own.
mkdir "$T/sibling" "$T/doomed" && echo kept >"$T/sibling/file" && cd "$T/doomed" || exit 1
git init -q .
before=$(state "$T/sibling" "$c" ~; stat -c %i "$T/doomed")
inside 'here=$(pwd); mv "$here" "$here.x"; rmdir "$here"; rm -rf ../* ../../*/canary; mv "$here" ~/moved; rm -rf "$here"; ls -d "$here.x"'
is "$(state "$T/sibling" "$c" ~; stat -c %i "$T/doomed")" "$before" \
	"[FS-11] the project is not moved or removed, and what lies beside it neither"
like "$err" 'Device or resource busy' "[FS-11] ... because it is a mount"
mkdir "$T/mine" && mv "$T/mine" "$T/mine.x" && rmdir "$T/mine.x"
ok $? "control: outside a folder there can be moved"
cd "$p" && rm -rf "$T/sibling" "$T/doomed"

# --- Of the kernel -----------------------------------------------------------------------------------

cat >sysctl.py <<'END'
import os, re
opened = []
# The settings of the sandbox's own namespaces, of processes and of IPC: they end with it.
own = re.compile(r"/proc/sys/(fs/mqueue/\w+|kernel/(auto_msgmni|msg\w+|sem\w*|shm\w+|ns_last_pid|pid_max))$")
def attempt(path):
    try:
        fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        if own.match(path):
            os.write(fd, b"32001")
        else:
            opened.append(path)
        os.close(fd)
    except OSError:
        pass
for top in ("sys", "sysrq-trigger", "irq", "acpi", "bus", "fs", "scsi", "driver", "kcore", "kmsg", "mtrr", "timer_list"):
    attempt("/proc/" + top)
    for folder, _, files in os.walk("/proc/" + top):
        for name in files:
            attempt(os.path.join(folder, name))
print(len(opened), *opened[:5])
END
settings() { cat /proc/sys/kernel/pid_max /proc/sys/kernel/msg* /proc/sys/kernel/sem /proc/sys/kernel/shm* /proc/sys/fs/mqueue/*; }
before=$(settings)
run "$seal" -- python3 sysctl.py
is "$out" 0 "[FS-18] no setting of the kernel can be opened for writing but those of the sandbox's own namespaces"
is "$(settings)" "$before" "[FS-18] ... which are not the host's"
run unshare -Urn python3 sysctl.py
[ "${out%% *}" -gt 10 ]
ok $? "control: those of a network namespace of one's own can (${out%% *})"
inside 'for i in -1000 300; do python3 -c "open(\"/proc/$$/oom_score_adj\", \"r+\").write(\"$i\")"; cat /proc/$$/oom_score_adj; done'
is "$(echo $out)" "$(cat /proc/self/oom_score_adj) 300" "[FS-18] oom_score_adj cannot be lowered (control: raised it can be)"
inside 'ls /sys /sys/fs/cgroup /sys/kernel/debug; find / -name cgroup.procs 2>/dev/null; echo $$ >/sys/fs/cgroup/cgroup.procs'
is "$out" "" "[FS-19] there is no /sys and no control group to join"
[ -d /sys/kernel ] && [ -d /sys/fs/cgroup ]
ok $? "control: outside there are"
inside 'for d in kvm fuse mem kmem port uinput dri snd vhost-vsock vhost-net net/tun loop-control loop0 rfkill console tty0 tty1 input vda sda disk kmsg cuse mapper vfio userfaultfd btrfs-control autofs hpet hwrng ptp0 rtc0 vcs nvram; do [ ! -e /dev/$d ] || echo $d; done
for t in "c 1 3" "b 8 0" "c 10 229" "c 1 1"; do mknod node $t && echo made; done; ls node; mknod fifo p && echo fifo'
is "$out" fifo "[FS-20] no device beyond the list, and none can be made (control: a FIFO can)"
rm -f fifo node
there=$(cd /dev && ls -d mem kmsg loop-control console tty0 fuse vda sda kvm rtc0 2>/dev/null)
[ "$there" != "" ]
ok $? "control: outside there are $(echo $there)"

# --- IPC of the host ---------------------------------------------------------------------------------

cat >ipc.py <<'END'
"""make NAME: makes them and prints their ids; look NAME SHM SEM MSG; end NAME SHM SEM MSG"""
import ctypes, os, sys
c = ctypes.CDLL(None, use_errno=True)
rt = c if hasattr(c, "mq_open") else ctypes.CDLL("librt.so.1", use_errno=True)
c.shmat.restype = ctypes.c_void_p
def said(rc):
    return "seen" if rc not in (-1, ctypes.c_void_p(-1).value) else os.strerror(ctypes.get_errno())
name = sys.argv[2].encode()
ids = [int(i) for i in sys.argv[3:6]]
if sys.argv[1] == "make":
    ids = [c.shmget(0, 4096, 0o1600), c.semget(0, 1, 0o1600), c.msgget(0, 0o1600)]
    q = rt.mq_open(name, os.O_CREAT | os.O_RDWR, 0o600, None)
    print(*ids, "fault" if min(ids) < 0 or q < 0 else "")
elif sys.argv[1] == "look":
    print("shm", said(c.shmat(ids[0], None, 0)))
    print("sem", said(c.semctl(ids[1], 0, 12)))
    print("msg", said(c.msgsnd(ids[2], b"\1\0\0\0\0\0\0\0x", 1, 0o4000)))
    print("mq", said(rt.mq_open(name, os.O_RDWR, 0, None)))
    print("file", os.path.exists("/dev/shm" + name.decode()))
    for table in ("shm", "sem", "msg"):
        print(table, len(open("/proc/sysvipc/" + table).readlines()) - 1)
else:
    c.shmctl(ids[0], 0, None)
    c.semctl(ids[1], 0, 0)
    c.msgctl(ids[2], 0, None)
    rt.mq_unlink(name)
END
name=/seal-ipc-$$
: >"/dev/shm$name"
run python3 ipc.py make $name
ids=$out
run "$seal" -- python3 ipc.py look $name $ids
is "$(echo $out)" "shm Invalid argument sem Invalid argument msg Invalid argument mq No such file or directory file False shm 0 sem 0 msg 0" \
	"[FS-21] no shared memory, semaphore or queue of the host, System V's or POSIX's"
run python3 ipc.py look $name $ids
like "$(echo $out)" "^shm seen sem seen msg seen mq seen file True shm [1-9]" "control: outside they are there"
run python3 ipc.py end $name $ids
rm -f "/dev/shm$name"

# --- Mounts: what must not be undone, and what must not be lost -----------------------------------------

printf '[sandbox.os]\ndeny = ["hidden", "folder"]\n' | manifest
mkdir -p folder
echo hidden >hidden
echo hidden >folder/file
show='cat hidden folder/file'
for way in 'umount hidden' 'umount -l folder' 'unshare -Urm umount -l folder' "unshare -Urm sh -c 'umount -l hidden folder; $show'" \
	'unshare -Urm mount -o remount,bind,rw /usr' 'mount --bind / /tmp' "unshare -Um sh -c '$show'"; do
	inside "$way; $show; echo ran"
	is "$out" ran "[FS-23] what is hidden stays hidden: $way"
done
is "$(cat hidden folder/file | tr '\n' ' ')" "hidden hidden " "control: outside both can be read"
# The same mounts without the filter and without Landlock: what explain --bwrap prints starts the
# command itself. A new namespace is refused there too, and mounts of an older one are locked.
printf '[sandbox.os]\nread = ["../canary"]\ndeny = ["../canary/secret"]\n' | manifest
run "$seal" explain --bwrap -- sh -c "umount '$c/secret'; umount -l '$c/secret'; unshare -Urm umount -l '$c/secret'
unshare -Urm sh -c 'umount -l $c/secret; umount -l $c; cat $c/secret'; mount -o remount,rw '$c'; cat '$c/secret'; ls '$c'; echo ran"
cp "$T/out" "$T/line"
run bash -c '. "$1"' bash "$T/line"
is "$out" "secret
ran" "[FS-23] ... nor does it come back without the filter: no namespace for who would unmount"
unlike "$err" 'Read-only|syntax' "... by the same mounts"
rm -rf hidden folder seal.toml

if unshare -Urm true 2>/dev/null; then
	mkdir -p mnt/plain mnt/noexec mnt/nosuid mnt/nodev mnt/nosymfollow mnt/ro mnt/late "$T/own"
	own_world '
cd "$1" || exit 98
for flag in noexec nosuid nodev nosymfollow ro; do
	mount -t tmpfs none mnt/$flag && printf "#!/bin/sh\necho ran\n" >mnt/$flag/script &&
		chmod 755 mnt/$flag/script && ln -s script mnt/$flag/link && mount -o remount,$flag none mnt/$flag || exit 97
done
mount -t tmpfs none mnt/plain && cp -a mnt/ro/. mnt/plain && mount -t tmpfs -o noexec none "$T/own" &&
	cp mnt/ro/script "$T/own" && printf "[sandbox.os]\nread = [\"../own\"]\n" >seal.toml && "$seal" trust --yes >/dev/null || exit 96
"$seal" -q -- sh -c "
for flag in plain noexec nosuid nodev nosymfollow ro; do
	echo \"\$flag \$(mnt/\$flag/script 2>/dev/null) \$(cat mnt/\$flag/link 2>/dev/null | grep -c echo) \$(touch mnt/\$flag/new 2>/dev/null && echo new)\"
done
cat /proc/self/mountinfo; \"$T/own/script\""
cp seal.toml kept && printf "[sandbox.os]\nprofile = \"read-only\"\n" >seal.toml && "$seal" trust --yes >/dev/null
echo "read-only $("$seal" -q -- cat mnt/nosymfollow/link mnt/plain/link 2>/dev/null | grep -c ran)"
mv kept seal.toml && "$seal" trust --yes >/dev/null
"$seal" -q -- sh -c "touch started; until [ -e mounted ]; do sleep 0.02; done; ls mnt/late" >late &
turn=0
until [ -e started ] || [ $turn -gt 300 ]; do sleep 0.02; turn=$((turn + 1)); done
mount -t tmpfs none mnt/late && touch mnt/late/secret mounted
wait
echo "late $(cat late) outside $(ls mnt/late)"
' "$p"
	is "$(printf '%s\n' "$out" | grep -E '^(plain|no[a-z]*|ro) ')" "plain ran 1 new
noexec  1 new
nosuid ran 1 new
nodev ran 1 new
nosymfollow ran 0 new
ro ran 1 " "[FS-25] [FS-33] mounts in the project are there, and each keeps its noexec, nosymfollow, ro (status $status)"
	like "$out" '^read-only 1$' "[FS-25] ... also where the project is read-only"
	for flag in noexec nosymfollow ro; do
		like "$out" " $p/mnt/$flag [a-z,]*\\b$flag\\b" "[FS-25] ... as its mount says: $flag"
	done
	is "$(printf '%s\n' "$out" | awk -v p="$T/" 'index($5, p) == 1 && ($6 !~ /nosuid/ || $6 !~ /nodev/)')" \
		"" "[FS-25] ... and is nosuid and nodev"
	is "$(printf '%s\n' "$out" | awk -v p="$T/" 'index($5, p) == 1' | wc -l)/$(printf '%s\n' "$out" | grep -c ' shared:\| master:')" \
		"$(printf '%s\n' "$out" | awk -v p="$T/" 'index($5, p) == 1 && $6 ~ /nosuid/' | wc -l)/0" \
		"[FS-24] ... and is not shared with the host"
	like "$out" " $T/own ro,[a-z,]*noexec" "[FS-25] a grant keeps its noexec too"
	like "$out" '^late  *outside secret$' "[FS-24] what the host mounts in the project during a run does not come in"
	is "$(ls -A mnt/late)" "" "control: it was mounted in the test's own namespace alone"
	rm -rf mnt started mounted late "$T/own" seal.toml
else
	skip "[FS-24] [FS-25] [FS-33] mounts of the host" "no mounts for users here"
fi

# --- What can be read cannot be changed ---------------------------------------------------------------

mkdir -p "$T/lib/deep"
echo text >"$T/lib/file"
echo text >"$T/lib/deep/file"
cat >change.py <<'END'
import ctypes, fcntl, os, struct, sys
top = sys.argv[1]
f, deep = top + "/file", top + "/deep"
fd, dfd = os.open(f, os.O_RDONLY), os.open(deep, os.O_RDONLY | os.O_DIRECTORY)
libc = ctypes.CDLL(None, use_errno=True)
def call(rc):
    if rc < 0:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e))
def flags(fd):
    word = bytearray(8)
    fcntl.ioctl(fd, 0x80086601, word)
    fcntl.ioctl(fd, 0x40086602, struct.pack("Q", struct.unpack("Q", word)[0] ^ 0x80))  # noatime
uid, gid = os.getuid(), os.getgid()
content = {
    "open O_TRUNC": lambda: os.open(f, os.O_RDONLY | os.O_TRUNC),
    "open O_WRONLY": lambda: os.write(os.open(f, os.O_WRONLY), b"x"),
    "open O_RDWR|O_APPEND": lambda: os.write(os.open(f, os.O_RDWR | os.O_APPEND), b"x"),
    "open /proc/self/fd": lambda: os.write(os.open(f"/proc/self/fd/{fd}", os.O_WRONLY), b"x"),
    "truncate": lambda: os.truncate(f, 1),
    "truncate /proc/self/fd": lambda: os.truncate(f"/proc/self/fd/{fd}", 2),
    "ftruncate": lambda: os.ftruncate(os.open(f, os.O_RDWR), 0),
    "fallocate": lambda: os.posix_fallocate(os.open(f, os.O_RDWR), 0, 9999),
    "create": lambda: os.open(deep + "/new", os.O_CREAT | os.O_WRONLY),
    "mkdir": lambda: os.mkdir("new2", dir_fd=dfd),
    "O_TMPFILE": lambda: os.open(deep, os.O_TMPFILE | os.O_RDWR),
    "mkfifo": lambda: os.mkfifo(deep + "/fifo"),
    "symlink": lambda: os.symlink("x", deep + "/link"),
    "link": lambda: os.link(f, deep + "/link2"),
    "rename": lambda: os.rename(f, top + "/file2"),
    "unlink": lambda: os.unlink(deep + "/file"),
    "rename folder": lambda: os.rename(deep, top + "/deep2"),
}
attributes = {
    "chmod": lambda: os.chmod(f, 0o640),
    "fchmod": lambda: os.fchmod(fd, 0o604),
    "fchmodat2": lambda: call(libc.syscall(452, -100, f.encode(), 0o600, 0x100)),
    "chmod folder": lambda: os.chmod(deep, 0o711),
    "chown": lambda: os.chown(f, uid, gid),
    "fchown": lambda: os.fchown(dfd, uid, gid),
    "utime": lambda: os.utime(f, (1, 1)),
    "futimens": lambda: call(libc.futimens(fd, ctypes.byref((ctypes.c_long * 4)(2, 2, 2, 2)))),
    "lutimes": lambda: os.utime(f, (3, 3), follow_symlinks=False),
    "setxattr": lambda: os.setxattr(f, "user.a", b"x"),
    "fsetxattr": lambda: os.setxattr(fd, "user.b", b"x"),
    "removexattr": lambda: os.removexattr(f, "user.c"),
    "FS_IOC_SETFLAGS": lambda: flags(fd),
}
for name, act in (content if sys.argv[2] == "content" else attributes).items():
    try:
        act()
        print(name, "done")
    except OSError as e:
        print(name, os.strerror(e.errno))
END
refusals=' (Read-only file system|Permission denied|Device or resource busy)$'
# twin DIR: a fresh copy, with an extended attribute to be removed.
twin()
{
	rm -rf "$1" && cp -a "$T/lib" "$1" && python3 -c "import os, sys; os.setxattr(sys.argv[1] + '/file', 'user.c', b'x')" "$1"
}
# Content is refused by the mount or by Landlock. Landlock has no word for attributes: EROFS.
for row in FS-27/content FS-28/attributes; do
	what=${row#*/} row=${row%/*}
	twin "$T/twin"
	run python3 change.py "$T/twin" $what
	is "$(printf '%s\n' "$out" | grep -v ' done$')" "" \
		"control: outside each of $(echo "$out" | wc -l) ways to change $what works"
	for place in read profile protect; do
		case $place in
		read) dir=$T/twin line='read = ["../twin"]' ;;
		profile) dir=$p/inner line='profile = "read-only"' ;;
		protect) dir=$p/inner line='protect = ["inner"]' ;;
		esac
		twin "$dir"
		before=$(state "$dir")
		printf '[sandbox.os]\n%s\n' "$line" | manifest
		run "$seal" -- python3 change.py "$dir" $what
		[ "$what" = content ] || refusals=' Read-only file system$'
		is "$(printf '%s\n' "$out" | grep -vE "$refusals"; state "$dir")" "$before" \
			"[$row] none works inside where there is only $line"
		rm -rf inner
	done
done
printf '[sandbox.os]\nwrite = ["../twin"]\n' | manifest
twin "$T/twin"
run "$seal" -- python3 change.py "$T/twin" content
is "$(printf '%s\n' "$out" | grep -v ' done$')" "" "control: with a grant to write each works inside too"
rm -f seal.toml

# --- Grants that overlap: the narrower one wins in every order and spelling -----------------------------

mkdir -p "$T/x/ro" "$T/x/rw"
wrong='' tried=0
for child in "$T/x/ro" "$T/x/ro/" "$T/x//ro" "$T/x/./ro" "../x/ro"; do
	for parent in "$T/x" "$T/x/" "../x//."; do
		for rule in 'write = ["@P"]|read = ["@C"]' 'read = ["@C"]|write = ["@P"]' 'protect = ["@C"]|write = ["@P"]' \
			'write = ["@P"]|deny = ["@C"]' 'deny = ["@C"]|additional_directories = ["@P"]' \
			'additional_directories = [{ path = "@C", write = false }, "@P"]|' \
			'additional_directories = ["@P", { path = "@C", write = false }]|' \
			'deny = ["@C"]|write = ["@C", "@P"]' 'protect = ["@C"]|write = ["@P", "@C"]'; do
			echo text | tee "$T/x/ro/token" >"$T/x/rw/token"
			rule=${rule//@P/$parent}
			rule=${rule//@C/$child}
			printf '[sandbox.os]\n%s\n%s\n' "${rule%%|*}" "${rule#*|}" >seal.toml
			"$seal" trust --yes >/dev/null 2>"$T/trusterr"
			timeout 10 "$seal" -q -- sh -c 'echo new >../x/ro/token; echo new >../x/rw/token; cat ../x/ro/token' \
				>"$T/seen" 2>/dev/null
			case $rule in *deny*) want=text/new/ ;; *) want=text/new/text ;; esac
			got=$(cat "$T/x/ro/token")/$(cat "$T/x/rw/token")/$(cat "$T/seen")
			tried=$((tried + 1))
			[ "$got" = "$want" ] || wrong="$wrong
$rule: $got $(cat "$T/trusterr")"
		done
	done
done
is "$wrong" "" "[FS-31] $tried overlaps: a restriction below a wider grant holds (control: its neighbour is written)"
printf '[sandbox.os]\nwrite = ["../x"]\nread = ["../x/rw/../ro"]\n' >seal.toml
run "$seal" -- touch marker
refused "'\.\.' inside" "[FS-31] ... and .. inside a path is a fault"
rm -rf "$T/x" seal.toml

# --- Where a project cannot be --------------------------------------------------------------------------

mkdir -p "$T/run/user"
chmod 700 "$T/run/user"
XDG_RUNTIME_DIR=$T/run/user run "$seal" -C "$T/run/user" -- touch "$p/marker"
refused 'cannot be a project' "[FS-32] no project: the runtime folder, wherever it is"
for place in "$T" "$HOME/.." "$HOME/." "/tmp/.." "$p/../home" // "$HOME/.ssh/.."; do
	run "$seal" -C "$place" -- touch "$p/marker"
	refused 'cannot be a project' "[FS-32] no project: ${place#"$T"}, which is or holds HOME"
done
run "$seal" -C "$p" -- touch "$p/marker"
starts "control: the project is one"

# --- What stays possible, and is said in SECURITY.md ------------------------------------------------------

ln "$c/secret" hardlink
inside 'cat hardlink; echo more >>hardlink'
is "$(cat "$c/secret")" "secret of $T
more" "[FS-36] non-promise: a hard link that the host made into the project leads where it leads"
rm -f hardlink
inside "ln '$c/secret' hardlink || ln /etc/passwd hardlink || ln /usr/bin/id hardlink"
[ "$status" != 0 ] && [ ! -e hardlink ]
ok $? "[FS-36] ... but a run cannot make one"
touch own && ln own hardlink
ok $? "control: of an own file it can be made"
rm -f own hardlink
cat >setuid.py <<'END'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
def call(*args):
    if libc.syscall(*args) < 0:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e))
for name in "abcdefgh":
    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, 0o755))
made = {
    "chmod": lambda: os.chmod("a", 0o4755),
    "chmod g": lambda: os.chmod("b", 0o2755),
    "fchmod": lambda: os.fchmod(os.open("c", os.O_RDONLY), 0o4755),
    "fchmodat2": lambda: call(452, -100, b"d", 0o6755, 0),
    "open": lambda: os.open("i", os.O_CREAT | os.O_WRONLY, 0o4755),
    "creat": lambda: call(85, b"j", 0o4755) if os.uname().machine == "x86_64" else call(56, -100, b"j", 0o101, 0o4755),
    "openat2": lambda: call(437, -100, b"k", (ctypes.c_uint64 * 3)(0o101, 0o4755, 0), 24),
    "mknod": lambda: os.mknod("l", 0o104755),
    "tmpfile": lambda: os.link(f"/proc/self/fd/{os.open('.', os.O_TMPFILE | os.O_RDWR, 0o4755)}", "m", follow_symlinks=True),
}
for name, act in made.items():
    try:
        act()
    except OSError as e:
        print(name, e.strerror)
os.chmod("h", 0o700)
END
mkdir suid && cd suid || exit 1
run "$seal" -- python3 ../setuid.py
[ "$(find . -type f -perm /6000 -user "$(id -un)" | wc -l)" = "$(find . -type f -perm /6000 | wc -l)" ] &&
	[ -u a ] && [ "$(stat -c %a h)" = 700 ]
ok $? "[FS-35] non-promise: a run can set the setuid bit, on files that are the user's"
cp /usr/bin/id . && chmod u+s id
run "$seal" -- sh -c 'cp /usr/bin/id s; chmod u+s s; ./id -u; ./s -u; /usr/bin/su -c id 2>/dev/null || sudo -n id'
is "$(echo $out)" "$(id -u) $(id -u)" "[FS-35] ... which gives nobody inside anything"
like "$("$seal" -- cat /proc/self/mountinfo)" " $p rw,nosuid" "[FS-35] ... on mounts where the bit does not count"
cd "$p" && rm -rf suid
inside 'for f in shadow gshadow sudoers ssh ssl/private machine-id credstore credstore.encrypted shadow- krb5.keytab ipsec.secrets wireguard NetworkManager cups exim4 mysql hostname fstab crypttab polkit-1; do [ ! -e /etc/$f ] || echo $f; done; cat /etc/shadow'
is "$out" "" "[FS-37] of /etc there is nothing that is secret"
[ "$(ls -d /etc/shadow /etc/machine-id /etc/ssl/private /etc/fstab 2>/dev/null | wc -l)" -gt 1 ]
ok $? "control: outside there is"

inside 'head -c 80M /dev/zero >/run/x; stat -c %s /run/x; for d in /tmp /var/tmp /dev/shm ~; do fallocate -l 1100M $d/x && echo $d; fallocate -l 20M $d/y || echo small; done'
is "$(echo $out)" "67108864" "[FS-38] what a run may keep in memory has an end (control: less is taken)"
like "$err" 'No space left on device' "[FS-38] ... which is told as ENOSPC"
[ ! -e /run/x ] && [ ! -e ~/y ]
ok $? "... and nothing of it is on the host"

# --- Daemons that start programs for whoever asks ----------------------------------------------------------

cat >"$c/daemon.py" <<'END'
import os, socket, sys, threading
place = sys.argv[1]
def serve(s):
    while True:
        peer, _ = s.accept()
        exe = peer.recv(100).decode()
        with open(place + "/marker", "a") as f:
            f.write(exe + "\n")
        peer.sendall(b"started " + exe.encode())
        peer.close()
ears = []
for port in map(int, sys.argv[2].split(",")):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", port))
    ears.append(s)
for path in (place + "/sock", "\0" + place[1:]):
    s = socket.socket(socket.AF_UNIX)
    s.bind(path)
    ears.append(s)
for s in ears:
    s.listen()
    threading.Thread(target=serve, args=(s,), daemon=True).start()
open(place + "/ready", "w").close()
threading.Event().wait()
END
cat >ask.py <<'END'
import os, socket, sys
place, ports = sys.argv[1], map(int, sys.argv[2].split(","))
goals = [(socket.AF_INET, (host, port)) for port in ports for host in ("127.0.0.1", "0.0.0.0", "127.1")]
goals += [(socket.AF_UNIX, place + "/sock"), (socket.AF_UNIX, "\0" + place[1:])]
for family, goal in goals:
    s = socket.socket(family)
    s.settimeout(5)
    try:
        s.connect(goal)
        s.sendall(b"/bin/touch")
        print(s.recv(100).decode())
    except OSError as e:
        print(e.strerror)
END
# In a network namespace of the test's own, for servers of the machine may have these ports: those of
# sccache, Docker, adb, Node's inspector and a build daemon. The sockets stand for all others: what
# has no name in the view cannot be asked, whatever it is called.
ports=4226,2375,5037,9229,8080
own_world '
ip link set lo up && cd "$1" || exit 98
python3 "$2/daemon.py" "$2" $3 & daemon=$!
turn=0
until [ -e "$2/ready" ] || [ $turn -gt 300 ]; do sleep 0.02; turn=$((turn + 1)); done
export SCCACHE_SERVER_UDS="$2/sock" SCCACHE_SERVER_PORT=4226
python3 ask.py "$2" $3 | sort | uniq -c
mv "$2/marker" "$2/control"
echo inside
"$seal" -q -- python3 ask.py "$2" $3 | sort | uniq -c
"$seal" -q -- sh -c "find / -xdev -type s 2>/dev/null; find / -type s 2>/dev/null; env | grep SCCACHE_SERVER; tail -n +2 /proc/net/unix"
echo end
kill $daemon
' "$p" "$c" $ports
is "$(printf '%s\n' "$out" | sed '/^inside/q' | tr -s ' ')" " 17 started /bin/touch
inside" "control: outside daemons start what they are told, by TCP, by a socket, by an abstract one (status $status)"
is "$(printf '%s\n' "$out" | sed '1,/^inside/d' | tr -s ' ')" " 16 Connection refused
 1 No such file or directory
end" "[CC-01] [CC-06] inside none can be reached, and no socket of the host is in the view"
[ ! -e "$c/marker" ] && [ "$(wc -l <"$c/control")" = 17 ]
ok $? "[CC-01] [CC-06] ... and none was told anything"

done_testing
