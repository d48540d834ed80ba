#!/usr/bin/python3
"""The roster: imports of every kind of file, errors by line and column, repetition, and the list."""

import csv
import random
import threading
import time
import uuid

from declared import login, test_declared
from harness import Server, expect_error, main, sanitized, wait_for
from roster_sample import COLUMNS, identity, row, write

CLASS = 2027
PIECE = 1 << 20


def bring(c, data, class_year=CLASS, alone=False):
    which = str(uuid.uuid4())
    assert c.call("roster.import_begin", **{"import": which, "class": class_year, "good_rows_alone": alone})["outcome"] == "ok"
    for at in range(0, len(data), PIECE):
        r = c.call("roster.import_data", **{"import": which, "data": data[at:at + PIECE], "offset": at})
        assert r["outcome"] == "ok", r
    return c.call("roster.import_run", **{"import": which})


def at_class(server, user, year):
    c = login(server, user)
    c.call("session.select", **{"class": year})
    return c


def counts(r):
    return {k: r[k] for k in ("outcome", "rows", "added", "changed", "unchanged", "refused")}


def class_size(server, class_year=CLASS):
    return int(server.sql(f"SELECT count(*) FROM graduate WHERE school_code = '10001' AND class_year = {class_year}")[0][0])


def test_first(server):
    """S2.2.7 a file brings its graduates, their accounts without a password, and opens the class"""
    r = bring(login(server, "school"), write([row(n) for n in range(40)]))
    assert counts(r) == {"outcome": "ok", "rows": 40, "added": 40, "changed": 0, "unchanged": 0, "refused": 0}, r
    assert r["encoding"] == "UTF-8" and r["errors"] == [] and r["missing"] == 0 and class_size(server) == 40
    got = server.sql("SELECT g.name_key, g.initials, a.password_hash IS NULL, g.postgraduate FROM graduate g JOIN account a ON "
                     "a.person_id = g.person_id WHERE g.school_code = '10001' AND g.class_year = 2027 AND g.exam_no = '22330106000000'")
    assert got == [["wang shi wei", "wsw", "t", "f"]], got
    assert server.sql("SELECT online_signing, supplement, destination FROM season WHERE school_code = '10001' AND class_year = 2027") == [["f", "f", "f"]]


def test_again(server):
    """S2.2.7 a second import of the same file changes nothing"""
    before = server.sql("SELECT md5(string_agg(g::text, ',' ORDER BY id)) FROM graduate g")
    r = bring(login(server, "school"), write([row(n) for n in range(40)]))
    assert r["unchanged"] == 40 and r["added"] == r["changed"] == 0, r
    assert server.sql("SELECT md5(string_agg(g::text, ',' ORDER BY id)) FROM graduate g") == before


def test_shapes(server):
    """S2.2.7 UTF-8 and GB18030, BOM or not, LF or CRLF, quoted or not, headers in any order: all the same file"""
    c = login(server, "school")
    mixed = COLUMNS[:]
    random.Random(4).shuffle(mixed)
    rows = [row(n) for n in range(40)]
    for encoding, end, quoting, columns in (("utf-8-sig", "\n", csv.QUOTE_MINIMAL, COLUMNS), ("gb18030", "\r\n", csv.QUOTE_MINIMAL, mixed),
                                            ("gb18030", "\n", csv.QUOTE_ALL, COLUMNS), ("utf-8", "\r\n", csv.QUOTE_ALL, mixed)):
        r = bring(c, write(rows, columns, encoding, end, quoting))
        assert r["unchanged"] == 40 and r["encoding"] == ("GB18030" if encoding == "gb18030" else "UTF-8"), (encoding, r)


def test_codes(server):
    """S2.2.7 a code's words fill in the code, the code its words; contradicting ones are told"""
    c = login(server, "school")
    words = [k for k in COLUMNS if k not in ("民族代码", "学历代码", "生源所在地代码", "培养方式")]
    r = bring(c, write([row(n, 学历="本科生毕业") for n in range(40)], words))
    assert r["unchanged"] == 40, r
    r = bring(c, write([row(0, 民族="回族")]))
    assert r["outcome"] == "invalid" and [(e["line"], e["column"], e["error"]) for e in r["errors"]] == [(2, "民族代码", "code_and_words_differ")], r


