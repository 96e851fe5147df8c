"""Numbers and foreign text as a reader meets them."""

import unicodedata
from collections.abc import Iterable

SPACE = "\N{NO-BREAK SPACE}"


def percent(permille: float) -> str:
    """Return whole percent, rounded down: a peak that just misses the target must not read as if it had reached it."""
    return f"{int(permille // 10)}{SPACE}%"


def points(permille: float) -> str:
    """Return by how many percent of the reference something is off, with one decimal."""
    return f"{permille / 10:.1f}{SPACE}%"


def share(part: float, whole: float) -> str:
    """Return how much of ``whole`` is ``part``: whole percent, rounded down, but never 0 % of what is there."""
    permille = 1000 * part / whole if whole else 0
    if 0 < permille < 10:
        return f"under 1{SPACE}%"
    return percent(permille)


def seconds(time_s: float) -> str:
    """Return a short time with one decimal."""
    return f"{time_s:.1f}{SPACE}s"


def tempo(phases_s: Iterable[float]) -> str:
    """Return the times of the phases of a rep in the order in which they were done: 1.3-0.3-1.8 s."""
    return "-".join(f"{time_s:.1f}" for time_s in phases_s) + f"{SPACE}s"


def clock(time_s: float) -> str:
    """Return a moment as m:ss, counted from the start of the recording."""
    whole = int(max(0.0, time_s))
    return f"{whole // 60}:{whole % 60:02d}"


def length(time_s: float) -> str:
    """Return how long something took, as finely as it matters: 0.8 s, 47 s, 4 min 5 s, 1 h 2 min."""
    if time_s < 10:
        return seconds(time_s)
    whole = round(time_s)
    if whole < 60:
        return f"{whole}{SPACE}s"
    if whole < 3600:
        return f"{whole // 60}{SPACE}min {whole % 60}{SPACE}s"
    return f"{whole // 3600}{SPACE}h {whole % 3600 // 60}{SPACE}min"


def count(number: int, noun: str, plural: str = "") -> str:
    """Return ``number`` and the noun in its number: no reps, 1 rep, 2 reps."""
    return f"{number or 'no'} {noun if number == 1 else plural or noun + 's'}"


def work(reps: int, in_cycles: int) -> str:
    """Return how much was done: 27 reps, 245 cycles, or both."""
    parts = [count(reps, "rep")] if reps or not in_cycles else []
    return listed([*parts, count(in_cycles, "cycle")] if in_cycles else parts)


def cycles(number: int, cadence_rpm: float | None) -> str:
    """Return how many cycles there were and how fast they came, if that is known: 245 cycles, 82 a minute."""
    return count(number, "cycle") + (f", {cadence_rpm:.0f} a minute" if cadence_rpm else "")


def listed(items: list[str]) -> str:
    """Return the items as a sentence has them: a, b and c."""
    return " and ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def printable(value: object) -> object:
    """Return text without what no page can hold; anything but plain text as it is.

    A file name may carry bytes that are no UTF-8 (as lone surrogates), control characters, and marks that turn the
    direction of the text round them.
    """
    if type(value) is not str:
        return value
    return "".join(_printable(character) for character in value)


def one_line(value: object) -> object:
    """Return text as ``printable`` does, but in one line, so that it cannot pass for lines of ours."""
    found = printable(value)
    return found.replace("\n", " ") if isinstance(found, str) else found


def _printable(character: str) -> str:
    if character.isspace():
        return character if character in (SPACE, "\n") else " "
    bad = unicodedata.category(character) in ("Cc", "Cs") or unicodedata.bidirectional(character) in _TURNS
    bad = bad or ord(character) & 0xFFFE == 0xFFFE  # no character: XML forbids it
    return "\N{REPLACEMENT CHARACTER}" if bad else character


_TURNS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
