"""stubs.py SEAL STUB PLACE: each bundle of SEAL's catalogue, run with the program STUB as its tool.

What a bundle grants is taken from `bundles list --json`; a home of its own is made in which each
granted path exists, and beside them what no bundle grants. Then the stub runs twice: with the
settings as they are by themselves, and with each yes-or-no setting the other way round, in a
read-only project. What it saw, and what is on the host afterwards, is compared with what this
program expects by the rules of seal-bundle(5): the deepest grant of a path counts, and writing wins
over reading. Prints TAP.
"""
import concurrent.futures
import fnmatch
import json
import os
import re
import shutil
import socket
import subprocess
import sys

seal, stub, place = sys.argv[1:4]
uid = os.getuid()
user = __import__("pwd").getpwuid(uid).pw_name

# Variables that the run itself makes, whoever names them (plan/env.c).
OWN = {"HOME", "USER", "LOGNAME", "TMPDIR", "PWD", "OLDPWD", "PATH", "SHELL", "TERM", "LANG"}
# What passes only by the bundles that name it.
TOKENS = ["AWS_SECRET_ACCESS_KEY", "GH_TOKEN", "GITHUB_TOKEN", "LD_LIBRARY_PATH", "NPM_TOKEN",
          "SEAL_STUB_CANARY", "SSH_AUTH_SOCK"]
# What a file is called, where a bundle names one; other paths are made as folders.
FILE = re.compile(
    r"\.(toml|json5?|jsonc|ya?ml|cfg|conf|xml|ini|lock|db|properties|kts?|gradle|exs|env|tfrc"
    r"|sqlite|txt|pem|crt|list|sock)$|rc$|config$|/env$|credentials|/\.[a-z]*env$|history$")


def load():
    text = subprocess.run([seal, "bundles", "list", "--json"], stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=30, check=True).stdout
    return {b["name"]: b for b in json.loads(text)}


