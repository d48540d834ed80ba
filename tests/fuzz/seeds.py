#!/usr/bin/python3
"""seeds.py DIR - a small corpus for fuzz_wire: one message of each shape, right ones and wrong ones."""
import pathlib
import sys


def text(s):
    return bytes([0xa0 | len(s)]) + s


REQUEST = b"\x94\x00\x01"
SEEDS = {
    "hello": REQUEST + text(b"hello") + b"\x91\x81" + text(b"protocol") + b"\x01",
    "name-as-bin": REQUEST + b"\xc4\x05hello\x90",
    "no-params": b"\x93\x00\x01" + text(b"hello"),
    "notification": b"\x93\x02" + text(b"hint") + b"\x91\x80",
    "response": b"\x94\x01\x07\xc0\x82" + text(b"rows") + b"\x92\xc2\xc3" + text(b"next") + b"\xc0",
    "error": b"\x94\x01\x07\x92\x01" + text(b"NOT_FOUND: it") + b"\xc0",
    "chinese": REQUEST + text(b"x") + b"\x91\x81" + text("姓名".encode()) + text("张三".encode()),
    "numbers": REQUEST + text(b"x") + b"\x91\x81" + text(b"n") + b"\x9a\xcc\xff\xcd\xff\xff\xce\xff\xff\xff\xff"
    + b"\xcf" + b"\xff" * 8 + b"\xd0\x80\xd1\x80\x00\xd2\x80\x00\x00\x00\xd3\x80" + b"\x00" * 7
    + b"\xca\x7f\x80\x00\x00\xcb" + b"\x3f" * 8,
    "long-headers": b"\xdd\x00\x00\x00\x04\x00\x01\xdb\x00\x00\x00\x01x\xdc\x00\x01\xdf\x00\x00\x00\x01\xda\x00\x01k"
    + b"\xc6\x00\x00\x00\x01b",
    "many-keys": REQUEST + text(b"x") + b"\x91\xde\x00\x14" + b"".join(text(b"k%d" % i) + b"\xc0" for i in range(20)),
    "same-key-twice": REQUEST + text(b"x") + b"\x91\x82" + text(b"k") + b"\x01" + text(b"k") + b"\x02",
    "bad-utf8": REQUEST + text(b"x") + b"\x91\x81" + text(b"k") + b"\xa2\xc0\x80",
    "nested": REQUEST + text(b"x") + b"\x91\x81" + text(b"k") + b"\x91" * 12 + b"\xc0",
    "bomb-array": b"\xdd\x10\x00\x00\x00",
    "bomb-map": b"\xdf\x80\x00\x00\x00",
    "bomb-string": b"\xdb\xff\xff\xff\xff",
    "ext": b"\xd4\x01\x01",
    "never-used": b"\xc1",
}

folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for name, seed in SEEDS.items():
    (folder / name).write_bytes(seed)
