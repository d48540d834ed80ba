#!/usr/bin/python3
"""What happens between a decision's reading and its writing: nothing is decided on what is no longer so, nothing kept is lost.

A session of psql holds a row, so that the decision has read everything and waits to write; meanwhile what it read changes.
"""

import subprocess
import threading
import time
import uuid

from declared import login, test_declared
from harness import RpcError, Server, expect_error, main, wait_for

YEAR = 2029
READ_AND_WAITING = 0.2  # seconds: three quick tries, then alone behind the lock for 0.4


class Session:
    """psql, ready before it's needed."""

    def __init__(self, server, user="quxiang_owner"):
        self.psql = subprocess.Popen([*server.as_owner(), "psql", "-h", server.socket_dir(), "-U", user, "-d", "quxiang", "-XAtq"],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
        self.say("SELECT 1")

    def say(self, statement):
        """Its rows, as lines."""
        self.psql.stdin.write(statement + ";\n\\echo done\n")
        self.psql.stdin.flush()
        return list(iter(lambda: self.psql.stdout.readline().rstrip("\n"), "done"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.psql.communicate()


class Holding(Session):
    """A transaction open until the block ends."""

    def __init__(self, server, statement):
        super().__init__(server)
        self.say(f"BEGIN; {statement}")

    def __exit__(self, *_):
        self.psql.communicate("COMMIT;\n")


class Calling(threading.Thread):
    """A call under way; join() it, then look at `answer` or `error`."""

    def __init__(self, call, *args, **params):
        super().__init__(daemon=True)
        self.call, self.args, self.params, self.answer, self.error = call, args, params, None, None
        self.start()

    def run(self):
        try:
            self.answer = self.call(*self.args, **self.params)
        except RpcError as e:
            self.error = e.code

    def done(self):
        self.join(20)
        assert not self.is_alive()
        return self.answer


def waiting_record(server, c, state="audit_school", **more):
    row = c.call("queue.list", flow="destination", state=state, limit=1, **more)["rows"][0]
    return row["id"], row["version"]


def graduate_lock(number):
    return f"SELECT FROM graduate g JOIN record r USING (school_code) WHERE g.id = r.graduate_id AND r.school_code = '10001' AND r.id = {number} FOR UPDATE OF g"


def test_draft(server):
    """S2.1.3 an edit of the draft that was acknowledged while its submission was under way is what is submitted"""
    c, user = login(server, "school"), server.user("graduate", "nothing yet")
    g, other_device = server.client(user), server.client(user)
    source = c.call("queue.list", all=True, flow="offline_signing", limit=1)["rows"][0]["id"]
    content = {**c.call("record.get", id=source)["content"], **c.call("record.reveal", id=source)["content"]}
    u = str(uuid.uuid4())
    assert g.call("draft.put", uuid=u, flow="offline_signing", content=content)["outcome"] == "ok"
    own = server.sql(f"SELECT graduate_id FROM draft WHERE uuid = '{u}'")[0][0]
    with Holding(server, f"SELECT FROM graduate WHERE school_code = '10001' AND id = {own} FOR UPDATE"):
        submit = Calling(g.change, "record.act", uuid=u, action="submit")
        time.sleep(READ_AND_WAITING)
        later = {**content, "employer_name": "后来改的公司"}
        assert other_device.call("draft.put", uuid=u, flow="offline_signing", content=later)["outcome"] == "ok"
    assert submit.done()["outcome"] == "ok", submit.answer
    kept = server.sql(f"SELECT c.content ->> 'employer_name' FROM record_content c JOIN record r ON r.school_code = c.school_code AND r.id = c.record_id WHERE r.uuid = '{u}'")
    assert kept == [["后来改的公司"]], kept
    assert server.sql(f"SELECT count(*) FROM draft WHERE uuid = '{u}'") == [["0"]]


def test_rights(server):
    """S1.4.2 a right taken away while a decision was under way: it is not carried out"""
    c = login(server, "dept05")
    record, version = waiting_record(server, c, state="audit_department")
    with Session(server) as other, Holding(server, graduate_lock(record.split("-")[1])):
        act = Calling(c.change, "record.act", id=record, version=version, action="approve")
        time.sleep(READ_AND_WAITING)
        other.say("UPDATE account SET right_employment = 1, version = version + 1 WHERE user_name = 'dept05'")
    act.done()
    server.sql("UPDATE account SET right_employment = 2, version = version + 1 WHERE user_name = 'dept05'")
    assert act.error == "PERMISSION_DENIED" or act.answer["outcome"] == "forbidden", act.answer
    assert server.sql(f"SELECT version FROM record WHERE school_code = '10001' AND id = {record.split('-')[1]}") == [[str(version)]]


def test_last_auditor(server):
    """S2.2.4 S2.2.8 the two-level mode and the last auditor's going come one after the other, in a class that isn't open yet, too"""
    c = login(server, "school")
    c.call("session.select", **{"class": 2026})
    department = server.sql("SELECT department_id FROM account WHERE user_name = 'dept01'")[0][0]
    server.sql("INSERT INTO graduate (school_code, class_year, person_id, exam_no, name, identity_no, identity_hmac, department_id, education_level, postgraduate) "
               f"SELECT school_code, {YEAR}, person_id, 'meanwhile', name, identity_no, identity_hmac, department_id, education_level, postgraduate FROM graduate WHERE school_code = '10001' AND department_id = {department} LIMIT 1")
    # as account.update does it: the school's row, then the account
    with Holding(server, "SELECT FROM school WHERE school_code = '10001' FOR NO KEY UPDATE; "
                 f"UPDATE account SET disabled = true, version = version + 1 WHERE school_code = '10001' AND role = 'department' AND department_id = {department}"):
        change = Calling(c.change, "settings.set", version=0, **{"class": YEAR}, audit_mode="two_level")
        time.sleep(0.3)
        assert change.is_alive()
    r = change.done()
    assert r["outcome"] == "guard" and len(r["missing"]) == 1, r
    server.sql(f"UPDATE account SET disabled = false, version = version + 1 WHERE school_code = '10001' AND role = 'department' AND department_id = {department}")
    assert c.change("settings.set", version=0, **{"class": YEAR}, audit_mode="two_level")["outcome"] == "ok"
    server.sql(f"DELETE FROM season WHERE class_year = {YEAR}; DELETE FROM graduate WHERE class_year = {YEAR}")


def test_undo_after_feed(server):
    """X1.6 S2.11.1 an approval can be undone until the feed has delivered it, and no longer"""
    c, cursor = login(server, "school"), None
    while True:
        page = c.call("feed.list", limit=1000, **({"cursor": cursor} if cursor else {}))
        cursor = page["next"]
        if not page["rows"]:
            break
    record, version = waiting_record(server, c)
    assert c.change("record.act", id=record, version=version, action="approve")["outcome"] == "ok"
    assert c.change("record.act", id=record, version=version + 1, action="undo")["outcome"] == "ok"
    assert c.change("record.act", id=record, version=version + 2, action="approve")["outcome"] == "ok"
    told = []
    assert wait_for(lambda: told.extend(c.call("feed.list", cursor=cursor)["rows"]) or any(r["record"] == record and r["version"] == version + 3 for r in told), 5)
    r = c.change("record.act", id=record, version=version + 3, action="undo")
    assert r["outcome"] == "guard" and [f["guard"] for f in r["failed"]] == ["not_passed_on"], r


def test_too_slow(server):
    """S2.2.7 a decision whose statement is always too slow is tried once more, alone, then told to come back; the next one goes through"""
    c = login(server, "school")
    record, version = waiting_record(server, c)
    cancelled = set()
    with Session(server, user="postgres") as other, Holding(server, "LOCK TABLE message IN ACCESS EXCLUSIVE MODE"):
        act = Calling(c.change, "record.act", id=record, version=version, action="approve")
        while act.is_alive() and len(cancelled) < 10:  # what statement_timeout does
            cancelled |= set(other.say("WITH waiting AS MATERIALIZED (SELECT pid, query_start FROM pg_stat_activity WHERE wait_event_type = 'Lock') "
                                       "SELECT query_start FROM waiting WHERE pg_cancel_backend(pid)"))
        act.done()
    assert act.error == "UNAVAILABLE" and len(cancelled) == 2, (act.error, act.answer, cancelled)
    assert c.change("record.act", id=record, version=version, action="approve")["outcome"] == "ok"
    expect_error("INVALID_ARGUMENT", c.call, "record.act", id=record, version=version, action="nonsense")


if __name__ == "__main__":
    main([test_draft, test_rights, test_last_auditor, test_undo_after_feed, test_too_slow, test_declared], lambda: Server(demo=1000))
