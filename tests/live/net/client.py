"""Clients without any help from the system: what a program inside can say to whoever listens. Each
call gives its outcome in a few words, never an exception, and never waits for more than LIMIT:

    200 ...      an HTTP answer: status, X-Proxy-Error in brackets, the body's first line
    alert, closed, reset, refused, unreachable, denied, no-name, timeout, not-http
"""
import errno
import hashlib
import os
import random
import socket
import ssl
import struct
import sys
import time

LIMIT = 10
CERT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cert.pem")
ERRNO = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset",
    errno.EPIPE: "reset",
    errno.ENETUNREACH: "unreachable",
    errno.EHOSTUNREACH: "unreachable",
    errno.EADDRNOTAVAIL: "unreachable",
    errno.EAFNOSUPPORT: "denied",
    errno.EPERM: "denied",
    errno.EACCES: "denied",
}


def outcome(work, *args, **named):
    try:
        return work(*args, **named)
    except socket.gaierror:
        return "no-name"
    except TimeoutError:
        return "timeout"
    except ssl.SSLCertVerificationError as error:
        return f"certificate {error.verify_message}"
    except ssl.SSLEOFError:
        return "closed"
    except ssl.SSLError as error:
        return "alert" if "ALERT" in str(error.reason) or "UNREC" in str(error.reason) else str(error)
    except OSError as error:
        return ERRNO.get(error.errno, str(error))


def show(label, work, *args, **named):
    """Prints what WORK gives, under LABEL; not if the command line names other labels."""
    if len(sys.argv) > 1 and label not in sys.argv[1:]:
        return
    try:
        result = work(*args, **named)
    except Exception as error:
        result = f"{type(error).__name__}: {error}"
    print(f"{label}: {result}", flush=True)


def quick(seconds, work, *args, **named):
    """What WORK gives, and "late" if it takes longer."""
    start = time.monotonic()
    result = work(*args, **named)
    late = time.monotonic() - start
    return f"{result} late: {late:.1f} s" if late > seconds else result


def each(work, *cases, **named):
    """WORK for each case (a tuple of arguments, or one), its outcomes in one line."""
    return " ".join(
        str(work(*(case if isinstance(case, tuple) else (case,)), **named)) for case in cases
    )


def addresses(name):
    """The addresses of NAME, sorted, as the system's resolver gives them, or what it says."""
    found = outcome(socket.getaddrinfo, name, 443, type=socket.SOCK_STREAM)
    return [found] if isinstance(found, str) else sorted({info[4][0] for info in found})


def dial(host, port, family=0):
    """Like socket.create_connection, with the family of choice."""
    error = OSError(errno.EADDRNOTAVAIL, "no address")
    for af, kind, proto, _, where in socket.getaddrinfo(host, port, family, socket.SOCK_STREAM):
        try:
            sock = socket.socket(af, kind, proto)
            sock.settimeout(LIMIT)
            sock.connect(where)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return sock
        except OSError as failed:
            error = failed
    raise error


# --- HTTP -----------------------------------------------------------------------------------------


def answer(sock, buffer=b"", bodiless=False):
    """One HTTP answer: its outcome, and what came behind it. To HEAD there is no body."""
    while b"\r\n\r\n" not in buffer:
        data = sock.recv(65536)
        if not data:
            return ("closed" if not buffer else "not-http"), b""
        buffer += data
        if not b"HTTP/1.".startswith(buffer[:7]) and not buffer.startswith(b"HTTP/1."):
            return "not-http", buffer
    head, _, buffer = buffer.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
    status = lines[0].split(" ")[1]
    if bodiless or status in ("101", "100", "204"):
        body = b""
    elif "transfer-encoding" in fields:
        body = b""
        while not buffer.endswith(b"0\r\n\r\n") and (data := sock.recv(65536)):
            buffer += data
        while True:
            line, _, buffer = buffer.partition(b"\r\n")
            size = int(line.split(b";")[0], 16)
            if not size:
                buffer = buffer[2:]
                break
            body, buffer = body + buffer[:size], buffer[size + 2 :]
    elif "content-length" in fields:
        size = int(fields["content-length"])
        while len(buffer) < size and (data := sock.recv(65536)):
            buffer += data
        body, buffer = buffer[:size], buffer[size:]
    else:
        body = buffer
        while data := sock.recv(65536):
            body += data
        buffer = b""
    words = [status]
    if "x-proxy-error" in fields:
        words.append(f"({fields['x-proxy-error']})")
    words.append(body.split(b"\n")[0].decode("latin-1")[:200])
    return " ".join(words).strip(), buffer


