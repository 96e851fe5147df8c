"""What an examination of a band found: in lines for people, and as a document."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from buzzband.errors import Unwell
from buzzband.wording import count

SCHEMA = "buzzband/doctor/1"


class Level(StrEnum):
    """How bad it is."""

    FINE = "fine"
    NOTE = "note"  # worth knowing; the band does its work
    FAULT = "fault"  # keeps the band, or a part of it, from its work


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. ``code``: names what was found, for programs; empty if it is fine.

    ``told``: what is; ``meaning``: what that means for the wearer or the builder; ``mend``: what to do. ``mended``: it
    was done.
    """

    area: str
    level: Level
    told: str
    code: str = ""
    meaning: str = ""
    mend: str = ""
    mended: bool = False


def fine(area: str, told: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(area, Level.FINE, told)


def note(area: str, code: str, told: str, meaning: str = "", mend: str = "") -> Finding:
    """Return something worth knowing."""
    return Finding(area, Level.NOTE, told, code, meaning, mend)


def fault(area: str, code: str, told: str, meaning: str, mend: str) -> Finding:
    """Return something that is wrong."""
    return Finding(area, Level.FAULT, told, code, meaning, mend)


@dataclass(frozen=True)
class Examined:
    """All that was found at a port or drive; ``where`` is empty if there was none to look at."""

    where: str
    uid: str
    findings: tuple[Finding, ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Return what is wrong still."""
        return tuple(one for one in self.findings if one.level is Level.FAULT and not one.mended)

    def require_well(self) -> None:
        """Raise Unwell if anything is wrong."""
        if self.faults:
            raise Unwell(f"{count(len(self.faults), 'fault')} found.")


def examined_text(found: Examined) -> str:
    """Return what ``buzzband doctor`` prints."""
    width = max((len(one.area) for one in found.findings), default=0)
    head = [f"{found.where}{f', band {found.uid}' if found.uid else ''}"] if found.where else []
    return "\n".join([*head, *(line for one in found.findings for line in _lines(one, width))])


def _lines(one: Finding, width: int) -> Sequence[str]:
    label = "MENDED" if one.mended else one.level.value.upper() if one.level is Level.FAULT else one.level.value
    more = [text for part in (one.meaning, "" if one.mended else one.mend) for text in part.splitlines()]
    told = f"{label:6}  {one.area:{width}}  {one.told}".splitlines()
    return [told[0], *(f"{'':{width + 10}}{text}" for text in (*told[1:], *more))]


def examined_document(found: Examined) -> dict[str, Any]:
    """Return the document that ``buzzband doctor --json`` prints."""
    return {
        "schema": SCHEMA,
        "where": found.where,
        "uid": found.uid,
        "faults": len(found.faults),
        "findings": [asdict(one) for one in found.findings],
    }
