#!/usr/bin/python3
"""The screens in a real terminal: key scripts with expected screens, in tmux.

Each variant (language and size) gets a demonstration server of its own, so that what one script decides is the same for the
next in every run. A script (scripts/*.script, in order of name) is a list of lines:

    # …                  the test's name: the rules it proves, then what it shows
    also 120x40          this script runs at that size too, in Chinese
    user ROLE [NOTE]     start quxiang as the demonstration's user of that role
    term NAME [mono]     the TERM for the next start; mono: with NO_COLOR
    nobody               start quxiang without a token
    login ROLE           type that role's user name and password
    keys K …             tmux key names, one after the other     type TEXT    text as it is
    paste TEXT           a bracketed paste                       resize WxH
    screen NAME          the screen equals screens/LANG-WxH/NAME.txt, and the program's own idea of it
    see TEXT             the screen shows it (zh: or en: before it for one language only)
    gone TEXT            … no longer
    opened               keep in mind which record is open, for when a dialog covers its id
    others ACTION        a second auditor, through RPC, decides the record that is open (or was `opened`)
    server stop|start    the server goes away and comes back
    hangup               the terminal's line drops; `user` takes it up again

Volatile parts (times, ids, counts of seconds) are masked by # of the same width. --write makes the goldens anew: read the
difference before committing it. Nothing sleeps for luck: every wait polls for what must come.
"""
import argparse
import glob
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import unicodedata

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "server"))
import harness  # noqa: E402

VARIANTS = [("zh", "80x24"), ("en", "80x24"), ("zh", "120x40")]
WAIT = 15
MASKS = [r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", r"\d\d-\d\d \d\d:\d\d", r"\d\d\d\d-\d\d-\d\d", r"\b\d{5}-\d+\b", r"\b2026\d{15}\b",
         r"(?<=[（(])\d+(?= ?秒| s\))", r"\d+(?= 秒后| s$)"]


def width(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 0 if unicodedata.combining(c) else 1 for c in text)


def masked(lines):
    out = []
    for line in lines:
        for mask in MASKS:
            line = re.sub(mask, lambda m: "#" * width(m.group()), line)
        out.append(line.rstrip())
    while out and not out[-1]:
        out.pop()
    return out


class Terminal:
    """A tmux of our own with one window in which quxiang runs."""

    def __init__(self, folder, lang, size):
        self.folder, self.lang, self.size = folder, lang, size
        self.socket = os.path.join(folder, "tmux-%s-%s" % (lang, size))
        self.dump = os.path.join(folder, "dump-%s-%s" % (lang, size))
        self.running, self.term, self.mono = False, "tmux-256color", ""

    def tmux(self, *args, **more):
        return subprocess.run(["tmux", "-f", "/dev/null", "-S", self.socket, *args], check=True, capture_output=True, text=True, **more).stdout

    def start(self, server, token_file=None):
        self.stop()
        columns, rows = self.size.split("x")
        env = {"LANG": "zh_CN.UTF-8" if self.lang == "zh" else "en_US.UTF-8", "LC_ALL": "", "XDG_CONFIG_HOME": self.folder,
               "QUXIANG_SCREEN_DUMP": self.dump, "NO_COLOR": self.mono, "TERM": self.term}
        command = ["env", *("%s=%s" % e for e in env.items()), os.path.join(harness.BUILD, "quxiang"), "--server",
                   "unix:" + server.sock, *(["--token-file", token_file] if token_file else [])]
        self.tmux("new-session", "-d", "-s", "t", "-x", columns, "-y", rows, "exec " + shlex.join(command),
                  ";", "set", "-g", "status", "off", ";", "set", "-g", "remain-on-exit", "on")
        self.running = True

    def stop(self):
        if self.running:
            pid = self.pid()
            subprocess.run(["tmux", "-S", self.socket, "kill-server"], capture_output=True)
            harness.wait_for(lambda: not os.path.exists("/proc/%d" % pid))
            harness.wait_for(lambda: not os.path.exists(self.socket) or subprocess.run(
                ["tmux", "-S", self.socket, "ls"], capture_output=True).returncode != 0)
            self.running = False

    def pid(self):
        return int(self.tmux("display-message", "-p", "-t", "t", "#{pane_pid}"))

    def lines(self):
        return [line.rstrip() for line in self.tmux("capture-pane", "-p", "-t", "t").split("\n")]

    def own_lines(self):
        """The program's own idea of its screen: SIGUSR1 makes it write that."""
        if os.path.exists(self.dump):
            os.unlink(self.dump)
        os.kill(self.pid(), signal.SIGUSR1)
        if not harness.wait_for(lambda: os.path.exists(self.dump), 5):
            raise AssertionError("the program doesn't dump its screen")
        with open(self.dump, encoding="utf-8") as f:
            return [line.rstrip("\n").rstrip() for line in f]


