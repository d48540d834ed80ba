#!/usr/bin/python3
"""The verbs as commands: every verb against a real server, its JSON, its exit status, both languages, pipes and the gateway's limits."""

import atexit
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "server"))
import harness  # noqa: E402
from harness import Server, main  # noqa: E402

DONE, REFUSED, USAGE, CONFLICT, NO_CONNECTION, LOGIN = range(6)
TOKENS = tempfile.mkdtemp(prefix="qx-cli-")
atexit.register(shutil.rmtree, TOKENS, True)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


class Result:
    def __init__(self, process):
        self.status, self.raw = process.returncode, process.stdout
        self.out = process.stdout.decode("utf-8", "replace")
        self.err = process.stderr.decode("utf-8", "replace")

    def json(self):
        return json.loads(self.out)


def quxiang(server, *args, user=None, stdin=b"", lang="en", env=None, expect=DONE, json_out=False, address=None):
    """Runs the client; `user` is a demonstration user's row. The exit status must be `expect`."""
    command = [os.path.join(harness.BUILD, "quxiang")]
    env = dict(env or {})
    if env.get("QUXIANG_GATEWAY"):  # what the gateway says of server and token, nobody else may
        env |= {"QUXIANG_SERVER": "unix:" + server.sock, "QUXIANG_TOKEN_FILE": token(server, user)}
    else:
        command += ["--server", address or "unix:" + server.sock] + (["--token-file", token(server, user)] if user else [])
    if lang:
        command += ["--lang", lang]
    if json_out:
        command += ["--json"]
    if isinstance(stdin, str):
        stdin = stdin.encode()
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "QUXIANG"))}
    done = Result(subprocess.run([*command, *args], input=stdin, capture_output=True, timeout=120, env={**clean, **env}))
    assert done.status == expect, f"{args}: exit {done.status}, expected {expect}\n{done.out}\n{done.err}"
    return done


def token(server, user):
    path = os.path.join(TOKENS, user["user"].replace("/", "_"))
    if not os.path.exists(path):
        done = quxiang(server, "token", user["user"], stdin=user["password"] + "\n")
        with open(path, "w") as f:
            f.write(done.out)
        os.chmod(path, 0o600)
    return path


def rows(server, *args, **more):
    got = quxiang(server, *args, json_out=True, **more).json()
    assert isinstance(got, list), got
    return got


def waiting(server, user, **match):
    """A record that waits for the user, with its id and version."""
    for row in rows(server, "queue", "list", user=user):
        if all(row[k] == v for k, v in match.items()):
            return row
    raise AssertionError(f"nothing waits with {match}")


def named(name):
    return f"{name['id']}@{name['version']}"


# ---------------------------------------------------------------- who am I, in which language

def test_whoami(server):
    """whoami: the account as lines and as one JSON object"""
    school = server.user("school")
    assert quxiang(server, "whoami", user=school, json_out=True).json()["role"] == "school"
    assert "示例大学" in quxiang(server, "whoami", user=school).out
    assert quxiang(server, "class", user=school, json_out=True).json()["class"] == 2026
    assert quxiang(server, "class", "2025", user=school, json_out=True).json()["class"] == 2025
    assert quxiang(server, "whoami", "--class", "2025", user=school, json_out=True).json()["class"] == 2025


