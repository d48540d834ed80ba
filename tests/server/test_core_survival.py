#!/usr/bin/python3
"""What is killed, stopped or gone: quxiangd, the postmaster, a backend, the database, the schema's version."""

import os
import signal
import subprocess
import threading
import time

from harness import Closed, RpcError, Server, main, wait_for


def whoami(server, token):
    c = server.client()
    return c.call("session.resume", token=token)["account"]["user"]


def token_of(server):
    row = server.user("school")
    return server.client().login(row["user"], row["password"])["token"]


def refused_start(server, *args):
    """Starts a second quxiangd that should refuse; answers (exit status, its log)."""
    out = subprocess.run(server.command(*args), capture_output=True, text=True, timeout=60)
    return out.returncode, out.stderr


def test_one_owner(server):
    """a second quxiangd on the same folder is refused, and says why"""
    status, log = refused_start(server, "--listen-unix", server.sock + "2")
    assert status != 0 and "another running quxiangd" in log, log


def test_graceful_stop(server):
    """SIGTERM finishes what is in flight, refuses what comes after it, and ends with status 0"""
    c = server.client(server.user("school"))
    # of twenty people: more than a few attempts of one at a time are taken for guessing
    sent = [c.send("session.login", {"user": row["user"], "password": row["password"]}) for row in server.users[:20]]
    time.sleep(0.03)  # they are admitted, their hashes take longer
    server.process.send_signal(signal.SIGTERM)
    for msgid in sent:
        assert c.answer(msgid)["token"]
    assert server.process.wait(30) == 0
    assert not os.path.exists(server.sock) and server.postmaster() == 0
    server.start()


def test_kill_and_adopt(server):
    """kill -9 of quxiangd: the cluster lives on, the next start adopts it, sessions and data are there"""
    token, before = token_of(server), server.postmaster()
    server.kill()
    assert server.postmaster() == before
    server.start()
    assert server.postmaster() == before and "event=cluster_adopted" in server.log()
    assert whoami(server, token) == server.user("school")["user"]


