"""The servers of the live tests: a scripted name server and an upstream for each protocol, in one
process for each network namespace. Whatever arrives is written to a log, a line each; ID is that of
the connection, on the far side (net1, net2, ...) or on the machine itself (host1, ...):

    dns NAME TYPE udp|tcp
    ID conn ADDRESS PORT
    ID data                      its first byte has come
    ID sni NAME|-
    ID http "HEAD" BYTES         a request, as a JSON string, and the length of its body
    ID proxy "HEAD"
    ID error TEXT

Everything is accepted by one loop. The fence (port FENCE) answers after a pass over all listeners
and when no connection is being served any more: whoever asks it knows that the log is complete.
"""
import base64
import hashlib
import json
import os
import selectors
import socket
import ssl
import struct
import threading
import time

import tables

A, CNAME, AAAA = 1, 5, 28
IP_PKTINFO = 8
LOGIN = "Basic " + base64.b64encode(tables.PROXY_LOGIN.encode()).decode()
GIT_LOGIN = "Basic " + base64.b64encode(tables.GIT_LOGIN.encode()).decode()
PATTERN = bytes(range(251)) * 1024
STALL = 2.5


class Log:
    def __init__(self, path):
        self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def __call__(self, *words):
        os.write(self.fd, (" ".join(str(word) for word in words) + "\n").encode())


def quoted(text):
    return json.dumps(text if isinstance(text, str) else text.decode("latin-1"))


# --- DNS ------------------------------------------------------------------------------------------


class Names:
    def __init__(self):
        self.turns = {}

    def find(self, name):
        if name in tables.NAMES:
            return tables.NAMES[name]
        while name:  # the wildcard above it, however far; 3: there is no such name
            name = name.partition(".")[2]
            if "*." + name in tables.NAMES:
                return tables.NAMES["*." + name]
        return 3

    def addresses(self, name):
        value = self.find(name)
        while isinstance(value, str):
            value = self.find(value)
        return value

    def records(self, name, kind):
        """An RCODE and the answer's records as (name, type, data); None for silence."""
        chain, value = [], self.find(name)
        while isinstance(value, str):
            chain.append((name, CNAME, encode(value)))
            name, value = value, self.find(value)
        if value is None:
            return None
        if isinstance(value, int):
            return value, chain
        if value and isinstance(value[0], list):
            turn = self.turns.get((name, kind), 0)
            self.turns[name, kind] = turn + 1
            value = value[turn % len(value)]
        for address in value:
            family, wanted = (socket.AF_INET6, AAAA) if ":" in address else (socket.AF_INET, A)
            if kind == wanted:
                chain.append((name, kind, socket.inet_pton(family, address)))
        return 0, chain


def encode(name):
    return b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"


def answer(names, log, query, over):
    if len(query) < 17:
        return None
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode("latin-1"))
        at += 1 + query[at]
    question = query[12 : at + 5]
    kind = struct.unpack(">H", query[at + 1 : at + 3])[0]
    name = ".".join(labels)
    log("dns", quoted(name)[1:-1].replace(" ", "\\x20"), kind, over)
    found = names.records(name.lower(), kind)
    if found is None:
        return None
    code, records = found
    body = b"".join(
        encode(owner) + struct.pack(">HHIH", rtype, 1, 1, len(data)) + data
        for owner, rtype, data in records
    )
    truncated = over == "udp" and len(question) + len(body) > 500
    if truncated:
        records, body = [], b""
    flags = 0x8180 | code | (0x0200 if truncated else 0)
    head = query[:2] + struct.pack(">HHHHH", flags, 1, len(records), 0, 0)
    return head + question + body


# --- The servers of one connection ----------------------------------------------------------------


class Stream:
    """A socket with what was read too much; knows what it has handed out."""

    def __init__(self, sock):
        self.sock, self.buffer = sock, b""

    def more(self):
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def until(self, mark, limit=1 << 21):
        while mark not in self.buffer:
            if len(self.buffer) > limit or not self.more():
                return None
        end = self.buffer.index(mark) + len(mark)
        data, self.buffer = self.buffer[:end], self.buffer[end:]
        return data

    def exactly(self, n):
        while len(self.buffer) < n:
            if not self.more():
                return None
        data, self.buffer = self.buffer[:n], self.buffer[n:]
        return data


def body_of(stream, fields):
    if "chunked" in fields.get("transfer-encoding", ""):
        body = b""
        while True:
            line = stream.until(b"\r\n")
            if line is None:
                return None
            size = int(line.split(b";")[0], 16)
            if size == 0:
                while (line := stream.until(b"\r\n")) != b"\r\n":
                    if line is None:
                        return None
                return body
            body += stream.exactly(size) or b""
            stream.exactly(2)
    return stream.exactly(int(fields.get("content-length", "0")))


def fields_of(head):
    fields = {}
    for line in head.decode("latin-1").split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            fields[name.strip().lower()] = value.strip()
    return fields


