#!/usr/bin/python3
"""Drafts, a graduate's own pages, and the way from a draft to a record and back."""

import uuid

from declared import login, test_declared
from harness import Server, expect_error, main

AGREEMENT = {"employer_name": "示例市测试有限公司", "contact_mobile": "138001"}


def test_incomplete(server):
    """S2.1.3 an incomplete draft is kept as it is, and what is wrong is told field by field"""
    g = login(server, server.user("graduate", "nothing yet"))
    u = str(uuid.uuid4())
    answer = g.call("draft.put", uuid=u, flow="offline_signing", content={**AGREEMENT, "nonsense": "x"})
    errors = {f["field"]: f["error"] for f in answer["fields"]}
    assert answer["outcome"] == "ok"
    assert errors["contact_mobile"] == "bad_phone" and errors["credit_code"] == "required" and errors["nonsense"] == "unknown_field"
    got = g.call("draft.get", uuid=u)
    assert got["content"] == {**AGREEMENT, "nonsense": "x"} and got["flow"] == "offline_signing" and "id" not in got
    assert g.call("draft.put", uuid=u, flow="offline_signing", content={})["outcome"] == "ok"
    assert g.call("draft.get", uuid=u)["content"] == {}
    assert u in [d["uuid"] for d in g.call("graduate.records")["drafts"]]
    assert g.call("draft.remove", uuid=u)["outcome"] == "ok"
    assert g.call("draft.remove", uuid=u)["outcome"] == "not_found"
    expect_error("NOT_FOUND", g.call, "draft.get", uuid=u)


def test_refused(server):
    """S2.1.3 what is no draft at all is refused by name and keeps nothing"""
    g = login(server, server.user("graduate", "nothing yet"))
    u = str(uuid.uuid4())
    for params, word in (({"flow": "nowhere", "content": {}}, "flow"), ({"flow": "online_signing", "content": {}}, "flow"),
                         ({"flow": "destination", "content": {}}, "kind"), ({"flow": "destination", "kind": "A01", "content": {}}, "kind"),
                         ({"flow": "destination", "kind": "Z99", "content": {}}, "kind"), ({"flow": "offline_signing", "kind": "B01", "content": {}}, "kind"),
                         ({"flow": "offline_signing", "content": {"employer_name": 7}}, "content"),
                         ({"flow": "offline_signing", "content": {"_graduate": "x"}}, "content"),
                         ({"flow": "offline_signing", "content": {"address": "长" * 30000}}, "64 KiB")):
        assert word in expect_error("INVALID_ARGUMENT", g.call, "draft.put", uuid=u, **params).text, params
    expect_error("NOT_FOUND", g.call, "draft.get", uuid=u)


def test_own_only(server):
    """S1.3.1 a draft is nobody else's: not to read, not to write, not to remove"""
    a, b = login(server, server.user("graduate", "nothing yet")), login(server, server.user("graduate", "under audit"))
    other_school = login(server, server.user("graduate", "second school"))
    u = str(uuid.uuid4())
    a.call("draft.put", uuid=u, flow="offline_signing", content=AGREEMENT)
    for g in (b, other_school):
        expect_error("NOT_FOUND", g.call, "draft.get", uuid=u)
        assert g.call("draft.remove", uuid=u)["outcome"] == "not_found"
    assert b.call("draft.put", uuid=u, flow="offline_signing", content={})["outcome"] == "wrong_state"
    assert a.call("draft.get", uuid=u)["content"] == AGREEMENT
    assert a.call("draft.put", uuid=u, flow="destination", kind="B01", content={})["outcome"] == "wrong_state"
    a.call("draft.remove", uuid=u)


def test_all_kinds(server):
    """S2.8.1 a draft of every kind of destination can be kept"""
    g = login(server, server.user("graduate", "nothing yet"))
    kinds = [r[0] for r in server.sql("SELECT code FROM code WHERE table_name = 'destination_kind' AND code <> 'A01' ORDER BY code")]
    assert len(kinds) == 24
    for kind in kinds:
        u = str(uuid.uuid4())
        assert g.call("draft.put", uuid=u, flow="destination", kind=kind, content={})["outcome"] == "ok", kind
        assert g.call("draft.get", uuid=u)["kind"] == kind
        g.call("draft.remove", uuid=u)


