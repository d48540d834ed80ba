#!/usr/bin/python3
"""The decoder against python3-msgpack: the same bytes to both, many thousand times.

What rpc_decode() should say is written here a second time, in Python's words; lengths and values come from python3-msgpack.
QX_BUILD names the build folder.
"""
import base64
import json
import math
import os
import pathlib
import random
import struct
import subprocess
import sys

import msgpack

SEED = int(os.environ.get("QX_SEED", "2026"))
ROUNDS = 30_000
FILTER = pathlib.Path(os.environ.get("QX_BUILD", ".")).resolve() / "wire_decode"


class Refused(Exception):
    pass


class Pairs(list):
    """A map as the wire has it: with its order and its doubles."""


# ------------------------------------------------------------------ inputs
def value(rnd, depth=0):
    kind = rnd.randrange(12 if depth < 4 else 8)
    if kind == 0:
        return rnd.choice([None, True, False])
    if kind == 1:
        return rnd.choice([0, 1, 127, 128, 255, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1])
    if kind == 2:
        return -rnd.choice([1, 32, 33, 128, 129, 32768, 32769, 2**31, 2**31 + 1, 2**63])
    if kind == 3:
        return rnd.choice([0.5, -1e300, math.inf, math.nan])
    if kind == 4:
        return bytes(rnd.randrange(256) for _ in range(rnd.choice([0, 1, 40, 300])))
    if kind < 8:
        return rnd.choice(["", "a", "姓名", "x" * 31, "y" * 32, "z" * 256, "\0", "😀"])
    if kind < 10:
        return [value(rnd, depth + 1) for _ in range(rnd.choice([0, 1, 1, 2, 3, 16] if depth == 0 else [0, 1, 1, 2]))]
    return {rnd.choice(["k%d" % i, i, "键%d" % i] if rnd.random() < 0.1 else ["k%d" % i]): value(rnd, depth + 1)
            for i in range(rnd.choice([0, 1, 2, 16, 20] if depth == 0 else [0, 1, 2]))}


def message(rnd):
    params = rnd.choice([[], [{}], [value(rnd)], [{"k": value(rnd)}], [{"k": value(rnd)}], value(rnd)])
    name = rnd.choice(["queue.list", b"queue.list", b"\xff", 5, ""]) if rnd.random() < 0.3 else "hello"
    msgid = rnd.choice([0, 1, 2**32 - 1, 2**32, -1]) if rnd.random() < 0.2 else 7
    return rnd.choice([[0, msgid, name, params], [0, msgid, name, params], [0, msgid, name], [1, msgid, None, value(rnd)],
                       [2, name, params], [2, name], [3, 1], [], value(rnd)])


def spoilt(rnd, data):
    """Now and then one byte other, some cut off, some too many."""
    data = bytearray(data)
    for _ in range(rnd.choice([0, 0, 0, 1, 1, 3])):
        if data:
            data[rnd.randrange(len(data))] = rnd.randrange(256)
    if rnd.random() < 0.1:
        del data[rnd.randrange(len(data) + 1):]
    if rnd.random() < 0.1:
        data += bytes(rnd.randrange(256) for _ in range(3))
    return bytes(data)


# ------------------------------------------------------------------ what should be said
def unpack(data, raw):
    unpacker = msgpack.Unpacker(raw=raw, strict_map_key=False, object_pairs_hook=Pairs, timestamp=0)
    unpacker.feed(data)
    return unpacker.unpack(), unpacker.tell()


def check_values(v):
    if isinstance(v, (msgpack.ExtType, msgpack.Timestamp)):
        raise Refused("ext")
    if isinstance(v, str) and "\0" in v:
        raise Refused("NUL")
    if isinstance(v, Pairs):
        keys = [k for k, _ in v]
        if not all(isinstance(k, str) for k in keys) or len(set(keys)) != len(keys):
            raise Refused("keys")
        for k, x in v:
            check_values(k)
            check_values(x)
    elif isinstance(v, list):
        for x in v:
            check_values(x)


