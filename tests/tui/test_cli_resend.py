#!/usr/bin/python3
"""The client against a peer that breaks: what was asked once is carried out once, whatever the line does."""

import os
import socket
import subprocess
import sys
import tempfile
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "server"))
import harness  # noqa: E402
import msgpack  # noqa: E402
from harness import run  # noqa: E402

ACCOUNT = {"account_id": "10001-1", "user": "u", "name": "n", "role": "school", "classes": [2026], "class": 2026, "language": ""}


class Peer:
    """Listens; answers hello and the session itself and gives every other request to `handle(peer, connection, msgid, method, params)`,
    which answers a result, raises Error, or Break to close the connection instead."""

    class Error(Exception):
        pass

    class Break(Exception):
        pass

    def __init__(self, handle):
        self.path = tempfile.mktemp(prefix="qx-peer-")
        self.handle, self.seen, self.connections = handle, [], 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                s, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            try:
                self.talk(s)
            except (self.Break, OSError):
                pass
            s.close()

    def talk(self, s):
        unpacker = msgpack.Unpacker(raw=False)
        while data := s.recv(65536):
            unpacker.feed(data)
            for _, msgid, method, params in unpacker:
                error, result = None, {"protocol": 1, "help_contact": ""} if method == "hello" else ACCOUNT
                if method not in ("hello", "session.whoami"):
                    self.seen.append((method, params[0]))
                    try:
                        result = self.handle(self, s)
                    except self.Error as e:
                        error, result = list(e.args), None
                s.sendall(msgpack.packb([1, msgid, error, result]))

    def close(self):
        self.listener.close()
        os.unlink(self.path)


def quxiang(peer, *args, expect=0):
    done = subprocess.run([os.path.join(harness.BUILD, "quxiang"), "--server", "unix:" + peer.path, "--lang", "en", *args],
                          stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    assert done.returncode == expect, (done.returncode, done.stdout, done.stderr)
    return done


def with_peer(handle, *args, expect=0):
    peer = Peer(handle)
    try:
        quxiang(peer, *args, expect=expect)
    finally:
        peer.close()
    return peer


OK = {"outcome": "ok", "version": 4, "state": "effective"}


def test_break():
    """a decision whose answer the line swallowed goes out again as it was: the same request_id, the same bytes"""
    def handle(peer, s):
        if len(peer.seen) < 3:
            raise Peer.Break()
        return OK
    peer = with_peer(handle, "approve", "10001-7@3")
    assert peer.connections == 3 and [m for m, _ in peer.seen] == ["record.act"] * 3
    assert peer.seen[0] == peer.seen[1] == peer.seen[2]
    assert len(peer.seen[0][1]["request_id"]) == 36 and peer.seen[0][1]["version"] == 3


def test_try_later():
    """an error of kind 0 is tried again with the same request_id; one of kind 1 is not"""
    def later(peer, s):
        if len(peer.seen) < 3:
            raise Peer.Error(0, "UNAVAILABLE: the database is away")
        return OK
    peer = with_peer(later, "approve", "10001-7@3")
    assert len(peer.seen) == 3 and peer.seen[0] == peer.seen[2] and peer.connections == 1

    def wrong(peer, s):
        raise Peer.Error(1, "PERMISSION_DENIED: no")
    assert len(with_peer(wrong, "approve", "10001-7@3", expect=1).seen) == 1


def test_once():
    """what must not go out twice doesn't: a broken log-in is told, not repeated"""
    def handle(peer, s):
        raise Peer.Break()
    peer = Peer(handle)
    done = subprocess.run([os.path.join(harness.BUILD, "quxiang"), "--server", "unix:" + peer.path, "token", "someone"],
                          input=b"password\n", capture_output=True, timeout=60)
    peer.close()
    assert done.returncode == 4 and len(peer.seen) == 1, (done, peer.seen)


def test_ids_differ():
    """two calls never share a request_id"""
    seen = [with_peer(lambda peer, s: OK, "approve", "10001-7@3").seen[0][1]["request_id"] for _ in range(5)]
    assert len(set(seen)) == 5


def test_garbage():
    """a peer that talks nonsense, or declares more than there is, costs a connection and nothing else"""
    for nonsense in (b"\xc1\xc1\xc1", b"\xdd\xff\xff\xff\xff", b"\x94\x01\x01\xc0" + b"\x91" * 40):
        def handle(peer, s, nonsense=nonsense):
            if len(peer.seen) == 1:
                s.sendall(nonsense)
            return OK
        peer = with_peer(handle, "approve", "10001-7@3")
        assert peer.connections == 2 and peer.seen[0] == peer.seen[1]


if __name__ == "__main__":
    sys.exit(0 if run([test_break, test_try_later, test_once, test_ids_differ, test_garbage]) else 1)
