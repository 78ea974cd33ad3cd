"""faults.py SEAL PROBES DIR VARIANT HOW: lets each step of a run go wrong, once in a run.

build/probe/fault lists the system calls of a run, process by process, and then makes one of them
fail, or kills its process before it. The command is build/probe/witness, which says in the file
"marker" whether it is confined. A run may end in one of these ways:

    refused     125, a line "seal-exec: ...", no marker
    harmless    the command ran confined to its end and its exit status is the run's
    ended       the fault came when the command ran: it is over, confined until then, 125 and a line,
                or what bwrap or the signal that killed us says
    killed      the front itself was killed or interrupted

Whatever happens, two seconds later no process is there, the project's tree and HOME are as they
were, the canary's listener has heard nothing; an error in the removal of a placeholder, and a
record of who was killed, are made good by the next run. All else is printed as a bug, a line each, and the exit status is 1. VARIANT is
what the run is granted, HOW "errors", "kills" or "interrupts" (of the front). With SEAL_FAULTS=all
every call gets every error. Else every line of code gets its turn, the same in each run of this: an
error for its first and its last call, or a kill before its first; of a run with a network, what a
run without has not. SEAL_FAULTS_ONLY='bwrap openat 3' repeats those that match it.
"""
import collections
import concurrent.futures
import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading

ALWAYS = ["ENOMEM", "EMFILE", "ENOSPC", "EPERM"]
WAITING = (
    "poll ppoll wait4 waitid rt_sigtimedwait recvfrom recvmsg read write sendto sendmsg connect "
    "accept4 epoll_wait epoll_pwait flock"
).split()
READING = "read pread64 getdents64 readlink readlinkat write sendto recvfrom recvmsg".split()

# These cannot fail, or do not return; a system where they do has no processes.
NEVER = (
    "exit exit_group rt_sigreturn getpid getppid gettid getuid geteuid getgid getegid getpgrp "
    "umask alarm set_tid_address"
).split()

CONFINED = """canary ENOENT
dial ECONNREFUSED
process ESRCH
environment none
descriptors 3
capability none
keyctl EPERM
landlock EACCES
denied EACCES
kept EROFS
manifest EROFS
hooks EROFS
settings EROFS
named EROFS
nested EROFS
law EROFS
editor ENOTDIR
"""
OWN_STATUS = 7

