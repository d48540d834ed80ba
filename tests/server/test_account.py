#!/usr/bin/python3
"""Accounts: one level below, departments to the letter, no right that one doesn't hold, keys, and the operator's commands."""

import base64
import os
import struct
import subprocess
import uuid

from declared import login, test_declared
from harness import Server, expect_error, main

WRITE = {"employment": "write", "archive": "read", "household": "read"}


def make(c, user, **more):
    fields = {"department": "计算机学院", "fields": {"name": "新专干"}, "rights": {"employment": "write"}, **more}
    return c.change("account.create", user=user, **fields)


def row_of(c, user):
    return next(r for r in c.call("account.list", text=user)["rows"] if r["user"] == user)


def update(c, user, **more):
    r = row_of(c, user)
    return c.change("account.update", account=r["id"], version=r["version"], **more)


def test_below(server):
    """S1.4.1 a school adds, changes, finds and deletes department accounts; several may exist at one department"""
    c = login(server, "school")
    made = make(c, "dept01-c", password="ein langes Kennwort")
    assert made["outcome"] == "ok" and made["matched"] and "code" not in made, made
    assert server.client("dept01-c", "ein langes Kennwort").call("session.whoami")["department"] == "计算机学院"
    assert update(c, "dept01-c", fields={"title": "副院长", "mobile": "19900000001"})["outcome"] == "ok"
    found = c.call("account.list", text="副院长")["rows"]
    assert [r["user"] for r in found] == ["dept01-c"] and found[0]["mobile"] == "19900000001"
    assert c.call("account.list", text="%")["rows"] == []
    r = row_of(c, "dept01-c")
    assert c.change("account.remove", account=r["id"], version=r["version"])["outcome"] == "ok"
    assert c.call("account.list", text="dept01-c")["rows"] == []
    expect_error("UNAUTHENTICATED", server.client, "dept01-c", "ein langes Kennwort")
    assert make(c, "dept01-c")["outcome"] == "ok"


def test_not_mine(server):
    """S1.4.1 nobody manages another school's, their own level's or a higher level's accounts"""
    school, department = login(server, "school"), login(server, "dept01")
    theirs = login(server, "school10002").call("account.list")["rows"][0]
    assert school.change("account.update", account=theirs["id"], version=theirs["version"], fields={"name": "乙"})["outcome"] == "not_found"
    own_level = login(server, "school-read").call("session.whoami")["account_id"]
    assert school.change("account.remove", account=own_level, version=2)["outcome"] == "not_found"
    expect_error("PERMISSION_DENIED", login(server, "support").change, "account.create", user="another", fields={"name": "甲"}, rights={})
    assert department.call("account.list")["rows"] == [] and make(department, "dept-x")["outcome"] == "forbidden"
    assert {r["role"] for r in login(server, "province").call("account.list")["rows"]} == {"school"}


def test_stronger(server):
    """S1.4.3 a weaker account sets no password of, disables, moves or removes one that holds more; nor one outside its data scope"""
    for weak, right in (("school-read", "read"), ("school-archive", "none")):
        c = login(server, weak)
        for more in ({"password": "ein langes Kennwort"}, {"disabled": True}, {"disabled": False}, {"department": "计算机学院"}):
            assert update(c, "dept05", **more)["outcome"] == "forbidden", (weak, more)
        r = row_of(c, "dept05")
        assert c.change("account.remove", account=r["id"], version=r["version"])["outcome"] == "forbidden", weak
    server.sql("UPDATE account SET data_scope = 2, version = version + 1 WHERE user_name = 'school'")
    assert update(login(server, "school"), "dept05", password="ein langes Kennwort")["outcome"] == "forbidden"
    server.sql("UPDATE account SET data_scope = 0, version = version + 1 WHERE user_name = 'school'")
    assert update(login(server, "school"), "dept05", password="ein langes Kennwort")["outcome"] == "ok"


def test_pages(server):
    """S1.4.1 the list's pages hold every account once; the school sees which departments lack one"""
    c = login(server, "school")
    rows, cursor = [], None
    while True:
        page = c.call("account.list", limit=3, **({"cursor": cursor} if cursor else {}))
        rows += [r["user"] for r in page["rows"]]
        cursor = page.get("next")
        if not cursor:
            break
    expected = server.sql("SELECT user_name FROM account WHERE school_code = '10001' AND role = 'department' AND removed_at IS NULL ORDER BY 1")
    assert rows == sorted(r[0] for r in expected) and page["departments_without_account"] == []


def test_user_name(server):
    """S1.4.5 a user name is unique, well formed and never changed; fields are checked"""
    c = login(server, "school")
    assert make(c, "dept01")["fields"] == [{"field": "user", "error": "taken"}]
    assert make(c, "school10002")["fields"][0]["error"] == "taken"
    for bad in ("x", "9abc", "Groß", "person-1", "a" * 33):
        assert make(c, bad)["fields"][0]["field"] == "user", bad
    for field, value in (("email", "nowhere"), ("mobile", "123"), ("name", "")):
        r = update(c, "dept01", fields={field: value})
        assert r["outcome"] == "invalid" and r["fields"][0]["field"] == field, r
    assert make(c, "shortly", password="short")["fields"][0]["field"] == "password"
    assert update(c, "dept02-b", scope="undergraduate")["outcome"] == "ok" and row_of(c, "dept02-b")["scope"] == "undergraduate"


