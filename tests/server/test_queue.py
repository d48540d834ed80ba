#!/usr/bin/python3
"""Queues and lists: whole, in order, stable under inserts, within the caller's scope, found by shape; counts exact."""


from declared import login, test_declared
from harness import Server, expect_error, main

SCHOOL_STATES = ("audit_school", "agreement_audit_school", "signing_audit_school", "void_audit_school")


def pages(c, limit=7, **params):
    rows, cursor = [], None
    while True:
        page = c.call("queue.list", limit=limit, **params, **({"cursor": cursor} if cursor else {}))
        rows += page["rows"]
        cursor = page.get("next")
        if not cursor:
            return rows
        assert len(page["rows"]) == limit


def waiting(server, where):
    return {f"10001-{r[0]}" for r in server.sql(f"SELECT id FROM record WHERE school_code = '10001' AND class_year = 2026 AND {where}")}


def test_whole(server):
    """S2.3.10 a queue's pages hold every waiting record once, in each order, both ways"""
    c = login(server, "school")
    expected = waiting(server, "waits_for = 'school'")
    assert len(expected) > 20
    for order in ("submitted", "name", "student_no"):
        up = pages(c, order=order)
        down = pages(c, order=order, descending=True)
        assert {r["id"] for r in up} == expected and len(up) == len(expected), order
        assert [r["id"] for r in down] == [r["id"] for r in up][::-1], order
    assert [r["student_no"] for r in pages(c, order="student_no")] == sorted(r["student_no"] for r in up)
    times = [r["submitted_at"] for r in pages(c, order="submitted", limit=200)]
    assert times == sorted(times)


def test_one_queue(server):
    """S2.3.10 a flow and a state choose one queue; an unknown one is refused by name"""
    c = login(server, "school")
    rows = pages(c, flow="destination", state="audit_school")
    assert rows and {(r["flow"], r["state"]) for r in rows} == {("destination", "audit_school")}
    assert "state" in expect_error("INVALID_ARGUMENT", c.call, "queue.list", state="nowhere").text
    assert "flow" in expect_error("INVALID_ARGUMENT", c.call, "queue.list", flow="nowhere").text
    assert "limit" in expect_error("INVALID_ARGUMENT", c.call, "queue.list", limit=201).text
    assert "order" in expect_error("INVALID_ARGUMENT", c.call, "queue.list", order="identity_no").text


def test_stable(server):
    """paging goes on where it stood though records come and go before and behind"""
    c = login(server, "school")
    first = c.call("queue.list", limit=10)
    seen = [r["id"] for r in first["rows"]]
    gone = first["rows"][3]["id"].split("-")[1]
    server.sql(f"UPDATE record SET submitted_at = now() + interval '1 day', version = version + 1 WHERE school_code = '10001' AND id = {gone}")
    rest, cursor = [], first["next"]
    while cursor:
        page = c.call("queue.list", limit=10, cursor=cursor)
        rest += [r["id"] for r in page["rows"]]
        cursor = page.get("next")
    assert not (set(seen) - {f"10001-{gone}"}) & set(rest), "shown twice"
    assert len(rest) == len(set(rest))
    assert set(seen) | set(rest) == waiting(server, "waits_for = 'school'")


def test_cursor_sealed(server):
    """a cursor opens only the list it is of"""
    c = login(server, "school")
    cursor = c.call("queue.list", limit=5)["next"]
    for other in ({"order": "name"}, {"descending": True}, {"all": True}, {"filter": {"text": "a"}}, {"flow": "destination"}):
        expect_error("INVALID_ARGUMENT", c.call, "queue.list", limit=5, cursor=cursor, **other)
    forged = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    expect_error("INVALID_ARGUMENT", c.call, "queue.list", limit=5, cursor=forged)
    expect_error("INVALID_ARGUMENT", c.call, "queue.list", limit=5, cursor="!")
    d = login(server, "dept01")
    expect_error("INVALID_ARGUMENT", d.call, "queue.list", limit=5, cursor=cursor)