def test_errors(server):
    """S2.2.7 every bad row is told with its line, column and reason; personal values masked; nothing is taken in"""
    c = login(server, "school")
    good = identity(500)
    bad = {"identity_check": row(500, 身份证号=good[:17] + ("1" if good[17] != "1" else "2")),
           "identity_date": row(500, 身份证号="110101200102290015", 出生日期="", 性别代码="", 性别=""),
           "identity_differs": row(500, 出生日期="2001-01-01"), "other_school": row(500, 院校代码="10002"),
           "unknown_code": row(500, 政治面貌代码="77", 政治面貌=""), "required": row(500, 姓名=""), "bad_exam_no": row(500, 考生号="22-33-0106"),
           "bad_phone": row(500, 手机号码="12345678901"), "other_class": row(500, 毕业时间="202606"), "bad_date": row(500, 出生日期="2003-13-41")}
    for error, r in bad.items():
        answer = bring(c, write([row(501), row(502, 家庭住址='楼道"二"\n三室'), r]))
        told = [(e["line"], e["error"]) for e in answer["errors"]]
        assert answer["outcome"] == "invalid" and (5, error) in told, (error, answer["errors"])
        assert all(line == 5 for line, _ in told) and answer["refused"] == 1 and answer["added"] == 0
        assert good not in str(answer)
    assert class_size(server) == 40
    differs = bring(c, write([row(500, 性别代码="2", 性别="女")]))["errors"]
    assert [(e["column"], e["error"]) for e in differs] == [("性别代码", "identity_differs")], differs


def test_header(server):
    """S2.2.7 a missing or doubled column is told at the header; a strange one is ignored and named"""
    c = login(server, "school")
    r = bring(c, write([row(0)], [k for k in COLUMNS if k != "学号"]))
    assert r["outcome"] == "invalid" and ("学号", "missing_column") in [(e["column"], e["error"]) for e in r["errors"]], r
    r = bring(c, write([row(0)], COLUMNS + ["姓名"]))
    assert ("姓名", "duplicate_column") in [(e["column"], e["error"]) for e in r["errors"]], r
    r = bring(c, write([row(0)], COLUMNS + ["备注"]))
    assert r["outcome"] == "ok" and r["ignored_columns"] == ["备注"] and r["unchanged"] == 1, r


def test_broken(server):
    """S2.2.7 a file that is neither UTF-8 nor GB18030, a quote that never ends, a short row: told, nothing taken in"""
    c = login(server, "school")
    r = bring(c, write([row(0)]) + b"\xff\xff\xff")
    assert r["outcome"] == "invalid" and r["fields"][0]["field"] == "data" and "byte" in r["fields"][0]["error"], r
    r = bring(c, write([row(0)]) + '"王'.encode())
    assert r["outcome"] == "invalid" and r["errors"][-1]["error"] == "bad_quotes", r
    r = bring(c, write([row(0)]) + "只有,三,格\r\n".encode(), alone=True)
    assert r["outcome"] == "ok" and r["errors"][0]["error"] == "wrong_number_of_columns" and r["errors"][0]["line"] == 3, r
    r = c.call("roster.import_run", **{"import": str(uuid.uuid4())})
    assert r["outcome"] == "not_found"


def test_alone(server):
    """S2.2.7 good rows can be taken in alone; the same number twice in a file is told"""
    c = login(server, "school")
    rows = [row(60), row(61, 姓名=""), row(62), row(62)]
    r = bring(c, write(rows), alone=True)
    assert counts(r) == {"outcome": "ok", "rows": 4, "added": 2, "changed": 0, "unchanged": 0, "refused": 2}, r
    assert [(e["line"], e["column"], e["error"]) for e in r["errors"]] == [
        (3, "姓名", "required"), (5, "考生号", "twice_in_file"), (5, "身份证号", "twice_in_file")], r["errors"]
    assert r["missing"] == 40


def test_person(server):
    """S2.2.7 a changed identity number is a conflict that is told, never a new person"""
    c = login(server, "school")
    persons = server.sql("SELECT count(*) FROM person")
    r = bring(c, write([row(0, 身份证号=identity(900), 出生日期="")]), alone=True)
    assert r["refused"] == 1 and r["added"] == r["changed"] == 0, r
    assert [(e["line"], e["column"], e["error"]) for e in r["errors"]] == [(2, "身份证号", "other_person")]
    r = bring(c, write([row(0, 考生号="22330106990000"), row(63)]))
    assert r["outcome"] == "invalid" and r["errors"][0]["column"] == "考生号" and r["added"] == 0
    assert server.sql("SELECT count(*) FROM person") == persons


