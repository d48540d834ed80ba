#!/usr/bin/python3
"""What an audit screen shows of a record, to whom; its history, its agreement, and the unmasked numbers with their audit row."""

import uuid

from declared import login, test_declared
from harness import Server, expect_error, main, wait_for


def one(server, where):
    """An id of a record of the first school."""
    return "10001-" + server.sql(f"SELECT id FROM record WHERE school_code = '10001' AND class_year = 2026 AND {where} ORDER BY id LIMIT 1")[0][0]


def auditor_of(server, record):
    department = server.sql(f"SELECT d.name FROM record r JOIN department d ON d.school_code = r.school_code AND d.id = r.department_id WHERE r.school_code || '-' || r.id = '{record}'")[0][0]
    return next(u for u in server.users if u["school"] == "10001" and u["department"] == department and u["note"] == "department: read and write")


def stranger_to(server, record):
    own = auditor_of(server, record)
    return next(u for u in server.users if u["school"] == "10001" and u["role"] == "department" and u["department"] != own["department"])


def test_audit_screen(server):
    """S2.1.7 an audit screen has stage bar, form, graduate, evidence, earlier records and what may be done"""
    record = one(server, "state = 'audit_school' AND flow = 'destination'")
    r = login(server, "school").call("record.get", id=record)
    assert [s["state"] for s in r["stages"]] == ["done", "done", "now", "to_come"]
    assert [s["stage"] for s in r["stages"]] == ["draft", "audit_department", "audit_school", "effective"]
    assert r["content"] and r["graduate"]["name"] and r["graduate"]["political_status"] and r["evidence"]
    ok = {m["action"] for m in r["may"] if m["ok"]}
    assert {"approve", "return", "reject", "change"} <= ok and "void" not in ok
    effective = login(server, "school").call("record.get", id=one(server, "state = 'effective'"))
    assert effective["ledger"]["destination"]["source"] and effective["stages"][-1] == {"stage": "effective", "state": "now"}


def test_then(server):
    """S2.1.7 the graduate's data as at submission stand beside those of now"""
    c = login(server, "school")
    g = login(server, server.user("graduate", "directed"))
    # submitted by this very server: the workflow keeps the graduate with the content
    records = [r for r in g.call("graduate.records")["records"]]
    if not records:
        source = c.call("queue.list", all=True, flow="offline_signing", limit=1)["rows"][0]["id"]
        content = {**c.call("record.get", id=source)["content"], **c.call("record.reveal", id=source)["content"]}
        u = str(uuid.uuid4())
        assert g.call("draft.put", uuid=u, flow="offline_signing", content=content)["outcome"] == "ok"
        done = g.change("record.act", uuid=u, action="submit")
        assert done["outcome"] == "ok", done
        records = g.call("graduate.records")["records"]
    record = records[0]["id"]
    number = record.split("-")[1]
    server.sql(f"UPDATE graduate SET mobile = '13800001234', major = '新专业' WHERE (school_code, id) = (SELECT school_code, graduate_id FROM record WHERE school_code = '10001' AND id = {number})")
    r = c.call("record.get", id=record)
    assert r["graduate"]["major"] == "新专业" and r["graduate"]["mobile"] == "138****1234"
    assert r["graduate_then"]["major"] != "新专业" and r["graduate_then"]["name"] == r["graduate"]["name"]
    assert "*" in r["graduate_then"]["mobile"]

    assert not any(k.startswith("_") for k in r["content"])


def test_ledger_masked(server):
    """X1.5 the ledger's block masks the contact's mobile and e-mail as the form beside it does"""
    record, mobile = server.sql("SELECT l.destination->>'record_id', l.destination->>'mobile' FROM ledger l JOIN record r ON r.school_code = l.school_code AND r.graduate_id = l.graduate_id "
                                "WHERE l.school_code = '10001' AND l.destination ? 'mobile' AND l.destination ? 'email' AND r.state = 'effective' LIMIT 1")[0]
    block = login(server, "school").call("record.get", id=record)["ledger"]["destination"]
    assert block["mobile"] == mobile[:3] + "****" + mobile[-4:] and "***@" in block["email"], block


