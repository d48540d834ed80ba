#!/usr/bin/python3
"""The wire: what is malformed, too much, too slow or out of turn costs one connection and nobody else."""

import random
import statistics
import threading
import time

import msgpack
from harness import Client, Closed, Server, expect_error, free_port, main, sanitized, wait_for

SLACK = 16 if sanitized() else 1  # of limits on memory and time
PORT = free_port()

REQUESTS = [
    ("session.whoami", {}),
    ("queue.counts", {}),
    ("queue.list", {"limit": 20}),
    ("queue.list", {"limit": 3, "order": "name"}),
    ("no.such.method", {}),
    ("record.get", {}),
    ("record.get", {"id": "10001-999999999"}),
    ("record.get", {"id": "nonsense"}),
    ("session.select", {"class": "2026"}),
]


def school(server):
    return server.client(server.user("school"))


def nested(depth):
    return b"\x91" * depth + b"\xc0"



BOMBS = {
    "array32 that declares 268 million": b"\xdd\x10\x00\x00\x00",
    "map32 that declares 268 million": b"\xdf\x10\x00\x00\x00",
    "31 nested array32 of a million": b"\xdd\x00\x10\x00\x00" * 31,
    "depth 33": nested(33),
    "depth 1,000": nested(1000),
    "a million empty arrays": b"\xdd\x00\x10\x00\x00" + b"\x90" * 65536,
    "str32 of 4 GiB": b"\xdb\xff\xff\xff\xff",
    "bin32 of 4 GiB": b"\xc6\xff\xff\xff\xff",
    "ext32 of 4 GiB": b"\xc9\xff\xff\xff\xff\x00",
    "the byte 0xc1": b"\xc1",
    "a plain integer": b"\x2a",
    "a string": b"\xa5hello",
    "a map": b"\x80",
    "an empty array": b"\x90",
    "type 7": msgpack.packb([7, 1, "hello", [{}]]),
    "three elements of a request": msgpack.packb([0, 1, "hello"]),
    "five elements": msgpack.packb([0, 1, "hello", [{}], 1]),
    "msgid -1": msgpack.packb([0, -1, "hello", [{}]]),
    "msgid 2^32": msgpack.packb([0, 1 << 32, "hello", [{}]]),
    "method is a number": msgpack.packb([0, 1, 42, [{}]]),
    "params is a number": msgpack.packb([0, 1, "hello", 42]),
    "two params": msgpack.packb([0, 1, "hello", [{}, {}]]),
    "duplicate keys": b"\x94\x00\x01\xa5hello\x91\x82\xa1a\x01\xa1a\x02",
    "a key that isn't a string": b"\x94\x00\x01\xa5hello\x91\x81\x01\x02",
    "bad UTF-8": b"\x94\x00\x01\xa5hello\x91\x81\xa1a\xa2\xff\xfe",
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


def bomb(server, make, data):
    """The server answers or closes within 2 s, and doesn't grow."""
    c = make()
    before = server.rss()
    try:
        c.raw(data)
        c.sock.settimeout(0.3)
        c.sock.recv(65536)
    except (OSError, Closed):
        pass
    growth = server.rss() - before
    c.close()
    return growth


def test_bombs(server):
    """malformed and hostile messages: a reply or a close each, no memory, others undisturbed"""
    other = school(server)
    for make in (server.client, lambda: school(server)):
        for name, data in BOMBS.items():
            growth = bomb(server, make, data)
            assert growth < 256 * SLACK, f"{name}: the server grew by {growth} KiB"
        assert other.call("session.whoami")["role"] == "school"
    total = server.rss()
    for data in BOMBS.values():
        for _ in range(20):
            bomb_socket = server.client()
            bomb_socket.raw(data)
            bomb_socket.close()
    time.sleep(0.3)
    growth = (server.rss() - total) / (20 * len(BOMBS))
    print(f"        {len(BOMBS)} kinds, {growth:.2f} KiB of growth per bomb")
    assert growth < 64 * SLACK


def test_parse_error_closes(server):
    """after a parse error the connection gets one error and is closed"""
    c = server.client()
    c.raw(b"\xc1")
    message = c.read()
    assert message[0] == 1 and message[2][1].startswith("INVALID_ARGUMENT"), message
    assert c.closed()


def test_limits_before_login(server):
    """before log-in 16 KiB are the most a message may have, after it 4 MiB"""
    c = server.client()
    c.raw(msgpack.packb([0, 1, "hello", [{"client": "x" * 20000}]]))
    assert c.closed()
    c = school(server)
    assert c.call("session.select", language="zh", unused="x" * 20000)["account"]["language"] == "zh"


def test_truncated(server):
    """a request cut off at every byte leaves nothing behind"""
    data = msgpack.packb([0, 1, "session.login", [{"user": "school", "password": "wrong-password"}]])
    sizes = []
    for _ in range(3):
        for at in range(len(data)):
            c = server.client()
            c.raw(data[:at])
            c.close()
        time.sleep(0.3)
        sizes.append(server.rss())
    assert sizes[2] - sizes[1] < 128 * SLACK, sizes  # the first round may warm up
    assert server.client().call("hello")["protocol"] == 1


def replies(client, pieces):
    for piece in pieces:
        client.raw(piece)
        if len(pieces) > 50:
            time.sleep(0.0002)
    out = {}
    while len(out) < len(REQUESTS):
        message = client.read()
        out[message[1]] = (message[2], message[3])
    return out


def test_split(server):
    """the same requests byte by byte and in random pieces get the same replies"""
    data = b"".join(msgpack.packb([0, i, m, [p]]) for i, (m, p) in enumerate(REQUESTS))
    whole = replies(school(server), [data])
    seed = random.randrange(1 << 30)
    rng = random.Random(seed)
    print(f"        seed {seed}, {len(data)} bytes")
    assert replies(school(server), [data[i:i + 1] for i in range(len(data))]) == whole
    for _ in range(20):
        cuts = sorted(rng.sample(range(1, len(data)), rng.randrange(1, 40)))
        pieces = [data[a:b] for a, b in zip([0] + cuts, cuts + [len(data)])]
        assert replies(school(server), pieces) == whole


def test_strays(server):
    """unknown notifications and stray answers are ignored; a method's name may be bin"""
    c = school(server)
    c.raw(msgpack.packb([2, b"nvim_set_client_info", [{"a": 1}]]) + msgpack.packb([1, 0, "oops", None]))
    c.raw(msgpack.packb([0, 77, b"session.whoami", []]))
    assert c.answer(77)["role"] == "school"


def test_refusals(server):
    """refusals name what is wrong: method, log-in, role, right, parameter"""
    c = server.client()
    expect_error("UNIMPLEMENTED", c.call, "no.such.method")
    expect_error("UNAUTHENTICATED", c.call, "queue.counts")
    expect_error("UNIMPLEMENTED", c.call, "gateway.password", user="a", password="b", address="c")
    graduate = server.client(server.user("graduate"))
    expect_error("PERMISSION_DENIED", graduate.call, "queue.counts")
    archive = server.client(server.user("school", "archive"))
    assert "employment" in expect_error("PERMISSION_DENIED", archive.call, "queue.counts").text  # S1.4.2
    c = school(server)
    assert "parameter id is missing" in expect_error("INVALID_ARGUMENT", c.call, "record.get").text
    assert "parameter id must be" in expect_error("INVALID_ARGUMENT", c.call, "record.get", id=5).text
    assert "parameter class must be" in expect_error("INVALID_ARGUMENT", c.call, "session.select", **{"class": "x"}).text


def test_duplicate_msgid(server):
    """a msgid that is under way is refused, the first call still answered"""
    c = school(server)
    row = server.user("school")
    one = msgpack.packb([0, 5, "session.login", [{"user": row["user"], "password": row["password"]}]])
    c.raw(one + one)
    first, second = c.read(), c.read()
    assert first[1] == second[1] == 5
    assert "under way" in first[2][1] and second[2] is None, (first, second)


def test_in_flight(server):
    """more than 64 calls under way on one connection are refused, the 64 are answered"""
    c, people = school(server), server.users
    params = [{"user": row["user"], "password": row["password"]} for row in people]
    c.raw(b"".join(msgpack.packb([0, i, "session.login", [params[i % len(people)]]]) for i in range(100)))
    good = refused = 0
    for _ in range(100):
        message = c.read()
        good += message[2] is None
        refused += message[2] is not None and "under way" in message[2][1]
    print(f"        {good} answered, {refused} refused")
    assert good >= 64 and refused >= 20 and good + refused == 100


def latencies(server, n, pause):
    c, out = school(server), []
    for _ in range(n):
        started = time.monotonic()
        c.call("session.whoami")
        out.append(time.monotonic() - started)
        time.sleep(pause)
    return sorted(out)


def test_fairness(server):
    """one client that pipelines 100,000 calls doesn't starve the others"""
    idle = latencies(server, 100, 0.005)
    stop = []

    def flood():
        c = school(server)
        data = b"".join(msgpack.packb([0, i, "no.such.method", [{}]]) for i in range(1000))
        reader = threading.Thread(target=lambda: drain(c), daemon=True)
        reader.start()
        try:
            for _ in range(100):
                c.raw(data)
                if stop:
                    break
        except OSError:
            pass

    def drain(c):
        try:
            while c.sock.recv(1 << 20):
                pass
        except OSError:
            pass

    thread = threading.Thread(target=flood, daemon=True)
    thread.start()
    busy = latencies(server, 100, 0.005)
    stop.append(1)
    thread.join(20)
    p99 = busy[98] / max(idle[98], 0.001)
    print(f"        p50 {statistics.median(idle) * 1e3:.2f} -> {statistics.median(busy) * 1e3:.2f} ms, p99 x {p99:.1f}")
    assert busy[98] < max(3 * idle[98], 0.05) * SLACK, (idle[98], busy[98])


def test_slow_reader(server):
    """a reader that takes nothing is paused, costs little memory and is dropped; others go on"""
    before = server.rss()
    c = school(server)
    request = b"".join(msgpack.packb([0, i, "queue.list", [{"limit": 200}]]) for i in range(1000))
    c.sock.settimeout(1)
    try:
        for _ in range(20):
            c.raw(request)
    except OSError:
        pass  # the server stopped reading
    other = school(server)
    started, peak = time.monotonic(), 0
    while time.monotonic() - started < 25:
        peak = max(peak, server.rss() - before)
        assert other.call("session.whoami")["role"] == "school"
        if "reason=slow_reader" in server.log():
            break
        time.sleep(0.2)
    seconds = time.monotonic() - started
    print(f"        dropped after {seconds:.1f} s, {peak} KiB at most")
    assert "reason=slow_reader" in server.log() and peak < 40 * 1024 * SLACK


def test_tcp(server):
    """loopback TCP serves like the Unix socket, on 127.0.0.1 only"""
    c = Client(("127.0.0.1", PORT))
    row = server.user("school")
    assert c.login(row["user"], row["password"])["account"]["role"] == "school"
    with open("/proc/net/tcp") as f:  # local address, remote address, state 0A: listening
        listening = [line.split()[1] for line in f if f":{PORT:04X} 00000000:0000 0A" in line]
    assert listening == [f"0100007F:{PORT:04X}"], listening


def test_pynvim(server):
    """an independent client (pynvim's msgpack_rpc) logs in and lists a queue"""
    from pynvim.msgpack_rpc import tcp_session

    session = tcp_session("127.0.0.1", PORT)
    session.error_wrapper = lambda e: RuntimeError(e)
    row = server.user("school")
    answer = session.request("session.login", {"user": row["user"], "password": row["password"]})
    assert answer["account"]["role"] == "school"
    assert len(session.request("queue.list", {"limit": 5})["rows"]) == 5
    try:
        session.request("no.such.method")
        raise AssertionError("no error")
    except RuntimeError as e:
        assert "UNIMPLEMENTED" in str(e)
    session.close()


def test_slow_loris(server):
    """1,000 connections that each stop in the middle of a message cost at most 8 KiB each"""
    before = server.rss()
    crowd = [server.client() for _ in range(1000)]
    for c in crowd:
        c.raw(msgpack.packb([0, 1, "session.login", [{"user": "u" * 200, "password": "p"}]])[:-5])
    assert server.client(server.user("school")).call("session.whoami")["role"] == "school"
    growth = (server.rss() - before) / len(crowd)
    print(f"        {growth:.1f} KiB per connection")
    for c in crowd:
        c.close()
    assert growth <= 8 * SLACK


def test_idle_memory(server):
    """1,000 idle logged-in connections: the server stays below 48 MiB"""
    row = server.user("school")
    token = server.client().login(row["user"], row["password"])["token"]
    clients = []
    for _ in range(1000):
        c = server.client()
        c.send("session.resume", {"token": token})
        clients.append(c)
    for c in clients:
        c.answer(1)
    kib = wait_for(lambda: server.rss() < 48 * 1024 and server.rss(), 30) or server.rss()
    print(f"        {kib} KiB")
    for c in clients:
        c.close()
    assert kib < 48 * 1024 * SLACK


def test_hints(server):
    """a committed decision reaches who watches the queue, within a second"""
    watcher, row = school(server), server.user("school")
    watcher.call("queue.watch")
    c = server.client(row)
    record = c.call("queue.list", limit=1)["rows"][0]
    answer = c.change("record.act", id=record["id"], version=record["version"], action="approve")
    assert answer["outcome"] == "ok", answer
    method, params = watcher.notification(3)
    assert method == "queue.changed" and params[0]["record"] == record["id"], params
    assert params[0]["version"] == answer["version"]


TESTS = [test_bombs, test_parse_error_closes, test_limits_before_login, test_truncated, test_split, test_strays, test_refusals,
         test_duplicate_msgid, test_in_flight, test_fairness, test_slow_reader, test_tcp, test_pynvim, test_hints, test_slow_loris,
         test_idle_memory]

if __name__ == "__main__":
    main(TESTS, lambda: Server(demo=1000, args=["--port", str(PORT)]))