def test_languages(server):
    """Chinese and English: --lang, LC_ALL before LANG, and the same ids in JSON"""
    school = server.user("school")
    zh, en = (quxiang(server, "queue", "counts", user=school, lang=lang).out for lang in ("zh", "en"))
    assert "审核" in zh and "audit" not in zh, zh
    assert "audit" in en and "审核" not in en, en
    by_env = quxiang(server, "queue", "counts", user=school, lang=None, env={"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}).out
    assert by_env == zh
    assert rows(server, "queue", "counts", user=school, lang="zh") == rows(server, "queue", "counts", user=school)
    quxiang(server, "whoami", user=school, lang="fr", expect=USAGE)


def test_help(server):
    """help names every verb once, in both languages, without a server"""
    for lang in ("en", "zh"):
        out = quxiang(server, "help", lang=lang, address="unix:/nonexistent").out
        names = re.findall(r"^  quxiang (\S.*)$", out, re.M)
        assert len(names) > 45 and len(set(names)) == len(names)
        for verb in ("queue list", "approve", "roster import", "evidence add", "settings set", "activation codes"):
            assert any(n.startswith(verb) for n in names), verb
    assert "CODE" in quxiang(server, "help", "return").out and "代码" in quxiang(server, "help", "return", lang="zh").out
    assert "04  Proof image unreadable" in quxiang(server, "help", "return").out, "the reasons stand there with their codes"
    assert "The graduate asked for it" in quxiang(server, "help", "void").out
    quxiang(server, "help", "nonsense", expect=USAGE)


# ---------------------------------------------------------------- exit statuses

def test_usage(server):
    """exit 2: unknown verbs, options, missing and superfluous arguments, each named"""
    school = server.user("school")
    assert "frobnicate" in quxiang(server, "frobnicate", user=school, expect=USAGE).err
    assert "--colour" in quxiang(server, "queue", "list", "--colour", user=school, expect=USAGE).err
    assert "usage:" in quxiang(server, "approve", user=school, expect=USAGE).err
    assert "extra" in quxiang(server, "queue", "counts", "extra", user=school, expect=USAGE).err
    quxiang(server, "approve", "10001-1@x", user=school, expect=USAGE)
    quxiang(server, "queue", "list", "--limit", "none", user=school, expect=USAGE)
    for option, value, known in (("--flow", "bogus", "offline_signing"), ("--order", "bogus", "student_no"), ("--kind", "ZZ", "B01"), ("--state", "x", "effective")):
        wrong = quxiang(server, "queue", "list", option, value, user=school, expect=USAGE).err
        assert f"{option} {value}" in wrong and known in wrong, wrong
    assert "10001-4711" in quxiang(server, "record", "show", "abc", user=school, expect=USAGE).err
    quxiang(server, "whoami", "--class", "then", user=school, expect=USAGE)
    quxiang(server, "whoami", address="nonsense", expect=USAGE)
    assert "needs a value" in quxiang(server, "whoami", "--class", user=school, expect=USAGE).err


def test_no_connection(server):
    """exit 4: no server there, said with its address"""
    done = quxiang(server, "whoami", address="unix:/nonexistent/socket", expect=NO_CONNECTION)
    assert "/nonexistent/socket" in done.err
    quxiang(server, "whoami", address="tcp:127.0.0.1:1", expect=NO_CONNECTION)


def test_login(server):
    """exit 5: no token, a dead one, a wrong password; no password ever by argument or environment"""
    quxiang(server, "whoami", expect=LOGIN)
    school = server.user("school", "read only")
    quxiang(server, "token", school["user"], stdin="wrong password\n", expect=LOGIN)
    with tempfile.NamedTemporaryFile("w", suffix=".token") as f:
        f.write("0" * 43 + "\n")
        f.flush()
        quxiang(server, "--token-file", f.name, "whoami", expect=LOGIN)
    quxiang(server, "--token-file", "/nonexistent", "whoami", expect=LOGIN)
    quxiang(server, "whoami", "--password", school["password"], expect=USAGE)
    path = token(server, school)
    quxiang(server, "logout", user=school)
    quxiang(server, "whoami", user=school, expect=LOGIN)
    os.unlink(path)
    quxiang(server, "whoami", user=school)


# ---------------------------------------------------------------- queues, records

def test_queue(server):
    """S1.5.1 queue counts and queue list agree, as tables and as JSON with ids as strings and versions"""
    school = server.user("school")
    counts, listed = rows(server, "queue", "counts", user=school), rows(server, "queue", "list", user=school)
    assert sum(c["count"] for c in counts) == len(listed) > 20
    for row in listed:
        assert re.fullmatch(r"10001-\d+", row["id"]) and isinstance(row["version"], int)
    table = quxiang(server, "queue", "list", user=school).out.splitlines()
    assert len(table) == len(listed) + 1
    assert len(rows(server, "queue", "list", "--limit", "3", user=school)) == 3
    destinations = rows(server, "queue", "list", "--flow", "destination", user=school)
    assert destinations and all(r["flow"] == "destination" for r in destinations)
    everything = rows(server, "queue", "list", "--flow", "destination", "--all", user=school)
    assert len(everything) > len(destinations)
    name = listed[0]["name"]
    assert all(r["name"].startswith(name) for r in rows(server, "queue", "list", "--text", name, user=school))
    ordered = rows(server, "queue", "list", "--order", "student_no", "--descending", user=school)
    assert [r["student_no"] for r in ordered] == sorted((r["student_no"] for r in ordered), reverse=True)


def test_table_alignment(server):
    """S2.3.10 columns stand under each other by display width, Chinese or not"""
    import unicodedata

    def width(text):
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)

    lines = quxiang(server, "queue", "list", "--limit", "20", user=server.user("school")).out.splitlines()
    at = width(lines[0][:lines[0].index("student number")])
    for line in lines[1:]:
        before = re.match(r"(.*?)\d{12}", line).group(1)
        assert width(before) == at, line


def test_record(server):
    """S2.1.7 record show, history and agreement: JSON whole, text worded"""
    school = server.user("school")
    row = rows(server, "queue", "list", "--flow", "offline_signing", "--state", "effective", "--all", "--limit", "1", user=school)[0]
    record = quxiang(server, "record", "show", row["id"], user=school, json_out=True).json()
    assert record["id"] == row["id"] and record["version"] == row["version"]
    for key in ("content", "graduate", "evidence", "may", "stages"):
        assert key in record, key
    shown = quxiang(server, "record", "show", row["id"], user=school, lang="zh").out
    assert record["graduate"]["name"] in shown and "岗位名称" in shown
    assert [e["version"] for e in rows(server, "record", "history", row["id"], user=school)] == list(range(1, row["version"] + 1))
    assert row["number"] in quxiang(server, "record", "agreement", row["id"], user=school).out
    quxiang(server, "record", "show", "10001-999999", user=school, expect=REFUSED)


def test_reveal(server):
    """X1.5 record show masks, record reveal doesn't and leaves its row in the audit log"""
    school = server.user("school")
    row = waiting(server, school)
    assert "*" in quxiang(server, "record", "show", row["id"], user=school, json_out=True).json()["graduate"]["identity_no"]
    before = int(server.sql("SELECT count(*) FROM audit_log WHERE kind = 'reveal'")[0][0])
    assert re.fullmatch(r"\d{17}[0-9X]", quxiang(server, "record", "reveal", row["id"], user=school, json_out=True).json()["identity_no"])
    assert int(server.sql("SELECT count(*) FROM audit_log WHERE kind = 'reveal'")[0][0]) == before + 1


# ---------------------------------------------------------------- decisions

def test_approve_twice(server):
    """X1.2 approve ID@VERSION twice: done, then exit 3 naming who was first; the outcome is in --json"""
    department = server.user("department")
    row = waiting(server, department)
    first = quxiang(server, "approve", named(row), user=department, json_out=True).json()
    assert first["outcome"] == "ok" and first["version"] == row["version"] + 1
    second = quxiang(server, "approve", named(row), user=department, json_out=True, expect=CONFLICT)
    assert second.json()["outcome"] == "stale" and second.json()["by"]["name"] in second.err
    quxiang(server, "undo", f"{row['id']}@{first['version']}", user=department)


def test_undo(server):
    """X1.6 undo takes one's own approval back; a second undo is refused"""
    department = server.user("department")
    row = waiting(server, department)
    quxiang(server, "approve", row["id"], user=department)
    assert quxiang(server, "undo", row["id"], user=department, json_out=True).json()["state"] == row["state"]
    quxiang(server, "undo", row["id"], user=department, expect=REFUSED)


def test_return(server):
    """S2.1.8 return and reject need a reason and the concrete problem: refused without, named; done with"""
    department = server.user("department", "read and write")
    row = waiting(server, department)
    refused = quxiang(server, "return", named(row), user=department, expect=REFUSED, json_out=True)
    assert refused.json()["outcome"] == "invalid" and "reason_given" in refused.out
    assert quxiang(server, "return", named(row), user=department, expect=REFUSED, lang="zh").err != refused.err
    done = quxiang(server, "return", row["id"], "--reason", "04", "--text", "请补充盖章页", user=department)
    assert "version" in done.err, "without @VERSION it says what it acts on"
    history = rows(server, "record", "history", row["id"], user=department)
    assert history[-1]["reason_code"] == "04" and history[-1]["reason_text"] == "请补充盖章页"
    other = waiting(server, department)
    done = quxiang(server, "reject", named(other), "--reason=01", "--text=不符", user=department, json_out=True).json()
    assert done["state"] == "voided"
    quxiang(server, "undo", other["id"], user=department, expect=REFUSED)


def test_preview(server):
    """X1.9 preview says what an action would come to and changes nothing"""
    department = server.user("department")
    row = waiting(server, department)
    quxiang(server, "preview", "approve", named(row), user=department)
    quxiang(server, "preview", "reject", named(row), user=department, expect=REFUSED)
    assert waiting(server, department, id=row["id"])["version"] == row["version"]


def test_void(server):
    """S2.3.9 S2.8.2 the school voids an effective record: reason, problem and the tick, or it is refused"""
    school = server.user("school")
    effective = rows(server, "queue", "list", "--flow", "destination", "--state", "effective", "--all", "--limit", "1", user=school)[0]
    quxiang(server, "void", named(effective), "--reason", "53", "--text", "核查不实", user=school, expect=REFUSED)
    done = quxiang(server, "void", named(effective), "--reason", "53", "--text", "核查不实", "--agreed", user=school, json_out=True).json()
    assert done["state"] == "voided"


def test_modify(server):
    """S2.3.8 modify changes the fields given and keeps the others, as a next version"""
    school = server.user("school")
    row = rows(server, "queue", "list", "--flow", "offline_signing", "--state", "effective", "--all", "--limit", "1", user=school)[0]
    before = quxiang(server, "record", "show", row["id"], user=school, json_out=True).json()["content"]
    quxiang(server, "modify", named(row), "position_title=高级会计", user=school)
    after = quxiang(server, "record", "show", row["id"], user=school, json_out=True).json()["content"]
    assert after == {**before, "position_title": "高级会计"}
    quxiang(server, "modify", row["id"], "position_title", user=school, expect=USAGE)


def test_forbidden(server):
    """S1.4.2 read alone decides nothing: exit 1, in words"""
    reader = server.user("school", "read only")
    row = waiting(server, reader)
    assert quxiang(server, "approve", named(row), user=reader, expect=REFUSED).err.strip()
    quxiang(server, "settings", "set", "--termination-limit", "9", user=reader, expect=REFUSED)


def test_pipe(server):
    """a queue piped through another program into decisions: each record decided once"""
    department = [u for u in server.users if u["role"] == "department" and "read and write" in u["note"]][1]
    path = token(server, department)
    program = os.path.join(harness.BUILD, "quxiang")
    script = (f"{program} --server unix:{server.sock} --token-file {path} queue list --json --limit 3 | "
              f"{sys.executable} -c 'import json, sys; [print(r[\"id\"] + \"@\" + str(r[\"version\"])) for r in json.load(sys.stdin)]' | "
              f"xargs -n1 {program} --server unix:{server.sock} --token-file {path} approve")
    wanted = rows(server, "queue", "list", "--limit", "3", user=department)
    subprocess.run(["sh", "-c", script], check=True, capture_output=True, timeout=60)
    left = {r["id"] for r in rows(server, "queue", "list", user=department)}
    assert not left & {r["id"] for r in wanted}


# ---------------------------------------------------------------- a graduate

FORM = {"employer_name": "示例科技有限公司", "employer_nature": "31", "employer_industry": "I", "employer_address": "示例路1号",
        "contact": "周女士", "contact_phone": "010-60000000", "position_class": "13", "position_title": "工程师"}


def problems(server, graduate, uuid):
    done = quxiang(server, "submit", uuid, user=graduate, json_out=True, expect=REFUSED).json()
    return {f["field"] for f in done.get("fields", [])}


def test_draft(server):
    """S2.1.3 a draft may be incomplete; S2.1.2 submitting it names every missing field, and keeps it"""
    graduate = server.user("graduate", "nothing yet")
    uuid = quxiang(server, "draft", "put", "new", "--kind", "B01", "employer_name=" + FORM["employer_name"], user=graduate).out.strip()
    assert re.fullmatch(r"[0-9a-f-]{36}", uuid)
    unknown = quxiang(server, "draft", "put", uuid, "employer=x", user=graduate, expect=USAGE).err
    assert "employer is not a field" in unknown and "employer_name" in unknown
    named = quxiang(server, "draft", "put", "new", "--kind", "B01", user=graduate, json_out=True).json()
    assert named["outcome"] == "ok" and re.fullmatch(r"[0-9a-f-]{36}", named["uuid"])
    quxiang(server, "draft", "remove", named["uuid"], user=graduate)
    assert problems(server, graduate, uuid) >= {"credit_code", "contact", "position_title"}
    quxiang(server, "draft", "put", uuid, "contact=周女士", user=graduate)
    content = quxiang(server, "draft", "get", uuid, user=graduate, json_out=True).json()["content"]
    assert content == {"employer_name": FORM["employer_name"], "contact": "周女士"}
    assert "contact" not in problems(server, graduate, uuid)
    quxiang(server, "draft", "put", uuid, "contact=", user=graduate)
    assert "contact" not in quxiang(server, "draft", "get", uuid, user=graduate, json_out=True).json()["content"]
    assert uuid in [d["uuid"] for d in rows(server, "draft", "list", user=graduate)]
    quxiang(server, "draft", "remove", uuid, user=graduate)
    assert uuid not in [d["uuid"] for d in rows(server, "draft", "list", user=graduate)]
    quxiang(server, "draft", "get", uuid, user=graduate, expect=REFUSED)


def test_evidence(server):
    """S2.1.2 a proof is attached from standard input, in chunks, fetched again byte for byte, and taken off"""
    graduate = server.user("graduate", "nothing yet")
    uuid = quxiang(server, "draft", "put", "new", "--kind", "B01", user=graduate).out.strip()
    file = PDF[:-6] + b"%" + b"x" * 700000 + b"\n%%EOF\n"
    quxiang(server, "evidence", "add", uuid, "-", "--name", "合同.pdf", user=graduate, stdin=file)
    attached = quxiang(server, "draft", "get", uuid, user=graduate, json_out=True).json()["evidence"]
    assert [(e["file_name"], e["size"], e["purpose"]) for e in attached] == [("合同.pdf", len(file), "proof")]
    assert quxiang(server, "evidence", "get", attached[0]["id"], user=graduate).raw == file
    quxiang(server, "evidence", "add", uuid, "-", "--name", "x.pdf", user=graduate, stdin=b"#!/bin/sh\n", expect=REFUSED)
    quxiang(server, "evidence", "add", uuid, "-", user=graduate, stdin=PDF, expect=USAGE)
    quxiang(server, "evidence", "add", uuid, "-", "--name", "big.pdf", user=graduate, stdin=b"0" * (10 * 1024 * 1024 + 1), expect=REFUSED)
    quxiang(server, "evidence", "remove", attached[0]["id"], user=graduate)
    assert not quxiang(server, "draft", "get", uuid, user=graduate, json_out=True).json()["evidence"]
    quxiang(server, "draft", "remove", uuid, user=graduate)


def test_resubmit(server):
    """S2.8.4 a returned destination is corrected and submitted again; S2.5.1 taken back while nobody has decided"""
    graduate = server.user("graduate", "destination returned")
    record = rows(server, "records", user=graduate)[0]
    assert record["state"] == "returned" and record["reason_text"]
    quxiang(server, "draft", "put", record["uuid"], "position_title=会计主管", user=graduate)
    done = quxiang(server, "submit", record["id"], user=graduate, json_out=True).json()
    assert done["outcome"] == "ok" and done["state"].startswith("audit_")
    quxiang(server, "take-back", record["id"], user=graduate)
    assert rows(server, "records", user=graduate)[0]["state"] == "draft"
    quxiang(server, "submit", record["id"], user=graduate)
    assert rows(server, "records", user=graduate)[0]["state"].startswith("audit_")
    shown = quxiang(server, "record", "show", record["id"], user=graduate, json_out=True).json()
    assert shown["content"]["position_title"] == "会计主管"


def test_give_up(server):
    """S2.1.6 a returned record is given up: voided, the place is free again"""
    graduate = server.user("graduate", "agreement returned")
    record = rows(server, "records", user=graduate)[0]
    done = quxiang(server, "give-up", f"{record['id']}@{record['version']}", user=graduate, json_out=True).json()
    assert done["state"] == "voided"
    quxiang(server, "give-up", record["id"], user=graduate, expect=REFUSED)


def test_stamped_image(server):
    """S2.5.3 the stamped image: refused without one, attached with --stamped, handed in by upload"""
    graduate = server.user("graduate", "awaiting the stamped image")
    record = rows(server, "records", user=graduate)[0]
    if not quxiang(server, "record", "show", record["id"], user=graduate, json_out=True).json()["evidence"]:
        quxiang(server, "upload", record["id"], user=graduate, expect=REFUSED)
    quxiang(server, "evidence", "add", record["id"], "-", "--name", "协议.pdf", "--stamped", user=graduate, stdin=PDF)
    done = quxiang(server, "upload", record["id"], user=graduate, json_out=True).json()
    assert done["state"].startswith("signing_audit_")


def test_own_void(server):
    """S2.8.3 a graduate voids the own effective destination"""
    graduate = server.user("graduate", "destination effective")
    record = rows(server, "records", user=graduate)[0]
    quxiang(server, "approve", record["id"], user=graduate, expect=REFUSED)
    done = quxiang(server, "void", record["id"], user=graduate, json_out=True).json()
    assert done["state"] in ("voided", "void_audit_department", "void_audit_school")


def test_inbox(server):
    """S2.11.1 messages worded in both languages with their reason; --read marks them"""
    graduate = server.user("graduate", "destination returned")
    messages = rows(server, "inbox", user=graduate)
    reason = next(m["params"]["reason_text"] for m in messages if m["kind"] == "returned")
    zh, en = (quxiang(server, "inbox", user=graduate, lang=lang).out for lang in ("zh", "en"))
    assert reason in zh and reason in en and zh != en
    quxiang(server, "inbox", "--read", user=graduate)
    assert all(m["read"] for m in rows(server, "inbox", user=graduate))


def test_own_looks(server):
    """S1.5.3 S2.8.4 home, self and kinds of a graduate"""
    graduate = server.user("graduate", "nothing yet")
    home = quxiang(server, "home", user=graduate, json_out=True).json()
    assert {m["flow"] for m in home["may"]} == {"offline_signing", "destination"}
    assert quxiang(server, "self", user=graduate).json()["graduate"]["name"]
    kinds = quxiang(server, "kinds", lang="zh", address="unix:/nonexistent").out
    assert "B01" in kinds and "证明材料" in kinds
    quxiang(server, "queue", "list", user=graduate, expect=REFUSED)


# ---------------------------------------------------------------- school

def test_roster(server):
    """S1.5.7 roster list, show, bar and unbar"""
    school = server.user("school")
    listed = rows(server, "roster", "list", "--limit", "5", user=school)
    assert len(listed) == 5 and all("*" in r["identity_no"] for r in listed)
    one = listed[0]["id"]
    shown = quxiang(server, "roster", "show", one, user=school, json_out=True).json()
    assert shown["graduate"]["id"] == one
    assert shown["graduate"]["name"] in quxiang(server, "roster", "show", one, user=school).out
    quxiang(server, "roster", "bar", one, user=school, expect=USAGE)
    quxiang(server, "roster", "bar", one, "--text", "学籍待核", user=school)
    assert not quxiang(server, "roster", "show", one, user=school, json_out=True).json()["may_sign"]
    quxiang(server, "roster", "unbar", one, user=school)


def test_import_refused(server):
    """S2.2.7 an import asks for its class and names what is wrong with a file"""
    school = server.user("school")
    assert "--class" in quxiang(server, "roster", "import", "-", user=school, expect=USAGE).err
    done = quxiang(server, "roster", "import", "-", "--class", "2026", user=school, stdin="姓名,学号\n张三,1\n", expect=REFUSED)
    assert done.err.strip()
    quxiang(server, "roster", "import", "/nonexistent.csv", "--class", "2026", user=school, expect=USAGE)


def test_import(server):
    """S2.2.7 roster import from standard input: bad rows by line and column, good rows alone, GB18030, the same again changes nothing"""
    import roster_sample
    school = server.user("school")
    people = [roster_sample.row(n) for n in range(7000, 7040)]
    people[2]["身份证号"] = "123"
    bad = roster_sample.write(people)
    refused = quxiang(server, "roster", "import", "-", "--class", "2027", user=school, stdin=bad, expect=REFUSED, lang="zh")
    assert "第 4 行，身份证号：身份证号应为 18 位" in refused.err, refused.err
    taken = quxiang(server, "roster", "import", "-", "--class", "2027", "--good-rows-alone", user=school, stdin=bad, json_out=True, expect=REFUSED).json()
    assert (taken["added"], taken["refused"]) == (39, 1) and taken["errors"][0]["line"] == 4
    people[2] = roster_sample.row(7002)
    whole = roster_sample.write(people, encoding="gb18030")
    first = quxiang(server, "roster", "import", "-", "--class", "2027", user=school, stdin=whole, json_out=True).json()
    assert (first["encoding"], first["added"], first["unchanged"]) == ("GB18030", 1, 39)
    again = quxiang(server, "roster", "import", "-", "--class", "2027", user=school, stdin=whole, json_out=True).json()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 40)
    assert len(rows(server, "roster", "list", "--class", "2027", user=school)) == 40


