"""terminal.py COMMAND...: runs COMMAND on a terminal of its own, by the dialogue on standard input:

    expect REGEX     wait until what has come since the last match matches (10 seconds)
    never REGEX      what has come so far, matched or not, must not match
    send TEXT        type TEXT; \\r, \\x03 and the like as in a Python string
    size ROWS COLS   change the window's size, which sends SIGWINCH
    file PATH        wait until the file is there (10 seconds)
    line TEXT PATH   wait until TEXT is a line of the file (10 seconds)
    touch PATH       make the file
    mode WORD        wait until the terminal gives whole lines (lines) or each key (keys): what is
                     typed in the other mode is not what it would be in this one (10 seconds)
    signal NAME      send COMMAND a signal, not through the terminal
    hangup           close the terminal

Then waits for COMMAND's end (10 seconds) and ends as it did (128+n for a signal), or with 97 and
what went wrong on standard error if the dialogue did not hold. What came from the terminal goes to
standard output. COMMAND is the terminal's session leader; its process group is in the foreground.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

LIMIT = 10


class Failure(Exception):
    pass


def set_size(fd, rows, columns):
    size = struct.pack("HHHH", rows, columns, 0, 0)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, size)


class Terminal:
    def __init__(self, command):
        self.all = self.new = ""
        self.open = True
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            set_size(0, 24, 80)  # before COMMAND runs, so that it gets no SIGWINCH for it
            os.execvp(command[0], command)

    def size(self, rows, columns):
        set_size(self.fd, rows, columns)

    def read(self, seconds):
        if not self.open:
            time.sleep(min(seconds, 0.02))
            return
        if not select.select([self.fd], [], [], seconds)[0]:
            return
        try:
            data = os.read(self.fd, 65536)
        except OSError:  # EIO: nobody has the terminal open
            data = b""
        self.open = bool(data)
        text = data.decode("utf-8", "replace")
        self.all += text
        self.new += text

    def wait_for(self, what, test):
        until = time.monotonic() + LIMIT
        while True:
            result = test()
            if result:
                return result
            if time.monotonic() > until:
                raise Failure(f"{what}: not in {LIMIT} seconds")
            self.read(0.02)

    def expect(self, regex):
        match = self.wait_for(f"expect {regex}", lambda: re.search(regex, self.new, re.M))
        self.new = self.new[match.end() :]

    def mode(self):
        """The master's settings are the terminal's."""
        return "lines" if termios.tcgetattr(self.fd)[3] & termios.ICANON else "keys"

    def ended(self):
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        return pid and (os.waitstatus_to_exitcode(status),)


def has_line(path, text):
    try:
        with open(path, encoding="utf-8") as f:
            return text in f.read().split("\n")
    except OSError:
        return False


def do(terminal, line):
    verb, _, rest = line.partition(" ")
    if verb == "expect":
        terminal.expect(rest)
    elif verb == "never":
        if re.search(rest, terminal.all, re.M):
            raise Failure(f"{line}: but it came")
    elif verb == "send":
        text = rest.encode("latin-1").decode("unicode_escape")
        os.write(terminal.fd, text.encode("latin-1"))
    elif verb == "size":
        terminal.size(*map(int, rest.split()))
    elif verb == "file":
        terminal.wait_for(line, lambda: os.path.exists(rest))
    elif verb == "line":
        text, path = rest.split()
        terminal.wait_for(line, lambda: has_line(path, text))
    elif verb == "mode":
        terminal.wait_for(line, lambda: terminal.mode() == rest)
    elif verb == "touch":
        with open(rest, "a", encoding="utf-8"):
            pass
    elif verb == "signal":
        os.kill(terminal.pid, getattr(signal, "SIG" + rest))
    elif verb == "hangup":
        terminal.open = False
        os.close(terminal.fd)
    else:
        raise Failure(f"{line}: no such word")


def main():
    lines = [line.strip() for line in sys.stdin if line.strip()]
    terminal = Terminal(sys.argv[1:])
    code = 97
    try:
        for line in lines:
            do(terminal, line)
        code = terminal.wait_for("the end", terminal.ended)[0]
        terminal.read(0)
    except Failure as failure:
        print(f"terminal.py: {failure}", file=sys.stderr)
        os.kill(terminal.pid, signal.SIGKILL)
    print(terminal.all)
    sys.exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
