"""attack.py [-k KIND] [-l LIST] PATH...: tries to change each PATH in every way that there is.

Run in the folder that the paths start from, which must be writable. Prints a line "KIND PATH" for
each attempt that was not refused, and "KIND" alone with -k list. LIST is a file with more paths,
a line each. What it makes for itself is called own.*, and lies in the current folder; whoever asks
what changed leaves that out.

A path may be a file, a folder or nothing. What counts is what is there afterwards under that name,
so its folders, up to the current one, are attacked as well, and what lies in it: unless another PATH
is there, too, for then only its own entries are meant.
"""
import ctypes
import os
import shutil
import socket
import stat
import sys

NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
LINK_FOLLOW = 0x400
libc = ctypes.CDLL(None, use_errno=True)
here = os.open(".", os.O_RDONLY | os.O_DIRECTORY)
holders = set()
count = 0


def own(kind="file"):
    """A new thing of our own, of that kind; its name."""
    global count
    count += 1
    name = f"own.{os.getpid()}.{count}"
    if kind == "file":
        with open(name, "w") as f:
            f.write("own\n")
    elif kind == "dir":
        os.mkdir(name)
        with open(name + "/own", "w") as f:
            f.write("own\n")
    elif kind == "empty":
        os.mkdir(name)
    return name


def call(name, *args):
    args = [a.encode() if isinstance(a, str) else a for a in args]
    if getattr(libc, name)(*args) < 0:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e))


def renameat2(old, new, flags):
    call("renameat2", -100, old, -100, new, flags)


def kind_of(p):
    try:
        mode = os.lstat(p).st_mode
    except OSError:
        return "none"
    return "dir" if stat.S_ISDIR(mode) else "link" if stat.S_ISLNK(mode) else "file"


def spellings(p):
    parent, name = os.path.split(p)
    yield p
    yield "./" + p
    yield ".//" + p.replace("/", "//")
    yield "././" + (parent + "/./" if parent else "") + name
    yield (parent + "/" if parent else "") + "../" * (parent.count("/") + 1 if parent else 0) + p
    yield os.path.join(os.getcwd(), p)
    yield "/proc/self/root" + os.path.join(os.getcwd(), p)
    yield "/proc/self/cwd/" + p
    yield "/proc/thread-self/cwd/" + p
    yield f"/proc/{os.getppid()}/cwd/" + p
    yield f"/proc/self/fd/{here}/" + p
    yield f"/dev/fd/{here}/" + p
    yield os.path.join("..", os.path.basename(os.getcwd()), p)


def files_in(p):
    """P itself if it is a file, else the files and folders below."""
    if kind_of(p) != "dir":
        yield p
    if kind_of(p) != "dir" or p in holders:
        return
    for folder, folders, files in os.walk(p):
        for name in folders + files:
            yield os.path.join(folder, name)


def ancestors(p):
    """The folders on the way to P, below the current one; nearest first."""
    p = os.path.dirname(p)
    while p:
        yield p
        p = os.path.dirname(p)


# --- Each kind is a function that makes attempts: what raises OSError was refused. ------------------


def append(p):
    for s in spellings(p):
        if kind_of(p) == "dir":
            yield lambda s=s: os.write(os.open(s + "/own", os.O_CREAT | os.O_WRONLY), b"own\n")
        else:
            yield lambda s=s: os.write(os.open(s, os.O_WRONLY | os.O_APPEND), b"own\n")
            yield lambda s=s: os.write(os.open(s, os.O_RDWR | os.O_CREAT), b"own\n")
    for f in files_in(p):
        yield lambda f=f: os.write(os.open(f, os.O_WRONLY | os.O_APPEND), b"own\n")


def reopen(p):
    for f in files_in(p):
        if kind_of(f) == "file":
            yield lambda f=f: os.write(os.open(f"/proc/self/fd/{os.open(f, os.O_RDONLY)}", os.O_WRONLY), b"own\n")
            yield lambda f=f: os.write(os.open(f"/dev/fd/{os.open(f, os.O_PATH)}", os.O_WRONLY), b"own\n")


def truncate(p):
    for f in files_in(p):
        yield lambda f=f: os.truncate(f, 0)
        yield lambda f=f: os.open(f, os.O_RDONLY | os.O_TRUNC)


def remove(p):
    for f in reversed([p] + list(files_in(p))):
        yield lambda f=f: os.rmdir(f) if kind_of(f) == "dir" else os.unlink(f)
    yield lambda: os.rmdir(p + "/")


def replace(p):
    yield lambda: os.rename(own("file"), p)
    yield lambda: os.rename(own("dir"), p)
    yield lambda: os.rename(own("empty"), p + "/")
    for f in files_in(p):
        yield lambda f=f: os.rename(own("dir" if kind_of(f) == "dir" else "file"), f)