def test_settings(server):
    """X1.13 settings show; set --dry-run changes nothing and lists what blocks; S2.2.5 set changes a limit, S2.2.6 a contact"""
    school = server.user("school")
    before = quxiang(server, "settings", "show", user=school, json_out=True).json()
    blocked = quxiang(server, "settings", "set", "--audit-mode", "school_only", "--dry-run", user=school, json_out=True, expect=REFUSED)
    assert blocked.json()["in_process"] > 0 and str(blocked.json()["in_process"]) in blocked.err
    assert quxiang(server, "settings", "show", user=school, json_out=True).json() == before
    assert "in process" not in quxiang(server, "settings", "set", "--termination-limit", "7", "--dry-run", user=school).err
    shown = quxiang(server, "settings", "show", user=school).out
    assert "handler: " in shown and "handler=" not in shown, shown
    assert "cannot be turned off" in quxiang(server, "settings", "set", "--void-audited", "off", "--supplement", "off", user=school, expect=USAGE).err
    quxiang(server, "settings", "set", "--termination-limit", "7", "--contact", "undergraduate", "handler=新经办", user=school)
    after = quxiang(server, "settings", "show", user=school, json_out=True).json()
    assert after["termination_limit"] == 7 and after["contacts"]["undergraduate"]["handler"] == "新经办"
    assert after["contacts"]["undergraduate"]["phone"] == before["contacts"]["undergraduate"]["phone"]
    assert after["contacts"]["postgraduate"] == before["contacts"]["postgraduate"]
    quxiang(server, "settings", "set", "--termination-limit", "8", "--version", str(before["version"]), user=school, expect=CONFLICT)
    quxiang(server, "settings", "set", "--supplement", "perhaps", user=school, expect=USAGE)