def demand(holds):
    if not holds:
        raise Refused("shape")


def check_name(name):
    if isinstance(name, bytes):
        try:
            name = name.decode()
        except UnicodeDecodeError as e:
            raise Refused("name") from e
    demand(isinstance(name, str) and "\0" not in name)


def body_of(m):
    """The params or the result of a right message."""
    demand(isinstance(m, list) and not isinstance(m, Pairs) and m and type(m[0]) is int and 0 <= m[0] <= 2)
    if m[0] < 2:
        demand(len(m) in ((3, 4) if m[0] == 0 else (4,)) and type(m[1]) is int and 0 <= m[1] < 2**32)
        if m[0] == 1:
            return m[3]
    rest = m[2:] if m[0] == 0 else m[1:]
    demand(len(rest) in (1, 2))
    check_name(rest[0])
    params = rest[1] if len(rest) == 2 else []
    right = isinstance(params, list) and not isinstance(params, Pairs) and len(params) < 2
    right = right and (not params or isinstance(params[0], Pairs))
    demand(right or m[0] == 2)  # a stranger's notification is ignored, whatever it carries
    return params[0] if right and params else Pairs()


def as_json(v):
    """What object_to_json() should give; ValueError for what JSON has not, or can't hold exactly."""
    if isinstance(v, Pairs):
        return {k: as_json(x) for k, x in v}
    if isinstance(v, list):
        return [as_json(x) for x in v]
    if isinstance(v, bytes):
        return base64.b64encode(v).decode()
    if isinstance(v, float) and not math.isfinite(v) or type(v) is int and v >= 2**63:
        raise ValueError
    return v


def has_ext(data):
    return any(0xC7 <= b <= 0xC9 or 0xD4 <= b <= 0xD8 for b in data)


def wrong(data, line):
    """Why the filter's line is not what it should be; None: it is."""
    status, length, verdict, body = line.split("\t")
    if status in ("too_large", "too_deep", "too_many"):
        return None
    try:
        _, end = unpack(data, raw=True)
    except msgpack.OutOfData:
        return None if status == "more" or status == "bad" and has_ext(data) else "msgpack: more"
    except (msgpack.FormatError, ValueError) as e:
        return None if status == "bad" else "msgpack: %r" % e
    if status == "bad":  # ext, which the scanner refuses before the value is whole
        return None if has_ext(data[:end]) else "msgpack takes it"
    if status == "more" or int(length) != end:
        return "msgpack: %d bytes" % end
    try:
        m, _ = unpack(data[:end], raw=False)
        check_values(m)
        wanted = body_of(m)
    except (UnicodeDecodeError, Refused) as e:
        return None if verdict != "ok" else "should be refused: %r" % e
    if verdict != "ok":
        return "should be taken"
    try:
        return None if json.loads(body) == as_json(wanted) else "another value: %r" % wanted
    except ValueError:
        return None


# ------------------------------------------------------------------ the run
def main():
    rnd = random.Random(SEED)
    inputs = [spoilt(rnd, msgpack.packb(message(rnd))) for _ in range(ROUNDS)]
    stream = b"".join(struct.pack("<I", len(i)) + i for i in inputs)
    out = subprocess.run([FILTER], input=stream, stdout=subprocess.PIPE, check=True).stdout.decode()
    lines = out.rstrip("\n").split("\n")
    assert len(lines) == len(inputs), "%d lines for %d inputs" % (len(lines), len(inputs))
    taken = sum("\tok\t" in line for line in lines)
    differing = [(i, line, why) for i, line in zip(inputs, lines) if (why := wrong(i, line))]
    for data, line, why in differing[:10]:
        print("FAIL %s\n  ours: %s\n  %s" % (data.hex(), line[:200], why))
    print("seed %d: %d inputs, %d taken, %d differ" % (SEED, len(inputs), taken, len(differing)))
    ok = not differing and taken > ROUNDS // 10
    print("%d passed, %d failed" % (ok, not ok))
    return 0 if ok else 1


sys.exit(main())
