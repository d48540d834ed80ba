#!/usr/bin/python3
"""quxiangd on somebody else's PostgreSQL (--db, --owner-db): made here, with passwords, on a Unix socket. Migrations, the rights
of the server's role, two servers on one database, and the database restarted under both while clients wait."""

import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
import threading
import time
import uuid

from harness import Server, expect_error, main, wait_for
from test_crash import Load, invariants

APPEND_ONLY = ("event", "record_content", "ledger_history", "audit_log")
OUTAGES = 3


def newest_postgresql():
    versions = sorted((d for d in os.listdir("/usr/lib/postgresql") if d.isdigit()), key=int)
    return f"/usr/lib/postgresql/{versions[-1]}/bin/"


def quxiang():
    """The user whom a server started by root becomes."""
    if subprocess.run(["id", "quxiang"], capture_output=True).returncode != 0:
        subprocess.run(["useradd", "--system", "--user-group", "quxiang"], check=True)
    return pwd.getpwnam("quxiang")


class Cluster:
    """A PostgreSQL of an unprivileged user, as an administrator would prepare it: two roles with passwords, an empty database."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="qx-ext-")
        self.bin, self.data = newest_postgresql(), os.path.join(self.dir, "pg")
        os.chmod(self.dir, 0o755)
        self.ours = os.path.join(self.dir, "quxiang")  # what quxiangd's user reads and makes
        self.passfile = os.path.join(self.ours, "passfile")
        self.passwords = {role: secrets.token_hex(12) for role in ("postgres", "quxiang_owner", "quxiang_server")}
        first = os.path.join(self.dir, "first")
        os.mkdir(self.ours, 0o700)
        self.write(first, self.passwords["postgres"] + "\n")
        self.write(self.passfile, "".join(f"*:*:*:{role}:{word}\n" for role, word in self.passwords.items()))
        self.user = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.dir, self.user.pw_uid, self.user.pw_gid)
            os.chown(first, self.user.pw_uid, self.user.pw_gid)
            for path in (self.ours, self.passfile):
                os.chown(path, quxiang().pw_uid, quxiang().pw_gid)
        self.run("initdb", "-D", self.data, "-E", "UTF8", "--locale=C.UTF-8", "-A", "scram-sha-256", "-U", "postgres", f"--pwfile={first}", "-N")
        os.remove(first)
        self.start()
        for role in ("quxiang_owner", "quxiang_server"):
            self.sql(f"CREATE ROLE {role} LOGIN PASSWORD '{self.passwords[role]}'", "postgres", "postgres")
        self.sql("CREATE DATABASE quxiang OWNER quxiang_owner", "postgres", "postgres")

    @staticmethod
    def write(path, text):
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as f:
            f.write(text)

    def run(self, program, *args):
        """One of PostgreSQL's programs, as the cluster's user."""
        before = ["setpriv", f"--reuid={self.user.pw_uid}", f"--regid={self.user.pw_gid}", "--clear-groups"] if self.user else []
        subprocess.run([*before, self.bin + program, *args], check=True, cwd=self.dir, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def start(self):
        options = f"-c listen_addresses= -c unix_socket_directories={self.dir} -c max_connections=60"
        self.run("pg_ctl", "-D", self.data, "-w", "-s", "-l", os.path.join(self.dir, "pg.log"), "-o", options, "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-w", "-s", "-m", "immediate", "stop")

    def conninfo(self, role, database="quxiang"):
        return f"host={self.dir} dbname={database} user={role} passfile={self.passfile}"

    def psql(self, statement, role, database="quxiang"):
        return subprocess.run(["psql", self.conninfo(role, database), "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose",
                               "-c", statement], capture_output=True, text=True, cwd="/")

    def sql(self, statement, role="quxiang_owner", database="quxiang"):
        out = self.psql(statement, role, database)
        assert out.returncode == 0, out.stderr
        return [line.split("\t") for line in out.stdout.splitlines()]

    def remove(self):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)


class External(Server):
    """quxiangd on such a cluster. All servers of one share the keys."""

    def __init__(self, cluster, **more):
        self.cluster = cluster
        super().__init__(start=False, **more)
        os.mkdir(self.data, 0o755)
        if os.geteuid() == 0:
            os.chown(self.data, quxiang().pw_uid, quxiang().pw_gid)

    def command(self, *more):
        c = self.cluster
        return [os.path.join(os.environ.get("QX_BUILD", "."), "quxiangd"), "--db", c.conninfo("quxiang_server"), "--owner-db",
                c.conninfo("quxiang_owner"), "--keys", os.path.join(c.ours, "keys"), *more]

    def sql(self, statement, user="quxiang_owner"):
        return self.cluster.sql(statement, user)

    def tried(self, *more):
        """Runs to its end: (exit status, log)."""
        out = subprocess.run(self.command(*more), capture_output=True, text=True, timeout=60)
        return out.returncode, out.stderr


class Pair:
    """Two servers on one database, and whose turn it is to be asked."""

    def __init__(self):
        self.cluster = Cluster()
        self.a, self.b, self.turn = External(self.cluster, demo=400), External(self.cluster), 0
        self.log_path = self.a.log_path

    @property
    def users(self):
        return self.a.users

    def client(self, user=None, **more):
        self.turn += 1
        return (self.a if self.turn % 2 else self.b).client(user, **more)

    def sql(self, statement, user="quxiang_owner"):
        return self.cluster.sql(statement, user)

    def start(self):
        self.a.start(120)
        self.b.start()

    def remove(self):
        self.a.remove()
        self.b.remove()
        self.cluster.remove()


def waiting_records(pair, n):
    """So many records that wait for the department of an auditor, with that auditor's row."""
    for user in [u for u in pair.users if u["role"] == "department"]:
        rows = pair.a.client(user).call("queue.list", queue="waiting", limit=50)["rows"]
        rows = [r for r in rows if r["flow"] == "destination" and r["state"] == "audit_department"]
        if len(rows) >= n:
            return user, rows[:n]
    raise AssertionError(f"no department has {n} records waiting")