def test_rights(server):
    """S1.4.3 nobody grants a right they don't hold, or a scope wider than their own"""
    reader = login(server, "school-read")
    assert make(reader, "dept-w")["outcome"] == "forbidden"
    assert make(reader, "dept-r", rights={"employment": "read"})["outcome"] == "ok"
    assert update(reader, "dept-r", rights={"archive": "write"})["outcome"] == "forbidden"
    assert update(reader, "dept01", fields={"title": "书记"})["outcome"] == "ok", "rights that are there already are no grant"
    server.sql("UPDATE account SET data_scope = 1, version = version + 1 WHERE user_name = 'school-read'")
    assert make(reader, "dept-s", rights={"employment": "read"}, scope="postgraduate")["outcome"] == "forbidden"
    assert make(reader, "dept-s", rights={"employment": "read"}, scope="undergraduate")["outcome"] == "ok"
    server.sql("UPDATE account SET data_scope = 0, version = version + 1 WHERE user_name = 'school-read'")


def test_rights_hold(server):
    """S1.4.2 a changed right holds at once, for sessions that are open"""
    c, d = login(server, "school"), None
    make(c, "dept01-d", password="ein langes Kennwort")
    d = server.client("dept01-d", "ein langes Kennwort")
    assert "total" in d.call("queue.counts")
    assert update(c, "dept01-d", rights={"employment": "none"})["outcome"] == "ok"
    expect_error("PERMISSION_DENIED", d.call, "queue.counts")
    assert update(c, "dept01-d", disabled=True)["outcome"] == "ok"
    expect_error("UNAUTHENTICATED", d.call, "session.whoami")


def test_department(server):
    """S1.4.4 a department's name must equal the roster's to the letter; the nearest are told; no roster yet: unmatched"""
    c = login(server, "school")
    r = make(c, "dept-near", department="计算机科学院")
    assert r["outcome"] == "invalid" and r["fields"][0] == {"field": "department", "error": "not_in_roster"} and r["nearest"][0] == "计算机学院", r
    assert make(c, "dept-near", department="计算机学院 ")["outcome"] == "invalid"
    r = update(c, "dept-r", department="法律学院")
    assert r["outcome"] == "invalid" and r["nearest"][0] == "法学院", r
    operator = login(server, "operator")
    new = operator.change("account.create", user="school-new", role="school", school_code="10077", school="新办学院", password="ein langes Kennwort",
                          fields={"name": "校长"}, rights={"employment": "write", "archive": "write", "household": "write"})
    assert new["outcome"] == "ok", new
    r = make(server.client("school-new", "ein langes Kennwort"), "dept-early", department="尚无学院")
    assert r["outcome"] == "ok" and r["matched"] is False, r


def test_last(server):
    """S2.2.8 the last account that the two-level mode needs can't be deleted, narrowed, lowered, moved or disabled"""
    c = login(server, "school")
    for more in ({"rights": {"employment": "read"}}, {"disabled": True}, {"scope": "undergraduate"}, {"department": "法学院"}):
        r = update(c, "dept05", **more)
        assert r["outcome"] == "guard" and {m["department"] for m in r["missing"]} == {"文学院"}, (more, r)
    one = row_of(c, "dept05")
    assert c.change("account.remove", account=one["id"], version=one["version"])["outcome"] == "guard"
    assert make(c, "dept05-b", department="文学院")["outcome"] == "ok"
    assert update(c, "dept05", scope="undergraduate")["outcome"] == "ok"
    r = update(c, "dept05-b", scope="undergraduate")
    assert r["outcome"] == "guard" and {"department": "文学院", "scope": "postgraduate"} in r["missing"], r


def test_own(server):
    """S1.4.6 everyone changes their own details, nothing else of their own; managers have an address book"""
    d = login(server, "dept03")
    me = d.call("session.whoami")["account_id"]
    version = int(server.sql(f"SELECT version FROM account WHERE school_code = '10001' AND id = {me.split('-')[1]}")[0][0])
    assert d.change("account.update", account=me, version=version, fields={"phone": "010-61234567"})["outcome"] == "ok"
    for more in ({"rights": {"archive": "write"}}, {"scope": "both"}, {"password": "ein langes Kennwort"}, {"department": "法学院"}):
        assert d.change("account.update", account=me, version=version + 1, **more)["outcome"] == "forbidden", more
    book = d.call("account.list", book=True, limit=200)["rows"]
    assert {"school", "dept01"} <= {r["user"] for r in book} and "school10002" not in {r["user"] for r in book}
    assert next(r for r in book if r["user"] == "dept03")["phone"] == "010-61234567"


