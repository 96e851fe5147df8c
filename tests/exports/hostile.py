"""Names that somebody means no good with: for spreadsheets, terminals, file systems, and the formats themselves."""

import random

COUNT = 200
_PIECES = (
    "=1+1", "+1", "-2+3", "@SUM(A1)", "=cmd|' /C'!A0", '=HYPERLINK("x")', "\t=1", "\r=1", "\n=1", ";=1+1", ",=1",
    "|=1", '"', "'", '";=1', "\uff1d1", "\uff0b1", "\uff201", "\x00", "\x14", "\x15", "+1\x14x\x14\x00", "\x1b[2J",
    "\x1b]0;x\x07", "\x9b2J", "\x7f", "\u202e", "\u2066", "\u2028", "\ufeff", "\ud800", "\U0001f4a5", "../..", "C:\\",
    "CON", "sub-01_", "n/a", "<b>", "&amp;", "%00", "é", "ß", "名", " ", "\u00a0", "NaN", "1e5", "X X X", "Startdate",
)  # fmt: skip
_LENGTH_MAX = 14


def names() -> list[str]:
    """200 of them: each piece alone, and pieces put together by chance."""
    chance = random.Random(8)
    found = list(_PIECES)
    while len(found) < COUNT:
        found.append("".join(chance.choices(_PIECES, k=chance.randrange(2, 5)))[:_LENGTH_MAX])
    return found
