"""harness.py - a real quxiangd on its own embedded PostgreSQL in a temporary folder, and clients that speak the wire.

The server's programs come from the build folder in QX_BUILD (default: the current one). Started by root, quxiangd itself
becomes the user quxiang. Every test program prints one line per named test and ends with "N passed, N failed".
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import traceback
import uuid

import msgpack

BUILD = os.environ.get("QX_BUILD", ".")


def sanitized():
    """Is it the build of ./dev sanitize? Its memory and times are several times as large."""
    with open(os.path.join(BUILD, "quxiangd"), "rb") as f:
        return b"__asan_init" in f.read()


class RpcError(Exception):
    """An `error` of the wire: [kind, "CODE: text"]."""

    def __init__(self, error):
        self.kind, self.text = error
        self.code = self.text.split(":")[0]
        super().__init__(self.text)


class Closed(Exception):
    """The server closed the connection."""


class Client:
    """One connection. call() waits for its answer; send()/answer() pipeline; notifications collect in .notifications."""

    def __init__(self, address, timeout=30):
        family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
        self.sock = socket.socket(family, socket.SOCK_STREAM)
        self.sock.settimeout(timeout)
        self.sock.connect(address)
        self.unpacker = msgpack.Unpacker(raw=False, strict_map_key=False, max_buffer_size=1 << 28)
        self.answers, self.notifications, self.last = {}, [], 0

    def raw(self, data):
        self.sock.sendall(data)

    def send(self, method, params=None, msgid=None):
        if msgid is None:
            self.last += 1
            msgid = self.last
        self.raw(msgpack.packb([0, msgid, method, [params or {}]]))
        return msgid

    def read(self):
        """One message from the server."""
        while True:
            for message in self.unpacker:
                return message
            data = self.sock.recv(1 << 20)
            if not data:
                raise Closed()
            self.unpacker.feed(data)

    def answer(self, msgid):
        while msgid not in self.answers:
            message = self.read()
            if message[0] == 2:
                self.notifications.append((message[1], message[2]))
            else:
                self.answers.setdefault(message[1], []).append((message[2], message[3]))
        error, result = self.answers[msgid].pop(0)
        if not self.answers[msgid]:
            del self.answers[msgid]
        if error is not None:
            raise RpcError(error)
        return result

    def call(self, method, **params):
        return self.answer(self.send(method, params))

    def change(self, method, **params):
        """A changing call with a fresh request_id."""
        return self.call(method, request_id=params.pop("request_id", str(uuid.uuid4())), **params)

    def notification(self, seconds=5):
        """The next notification, or None."""
        end = time.monotonic() + seconds
        while not self.notifications and time.monotonic() < end:
            self.sock.settimeout(max(0.01, end - time.monotonic()))
            try:
                message = self.read()
            except (socket.timeout, TimeoutError):
                break
            finally:
                self.sock.settimeout(30)
            if message[0] == 2:
                self.notifications.append((message[1], message[2]))
            else:
                self.answers.setdefault(message[1], []).append((message[2], message[3]))
        return self.notifications.pop(0) if self.notifications else None

    def login(self, user, password):
        return self.call("session.login", user=user, password=password)

    def closed(self, seconds=5):
        """Does the server close this connection (whatever it sends before)?"""
        self.sock.settimeout(seconds)
        try:
            while self.sock.recv(65536):
                pass
            return True
        except ConnectionError:
            return True
        except (socket.timeout, TimeoutError):
            return False

    def close(self):
        self.sock.close()


class Server:
    """quxiangd --embedded in a temporary folder. demo: so many demonstration graduates (0: an empty database)."""

    def __init__(self, demo=0, args=(), start=True):
        self.dir = tempfile.mkdtemp(prefix="qx-test-")
        os.chmod(self.dir, 0o755)  # the user quxiang must reach its folder below
        self.data = os.path.join(self.dir, "data")
        self.sock = os.path.join(self.data, "sock")
        self.gateway = self.sock + ".gateway"
        self.log_path = os.path.join(self.dir, "log")
        self.demo, self.args = demo, list(args)
        self.process, self.users = None, []
        if start:
            self.start()

    # ---- its life

    def command(self, *more):
        program = os.path.join(BUILD, "quxiangd")
        return [program, "--embedded", self.data, *more]

    def start(self, seconds=60):
        more = ["--listen-unix", self.sock, *self.args]
        if self.demo:
            more += ["--demo-data", str(self.demo), "--demo-users", os.path.join(self.data, "users.tsv")]
        self.log_at = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command(*more), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.wait_log("event=database_up", seconds)
        self.read_users()
        return self

    def read_users(self):
        path = os.path.join(self.data, "users.tsv")
        if not self.users and os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                head = f.readline().rstrip("\n").split("\t")
                self.users = [dict(zip(head, line.rstrip("\n").split("\t"))) for line in f]

    def user(self, role, note=""):
        """The first demonstration user of that role (whose note contains `note`)."""
        return next(u for u in self.users if u["role"] == role and note in u["note"])

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as f:
            f.seek(self.log_at)
            return f.read()

    def wait_log(self, text, seconds=30):
        end = time.monotonic() + seconds
        while text not in self.log():
            if self.process.poll() is not None:
                raise RuntimeError(f"quxiangd ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"no {text!r} in the log after {seconds} s:\n{self.log()[-3000:]}")
            time.sleep(0.02)

    def stop(self):
        """SIGTERM; answers the exit status."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def kill(self):
        """kill -9 of quxiangd alone."""
        self.process.kill()
        self.process.wait()

    def remove(self):
        """Stop everything, remove the folder."""
        if self.process and self.process.poll() is None:
            self.stop()
        pid = self.postmaster()
        if pid:
            os.kill(pid, signal.SIGQUIT)
            self.wait_gone(pid)
        shutil.rmtree(self.dir, ignore_errors=True)

    # ---- its parts

    def client(self, user=None, password=None, **more):
        """A connection; logged in if a user (a name and password, or a row of .users) is given."""
        c = Client(self.sock, **more)
        if isinstance(user, dict):
            user, password = user["user"], user["password"]
        if user:
            c.login(user, password)
        return c

    def postmaster(self):
        """The living postmaster's process id, or 0."""
        try:
            with open(os.path.join(self.data, "pg", "postmaster.pid")) as f:
                pid = int(f.readline())
            return pid if os.path.exists(f"/proc/{pid}/cwd") else 0
        except (OSError, ValueError):
            return 0

    @staticmethod
    def wait_gone(pid, seconds=20):
        end = time.monotonic() + seconds
        while os.path.exists(f"/proc/{pid}") and time.monotonic() < end:
            with open(f"/proc/{pid}/stat") as f:
                if f.read().rsplit(")", 1)[1].split()[0] == "Z":
                    return
            time.sleep(0.02)

    def rss(self):
        """Resident KiB of quxiangd."""
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def cpu(self):
        """Clock ticks (hundredths of a second) that quxiangd has used."""
        with open(f"/proc/{self.process.pid}/stat") as f:
            return sum(map(int, f.read().rsplit(")", 1)[1].split()[11:13]))

    def as_owner(self):
        """What to put before a command so that it runs as the cluster's user."""
        if os.geteuid() != 0:
            return []
        owner = os.stat(os.path.join(self.data, "pg"))
        return ["setpriv", f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", "--clear-groups"]

    def sql(self, statement, user="quxiang_owner"):
        """Rows of a statement, by psql as the cluster's own user: lists of text."""
        out = subprocess.run([*self.as_owner(), "psql", "-h", self.socket_dir(), "-U", user, "-d", "quxiang", "-XAtq", "-F", "\t",
                              "-v", "ON_ERROR_STOP=1", "-c", statement], check=True, capture_output=True, text=True, cwd="/")
        return [line.split("\t") for line in out.stdout.splitlines()]

    def socket_dir(self):
        with open(os.path.join(self.data, "pg", "postmaster.pid")) as f:
            return f.read().splitlines()[4]


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(what, seconds=10):
    """Waits until what() is true; answers its value."""
    end = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.02)