# ---------------------------------------------------------------------- before it serves

def test_needs_keys(pair):
    """an external database without --keys is refused: its servers must share them"""
    c = pair.cluster
    command = [pair.a.command()[0], "--db", c.conninfo("quxiang_server"), "--owner-db", c.conninfo("quxiang_owner"), "--migrate-only"]
    out = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert out.returncode == 1 and "needs --keys" in out.stderr, out


def test_keys_at_once(pair):
    """servers that make the key file at once all take the same whole one; a name that cannot be made is told"""
    c = pair.cluster
    path = os.path.join(c.ours, "keys-at-once")
    command = [pair.a.command()[0], "--db", c.conninfo("quxiang_server"), "--keys", path, "--migrate-only"]
    made = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(8)]
    logs = [p.communicate(timeout=60)[1] for p in made]
    assert all("permission denied" in log for log in logs), logs  # of the schema, which comes after the keys
    with open(path, encoding="utf-8") as f:
        assert re.fullmatch(r"#.*\nhmac_key=[0-9a-f]{64}\npark_key=[0-9a-f]{64}\n", f.read())
    assert [name for name in os.listdir(c.ours) if name.startswith("keys-at-once")] == ["keys-at-once"]
    assert os.stat(path).st_mode & 0o777 == 0o600
    command[command.index(path)] = os.path.join(c.ours, "no-folder", "keys")
    out = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert out.returncode == 1 and "no-folder/keys: No such file or directory" in out.stderr, out.stderr


def test_may_not_migrate(pair):
    """the server's role alone cannot make the schema: a clear refusal, nothing half-made"""
    c = pair.cluster
    command = [pair.a.command()[0], "--db", c.conninfo("quxiang_server"), "--keys", os.path.join(c.ours, "keys"), "--migrate-only"]
    out = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert out.returncode == 4 and "permission denied" in out.stderr, out
    assert c.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [["0"]]