def test_accounts(server):
    """S1.4.1 accounts are added, changed and removed; S1.4.4 a department's name must be the roster's, the nearest are named"""
    school = server.user("school")
    departments = {a["department"] for a in rows(server, "account", "list", user=school)}
    name = sorted(departments)[0]
    wrong = quxiang(server, "account", "add", "dept90", "--department", name[:-1], "--name", "试用", "--employment", "write", user=school, expect=REFUSED)
    assert name in wrong.err and "not_in_roster" not in wrong.err
    added = quxiang(server, "account", "add", "dept90", "--department", name, "--name", "试用", "--employment", "write", user=school, json_out=True).json()
    assert added["outcome"] == "ok" and added["code"]
    quxiang(server, "activate", "dept90", stdin=f"{added['code']}\na new password\n")
    new = {"user": "dept90", "password": "a new password"}
    assert quxiang(server, "whoami", user=new, json_out=True).json()["department"] == name
    quxiang(server, "account", "change", "dept90", "--name", "改名", user=school)
    assert next(a for a in rows(server, "account", "list", user=school) if a["user"] == "dept90")["name"] == "改名"
    quxiang(server, "account", "change", added["account"] + "@1", "--name", "又改", user=school, expect=CONFLICT)
    quxiang(server, "account", "change", "dept90@1", "--name", "又改", user=school, expect=CONFLICT)
    quxiang(server, "account", "remove", "dept90", user=school)
    quxiang(server, "account", "remove", "dept90", user=school, expect=REFUSED)
    quxiang(server, "whoami", user=new, expect=LOGIN)


