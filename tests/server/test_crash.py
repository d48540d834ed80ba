#!/usr/bin/python3
"""Killed with -9 under load, ten times each: quxiangd, one backend, the postmaster. 16 writers with request ids decide and
undo; in the end nothing that was acknowledged is missing and nothing was applied twice.

Run: QX_BUILD=BUILD ./test_crash.py [--kills N]   (root or an ordinary user; makes its own server)
"""

import os
import random
import signal
import socket
import sys
import threading
import time
import uuid

from harness import Closed, RpcError, Server, main, wait_for

WRITERS = 16
KILLS = int(sys.argv[sys.argv.index("--kills") + 1]) if "--kills" in sys.argv else 10


class Writer(threading.Thread):
    """One auditor at one record: approve, undo, approve, … each call repeated with its request id until it is answered."""

    def __init__(self, load, user, token, record, version):
        super().__init__(daemon=True)
        self.load, self.user, self.token, self.record, self.version = load, user, token, record, version
        self.acked, self.repeated, self.problems, self.client = [], 0, [], None

    def connected(self):
        while self.client is None:
            try:
                c = self.load.server.client(timeout=40)
                c.call("session.resume", token=self.token)
                self.client = c
            except (OSError, Closed, RpcError):
                time.sleep(0.05)
        return self.client

    def act(self, action):
        """The answer to one call, however often it must be sent."""
        request_id = str(uuid.uuid4())
        while True:
            try:
                answer = self.connected().call("record.act", request_id=request_id, id=self.record, version=self.version,
                                               action=action)
                return request_id, answer
            except (OSError, Closed, socket.timeout):
                self.client = None
            except RpcError as e:
                if e.kind != 0:
                    raise
                time.sleep(0.05)
            self.repeated += 1

    def run(self):
        action = "approve"
        while not self.load.over or action == "undo":  # leaves the record as it was, for the next load
            try:
                request_id, answer = self.act(action)
            except Exception as e:
                self.problems.append(f"{action}: {e!r}")
                return
            if answer["outcome"] != "ok" or answer["version"] != self.version + 1:
                self.problems.append(f"{self.record} v{self.version} {action}: {answer}")
                return
            self.acked.append((request_id, answer["version"]))
            self.version += 1
            action = "undo" if action == "approve" else "approve"


class Load:
    """The writers, at work from here to stop()."""

    def __init__(self, server):
        self.server, self.over, self.writers = server, False, []
        for user in [u for u in server.users if u["role"] == "department"]:
            c = server.client()
            token = c.login(user["user"], user["password"])["token"]
            rows = c.call("queue.list", queue="waiting", limit=WRITERS)["rows"]
            mine = [r for r in rows if r["flow"] == "destination" and r["state"] == "audit_department"]
            self.writers += [Writer(self, user["user"], token, r["id"], r["version"]) for r in mine]
        self.writers = self.writers[:WRITERS]
        assert len(self.writers) == WRITERS, f"only {len(self.writers)} records wait for a department"
        self.before = self.events()
        for w in self.writers:
            w.start()

    def events(self):
        ids = ",".join(f"('{w.record.split('-')[0]}', {w.record.split('-')[1]})" for w in self.writers)
        rows = self.server.sql(f"SELECT school_code || '-' || record_id, version FROM event WHERE (school_code, record_id) IN ({ids})")
        return [(r[0], int(r[1])) for r in rows]

    def answered(self):
        return sum(len(w.acked) for w in self.writers)

    def go_on(self, n, seconds=60):
        """Until so many more calls were answered."""
        end, at = time.monotonic() + seconds, self.answered()
        while self.answered() < at + n:
            problems = [p for w in self.writers for p in w.problems]
            assert not problems, problems[:3]
            assert time.monotonic() < end, f"{self.answered() - at} calls answered in {seconds} s"
            time.sleep(0.01)

    def stop(self):
        self.over = True
        for w in self.writers:
            w.join(60)
        assert not [p for w in self.writers for p in w.problems], [p for w in self.writers for p in w.problems][:3]
        assert not [w for w in self.writers if w.is_alive()], "a writer waits for ever"

    def verdict(self, what):
        acked = [(w.record, version) for w in self.writers for _, version in w.acked]
        requests = {r[0] for r in self.server.sql("SELECT request_id FROM request")}
        made = self.events()[:]
        for e in self.before:
            made.remove(e)
        missing = len(set(acked) - set(made)) + sum(i not in requests for w in self.writers for i, _ in w.acked)
        twice = len(made) - len(set(made)) + max(0, len(made) - len(acked))
        repeated = sum(w.repeated for w in self.writers)
        print(f"        {what}: {len(acked)} acknowledged, {repeated} sent again, acknowledged and missing {missing}, "
              f"applied twice {twice}", flush=True)
        assert missing == 0 and twice == 0 and len(acked) > 0


def invariants(server):
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "invariants.sql")
    with open(path, encoding="utf-8") as f:
        broken = [row for row in server.sql(f.read()) if row[1] != "0"]
    assert not broken, broken


def under_load(server, what, kill):
    load = Load(server)
    try:
        for _ in range(KILLS):
            load.go_on(random.randint(40, 120))
            kill()
        load.go_on(100)
    finally:
        load.stop()
    load.verdict(what)
    invariants(server)


def test_server(server):
    """kill -9 of quxiangd under load: nothing acknowledged is missing, nothing is applied twice"""

    def kill():
        server.kill()
        server.start()

    under_load(server, "quxiangd", kill)


def test_backend(server):
    """kill -9 of a backend under load: nothing acknowledged is missing, nothing is applied twice"""

    def kill():
        pids = server.sql("SELECT pid FROM pg_stat_activity WHERE usename = 'quxiang_server'")
        os.kill(int(random.choice(pids)[0]), signal.SIGKILL)

    under_load(server, "one backend", kill)


def test_postmaster(server):
    """kill -9 of the postmaster under load: nothing acknowledged is missing, nothing is applied twice"""

    def kill():
        pid = wait_for(server.postmaster, 30)
        assert pid, "no postmaster within 30 s of the last kill"
        os.kill(pid, signal.SIGKILL)

    under_load(server, "the postmaster", kill)


if __name__ == "__main__":
    main([test_server, test_backend, test_postmaster], lambda: Server(demo=400))
