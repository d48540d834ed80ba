"""A hundred terminals through quxiang-sshd at once, for measuring; everything started by ./dev up."""
import csv
import os
import pty
import subprocess
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DEV = os.path.join(TOP, "dev")


class Sessions:
    def __init__(self, n):
        self.n = n
        self.ends = []

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="qxbench.", dir="/var/tmp")
        subprocess.run([DEV, "up", "--dir", self.dir + "/d"], check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        state = dict(l.split("=", 1) for l in open(self.dir + "/d/state").read().split("\n") if l)
        self.stage, self.parent = state["stage"], int(state["gateway_pid"])
        self.sshd, self.client = state["stage"] + "/bin/quxiang-sshd", state["stage"] + "/bin/quxiang"
        with open(self.dir + "/d/demo-users.tsv") as f:
            user = next(u for u in csv.DictReader(f, delimiter="\t") if u["role"] == "school")
        askpass = self.dir + "/askpass"
        with open(askpass, "w") as f:
            f.write("#!/bin/sh\nprintf '%s\\n' \"$QX_TEST_PASSWORD\"\n")
        os.chmod(askpass, 0o755)
        argv = ["ssh", "-F", "/dev/null", "-p", state["ssh_port"], "-tt", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
                "-o", "PubkeyAuthentication=no", "-o", "LogLevel=ERROR", user["user"] + "@127.0.0.1"]
        env = dict(os.environ, SSH_ASKPASS=askpass, SSH_ASKPASS_REQUIRE="force", DISPLAY=":none", QX_TEST_PASSWORD=user["password"], TERM="xterm-256color")
        for _ in range(self.n):
            pid, fd = pty.fork()
            if pid == 0:
                os.execvpe("ssh", argv, env)
            os.set_blocking(fd, False)
            self.ends.append((pid, fd))
            self.drain(0.3)
        self.drain(15)
        return self

    def drain(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for _, fd in self.ends:
                try:
                    os.read(fd, 65536)
                except OSError:
                    pass
            time.sleep(0.05)

    def __exit__(self, *_):
        for pid, fd in self.ends:
            os.kill(pid, 9)
            os.waitpid(pid, 0)
            os.close(fd)
        subprocess.run([DEV, "down", "--dir", self.dir + "/d"], check=False, stdout=subprocess.DEVNULL)
        subprocess.run(["rm", "-rf", self.dir, self.stage], check=False)