MANIFESTS = {
    "plain": "",
    "network": """
[sandbox.os.network]
domains = ["a.example", "b.example:8443"]
host_localhost_ports = [54321]
dev_server_ports = [%d]
""",
    "bus": "",
}
BUNDLE = """name = "witness"
summary = "the witness, with a session bus"
commands = ["witness"]
dbus = [{ rule = "--talk=org.example.Service", why = "a proxy is started for it" }]
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Place:
    """A project, a HOME and a canary of one worker."""

    def __init__(self, base, seal, probes, variant):
        self.seal, self.probes, self.base, self.project = seal, probes, base, base + "/proj"
        text = MANIFESTS[variant]
        self.manifest = text % free_port() if "%d" in text else text
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.heard = 0
        self.bus = socket.socket(socket.AF_UNIX) if variant == "bus" else None
        threading.Thread(target=self.listen, daemon=True).start()
        self.make()

    def make(self):
        home = self.base + "/home"
        for folder in ("hidden", "kept", "named", "sub/inner"):
            os.makedirs(f"{self.project}/{folder}")
        os.makedirs(home + "/.config")
        self.env = {
            "PATH": os.environ["PATH"],
            "HOME": home,
            "XDG_CONFIG_HOME": home + "/.config",
            "XDG_STATE_HOME": home + "/.local/state",
            "SEAL_CANARY": "out",
        }
        if "ASAN_OPTIONS" in os.environ:
            self.env["ASAN_OPTIONS"] = os.environ["ASAN_OPTIONS"]
        self.write("canary", "secret")
        if self.bus:
            os.makedirs(home + "/.config/seal-exec/bundles")
            self.write("home/.config/seal-exec/bundles/witness.toml", BUNDLE)
            self.env["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={self.base}/bus"
            self.bus.close()
            self.bus = socket.socket(socket.AF_UNIX)
            self.bus.bind(self.base + "/bus")
            self.bus.listen(1000)
        self.write("proj/hidden/secret", "secret")
        self.write("proj/kept/old", "old")
        rules = '[sandbox.os]\ndeny = ["hidden"]\nprotect = ["kept"]\n'
        self.write("proj/seal.toml", rules + self.manifest)
        shutil.copy(self.probes + "/witness", self.project)
        self.write("proj/sub/seal.toml", "")
        for words in (["init", "-q"], ["init", "-q", "sub/inner"],
                      ["config", "core.hooksPath", "named"]):
            subprocess.run(["git", *words], env=self.env, cwd=self.project, check=True)
        subprocess.run(
            [self.seal, "trust", "--yes"], env=self.env, cwd=self.project, check=True,
            stdout=subprocess.DEVNULL, timeout=20,
        )
        self.next_run()
        self.before = self.tree()

    def next_run(self):
        """It removes the placeholders of a run that could not do it itself."""
        subprocess.run(
            [self.seal, "-q", "--", "true"], env=self.env, cwd=self.project, check=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20,
        )

    def repair(self):
        """After a bug: the next run must not suffer from it."""
        shutil.rmtree(self.base)
        self.make()

    def write(self, name, text):
        with open(f"{self.base}/{name}", "w", encoding="ascii") as f:
            f.write(text)

    def listen(self):
        while True:
            self.listener.accept()[0].close()
            self.heard += 1

    def tree(self):
        """What there is in the project and in HOME, but the marker."""
        found = set()
        for top in (self.project, self.env["HOME"]):
            for folder, folders, files in os.walk(top):
                for name in folders + files:
                    st = os.lstat(path := f"{folder}/{name}")
                    size = st.st_size if name in files else 0
                    found.add((path.removeprefix(self.base + "/"), oct(st.st_mode), size))
        return {row for row in found if row[0] != "proj/marker"}

    def command(self):
        port = self.listener.getsockname()[1]
        return [self.seal, "--", "./witness", "marker", self.base + "/canary", str(port),
                str(os.getpid())]

    def fault(self, *what):
        """Runs the witness under fault(1); its result, what was printed, and the marker."""
        result, marker = self.base + "/result", self.project + "/marker"
        for old in (result, marker):
            if os.path.exists(old):
                os.unlink(old)
        done = subprocess.run(
            [self.probes + "/fault", result, *map(str, what), "--", *self.command()],
            env=self.env, cwd=self.project, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=30, check=False,
        )
        with open(result, encoding="ascii") as f:
            lines = f.read().splitlines()
        if done.returncode:
            raise RuntimeError(f"fault ends with {done.returncode}: {lines}")
        text = None
        if os.path.exists(marker):
            with open(marker, encoding="ascii") as f:
                text = f.read()
        return lines, done.stderr.decode(errors="replace"), text


def steps_of(lines):
    """(role, call, n, place) of each call until the command starts, and afterwards."""
    made = collections.Counter()
    for line in lines:
        words = line.split()
        if len(words) == 3 and words[1] not in NEVER:
            made[words[0], words[1]] += 1
            yield words[0], words[1], made[words[0], words[1]], words[2]


def of_the_bus(steps):
    """The keeper and its children, until one is xdg-dbus-proxy: that one says that it is ready, or
    there is no bus."""
    started = set()
    for step in steps:
        if step[0].startswith("front.2") and step[0] not in started:
            yield step
            if step[1] == "execve":
                started.add(step[0])


def errors_of(call):
    return (
        ALWAYS + ["EINTR"] * (call in WAITING) + ["EIO"] * (call in READING)
    )


def ends_of_places(steps, both):
    """The first (and the last) of the calls that one line of code makes."""
    first, last = {}, {}
    for step in steps:
        first.setdefault((step[0], step[1], step[3]), step)
        last[step[0], step[1], step[3]] = step
    return sorted(set(first.values()) | (set(last.values()) if both else set()))


def can_fail(steps):
    """All but the C library's own start, and bwrap's word to its child, which goes to an eventfd
    that takes it whatever happens: bwrap does not look, and its child would wait. A sanitizer's own
    memory is the sanitizer's business."""
    first = next(i for i, s in enumerate(steps) if s[:2] == ("front", "fcntl"))
    last = max(s[2] for s in steps if s[:2] == ("bwrap", "write"))
    found = [s for i, s in enumerate(steps) if i >= first and s[:3] != ("bwrap", "write", last)]
    return [s for s in found if s[1] != "mmap"] if "ASAN_OPTIONS" in os.environ else found


def faults_of(steps, how, every):
    if how == "kills":
        return [(s, "SIG9") for s in (steps if every else ends_of_places(steps, False))]
    if how == "interrupts":
        front = [s for s in steps if s[0] == "front"]
        return [(s, "SIG2") for s in (front if every else ends_of_places(front, False))]
    steps = can_fail(steps)
    if every:
        return [(s, e) for s in steps for e in errors_of(s[1])]
    chosen, turn = [], 0
    for step in ends_of_places(steps, True):
        names = errors_of(step[1])
        chosen.append((step, names[turn % len(names)]))
        turn += 1
    return chosen


