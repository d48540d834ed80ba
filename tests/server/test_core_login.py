#!/usr/bin/python3
"""Who gets in, how, and what stays of it: log-in, lock-out, activation, sessions, rights, parked screens, the gateway."""

import hashlib
import os
import stat
import uuid

from harness import Client, RpcError, Server, expect_error, free_port, main, wait_for

PORT = free_port()
GRADUATE_PASSWORD = "graduate-one-2026"


def tcp():
    return Client(("127.0.0.1", PORT))


def audit(server, outcome):
    return int(server.sql(f"SELECT count(*) FROM audit_log WHERE kind = 'login' AND detail->>'outcome' = '{outcome}'")[0][0])


def test_wrong_password(server):
    """a wrong password and an unknown user get the same answer, and an audit row each"""
    row, before = server.user("school", "read only"), audit(server, "refused")
    one = expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=row["user"], password="not-this-one")
    two = expect_error("UNAUTHENTICATED", server.client().call, "session.login", user="nobody-here", password="not-this-one")
    assert one.text == two.text
    assert audit(server, "refused") == before + 2
    before = audit(server, "ok")
    assert server.client().login(row["user"], row["password"])["account"]["rights"]["employment"] == "read"
    assert audit(server, "ok") == before + 1


def test_lock_out(server):
    """lock-out per account and address: five failures lock, another address and another account don't suffer"""
    row = server.user("school", "archive")
    for _ in range(5):
        expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=row["user"], password="not-this-one")
    locked = expect_error("RESOURCE_EXHAUSTED", server.client().call, "session.login", user=row["user"], password=row["password"])
    assert "try again in" in locked.text
    assert tcp().login(row["user"], row["password"])["account"]["user"] == row["user"]
    other = server.user("school")
    server.client().login(other["user"], other["password"])
    first = int(server.sql(f"SELECT extract(epoch FROM locked_until - now()) FROM login_failure WHERE user_name = '{row['user']}'")[0][0].split(".")[0])
    server.sql(f"UPDATE login_failure SET locked_until = now() WHERE user_name = '{row['user']}'")
    expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=row["user"], password="not-this-one")
    second = int(server.sql(f"SELECT extract(epoch FROM locked_until - now()) FROM login_failure WHERE user_name = '{row['user']}'")[0][0].split(".")[0])
    assert second > first * 1.5, (first, second)  # the delay grows
    server.sql(f"UPDATE login_failure SET locked_until = now() WHERE user_name = '{row['user']}'")
    server.client().login(row["user"], row["password"])
    assert server.sql(f"SELECT 1 FROM login_failure WHERE user_name = '{row['user']}'") == []


def test_parallel_guesses(server):
    """lock-out counts guesses side by side: of sixty at once five are looked at, and then the right password is locked out, too"""
    row = server.user("school", "read")
    clients = [server.client() for _ in range(20)]
    sent = [(c, c.send("session.login", {"user": row["user"], "password": "not-this-one"})) for c in clients for _ in range(3)]
    answers = []
    for c, msgid in sent:
        try:
            c.answer(msgid)
            answers.append("ok")
        except Exception as e:
            answers.append(getattr(e, "code", repr(e)))
    assert sorted(set(answers)) == ["RESOURCE_EXHAUSTED", "UNAUTHENTICATED"] and answers.count("UNAUTHENTICATED") == 5, answers
    expect_error("RESOURCE_EXHAUSTED", server.client().call, "session.login", user=row["user"], password=row["password"])
    server.sql("DELETE FROM login_failure")


def unactivated(server):
    return server.sql("SELECT a.id, g.school_code || '.' || g.student_no, g.identity_no FROM account a JOIN graduate g ON g.person_id = a.person_id"
                      " WHERE a.password_hash IS NULL AND a.school_code = '00000' ORDER BY a.id LIMIT 1")[0]