def test_change(server):
    """S2.2.7 a changed row changes its graduate and the copies in the records"""
    c = login(server, "school")
    found = server.sql("SELECT g.exam_no, g.identity_no, g.student_no, g.graduation, r.id, d.name FROM graduate g JOIN record r ON r.school_code = g.school_code AND "
                       "r.graduate_id = g.id JOIN department d ON d.school_code = g.school_code AND d.id = g.department_id WHERE g.school_code = '10001' AND g.class_year = 2026 "
                       "AND r.waits_for = 'department' AND NOT g.postgraduate AND g.training_mode = '1' ORDER BY g.id LIMIT 1")[0]
    other = "法学院" if found[5] != "法学院" else "文学院"
    new = row(0, 考生号=found[0], 身份证号=found[1], 学号=found[2], 毕业时间=found[3], 姓名="新名字", 性别代码="1" if int(found[1][16]) % 2 else "2", 性别="", 出生日期="",
              所在院系=other)
    r = bring(c, write([new]), class_year=2026)
    assert r["changed"] == 1 and r["outcome"] == "ok", r
    got = server.sql(f"SELECT r.name, r.name_key, d.name, r.holder_id = d.id FROM record r JOIN department d ON d.school_code = r.school_code AND d.id = r.department_id "
                     f"WHERE r.school_code = '10001' AND r.id = {found[4]}")
    assert got == [["新名字", "xin ming zi", other, "t"]], got


def test_training_mode(server):
    """S2.9.2 an import doesn't change the training mode to or from directed: the rest is taken in, the row is told"""
    c = login(server, "school")
    r = bring(c, write([row(1, 培养方式代码="2", 培养方式="定向", 家庭住址="新址")]))
    assert r["outcome"] == "ok" and r["changed"] == 1 and r["refused_modes"] == [2], r
    assert server.sql("SELECT training_mode, roster ->> 'home_address' FROM graduate WHERE school_code = '10001' AND class_year = 2027 "
                      "AND exam_no = '22330106000001'") == [["1", "新址"]]


def test_new_department(server):
    """S2.2.8 an import that brings a new department succeeds and lists it; a waiting account is matched to it"""
    c = login(server, "school")
    r = bring(c, write([row(70, 所在院系="海洋学院")]))
    assert r["outcome"] == "ok" and r["new_departments"] == ["海洋学院"], r
    assert "海洋学院" in c.call("account.list")["departments_without_account"]
    r = bring(c, write([row(71, 所在院系="海洋学院")]))
    assert r["new_departments"] == [], r


def test_resume(server):
    """S2.2.7 an upload goes on where it stood; the same run again gets the first report"""
    c = login(server, "school")
    data, which = write([row(n) for n in range(40)]), str(uuid.uuid4())
    begin = {"import": which, "class": CLASS}
    c.call("roster.import_begin", **begin)
    c.call("roster.import_data", **{"import": which, "data": data[:1000], "offset": 0})
    assert c.call("roster.import_data", **{"import": which, "data": data[:1000], "offset": 0})["outcome"] == "ok"
    assert c.call("roster.import_data", **{"import": which, "data": data[2000:], "offset": 2000})["outcome"] == "stale"
    other = login(server, "school")
    assert other.call("roster.import_begin", **begin)["received"] == 1000
    other.call("roster.import_data", **{"import": which, "data": data[1000:], "offset": 1000})
    first = other.call("roster.import_run", **{"import": which})
    assert first["rows"] == 40 and other.call("roster.import_run", **{"import": which}) == first
    assert login(server, "school-read").call("settings.get") and expect_error("PERMISSION_DENIED", login(server, "school-read").call, "roster.import_run", **{"import": which})


def test_list(server):
    """S1.5.7 the roster's pages hold everybody once, both ways; found by name, initials, number; may sign with its reason"""
    c = at_class(server, "school", 2026)
    expected = {f"10001-{r[0]}" for r in server.sql("SELECT id FROM graduate WHERE school_code = '10001' AND class_year = 2026")}
    for order in ("name", "student_no"):
        for descending in (False, True):
            rows, cursor = [], None
            while True:
                page = c.call("roster.list", order=order, descending=descending, limit=60, **({"cursor": cursor} if cursor else {}))
                rows += page["rows"]
                cursor = page.get("next")
                if not cursor:
                    break
            assert {r["id"] for r in rows} == expected and len(rows) == len(expected)
    one = rows[5]
    assert one["may_sign"] and "*" in one["identity_no"]
    whole = server.sql(f"SELECT identity_no, initials, name FROM graduate WHERE school_code = '10001' AND id = {one['id'].split('-')[1]}")[0]
    for text in (whole[0], whole[0][-4:], whole[1], whole[2], one["student_no"]):
        assert one["id"] in {r["id"] for r in c.call("roster.list", filter={"text": text}, limit=200)["rows"]}, text
    d = at_class(server, "dept01", 2026)
    mine = d.call("roster.list", limit=200)["rows"]
    assert mine and {r["department"] for r in mine} == {"计算机学院"}
    expect_error("NOT_FOUND", d.call, "roster.get", id=next(r["id"] for r in rows if r["department"] != "计算机学院"))