def get(host, path="/", extra=""):
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{extra}\r\n".encode("latin-1")


def exchange(sock, *requests):
    """Sends each request when the answer to the one before has come."""
    outcomes, rest = [], b""
    for request in requests:
        try:
            sock.sendall(request)
            said, rest = answer(sock, rest, request.startswith(b"HEAD "))
        except OSError as error:
            said = outcome(raiser, error)
        outcomes.append(said)
        if said in ("closed", "reset", "not-http", "timeout"):
            break
    return "; ".join(outcomes)


def raiser(error):
    raise error


def raw(host, port, *requests, family=0):
    """Dials and exchanges; the bytes are the caller's."""

    def work():
        with dial(host, port, family) as sock:
            return exchange(sock, *requests)

    return outcome(work)


def http(host, path="/", port=80, family=0):
    return raw(host, port, get(host if port == 80 else f"{host}:{port}", path), family=family)


def pushed(host, port, data, family=0):
    """Sends DATA and gives what comes until the end, as printable text, or how it ended."""

    def work():
        with dial(host, port, family) as sock:
            sock.sendall(data)
            got = b""
            try:
                while more := sock.recv(65536):
                    got += more
            except OSError as error:
                if not got:
                    raise error
            return f"got {got!r}" if got else "closed"

    return outcome(work)


def stuff(sock, first=b""):
    """Sends until nobody takes more of it: more than the buffers of the way hold."""
    sock.sendall(first)
    sock.settimeout(0.5)
    try:
        while True:
            sock.send(bytes(1 << 18))
    except TimeoutError:
        pass


def leave(code):
    """Ends at once, with everything open, and notes when (net.sh: waited)."""
    with open("left", "w") as file:
        file.write(f"{time.time_ns()}\n")
    os._exit(code)


# --- TLS ------------------------------------------------------------------------------------------


def context(check=True):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(CERT)
    if not check:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    return made


class Tls:
    """A TLS client over any socket, whose first flight can be bent."""

    def __init__(self, sock, sni, bend=None, check=True):
        self.sock, self.bend = sock, bend
        self.inward, self.outward = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context(check and sni is not None).wrap_bio(
            self.inward, self.outward, server_hostname=sni
        )
        self.repeat(self.tls.do_handshake)

    def flush(self):
        data = self.outward.read()
        if not data:
            return
        for chunk in self.bend(data) if self.bend else [data]:
            self.sock.sendall(chunk)
            if self.bend:
                time.sleep(0.0002)  # a segment of its own
        self.bend = None

    def repeat(self, work, *args):
        while True:
            try:
                result = work(*args)
                self.flush()
                return result
            except ssl.SSLWantReadError:
                self.flush()
                data = self.sock.recv(65536)
                if data:
                    self.inward.write(data)
                else:
                    self.inward.write_eof()

    def sendall(self, data):
        self.repeat(self.tls.write, data)

    def recv(self, n):
        try:
            return self.repeat(self.tls.read, n)
        except ssl.SSLZeroReturnError:
            return b""


def tls(host, path="/", port=443, sni="", bend=None, check=True, family=0):
    """GET over TLS; SNI is HOST unless given, None for none."""
    name = host if sni == "" else sni

    def work():
        with dial(host, port, family) as sock:
            return exchange(Tls(sock, name, bend, check), get(host, path))

    return outcome(work)


