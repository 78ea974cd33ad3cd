"""world.py FOLDER USER GROUP COMMAND...: runs COMMAND on a machine and in an internet of its own.

Called as the first process of new user, network, mount, UTS and process namespaces, in which it is
root (net.sh does that). The network namespace becomes the machine: it has addresses, a resolver, a
hosts file, and a canary on every interesting port that nobody may reach. A second namespace behind
a virtual cable becomes everything else (tables.py). Who may see what only root sees looks through
the keyhole (keyhole.py). COMMAND runs in a user namespace below, as the
USER that the caller was, without any capability: like a user on a machine.

Whatever happens, this process's end is the end of all of it.
"""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys

import keyhole
import stub
import tables

CLONE_NEWNET, MS_BIND = 0x40000000, 0x1000
libc = ctypes.CDLL(None, use_errno=True)


def check(result, what):
    if result != 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def mount_over(source, target):
    target = os.path.realpath(target)
    check(libc.mount(source.encode(), target.encode(), None, MS_BIND, None), f"mount on {target}")


def sysctl(path, value):
    try:
        with open(f"/proc/sys/net/{path}", "w") as file:
            file.write(value)
    except FileNotFoundError:
        pass


def ip(*lines):
    tool = shutil.which("ip", path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    subprocess.run([tool, "-batch", "-"], input="\n".join(lines), text=True, check=True)


def begin_namespace():
    """IPv6 addresses are usable at once, and nobody asks for routers."""
    for where in ("all", "default"):
        for key, value in (("disable_ipv6", "0"), ("accept_dad", "0"), ("accept_ra", "0")):
            sysctl(f"ipv6/conf/{where}/{key}", value)
        sysctl(f"ipv4/conf/{where}/rp_filter", "0")
    ip("link set lo up")


def bits(address):
    return f"{address}/{128 if ':' in address else 32}"


def machine(peer):
    ip(
        f"link add eth0 type veth peer name net0 netns {peer}",
        *(f"addr add {bits(a)} dev eth0" for a in tables.HOST + [tables.HOST_LAN]),
        "link set eth0 up",
        *(f"route add default via {a} dev eth0 onlink" for a in tables.ROUTER),
    )


def internet():
    ip(
        *(f"addr add {bits(a)} dev net0" for a in tables.ROUTER),
        *(f"addr add {bits(a)} dev lo" for a in tables.far_side()),
        "link set net0 up",
        *(f"route add {bits(a)} dev net0" for a in tables.HOST + [tables.HOST_LAN]),
    )


def child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
        except BaseException as error:
            print(f"world.py: {error}", file=sys.stderr)
        os._exit(1)
    return pid


def wait_for(pipe, what):
    if os.read(pipe, 1) != b".":
        raise OSError(f"{what} did not start")


def certificate(folder):
    """One certificate for all names, which is its own authority."""
    names = ",".join("DNS:" + name for name in tables.certificate_names())
    literals = ",".join("IP:" + a for a in tables.LITERALS)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem", "-days", "2",
         "-subj", "/CN=stub", "-addext", f"subjectAltName={names},{literals}"],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


def etc(folder):
    files = {
        "resolv.conf": f"nameserver {tables.RESOLVER}\noptions timeout:1 attempts:1\n",
        "hosts": tables.HOSTS_FILE,
        "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n"
        "protocols: files\nservices: files\n",
    }
    for name, text in files.items():
        mount_over(write(f"{folder}/{name}", text), "/etc/" + name)


def own_bwrap(folder):
    """The real root's files belong to nobody here, and a bwrap of nobody's is not to be trusted."""
    bwrap = shutil.which("bwrap")
    if bwrap:
        mount_over(shutil.copy(bwrap, folder + "/bwrap"), bwrap)


def build(folder):
    begin_namespace()
    socket.sethostname(tables.HOST_NAME)
    certificate(folder)
    etc(folder)
    own_bwrap(folder)
    made, make_made = os.pipe()
    wired, make_wired = os.pipe()
    ready, make_ready = os.pipe()

    def far():
        check(libc.unshare(CLONE_NEWNET), "unshare")
        begin_namespace()
        os.write(make_made, b".")
        wait_for(wired, "the cable")
        internet()
        stub.serve(folder, "net", lambda: os.write(make_ready, b"."))

    pid = child(far)
    wait_for(made, "the internet")
    machine(pid)
    os.write(make_wired, b".")
    child(lambda: stub.serve(folder, "host", lambda: os.write(make_ready, b".")))
    child(lambda: keyhole.serve(folder, lambda: os.write(make_ready, b".")))
    os.close(make_ready)
    for what in "a stub", "a stub", "the keyhole":
        wait_for(ready, what)


def wait_reaping(pid):
    """The exit status of PID. Whatever lost its parent is this process's child: it is reaped."""
    while True:
        ended, status = os.wait()
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def main():
    folder, user, group, *command = sys.argv[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    code = 1
    try:
        build(folder)
        lower = ["unshare", "--user", f"--map-user={user}", f"--map-group={group}", "--"]
        code = wait_reaping(subprocess.Popen(lower + command).pid)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"world.py: {error}", file=sys.stderr)
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
