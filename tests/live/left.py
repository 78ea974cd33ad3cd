"""left.py SECONDS COMMAND...: runs COMMAND and fails if any process of it is left behind.

It is the subreaper of what it starts (prctl(2)): a process whose parent dies becomes its child,
whatever namespace or session it is in. So all that is left of COMMAND are its own descendants,
and what other tests do at the same time is not mistaken for it. Ends as COMMAND did (128+n for a
signal), or with 98 and a line for each process on standard error if some were left SECONDS after
COMMAND's end; these are killed then.
"""
import ctypes
import os
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        sys.exit("left.py: cannot become a subreaper")


def parents():
    """pid -> (parent's pid, name, state), of all processes that can be seen."""
    table = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="utf-8", errors="replace") as f:
                text = f.read()
        except OSError:
            continue
        comm, rest = text[text.index("(") + 1 :].rsplit(")", 1)
        state, parent = rest.split()[:2]
        table[int(name)] = (int(parent), comm, state)
    return table


def descendants(pid):
    """The living processes below PID, nearest first."""
    table = parents()
    found, at = [pid], 0
    while at < len(found):
        found += [p for p, (parent, _, _) in table.items() if parent == found[at]]
        at += 1
    return [(p, table[p][1]) for p in found[1:] if table[p][2] != "Z"]


def reap():
    """Takes the dead that were adopted."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def left_after(seconds):
    """What is still there when SECONDS have passed; an empty list as soon as nothing is."""
    until = time.monotonic() + seconds
    while True:
        reap()
        left = descendants(os.getpid())
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.005)


def end(processes):
    for pid, _ in processes:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def main():
    adopt_orphans()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(
        sys.argv[2:], preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    status = child.wait()
    left = left_after(float(sys.argv[1]))
    for pid, name in left:
        print(f"left.py: {name} ({pid}) is left", file=sys.stderr)
    end(left)
    if left:
        sys.exit(98)
    sys.exit(status if status >= 0 else 128 - status)


if __name__ == "__main__":
    main()
