#!/usr/bin/python3
"""./dev soak [SECONDS]: readers that don't read, writers that trickle, everybody coming back at once, and SECONDS (60) of a mixed load.

Every part is bounded in count and time, prints its figures and fails only where a bound that users feel is broken. One server of its
own; only its socket and loopback are used.
"""

import os
import random
import re
import resource
import selectors
import socket
import statistics
import sys
import threading
import time

import msgpack

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests", "server"))
from harness import Client, Closed, RpcError, Server, main, sanitized, wait_for  # noqa: E402

SECONDS = int(next((a for a in sys.argv[1:] if a.isdigit()), "60"))
SLACK = 16 if sanitized() else 1  # of limits on memory and time
SLOW_READERS, SLOW_WRITERS, RETURNING = 20, 1000, 500
LOGIN_SECONDS = 30  # the server's default
KIB_PER_SLOW_WRITER = 8


def percentile(values, p):
    return statistics.quantiles(values, n=100)[p - 1] if len(values) > 1 else float("nan")


def p50_p99(seconds):
    return f"p50 {percentile(seconds, 50) * 1000:.1f} ms, p99 {percentile(seconds, 99) * 1000:.1f} ms ({len(seconds)} calls)"


class Bystanders:
    """Auditors who go on working, four of them, ten calls a second each; how long every call took."""

    CALLS = [("queue.counts", {}), ("queue.list", {"limit": 20}), ("session.whoami", {})]

    def __init__(self, server, token):
        self.took, self.problems, self.over = [], [], False
        self.threads = [threading.Thread(target=self.work, args=(server, token), daemon=True) for _ in range(4)]

    def work(self, server, token):
        try:
            c = server.client()
            c.call("session.resume", token=token)
            while not self.over:
                method, params = random.choice(self.CALLS)
                started = time.monotonic()
                c.call(method, **params)
                self.took.append(time.monotonic() - started)
                time.sleep(0.1)
        except Exception as e:
            self.problems.append(repr(e))

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.over = True
        for t in self.threads:
            t.join(40)


def token_of(server):
    row = server.user("school")
    return server.client().login(row["user"], row["password"])["token"]


def idle_figures(server, token):
    """The same calls with nothing else going on: what the others are compared with."""
    with Bystanders(server, token) as b:
        time.sleep(4)
    assert not b.problems, b.problems
    print(f"        at rest: {p50_p99(b.took)}")
    return percentile(b.took, 99)