def test_returned(server):
    """S2.5.2 a returned record is corrected through a draft under its own UUID; one under audit can't be edited"""
    g = login(server, server.user("graduate", "destination returned"))
    record = next(r for r in g.call("graduate.records")["records"] if r["state"] == "returned")
    draft = g.call("draft.get", uuid=record["uuid"])
    assert draft["id"] == record["id"] and draft["version"] == record["version"] and draft["content"]
    changed = {**draft["content"], "employer_name": "改后的公司"}
    assert g.call("draft.put", uuid=record["uuid"], flow="destination", kind=draft["kind"], content=changed)["outcome"] == "ok"
    assert g.call("draft.get", uuid=record["uuid"])["content"]["employer_name"] == "改后的公司"
    assert g.call("draft.remove", uuid=record["uuid"])["outcome"] == "wrong_state"
    under_audit = login(server, server.user("graduate", "under audit"))
    record = next(r for r in under_audit.call("graduate.records")["records"] if r["state"].startswith("audit"))
    assert under_audit.call("draft.put", uuid=record["uuid"], flow=record["flow"], kind=record["kind"], content={})["outcome"] == "wrong_state"
    expect_error("NOT_FOUND", under_audit.call, "draft.get", uuid=record["uuid"])


def test_home(server):
    """S1.5.3 a graduate's home says what can be started, and names the guard where nothing can"""
    free = login(server, server.user("graduate", "nothing yet")).call("home.get")
    assert [m["group"] for m in free["may"]] == [1, 2, 3, 4] and all(m["ok"] for m in free["may"])
    held = login(server, server.user("graduate", "under audit")).call("home.get")
    assert all(not m["ok"] and "place_free" in m["failed"] for m in held["may"])
    assert any(m["action"] == "take_back" for r in held["records"] for m in r["may"])
    self = login(server, server.user("graduate", "under audit")).call("graduate.self")
    assert self["place"]["id"] in [r["id"] for r in held["records"]]


def test_round(server):
    """S2.8.4 submit, take back, correct, submit again: one record, its draft in between"""
    g = login(server, server.user("graduate", "a draft"))
    draft = g.call("graduate.records")["drafts"][0]
    content = g.call("draft.get", uuid=draft["uuid"])["content"]
    done = login(server, "school").call("queue.list", all=True, flow="offline_signing", limit=1)["rows"][0]
    full = {k: v for k, v in login(server, "school").call("record.get", id=done["id"])["content"].items() if "*" not in v}
    numbers = login(server, "school").call("record.reveal", id=done["id"])["content"]
    answer = g.call("draft.put", uuid=draft["uuid"], flow="offline_signing", content={**content, **full, **numbers})
    assert "fields" not in answer, answer
    submitted = g.change("record.act", uuid=draft["uuid"], action="submit")
    assert submitted["outcome"] == "ok", submitted
    assert draft["uuid"] not in [d["uuid"] for d in g.call("graduate.records")["drafts"]]
    back = g.change("record.act", id=submitted["id"], version=submitted["version"], action="take_back")
    assert back["outcome"] == "ok" and back["state"] == "draft", back
    mine = g.call("graduate.records")
    assert submitted["id"] in [r["id"] for r in mine["records"]], mine
    assert draft["uuid"] not in [d["uuid"] for d in mine["drafts"]], "a taken-back record stands among the records, once"
    assert g.call("home.get")["drafts"] == len(mine["drafts"])
    again = g.call("draft.get", uuid=draft["uuid"])
    assert again["id"] == submitted["id"] and again["content"]["employer_name"] == full["employer_name"]
    assert g.call("draft.remove", uuid=draft["uuid"])["outcome"] == "wrong_state"
    assert g.call("draft.put", uuid=draft["uuid"], flow="offline_signing", content={**again["content"], "position_title": "测试员"})["outcome"] == "ok"
    twice = g.change("record.act", id=submitted["id"], version=back["version"], action="submit")
    assert twice["outcome"] == "ok" and twice["id"] == submitted["id"], twice


def test_inbox(server):
    """S2.11.1 messages newest first, paged, read one by one or all"""
    g = login(server, server.user("graduate", "awaiting"))
    whole = g.call("inbox.list")
    assert len(whole["rows"]) >= 2 and whole["unread"] >= 2
    assert [r["at"] for r in whole["rows"]] == sorted((r["at"] for r in whole["rows"]), reverse=True)
    first = g.call("inbox.list", limit=1)
    rest = g.call("inbox.list", limit=200, cursor=first["next"])
    assert first["rows"] + rest["rows"] == whole["rows"]
    g.call("inbox.read", id=whole["rows"][0]["id"])
    assert g.call("inbox.list")["unread"] == whole["unread"] - 1
    g.call("inbox.read")
    assert g.call("inbox.list")["unread"] == 0
    other = login(server, server.user("graduate", "destination returned"))
    before = other.call("inbox.list")["unread"]
    g.call("inbox.read", id=other.call("inbox.list")["rows"][0]["id"])
    assert other.call("inbox.list")["unread"] == before, "another's message"


if __name__ == "__main__":
    main([test_incomplete, test_refused, test_own_only, test_all_kinds, test_returned, test_home, test_round, test_inbox, test_declared],
         lambda: Server(demo=1000))
