"""Text that somebody else has written, made harmless for the place where it is put.

Names, notes and all that a device says may hold control characters, marks that turn the direction of text, formulas
for a spreadsheet, or the delimiters of a format.
"""

import re
import unicodedata

from buzzband.wording import printable

_FORMULA = re.compile(
    r"(^|[;,|])(\s*)(?=[=+\-@\N{FULLWIDTH EQUALS SIGN}\N{FULLWIDTH PLUS SIGN}"
    r"\N{FULLWIDTH HYPHEN-MINUS}\N{FULLWIDTH COMMERCIAL AT}])"
)
_UNFIT = re.compile(r"[^!-~]+")


def line(text: str) -> str:
    """Return text in one line, of characters that can be seen."""
    return " ".join(str(printable(text)).split())


def cell(text: str) -> str:
    """Return text for a cell of a table that a spreadsheet takes for text, never for a formula.

    An apostrophe goes before what would begin one: at the start, and behind what another program may take for the
    delimiter, whichever its country has (OWASP, CSV injection).
    """
    return _FORMULA.sub(r"\1\2'", line(text))


def subfield(text: str, length: int) -> str:
    """Return text for a subfield of an EDF+ header: ASCII without spaces, ``X`` if nothing is left of it."""
    plain = unicodedata.normalize("NFKD", line(text)).encode("ascii", "ignore").decode()
    return _UNFIT.sub("_", plain.strip())[:length] or "X"


def label(text: str) -> str:
    """Return text for a label in the name of a BIDS file: letters and digits."""
    return re.sub(r"[^0-9A-Za-z]", "", text)