def test_bar(server):
    """S1.5.7 the school sets and lifts *may not sign*, with its reason"""
    c = at_class(server, "school", 2026)
    one = c.call("roster.list", limit=1)["rows"][0]["id"]
    assert c.call("roster.bar", id=one, reason="学籍异常")["outcome"] == "ok"
    got = c.call("roster.get", id=one)
    assert not got["may_sign"] and got["why_not"] == "barred"
    assert one in {r["id"] for r in c.call("roster.list", filter={"may_sign": False}, limit=200)["rows"]}
    assert c.call("roster.bar", id=one)["outcome"] == "ok" and c.call("roster.get", id=one)["may_sign"]


def test_activation(server):
    """S1.3.2 the school prints one-time codes; a graduate activates with one, once"""
    c = login(server, "school")
    c.call("session.select", **{"class": CLASS})
    made = c.call("roster.activation", department="计算机学院")["rows"]
    assert len(made) >= 40
    g = server.client()
    assert g.call("session.activate", user=made[0]["user"], code=made[0]["code"].lower(), password="eine gute Losung")["token"]
    expect_error("UNAUTHENTICATED", server.client().call, "session.activate", user=made[0]["user"], code=made[0]["code"], password="noch eine Losung")
    assert made[0]["code"] not in str(server.sql("SELECT encode(code_hash, 'escape') FROM activation"))


def percentile(values, q):
    return sorted(values)[int(len(values) * q)]


def test_large(server):
    """S2.2.7 20,000 rows with progress, in bounded memory, while decisions' path stays quick"""
    c, watcher = login(server, "school"), at_class(server, "dept01", 2026)
    data = write([row(n, 院校代码="10001") for n in range(1000, 21000)])
    quick = []

    def ask(seconds, times, stop):
        end = time.monotonic() + seconds
        while time.monotonic() < end and not stop.is_set():
            at = time.monotonic()
            watcher.call("queue.counts")
            times.append(time.monotonic() - at)
            time.sleep(0.005)

    ask(2, quick, threading.Event())
    busy, stop = [], threading.Event()
    thread = threading.Thread(target=ask, args=(120, busy, stop))
    before, at = server.rss(), time.monotonic()
    thread.start()
    r = bring(c, data)
    seconds = time.monotonic() - at
    stop.set()
    thread.join()
    assert r["added"] == 20000 and r["refused"] == 0, {k: v for k, v in r.items() if k != "errors"}
    progress = [p for m, p in c.client.notifications if m == "roster.progress"]
    done = [(p[0] if isinstance(p, list) else p)["done"] for p in progress]
    assert len(done) > 10 and done == sorted(done) and done[-1] == 20000
    grown = server.rss() - before
    print(f"        {len(data) >> 10} KiB, 20,000 rows in {seconds:.1f} s; resident +{grown >> 10} MiB; "
          f"queue.counts p99 {percentile(quick, .99) * 1000:.1f} ms idle, {percentile(busy, .99) * 1000:.1f} ms meanwhile")
    assert grown < (64 << 10) * (16 if sanitized() else 1)
    at = time.monotonic()
    again = bring(c, data)
    print(f"        the same file again in {time.monotonic() - at:.1f} s")
    assert again["unchanged"] == 20000, again["changed"]


def test_broken_off(server):
    """S2.2.7 an import whose server was killed is run again and takes in the rest, nothing twice"""
    c, which, data = login(server, "school"), str(uuid.uuid4()), write([row(n) for n in range(30000, 36000)])
    c.call("roster.import_begin", **{"import": which, "class": CLASS})
    for at in range(0, len(data), PIECE):
        c.call("roster.import_data", **{"import": which, "data": data[at:at + PIECE], "offset": at})
    before = class_size(server)
    c.client.send("roster.import_run", {"import": which})
    assert wait_for(lambda: class_size(server) > before, 20)
    server.kill()
    taken = class_size(server) - before
    assert taken % 500 == 0
    server.demo = 0
    server.start()
    r = login(server, "school").call("roster.import_run", **{"import": which})
    assert r["outcome"] == "ok" and r["added"] + r["unchanged"] == 6000 and r["unchanged"] >= taken, counts(r)
    assert class_size(server) == before + 6000


if __name__ == "__main__":
    main([test_first, test_again, test_shapes, test_codes, test_errors, test_header, test_broken, test_alone, test_person, test_change,
          test_training_mode, test_new_department, test_resume, test_list, test_bar, test_activation, test_large, test_broken_off, test_declared],
         lambda: Server(demo=1000))
