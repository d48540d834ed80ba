#!/usr/bin/python3
"""./dev bench: a table of ratios, each to a reference measured in the same run, median of the rounds.

Sections: decide, import, page, memory, gateway, terminal (name some as arguments to run only those). Nothing here fails a build:
figures are measured, not asserted. Every load is bounded in count and time and goes to loopback or Unix sockets.
"""
import glob
import os
import re
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TOP, "tests", "server"))
sys.path.insert(0, HERE)
import harness  # noqa: E402

rows = []


def row(what, figure, target, met):
    rows.append((what, figure, target, "met" if met else "short"))
    print("%-66s %-26s %-14s %s" % rows[-1], flush=True)


def median(values):
    return statistics.median(values)


def program(name):
    """A bench program, built on demand."""
    subprocess.run(["make", "-C", harness.BUILD, "-s", name], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(harness.BUILD, name)


def as_owner(server):
    """A prefix that runs a command as the database's own user (peer authentication)."""
    if os.geteuid() != 0:
        return []
    owner = os.stat(os.path.join(server.data, "pg")).st_uid
    return ["setpriv", "--reuid=%d" % owner, "--regid=%d" % owner, "--clear-groups"]


def staged(server, path):
    """A copy of a program that the database's user can reach."""
    copy = os.path.join(server.dir, os.path.basename(path))
    subprocess.run(["install", "-m", "755", path, copy], check=True)
    return copy


# ------------------------------------------------------------------ a queue page

def largest_queue(server, user):
    """(flow, state, count) of the caller's queue that has the most in it."""
    with_counts = server.client(user).call("queue.counts")["queues"]
    best = max(with_counts, key=lambda q: q["count"])
    return best["flow"], best["state"], best["count"]


def trim_queue(server, school, flow, state, keep):
    """Leaves `keep` records in one queue: the page is then of the same queue, whatever lies around it."""
    server.sql("UPDATE record SET waits_for = 'nobody' WHERE school_code = '%s' AND class_year = 2026 AND waits_for = 'school' AND flow = '%s' AND state = '%s' "
               "AND id NOT IN (SELECT id FROM record WHERE school_code = '%s' AND class_year = 2026 AND waits_for = 'school' AND flow = '%s' AND state = '%s' ORDER BY submitted_at, id LIMIT %d)"
               % (school, flow, state, school, flow, state, keep))
    server.sql("VACUUM ANALYZE record")


def pages(server, user, rounds, calls):
    flow, state, count = largest_queue(server, user)
    trim_queue(server, user["school"][:5], flow, state, 1000)
    token = server.client().login(user["user"], user["password"])["token"]
    conninfo = "host=%s dbname=quxiang user=quxiang_server" % server.socket_dir()
    out = subprocess.run([*as_owner(server), staged(server, program("bench_page")), server.sock, conninfo, user["school"][:5], "2026", flow, state, str(rounds), str(calls)],
                         input=token + "\n", capture_output=True, text=True, check=True, cwd="/").stdout
    return [tuple(map(float, line.split())) for line in out.splitlines()], min(count, 1000)


def bench_page():
    figures = {}
    for total in (int(os.environ.get("QX_BENCH_SMALL", "2500")), int(os.environ.get("QX_BENCH_LARGE", "1000000"))):
        server = harness.Server(demo=total, start=False)
        try:
            server.start(seconds=3000)
            measured, waiting = pages(server, server.user("school"), 7, 400)
            records = int(server.sql("SELECT count(*) FROM record")[0][0])
            ratio = median([r / p for r, p in measured])
            figures[total] = median([r for r, _ in measured])
            row("queue page of 50 of a queue of %d inside %d records: RPC / prepared libpq" % (waiting, records),
                "%.2f (%.0f / %.0f us)" % (ratio, figures[total], median([p for _, p in measured])), "<= 1.5", ratio <= 1.5)
        finally:
            server.remove()
    small, large = sorted(figures)
    row("the same page: in many records / in few", "%.2f" % (figures[large] / figures[small]), "within 1.3", figures[large] / figures[small] <= 1.3)


# ------------------------------------------------------------------ memory

def bench_memory():
    server = harness.Server(demo=1000)
    try:
        user = server.user("school")
        token = server.client().login(user["user"], user["password"])["token"]
        before = server.rss()
        clients = []
        for _ in range(1000):
            c = server.client()
            c.call("session.resume", token=token)
            clients.append(c)
        time.sleep(30)
        now = server.rss()
        with open("/proc/%d/status" % server.process.pid) as f:
            peak = next(int(l.split()[1]) for l in f if l.startswith("VmHWM"))
        row("server: resident with 1,000 idle logged-in connections (peak %.1f, before %.1f MiB)" % (peak / 1024, before / 1024),
            "%.1f MiB" % (now / 1024), "<= 48 MiB", now <= 48 * 1024)
        for c in clients:
            c.close()
    finally:
        server.remove()


# ------------------------------------------------------------------ the gateway

def pss(pid):
    with open("/proc/%d/smaps_rollup" % pid) as f:
        return next(int(l.split()[1]) for l in f if l.startswith("Pss:"))


def pids_of(path):
    found = []
    for exe in glob.glob("/proc/[0-9]*/exe"):
        try:
            if os.readlink(exe) == path:
                found.append(int(exe.split("/")[2]))
        except OSError:
            pass
    return found


def bench_gateway():
    import gateway_sessions
    with gateway_sessions.Sessions(100) as g:
        children = [p for p in pids_of(g.sshd) if p != g.parent]
        total = sum(pss(p) for p in children)
        row("gateway: proportional set per connection beyond its TUI, %d sessions" % len(children), "%.2f MiB" % (total / 1024 / max(1, len(children))),
            "<= 3 MiB", children and total / len(children) <= 3 * 1024)
        clients = pids_of(g.client)
        row("gateway: the TUI's own proportional set, %d sessions" % len(clients), "%.2f MiB" % (sum(map(pss, clients)) / 1024 / max(1, len(clients))), "-", True)


# ------------------------------------------------------------------ the terminal

def bench_terminal():
    from terminal import Terminal
    server = harness.Server(demo=int(os.environ.get("QX_BENCH_QUEUE", "60000")), start=False)

    def complete(screen):
        """Every row of the page stands: 120x40 shows some 35 records, each with its student number."""
        return len(re.findall(r"\b20\d{10}\b", screen)) >= 33

    try:
        server.start(seconds=600)
        user = server.user("school")
        token_file = os.path.join(server.dir, "token")
        with open(token_file, "w") as f:
            os.chmod(token_file, 0o600)
            f.write(server.client().login(user["user"], user["password"])["token"] + "\n")
        waiting = server.client(user).call("queue.counts")["total"]
        argv = [os.path.join(harness.BUILD, "quxiang"), "--server", "unix:" + server.sock, "--token-file", token_file]
        starts = []
        for _ in range(7):
            t = Terminal(argv + ["open", "queue"])
            starts.append(t.until(complete) or float("inf"))
            t.close()
        row("terminal: first complete frame of a queue of %d, from exec with a token" % waiting, "%.0f ms" % median(starts), "<= 50 ms", median(starts) <= 50)
        t = Terminal(argv + ["open", "queue"])
        t.until(complete)
        t.settle(0.5)
        steps = [t.press("j") for _ in range(25)]
        row("terminal: j", "%.0f bytes (most %d)" % (median(steps), max(steps)), "<= 300 bytes", max(steps) <= 300)
        burst = t.press("j" * 300)
        row("terminal: 300 j in one write", "%d bytes" % burst, "<= 4 KiB", burst <= 4096)
        t.settle(0.5)
        before = t.bytes
        t.settle(5, 5)
        row("terminal: idle", "%.1f bytes/s" % ((t.bytes - before) / 5), "0", t.bytes == before)
        memory = t.memory()
        row("terminal: resident (proportional %.1f MiB)" % (memory["pss"] / 1024), "%.1f MiB" % (memory["rss"] / 1024), "<= 8 MiB", memory["rss"] <= 8 * 1024)
        t.close()
    finally:
        server.remove()


def bench_decide():
    """bench_decide.py measures and answers its rows itself."""
    import bench_decide as decide
    for r in decide.measure():
        row(*r)


def bench_import():
    """A roster of 20,000 rows while 16 auditors decide: how long it takes, and what it costs them."""
    import threading
    import uuid

    import bench_decide as decide
    import roster_sample
    program("bench_decide")
    server = harness.Server(demo=200)
    try:
        b = decide.Bench(server)

        def tail(seconds):
            table = "".join("%s %s %s\n" % (t, " ".join(ids), progress) for t, ids, progress in b.clients[:16])
            out = subprocess.run([os.path.join(harness.BUILD, "bench_decide"), server.sock, "16", str(seconds)], input=table, capture_output=True, text=True, check=True)
            for client, progress in zip(b.clients, out.stderr.splitlines()):
                client[2] = progress
            return float(out.stdout.split()[3])

        tail(2)
        idle = median([tail(3) for _ in range(3)])
        c = server.client(server.user("school"), timeout=300)
        data, which = roster_sample.write([roster_sample.row(n) for n in range(20000)]), str(uuid.uuid4())
        c.call("roster.import_begin", **{"import": which, "class": 2027})
        for at in range(0, len(data), 1 << 20):
            c.call("roster.import_data", **{"import": which, "data": data[at:at + (1 << 20)], "offset": at})
        took = []

        def run():
            started = time.monotonic()
            c.call("roster.import_run", **{"import": which})
            took.append(time.monotonic() - started)

        t = threading.Thread(target=run)
        t.start()
        busy = []
        while t.is_alive():
            busy.append(tail(2))
        t.join()
        row("roster import of 20,000 rows while 16 clients decide", "%.1f s" % took[0], "<= 20 s", took[0] <= 20)
        row("their p99 meanwhile / idle (%.1f / %.1f ms)" % (median(busy) / 1000, idle / 1000), "%.2f" % (median(busy) / idle), "<= 3", median(busy) <= 3 * idle)
    finally:
        server.remove()


SECTIONS = {"decide": bench_decide, "import": bench_import, "page": bench_page, "memory": bench_memory, "gateway": bench_gateway, "terminal": bench_terminal}


def main():
    chosen = sys.argv[1:] or list(SECTIONS)
    for name in chosen:
        if name not in SECTIONS:
            sys.exit("bench: no section %s; there are %s" % (name, ", ".join(SECTIONS)))
        SECTIONS[name]()
    short = [r for r in rows if r[3] != "met"]
    print("%d figures, %d short of their target" % (len(rows), len(short)))


main()