class Run:
    def __init__(self, server, lang, size, write):
        self.server, self.lang, self.size, self.write = server, lang, size, write
        self.terminal = Terminal(server.dir, lang, size)
        self.user, self.second = None, False

    def screens_dir(self):
        return os.path.join(HERE, "screens", "%s-%s" % (self.lang, self.size))

    # ---- the steps

    def do_user(self, role, *note):
        row = self.server.user(role, " ".join(note))
        if row != self.user:
            self.user = row
            self.token = os.path.join(self.server.dir, "token")
            with open(self.token, "w") as f:
                f.write(self.server.client().login(row["user"], row["password"])["token"] + "\n")
            self.server.client(row).call("session.park", body=b"")
        self.terminal.start(self.server, self.token)

    def do_term(self, name, mono=""):
        self.terminal.term, self.terminal.mono = name, mono

    def do_nobody(self):
        self.terminal.start(self.server)

    def do_login(self, role):
        row = self.server.user(role)
        self.server.client(row).call("session.park", body=b"")
        self.do_type(row["user"])
        self.do_keys("Enter")
        self.do_type(row["password"])
        self.do_keys("Enter")

    def do_keys(self, *keys):
        for key in keys:
            self.terminal.tmux("send-keys", "-t", "t", key)

    def do_type(self, *words):
        text = self.for_me(words)
        if text is not None:
            self.terminal.tmux("send-keys", "-t", "t", "-l", text)

    def do_paste(self, *words):
        self.terminal.tmux("set-buffer", " ".join(words).replace("\\n", "\n"))
        self.terminal.tmux("paste-buffer", "-p", "-t", "t")

    def do_resize(self, size):
        columns, rows = size.split("x")
        self.terminal.tmux("resize-window", "-t", "t", "-x", columns, "-y", rows)

    def wait_screen(self, good, what):
        """Polls until good(lines) holds for what the terminal and the program both show."""
        end, lines, own = time.monotonic() + WAIT, [], []
        while time.monotonic() < end:
            lines = self.terminal.lines()
            if good(lines):
                own = self.terminal.own_lines()
                again = self.terminal.lines()
                if again[:len(own)] == own and good(again):
                    return again
            time.sleep(0.03)
        shown = "\n".join(lines)
        if own and own != lines[:len(own)]:
            shown += "\n--- the program's own idea of it ---\n" + "\n".join(own)
        raise AssertionError("%s\n%s" % (what, shown))

    def do_screen(self, name):
        path = os.path.join(self.screens_dir(), name + ".txt")
        if self.write:
            seen = {"lines": None, "times": 0}

            def settled(lines):
                seen["times"] = seen["times"] + 1 if masked(lines) == seen["lines"] else 0
                seen["lines"] = masked(lines)
                return seen["times"] >= 12

            lines = masked(self.wait_screen(settled, "the screen doesn't come to rest"))
            os.makedirs(self.screens_dir(), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                f.write("\n".join(lines) + "\n")
            return
        with open(path, encoding="utf-8") as f:
            expected = f.read().rstrip("\n").split("\n")
        self.wait_screen(lambda lines: masked(lines) == expected, "expected screen %s:\n%s\nbut it is:" % (name, "\n".join(expected)))

    def for_me(self, words):
        if words[0] in ("zh:", "en:"):
            return " ".join(words[1:]) if words[0] == self.lang + ":" else None
        return " ".join(words)

    def do_see(self, *words):
        text = self.for_me(words)
        if text is not None:
            self.wait_screen(lambda lines: text in "\n".join(lines), "not to be seen: %r" % text)

    def do_gone(self, *words):
        text = self.for_me(words)
        if text is not None:
            self.wait_screen(lambda lines: text not in "\n".join(lines), "still to be seen: %r" % text)

    def open_record(self):
        """The id that the audit screen shows in its second line."""
        found = harness.wait_for(lambda: re.search(r"\b(\d{5}-\d+)\b", "\n".join(self.terminal.lines()[:4])))
        return found.group(1)

    def second_auditor(self):
        """Another account of the same department, which the school adds."""
        name = "second-%s-%s" % (self.lang, self.size)
        if self.second:
            return self.server.client(name, "two auditors")
        school = self.server.client(self.server.user("school"))
        answer = school.change("account.create", user=name, password="two auditors", department=self.user["department"],
                               fields={"name": "王复核"}, rights={"employment": "write", "archive": "none", "household": "none"}, scope="both")
        assert answer["outcome"] == "ok", answer
        school.close()
        self.second = True
        return self.server.client(name, "two auditors")

    def do_opened(self):
        self.record = self.open_record()

    def do_others(self, action):
        record = self.record or self.open_record()
        client = self.second_auditor()
        more = {"reason_code": "04", "reason_text": "x"} if action in ("return", "reject") else {}
        version = client.call("record.get", id=record)["version"]
        answer = client.change("record.act", id=record, version=version, action=action, **more)
        assert answer["outcome"] == "ok", answer
        client.close()

    def do_server(self, what):
        if what == "stop":
            self.server.stop()
        else:
            self.server.start()

    def do_hangup(self):
        self.terminal.stop()

    # ---- a script

    def script(self, path):
        self.terminal.stop()
        self.do_term("tmux-256color")
        self.record = None
        self.user = None  # the first `user` of a script starts from nothing parked
        with open(path, encoding="utf-8") as f:
            for number, line in enumerate(f, 1):
                words = line.split()
                if not words or words[0] in ("#", "also"):
                    continue
                try:
                    getattr(self, "do_" + words[0])(*words[1:])
                except Exception as e:
                    raise AssertionError("%s:%d: %s\n%s" % (os.path.basename(path), number, line.strip(), e)) from e


def head(path):
    """The script's name and the sizes it runs at beside 80x24."""
    name, also = os.path.basename(path), []
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("#") and name == os.path.basename(path):
                name = line[1:].strip()
            if line.startswith("also "):
                also = line.split()[1:]
    return name, also


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="make the goldens anew")
    parser.add_argument("--variant", help="only this one, such as zh-80x24")
    parser.add_argument("--only", default="", help="only scripts whose name contains this")
    options = parser.parse_args()
    passed = failed = 0
    for lang, size in VARIANTS:
        if options.variant and options.variant != "%s-%s" % (lang, size):
            continue
        server = harness.Server(demo=300)
        run = Run(server, lang, size, options.write)
        try:
            for path in sorted(glob.glob(os.path.join(HERE, "scripts", "*.script"))):
                name, also = head(path)
                if options.only not in path or (size != "80x24" and size not in also):
                    continue
                try:
                    run.script(path)
                    passed += 1
                    print("ok      tui %s-%s %s" % (lang, size, name), flush=True)
                except Exception as e:
                    failed += 1
                    print("FAILED  tui %s-%s %s\n%s" % (lang, size, name, e), flush=True)
        finally:
            run.terminal.stop()
            server.remove()
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