def test_postmaster_killed(server):
    """kill -9 of the postmaster and every backend: it is revived; a call made meanwhile waits and succeeds"""
    token = token_of(server)
    c = server.client()
    c.call("session.resume", token=token)
    before = server.postmaster()
    backends = [int(r[0]) for r in server.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'quxiangd'")]
    for pid in [before, *backends]:
        os.kill(pid, signal.SIGKILL)
    started = time.monotonic()
    assert c.call("queue.counts")["total"] > 0
    print(f"        away for {time.monotonic() - started:.1f} s")
    assert wait_for(lambda: server.postmaster() not in (0, before), 10)
    assert "event=postmaster_gone" in server.log() and "event=database_away" in server.log()
    assert whoami(server, token) == server.user("school")["user"]


def test_backend_killed(server):
    """kill -9 of one backend under reads: every call is answered, none is lost"""
    c = server.client(server.user("school"))
    done, errors = [], []

    def reader():
        while len(done) < 300 and not errors:
            try:
                done.append(c.call("queue.list", limit=20)["rows"])
            except (RpcError, Closed) as e:
                errors.append(e)

    thread = threading.Thread(target=reader)
    thread.start()
    wait_for(lambda: len(done) > 50)
    pid = server.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'quxiangd' LIMIT 1")[0][0]
    os.kill(int(pid), signal.SIGKILL)
    thread.join(60)
    assert not errors, errors
    assert len(done) >= 300
    wait_for(lambda: server.log().count("event=database_up") >= 2, 10)
    assert "event=database_away" in server.log()


def test_database_away(server):
    """with the database stopped calls wait, hello still answers, and when it is back they go on"""
    c, d = server.client(server.user("school")), server.client()
    pid = server.postmaster()
    backends = [int(r[0]) for r in server.sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'quxiangd'")]
    os.kill(pid, signal.SIGSTOP)  # keeps it from being revived: it isn't gone, only silent
    for backend in backends:
        os.kill(backend, signal.SIGTERM)
    msgid = c.send("queue.counts")
    wait_for(lambda: "event=database_away" in server.log(), 10)
    assert d.call("hello")["protocol"] == 1
    time.sleep(1)
    os.kill(pid, signal.SIGCONT)
    assert c.answer(msgid)["total"] > 0


def test_out_of_descriptors(server):
    """out of file descriptors the server doesn't spin, serves who is there, and accepts again when some are free"""
    row = server.user("school")
    c, pid = server.client(row), server.process.pid
    limit = [*server.as_owner(), "prlimit", "--pid", str(pid)]
    before = subprocess.run([*limit, "--nofile", "--output=SOFT", "--noheadings"], check=True, capture_output=True, text=True).stdout.strip()
    subprocess.run([*limit, "--nofile=60:"], check=True)
    crowd = []
    try:
        crowd = [server.client() for _ in range(80)]
        wait_for(lambda: "event=accept_failed" in server.log())
        used = server.cpu()
        time.sleep(1.5)
        assert server.cpu() - used < 30, "spinning"
        assert c.call("queue.counts")["total"] > 0
    finally:
        subprocess.run([*limit, f"--nofile={before}:"], check=True)
        for other in crowd:
            other.close()
    assert server.client(row).call("session.whoami")["user"] == row["user"]


def test_stale_lock(server):
    """a postmaster.pid left over, its number now another process's, doesn't keep the cluster down"""
    pid = server.postmaster()
    server.kill()
    os.kill(pid, signal.SIGQUIT)
    server.wait_gone(pid)
    lock = os.path.join(server.data, "pg", "postmaster.pid")
    owner = os.stat(os.path.join(server.data, "pg")).st_uid
    sleeper = subprocess.Popen(["sleep", "60"], preexec_fn=lambda: os.geteuid() == 0 and os.setuid(owner))
    try:
        with open(lock, "w") as f:
            f.write(f"{sleeper.pid}\n{server.data}/pg\n0\n5432\n{server.data}/run\n\n  0 0\n")
        os.chown(lock, owner, -1)
        server.start()
        assert server.postmaster() not in (0, sleeper.pid)
    finally:
        sleeper.kill()
        sleeper.wait()


def test_login_timeout(server):
    """who doesn't log in in time is disconnected; who has logged in is not"""
    server.stop()
    server.args = ["--login-seconds", "1"]
    server.start()
    c, other = server.client(), server.client(server.user("school"))
    assert c.closed(5) and "reason=login_timeout" in server.log()
    assert other.call("session.whoami")["role"] == "school"


def test_edited_migration(server):
    """an edited migration and a newer schema are refused, by name"""
    server.sql("UPDATE schema_migration SET checksum = repeat('0', 64) WHERE number = 1")
    server.stop()
    status, log = refused_start(server, "--migrate-only")
    assert status == 4 and "0001_foundation was edited" in log, log
    pretend_newer(server, log)
    status, log = refused_start(server, "--migrate-only")
    assert status == 4 and "9999_later" in log and "newer" in log, log


def pretend_newer(server, log):
    """With the cluster down: start it by hand as its user, put the true checksum back and a later migration in."""
    true = log.split("(checksum ")[1][:12]
    bin_dir = sorted(d for d in os.listdir("/usr/lib/postgresql") if d.isdigit())[-1]
    ctl = [*server.as_owner(), f"/usr/lib/postgresql/{bin_dir}/bin/pg_ctl", "-D", os.path.join(server.data, "pg"), "-w", "-s"]
    subprocess.run([*ctl, "start", "-l", "/dev/null"], check=True, cwd="/")
    try:
        full = server.full_checksum
        assert full.startswith(true)
        server.sql(f"UPDATE schema_migration SET checksum = '{full}' WHERE number = 1")
        server.sql("INSERT INTO schema_migration (number, name, checksum) VALUES (9999, '9999_later', 'x')")
    finally:
        subprocess.run([*ctl, "stop", "-m", "fast"], check=True, cwd="/")


def make():
    server = Server(demo=300)
    server.full_checksum = server.sql("SELECT checksum FROM schema_migration WHERE number = 1")[0][0]
    return server


TESTS = [test_one_owner, test_graceful_stop, test_kill_and_adopt, test_postmaster_killed, test_backend_killed, test_database_away,
         test_out_of_descriptors, test_stale_lock, test_login_timeout, test_edited_migration]

if __name__ == "__main__":
    main(TESTS, make)
