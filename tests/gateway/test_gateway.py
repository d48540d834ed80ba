#!/usr/bin/python3
"""quxiang-sshd through a real OpenSSH client, beside a real server: who gets in, what they get, and who must not get in.

Starts everything with `./dev up`, so that up, status and down are tested too. Ends with `N passed, N failed`.
"""
import csv
import glob
import json
import os
import pty
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEV = os.path.join(TOP, "dev")
passed = failed = 0


def check(name, ok, detail=""):
    global passed, failed
    if ok:
        passed += 1
        print("ok   %s" % name)
    else:
        failed += 1
        print("FAIL %s %s" % (name, detail))
    sys.stdout.flush()


class Host:
    """One `./dev up` and the ways in."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="qxgw.", dir="/var/tmp")
        os.chmod(self.dir, 0o755)
        self.run = os.path.join(self.dir, "d")
        out = subprocess.run([DEV, "up", "--dir", self.run], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=600)
        if out.returncode != 0:
            raise SystemExit("dev up failed: %s%s" % (out.stdout, out.stderr))
        self.up_output = out.stdout
        self.state = dict(l.split("=", 1) for l in open(self.run + "/state").read().split("\n") if l)
        self.port = self.state["ssh_port"]
        with open(self.run + "/demo-users.tsv") as f:
            self.users = list(csv.DictReader(f, delimiter="\t", quoting=csv.QUOTE_NONE))
        self.askpass = self.dir + "/askpass"
        with open(self.askpass, "w") as f:
            f.write("#!/bin/sh\nprintf '%s\\n' \"$QX_TEST_PASSWORD\"\n")
        os.chmod(self.askpass, 0o755)

    def user(self, role, note=""):
        return next(u for u in self.users if u["role"] == role and note in u["note"])

    def options(self, key=None):
        o = ["-F", "/dev/null", "-p", self.port, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10"]
        if key:
            return o + ["-i", key, "-o", "IdentitiesOnly=yes", "-o", "PreferredAuthentications=publickey"]
        return o + ["-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"]

    def environment(self, password):
        return dict(os.environ, SSH_ASKPASS=self.askpass, SSH_ASKPASS_REQUIRE="force", DISPLAY=":none",
                    QX_TEST_PASSWORD=password or "", LANG="C.UTF-8")

    def ssh(self, user, *command, key=None, password=None, more=(), stdin=b"", timeout=60):
        argv = ["ssh"] + self.options(key) + list(more) + ["%s@127.0.0.1" % user["user"]] + list(command)
        password = user["password"] if password is None else password
        return subprocess.run(argv, input=stdin, capture_output=True, env=self.environment(password), timeout=timeout, start_new_session=True)

    def terminal(self, user, *command, key=None, size=(24, 80), more=()):
        """ssh on a pty of its own; answers (pid, fd)."""
        argv = ["ssh"] + self.options(key) + ["-tt"] + list(more) + ["%s@127.0.0.1" % user["user"]] + list(command)
        env = self.environment(user["password"])
        pid, fd = pty.fork()
        if pid == 0:
            os.environ.clear()
            os.environ.update(env, TERM="xterm-256color")
            os.execvp("ssh", argv)
        resize(fd, size)
        return pid, fd

    def down(self):
        return subprocess.run([DEV, "down", "--dir", self.run], capture_output=True, text=True, timeout=120)


def resize(fd, size):
    import fcntl
    import struct
    import termios
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", size[0], size[1], 0, 0))


def read_until(fd, pattern, seconds=20):
    data, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                piece = os.read(fd, 65536)
            except OSError:
                break
            if not piece:
                break
            data += piece
        if re.search(pattern, data):
            break
    return data


def wait_until(fn, seconds=15):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if fn():
            return True
        time.sleep(0.05)
    return False


def processes(program):
    """pids whose executable is that file."""
    found = []
    for exe in glob.glob("/proc/[0-9]*/exe"):
        try:
            if os.readlink(exe) == program:
                found.append(int(exe.split("/")[2]))
        except OSError:
            pass
    return found


def status_of(pid):
    with open("/proc/%d/status" % pid) as f:
        return dict(l.rstrip("\n").split(":\t", 1) for l in f if ":\t" in l)


def end(pid, fd):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    os.close(fd)


# ------------------------------------------------------------------ the tests

def test_dev(host):
    check("dev up prints the addresses and the users' table", "ssh -p" in host.up_output and "demo-users.tsv" in host.up_output, host.up_output)
    check("dev status answers 0 while it runs", subprocess.run([DEV, "status", "--dir", host.run], capture_output=True).returncode == 0)
    check("demo-users.tsv has its columns", list(host.users[0]) == ["user", "password", "role", "school", "department", "note"], str(list(host.users[0])))
    roles = {u["role"] for u in host.users}
    check("demo users of every role", {"department", "school", "graduate", "support"} <= roles, str(roles))


def test_passwords(host):
    school = host.user("school")
    r = host.ssh(school, "whoami", "--json")
    check("password: one command, its output and status 0", r.returncode == 0 and b"school" in r.stdout, repr((r.returncode, r.stdout, r.stderr)))
    r = host.ssh(school, "whoami", password="wrong-" + school["password"])
    check("a wrong password doesn't get in", r.returncode == 255 and not r.stdout, repr(r))
    r = host.ssh({"user": "nobody-here", "password": "x"}, "whoami")
    check("an unknown user doesn't get in", r.returncode == 255 and not r.stdout, repr(r))
    r = host.ssh(host.user("support"), "whoami")
    check("support staff can't come in by the gateway", r.returncode == 255 and not r.stdout, repr(r))


def make_key(host, kind, bits=None):
    path = "%s/key-%s-%s" % (host.dir, kind, bits)
    argv = ["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", path] + (["-b", str(bits)] if bits else [])
    subprocess.run(argv, check=True)
    return path


def test_keys(host):
    school = host.user("school")
    for kind, bits in (("ed25519", None), ("ecdsa", 256), ("ecdsa", 384), ("ecdsa", 521), ("rsa", 3072)):
        key = make_key(host, kind, bits)
        before = host.ssh(school, "whoami", key=key, password="")
        added = host.ssh(school, "account", "key-add", "-", stdin=open(key + ".pub", "rb").read())
        after = host.ssh(school, "whoami", key=key, password="")
        check("key %s %s: refused before it is added, lets in after" % (kind, bits),
              before.returncode == 255 and added.returncode == 0 and after.returncode == 0, repr((before, added, after)))
    weak = make_key(host, "rsa", 2048)
    r = host.ssh(school, "account", "key-add", "-", stdin=open(weak + ".pub", "rb").read())
    check("an RSA key of 2048 bits is refused, and it is said", r.returncode == 1 and r.stderr, repr(r))
    key = host.dir + "/key-ed25519-None"
    other = host.user("department")
    r = host.ssh(other, "whoami", key=key, password="")
    check("somebody else's key doesn't get in", r.returncode == 255 and not r.stdout, repr(r))


def test_commands(host, key):
    school = host.user("school")
    r = host.ssh(school, "queue", "list", "--json", key=key)
    rows = json.loads(r.stdout or b"[]")
    check("ssh host queue list --json", r.returncode == 0 and rows and isinstance(rows[0]["id"], str) and "version" in rows[0], repr(r)[:300])
    r = host.ssh(school, "no-such-verb", key=key)
    check("an unknown verb: status 2, said on stderr", r.returncode == 2 and r.stderr and not r.stdout, repr(r))
    r = host.ssh(school, "record", "show", "10001-999999999", key=key)
    check("a record that isn't there: status 1", r.returncode == 1 and r.stderr, repr(r))
    r = host.ssh(school, key=key, more=["-T"])
    check("-T without a command: told that a terminal is needed, no hang", r.returncode not in (0, 255) and r.stderr, repr(r))
    header = "考生号,姓名\n".encode()
    r = host.ssh(school, "roster import - --class 2026", key=key, stdin=header)
    check("stdin reaches the command, and a bad file is refused with its reason", r.returncode == 1 and r.stderr, repr(r))
    r = host.ssh(school, "queue list --json 2>/dev/null", key=key)
    check("a command line is no shell's: redirections are words", r.returncode == 2, repr(r))


def cut_off(host, key, command, sent, seconds=6):
    """Starts a command that reads its input, sends a part of it and kills the ssh client."""
    school = host.user("school")
    argv = ["ssh"] + host.options(key) + ["%s@127.0.0.1" % school["user"], command]
    p = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    p.stdin.write(sent)
    p.stdin.flush()
    time.sleep(1.5)
    p.kill()
    p.wait()
    wait_until(lambda: len(processes(host.state["stage"] + "/bin/quxiang")) == 0, seconds)


def test_cut_off(host, key):
    school = host.user("school")
    header = "考生号,身份证号,姓名,性别,民族,政治面貌,院校代码,学历代码,专业,培养方式,生源所在地代码,学制,毕业时间,所在院系,学号\n"
    row = "26110101150001,110101199901010010,石断线,男,汉族,群众,10001,31,软件工程,非定向,110101,4,202606,断线学院,2026990001\n"
    cut_off(host, key, "roster import - --class 2026 --good-rows-alone", (header + row).encode())
    r = host.ssh(school, "roster list --text 石断线 --json", key=key)
    check("S2.2.7 a file cut off by a broken connection is not taken in", r.returncode == 0 and "石断线".encode() not in r.stdout, repr(r))
    r = host.ssh(school, "roster import - --class 2026 --good-rows-alone", key=key, stdin=(header + row).encode())
    found = host.ssh(school, "roster list --text 石断线 --json", key=key)
    check("… and the same file whole is", "石断线".encode() in found.stdout, repr((r, found)))


def test_child_memory(host, key):
    """A connection's child is this program started anew: no token of anybody in its memory."""
    if os.geteuid() != 0:
        return
    host.ssh(host.user("school"), "whoami", key=key)
    s = socket.create_connection(("127.0.0.1", int(host.port)), 5)
    s.recv(100)
    gateway = int(host.state["gateway_pid"])
    child = max(p for p in processes(host.state["stage"] + "/bin/quxiang-sshd") if p != gateway)
    words = open("/proc/%d/cmdline" % child, "rb").read()
    check("a connection's child is started anew, not forked from the parent's memory", words.endswith(b"--connection\0"), repr(words))
    s.close()


