"""A terminal for measuring: runs a program on a pty, plays the terminal (pyte keeps its screen) and counts bytes and time."""
import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte


class Terminal:
    def __init__(self, argv, columns=120, rows=40, env=None):
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.decode = codecs.getincrementaldecoder("utf-8")("replace")
        self.bytes = 0
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "LANG": "zh_CN.UTF-8", **(env or {})})
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execv(argv[0], argv)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, seconds):
        """One read; answers the bytes, b'' on silence."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        data = os.read(self.fd, 65536)
        self.bytes += len(data)
        text = self.decode.decode(data)
        try:
            self.stream.feed(text)
        except Exception:  # a sequence that the model doesn't know: the bytes still count
            pass
        return data

    def until(self, shows, seconds=20):
        """Reads until the screen shows it; answers ms since the start, or None."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.read(0.05)
            if shows("\n".join(self.screen.display)):
                return (time.monotonic() - self.started) * 1000
        return None

    def settle(self, quiet=0.12, most=5.0):
        """Reads until it is silent; answers the bytes."""
        before, end = self.bytes, time.monotonic() + most
        while time.monotonic() < end and self.read(quiet):
            pass
        return self.bytes - before

    def press(self, keys):
        os.write(self.fd, keys.encode())
        return self.settle()

    def memory(self):
        """Resident and proportional kilobytes of the program."""
        figures = {}
        with open("/proc/%d/smaps_rollup" % self.pid) as f:
            for line in f:
                part = line.split()
                if part and part[0] in ("Rss:", "Pss:"):
                    figures[part[0][:-1].lower()] = int(part[1])
        return figures

    def close(self):
        """Asks the program to leave, takes its last output, waits for it."""
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
        end = time.monotonic() + 5
        while time.monotonic() < end and not os.waitpid(self.pid, os.WNOHANG)[0]:
            try:
                self.read(0.05)
            except OSError:  # the terminal is closed: it has left
                os.waitpid(self.pid, 0)
                break
        os.close(self.fd)