def test_migrate_only(pair):
    """--migrate-only brings an empty database up, once, each migration with its checksum; the server's role starts on it then"""
    assert pair.a.tried("--migrate-only")[0] == 0
    first = pair.sql("SELECT number, name, checksum, applied_at FROM schema_migration ORDER BY number")
    assert len(first) >= 2 and all(len(row[2]) == 64 for row in first), first
    status, log = pair.a.tried("--migrate-only")
    assert status == 0 and "event=migrated" not in log, log
    assert pair.sql("SELECT number, name, checksum, applied_at FROM schema_migration ORDER BY number") == first
    c = pair.cluster
    command = [pair.a.command()[0], "--db", c.conninfo("quxiang_server"), "--keys", os.path.join(c.ours, "keys"), "--migrate-only"]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode == 0


def test_edited(pair):
    """a migration edited after it was applied is refused by name, with both checksums; nothing is changed"""
    checksum = pair.sql("SELECT checksum FROM schema_migration WHERE number = 1")[0][0]
    pair.sql("UPDATE schema_migration SET checksum = reverse(checksum) WHERE number = 1")
    try:
        for args in (["--migrate-only"], ["--listen-unix", pair.a.sock]):
            status, log = pair.a.tried(*args)
            assert status == 4 and "0001_foundation was edited" in log and checksum[:12] in log and checksum[::-1][:12] in log, log
    finally:
        pair.sql("UPDATE schema_migration SET checksum = reverse(checksum) WHERE number = 1")
    assert pair.a.tried("--migrate-only")[0] == 0


def test_newer(pair):
    """a schema newer than the program is refused by the migration's name"""
    pair.sql("INSERT INTO schema_migration (number, name, checksum) VALUES (9999, '9999_later', repeat('0', 64))")
    try:
        status, log = pair.a.tried("--listen-unix", pair.a.sock)
        assert status == 4 and "9999_later" in log and "newer" in log, log
    finally:
        pair.sql("DELETE FROM schema_migration WHERE number = 9999")


def test_two_migrate(pair):
    """four that migrate one empty database at once: all succeed, it is migrated once"""
    c = pair.cluster
    c.sql("CREATE DATABASE empty OWNER quxiang_owner", "postgres", "postgres")
    command = [pair.a.command()[0], "--db", c.conninfo("quxiang_owner", "empty"), "--keys", os.path.join(c.ours, "keys"), "--migrate-only"]
    made = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    logs = [p.communicate(timeout=60)[1] for p in made]
    assert [p.returncode for p in made] == [0] * 4, logs
    assert sum(log.count("migration=0001_foundation") for log in logs) == 1, logs


def test_wrong_password(pair):
    """a database that doesn't let us in: status 4, PostgreSQL's own words, no password in them"""
    command = pair.a.command("--migrate-only")
    command = [word.replace(f"passfile={pair.cluster.passfile}", "password=wrong-guess") for word in command]
    out = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert out.returncode == 4 and "password authentication failed" in out.stderr and "wrong-guess" not in out.stderr, out.stderr


def test_start(pair):
    """two servers serve one database, none as root"""
    pair.start()
    for server in (pair.a, pair.b):
        with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as f:
            assert "0" not in re.search(r"Uid:\t(.*)", f.read()).group(1).split()
    assert {s.client().call("hello")["protocol"] for s in (pair.a, pair.b)} == {1}


def test_rights(pair):
    """the server's role cannot change or remove history, nor the schema, its version, or the codes"""
    def denied(statement):
        out = pair.cluster.psql(statement, "quxiang_server")
        assert out.returncode != 0 and "42501" in out.stderr, f"{statement}: {out.stderr or 'was done'}"

    for table in APPEND_ONLY:
        column = pair.sql(f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 1")[0][0]
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}", f"TRUNCATE {table}", f"DROP TABLE {table}",
                          f"ALTER TABLE {table} OWNER TO quxiang_server", f"CREATE TRIGGER t BEFORE INSERT ON {table} EXECUTE FUNCTION suppress_redundant_updates_trigger()"):
            denied(statement)
    for statement in ("UPDATE schema_migration SET checksum = ''", "INSERT INTO schema_migration VALUES (2, 'x', 'x')", "DELETE FROM code",
                      "UPDATE code SET name_zh = ''", "CREATE TABLE mine (a int)", "SET ROLE quxiang_owner"):
        denied(statement)