def test_no_shell(host, key):
    school = host.user("school")
    for attempt in ("sh -c id", "; id", "$(id)", "`id`", "/bin/sh", "whoami; id", "| id", "queue list && id", "whoami\nid"):
        r = host.ssh(school, attempt, key=key)
        check("no shell: %r" % attempt, b"uid=" not in r.stdout + r.stderr and b"gid=" not in r.stdout + r.stderr, repr(r))
    for attempt in ("roster import /etc/passwd", "evidence add 10001-1 /etc/passwd", "whoami --token-file /etc/passwd",
                    "whoami --server unix:/tmp/x", "whoami --server=tcp:127.0.0.1:22", "account key-add /etc/passwd"):
        r = host.ssh(school, attempt, key=key)
        check("no host path: %r" % attempt, r.returncode in (1, 2) and b"root:" not in r.stdout + r.stderr, repr(r))


def test_forwarding(host, key):
    school = host.user("school")
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        free = s.getsockname()[1]
    p = subprocess.Popen(["ssh"] + host.options(key) + ["-N", "-L", "%d:127.0.0.1:%s" % (free, host.state["port"]), school["user"] + "@127.0.0.1"],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    reached = b"?"

    def connected():
        try:
            with socket.create_connection(("127.0.0.1", free), 1):
                return True
        except OSError:
            return False
    if wait_until(connected, 10):
        with socket.create_connection(("127.0.0.1", free), 5) as s:
            s.settimeout(5)
            try:
                s.sendall(b"\x94\x00\x01\xa5hello\x91\x80")
                reached = s.recv(100)
            except OSError:
                reached = b""
    p.kill()
    p.wait()
    check("local forwarding carries nothing", reached == b"", repr(reached))
    r = host.ssh(school, key=key, more=["-N", "-R", "%d:127.0.0.1:22" % free, "-o", "ExitOnForwardFailure=yes"])
    check("remote forwarding is refused", r.returncode == 255, repr(r))
    r = subprocess.run(["sftp", "-P", host.port, "-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                        "-i", key, "-o", "IdentitiesOnly=yes", school["user"] + "@127.0.0.1"], input=b"ls\n", capture_output=True, timeout=60)
    check("no sftp", r.returncode != 0 and not r.stdout.strip().replace(b"sftp> ls", b""), repr(r))
    r = host.ssh(school, "whoami", key=key, more=["-A", "-X"])
    check("agent and X11 requests are ignored, the command still runs", r.returncode == 0, repr(r))


def test_second_session(host, key):
    school = host.user("school")
    control = host.dir + "/mux"
    pid, fd = host.terminal(school, key=key, more=["-M", "-S", control])
    read_until(fd, rb"\xe7|[a-z]{4}", 15)
    r = subprocess.run(["ssh", "-F", "/dev/null", "-S", control, school["user"] + "@127.0.0.1", "whoami"], capture_output=True, timeout=60)
    check("a second session channel on a connection is refused", r.returncode != 0 and b"school" not in r.stdout, repr(r))
    end(pid, fd)


def test_terminal(host, key):
    school = host.user("school")
    client = host.state["stage"] + "/bin/quxiang"
    before = set(processes(client))
    pid, fd = host.terminal(school, key=key)
    screen = read_until(fd, school["school"].encode()[:5] + rb"|\xe5|\xe6|Home|Pending", 20)
    check("-tt: the desk comes up", len(screen) > 200, repr(screen[:200]))
    mine = [p for p in processes(client) if p not in before]
    check("one client program per connection", len(mine) == 1, str(mine))
    s = status_of(mine[0])
    root = os.geteuid() == 0
    check("the client isn't root, can gain nothing", (not root or s["Uid"].split()[0] != "0") and s["NoNewPrivs"] == "1", str(s.get("Uid")))
    if root:
        arguments = open("/proc/%d/cmdline" % mine[0], "rb").read().split(b"\0")[1:-1]
        names = dict(e.split(b"=", 1) for e in open("/proc/%d/environ" % mine[0], "rb").read().split(b"\0") if e)
        secret = [v for n, v in names.items() if n not in (b"PATH", b"HOME", b"QUXIANG_SERVER", b"QUXIANG_TOKEN_FILE", b"QUXIANG_SSH") and len(v) > 20]
        check("no token and no password in arguments or environment", not arguments and not secret and names[b"QUXIANG_TOKEN_FILE"] == b"/dev/fd/3",
              repr((arguments, names)))
        came = ("ssh -p %s %s@127.0.0.1" % (host.port, school["user"])).encode()
        check("the program knows how the person came, for the commands it shows", names.get(b"QUXIANG_SSH") == came, repr(names.get(b"QUXIANG_SSH")))
    gateway = int(host.state["gateway_pid"])
    children = [p for p in processes(host.state["stage"] + "/bin/quxiang-sshd") if p != gateway]
    states = [status_of(p) for p in children]
    check("every child is under seccomp", states and all(s["Seccomp"] == "2" for s in states), str([s["Seccomp"] for s in states]))
    if root:
        check("no child is root", all(s["Uid"].split() == [s["Uid"].split()[0]] * 4 and s["Uid"].split()[0] != "0" for s in states), str(states))
    resize(fd, (40, 120))
    os.kill(pid, signal.SIGWINCH)
    grown = read_until(fd, rb"\x1b\[(3[0-9]|40)[;d]", 10)
    check("a window change reaches the program", re.search(rb"\x1b\[(3[0-9]|40)[;d]", grown) is not None, repr(grown[:300]))
    end(pid, fd)
    check("a killed client: its program saves and leaves", wait_until(lambda: not set(mine) & set(processes(client)), 20))
    check("… and the child too", wait_until(lambda: len(processes(host.state["stage"] + "/bin/quxiang-sshd")) == 1, 20))


def test_activation(host):
    """S1.3.1 S1.4.1 from the school's new account to its user's own password, all by ssh"""
    name, word = "dept-new-" + os.urandom(3).hex(), "ein gutes Wort 2026"
    r = host.ssh(host.user("school"), "account", "add", name, "--department", host.user("department")["department"], "--json")
    made = json.loads(r.stdout or b"{}")
    check("account add by ssh answers with a one-time code", r.returncode == 0 and "code" in made, repr(r))
    new = {"user": name, "password": made.get("code", "")}
    r = host.ssh(new, "whoami", password="7K2QM-0ZT9X-11111-ABCDE-22222-F")
    check("a wrong code doesn't get in", r.returncode == 255 and not r.stdout, repr(r))
    r = host.ssh(new, "queue", "list")
    check("a command before the password is set: status 5, and what to do", r.returncode == 5 and not r.stdout and r.stderr, repr(r))
    r = host.ssh(new, "whoami", "--json")
    check("… but whoami answers", r.returncode == 0 and json.loads(r.stdout)["must_set_password"] is True, repr(r))
    pid, fd = host.terminal(new)
    screen = read_until(fd, "设置密码".encode() + rb"|Set your password", 20)
    check("the code at ssh's password prompt leads to the first password", b"Set your password" in screen or "设置密码".encode() in screen, repr(screen[-300:]))

    def typed(first, second, pattern):
        os.write(fd, first.encode() + b"\r")
        time.sleep(0.3)
        os.write(fd, second.encode() + (b"\r" if second else b""))
        screen = read_until(fd, pattern, 15)
        return screen, re.search(pattern, screen) is not None
    screen, said = typed("short", "", "至少需要 8".encode() + rb"|at least 8")
    check("too short a password is said to be so", said, repr(screen))
    os.write(fd, b"\x15" + b"\x7f" * 8)
    screen, said = typed(word, word + "x", "再输".encode() + rb"|not the same")
    check("two that differ are said to", said and word.encode() not in screen, repr(screen))
    os.write(fd, word.encode() + b"\r")
    screen = read_until(fd, "密码已设置".encode() + rb"|The password is set", 15)
    check("the password is set, and the desk comes up", "密码已设置".encode() in screen or b"password is set" in screen, repr(screen))
    end(pid, fd)
    r = host.ssh(new, "whoami")
    check("the code is used up", r.returncode == 255 and not r.stdout, repr(r))
    r = host.ssh(new, "whoami", "--json", password=word)
    check("the password gets in", r.returncode == 0 and "must_set_password" not in json.loads(r.stdout), repr(r))


def test_limits(host):
    stage = host.state["stage"]
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    log = open(host.dir + "/second.log", "wb")
    p = subprocess.Popen([stage + "/bin/quxiang-sshd", "--listen", "127.0.0.1:%d" % port, "--server", "unix:" + stage + "/run/quxiang.sock",
                          "--host-keys", stage + "/keys", "--client", stage + "/bin/quxiang", "--grace", "2", "--attempts", "2",
                          "--max-unauthenticated", "3", "--max-per-address", "3", "--idle", "2"], stderr=log, stdin=subprocess.DEVNULL)

    def up():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return True
        except OSError:
            return False
    wait_until(up)
    time.sleep(0.5)
    silent = [socket.create_connection(("127.0.0.1", port), 5) for _ in range(3)]
    for s in silent:
        s.settimeout(10)
        s.recv(100)  # the banner
    extra = socket.create_connection(("127.0.0.1", port), 5)
    extra.settimeout(10)
    check("more than max-unauthenticated connections are closed at once", extra.recv(100) == b"")
    start = time.monotonic()
    closed = all(wait_closed(s) for s in silent)
    check("a silent connection is cut after the grace time", closed and time.monotonic() - start < 12)
    junk = socket.create_connection(("127.0.0.1", port), 5)
    junk.settimeout(10)
    try:
        junk.sendall(b"GET / HTTP/1.0\r\n\r\n" + os.urandom(4000))
    except OSError:
        pass
    check("a peer that doesn't speak SSH is dropped", wait_closed(junk))
    host_port, host.port = host.port, str(port)
    school = host.user("school")
    pid, fd = host.terminal(school)
    read_until(fd, rb"\xe5|\xe6|Home", 10)
    gone = wait_until(lambda: os.waitpid(pid, os.WNOHANG)[0] == pid, 20)
    os.close(fd)
    check("an idle session is closed", gone)
    r = host.ssh(school, "whoami")
    check("… and the next one is let in", r.returncode == 0, repr(r))
    host.port = host_port
    p.terminate()
    check("SIGTERM ends the gateway", p.wait(15) == 0)


def wait_closed(s):
    try:
        while s.recv(4096):
            pass
        return True
    except socket.timeout:
        return False
    except OSError:
        return True


def test_down(host):
    stage = host.state["stage"]
    r = host.down()
    left = [p for name in ("quxiangd", "quxiang", "quxiang-sshd") for p in processes(stage + "/bin/" + name)]
    check("dev down leaves no process", r.returncode == 0 and not left, repr((r, left)))
    postgres = subprocess.run(["pgrep", "-f", stage], capture_output=True, text=True).stdout.split()
    check("… no PostgreSQL either", not postgres, str(postgres))
    check("dev status answers 1 when it doesn't run", subprocess.run([DEV, "status", "--dir", host.run], capture_output=True).returncode == 1)


def main():
    host = Host()
    try:
        test_dev(host)
        test_passwords(host)
        test_keys(host)
        key = host.dir + "/key-ed25519-None"
        test_commands(host, key)
        test_cut_off(host, key)
        test_child_memory(host, key)
        test_no_shell(host, key)
        test_forwarding(host, key)
        test_second_session(host, key)
        test_terminal(host, key)
        test_activation(host)
        test_limits(host)
    finally:
        test_down(host)
        subprocess.run(["rm", "-rf", host.state["stage"], host.dir])
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


main()