def hello(sni):
    """The bytes of a ClientHello."""
    inward, outward = ssl.MemoryBIO(), ssl.MemoryBIO()
    made = context(False).wrap_bio(inward, outward, server_hostname=sni)
    try:
        made.do_handshake()
    except ssl.SSLWantReadError:
        return outward.read()


def segments(size):
    return lambda data: [data[i : i + size] for i in range(0, len(data), size)]


def records(size):
    """The handshake message in records of SIZE bytes each."""

    def bend(data):
        payload = data[5:]
        parts = [payload[i : i + size] for i in range(0, len(payload), size)]
        return [data[:3] + struct.pack(">H", len(part)) + part for part in parts]

    return bend


def with_extension(kind, body):
    """A ClientHello with one more extension; no handshake succeeds after that."""

    def bend(data):
        message = data[5:]
        at = 4 + 2 + 32
        at += 1 + message[at]
        at += 2 + struct.unpack(">H", message[at : at + 2])[0]
        at += 1 + message[at]
        more = struct.pack(">HH", kind, len(body)) + body
        size = struct.unpack(">H", message[at : at + 2])[0] + len(more)
        inner = message[4:at] + struct.pack(">H", size) + message[at + 2 :] + more
        message = b"\1" + struct.pack(">I", len(inner))[1:] + inner
        return [data[:3] + struct.pack(">H", len(message)) + message]

    return bend


# --- DNS ------------------------------------------------------------------------------------------

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28,
         "SRV": 33, "SVCB": 64, "HTTPS": 65, "AXFR": 252, "ANY": 255}
CODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}


def nameserver():
    with open("/etc/resolv.conf") as file:
        return [line.split()[1] for line in file if line.startswith("nameserver")][0]


def labels(name):
    """A name (bytes, or text with dots) as labels."""
    parts = name.encode().split(b".") if isinstance(name, str) else name
    return b"".join(bytes([len(part)]) + part for part in parts if part) + b"\0"


def query(name, kind="A", flags=0x0100, qclass=1):
    kind = TYPES.get(kind, kind)
    ident = random.randrange(65536)
    return struct.pack(">HHHHHH", ident, flags, 1, 0, 0, 0) + labels(name) + struct.pack(
        ">HH", kind, qclass
    )


def read_reply(asked, reply):
    """CODE and the addresses; complaints where the reply is none to the question."""
    if len(reply) < 12:
        return f"short {reply!r}"
    ident, flags, questions, answers = struct.unpack(">HHHH", reply[:8])
    words = [CODES.get(flags & 15, str(flags & 15))]
    if ident != struct.unpack(">H", asked[:2])[0]:
        words.append("wrong-id")
    if not flags & 0x8000:
        words.append("no-reply")
    if flags & 0x0200:
        words.append("truncated")
    at = 12
    for _ in range(questions):
        start = at
        while reply[at]:
            at += 1 + reply[at]
        at += 5
        if reply[start:at] != asked[12 : 12 + at - start]:
            words.append("other-question")
    for _ in range(answers):
        if reply[at] & 0xC0:
            at += 2
        else:
            while reply[at]:
                at += 1 + reply[at]
            at += 1
        kind, _, _, size = struct.unpack(">HHIH", reply[at : at + 10])
        data, at = reply[at + 10 : at + 10 + size], at + 10 + size
        family = {1: socket.AF_INET, 28: socket.AF_INET6}.get(kind)
        words.append(socket.inet_ntop(family, data) if family else f"type{kind}")
    return " ".join(words)


def ask_udp(message, seconds=2.0, server=None, port=53):
    def work():
        server_at = server or nameserver()
        family = socket.AF_INET6 if ":" in server_at else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as sock:
            sock.settimeout(seconds)
            sock.connect((server_at, port))
            sock.send(message)
            return read_reply(message, sock.recv(4096))

    return outcome(work)


