"""service.py READY LOG KIND@HOST:PORT...: services on the machine's loopback, for the bridges' tests.
READY gets a line when all listen; LOG, lines of what some of them saw.

    echo     what comes goes back                  banner   speaks first, then as echo
    reset    answers with a reset                  half     counts until the client's end, then says it
    sink     as half, with a hash                  source   sends as many bytes as it is told, and ends
    peer     says who the client is                end      as echo; tells how the client ended
    stall    reads nothing, and stays         late     as sink, but begins late
"""
import hashlib
import resource
import socket
import struct
import sys
import threading
import time

log_lock = threading.Lock()


def log(text):
    with log_lock, open(sys.argv[2], "a") as file:
        file.write(text + "\n")


def echo(sock):
    while data := sock.recv(1 << 18):
        sock.sendall(data)


def banner(sock):
    sock.sendall(b"BANNER\n")
    echo(sock)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half(sock):
    n = 0
    while data := sock.recv(1 << 18):
        n += len(data)
    sock.sendall(b"%d" % n)


def sink(sock):
    n, digest = 0, hashlib.sha256()
    while data := sock.recv(1 << 18):
        n += len(data)
        digest.update(data)
    log(f"sink {n}")
    sock.sendall(f"{n} {digest.hexdigest()[:16]}".encode())


def late(sock):
    time.sleep(0.2)
    sink(sock)


def source(sock):
    line = b""
    while not line.endswith(b"\n"):
        line += sock.recv(1)
    left, sent = int(line), 0
    block = bytes(1 << 18)
    sock.settimeout(0.3)
    try:
        while left:
            n = sock.send(block[:left])
            left -= n
            sent += n
    except TimeoutError:
        log(f"source stalled at {sent}")
        return
    sock.settimeout(10)
    sock.shutdown(socket.SHUT_WR)
    rest = 0
    while data := sock.recv(65536):
        rest += len(data)
    log(f"source rest {rest}")


def end(sock):
    try:
        echo(sock)
        log("end closed")
    except ConnectionResetError:
        log("end reset")


def stall(_):
    time.sleep(5)


def peer(sock):
    sock.sendall(sock.getpeername()[0].encode())


def serve(work, sock):
    try:
        work(sock)
    except OSError:
        pass
    sock.close()


def accept(work, listener):
    while True:
        sock = listener.accept()[0]
        sock.settimeout(30)
        threading.Thread(target=serve, args=(work, sock), daemon=True).start()


def main():
    threading.stack_size(256 * 1024)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    open(sys.argv[2], "w").close()
    for spec in sys.argv[3:]:
        kind, _, where = spec.partition("@")
        host, _, port = where.rpartition(":")
        host = host.strip("[]")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, int(port)), family=family, backlog=4096)
        threading.Thread(target=accept, args=(globals()[kind], listener), daemon=True).start()
    with open(sys.argv[1], "w") as file:
        file.write("ready\n")
    threading.Event().wait()


main()