def descriptors(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def status(server):
    row = next((u for u in server.users if u["role"] == "operator"), None)
    return server.client(row).call("server.status")["status"] if row else {}


# ---------------------------------------------------------------------- readers that don't read

def test_slow_readers(server):
    """20 clients ask for 100 MB each and never read: the server stays small, drops them, and the others feel nothing"""
    token = token_of(server)
    rest = idle_figures(server, token)
    before, peak, crowd = server.rss(), 0, []
    requests = b"".join(msgpack.packb([0, i, "queue.list", [{"limit": 200}]]) for i in range(2000))
    log_before = server.log().count("reason=slow_reader")
    with Bystanders(server, token) as b:
        for _ in range(SLOW_READERS):
            c = server.client()
            c.call("session.resume", token=token)
            c.sock.setblocking(False)
            try:
                c.sock.send(requests)
            except BlockingIOError:
                pass
            crowd.append(c)
        started = time.monotonic()
        gone = 0
        while time.monotonic() - started < 40 and gone < SLOW_READERS:
            peak = max(peak, server.rss() - before)
            gone = server.log().count("reason=slow_reader") - log_before
            time.sleep(0.1)
        seconds = time.monotonic() - started
    for c in crowd:
        c.close()
    p99 = percentile(b.took, 99)
    print(f"        {gone} of {SLOW_READERS} dropped within {seconds:.1f} s; the server grew by {peak} KiB at most")
    print(f"        meanwhile: {p50_p99(b.took)}, p99 {p99 / rest:.1f} times that at rest")
    assert not b.problems, b.problems
    assert gone == SLOW_READERS and peak < 64 * 1024 * SLACK and p99 < 2 * SLACK


# ---------------------------------------------------------------------- writers that trickle

class Trickle:
    """Connections that send a log-in one byte at a time, every ten seconds; who was closed, and when."""

    def __init__(self, server, n):
        message = msgpack.packb([0, 1, "session.login", [{"user": "u" * 200, "password": "p"}]])
        self.selector, self.closed, self.socks = selectors.DefaultSelector(), [], []
        for _ in range(n):
            s = socket.socket(socket.AF_UNIX)
            s.connect(server.sock)
            s.setblocking(False)
            s.send(message[:1])
            self.socks.append(s)
            self.selector.register(s, selectors.EVENT_READ)
        self.message, self.at, self.next, self.opened = message, 1, time.monotonic() + 10, time.monotonic()

    def turn(self):
        for key, _ in self.selector.select(0.2):
            try:
                data = key.fileobj.recv(4096)
            except OSError:
                data = b""
            if not data:
                self.selector.unregister(key.fileobj)
                self.closed.append(time.monotonic() - self.opened)
        if time.monotonic() > self.next:
            self.next += 10
            for key in list(self.selector.get_map().values()):
                try:
                    key.fileobj.send(self.message[self.at:self.at + 1])
                except OSError:
                    pass
            self.at += 1

    def close(self):
        for s in self.socks:
            s.close()


def test_slow_writers(server):
    """1,000 connections send one byte every 10 s: at most 8 KiB each, closed when the time to log in is over"""
    server.stop()  # anew, for the memory that slow readers took would hide what these take
    server.start()
    token = token_of(server)
    before = server.rss()
    trickle = Trickle(server, SLOW_WRITERS)
    peak = 0
    with Bystanders(server, token) as b:
        while len(trickle.closed) < SLOW_WRITERS and time.monotonic() - trickle.opened < LOGIN_SECONDS + 20:
            trickle.turn()
            peak = max(peak, server.rss() - before)
    trickle.close()
    print(f"        {peak / SLOW_WRITERS:.1f} KiB each; {len(trickle.closed)} closed after "
          f"{min(trickle.closed, default=0):.1f} to {max(trickle.closed, default=0):.1f} s")
    print(f"        meanwhile: {p50_p99(b.took)}")
    assert not b.problems, b.problems
    assert len(trickle.closed) == SLOW_WRITERS and min(trickle.closed) >= LOGIN_SECONDS - 1
    assert peak / SLOW_WRITERS <= KIB_PER_SLOW_WRITER * SLACK
    assert percentile(b.took, 99) < 2 * SLACK


# ---------------------------------------------------------------------- everybody comes back at once

class Returning:
    """A client that lost its server: connects, resumes and asks for its home, again and again until it is served."""

    MESSAGES = ("session.resume", "home.get")

    def __init__(self, jitter):
        self.sock, self.step, self.at, self.tries = None, 0, time.monotonic() + random.random() * jitter, 0

    def lost(self, selector):
        if self.sock:
            selector.unregister(self.sock)
            self.sock.close()
        self.sock, self.step, self.at = None, 0, time.monotonic() + 0.2 + random.random() * 0.1

    def ask(self, token):
        params = {"token": token} if self.step == 0 else {}
        self.sock.send(msgpack.packb([0, self.step + 1, self.MESSAGES[self.step], [params]]))

    def connect(self, address, selector, token):
        self.tries += 1
        s = socket.socket(socket.AF_UNIX)
        s.setblocking(False)
        try:
            s.connect(address)
        except OSError:
            s.close()
            self.at = time.monotonic() + 0.05 + random.random() * 0.05
            return
        self.sock, self.unpacker = s, msgpack.Unpacker(raw=False)
        selector.register(s, selectors.EVENT_READ, self)
        self.ask(token)

    def heard(self, selector, token):
        """Answers true when it has been served."""
        try:
            data = self.sock.recv(1 << 16)
        except BlockingIOError:
            return False
        except OSError:
            data = b""
        if not data:
            self.lost(selector)
            return False
        self.unpacker.feed(data)
        for message in self.unpacker:
            if message[0] != 1 or message[1] != self.step + 1:
                continue
            if message[2] is not None:
                self.lost(selector)
                return False
            self.step += 1
            if self.step == len(self.MESSAGES):
                return True
            self.ask(token)
        return False


def all_return(server, token, jitter, seconds=60):
    """Seconds until each of the crowd was served, and how often they had to connect."""
    selector, crowd, served = selectors.DefaultSelector(), [Returning(jitter) for _ in range(RETURNING)], {}
    started = time.monotonic()
    peak = 0
    while len(served) < RETURNING and time.monotonic() - started < seconds:
        now = time.monotonic()
        for c in crowd:
            if c.sock is None and c.at <= now and c not in served:
                c.connect(server.sock, selector, token)
        for key, _ in selector.select(0.01):
            if key.data not in served and key.data.heard(selector, token):
                served[key.data] = time.monotonic() - started
        if server.process.poll() is None:
            peak = max(peak, server.rss())
    for c in crowd:
        if c.sock:
            c.sock.close()
    return sorted(served.values()), sum(c.tries for c in crowd), peak


def restarted(server, jitter):
    token = token_of(server)
    crowd = []
    for _ in range(RETURNING):
        c = server.client()
        c.send("session.resume", {"token": token})
        crowd.append(c)
    for c in crowd:
        c.answer(1)
    server.kill()
    for c in crowd:
        c.close()
    back = threading.Thread(target=server.start)
    back.start()
    took, tries, peak = all_return(server, token, jitter)
    back.join()
    half, last = (took[len(took) // 2], took[-1]) if took else (float("nan"),) * 2
    print(f"        spread over {jitter} s: {len(took)} of {RETURNING} served, half after {half:.2f} s, the last after {last:.2f} s; "
          f"{tries} connects; {peak} KiB at most")
    return took


def test_all_return(server):
    """the server killed under 500 clients that all come back at once: everybody is served again"""
    for jitter in (0, 2):
        assert len(restarted(server, jitter)) == RETURNING


# ---------------------------------------------------------------------- mixed load

class Mixed:
    """What a day is made of, at once: lists, records, decisions and their undoing, log-ins, connections that come, go, or break."""

    def __init__(self, server, seconds):
        self.server, self.end = server, time.monotonic() + seconds
        self.done, self.took, self.problems, self.lock = 0, [], [], threading.Lock()

    def auditor(self, user):
        """Decides and undoes what waits, and reads between."""
        c = self.server.client(user)
        while time.monotonic() < self.end:
            rows = self.timed(c.call, "queue.list", queue="waiting", limit=20)["rows"]
            for r in random.sample(rows, min(3, len(rows))):
                self.timed(c.call, "record.get", id=r["id"])
                done = self.timed(c.change, "record.act", id=r["id"], version=r["version"], action="approve")
                if done["outcome"] == "ok":
                    self.timed(c.change, "record.act", id=r["id"], version=done["version"], action="undo")
            time.sleep(0.02)

    def passer_by(self, user):
        """Connects, resumes, asks, leaves - politely or in the middle of a message."""
        token = self.server.client(user).call("session.login", user=user["user"], password=user["password"])["token"]
        while time.monotonic() < self.end:
            c = self.server.client()
            self.timed(c.call, "session.resume", token=token)
            self.timed(c.call, "queue.counts")
            if random.random() < 0.3:
                c.raw(msgpack.packb([0, 99, "queue.list", [{"limit": 200}]])[:random.randint(1, 15)])
            c.close()
            time.sleep(0.01)

    def noise(self, _):
        """Bytes that mean nothing."""
        while time.monotonic() < self.end:
            c = self.server.client()
            try:
                c.raw(random.randbytes(random.randint(1, 2000)))
                c.closed(0.05)
            except OSError:
                pass
            c.close()
            time.sleep(0.05)

    def timed(self, call, *args, **params):
        started = time.monotonic()
        answer = call(*args, **params)
        with self.lock:
            self.done += 1
            self.took.append((time.monotonic(), time.monotonic() - started))
        return answer

    def guarded(self, work, user):
        try:
            work(user)
        except (OSError, Closed, RpcError) as e:
            self.problems.append(f"{work.__name__}: {e!r}")

    def run(self):
        """Samples of (second, KiB, descriptors) while it goes on."""
        auditors = [u for u in self.server.users if u["role"] == "department" and u["note"] == "department: read and write"][:4]
        school = self.server.user("school")
        work = [(self.auditor, u) for u in auditors] + [(self.passer_by, school)] * 3 + [(self.noise, None)]
        threads = [threading.Thread(target=self.guarded, args=w, daemon=True) for w in work]
        started, samples = time.monotonic(), []
        for t in threads:
            t.start()
        while time.monotonic() < self.end:
            samples.append((time.monotonic() - started, self.server.rss(), descriptors(self.server)))
            time.sleep(0.5)
        for t in threads:
            t.join(40)
        return samples


def slope(points):
    """Of the straight line nearest to the points."""
    x, y = [p[0] for p in points], [p[1] for p in points]
    return statistics.linear_regression(x, y).slope if len(set(x)) > 1 else 0.0


def test_mixed(server):
    """a mixed load: no call fails, memory and descriptors don't grow with it, the last calls are as fast as the first"""
    server.stop()  # the part before left a server whose memory has seen a crowd
    server.start()
    Mixed(server, 5).run()  # caches, plans and the allocator's pools come first
    load = Mixed(server, SECONDS)
    samples = load.run()
    second_half = samples[len(samples) // 2:]
    per_hour = slope([(t, kib) for t, kib, _ in second_half]) * 3600
    fds = slope([(t, n) for t, _, n in second_half]) * 3600
    middle = statistics.median(t for t, _ in load.took)
    early, late = ([s for t, s in load.took if (t > middle) == half] for half in (False, True))
    print(f"        {load.done} calls in {SECONDS} s, {len(load.problems)} failed; {samples[0][1]} KiB at first, {samples[-1][1]} KiB at last, "
          f"{max(s[1] for s in samples)} KiB at most")
    print(f"        slope in the second half: {per_hour:+.0f} KiB/h, {fds:+.1f} descriptors/h; descriptors {samples[0][2]} -> {samples[-1][2]}")
    print(f"        first half {p50_p99(early)}; second half {p50_p99(late)}")
    assert not load.problems, load.problems[:3]
    assert load.done > SECONDS and samples[-1][1] < samples[len(samples) // 2][1] + 4096 * SLACK, "memory grows"
    assert wait_for(lambda: descriptors(server) <= samples[0][2] + 2, 10), "descriptors grow"


def make():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    need = 2 * SLOW_WRITERS + 200
    if soft < need:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(need, hard), hard))
    return Server(demo=400)


if __name__ == "__main__":
    main([test_slow_readers, test_slow_writers, test_all_return, test_mixed], make)