def ask_tcp(*messages, bytewise=False, server=None, port=53):
    def work():
        with dial(server or nameserver(), port) as sock:
            data = b"".join(struct.pack(">H", len(m)) + m for m in messages)
            for chunk in segments(1)(data) if bytewise else [data]:
                sock.sendall(chunk)
            replies, buffer = [], b""
            for message in messages:
                while len(buffer) < 2 or len(buffer) < 2 + struct.unpack(">H", buffer[:2])[0]:
                    more = sock.recv(4096)
                    if not more:
                        return "; ".join(replies + ["closed"])
                    buffer += more
                size = struct.unpack(">H", buffer[:2])[0]
                replies.append(read_reply(message, buffer[2 : 2 + size]))
                buffer = buffer[2 + size :]
            return "; ".join(replies)

    return outcome(work)


def synthetic(address):
    """Whether the address is one that the filter makes up."""
    try:
        if ":" in address:
            return socket.inet_pton(socket.AF_INET6, address)[:8].hex() == "fd7365616c000000"
        return socket.inet_aton(address)[:2] in (b"\xc6\x12", b"\xc6\x13")
    except OSError:
        return False


# --- Explicit proxies -----------------------------------------------------------------------------

VIA = ("127.0.0.1", 880)


def connect_head(host, port, extra=""):
    return f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n{extra}\r\n".encode("utf-8")


def socks_request(host, port, atyp=None):
    """The request of a SOCKS5 client: a domain, or an address where HOST is one."""
    data = host if isinstance(host, bytes) else host.encode("utf-8")
    if atyp is None or atyp == 3:
        where = b"\x03" + bytes([len(data)]) + data
    elif atyp == 1:
        where = b"\x01" + socket.inet_aton(host)
    else:
        where = b"\x04" + socket.inet_pton(socket.AF_INET6, host)
    return b"\5\1\0" + where + struct.pack(">H", port)


def socks_open(sock, request):
    """0 to 8: the reply's code; or what happened instead."""
    sock.sendall(b"\5\1\0")
    if exactly(sock, 2) != b"\5\0":
        return "no-socks"
    sock.sendall(request)
    reply = exactly(sock, 10)
    if len(reply) < 2:
        return "closed"
    return reply[1]


def exactly(sock, n):
    data = b""
    while len(data) < n and (more := sock.recv(n - len(data))):
        data += more
    return data


def via_connect(host, port=443, sni=None, then="tls"):
    def work():
        with dial(*VIA) as sock:
            sock.sendall(connect_head(host, port))
            said, _ = connect_answer(sock)
            if not said.startswith("200"):
                return said
            return through(sock, host, sni, then)

    return outcome(work)


def connect_answer(sock):
    """The answer to CONNECT: one of 200 has no body."""
    buffer = b""
    while b"\r\n\r\n" not in buffer:
        data = sock.recv(1)
        if not data:
            return ("closed" if not buffer else "not-http"), b""
        buffer += data
    if buffer.split(b" ")[1] == b"200":
        return "200", b""
    return answer(sock, buffer)


def through(sock, host, sni, then):
    if then == "tls":
        return exchange(Tls(sock, sni or host.lower().rstrip(".")), get(sni or host))
    return exchange(sock, get(f"[{host}]" if ":" in host else host))


def via_socks(host, port=443, atyp=None, sni=None, then="tls"):
    def work():
        with dial(*VIA) as sock:
            said = socks_open(sock, socks_request(host, port, atyp))
            if said != 0:
                return f"socks {said}"
            return through(sock, host if sni is None else sni, sni, then)

    return outcome(work)


def via_get(host, port=80, path="/"):
    where = host if port == 80 else f"{host}:{port}"

    def work():
        with dial(*VIA) as sock:
            line = f"GET http://{where}{path} HTTP/1.1\r\nHost: {where}\r\n\r\n"
            return exchange(sock, line.encode("utf-8"))

    return outcome(work)


def via_raw(*requests):
    return raw(*VIA, *requests)


def fetch(host, path, port=80):
    """The body of an answer, as bytes; empty if there is none."""
    try:
        with dial(host, port) as sock:
            sock.sendall(get(host, path, "Connection: close\r\n"))
            got = b""
            while more := sock.recv(1 << 20):
                got += more
            return got.partition(b"\r\n\r\n")[2]
    except OSError:
        return b""
