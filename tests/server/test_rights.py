#!/usr/bin/python3
"""Rights: every method x role x level of module right against a table of its own (rights.tsv), scope pairwise, and planted
personal numbers found in no answer that may not hold them."""

import csv
import json
import os
import re

from declared import Checked, declarations, login, test_declared
from harness import RpcError, Server, main

HERE = os.path.dirname(os.path.abspath(__file__))
LEVELS = {"none": 0, "read": 1, "write": 2}
USERS = {"graduate": ("graduate", "nothing yet"), "department": ("department", "read and write"), "school": ("school", "everything"),
         "province": ("province", ""), "support": ("support", ""), "operator": ("operator", "")}


def table():
    with open(os.path.join(HERE, "rights.tsv"), encoding="utf-8") as f:
        return list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))


def verdict(client, method, params):
    """ok: admitted, whatever the call came to then; login, denied: not; hidden: there is no such method here."""
    try:
        client.call(method, **params)
        return "ok"
    except RpcError as e:
        return {"UNAUTHENTICATED": "login", "PERMISSION_DENIED": "denied", "UNIMPLEMENTED": "hidden"}.get(e.code, "ok")


def parameters(row):
    params = json.loads(row["parameters"])
    for name in ("data", "sha256"):
        if name in params:
            params[name] = params[name].encode()
    return params


def test_complete(server):
    """S1.4.2 the table of rights names every method there is, and no other"""
    named = {row["method"] for row in table()}
    # logging in and out, and what needs a session of its own to end, are test_core_login's
    apart = {"session.login", "session.resume", "session.activate", "session.logout"}
    assert named | apart == set(declarations()), named ^ (set(declarations()) - apart)


def test_matrix(server):
    """S1.4.2 every method x role x level of right is admitted or refused as the table says"""
    wrong, cells = [], 0
    rows = table()
    for column in [c for c in rows[0] if c not in ("method", "parameters")]:
        role, _, level = column.partition("-")
        user = None if role == "anonymous" else server.user(*USERS[role])
        if level:
            server.sql(f"UPDATE account SET right_employment = {LEVELS[level]}, version = version + 1 WHERE user_name = '{user['user']}'")
        client = Checked(server.client(user))
        for row in rows:
            cells += 1
            got = verdict(client, row["method"], parameters(row))
            if got != row[column]:
                wrong.append(f"{row['method']} by {column}: {got}, not {row[column]}")
        client.close()
    print(f"        {cells} cells")
    assert not wrong, "\n".join(wrong)


def test_read_is_not_write(server):
    """S1.4.2 with `read` no decision is taken, with `write` it is, and with `none` not even looked at"""
    user = server.user("school", "everything")
    c = login(server, user)
    record = c.call("queue.list", flow="destination", state="audit_school", limit=1)["rows"][0]
    for level, outcome in ((1, "forbidden"), (0, "not_found"), (2, "ok")):
        server.sql(f"UPDATE account SET right_employment = {level}, version = version + 1 WHERE user_name = '{user['user']}'")
        answer = c.change("record.act", id=record["id"], version=record["version"], action="approve")
        assert answer["outcome"] == outcome, (level, answer)


def test_scope_pairwise(server):
    """S1.4.5 every pair of a manager and a record: seen exactly where school, department and data scope all agree"""
    records = [(f"{r[0]}-{r[1]}", *r) for r in server.sql(
        "SELECT DISTINCT ON (school_code, department_id, postgraduate) school_code, id, department_id, postgraduate FROM record WHERE state <> 'draft' "
        "AND class_year = 2026 ORDER BY school_code, department_id, postgraduate, id")]
    accounts = server.sql("SELECT user_name, school_code, role, department_id, data_scope FROM account WHERE role IN ('school', 'department') AND right_employment > 0 AND password_hash IS NOT NULL")
    assert len(records) > 20 and len(accounts) > 12
    wrong = []
    for user, school, role, department, scope in accounts:
        c = login(server, user)
        for id, record_school, _, record_department, postgraduate in records:
            expected = (school == record_school and (role == "school" or department == record_department)
                        and scope in ("0", "2" if postgraduate == "t" else "1"))
            for method in ("record.get", "record.history"):
                try:
                    c.call(method, id=id)
                    seen = True
                except RpcError as e:
                    assert e.code == "NOT_FOUND", e.text
                    seen = False
                if seen != expected:
                    wrong.append(f"{method} {id} by {user}: {seen}")
        c.close()
    print(f"        {len(records) * len(accounts)} pairs")
    assert not wrong, "\n".join(wrong[:20])


def test_act_outside_scope(server):
    """S1.4.5 acting on a record outside the scope is answered like acting on none"""
    record = server.sql("SELECT school_code || '-' || id, version FROM record WHERE school_code = '10001' AND state = 'audit_department' AND department_id = "
                        "(SELECT department_id FROM account WHERE user_name = 'dept03') LIMIT 1")[0]
    for user in ("dept04", "school10002", "dept10002"):
        c = login(server, user)
        answers = [c.change("record.act", id=id, version=int(record[1]), action="approve") for id in (record[0], "10001-999999999")]
        previews = [c.call("record.preview", id=id, version=int(record[1]), action="approve") for id in (record[0], "10001-999999999")]
        for pair in (answers, previews):
            assert [{k: v for k, v in a.items() if k != "id"} for a in pair][0] == {k: v for k, v in pair[1].items() if k != "id"}, (user, pair)
            assert pair[0]["outcome"] == "not_found" and "state" not in pair[0]
    assert server.sql(f"SELECT version FROM record WHERE school_code || '-' || id = '{record[0]}'") == [[record[1]]]