def away(p):
    yield lambda: os.rename(p, own("none"))
    yield lambda: renameat2(p, own("none"), NOREPLACE)
    yield lambda: renameat2(p, own("none"), WHITEOUT)


def exchange(p):
    yield lambda: renameat2(own("file"), p, EXCHANGE)
    yield lambda: renameat2(p, own("dir"), EXCHANGE)
    for f in files_in(p):
        yield lambda f=f: renameat2(f, own("file"), EXCHANGE)


def alias(p):
    for f in files_in(p):
        if kind_of(f) == "file":
            def write(f=f):
                name = own("none")
                os.link(f, name)
                os.write(os.open(name, os.O_WRONLY), b"own\n")
            yield write
            yield lambda f=f: os.link(f"/proc/self/fd/{os.open(f, os.O_RDONLY)}", own("none"), follow_symlinks=True)


def chmod(p):
    for f in [p] + list(files_in(p)):
        yield lambda f=f: os.chmod(f, 0o757)


def touch(p):
    for f in [p] + list(files_in(p)):
        yield lambda f=f: os.utime(f, (1, 1))


def chown(p):
    for f in [p] + list(files_in(p)):
        yield lambda f=f: os.chown(f, os.getuid(), os.getgid(), follow_symlinks=False)


def xattr(p):
    for f in [p] + list(files_in(p)):
        if kind_of(f) != "link":
            yield lambda f=f: os.setxattr(f, "user.own", b"own")


def above_away(p):
    for a in ancestors(p):
        yield lambda a=a: os.rename(a, own("none"))


def above_exchange(p):
    for a in ancestors(p):
        yield lambda a=a: renameat2(a, own("dir"), EXCHANGE)


def above_remove(p):
    def remove_all(a):
        shutil.rmtree(a)
        os.mkdir(a)
    for a in ancestors(p):
        yield lambda a=a: remove_all(a)


def make_file(p):
    yield lambda: os.close(os.open(p, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o755))
    yield lambda: os.close(os.open(p + "/own", os.O_CREAT | os.O_WRONLY))
    yield lambda: os.mknod(p, 0o100755)


def make_dir(p):
    for s in spellings(p):
        yield lambda s=s: os.mkdir(s)
        yield lambda s=s: os.mkdir(s + "/")
        yield lambda s=s: os.mkdir(s + "/own")


def make_link(p):
    yield lambda: os.symlink(os.path.abspath(own("dir")), p)
    yield lambda: os.symlink(".", p + "/own")
    yield lambda: os.link(own("file"), p)


def make_odd(p):
    yield lambda: os.mkfifo(p)
    yield lambda: socket.socket(socket.AF_UNIX).bind(p)
    yield lambda: os.mkfifo(p + "/own")


def make_unnamed(p):
    def linkat(to):
        fd = os.open(".", os.O_TMPFILE | os.O_RDWR)
        os.write(fd, b"own\n")
        call("linkat", -100, f"/proc/self/fd/{fd}", -100, to, LINK_FOLLOW)
    yield lambda: linkat(p)
    yield lambda: linkat(p + "/own")


def make_before(p):
    """By a descriptor of the folder above, or its parent, opened first."""
    parent, name = os.path.split(p)
    fd = os.open(parent or ".", os.O_PATH | os.O_DIRECTORY)
    yield lambda: os.mkdir(name, dir_fd=fd)
    yield lambda: os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=fd))
    yield lambda: os.rename(own("file"), name, dst_dir_fd=fd)


KINDS = [append, reopen, truncate, chmod, touch, chown, xattr, alias, make_file, make_dir, make_link, make_odd,
         make_unnamed, make_before, replace, exchange, away, remove, above_exchange, above_away, above_remove]


def attack(kind, p):
    done = False
    try:
        for attempt in kind(p):
            try:
                attempt()
                done = True
            except OSError:
                pass
    except OSError:  # what an attempt needs to begin is not there
        pass
    if done:
        print(kind.__name__, p, flush=True)


def main():
    args = sys.argv[1:]
    kinds, paths = KINDS, []
    while args:
        word = args.pop(0)
        if word == "-k":
            word = args.pop(0)
            if word == "list":
                print(*(k.__name__ for k in KINDS))
                return
            kinds = [k for k in KINDS if k.__name__ == word]
        elif word == "-l":
            with open(args.pop(0)) as f:
                paths += f.read().splitlines()
        else:
            paths.append(word)
    for p in paths:
        holders.update(ancestors(p))
    for kind in kinds:
        for p in paths:
            attack(kind, p)


if __name__ == "__main__":
    main()