# ---------------------------------------------------------------------- two servers

def test_seen_by_the_other(pair):
    """a decision through one server: told to the other's watchers, seen in its record and its history"""
    user, rows = waiting_records(pair, 1)
    a, b, record, version = pair.a.client(user), pair.b.client(user), rows[0]["id"], rows[0]["version"]
    b.call("queue.watch", on=True)
    answer = a.change("record.act", id=record, version=version, action="approve")
    assert answer["outcome"] == "ok" and answer["version"] == version + 1
    told = b.notification(10)
    assert told and told[0] == "queue.changed", told
    assert b.call("record.get", id=record)["version"] == version + 1
    assert record not in [r["id"] for r in b.call("queue.list", queue="waiting", limit=200)["rows"]]
    undone = b.change("record.act", id=record, version=version + 1, action="undo")
    assert undone["outcome"] == "ok" and a.call("record.get", id=record)["version"] == version + 2


def test_repeated_at_the_other(pair):
    """X1.6 a call sent again to the other server gets the first answer; the decision stands once"""
    user, rows = waiting_records(pair, 1)
    a, b, record, version = pair.a.client(user), pair.b.client(user), rows[0]["id"], rows[0]["version"]
    call = {"request_id": str(uuid.uuid4()), "id": record, "version": version, "action": "approve"}
    first = a.call("record.act", **call)
    assert first["outcome"] == "ok" and b.call("record.act", **call) == first == a.call("record.act", **call)
    assert b.call("record.get", id=record)["version"] == version + 1
    school, number = record.split("-")
    assert pair.sql(f"SELECT count(*) FROM event WHERE school_code = '{school}' AND record_id = {number} AND version > {version}") == [["1"]]


def test_same_record_at_once(pair):
    """one record decided through both servers at once: one is first, the other is told its version is stale"""
    user, rows = waiting_records(pair, 4)
    a, b = pair.a.client(user), pair.b.client(user)
    for row in rows:
        outcomes, both = [], threading.Barrier(2)

        def decide(client, record=row["id"], version=row["version"], outcomes=outcomes, both=both):
            both.wait()
            outcomes.append(client.change("record.act", id=record, version=version, action="approve")["outcome"])

        threads = [threading.Thread(target=decide, args=(c,)) for c in (a, b)]
        for t in threads:
            t.start()
        for t in threads:
            t.join(30)
        assert sorted(outcomes) == ["ok", "stale"], outcomes


def test_session_of_the_other(pair):
    """a log-in at one server is known to the other, and its end too"""
    user = pair.a.user("school")
    a, b = pair.a.client(), pair.b.client()
    token = a.login(user["user"], user["password"])["token"]
    assert b.call("session.resume", token=token)["account"]["user"] == user["user"]
    a.call("session.logout")
    expect_error("UNAUTHENTICATED", pair.b.client().call, "session.resume", token=token)


# ---------------------------------------------------------------------- the database restarted

def test_waits(pair):
    """the database stopped at once: calls through both servers wait, hello answers, and all go on when it is back"""
    user = pair.a.user("school")
    clients = [s.client(user) for s in (pair.a, pair.b)]
    pair.cluster.stop()
    try:
        sent = [(c, c.send("queue.counts")) for c in clients for _ in range(5)]
        for s in (pair.a, pair.b):
            assert wait_for(lambda s=s: "event=database_away" in s.log(), 10)
            assert s.client().call("hello")["protocol"] == 1
        time.sleep(1)
    finally:
        pair.cluster.start()
    started = time.monotonic()
    assert all(c.answer(msgid)["total"] > 0 for c, msgid in sent)
    print(f"        answered {time.monotonic() - started:.2f} s after it was back")


