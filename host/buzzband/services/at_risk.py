"""Sessions on a board that would be lost with its file system: those that the archive does not have."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from buzzband.archive import Archive
from buzzband.archive.raw import is_id, sha256_of
from buzzband.errors import SessionsAtRisk
from buzzband.transports.board import Board
from buzzband.transports.link import Link
from buzzband.wording import count

FOLDER = "/log"

_FILE = re.compile(r"([0-9a-f]{16})\.(bbl|[0-9]+)", re.ASCII)
_WHOLE = "bbl"


@dataclass(frozen=True)
class OnBoard:
    """A session on a board. ``sha256``: of its file, in hexadecimal; empty while more of it is still to come."""

    session_id: str
    sha256: str = ""


Guard = Callable[[Sequence[OnBoard]], None]
"""Is called with the sessions on a board before anything there changes; by raising it stops all."""


def guard_with(archive: Archive) -> Guard:
    """Return a guard that lets through what ``archive`` has, byte for byte. It raises SessionsAtRisk, ArchiveError."""

    def guard(found: Sequence[OnBoard]) -> None:
        with archive.in_use():
            missing = sum(not _is_kept(archive, one) for one in found)
        if missing:
            are = "is" if missing == 1 else "are"
            what = f"{count(missing, 'session')} on the board that {are} not in the archive {archive.folder}"
            raise SessionsAtRisk(f"There {are} {what}.")

    return guard


def sessions_over(link: Link) -> tuple[OnBoard, ...]:
    """Return the sessions of a band. Raises LinkError."""
    return tuple(
        OnBoard(entry.session_id, "" if entry.running else link.hash(entry.session_id, entry.size))
        for entry in link.sessions()
    )


def sessions_at(board: Board) -> tuple[OnBoard, ...]:
    """Return the sessions of a board at its prompt, as their files tell. Raises BoardError, LinkError."""
    names = [item.name for item in board.listdir(FOLDER) if not item.is_folder]
    files = [named for named in map(_FILE.fullmatch, names) if named]
    unmerged = {named[1] for named in files if named[2] != _WHOLE}
    over = {named[1]: f"{FOLDER}/{named[0]}" for named in files if named[1] not in unmerged}
    hashes = board.hashes(list(over.values()))
    return (*map(OnBoard, sorted(unmerged)), *(OnBoard(one, hashes[path] or "") for one, path in sorted(over.items())))


def _is_kept(archive: Archive, one: OnBoard) -> bool:
    if not (one.sha256 and is_id(one.session_id)):
        return False
    return any(sha256_of(log.read()) == one.sha256 for log in archive.raw.logs(session_id=one.session_id))