def test_department(server):
    """S1.4.5 a department sees its own queue, and in lists its own records only"""
    c = login(server, "dept02")
    department = server.sql("SELECT department_id FROM account WHERE user_name = 'dept02'")[0][0]
    rows = pages(c)
    assert {r["id"] for r in rows} == waiting(server, f"waits_for = 'department' AND holder_id = {department}")
    everything = pages(c, all=True, limit=50)
    assert {r["id"] for r in everything} == waiting(server, f"department_id = {department} AND state <> 'draft'")
    assert {r["department"] for r in everything} == {"经济管理学院"}
    named = pages(c, all=True, order="name", limit=50)
    assert {r["id"] for r in named} == {r["id"] for r in everything}


def test_data_scope(server):
    """S1.4.5 the data scope limits queues, lists, searches and counts"""
    c = login(server, "dept01-b")  # undergraduates only
    department = server.sql("SELECT department_id FROM account WHERE user_name = 'dept01-b'")[0][0]
    assert {r["id"] for r in pages(c)} == waiting(server, f"waits_for = 'department' AND holder_id = {department} AND NOT postgraduate")
    hidden = waiting(server, f"department_id = {department} AND postgraduate AND state <> 'draft'")
    assert hidden
    everything = {r["id"] for r in pages(c, all=True, limit=50)}
    assert everything == waiting(server, f"department_id = {department} AND NOT postgraduate AND state <> 'draft'")
    one = next(iter(hidden)).split("-")[1]
    student = server.sql(f"SELECT student_no FROM record WHERE school_code = '10001' AND id = {one}")[0][0]
    assert pages(c, all=True, filter={"text": student}) == []
    counts = c.call("queue.counts")
    assert counts["total"] == len(pages(c))
    expect_error("NOT_FOUND", c.call, "record.get", id=f"10001-{one}")


def test_all(server):
    """S2.3.10 a registration list holds every record of the flow but drafts"""
    c = login(server, "school")
    rows = pages(c, all=True, flow="destination", limit=50)
    assert {r["id"] for r in rows} == waiting(server, "flow = 'destination' AND state <> 'draft'")
    voided = pages(c, all=True, state="effective", limit=50)
    assert {r["id"] for r in voided} == waiting(server, "state = 'effective'")


def test_search(server):
    """X1.5 search by shape: whole identity number, last four, student number, initials, name, agreement number; no prefix of an identity number"""
    c = login(server, "school")
    row = server.sql("SELECT r.id, g.identity_no, g.student_no, g.initials, g.name, r.number FROM record r JOIN graduate g USING (school_code) "
                     "WHERE g.id = r.graduate_id AND r.school_code = '10001' AND r.class_year = 2026 AND r.number IS NOT NULL AND g.initials <> '' LIMIT 1")[0]
    record, identity, student, initials, name, number = f"10001-{row[0]}", *row[1:]

    def found(text):
        return {r["id"] for r in pages(c, all=True, filter={"text": text})}

    for text in (identity, identity.lower(), identity[-4:], student, student[:-2], initials, initials.upper(), name, name[:1], number):
        assert record in found(text), text
    assert found(identity) == waiting(server, f"graduate_id = (SELECT graduate_id FROM record WHERE school_code = '10001' AND id = {row[0]}) AND state <> 'draft'")
    for text in (identity[:10], identity[:17], number[:-1], "无此人"):
        assert record not in found(text), text
    assert found("%") == set() and found("_") == set()


def test_filters(server):
    """S2.3.10 filters by department, level, major, kind and employer, alone and together"""
    c = login(server, "school")
    rows = pages(c, all=True, limit=100)
    one = next(r for r in rows if r.get("employer") and r["kind"])
    for field in ("department", "level", "major", "kind", "employer"):
        got = {r["id"] for r in pages(c, all=True, limit=100, filter={field: one[field]})}
        assert got == {r["id"] for r in rows if r.get(field, "").startswith(one[field])}, field
    both = {r["id"] for r in pages(c, all=True, limit=100, filter={"department": one["department"], "kind": one["kind"]})}
    assert one["id"] in both and both == {r["id"] for r in rows if r["department"] == one["department"] and r["kind"] == one["kind"]}