def test_activation(server):
    """a one-time activation code sets the first password, once, for its own account only (S1.4.1)"""
    account, user, identity = unactivated(server)
    code = "7K2QM-0ZT9X-11111-ABCDE-22222-F"
    digest = hashlib.sha256(code.replace("-", "").encode()).hexdigest()
    server.sql(f"INSERT INTO activation (code_hash, school_code, account_id, expires_at) VALUES ('\\x{digest}', '00000', {account}, now() + interval '1 day')")
    c = server.client()
    expect_error("INVALID_ARGUMENT", c.call, "session.activate", user=user, code=code, password="short")
    expect_error("UNAUTHENTICATED", c.call, "session.activate", user=user, code="wrong", password=GRADUATE_PASSWORD)
    row = server.user("graduate")
    expect_error("UNAUTHENTICATED", c.call, "session.activate", user=row["user"], code=code, password=GRADUATE_PASSWORD)
    typed = code.lower().replace("-", " ").replace("1", "l").replace("0", "o")
    answer = c.call("session.activate", user=user, code=typed, password=GRADUATE_PASSWORD)
    assert answer["account"]["role"] == "graduate" and answer["account"]["enrolment"]
    expect_error("UNAUTHENTICATED", server.client().call, "session.activate", user=user, code=code, password=GRADUATE_PASSWORD)
    assert server.client().login(user, GRADUATE_PASSWORD)["account"]["enrolment"] == answer["account"]["enrolment"]
    # S1.3.2: by identity number too, which stands neither in the lock-out table nor in the audit log
    assert server.client().login(identity.lower(), GRADUATE_PASSWORD)["account"]["enrolment"] == answer["account"]["enrolment"]
    expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=identity, password="not-this-one")
    assert server.sql(f"SELECT 1 FROM login_failure WHERE user_name LIKE '%{identity}%'") == []
    assert server.sql(f"SELECT 1 FROM audit_log a WHERE a::text LIKE '%{identity}%'") == []
    assert identity not in server.log()


def code_for(server, account, code, days=1, school="00000"):
    digest = hashlib.sha256(code.replace("-", "").encode()).hexdigest()
    server.sql("INSERT INTO activation (code_hash, school_code, account_id, expires_at)"
               f" VALUES ('\\x{digest}', '{school}', {account}, now() + interval '{days} days')")


def test_code_as_password(server):
    """S1.3.1 S1.4.1 the activation code where a password is asked for: a session that can only set one, and then is like any other"""
    account, user, _ = unactivated(server)
    code, old, late = "7K2QM-0ZT9X-11111-ABCDE-33333-F", "7K2QM-0ZT9X-11111-ABCDE-44444-F", "7K2QM-0ZT9X-11111-ABCDE-55555-F"
    code_for(server, account, code)
    code_for(server, account, old, days=-1)
    code_for(server, account, late)
    for wrong in (old, "7K2QM-0ZT9X-11111-ABCDE-66666-F"):
        expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=user, password=wrong)
    assert server.sql(f"SELECT failures FROM login_failure WHERE user_name = '{user}'") == [["2"]]  # counted as a wrong password is
    first, second, replaced = server.client(), server.client(), server.client()
    token = first.login(user, code.lower())["token"]
    assert server.sql(f"SELECT 1 FROM login_failure WHERE user_name = '{user}'") == []
    assert second.login(user, code)["account"]["must_set_password"] is True
    replaced.login(user, late)
    assert server.sql(f"SELECT method FROM session WHERE account_id = {account} AND school_code = '00000'") == [["activation"]] * 3
    for method, params in (("home.get", {}), ("graduate.records", {}), ("session.unpark", {}), ("session.park", {"body": b"x"}),
                           ("account.keys", {}), ("inbox.list", {})):
        assert "set a password first" in expect_error("FAILED_PRECONDITION", first.call, method, **params).text
    resumed = server.client()
    assert resumed.call("session.resume", token=token)["account"]["must_set_password"] is True
    assert first.call("session.select", language="zh")["account"]["must_set_password"] is True
    assert first.call("session.password", new="short")["outcome"] == "invalid"
    # Two at once, with two codes: one is first, and the other has no session any more.
    asked = [(c, c.send("session.password", {"new": word})) for c, word in ((first, GRADUATE_PASSWORD + "a"), (second, GRADUATE_PASSWORD + "b"))]
    done = []
    for c, msgid in asked:
        try:
            done.append(c.answer(msgid)["outcome"])
        except RpcError as e:
            done.append(e.code)
    assert sorted(done) == ["UNAUTHENTICATED", "ok"], done
    winner, word = (first, "a") if done[0] == "ok" else (second, "b")
    assert "must_set_password" not in winner.call("session.whoami")
    winner.call("graduate.records")
    expect_error("UNAUTHENTICATED", replaced.call, "session.password", new=GRADUATE_PASSWORD)
    assert server.sql(f"SELECT 1 FROM activation WHERE account_id = {account} AND school_code = '00000'") == []
    for dead in (code, late):
        expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=user, password=dead)
    assert winner.call("session.password", new=GRADUATE_PASSWORD)["fields"] == [{"field": "old", "error": "required"}]
    assert "must_set_password" not in server.client().login(user, GRADUATE_PASSWORD + word)["account"]