def expect_error(code, call, /, *args, **params):
    try:
        result = call(*args, **params)
    except RpcError as e:
        assert e.code == code, f"expected {code}, got {e.text}"
        return e
    raise AssertionError(f"expected {code}, got {result!r}")


def run(tests, *fixtures):
    """Runs the functions in order, each with the fixtures, and ends the program."""
    passed = failed = 0
    for test in tests:
        name = (test.__doc__ or test.__name__).strip().splitlines()[0]
        started = time.monotonic()
        try:
            test(*fixtures)
            passed += 1
            print(f"ok      {name} ({time.monotonic() - started:.1f} s)", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {name}\n{traceback.format_exc()}", flush=True)
    print(f"{passed} passed, {failed} failed", flush=True)
    return failed == 0


def test_no_report(server):
    """no sanitizer report, no method without a handler, no broken statement in the server's log"""
    with open(server.log_path, encoding="utf-8", errors="replace") as f:
        bad = [line for line in f if re.search("Sanitizer|runtime error:|without_handler|statement_(broken|misused)", line)]
    assert not bad, bad[:5]


def main(tests, make):
    """The usual test program: one server for all its tests. `make` answers it."""
    server = None
    try:
        server = make()
        ok = run([*tests, test_no_report], server)
    except Exception:
        traceback.print_exc()
        print("0 passed, 1 failed", flush=True)
        ok = False
    finally:
        if server:
            if "--keep" in sys.argv:
                print("kept:", server.dir)
            else:
                server.remove()
    sys.exit(0 if ok else 1)
