#!/usr/bin/python3
"""A session that was ended - by a log-out elsewhere, a new password, a disabled account, twelve idle hours - does nothing more on
a connection that is still open: every method answers UNAUTHENTICATED, and nothing was written."""

import uuid

from declared import declarations
from harness import Server, expect_error, main
from test_rights import parameters, table

PNG = b"\x89PNG\r\n\x1a\n" + bytes(300)
ANONYMOUS = {"hello", "gateway.password", "gateway.key"}  # of rights.tsv: those that need no session, or a gateway


def end(server):
    """The newest session ends behind its connection's back."""
    server.sql("DELETE FROM session WHERE id = (SELECT max(id) FROM session)")


def state(server):
    """What an ended session could have changed."""
    return server.sql("SELECT (SELECT md5(string_agg(r::text, '' ORDER BY r.school_code, r.id)) FROM record r), "
                      "(SELECT md5(string_agg(a::text, '' ORDER BY a.school_code, a.id)) FROM account a), "
                      "(SELECT md5(string_agg(g::text, '' ORDER BY g.school_code, g.id)) FROM graduate g), "
                      "(SELECT md5(string_agg(s::text, '' ORDER BY s.school_code, s.class_year)) FROM season s), "
                      "(SELECT count(*) FROM request), (SELECT count(*) FROM upload), (SELECT sum(received) FROM upload), (SELECT count(*) FROM draft), "
                      "(SELECT count(*) FROM parked), (SELECT count(*) FROM account_key), (SELECT count(*) FROM import), "
                      "(SELECT count(*) FROM activation), (SELECT count(*) FROM audit_log)")


def refused(server, login, method, **params):
    """The call on a connection whose session was ended meanwhile."""
    c = server.client(next(u for u in server.users if u["user"] == login))
    end(server)
    before = state(server)
    expect_error("UNAUTHENTICATED", c.call, method, **params)
    assert state(server) == before, f"{method} wrote something"
    expect_error("UNAUTHENTICATED", c.call, "session.whoami")
    c.close()


def change():
    return {"request_id": str(uuid.uuid4())}


def test_every_method(server):
    """S1.4.1 every method that needs a session refuses an ended one, and writes nothing"""
    wrong = []
    for role, column in (("graduate", "graduate"), ("school", "school-write"), ("operator", "operator")):
        user = server.user(role, {"school": "everything"}.get(role, ""))
        for row in table():
            if role == "operator" and row["method"] == "home.get":
                continue  # holds nothing of theirs: only whom to ask for help
            if row["method"] in ANONYMOUS or row[column] != "ok":
                continue
            needed = [p["name"] for p in declarations_of(row["method"]) if not p["optional"]]
            params = parameters(row)
            if set(needed) - set(params):
                continue  # with its parameters below
            c = server.client(user)
            end(server)
            before = state(server)
            try:
                wrong.append(f"{row['method']} by {role}: {c.call(row['method'], **params)!r:.60}")
            except Exception as e:
                # an id of nowhere is not found before anything is read
                if getattr(e, "code", "") not in ("UNAUTHENTICATED", "NOT_FOUND"):
                    wrong.append(f"{row['method']} by {role}: {e}")
            if state(server) != before:
                wrong.append(f"{row['method']} by {role} wrote something")
            c.close()
    assert not wrong, "\n".join(wrong)


def declarations_of(method, known={}):
    known.update(known or declarations())
    return known[method]["params"]