class Server:
    def __init__(self, log, names, folder, at):
        self.log, self.names, self.folder, self.at = log, names, folder, at
        self.live, self.lock, self.count = 0, threading.Condition(), 0
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder + "/cert.pem", folder + "/key.pem")
        self.context.set_alpn_protocols(["http/1.1"])
        self.context.sni_callback = self.sni

    def sni(self, tls, name, _):
        self.log(tls.seal_id, "sni", quoted(name)[1:-1] if name else "-")

    # http: what the requests in one connection ask for, by their path.

    def respond(self, stream, method, target, fields, body):
        sock, extra = stream.sock, b""
        status = b"200 OK"
        host = fields.get("host", "-").encode("latin-1")
        path = "/" + target.split("/", 3)[3] if "://" in target else target
        text = b"hello from %s to %s %s\n" % (host, method.encode(), path.encode("latin-1"))
        if path.startswith("/bytes/"):
            n = int(path[7:])
            text = (PATTERN * (n // len(PATTERN) + 1))[:n]
        elif path == "/sum":
            text = f"{len(body)} {hashlib.sha256(body).hexdigest()}\n".encode()
        elif path == "/hang":
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbeginning\n")
            while stream.more():
                pass
            return False
        elif path == "/chunked":
            sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            for _ in range(100):
                sock.sendall(b"5;a=b\r\nchunk\r\n")
            sock.sendall(b"0\r\n\r\n")
            return True
        elif path == "/until-close":
            sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + PATTERN)
            return False
        elif path.startswith("/login/") and fields.get("authorization") != GIT_LOGIN:
            status, text = b"401 Unauthorized", b"who are you?\n"
            extra = b'WWW-Authenticate: Basic realm="login"\r\n'
        elif path.startswith(("/www/", "/login/")):
            path = path.replace("/login/", "/www/", 1)
            try:
                with open(self.folder + os.path.normpath(path.split("?")[0]), "rb") as file:
                    text = file.read()
            except OSError:
                status, text = b"404 Not Found", b"not here\n"
        close = fields.get("connection", "").lower() == "close" or path == "/close"
        if close:
            extra += b"Connection: close\r\n"
        if method == "HEAD":
            sock.sendall(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n\r\n" % (status, len(text)))
        else:
            sock.sendall(
                b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, extra, len(text), text)
            )
        return not close

    def http(self, stream, ident):
        while True:
            head = stream.until(b"\r\n\r\n")
            if head is None:
                return
            fields = fields_of(head)
            method, target, _ = head.decode("latin-1").split("\r\n")[0].split(" ", 2)
            if target == "/stall":  # reads no more, and does not go either
                time.sleep(STALL)
                return
            if "100-continue" in fields.get("expect", ""):
                stream.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = body_of(stream, fields)
            if body is None:
                self.log(ident, "http", quoted(head), -1)
                return
            self.log(ident, "http", quoted(head), len(body))
            if fields.get("upgrade", "").lower() == "websocket":
                stream.sock.sendall(
                    b"HTTP/1.1 101 Switching Protocols\r\n"
                    b"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
                )
                return self.echo(stream)
            if not self.respond(stream, method, target, fields, body):
                return

    def tls(self, stream, ident):
        sock = self.context.wrap_socket(
            stream.sock, server_side=True, do_handshake_on_connect=False
        )
        stream.sock = sock
        sock.seal_id = ident
        sock.do_handshake()
        self.http(stream, ident)
        # close_notify is answered, as servers do
        try:
            sock.unwrap()
        except (OSError, ValueError):
            pass

    def echo(self, stream, _=None):
        if stream.buffer:
            stream.sock.sendall(stream.buffer)
        while data := stream.sock.recv(65536):
            stream.sock.sendall(data)

    def banner(self, stream, _):
        stream.sock.sendall(b"SSH-2.0-stub\r\n")
        self.echo(stream)

    # proxy: the HTTP proxy of a company, which resolves by itself and wants a login.

    def upstream(self, host, port):
        for address in self.names.addresses(host.strip("[]")) if "." in host else []:
            if isinstance(address, str):
                return socket.create_connection((address, port), 5)
        return socket.create_connection((host.strip("[]"), port), 5)

    def proxy(self, stream, ident):
        head = stream.until(b"\r\n\r\n")
        if head is None:
            return
        self.log(ident, "proxy", quoted(head))
        fields = fields_of(head)
        if fields.get("proxy-authorization") != LOGIN:
            stream.sock.sendall(
                b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b"Proxy-Authenticate: Basic realm=stub\r\nContent-Length: 0\r\n\r\n"
            )
            return
        method, target, _ = head.decode("latin-1").split("\r\n")[0].split(" ", 2)
        if method != "CONNECT":
            body = body_of(stream, fields)
            stream.buffer = b""
            self.log(ident, "http", quoted(head), len(body or b""))
            self.respond(stream, method, target, fields, body)
            return
        host, _, port = target.rpartition(":")
        try:
            other = self.upstream(host, int(port))
        except (OSError, TypeError, ValueError):
            stream.sock.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        stream.sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        if stream.buffer:
            other.sendall(stream.buffer)
        back = threading.Thread(target=pump, args=(other, stream.sock), daemon=True)
        back.start()
        pump(stream.sock, other)
        back.join()

    def dns(self, stream, _):
        while (size := stream.exactly(2)) is not None:
            query = stream.exactly(struct.unpack(">H", size)[0])
            reply = answer(self.names, self.log, query, "tcp")
            if reply is None:
                return
            stream.sock.sendall(struct.pack(">H", len(reply)) + reply)

    def serve(self, kind, sock, ident):
        stream = Stream(sock)
        try:
            sock.settimeout(20)
            first = sock.recv(1, socket.MSG_PEEK) if kind not in ("banner",) else b""
            if first:
                self.log(ident, "data")
                getattr(self, kind)(stream, ident)
            elif kind == "banner":
                self.banner(stream, ident)
        except (OSError, ValueError) as error:
            self.log(ident, "error", error)
        finally:
            stream.sock.close()
            sock.close()
            with self.lock:
                self.live -= 1
                self.lock.notify_all()

    def start(self, kind, sock):
        sock.setblocking(True)
        name = sock.getsockname()
        self.count += 1
        ident = f"{self.at}{self.count}"
        self.log(ident, "conn", name[0].removeprefix("::ffff:"), name[1])
        with self.lock:
            self.live += 1
        threading.Thread(target=self.serve, args=(kind, sock, ident), daemon=True).start()


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


# --- The loop -------------------------------------------------------------------------------------


class Loop:
    def __init__(self, server, listeners, names):
        self.server, self.names = server, names
        self.selector, self.tcp = selectors.DefaultSelector(), []
        self.udp = None
        for port, kind in listeners.items():
            self.listen(port, kind)
        self.fence = self.socket(socket.SOCK_STREAM, tables.FENCE)
        self.fence.listen(16)
        self.selector.register(self.fence, selectors.EVENT_READ, None)
        if 53 in listeners:
            self.udp = self.socket(socket.SOCK_DGRAM, 53, socket.AF_INET)
            self.udp.setsockopt(socket.IPPROTO_IP, IP_PKTINFO, 1)
            self.selector.register(self.udp, selectors.EVENT_READ, "udp")

    def socket(self, kind, port, family=socket.AF_INET6):
        sock = socket.socket(family, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::" if family == socket.AF_INET6 else "0.0.0.0", port))
        sock.setblocking(False)
        return sock

    def listen(self, port, kind):
        sock = self.socket(socket.SOCK_STREAM, port)
        sock.listen(1024)
        self.tcp.append((sock, kind))
        self.selector.register(sock, selectors.EVENT_READ, kind)

    def accept(self, sock, kind):
        while True:
            try:
                self.server.start(kind, sock.accept()[0])
            except BlockingIOError:
                return
            except OSError:
                continue

    def datagrams(self):
        while self.udp:
            try:
                query, info, _, peer = self.udp.recvmsg(4096, 256)
            except BlockingIOError:
                return
            except OSError:
                continue
            try:
                reply = answer(self.names, self.server.log, query, "udp")
            except (IndexError, struct.error):
                reply = None
            if reply:  # from the address that was asked
                where = struct.pack("=i4s4s", 0, info[0][2][4:8], bytes(4))
                self.udp.sendmsg([reply], [(socket.IPPROTO_IP, IP_PKTINFO, where)], 0, peer)

    def drain(self):
        self.datagrams()
        for sock, kind in self.tcp:
            self.accept(sock, kind)

    def ask_fence(self):
        try:
            sock = self.fence.accept()[0]
        except OSError:
            return
        self.drain()
        threading.Thread(target=self.wait_all, args=(sock,), daemon=True).start()

    def wait_all(self, sock):
        server, until = self.server, time.monotonic() + 3
        with server.lock:
            server.lock.wait_for(lambda: server.live == 0, max(0, until - time.monotonic()))
            live = server.live
        with sock:
            sock.sendall(b"%d\n" % live)

    def run(self):
        while True:
            for key, _ in self.selector.select():
                if key.data is None:
                    self.ask_fence()
                elif key.data == "udp":
                    self.datagrams()
                else:
                    self.accept(key.fileobj, key.data)


def serve(folder, at, ready):
    """Serves the namespace that the caller is in; calls READY when everything listens."""
    names, log = Names(), Log(folder + "/log")
    listeners = {**tables.LISTENERS, tables.PROXY_PORT: "proxy"}
    if at == "net":
        listeners[53] = "dns"
    loop = Loop(Server(log, names, folder, at), listeners, names)
    ready()
    loop.run()
