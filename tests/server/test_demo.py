#!/usr/bin/python3
"""The demonstration: what is seeded is what the workflow would have written."""

import os
import stat

from declared import login, test_declared
from harness import Server, main


def test_invariants(server):
    """X1.4 every invariant of the database at rest holds of the demonstration"""
    with open(os.path.join(os.path.dirname(__file__), "invariants.sql"), encoding="utf-8") as f:
        broken = [r for r in server.sql(f.read()) if r[1] != "0"]
    assert broken == [], broken


def test_states(server):
    """S2.8.1 every kind and every state of both flows is there, in both schools; several hundred records wait"""
    kinds = server.sql("SELECT count(DISTINCT kind) FROM record WHERE flow = 'destination'")
    assert kinds == [["24"]], kinds  # (2) to (25); kind (1) is the agreement
    states = {tuple(r) for r in server.sql("SELECT DISTINCT flow, state FROM record")}
    assert len(states) == 17, states
    waiting = server.sql("SELECT count(*) FROM record WHERE waits_for IN ('department', 'school')")
    assert int(waiting[0][0]) >= 500, waiting
    assert server.sql("SELECT count(*) FROM record WHERE school_code = '10002' AND state LIKE '%department'") == [["0"]]


def test_users(server):
    """S1.3.1 about thirty people have passwords, told in a file that only its owner reads; all can log in"""
    path = os.path.join(server.data, "users.tsv")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert 28 <= len(server.users) <= 40 and {u["role"] for u in server.users} == {"school", "department", "graduate", "province", "support", "operator"}
    assert len({u["password"] for u in server.users}) == len(server.users)
    for u in server.users:
        assert server.client(u).call("session.whoami")["role"] == u["role"], u
    assert server.sql("SELECT count(*) FROM account WHERE password_hash IS NOT NULL") == [[str(len(server.users))]]


def test_audit(server):
    """S2.1.7 a seeded record opens whole: form, proofs, the graduate then and now"""
    c = login(server, "school")
    row = next(r for r in c.call("queue.list", flow="destination", state="audit_school", limit=50)["rows"] if r["kind"] == "B01")
    got = c.call("record.get", id=row["id"])
    assert got["content"]["employer_name"] and got["evidence"] and got["graduate_then"]["name"] == got["graduate"]["name"], got
    piece = c.call("evidence.get", id=got["evidence"][0]["id"])
    assert piece["data"][:4] in (b"\x89PNG", b"%PDF") and len(piece["data"]) == piece["size"]
    assert c.change("record.act", id=row["id"], version=row["version"], action="approve")["outcome"] == "ok"


if __name__ == "__main__":
    main([test_invariants, test_states, test_users, test_audit, test_declared], lambda: Server(demo=1000))
