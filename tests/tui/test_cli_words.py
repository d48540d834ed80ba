#!/usr/bin/python3
"""The translations: every msgid that the program uses stands in zh_CN.po, translated, with the same formats and parameters."""

import os
import re
import sys

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
STRING = r'"(?:[^"\\]|\\.)*"'
USE = re.compile(r'\bN?_\(\s*((?:' + STRING + r'\s*)+)\)')
FORMAT = re.compile(r"%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j)?[a-zA-Z]|%%")


def joined(text):
    return "".join(s[1:-1] for s in re.findall(STRING, text))


def used():
    """msgid -> where"""
    found = {}
    for folder, _, files in os.walk(os.path.join(TOP, "tui")):
        for name in sorted(files):
            if not name.endswith((".c", ".h")):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as f:
                text = re.sub(r"^#define[^\n]*$", lambda m: m.group(0) if "N_(" in m.group(0) and '"' in m.group(0) else "", f.read(), flags=re.M)
            for match in USE.finditer(text):
                found.setdefault(joined(match.group(1)), os.path.relpath(path, TOP))
    return {k: v for k, v in found.items() if k and k != "…"}


def catalogue():
    entries, msgid, msgstr, into = {}, "", "", None
    with open(os.path.join(TOP, "tui/po/zh_CN.po"), encoding="utf-8") as f:
        for line in [*f, "\n", "msgid \"\"\n"]:
            if line.startswith("msgid "):
                if msgid:
                    assert msgid not in entries, f"twice: {msgid}"
                    entries[msgid] = msgstr
                msgid, msgstr, into = joined(line), "", "id"
            elif line.startswith("msgstr "):
                msgstr, into = joined(line), "str"
            elif line.startswith('"'):
                if into == "id":
                    msgid += joined(line)
                else:
                    msgstr += joined(line)
    return entries


def check(name, wrong):
    print(f"{'FAILED ' if wrong else 'ok     '} {name}")
    for line in wrong:
        print("    " + line)
    return not wrong


def main():
    uses, words = used(), catalogue()
    assert len(uses) > 300, len(uses)
    results = [
        check("every msgid used has a Chinese translation", [f"{uses[m]}: {m}" for m in sorted(uses) if not words.get(m)]),
        check("formats are the same in the same order", [m for m, s in words.items() if s and FORMAT.findall(m) != FORMAT.findall(s)]),
        check("parameters in braces are the same",
              [m for m, s in words.items() if s and sorted(re.findall(r"{\w+}", m)) != sorted(re.findall(r"{\w+}", s))]),
        check("no translation that nobody uses", [m for m in words if m not in uses]),
    ]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