def test_counts(server):
    """S1.5.1 counts are exact, by flow and state, on the home screen too"""
    for user, where in (("school", "waits_for = 'school'"),
                        ("dept03", "waits_for = 'department' AND holder_id = (SELECT department_id FROM account WHERE user_name = 'dept03')")):
        c = login(server, user)
        expected = {(f, s): int(n) for f, s, n in server.sql(f"SELECT flow, state, count(*) FROM record WHERE school_code = '10001' AND class_year = 2026 AND {where} GROUP BY 1, 2")}
        counts = c.call("queue.counts")
        assert {(q["flow"], q["state"]): q["count"] for q in counts["queues"]} == expected
        home = c.call("home.get")
        assert home["pending"] == counts["total"] == sum(expected.values()) and home["queues"] == counts["queues"]


def test_lapsed_notice(server):
    """S1.5.1 a notice of lapsed records, quieted by seeing them, for this account alone"""
    c, other = login(server, "school"), login(server, "school-read")
    assert c.call("home.get")["lapsed_unseen"] == 0
    server.sql("UPDATE record SET flow = 'online_signing', kind = '', state = 'lapsed', waits_for = 'nobody', holder_id = 0, last_at = now(), version = version + 1 WHERE (school_code, id) = "
               "(SELECT school_code, id FROM record WHERE school_code = '10001' AND class_year = 2026 AND state = 'voided' AND flow = 'offline_signing' LIMIT 1)")
    assert c.call("home.get")["lapsed_unseen"] == 1
    assert len(c.call("queue.list", all=True, state="lapsed")["rows"]) == 1
    for _ in range(50):
        if c.call("home.get")["lapsed_unseen"] == 0:
            break
    assert c.call("home.get")["lapsed_unseen"] == 0
    assert other.call("home.get")["lapsed_unseen"] == 1


def test_marks(server):
    """X1.10 a resubmitted record that changed in nothing is marked; one that changed is marked otherwise"""
    c = login(server, "school")
    ids = [r["id"] for r in c.call("queue.list", flow="destination", state="audit_school", limit=2)["rows"]]
    for id, changed in zip(ids, (False, True)):
        n = id.split("-")[1]
        server.sql(f"""
            INSERT INTO record_content SELECT school_code, record_id, revision + 1, content || '{'{"unit_name": "别的公司"}' if changed else '{}'}', salt, now()
                FROM record_content WHERE school_code = '10001' AND record_id = {n} ORDER BY revision DESC LIMIT 1;
            INSERT INTO event (school_code, at, record_id, graduate_id, actor_school, actor_id, actor_role, flow, action, from_state, to_state, version, graduate_version, revision)
                SELECT school_code, now(), id, graduate_id, '10001', 1, 'school', flow, 'return', state, 'returned', version, 1, revision
                FROM record WHERE school_code = '10001' AND id = {n};
            UPDATE record SET revision = revision + 1, version = version + 1 WHERE school_code = '10001' AND id = {n}""")
    rows = {r["id"]: r["marks"] for r in c.call("queue.list", flow="destination", state="audit_school", limit=200)["rows"]}
    assert "resubmitted_unchanged" in rows[ids[0]] and "resubmitted" not in rows[ids[0]]
    assert "resubmitted" in rows[ids[1]] and "resubmitted_unchanged" not in rows[ids[1]]
    assert "content_before" in c.call("record.get", id=ids[1])


def test_masked(server):
    """X1.5 lists mask identity numbers"""
    c = login(server, "school")
    for r in pages(c, all=True, limit=200):
        assert "*" in r["identity_no"] and not r["identity_no"].replace("X", "").isdigit()


if __name__ == "__main__":
    main([test_whole, test_one_queue, test_stable, test_cursor_sealed, test_department, test_data_scope, test_all, test_search, test_filters,
          test_counts, test_lapsed_notice, test_marks, test_masked, test_declared], lambda: Server(demo=1000))