def test_keys(server):
    """account key-add, keys, key-remove: an ed25519 key from standard input; a bad line is refused"""
    department = server.user("department")
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "probe", "-f", folder + "/key"], check=True)
        with open(folder + "/key.pub", "rb") as f:
            quxiang(server, "account", "key-add", "-", user=department, stdin=f.read())
    keys = rows(server, "account", "keys", user=department)
    assert keys[0]["fingerprint"].startswith("SHA256:") and keys[0]["comment"] == "probe"
    quxiang(server, "account", "key-add", "-", user=department, stdin="ssh-rsa nonsense\n", expect=REFUSED)
    quxiang(server, "account", "key-remove", keys[0]["fingerprint"], user=department)
    assert not rows(server, "account", "keys", user=department)


def test_password(server):
    """S1.4.6 password changes one's own; the old one is asked for"""
    user = dict(server.user("department", "undergraduates only"))
    quxiang(server, "password", user=user, stdin="not the old one\nthe next password\n", expect=REFUSED)
    quxiang(server, "password", user=user, stdin=user["password"] + "\nthe next password\n")
    quxiang(server, "token", user["user"], stdin=user["password"] + "\n", expect=LOGIN)
    quxiang(server, "token", user["user"], stdin="the next password\n")


def test_others(server):
    """feed, status, activation codes, language, home of a school"""
    school = server.user("school")
    assert len(rows(server, "feed", "--limit", "3", user=school)) == 3
    assert json.loads(quxiang(server, "status", user=server.user("operator")).out)["database"] is True
    quxiang(server, "status", user=school, expect=REFUSED)
    codes = rows(server, "activation", "codes", user=school)
    assert codes and len({c["code"] for c in codes}) == len(codes)
    assert quxiang(server, "home", user=school, json_out=True).json()["pending"] > 0
    quxiang(server, "language", "zh", user=school)
    assert "审核" in quxiang(server, "queue", "counts", user=school, lang=None).out
    quxiang(server, "language", "en", user=school)