def test_code_replaced(server):
    """S1.4.1 a session by a code is over when the code is: another was printed, or the school set a password"""
    account, user, _ = unactivated(server)
    code = "7K2QM-0ZT9X-11111-ABCDE-77777-F"
    code_for(server, account, code)
    c = server.client()
    token = c.login(user, code)["token"]
    server.sql(f"DELETE FROM activation WHERE account_id = {account} AND school_code = '00000'")
    expect_error("UNAUTHENTICATED", c.call, "session.password", new=GRADUATE_PASSWORD)
    expect_error("UNAUTHENTICATED", server.client().call, "session.resume", token=token)
    # ... and a code of an account that has a password is none
    row = server.user("department")
    number, school = server.sql(f"SELECT id, school_code FROM account WHERE user_name = '{row['user']}'")[0]
    code_for(server, number, code, school=school)
    expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=row["user"], password=code)
    expect_error("UNAUTHENTICATED", server.client().call, "session.activate", user=row["user"], code=code, password=GRADUATE_PASSWORD)
    server.client().login(row["user"], row["password"])


def test_resume_and_logout(server):
    """a token takes the session up again; logout kills it; only its hash is stored"""
    row = server.user("department")
    c = server.client()
    token = c.login(row["user"], row["password"])["token"]
    assert server.client().call("session.resume", token=token)["account"]["user"] == row["user"]
    assert server.sql(f"SELECT 1 FROM session s WHERE s::text LIKE '%{token}%'") == []
    c.call("session.logout")
    expect_error("UNAUTHENTICATED", c.call, "queue.counts")
    expect_error("UNAUTHENTICATED", server.client().call, "session.resume", token=token)


def test_idle_expiry(server):
    """after 12 hours without a call the session is over"""
    row = server.user("department")
    c = server.client()
    token = c.login(row["user"], row["password"])["token"]
    session = "token_hash = '\\x" + hashlib.sha256(token.encode()).hexdigest() + "'"
    server.sql(f"UPDATE session SET seen_at = now() - interval '11 hours' WHERE {session}")
    assert c.call("queue.counts")["total"] >= 0
    server.sql(f"UPDATE session SET seen_at = now() - interval '13 hours' WHERE {session}")
    expect_error("UNAUTHENTICATED", c.call, "queue.counts")
    expect_error("UNAUTHENTICATED", server.client().call, "session.resume", token=token)


def test_rights_at_once(server):
    """a right taken away or granted holds at the next call, a disabled account is out (S1.4.2)"""
    row = server.user("department", "undergraduate")
    c = server.client(row)
    where = f"user_name = '{row['user']}'"
    c.call("queue.counts")
    server.sql(f"UPDATE account SET right_employment = 0, version = version + 1 WHERE {where}")
    expect_error("PERMISSION_DENIED", c.call, "queue.counts")
    server.sql(f"UPDATE account SET right_employment = 1, version = version + 1 WHERE {where}")
    c.call("queue.counts")
    server.sql(f"UPDATE account SET disabled = true, version = version + 1 WHERE {where}")
    expect_error("UNAUTHENTICATED", c.call, "queue.counts")
    expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=row["user"], password=row["password"])
    server.sql(f"UPDATE account SET disabled = false, right_employment = 2, version = version + 1 WHERE {where}")