def after_word(steps):
    """What the keeper does once inner has its word, and pid 1 once there is inner: the command may
    run by then."""
    found = set()
    for role, call in (("front.2", "sendto"), ("bwrap.1", "clone")):
        own = [s for s in steps if s[0] == role]
        last = max(i for i, s in enumerate(own) if s[1] == call)
        found |= set(own[last + 1 :])
    return found


def judge(step, what, lines, said, marker, late):
    """How the run ended, or None with the reason."""
    end = [line for line in lines if line.startswith("front ")]
    hit = lines[-1].split()[1]
    for line in lines:
        if line.startswith(("hang", "left")):
            return None, line
    if not end:
        return None, "no end"
    told = re.search(r"^seal-exec: \S", said, re.M)
    if marker is not None and not CONFINED.startswith(marker):
        return None, "not confined: " + marker.replace("\n", ", ")
    if end[0] == f"front exit {OWN_STATUS}" and marker == CONFINED:
        return ("not reached" if hit == "no" else "harmless"), ""
    if hit == "no":
        return None, "was not reached, but " + end[0]
    if what == "SIG2" and end[0] in ("front signal 2", "front exit 130"):
        return "killed", ""
    if end[0] == "front signal 9" and what == "SIG9" and step[0] == "front":
        return ("killed" if hit == "before" and marker is None else "ended"), ""
    if marker is None and end[0] == "front exit 125" and told:
        return "refused", ""
    if step[:2] == ("inner", "execve") and marker is None:
        # It is the command by now: what cannot be executed, what was killed.
        if end[0] == "front exit 126" and told or end[0] == "front exit 137" and what == "SIG9":
            return "refused", ""
    if hit == "after" or late:
        # pid 1 killed is the command killed; what bwrap cannot do then it says itself.
        if (told and end[0] == "front exit 125") or end[0] == "front exit 137" and what == "SIG9":
            return "ended", ""
        if step[0].startswith("bwrap") and end[0] == "front exit 1" and said.startswith("bwrap: "):
            return "ended", ""
    return None, f"{end[0]}, {'told' if told else 'no line'}, marker {marker is not None}"


def main():
    seal, probes, base, variant, how = sys.argv[1:]
    # A shell starts what is in the background with this one ignored, and so would a run be.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    every = os.environ.get("SEAL_FAULTS") == "all"
    workers = 2
    places = [Place(f"{base}/{i}", seal, probes, variant) for i in range(workers)]
    free = list(places)
    lines, said, marker = places[0].fault("list")
    if marker != CONFINED or f"front exit {OWN_STATUS}" not in lines:
        sys.exit(f"the run is not as it should be without a fault: {lines[-2:]} {said} {marker}")
    steps = list(steps_of(lines))
    faults = faults_of(steps, how, every)
    if variant == "bus":
        bus = set(of_the_bus(steps))
        faults = [f for f in faults if f[0] in bus]
    if variant != "plain" and not every:
        plain = Place(f"{base}/plain", seal, probes, "plain").fault("list")[0]
        known = {s[:3] for s in steps_of(plain)}
        faults = [f for f in faults if f[0][:3] not in known]
    only = os.environ.get("SEAL_FAULTS_ONLY")
    if only:
        faults = [f for f in faults if re.search(only, f"{f[0][0]} {f[0][1]} {f[0][2]} {f[1]}")]
    worded = after_word(steps)
    counts, bugs = collections.Counter(), []

    def one(fault):
        step, what = fault
        place = free.pop()
        number = what if what.startswith("SIG") else getattr(errno, what)
        lines, said, marker = place.fault(*step[:3], number)
        kind, why = judge(step, what, lines, said, marker, step in worded)
        after = place.tree()
        left = [row for row in after ^ place.before if row[0].startswith("proj/")]
        if after != place.before and not (left and what.startswith("SIG")):
            place.next_run()
            after = place.tree()
        if after != place.before:
            kind, why = None, why + f" the tree: {sorted(after ^ place.before)}"
            place.repair()
        if place.heard:
            kind, why = None, why + " the listener heard something"
            place.heard = 0
        free.append(place)
        if not kind:
            name = f"{step[0]} {step[1]} {step[2]} {what}"
            bugs.append(f"{variant} {name}: {why} | " + said.strip().replace("\n", " | ")[:300])
        counts[kind or "bug"] += 1

    with concurrent.futures.ThreadPoolExecutor(workers) as pool:
        list(pool.map(one, faults))
    for bug in sorted(bugs):
        print(bug)
    names = len({(s[0], s[1]) for s in steps})
    print(
        f"{variant}, {how}: {len(steps)} calls, {names} of them different, {len(faults)} runs: "
        + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items()))
    )
    sys.exit(bool(bugs))


if __name__ == "__main__":
    main()
