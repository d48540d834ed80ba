"""declared.py - every call of a test, checked against the declarations that quxiangd prints of its methods.

Checked(client) calls like a client; what an answer has that isn't declared, lacks that is needed, or has in another type is
kept in `problems`. `answers` keeps everything that was answered, for a search for what should not be there.
"""

import json
import os
import re
import subprocess

import harness

TYPES = {
    "str": lambda v: isinstance(v, str),
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "bool": lambda v: isinstance(v, bool),
    "bin": lambda v: isinstance(v, bytes),
    "id": lambda v: isinstance(v, str) and re.fullmatch(r"\d{5}-\d+", v) is not None,
    "time": lambda v: isinstance(v, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", v) is not None,
    "uuid": lambda v: isinstance(v, str) and re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", v) is not None,
    "map": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
}


def declarations():
    out = subprocess.run([os.path.join(harness.BUILD, "quxiangd"), "--print-methods=json"], check=True, capture_output=True, text=True)
    return {m["name"]: m for m in json.loads(out.stdout)}


def compare(members, value, where, problems, refused=False):
    """A map against the declaration of its members. A refusal needs only its outcome."""
    known = {m["name"]: m for m in members}
    for name in value:
        if name not in known:
            problems.append(f"{where}.{name}: not declared")
    for name, m in known.items():
        if name not in value:
            if not m["optional"] and not refused and m["module"] == "employment":
                problems.append(f"{where}.{name}: missing")
            continue
        v = value[name]
        if not TYPES[m["type"]](v):
            problems.append(f"{where}.{name}: {v!r:.60} is no {m['type']}")
        elif "of" in m:
            for item in v if isinstance(v, list) else [v]:
                compare(m["of"], item, f"{where}.{name}", problems)


class Checked:
    """A client whose every answer is held against the declaration and kept."""

    methods = None
    called, problems, answers = {}, [], []

    def __init__(self, client):
        self.client = client
        if Checked.methods is None:
            Checked.methods = declarations()

    def call(self, method, **params):
        Checked.called[method] = Checked.called.get(method, 0) + 1
        try:
            result = self.client.call(method, **params)
        except harness.RpcError as e:
            Checked.answers.append((method, e.text))
            raise
        Checked.answers.append((method, json.dumps(result, ensure_ascii=False, default=repr)))
        if method in Checked.methods:
            refused = isinstance(result, dict) and result.get("outcome", "ok") != "ok"
            compare(Checked.methods[method]["result"], result, method, Checked.problems, refused)
        return result

    def change(self, method, **params):
        import uuid
        return self.call(method, request_id=params.pop("request_id", str(uuid.uuid4())), **params)

    def close(self):
        self.client.close()


def login(server, user):
    """A checked client of a demonstration user (a row, or a name)."""
    if isinstance(user, str):
        user = next(u for u in server.users if u["user"] == user)
    return Checked(server.client(user))


def test_declared(server):
    """every answer is as its method is declared"""
    assert not Checked.problems, "\n".join(sorted(set(Checked.problems))[:40])
    assert sum(Checked.called.values()) > 0