def test_reveal_contact(server):
    """X1.5 revealing gives the employer's contact whole, too: of the form and of the ledger beside it"""
    record, mobile, email = server.sql("SELECT l.school_code || '-' || r.id, l.destination->>'mobile', l.destination->>'email' FROM ledger l JOIN record r ON r.school_code = l.school_code "
                                       "AND r.graduate_id = l.graduate_id WHERE l.school_code = '10001' AND l.destination ? 'mobile' AND l.destination ? 'email' AND r.state = 'effective' LIMIT 1")[0]
    c = login(server, "school")
    masked = {k: v for k, v in c.call("record.get", id=record)["content"].items() if "***" in v}
    answer = c.call("record.reveal", id=record)
    assert answer["ledger"] == {"destination": {"mobile": mobile, "email": email}}, answer
    assert masked and set(masked) <= set(answer["content"]) and "***" not in str(answer), (masked, answer)


def test_returned_stage(server):
    """S2.1.7 a returned record stands aside of the stage bar, behind the stage that returned it"""
    r = login(server, "school").call("record.get", id=one(server, "state = 'returned' AND flow = 'destination'"))
    states = {s["stage"]: s["state"] for s in r["stages"]}
    assert states["returned"] == "now" and states["effective"] == "to_come"


def test_scope(server):
    """S1.4.5 a record outside the scope looks exactly like one that is not there"""
    record = one(server, "state = 'audit_department'")
    absent = "10001-999999999"
    for c in (login(server, stranger_to(server, record)), login(server, "school10002"), login(server, server.user("graduate", "nothing yet")),
              login(server, "support")):
        for method in ("record.get", "record.history", "record.agreement", "record.reveal"):
            assert expect_error("NOT_FOUND", c.call, method, id=record).text == expect_error("NOT_FOUND", c.call, method, id=absent).text
    assert login(server, auditor_of(server, record)).call("record.get", id=record)["id"] == record


def test_own(server):
    """S1.3.1 a graduate reads own records whole, and nobody else's"""
    user = server.user("graduate", "agreement effective")
    g = login(server, user)
    mine = g.call("graduate.records")["records"][0]["id"]
    r = g.call("record.get", id=mine)
    assert "*" not in "".join(r["content"].values()), "one's own form is not masked"
    assert "*" in r["graduate"]["identity_no"]
    assert g.call("record.reveal", id=mine)["identity_no"].isalnum()
    assert len(g.call("record.history", id=mine)["rows"]) >= 4
    other = one(server, f"state = 'effective' AND id <> {mine.split('-')[1]}")
    expect_error("NOT_FOUND", g.call, "record.get", id=other)


def test_module_none(server):
    """S1.4.2 `none` on a module leaves its ledger block out of every answer, `read` brings it"""
    record = one(server, "state = 'effective' AND NOT postgraduate AND department_id = (SELECT department_id FROM account WHERE user_name = 'dept01')")
    server.sql("UPDATE ledger l SET archive = '{\"source\": \"x\", \"record_id\": \"10001-1\", \"date\": \"2026-06-30\", \"unit\": \"PLANTED-ARCHIVE\"}', household = '{\"source\": \"x\", \"record_id\": \"10001-1\", \"date\": \"2026-06-30\", \"address\": \"PLANTED-HOUSEHOLD\"}' "
               f"FROM record r WHERE r.school_code || '-' || r.id = '{record}' AND l.school_code = r.school_code AND l.graduate_id = r.graduate_id")
    full, none = login(server, "dept01").call("record.get", id=record), login(server, "dept01-b").call("record.get", id=record)
    assert full["ledger"]["archive"]["unit"] == "PLANTED-ARCHIVE" and full["ledger"]["household"]["address"] == "PLANTED-HOUSEHOLD"
    assert set(none["ledger"]) == {"destination", "version"} and "PLANTED" not in str(none)
    archive_only = login(server, "school-archive")
    home = archive_only.call("home.get")
    assert set(home) == {"help_contact"}, home
    for method, params in (("queue.list", {}), ("queue.counts", {}), ("record.get", {"id": record}), ("record.history", {"id": record}), ("evidence.get", {"id": record})):
        expect_error("PERMISSION_DENIED", archive_only.call, method, **params)