def test_restarts(pair):
    """the database killed and started under load through both servers: nothing acknowledged is lost, nothing is done twice"""
    load = Load(pair)
    try:
        for _ in range(OUTAGES):
            load.go_on(60)
            pair.cluster.stop()
            time.sleep(0.5)
            pair.cluster.start()
        load.go_on(100)
    finally:
        load.stop()
    load.verdict("the database, restarted")
    invariants(pair)


def test_server_and_database(pair):
    """one server killed while the database is away: its clients go on at the other, and it comes back by itself"""
    load = Load(pair)
    try:
        load.go_on(60)
        pair.cluster.stop()
        pair.a.kill()
        time.sleep(0.5)
        pair.cluster.start()
        pair.a.start()
        load.go_on(100)
    finally:
        load.stop()
    load.verdict("one server and the database")
    invariants(pair)


def invite(pair, n, due):
    """So many open invitations, as an employer with an account would have sent them; answers their ids."""
    pair.sql("INSERT INTO employer (credit_code, name) VALUES ('91110108MA00000A9G', '示例单位') ON CONFLICT DO NOTHING")
    rows = pair.sql(
        "INSERT INTO record (school_code, id, uuid, class_year, graduate_id, department_id, postgraduate, flow, state, version, waits_for, due_at, submitted_at, "
        "revision, employer_id, employer_name, last_action, last_from, last_actor, last_at, name, name_key, student_no) "
        "SELECT g.school_code, nextval('record_id'), gen_random_uuid(), g.class_year, g.id, g.department_id, g.postgraduate, 'online_signing', 'invited', 1, 'graduate', "
        f"now() + interval '{due}', now() - interval '2 days', 0, e.id, e.name, 'invite', 'none', 0, now() - interval '2 days', g.name, g.name_key, g.student_no "
        "FROM graduate g, employer e WHERE e.credit_code = '91110108MA00000A9G' AND g.school_code = '10001' AND g.class_year = 2026 "
        f"AND NOT EXISTS (SELECT FROM record r WHERE r.school_code = g.school_code AND r.graduate_id = g.id AND r.flow = 'online_signing') ORDER BY g.id LIMIT {n} RETURNING id")
    return [r[0] for r in rows]


def lapsed_once(pair, ids, seconds):
    def all_over():
        return pair.sql(f"SELECT count(*) FROM record WHERE id IN ({','.join(ids)}) AND state = 'lapsed'") == [[str(len(ids))]]
    assert wait_for(all_over, seconds), pair.sql(f"SELECT state, count(*) FROM record WHERE id IN ({','.join(ids)}) GROUP BY 1")
    return pair.sql(f"SELECT count(*), count(DISTINCT record_id), min(actor_role) FROM event WHERE action = 'lapse' AND record_id IN ({','.join(ids)})")


def test_lapse(pair):
    """S2.3.4 an invitation lapses on time and exactly once, with two servers running, and after both were away"""
    ids = invite(pair, 40, "1 second")
    assert len(ids) == 40
    due = lapsed_once(pair, ids, 20)
    assert due[0][:3] == ["40", "40", "clock"], due
    pair.a.stop()
    pair.b.stop()
    late = invite(pair, 40, "-1 hour")
    pair.a.start()
    pair.b.start()
    due = lapsed_once(pair, late, 20)
    assert due[0][:3] == ["40", "40", "clock"], due
    assert pair.sql(f"SELECT count(*) FROM event WHERE action = 'lapse' AND record_id IN ({','.join(ids + late)})") == [["80"]]


TESTS = [test_needs_keys, test_keys_at_once, test_may_not_migrate, test_migrate_only, test_edited, test_newer, test_two_migrate, test_wrong_password,
         test_start, test_rights, test_seen_by_the_other, test_repeated_at_the_other, test_same_record_at_once, test_session_of_the_other,
         test_waits, test_restarts, test_server_and_database, test_lapse]

if __name__ == "__main__":
    main(TESTS, Pair)