def test_select(server):
    """the class chosen holds for the session and is there again after resume; another's enrolment can't be chosen (S1.5.4)"""
    row = server.user("school")
    c = server.client()
    token = c.login(row["user"], row["password"])["token"]
    assert c.call("session.select", **{"class": 2025})["account"]["class"] == 2025
    assert server.client().call("session.resume", token=token)["account"]["class"] == 2025
    expect_error("INVALID_ARGUMENT", c.call, "session.select", language="fr")
    graduate = server.client(server.user("graduate"))
    own = graduate.call("session.whoami")["enrolment"]
    other = server.sql(f"SELECT school_code || '-' || id FROM graduate WHERE school_code || '-' || id <> '{own}' LIMIT 1")[0][0]
    expect_error("NOT_FOUND", graduate.call, "session.select", enrolment=other)
    assert graduate.call("session.select", enrolment=own, language="en")["account"]["language"] == "en"


def test_two_enrolments(server):
    """a person with two enrolments must choose one before anything else"""
    row = server.user("graduate")
    c = server.client(row)
    own = c.call("session.whoami")["enrolment"].split("-")
    other = server.sql(f"SELECT id, person_id FROM graduate WHERE school_code = '{own[0]}' AND id <> {own[1]} AND class_year = 2026 LIMIT 1")[0]
    server.sql(f"UPDATE graduate SET person_id = (SELECT person_id FROM graduate WHERE school_code = '{own[0]}' AND id = {own[1]})"
               f" WHERE school_code = '{own[0]}' AND id = {other[0]}")
    try:
        c = server.client(row)
        account = c.call("session.whoami")
        assert len(account["enrolments"]) == 2 and "enrolment" not in account, account
        expect_error("FAILED_PRECONDITION", c.call, "graduate.records")
        c.call("session.select", enrolment="-".join(own))
        c.call("graduate.records")
    finally:
        server.sql(f"UPDATE graduate SET person_id = {other[1]} WHERE school_code = '{own[0]}' AND id = {other[0]}")


def test_password(server):
    """changing one's own password needs the old one and ends the other sessions (S1.4.6)"""
    row = server.user("department", "")
    a, b = server.client(row), server.client(row)
    assert a.call("session.password", old="not-this-one", new="another-good-one")["outcome"] == "forbidden"
    assert a.call("session.password", old=row["password"], new="short")["outcome"] == "invalid"
    assert a.call("session.password", old=row["password"], new="another-good-one")["outcome"] == "ok"
    a.call("queue.counts")
    expect_error("UNAUTHENTICATED", b.call, "queue.counts")
    expect_error("UNAUTHENTICATED", server.client().call, "session.login", user=row["user"], password=row["password"])
    assert server.client(row["user"], "another-good-one").call("session.password", old="another-good-one", new=row["password"])["outcome"] == "ok"


def test_parked(server):
    """X1.14: parked screens come back byte for byte, for the account alone, and are encrypted in the database"""
    one, two = server.client(server.user("school")), server.client(server.user("school", "read only"))
    body = b"secret-screen-state " + os.urandom(5000)
    one.call("session.park", body=body)
    answer = server.client(server.user("school")).call("session.unpark")
    assert answer["body"] == body and answer["saved_at"].endswith("+08:00")
    assert two.call("session.unpark") == {}
    assert server.sql("SELECT 1 FROM parked WHERE position('secret-screen-state' in encode(body, 'escape')) > 0") == []
    two.call("session.park", body=b"other")
    server.sql("UPDATE parked SET body = (SELECT p.body FROM parked p WHERE p.account_id <> parked.account_id LIMIT 1) WHERE account_id = 2")
    assert two.call("session.unpark") == {}  # another account's row opens nothing
    expect_error("OUT_OF_RANGE", one.call, "session.park", body=os.urandom(65537))
    one.call("session.park", body=b"")
    assert one.call("session.unpark") == {}