class Case:
    """One run of one bundle."""

    def __init__(self, catalog, bundle, flipped, sockets):
        self.catalog, self.bundle, self.flipped = catalog, bundle, flipped
        self.sockets = sockets
        shared = any(g["cache"] for g in bundle["grants"])
        self.name = ("[CC-05] " if shared else "") + bundle["name"] + (
            ", the other settings" if flipped else "")
        folder = os.path.join(place, "flipped" if flipped else "plain", bundle["name"])
        self.home = os.path.join(folder, "home")
        self.project = os.path.join(folder, "project")
        self.settings = {}
        for knob in bundle["knobs"]:
            if knob["type"] == "bool" and flipped:
                self.settings[knob["name"]] = knob["default"] != "true"
        self.grants = [g for g in self.closure() if g["os"] != "macos"]
        self.faults, self.done = [], 0

    # --- What the bundle says ---

    def value(self, bundle, name):
        if bundle is self.bundle and name in self.settings:
            return "true" if self.settings[name] else "false"
        knob = next(k for k in bundle["knobs"] if k["name"] == name)
        return "false" if knob["needs"] else knob["default"]

    def holds(self, bundle, when):
        if not when:
            return True
        name, _, want = when.lstrip("!").partition("=")
        return (self.value(bundle, name) == (want or "true")) != when.startswith("!")

    def closure(self):
        """The grants of the bundle, and of those that it uses."""
        todo, seen, grants = [self.bundle], set(), []
        while todo:
            bundle = todo.pop(0)
            if bundle["name"] in seen:
                continue
            seen.add(bundle["name"])
            grants += [g for g in bundle["grants"] if self.holds(bundle, g["when"])
                       and not (g["own"] and bundle is not self.bundle)]
            todo += [self.catalog[u["name"]] for u in bundle["uses"]
                     if self.holds(bundle, u["when"])]
        return grants

    def path(self, value, base=None):
        value = value.replace("<USER>", user).replace("<UID>", str(uid))
        if value.startswith("~"):
            return os.path.normpath(self.home + value[1:])
        return os.path.normpath(os.path.join(base or "/", value))

    def paths(self, *kinds):
        return [self.path(g["value"]) for g in self.grants if g["kind"] in kinds]

    def mode(self, path):
        """"write", "read", or None: what the deepest grant that covers PATH says."""
        best, depth = None, -1
        for g in self.grants:
            if g["kind"] not in ("read", "write"):
                continue
            granted = self.path(g["value"])
            if path != granted and not path.startswith(granted + "/"):
                continue
            if len(granted) > depth or (len(granted) == depth and g["kind"] == "write"):
                best, depth = g["kind"], len(granted)
        return best

    # --- The home ---

    def mine(self, path):
        return path.startswith(self.home + "/")

    def is_file(self, path):
        """By its name, unless something is granted within it, or it is a folder to be made."""
        inner = any(p.startswith(path + "/") for p in self.paths("read", "write"))
        made = any(g["make"] and self.path(g["value"]) == path for g in self.grants)
        return bool(FILE.search(path)) and not inner and not made

    def put(self, path, text):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text + "\n")

    def build(self):
        os.makedirs(os.path.join(self.project, "bin"))
        os.makedirs(self.home, mode=0o700)
        self.argv = self.bundle["commands"][:1] or self.bundle["prefixes"][0].split()
        os.link(os.path.join(place, "stub"), os.path.join(self.project, "bin", self.argv[0]))
        makes = {self.path(g["value"]) for g in self.grants if g["make"]}
        for path in sorted(self.paths("read", "write"), reverse=True):
            # Where what holds it is writable, the tool itself makes it, and no run does.
            if not self.mine(path) or (
                    path in makes and self.mode(os.path.dirname(path)) != "write"):
                continue
            if self.is_file(path):
                self.put(path, "granted")
            else:
                self.put(os.path.join(path, "seal-inside"), "granted")
        for g in self.grants:
            if g["kind"] == "project_write":
                os.makedirs(self.path(g["value"], self.project), exist_ok=True)
        self.put(os.path.join(self.home, ".ssh/id_stub"), "secret")
        self.put(os.path.join(self.home, "seal-secret"), "secret")
        self.foreign = self.find_foreign()
        if self.foreign:
            self.put(os.path.join(self.foreign, "seal-cached"), "secret")

    def find_foreign(self):
        """A cache of another bundle that nothing here covers, nor lies in."""
        for bundle in self.catalog.values():
            for g in bundle["grants"]:
                if not g["cache"] or g["os"] == "macos":
                    continue
                path = self.path(g["value"])
                if self.mode(path) is None and not any(
                        p.startswith(path + "/") or p == path
                        for p in self.paths("read", "write")) and not os.path.exists(path):
                    return path
        return None

    def environment(self):
        env = {"HOME": self.home, "PATH": self.project + "/bin:/usr/bin:/bin",
               "XDG_CONFIG_HOME": self.home + "/.config",
               "XDG_STATE_HOME": self.home + "/.local/state", "LC_ALL": "C"}
        self.passed = {}
        for g in self.grants:
            name = g["value"].replace("*", "SEALSTUB")
            if g["kind"] == "env" and name not in OWN and name not in env:
                self.passed[name] = "passed-" + name
        env.update(self.passed)
        self.withheld = [name for name in TOKENS if not self.is_passed(name)]
        env.update((name, "secret") for name in self.withheld)
        return env

    def is_passed(self, name):
        return any(fnmatch.fnmatchcase(name, g["value"]) for g in self.grants
                   if g["kind"] == "env")

    # --- What is tried, and what is to come of it ---

    def plan(self):
        """(act, what it must answer), in the order of the run."""
        acts, self.made, self.unmade = [], [], []
        for path in sorted(set(self.paths("read", "write"))):
            if self.mine(path):
                acts += self.try_path(path)
            elif os.path.exists(path) and os.access(path, os.R_OK):
                acts.append((f"exists {path}", "file" if os.path.isfile(path) else "dir"))
        for path in self.paths("protect"):
            if path not in self.paths("read", "write") and self.mode(path) == "write":
                acts.append((f"make {path}/seal-new", "!EROFS"))
                self.unmade += [path, path + "/seal-new"]
        for name, value in self.passed.items():
            acts.append((f"env {name}", value))
        for g in self.grants:
            if g["kind"] == "set" and g["value"] not in self.passed:
                acts.append((f"env {g['value']}", g["text"]))
            if g["kind"] == "project_write":
                acts.append(self.expect_made(self.path(g["value"], self.project)))
        acts += [(f"env {name}", "!unset") for name in self.withheld]
        # There is no bus here; who would ask one is told so at once.
        bus = any(g["kind"] == "dbus" for g in self.grants)
        acts.append(("env DBUS_SESSION_BUS_ADDRESS", "disabled:" if bus else "!unset"))
        granted = set(self.paths("unix_socket_connects"))
        acts += [(f"connect {path}", "ok" if path in granted else "!ENOENT")
                 for path in self.sockets]
        for path in (self.home + "/.ssh/id_stub", self.home + "/seal-secret"):
            if self.mode(path) is None:
                acts.append((f"read {path}", "!ENOENT"))
        if self.foreign:
            acts.append((f"read {self.foreign}/seal-cached", "!ENOENT"))
        stray = self.home + "/seal-stray"
        acts.append((f"make {stray}", "ok"))  # the private home's
        self.unmade.append(stray)
        if self.flipped:
            acts.append((f"make {self.project}/seal-stray", "!EROFS"))
            self.unmade.append(self.project + "/seal-stray")
        return acts

    def expect_made(self, folder):
        self.made.append(folder + "/seal-new")
        return (f"make {folder}/seal-new", "ok")

    def try_path(self, path):
        mode = self.mode(path)
        exists = os.path.exists(path)
        if os.path.isfile(path):
            acts = [(f"read {path}", "granted")]
            acts.append((f"write {path}", "ok" if mode == "write" else "!EROFS"))
            if mode == "write":
                self.made.append(path)
            return acts
        acts = [(f"read {path}/seal-inside", "granted")] if os.path.exists(
            path + "/seal-inside") else []
        if not exists and not any(self.path(g["value"]) == path and g["make"]
                                  for g in self.grants):
            return acts
        if mode == "write":
            acts.append(self.expect_made(path))
        elif exists:
            acts.append((f"make {path}/seal-new", "!EROFS"))
            self.unmade.append(path + "/seal-new")
        return acts

    # --- The run ---

    def manifest(self):
        entry = [f'tool = "{self.bundle["name"]}"']
        entry += [f"{k} = {'true' if v else 'false'}" for k, v in self.settings.items()]
        text = "[sandbox.os]\n" + ('profile = "read-only"\n' if self.flipped else "")
        return text + f"command_tools = [{{ {', '.join(entry)} }}]\n"

    def seal(self, env, *argv, **more):
        return subprocess.run([seal, *argv], cwd=self.project, env=env, capture_output=True,
                              timeout=30, text=True, errors="replace", **more)

    def run(self):
        self.build()
        env = self.environment()
        if self.flipped or self.bundle["named_only"]:
            self.put(os.path.join(self.project, "seal.toml"), self.manifest())
            trusted = self.seal(env, "trust", "--yes", stdin=subprocess.DEVNULL)
            if trusted.returncode:
                self.faults.append("trust: " + trusted.stderr)
        acts = self.plan()
        ran = self.seal(env, "--", *self.argv, input="".join(a + "\n" for a, _ in acts))
        answers = dict(line.split("\t", 1) for line in ran.stdout.splitlines() if "\t" in line)
        if ran.returncode or len(answers) != len(dict(acts)):
            self.faults.append(f"ended with {ran.returncode}: {ran.stderr}{ran.stdout[-300:]}")
        for act, want in acts:
            self.done += 1
            if answers.get(act) != want and not ran.returncode:
                self.faults.append(f"{act}: {answers.get(act)}, not {want}")
        if not ran.returncode:
            self.look()
        return self

    def look(self):
        """What the host has afterwards."""
        for path in self.made:
            try:
                with open(path, encoding="utf-8") as text:
                    if not text.read().endswith("stub\n"):
                        self.faults.append(f"{path}: nothing was written on the host")
            except OSError as e:
                self.faults.append(f"{path}: not on the host: {e.strerror}")
        for path in self.unmade:
            if os.path.lexists(path):
                self.faults.append(f"{path}: is on the host")


