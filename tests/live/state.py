"""state.py DIR...: all that lies below each DIR, a line for each path, sorted.

Type, mode, owner, links, and of a regular file its time and content, of a link its target, of
each its extended attributes. The times of folders are left out: they change by what is made and
removed in them, which shows by itself. Nothing is followed and nothing is opened that could wait.
"""
import hashlib
import os
import stat
import sys


def line(path):
    st = os.lstat(path)
    words = [stat.filemode(st.st_mode), st.st_uid, st.st_gid]
    if stat.S_ISREG(st.st_mode):
        words += [st.st_nlink, st.st_mtime_ns]
        try:
            with open(path, "rb") as f:
                words.append(hashlib.sha256(f.read()).hexdigest()[:16])
        except PermissionError:
            words.append("unreadable")
    elif stat.S_ISLNK(st.st_mode):
        words.append("-> " + os.readlink(path))
    for name in os.listxattr(path, follow_symlinks=False):
        words.append(f"{name}={os.getxattr(path, name, follow_symlinks=False)!r}")
    return " ".join(map(str, words))


for root in sys.argv[1:]:
    found = [root]
    for folder, folders, files in os.walk(root):
        found += [os.path.join(folder, name) for name in folders + files]
    for path in sorted(found):
        print(repr(path), line(path))
