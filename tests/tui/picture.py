#!/usr/bin/python3
"""Turns `tmux capture-pane -pe` on standard input into an SVG on standard output: the README's pictures of the real program.

  tmux capture-pane -pe | tests/tui/picture.py COLUMNS >man/auditor.svg
"""
import html
import re
import sys
import unicodedata

CELL, LINE, SIZE = 9, 19, 15
PALETTE = ["#1c1f26", "#d16969", "#7fb37f", "#d7ba7d", "#4f83c4", "#b48ead", "#5fb3b3", "#d0d0d0",
           "#6b7280", "#f28b82", "#a8d5a2", "#f0d58c", "#8ab4f8", "#d7aefb", "#8bd5d5", "#ffffff"]


def colour(n):
    if n < 16:
        return PALETTE[n]
    if n < 232:
        n -= 16
        return "#%02x%02x%02x" % tuple(0 if v == 0 else 55 + 40 * v for v in (n // 36, n // 6 % 6, n % 6))
    return "#%02x%02x%02x" % ((8 + 10 * (n - 232),) * 3)


class Style:
    def __init__(self):
        self.reset()

    def reset(self):
        self.fg = self.bg = None
        self.bold = self.underline = self.reverse = self.dim = False

    def apply(self, codes):
        codes = [int(c or 0) for c in codes.split(";")]
        while codes:
            c = codes.pop(0)
            if c == 0:
                self.reset()
            elif c in (1, 2, 4, 7):
                setattr(self, {1: "bold", 2: "dim", 4: "underline", 7: "reverse"}[c], True)
            elif c in (22, 24, 27):
                for name in {22: ("bold", "dim"), 24: ("underline",), 27: ("reverse",)}[c]:
                    setattr(self, name, False)
            elif 30 <= c <= 37 or 90 <= c <= 97:
                self.fg = colour(c - 30 if c < 90 else c - 82)
            elif 40 <= c <= 47 or 100 <= c <= 107:
                self.bg = colour(c - 40 if c < 100 else c - 92)
            elif c in (38, 48) and codes:
                kind = codes.pop(0)
                value = colour(codes.pop(0)) if kind == 5 else "#%02x%02x%02x" % (codes.pop(0), codes.pop(0), codes.pop(0))
                setattr(self, "fg" if c == 38 else "bg", value)
            elif c in (39, 49):
                setattr(self, "fg" if c == 39 else "bg", None)

    def pair(self):
        fg, bg = self.fg or "#d0d0d0", self.bg or "#14161b"
        return (bg, fg) if self.reverse else (fg, bg)


def width(ch):
    return 2 if unicodedata.east_asian_width(ch) in "WF" else 1


def main():
    columns = int(sys.argv[1])
    lines = sys.stdin.read().rstrip("\n").split("\n")
    boxes, texts, style = [], [], Style()
    for y, line in enumerate(lines):
        x = 0
        for part in re.split(r"(\x1b\[[0-9;]*m)", line):
            if part.startswith("\x1b"):
                style.apply(part[2:-1])
                continue
            for ch in re.sub(r"\x1b.|\x0e|\x0f", "", part):
                fg, bg = style.pair()
                w = width(ch)
                if bg != "#14161b":
                    boxes.append('<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>' % (x * CELL, y * LINE, w * CELL, LINE, bg))
                if ch != " ":
                    texts.append('<text x="%d" y="%d" fill="%s"%s%s>%s</text>' % (
                        x * CELL, y * LINE + SIZE - 1, fg, ' font-weight="bold"' if style.bold else "",
                        ' text-decoration="underline"' if style.underline else "", html.escape(ch)))
                x += w
    print('<svg xmlns="http://www.w3.org/2000/svg" viewBox="-8 -8 %d %d" width="%d" font-family="monospace" font-size="%d">' % (
        columns * CELL + 16, len(lines) * LINE + 16, columns * CELL + 16, SIZE))
    print('<rect x="-8" y="-8" width="100%" height="100%" fill="#14161b"/>')
    print("\n".join(boxes + texts) + "\n</svg>")


main()