def test_decisions(server):
    """S1.4.1 an ended session decides nothing: record.act with and without more to read, record.preview, settings.set"""
    plain = server.sql("SELECT r.school_code || '-' || r.id, r.version FROM record r JOIN account a ON a.user_name = 'dept01' AND a.department_id = r.department_id "
                       "WHERE r.school_code = '10001' AND r.state = 'audit_department' AND r.flow = 'destination' LIMIT 1")[0]
    record = {"id": plain[0], "version": int(plain[1])}
    for user, action, more in (("dept01", "approve", {}), ("dept01", "return", {"reason_code": "1", "reason_text": "x"}), ("school", "void", {"reason_text": "x", "agreed": True})):
        refused(server, user, "record.act", action=action, **record, **more, **change())
        refused(server, user, "record.preview", action=action, **record)
    version = int(server.sql("SELECT version FROM season WHERE school_code = '10001' AND class_year = 2026")[0][0])
    refused(server, "school", "settings.set", version=version, termination_limit=7, **change())


def test_repeated(server):
    """S1.4.1 not even the first answer of a call that was carried out before is told to an ended session"""
    row = next(u for u in server.users if u["user"] == "dept02")
    c, again = server.client(row), change()
    record = c.call("queue.list", limit=1)["rows"][0]
    call = {"id": record["id"], "version": record["version"], "action": "approve", **again}
    assert c.call("record.act", **call)["outcome"] == "ok"
    refused(server, "dept02", "record.act", **call)


def test_effects(server):
    """S1.4.1 an ended session writes nothing: roster, accounts, keys, drafts, files, screens"""
    who = server.sql("SELECT school_code || '-' || id FROM graduate WHERE school_code = '10001' AND class_year = 2026 AND barred IS NULL LIMIT 1")[0][0]
    account, version = server.sql("SELECT school_code || '-' || id, version FROM account WHERE user_name = 'dept03'")[0]
    draft = str(uuid.uuid4())
    refused(server, "school", "roster.bar", id=who, reason="x")
    refused(server, "school", "roster.import_begin", **{"import": str(uuid.uuid4()), "class": 2026})
    refused(server, "school", "account.update", account=account, version=int(version), disabled=True, **change())
    refused(server, "school", "account.create", user="ended-one", password="ein langes Kennwort", department="计算机学院", fields={"name": "x"}, rights={"employment": "write"}, **change())
    c = server.client(server.user("graduate", "nothing yet"))
    assert c.call("draft.put", uuid=draft, flow="destination", kind="B01", content={})["outcome"] == "ok"
    upload = {"upload": str(uuid.uuid4()), "record": draft, "purpose": "proof", "file_name": "a.png", "size": len(PNG)}
    assert c.call("evidence.begin", **upload)["outcome"] == "ok"
    end(server)
    before = state(server)
    for method, params in (("draft.put", {"uuid": draft, "flow": "destination", "kind": "B01", "content": {"city": "x"}}),
                           ("draft.remove", {"uuid": draft}), ("evidence.chunk", {"upload": upload["upload"], "offset": 0, "data": PNG}),
                           ("evidence.begin", {**upload, "upload": str(uuid.uuid4())})):
        expect_error("UNAUTHENTICATED", c.call, method, **params)
        assert state(server) == before, f"{method} wrote something"


def test_disabled(server):
    """S1.4.1 a new password and a disabled account end what is connected, at the next call"""
    school, dept = server.client(server.user("school", "everything")), server.client(next(u for u in server.users if u["user"] == "dept04"))
    record = dept.call("queue.list", limit=1)["rows"][0]
    row = next(r for r in school.call("account.list", text="dept04")["rows"] if r["user"] == "dept04")
    assert school.change("account.update", account=row["id"], version=row["version"], password="ein neues Kennwort")["outcome"] == "ok"
    expect_error("UNAUTHENTICATED", dept.change, "record.act", id=record["id"], version=record["version"], action="approve")
    dept = server.client("dept04", "ein neues Kennwort")
    server.sql("UPDATE session SET seen_at = now() - interval '13 hours' WHERE id = (SELECT max(id) FROM session)")
    expect_error("UNAUTHENTICATED", dept.change, "record.act", id=record["id"], version=record["version"], action="approve")


if __name__ == "__main__":
    main([test_every_method, test_decisions, test_repeated, test_effects, test_disabled], lambda: Server(demo=600))