# ---------------------------------------------------------------- behind the gateway

def test_gateway(server):
    """behind the gateway no path is opened: a file argument other than - is refused, read or write"""
    school, env = server.user("school"), {"QUXIANG_GATEWAY": "1"}
    for args in (["roster", "import", "/etc/passwd", "--class", "2026"], ["account", "key-add", "/etc/passwd"],
                 ["evidence", "get", "10001-1", "/tmp/x"]):
        done = quxiang(server, *args, user=school, env=env, expect=USAGE)
        assert "SSH" in done.err and "root:" not in done.out + done.err
    assert not os.path.exists("/tmp/x")
    quxiang(server, "whoami", "--server", "unix:/tmp/x", user=school, env=env, expect=USAGE)
    quxiang(server, "whoami", user=school, env=env)


def test_inherited(server):
    """the server as an inherited descriptor: logged in already, or exit 5"""
    import socket
    client = server.client(server.user("school"))
    program = os.path.join(harness.BUILD, "quxiang")
    done = subprocess.run([program, "--server", f"fd:{client.sock.fileno()}", "--json", "whoami"], capture_output=True, timeout=30,
                          pass_fds=[client.sock.fileno()])
    assert done.returncode == DONE and json.loads(done.stdout)["role"] == "school", done.stderr
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(server.sock)
        done = subprocess.run([program, "--server", f"fd:{s.fileno()}", "whoami"], capture_output=True, timeout=30, pass_fds=[s.fileno()])
        assert done.returncode == LOGIN, done.stderr
    done = subprocess.run([program, "--server", "fd:77", "whoami"], capture_output=True, timeout=30)
    assert done.returncode == USAGE


if __name__ == "__main__":
    main([test_whoami, test_languages, test_help, test_usage, test_no_connection, test_login, test_queue, test_table_alignment, test_record,
          test_reveal, test_approve_twice, test_undo, test_return, test_preview, test_void, test_modify, test_forbidden, test_pipe, test_draft,
          test_evidence, test_resubmit, test_give_up, test_stamped_image, test_own_void, test_inbox, test_own_looks, test_roster,
          test_import_refused, test_settings, test_accounts, test_keys, test_password, test_others, test_gateway, test_inherited, test_import],
         lambda: Server(demo=1000))
