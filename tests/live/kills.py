"""kills.py [--part NAME] N SEED MILLISECONDS COMMAND...: kills COMMAND at random points.

N times: starts COMMAND, sends it SIGKILL after a random part of MILLISECONDS, and looks for what is
left of it: nothing may be, 5 seconds later. Prints one line, "N killed, K ended before, S left, W
the longest wait in ms", and each process that was left on standard error.

With --part it is not COMMAND that is killed but a process below it that has that name, if there is
one by then; with --part all, COMMAND and every process below it.
"""
import os
import random
import subprocess
import sys
import time

import left


def kill(child, part):
    """False if there is nobody to kill (yet, or any more)."""
    if part is None:
        child.kill()
        return True
    targets = [p for p in left.descendants(child.pid) if part in ("all", p[1])]
    if part == "all":
        child.kill()
        # Who is made meanwhile comes to us, whose parent is dead.
        while below := left.descendants(os.getpid()):
            left.end(below)
            left.reap()
        return True
    left.end(targets)
    return bool(targets)


def main():
    part = None
    if sys.argv[1] == "--part":
        part = sys.argv[2]
        del sys.argv[1:3]
    count, seed, span = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000
    chance = random.Random(seed)
    left.adopt_orphans()
    killed = ended = remained = 0
    longest = 0.0
    for turn in range(count):
        child = subprocess.Popen(
            sys.argv[4:], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL if part else None
        )
        delay = chance.uniform(0, span)
        time.sleep(delay)
        if child.poll() is None and kill(child, part):
            killed += 1
        else:
            ended += 1
            child.kill()
        child.wait()
        start = time.monotonic()
        rest = left.left_after(5)
        longest = max(longest, time.monotonic() - start)
        for pid, name in rest:
            print(f"turn {turn}, after {delay * 1000:.1f} ms: {name} ({pid})", file=sys.stderr)
        remained += bool(rest)
        left.end(rest)
    print(f"{killed} killed, {ended} ended before, {remained} left, {longest * 1000:.0f} ms longest")


if __name__ == "__main__":
    main()