class Sockets:
    """A listener for each socket that some bundle connects to and that can be made here."""

    def __init__(self, catalog):
        self.open = []
        self.paths = set()
        for bundle in catalog.values():
            for g in bundle["grants"]:
                path = g["value"].replace("<USER>", user).replace("<UID>", str(uid))
                if g["kind"] == "unix_socket_connects" and path.startswith("/tmp/"):
                    self.paths.add(path)

    def __enter__(self):
        for path in sorted(self.paths):
            one = socket.socket(socket.AF_UNIX)
            one.bind(path)
            one.listen(512)
            self.open.append((one, path))
        return self

    def __exit__(self, *_):
        for one, path in self.open:
            one.close()
            os.unlink(path)


def main():
    catalog = load()
    shutil.copy(stub, os.path.join(place, "stub"))
    n = bad = acts = 0
    with Sockets(catalog) as sockets, concurrent.futures.ThreadPoolExecutor(2) as pool:
        cases = [Case(catalog, b, flipped, sockets.paths)
                 for b in catalog.values() for flipped in (False, True)]
        for case in pool.map(Case.run, cases):
            n += 1
            acts += case.done
            bad += bool(case.faults)
            print(f"{'not ' if case.faults else ''}ok {n} - {case.name}: {case.done} acts")
            for fault in case.faults[:6]:
                print("# " + fault.replace("\n", " ").replace(place, "$T"), file=sys.stderr)
    print(f"1..{n}")
    print(f"# {len(catalog)} bundles, {acts} acts")
    sys.exit(bad > 0)


main()