def test_once(server):
    """X1.4 a changing call is carried out once; its answer comes again, its activation code too; both in the audit log"""
    c, request = login(server, "school"), str(uuid.uuid4())
    first = make(c, "dept01-e", request_id=request)
    assert first["outcome"] == "ok" and len(first["code"].replace("-", "")) == 26
    assert make(login(server, "school"), "dept01-e", request_id=request) == first
    assert make(c, "dept01-f", request_id=request)["outcome"] == "invalid"
    assert first["code"] not in str(server.sql("SELECT answer FROM request")) + str(server.sql("SELECT after FROM audit_log"))
    g = server.client()
    assert g.call("session.activate", user="dept01-e", code=first["code"], password="ein langes Kennwort")["token"]
    log = server.sql(f"SELECT kind, subject, after ->> 'user_name', after ? 'password_hash' FROM audit_log "
                     f"WHERE subject = '{first['account']}' AND kind LIKE 'account%'")
    assert log == [["account_create", first["account"], "dept01-e", "f"]], log
    stale = c.change("account.update", account=first["account"], version=1, fields={"name": "丁"})
    assert stale["outcome"] == "stale" and stale["version"] == 2, stale


def blob(*parts):
    return b"".join(struct.pack(">I", len(p)) + p for p in parts)


def test_keys(server):
    """S1.4.6 SSH public keys: ed25519, ECDSA, RSA of 3072 bits and more, read strictly; fingerprints as ssh-keygen has them"""
    d = login(server, "dept04")
    good = {}
    for kind, options in (("ed25519", []), ("ecdsa", ["-b", "256"]), ("ecdsa", ["-b", "521"]), ("rsa", ["-b", "3072"])):
        path = os.path.join(server.dir, "key" + kind + "".join(options))
        subprocess.run(["ssh-keygen", "-q", "-t", kind, *options, "-N", "", "-C", "a comment", "-f", path], check=True)
        line = open(path + ".pub").read()
        shown = subprocess.run(["ssh-keygen", "-lf", path + ".pub"], check=True, capture_output=True, text=True).stdout.split()[1]
        r = d.call("account.key_add", key=line)
        assert r == {"outcome": "ok", "fingerprint": shown}, r
        good[shown] = line
    assert {r["fingerprint"] for r in d.call("account.keys")["rows"]} == set(good)
    path = os.path.join(server.dir, "weak")
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path], check=True)
    ed = base64.b64encode(blob(b"ssh-ed25519", b"k" * 31)).decode()
    for line, error in ((open(path + ".pub").read(), "too_short"), ("ssh-ed25519", "format"), (f"ssh-ed25519 {ed}", "blob"),
                        ("ssh-dss AAAAB3NzaC1kc3M=", "kind"), ("ssh-ed25519 !!!!", "base64"), ('command="sh" ' + next(iter(good.values())), "kind"),
                        (next(iter(good.values())) + "ssh-ed25519 AAAA", "format"), ("ssh-rsa " + next(iter(good.values())).split()[1], "blob")):
        r = d.call("account.key_add", key=line)
        assert r["outcome"] == "invalid" and r["fields"] == [{"field": "key", "error": error}], (line, r)
    gone = next(iter(good))
    assert d.call("account.key_remove", fingerprint=gone)["outcome"] == "ok" and d.call("account.key_remove", fingerprint=gone)["outcome"] == "not_found"
    assert len(d.call("account.keys")["rows"]) == 3 and login(server, "dept06").call("account.keys")["rows"] == []


def operator(server, *words, text=""):
    return subprocess.run(server.command("account", *words), input=text, capture_output=True, text=True)


def test_operator(server):
    """S1.3.2 the operator makes the first accounts from the shell, with a password or a code; usage 2, refused 1"""
    server.stop()
    r = operator(server, "add", "--role", "school", "--school", "10088", "--school-name", "又一学院", "--password-stdin", "school88", text="ein langes Kennwort\n")
    assert r.returncode == 0, r.stderr
    r = operator(server, "add", "--role", "province", "--province", "330000", "zhejiang")
    code = next(line.split()[2] for line in r.stdout.splitlines() if line.startswith("activation code"))
    assert operator(server, "add", "--role", "school", "--school", "10099", "nobody").returncode == 1
    assert operator(server, "add", "--role", "school", "--school", "10088", "school88").returncode == 1
    assert operator(server, "add", "--role", "graduate", "someone").returncode == 2
    assert operator(server, "password", "school88", text="ein anderes Kennwort\n").returncode == 0
    server.demo = 0
    server.start()
    assert server.client("school88", "ein anderes Kennwort").call("session.whoami")["school"] == "又一学院"
    expect_error("UNAUTHENTICATED", server.client, "school88", "ein langes Kennwort")
    assert server.client().call("session.activate", user="zhejiang", code=code, password="ein langes Kennwort")["account"]["role"] == "province"


if __name__ == "__main__":
    main([test_below, test_not_mine, test_stronger, test_pages, test_user_name, test_rights, test_rights_hold, test_department, test_last, test_own, test_once,
          test_keys, test_operator, test_declared], lambda: Server(demo=1000))