def test_data_scope(server):
    """S1.4.5 a school account for postgraduates reaches no undergraduate: not by roster, codes, files, feed or hints"""
    user = server.user("school", "everything")
    server.sql(f"UPDATE account SET right_employment = 2, data_scope = 2, version = version + 1 WHERE user_name = '{user['user']}'")
    c = login(server, user)
    codes = "SELECT g.school_code || '-' || g.id FROM graduate g JOIN account a ON a.school_code = '00000' AND a.person_id = g.person_id AND a.password_hash IS NULL " \
            "WHERE g.school_code = '10001' AND g.class_year = 2026 AND g.student_no <> '' AND {} LIMIT 1"
    below, above = (server.sql(codes.format(which))[0][0] for which in ("NOT g.postgraduate", "g.postgraduate"))
    assert c.call("roster.activation", id=below)["rows"] == [] and len(c.call("roster.activation", id=above)["rows"]) == 1
    assert c.call("roster.bar", id=below, reason="x")["outcome"] == "not_found"
    assert c.call("roster.bar", id=above, reason="x")["outcome"] == "ok" and c.call("roster.bar", id=above)["outcome"] == "ok"
    levels = {r[0]: r[1] for r in server.sql("SELECT school_code || '-' || id, postgraduate FROM graduate")}
    rows = c.call("feed.list", limit=1000)["rows"]
    assert {levels[r["graduate"]] for r in rows} <= {"t"}, "the feed tells of undergraduates"
    c.client.call("queue.watch", on=True)
    record = server.sql("SELECT school_code || '-' || id, version FROM record WHERE school_code = '10001' AND class_year = 2026 AND state = 'audit_department' AND NOT postgraduate "
                        "AND department_id = (SELECT department_id FROM account WHERE user_name = 'dept01') LIMIT 1")[0]
    assert login(server, "dept01").change("record.act", id=record[0], version=int(record[1]), action="approve")["outcome"] == "ok"
    assert c.client.notification(2) is None, "a hint of an undergraduate's record"
    server.sql(f"UPDATE account SET data_scope = 0, version = version + 1 WHERE user_name = '{user['user']}'")


def test_private_draft(server):
    """S2.1.2 nobody but the graduate brings files to a graduate's draft"""
    draft = server.sql("SELECT uuid FROM draft WHERE school_code = '10001' LIMIT 1")[0][0]
    answer = login(server, server.user("school", "everything")).call("evidence.begin", upload="00000000-0000-4000-8000-00000000000a", record=draft,
                                                                     purpose="proof", file_name="a.png", size=10)
    assert answer["outcome"] == "not_found", answer


def read_everything(server, c, role):
    """Whatever this client can read, page by page; no reveal."""
    if role == "graduate":
        records = [r["id"] for r in c.call("graduate.records")["records"]]
        c.call("graduate.self")
        c.call("inbox.list")
    else:
        records = []
        for params in ({}, {"all": True}, {"all": True, "order": "name"}, {"filter": {"text": "1"}}, {"all": True, "filter": {"text": "zhang"}}):
            try:
                records += [r["id"] for r in c.call("queue.list", limit=200, **params)["rows"]]
            except RpcError:
                pass
        for method, params in (("roster.list", {"limit": 200}), ("account.list", {}), ("account.list", {"book": True}), ("settings.get", {}), ("feed.list", {"limit": 1000}),
                               ("queue.counts", {}), ("server.status", {})):
            try:
                c.call(method, **params)
            except RpcError:
                pass
        try:
            for row in c.call("roster.list", limit=30)["rows"]:
                c.call("roster.get", id=row["id"])
        except RpcError:
            pass
    c.call("home.get") if role not in ("province",) else None
    c.call("session.whoami")
    for id in sorted(set(records))[:120]:
        c.call("record.get", id=id)
        c.call("record.history", id=id)
        try:
            if role != "graduate":
                c.call("record.agreement", id=id)
        except RpcError:
            pass


def test_planted(server):
    """X1.5 planted identity numbers and mobiles stand in no answer but a reveal's"""
    # nobody acted above that could have left a number in an answer on purpose: forget what was answered before
    Checked.answers.clear()
    for user in [u for u in server.users if u["role"] not in ("operator",)]:
        c = login(server, user)
        read_everything(server, c, user["role"])
        c.close()
    numbers = {n for row in server.sql("SELECT identity_no, mobile FROM graduate") for n in row if n}
    pattern = re.compile(r"(?<![0-9])(?:\d{17}[\dX]|1\d{10})(?![0-9])")
    hits = [(method, n) for method, text in Checked.answers for n in pattern.findall(text) if n in numbers]
    print(f"        {len(Checked.answers)} answers searched for {len(numbers)} numbers")
    assert len(Checked.answers) > 500 and len(numbers) > 1500
    assert not hits, hits[:10]
    assert any(n in numbers for n in pattern.findall(json.dumps(login(server, "dept02").call("record.reveal", id="10001-" + server.sql(
        "SELECT id FROM record WHERE school_code = '10001' AND department_id = (SELECT department_id FROM account WHERE user_name = 'dept02') LIMIT 1")[0][0])))), "the search would find one"


if __name__ == "__main__":
    main([test_complete, test_matrix, test_read_is_not_write, test_scope_pairwise, test_act_outside_scope, test_data_scope, test_private_draft, test_planted, test_declared], lambda: Server(demo=1000))