def test_reveal(server):
    """X1.5 revealing gives the numbers and leaves a row in the audit log each time: who, what, from where"""
    record = one(server, "state = 'audit_department'")
    auditor = auditor_of(server, record)
    c = login(server, auditor)
    planted = server.sql(f"SELECT g.id, g.identity_no, g.mobile FROM graduate g JOIN record r ON r.school_code = g.school_code AND r.graduate_id = g.id WHERE r.school_code || '-' || r.id = '{record}'")[0]
    assert planted[1] not in str(c.call("record.get", id=record))
    for n in (1, 2):
        answer = c.call("record.reveal", id=record)
        assert (answer["identity_no"], answer["mobile"]) == (planted[1], planted[2])
        rows = server.sql(f"SELECT a.user_name, l.address <> '', l.session_id IS NOT NULL FROM audit_log l JOIN account a ON a.school_code = l.actor_school AND a.id = l.actor_id "
                          f"WHERE l.kind = 'reveal' AND l.subject = 'record:{record}'")
        assert rows == [[auditor["user"], "t", "t"]] * n, rows
    assert c.call("record.reveal", graduate=f"10001-{planted[0]}")["identity_no"] == planted[1]
    assert server.sql(f"SELECT count(*) FROM audit_log WHERE kind = 'reveal' AND subject = 'graduate:10001-{planted[0]}'") == [["1"]]
    before = server.sql("SELECT count(*) FROM audit_log WHERE kind = 'reveal'")
    expect_error("NOT_FOUND", login(server, stranger_to(server, record)).call, "record.reveal", id=record)
    assert server.sql("SELECT count(*) FROM audit_log WHERE kind = 'reveal'") == before, "nothing was shown"
    expect_error("INVALID_ARGUMENT", c.call, "record.reveal")


def test_agreement(server):
    """S2.5.6 the agreement as text: number, parties, form; masked for auditors, whole for the graduate; S2.2.1 two or three parties"""
    record = one(server, "number IS NOT NULL AND state = 'effective' AND flow = 'offline_signing'")
    number, identity, employer = server.sql(f"SELECT r.number, g.identity_no, r.employer_name FROM record r JOIN graduate g ON g.school_code = r.school_code AND g.id = r.graduate_id WHERE r.school_code || '-' || r.id = '{record}'")[0]
    c = login(server, "school")
    zh, en = c.call("record.agreement", id=record), c.call("record.agreement", id=record, language="en")
    for a in (zh, en):
        assert a["number"] == number and number in a["text"] and employer in a["text"] and identity not in a["text"]
    assert "就业协议书" in zh["text"] and "双方协议" in zh["text"] and "Employment Agreement" in en["text"] and "two parties" in en["text"]
    server.sql("UPDATE school SET agreement_parties = 3 WHERE school_code = '10001'")
    assert "三方协议" in c.call("record.agreement", id=record)["text"]
    server.sql("UPDATE school SET agreement_parties = 2 WHERE school_code = '10001'")
    expect_error("FAILED_PRECONDITION", c.call, "record.agreement", id=one(server, "number IS NULL AND flow = 'offline_signing' AND state <> 'draft'"))
    g = login(server, server.user("graduate", "agreement effective"))
    mine = next(r for r in g.call("graduate.records")["records"] if r.get("number"))["id"]
    n = mine.split("-")[1]
    assert server.sql(f"SELECT passed_on FROM record WHERE school_code = '10001' AND id = {n}") == [["f"]]
    c.call("record.agreement", id=mine)
    assert server.sql(f"SELECT passed_on FROM record WHERE school_code = '10001' AND id = {n}") == [["f"]], "a look at the screen"
    assert "*" not in g.call("record.agreement", id=mine)["text"]
    assert server.sql(f"SELECT passed_on FROM record WHERE school_code = '10001' AND id = {n}") == [["t"]], "X1.6 the graduate may have printed it"