def test_gateway(server):
    """the broker's socket is its owner's alone, mints tokens by password and key, and nothing for support or operator"""
    assert stat.S_IMODE(os.stat(server.gateway).st_mode) == 0o600
    broker = Client(server.gateway)
    expect_error("PERMISSION_DENIED", broker.call, "session.login", user="a", password="b")
    row = server.user("school")

    def password(user, secret, address="192.0.2.7"):
        return broker.call("gateway.password", user=user, password=secret, address=address)

    token = password(row["user"], row["password"])["token"]
    c = server.client()
    assert c.call("session.resume", token=token)["account"]["user"] == row["user"]
    assert password(row["user"], "not-this-one") == {"outcome": "forbidden"}
    for role in ("support", "operator"):
        other = server.user(role)
        assert password(other["user"], other["password"]) == {"outcome": "forbidden"}
        server.client(other)  # by the front door they get in
    key = {"user": row["user"], "fingerprint": "SHA256:test-" + uuid.uuid4().hex, "address": "192.0.2.7"}
    assert broker.call("gateway.key", mint=False, **key) == {"outcome": "forbidden"}
    server.sql(f"INSERT INTO account_key (school_code, account_id, fingerprint, kind, key_text) SELECT school_code, id, '{key['fingerprint']}',"
               f" 'ssh-ed25519', '' FROM account WHERE user_name = '{row['user']}'")
    assert broker.call("gateway.key", mint=False, **key) == {"outcome": "ok"}
    minted = broker.call("gateway.key", mint=True, **key)
    assert server.client().call("session.resume", token=minted["token"])["account"]["user"] == row["user"]
    assert server.sql(f"SELECT method, address FROM session WHERE fingerprint = '{key['fingerprint']}'") == [["key", "192.0.2.7"]]
    account, user, _ = unactivated(server)  # S1.3.1: the printed code at the password prompt, by the gateway too
    code_for(server, account, "7K2QM-0ZT9X-11111-ABCDE-88888-F")
    minted = password(user, "7K2QM-0ZT9X-11111-ABCDE-88888-F")
    assert minted["outcome"] == "ok" and server.client().call("session.resume", token=minted["token"])["account"]["must_set_password"]
    for _ in range(6):
        password(row["user"], "not-this-one", "192.0.2.8")
    assert password(row["user"], row["password"], "192.0.2.8") == {"outcome": "forbidden"}  # locked from there
    assert password(row["user"], row["password"])["outcome"] == "ok"


def test_status(server):
    """server.status is for the operator and counts refusals by name"""
    expect_error("PERMISSION_DENIED", server.client(server.user("school")).call, "server.status")
    status = server.client(server.user("operator")).call("server.status")["status"]
    assert status["database"] is True and status["refused"]["role"] >= 1, status


def test_append_only(server):
    """X1.4: the server's role can't change or delete the audit log and the events"""
    for table in ("audit_log", "event", "record_content", "ledger_history"):
        for verb in (f"DELETE FROM {table}", f"UPDATE {table} SET school_code = school_code"):
            try:
                server.sql(verb, user="quxiang_server")
                raise AssertionError(verb + " was allowed")
            except Exception as e:
                assert "permission denied" in getattr(e, "stderr", ""), e


def test_no_secret_logged(server):
    """no password, token or identity number in the server's or PostgreSQL's log"""
    row = server.user("graduate")
    token = server.client().login(row["user"], row["password"])["token"]
    with open(os.path.join(server.data, "pg.log"), encoding="utf-8", errors="replace") as f:
        logs = server.log() + f.read()
    identities = [r[0] for r in server.sql("SELECT identity_no FROM graduate")]
    for secret in [token, row["password"], GRADUATE_PASSWORD, *identities]:
        assert secret not in logs
    assert wait_for(lambda: "level=error" not in server.log(), 1), [line for line in server.log().splitlines() if "level=error" in line][:5]


TESTS = [test_wrong_password, test_lock_out, test_parallel_guesses, test_activation, test_code_as_password, test_code_replaced, test_resume_and_logout, test_idle_expiry, test_rights_at_once, test_select,
         test_two_enrolments, test_password, test_parked, test_gateway, test_status, test_append_only, test_no_secret_logged]

if __name__ == "__main__":
    main(TESTS, lambda: Server(demo=300, args=["--port", str(PORT)]))
