"""bench_decide.py - decisions through RPC, to pgbench writing the same rows in the same tables with one statement.

A part of bench.py (section decide). Rounds are interleaved; every ratio is of one round, the figure their median. The load of
both sides runs on the machine of the database, as clients of it would.
"""

import os
import re
import statistics
import subprocess

import harness

HERE = os.path.dirname(os.path.abspath(__file__))
SCHOOLS, EACH, CLIENTS = 16, 6250, 64
ROUNDS = int(os.environ.get("QX_BENCH_ROUNDS", "5"))
SECONDS = float(os.environ.get("QX_BENCH_SECONDS", "4"))


def as_owner(server):
    if os.geteuid() != 0:
        return []
    owner = os.stat(os.path.join(server.data, "pg")).st_uid
    return ["setpriv", f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]


def run(server, *command, **more):
    out = subprocess.run([*as_owner(server), *command], capture_output=True, text=True, cwd="/", **more)
    if out.returncode:
        raise RuntimeError(f"{command[0]}: {out.stderr[-2000:]}")
    return out


def readable(server, name):
    """A copy of one of our files that the database's user can read."""
    copy = os.path.join(server.dir, name)
    subprocess.run(["install", "-m", "644", os.path.join(HERE, name), copy], check=True)
    return copy


def pgbench_path():
    found = subprocess.run("ls -d /usr/lib/postgresql/*/bin/pgbench | sort -V | tail -1", shell=True, capture_output=True, text=True).stdout
    return found.strip() or "pgbench"


class Bench:
    def __init__(self, server):
        self.server = server
        self.connection = ["-h", server.socket_dir(), "-U", "quxiang_owner", "quxiang"]
        self.reference = readable(server, "bench_decide_reference.sql")
        school = server.user("school")
        like = server.sql(f"SELECT account_id FROM login WHERE user_name = '{school['user']}'")[0][0]
        run(server, "psql", "-q", "-v", "ON_ERROR_STOP=1", "-v", f"schools={SCHOOLS}", "-v", f"each={EACH}", "-v", f"like={like}",
            "-f", readable(server, "bench_decide_seed.sql"), *self.connection)
        tokens = [server.client().login(f"bench-department-{20001 + s}", school["password"])["token"] for s in range(SCHOOLS)]
        # half of the records are the clients', each with its own; the others pgbench's
        own = EACH // (CLIENTS // SCHOOLS)
        self.clients = [[tokens[k % SCHOOLS], [f"{20001 + k % SCHOOLS}-{k % SCHOOLS * 100000 + EACH + k // SCHOOLS * own + n + 1}"
                                               for n in range(own)], "0 1 0"] for k in range(CLIENTS)]

    def decide(self, clients, seconds=SECONDS):
        """(decisions a second, median latency in us) of so many clients."""
        table = "".join(f"{t} {' '.join(ids)} {progress}\n" for t, ids, progress in self.clients[:clients])
        program = os.path.join(harness.BUILD, "bench_decide")
        out = subprocess.run([program, self.server.sock, str(clients), str(seconds)], input=table, capture_output=True, text=True)
        if out.returncode:
            raise RuntimeError(out.stderr[-1000:])
        for client, progress in zip(self.clients, out.stderr.splitlines()):
            client[2] = progress
        n, took, median, _ = map(float, out.stdout.split())
        return n / took, median

    def pgbench(self, clients, seconds=SECONDS):
        """The same of pgbench; latency is its mean."""
        out = run(self.server, pgbench_path(), "-n", "-M", "prepared", "-c", str(clients), "-j", "2", "-T", str(max(1, int(seconds))),
                  "-D", f"schools={SCHOOLS}", "-D", f"each={EACH}", "-f", self.reference, *self.connection).stdout
        return (float(re.search(r"tps = ([0-9.]+)", out).group(1)), float(re.search(r"latency average = ([0-9.]+)", out).group(1)) * 1000)


def shares(log, median):
    """Where one client's time goes, from the server's own sums."""
    found = re.findall(r"event=workflow_stopped batches=(\d+) items=(\d+) load_us=(\d+) decide_us=(\d+) write_us=(\d+)", log)
    batches, _, load, decide, write = map(int, found[-1])
    part = [x / max(1, batches) for x in (load, decide, write)]
    return "load %.0f, decide %.0f, write %.0f, wire %.0f us" % (*part, median - sum(part))


def rounds(b):
    table = []
    for k in range(ROUNDS + 1):
        row = {"p16": b.pgbench(16)[0], "r64": b.decide(64)[0], "r16": b.decide(16)[0], "p1": b.pgbench(1)[1], "r1": b.decide(1)[1]}
        print("        round %d: pgbench c16 %.0f/s, 64 clients %.0f/s, 16 clients %.0f/s; pgbench c1 %.0f us, one client %.0f us"
              % (k, row["p16"], row["r64"], row["r16"], row["p1"], row["r1"]), flush=True)
        table.append(row)
    return table[1:]  # the first warms up


def ratio(table, a, b):
    return statistics.median(r[a] / r[b] for r in table)


def measure():
    subprocess.run(["make", "-C", harness.BUILD, "-s", "bench_decide"], check=True, stdout=subprocess.DEVNULL)
    server = harness.Server(demo=200)
    try:
        b = Bench(server)
        b.decide(1, 1)
        server.stop()
        server.start()
        median = b.decide(1, 2)[1]
        server.stop()
        where = shares(server.log(), median)
        server.start()
        table = rounds(b)
        mid = {k: statistics.median(r[k] for r in table) for k in table[0]}
    finally:
        server.remove()
    many, few, one = ratio(table, "r64", "p16"), ratio(table, "r16", "p16"), ratio(table, "r1", "p1")
    yield ("decisions/s through RPC, 64 clients / pgbench -c 16", "%.2f (%.0f / %.0f)" % (many, mid["r64"], mid["p16"]), ">= 2.0", many >= 2.0)
    yield ("decisions/s through RPC, 16 clients / pgbench -c 16", "%.2f (%.0f / %.0f)" % (few, mid["r16"], mid["p16"]), ">= 1.3", few >= 1.3)
    yield ("one client's latency / pgbench -c 1's", "%.2f (%.0f / %.0f us)" % (one, mid["r1"], mid["p1"]), "<= 2.0", one <= 2.0)
    yield ("one client's time: " + where, "%.0f us" % median, "-", True)


if __name__ == "__main__":
    for line in measure():
        print("%-66s %-26s %-14s %s" % (*line[:3], "met" if line[3] else "short"), flush=True)