def test_others(server):
    """X1.2 who is looking at a record is told to the next one, until they look elsewhere or leave"""
    first, second = [one(server, f"state = 'audit_school' AND flow = '{f}'") for f in ("destination", "destination")]
    second = one(server, f"state = 'audit_school' AND id <> {first.split('-')[1]}")
    a, b = login(server, "school"), login(server, "school-read")
    assert a.call("record.get", id=first, look=True)["others"] == []
    name = server.sql("SELECT name FROM account WHERE user_name = 'school'")[0][0]
    assert b.call("record.get", id=first)["others"] == [name]
    assert a.call("record.get", id=first)["others"] == [], "b did not say that it looks"
    a.call("record.get", id=second, look=True)
    assert b.call("record.get", id=first)["others"] == []
    assert b.call("record.get", id=second)["others"] == [name]
    a.close()
    assert wait_for(lambda: b.call("record.get", id=second)["others"] == [])


def test_history(server):
    """S2.1.7 the history has every step with its reason, who and when, newest last"""
    record = one(server, "state = 'returned' AND flow = 'destination'")
    rows = login(server, "school").call("record.history", id=record)["rows"]
    assert rows[0]["action"] == "submit" and rows[-1]["action"] == "return" and rows[-1]["reason_text"] and rows[-1]["by"]
    assert [r["at"] for r in rows] == sorted(r["at"] for r in rows)
    assert [r["version"] for r in rows] == list(range(1, len(rows) + 1))


def test_why_not(server):
    """X1.9 what can't be done says why: the failed guards, or that it is somebody else's to do"""
    record = one(server, "state = 'audit_department'")
    may = {m["action"]: m for m in login(server, "school").call("record.get", id=record)["may"]}
    assert not may["approve"]["ok"] and may["approve"]["outcome"] in ("wrong_state", "forbidden")
    read_only = login(server, "school-read").call("record.get", id=one(server, "state = 'audit_school'"))
    may = {m["action"]: m for m in read_only["may"]}
    assert may["approve"] == {"action": "approve", "ok": False, "outcome": "forbidden", "failed": ["right"]}


def test_right_at_once(server):
    """S1.4.2 a right taken away holds at the very next call"""
    c = login(server, "dept05")
    assert c.call("queue.counts")["total"] >= 0
    server.sql("UPDATE account SET right_employment = 0, version = version + 1 WHERE user_name = 'dept05'")
    expect_error("PERMISSION_DENIED", c.call, "queue.counts")
    server.sql("UPDATE account SET right_employment = 2, version = version + 1 WHERE user_name = 'dept05'")
    assert c.call("queue.counts")["total"] >= 0
    server.sql("UPDATE account SET data_scope = 2, version = version + 1 WHERE user_name = 'dept05'")
    department = server.sql("SELECT department_id FROM account WHERE user_name = 'dept05'")[0][0]
    left = server.sql(f"SELECT count(*) FROM record WHERE waits_for = 'department' AND school_code = '10001' AND class_year = 2026 AND holder_id = {department} AND postgraduate")[0][0]
    assert c.call("queue.counts")["total"] == int(left), "S1.4.5"


def test_feed(server):
    """S2.11.1 the feed gives every row once in commit order, and the same cursor again gives what came since"""
    c = login(server, "school")
    rows, cursor = [], None
    while True:
        page = c.call("feed.list", limit=100, **({"cursor": cursor} if cursor else {}))
        cursor = page["next"]
        if not page["rows"]:
            break
        rows += page["rows"]
    assert len(rows) == len({r["id"] for r in rows}) == int(server.sql("SELECT count(*) FROM feed WHERE school_code = '10001'")[0][0])
    record = c.call("queue.list", flow="destination", state="audit_school", limit=1)["rows"][0]
    done = c.change("record.act", id=record["id"], version=record["version"], action="approve")
    assert done["outcome"] == "ok", done
    new = wait_for(lambda: c.call("feed.list", cursor=cursor)["rows"], 5)
    assert new and {r["record"] for r in new} == {record["id"]}
    expect_error("INVALID_ARGUMENT", c.call, "feed.list", cursor="x" + cursor[1:])


if __name__ == "__main__":
    main([test_audit_screen, test_then, test_ledger_masked, test_reveal_contact, test_returned_stage, test_scope, test_own, test_module_none, test_reveal, test_agreement, test_others,
          test_history, test_why_not, test_right_at_once, test_feed, test_declared], lambda: Server(demo=1000))
